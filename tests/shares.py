"""In which order tests begin when several workers share them: the long ones first.

pytest-xdist's `worksteal` gives each worker one piece of the list, as long as the others', and lets a worker that has done
with its own take from the end of another's. A test of a minute that stands at an end is waited for by all; at a beginning
it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import TypeVar

Test = TypeVar("Test")

LONG = (
    "tests/failures/test_docker.py",
    "tests/cli/test_private_packages.py::test_no_secret",
    "tests/cli/test_verify.py::test_file_by_file",
    "tests/cli/test_killed_builds.py",
    "tests/cli/test_lock_killed.py",
    "tests/cli/test_plan.py::test_what_a_plan_says",
    "tests/cli/test_plan_docker.py::test_what_a_plan_says",
    "tests/cli/test_proxies.py",
    "tests/cli/test_mlflow.py",
    "tests/ci/test_github_action.py::test_it_installs_itself",
    "tests/exporting/test_export.py::test_uv_and_pip_install",
    "tests/sharing/test_killed.py",
    "tests/sharing/test_commands.py::test_sbom_and_provenance",
    "tests/workspace/test_killing.py",
)
"""What begins with these takes half a minute or more: not a mark on each test, for it is a matter of the whole run."""


TOGETHER = ("tests/cli/test_mlflow.py",)
"""Long ones of which one worker gets all: each worker would start the same server, which takes longer than the tests."""


def long_first(tests: Sequence[Test], workers: int, name: Callable[[Test], str]) -> list[Test]:
    """The same tests for so many workers. Each one's piece begins with its part of the long ones, dealt out in turn, and
    goes on with neighbours, which share what their modules have made."""
    long = [test for test in tests if name(test).startswith(LONG)]
    if workers < 2 or len(tests) < workers or 2 * len(long) > len(tests):
        return list(tests)
    dealt: list[list[Test]] = [[] for _ in range(workers)]
    for share, several in enumerate(_dealt_as_one(long, name)):
        dealt[share % workers] += several
    if max(map(len, dealt)) > len(tests) // workers:
        return list(tests)
    others = iter([test for test in tests if not name(test).startswith(LONG)])
    order: list[Test] = []
    for worker in range(workers):
        size = (len(tests) - len(order)) // (workers - worker)  # as the scheduler divides them
        first = dealt[worker]
        order += [*first, *islice(others, size - len(first))]
    return order


def _dealt_as_one(long: Sequence[Test], name: Callable[[Test], str]) -> Iterable[list[Test]]:
    """One by one, but those of a line of `TOGETHER` all at once."""
    found: dict[str, list[Test]] = {}
    for number, test in enumerate(long):
        place = next((one for one in TOGETHER if name(test).startswith(one)), str(number))
        found.setdefault(place, []).append(test)
    return found.values()
