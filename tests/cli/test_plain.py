"""Command lines that are read without click: they end and say exactly as those that click reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.cli import plain
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec
from tests.cli.test_env import BASE, locked, register

PARSED = ("-f", ".")
"""An option that says what is so anyhow; `check` and `lock` have it under no name."""

LINES = [
    ("runs", "list"),
    ("runs", "list", "train"),
    ("runs", "list", "tarin"),
    ("runs", "list", "old"),
    ("runs", "list", "evil\x1b[31m"),
    ("runs", "show", "train-1"),
    ("runs", "show", "2"),
    ("runs", "show", "99999999999999999999"),
    ("runs", "show", "trian-1"),
    ("env", "list"),
    ("env", "list", "e"),
    ("env", "list", "f"),
    ("env", "list", "a\udcffb"),
    ("env", "show", "e"),
    ("env", "show", "e:1"),
    ("env", "show", "e@latest"),
    ("env", "show", "e:9"),
    ("env", "show", "a b c"),
    ("env", "show", "azureml:e:2"),
    ("env", "show", "evil\x1b[31m\n"),
    ("env", "diff", "e:1", "e:2"),
    ("env", "diff", "e:1", "e:1"),
    ("env", "diff", "e:1", "f:1"),
    ("env", "history", "e"),
    ("env", "history", "f"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    (root / "pyproject.toml").write_text("[tool.envspec]\n")
    register(root, "e", BASE, locked(numpy="1.25"))
    register(root, "e", BASE, locked(numpy="1.26"))
    with Workspace.open(root) as workspace:
        for name in ("train", "train", "evaluate"):
            run = workspace.start_run(name, key="", definition="{}", environment="e", environment_number=1)
            workspace.finish_run(run, "success", 0)
    return root


@pytest.mark.parametrize("line", LINES, ids=" ".join)
@pytest.mark.parametrize("here", [True, False], ids=["a workspace", "nothing"])
def test_they_end_as_click_has_them_end(
    project: Path, tmp_path: Path, line: tuple[str, ...], here: bool
) -> None:
    cwd = project if here else tmp_path
    plainly, parsed = envspec(*line, cwd=cwd), envspec(*line, *PARSED, cwd=cwd)
    assert (plainly.returncode, plainly.stdout, plainly.stderr) == (
        parsed.returncode,
        parsed.stdout,
        parsed.stderr,
    )
    assert not (tmp_path / ".envspec").exists()


def test_every_command_of_the_table_is_tried() -> None:
    assert {line[:2] for line in LINES} == set(plain._PLAIN) - {("check",), ("lock",)}


@pytest.mark.parametrize(
    "line",
    [
        ("runs",), ("env",), ("env", "show"), ("env", "diff", "e"), ("env", "diff", "a", "b", "c"), ("env", "history"),
        ("runs", "list", "a", "b"), ("lock", "a", "b"), ("env", "list", "--all"), ("check", "-q"),
        ("runs", "list", "--help"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_click_reads_all_others(line: tuple[str, ...]) -> None:
    assert plain.plain_command(line) is None
