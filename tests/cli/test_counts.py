"""What is told of one thing: of prune, of a compiled folder, of a graph."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.actions.pruning.prune import Item, Pruned
from envspec.cli.pruning_text import kept_lines, rows_of, total_line
from tests.cli.test_check import envspec

ONE = {
    "copies": "1 copy of stored content",
    "documents": "1 document about builds",
    "store": "1 object of the store",
    "removed": "1 rest of an earlier prune",
}
MANY = {"copies": "2 copies of stored content", "store": "2 objects of the store"}


@pytest.mark.parametrize(("count", "said"), [(1, ONE), (2, MANY)])
def test_what_has_no_name(count: int, said: dict[str, str]) -> None:
    pruned = Pruned(tuple(Item(kind, "", 5, "why", count) for kind in said), (), (), done=True)
    assert [row[1] for row in rows_of(pruned)] == list(said.values())


def test_the_one_that_stays_beyond_those_that_are_named() -> None:
    kept = tuple((f"run r-{number}", "it goes on") for number in range(11))
    assert list(kept_lines(Pruned((), kept, (), done=False)))[-1].startswith("and 1 more stays: ")
    assert list(kept_lines(Pruned((), kept * 2, (), done=False)))[-1].startswith("and 12 more stay: ")
    assert total_line(Pruned((Item("store", "", 1, "why"),), (), (), done=True)) == "1 thing, 1 B"


def test_one_older_run_is_left_out_of_a_graph(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e { python = ">=3.11" }\n'
        'run r {\n    environment = e\n    command     = ["true"]\n}\n'
    )
    for _ in range(2):
        assert envspec("run", cwd=tmp_path).returncode == 0
    done = envspec("graph", "--limit", "1", cwd=tmp_path)
    assert "1 older run is left out: " in done.stderr
