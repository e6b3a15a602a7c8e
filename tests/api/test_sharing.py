"""Environments and models between two people in Python, over a real registry."""

from __future__ import annotations

import json
import sys
import uuid
from pathlib import Path

import pytest

from envspec import Environment, EnvspecError, Model, Workspace
from tests.cli.test_check import envspec as command_line
from tests.engines.registry import OciRegistry

pytestmark = pytest.mark.slow

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture
def place(oci_registry: OciRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A part of the registry for each test, where nobody is logged in."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"


def workspace(tmp_path: Path, name: str) -> Workspace:
    (tmp_path / name / ".git").mkdir(parents=True)
    return Workspace(tmp_path / name)


def environment(where: Workspace, shade: str = "dark") -> Environment:
    return Environment(
        "wine", python=PYTHON, variables={"SHADE": shade}, description="The one", workspace=where
    )


def test_an_environment(tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    anna, bert = workspace(tmp_path, "anna"), workspace(tmp_path, "bert")
    mine = environment(anna)
    pushed = mine.push(f"{place}/wine:stable")
    assert (pushed.number, mine.version, mine.reference) == (1, 1, "wine:1")
    theirs = Environment.pull(pushed.reference, workspace=bert)
    assert (str(theirs), theirs.reference) == (str(mine), "wine:1")
    assert Environment.pull(f"{place}/wine:stable", workspace=bert).reference == "wine:1"
    assert Environment.pull(f"{place}/wine", name="AzureML-wine-1.0", workspace=bert).reference == (
        "AzureML-wine-1.0:1"
    )

    other = environment(workspace(tmp_path, "cleo"), "light")
    assert other.register() == 1
    assert (other.push(f"{place}/wine").number, other.version, other.reference) == (2, 2, "wine:2")
    assert other.push().there, "it is where it was pushed last"
    other.variables["SHADE"] = "lighter"
    assert other.push().number == 3

    with pytest.raises(EnvspecError, match="E1110"):
        Environment("nowhere", workspace=anna).push()
    with pytest.raises(EnvspecError, match="E1111"):
        Environment.pull(f"{place}/nothing", workspace=anna)
    with pytest.raises(ValueError, match="'My wine' is no name"):
        Environment.pull(f"{place}/wine", name="My wine", workspace=bert)
    assert capsys.readouterr().out == ""


def test_a_model(tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    anna, bert = workspace(tmp_path, "anna"), workspace(tmp_path, "bert")
    (anna.root / "wine.txt").write_text("weights")
    model = Model.register(
        anna.root / "wine.txt", "wine", tags={"good": "yes"}, framework="none", workspace=anna
    )
    pushed = model.push(f"{place}/models/wine")
    assert (pushed.number, model.version) == (1, 1)
    theirs = Model.pull(pushed.reference, name="theirs", workspace=bert)
    assert (theirs.name, theirs.version, theirs.path.read_text()) == ("theirs", 1, "weights")
    assert (dict(theirs.record.tags), theirs.record.framework) == ({"good": "yes"}, "none")

    (bert.root / "other.txt").write_text("others")
    other = Model.register(bert.root / "other.txt", "wine", workspace=bert)
    assert capsys.readouterr().out == ""
    assert (other.push(f"{place}/models/wine", show_output=True).number, other.version) == (2, 2)
    assert "6 bytes sent" in capsys.readouterr().out
    with pytest.raises(EnvspecError, match="E1111"):
        Model.pull(f"{place}/models/wine:7", workspace=bert)


def test_under_a_name_that_no_block_can_have(tmp_path: Path) -> None:
    """Those of Azure ML. A spec finds them through its lock."""
    anna = workspace(tmp_path, "anna")
    mine = environment(anna)
    assert (mine.register(), mine.register(name="AzureML-wine-1.0")) == (1, 1)
    assert mine.reference == "AzureML-wine-1.0:1"
    assert mine.register() == 1, "it is that one as long as it is not changed"
    got = Environment.get("AzureML-wine-1.0", 1, workspace=anna)
    got.variables["SHADE"] = "light"
    assert (got.name, got.register(name="AzureML-wine-1.0"), got.version) == ("azureml-wine-1-0", 2, 2)
    assert [*Environment.list(workspace=anna)] == ["AzureML-wine-1.0", "wine"]
    with pytest.raises(ValueError, match="'My Env' is no name"):
        mine.register(name="My Env")

    copied = command_line("env", "copy", "wine:1", "AzureML-copy", cwd=anna.root)
    assert copied.returncode == 0 and copied.stdout.startswith("AzureML-copy:1  sha256:"), copied.stderr
    (anna.root / "a.envspec").write_text(
        'edition = 1\nrun shade {\n    environment = "AzureML-copy:1"\n    source = "src"\n'
        '    command = ["python", "-c", "import os; print(os.environ[\'SHADE\'])"]\n}\n'
    )
    (anna.root / "src").mkdir()
    done = command_line("run", cwd=anna.root)
    assert (done.returncode, done.stdout) == (0, "dark\n"), done.stderr
    again = json.loads(
        command_line("env", "copy", "wine", "AzureML-copy", "--format", "json", cwd=anna.root).stdout
    )
    assert (again["environment"]["number"], again["from"]) == (1, "wine:1"), "the same is the same"
    wrong = command_line("env", "copy", "wine", "My Env", cwd=anna.root)
    assert wrong.returncode == 2 and "`My Env`: a name has letters" in wrong.stderr
