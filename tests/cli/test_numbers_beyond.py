"""Numbers that nothing can have: 2^63 and more, which SQLite cannot hold, and more digits than Python reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec import Environment, Model
from envspec.api.workspace import Workspace as Place
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec
from tests.sharing.conftest import register_model

NUMBERS = (str(2**63 - 1), str(2**63), "9" * 20, "9" * 250)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("numbers")
    (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(folder) as workspace:
        workspace.register_environment("e", "sha256:" + "1" * 64, "{}", "{}")
        register_model(workspace, folder / "a", {"m.pkl": b"first"})
        workspace.start_run("train", key="k", definition="{}", environment="e", environment_number=1)
    return folder


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "command",
    [
        "env show e:N", "env show e@N", "env diff e:N e:1", "env history e:N", "env tag e:N best", "env archive e:N",
        "env copy e:N f", "env push e:N registry.example/e", "models show wine:N", "models download wine:N",
        "models push wine:N registry.example/wine", "runs show N", "runs show train-N", "runs logs N", "runs env N",
        "runs outputs N", "runs rerun N", "runs cancel N", "runs delete N", "runs compare N train-1", "deployments show N",
    ],
)  # fmt: skip
def test_a_lookup_says_that_it_is_not_there(project: Path, command: str, number: str) -> None:
    done = envspec(*command.replace("N", number).split(), cwd=project)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "E1105" in done.stderr
    assert "OverflowError" not in done.stderr
    assert f"env tag e:1 {number}" not in done.stderr  # no version can have such a label


@pytest.mark.parametrize("number", NUMBERS[:3])
@pytest.mark.parametrize(
    "command", ["runs list -n N", "graph --limit N", "prune --keep N", "prune --older Nd"]
)
def test_as_many_as_that_are_all(project: Path, command: str, number: str) -> None:
    done = envspec(*command.replace("N", number).split(), cwd=project)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("word", ["007", "deadbeef", "0"])
def test_no_label_is_advised_that_cannot_be_given(project: Path, word: str) -> None:
    done = envspec("env", "show", f"e:{word}", cwd=project)
    assert (done.returncode, "env tag" in done.stderr) == (2, False), done.stderr
    assert f"`e` has no version {word}" in done.stderr and "`e:1`" in done.stderr


def test_a_program_gets_a_lookup_error(project: Path) -> None:
    place = Place(project)
    for number in (2**63 - 1, 2**63, 10**300):
        with pytest.raises(LookupError, match="no version"):
            Model("wine", number, workspace=place)
        with pytest.raises(LookupError, match="no environment"):
            Environment.get("e", number, workspace=place)
