"""Files that are much longer than any that people write: read in time that grows with their length, not with its square.

What is quadratic takes minutes with these; the limit is generous, and only ends a test that would hang.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from envspec.packages.pyproject import parse_pyproject
from envspec.starting.names import unique
from tests.importing.imported import project

_HANGS = 300
N = 20_000


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    def hangs(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {_HANGS} s")

    before = signal.signal(signal.SIGALRM, hangs)
    signal.alarm(_HANGS)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def lines(line: Callable[[int], str], head: str = "", count: int = N) -> str:
    return head + "".join(line(number) for number in range(count))


FILES: dict[str, tuple[str, str, Callable[[], str]]] = {
    "pip, the same": ("pip", "requirements.txt", lambda: lines(lambda _: "numpy\n")),
    "pip, the same with other bounds": (
        "pip",
        "requirements.txt",
        lambda: lines(lambda n: f"numpy>=1.{n}  # c\n"),
    ),
    "pip, many": ("pip", "requirements.txt", lambda: lines(lambda n: f"p{n}==1.{n}\n")),
    "pip, indexes": (
        "pip",
        "requirements.txt",
        lambda: lines(lambda n: f"--extra-index-url https://h{n}.example/s\n"),
    ),
    "conda, the same with other bounds": (
        "conda",
        "environment.yml",
        lambda: lines(lambda n: f"- numpy>=1.{n}\n", "dependencies:\n"),
    ),
    "conda, variables": (
        "conda",
        "environment.yml",
        lambda: lines(lambda n: f"  V{n}: x\n", "dependencies: [a]\nvariables:\n"),
    ),
    "dockerfile, variables that double": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"ENV V{n + 1}=${{V{n}}}${{V{n}}}\n", "FROM python:3.12\nENV V0=x\n", 200),
    ),
    "dockerfile, stages": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"FROM s{n} AS s{n + 1}\n", "FROM python:3.12 AS s0\n"),
    ),
    "dockerfile, one stage": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"ENV V{n}=x\n", "FROM python:3.12\n"),
    ),
    "truss, secrets": (
        "truss",
        "config.yaml",
        lambda: lines(lambda n: f"  s{n}: null\n", "model_class_name: X\nsecrets:\n", 5_000),
    ),
    "pyproject, groups in groups": (
        "pyproject",
        "pyproject.toml",
        lambda: lines(
            lambda n: f'g{n + 1} = [{{include-group = "g{n}"}}, {{include-group = "g{n}"}}]\n',
            '[project]\nname = "x"\n[dependency-groups]\ng0 = ["six"]\n',
            200,
        ),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_it_is_read_in_time(name: str, tmp_path: Path) -> None:
    kind, file, text = FILES[name]
    project(tmp_path, {file: text()})
    made: Imported | None = None
    try:
        made = import_spec(kind, tmp_path / file, output=tmp_path / "made.envspec")
    except Failure as failure:
        assert {one.code for one in failure.diagnostics} <= {"E1302", "E1303"}
    assert made is None or made.report.lines


def test_bounds_of_the_same_package_are_joined_up_to_a_length(tmp_path: Path) -> None:
    """What does not fit is told, line by line."""
    project(tmp_path, {"requirements.txt": lines(lambda n: f"numpy!=1.{n}\n", count=500)})
    made = import_spec("pip", tmp_path / "requirements.txt", output=tmp_path / "made.envspec")
    kept = [line for line in made.report.lines if line.outcome != "dropped"]
    lost = [line for line in made.report.lines if line.outcome == "dropped"]
    assert len(kept) + len(lost) == 500 and kept and lost
    assert all(f"!=1.{number}" in made.text for number in range(len(kept)))
    assert {line.reason.partition(",")[0] for line in lost} == {"`numpy` is listed twice"}


def test_a_group_that_is_included_again_and_again_is_there_once() -> None:
    text = '[dependency-groups]\na = ["x"]\nb = [{include-group = "a"}, "y", {include-group = "a"}]\n'
    entries, problems = parse_pyproject(text)
    assert problems == []
    assert sorted(one.text for one in entries.groups["b"]) == ["x", "y"]


def test_a_name_that_is_taken_thousands_of_times() -> None:
    taken = {"a"}
    for number in range(2, 5_000):
        taken.add(unique("a", taken))
        assert f"a-{number}" in taken
    assert unique("b", ["a"]) == "b" and unique("a", ["a", "a-2", "a-4"]) == "a-3"
