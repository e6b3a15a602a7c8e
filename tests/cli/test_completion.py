"""`envspec completion`, in the shells that people have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from envspec.cli.app import COMMANDS
from envspec.cli.shell_completion import SHELLS, script
from envspec.diagnostics.codes import codes
from envspec.diagnostics.render import FORMATS
from tests.cli.shells import Zsh, bash, fish

pytestmark = [pytest.mark.shells, pytest.mark.slow]

SPEC = """\
edition = 1
import "lib/base.envspec" as common
param epochs = 20
param data : path
environment sklearn { python = "3.12", pip = ["numpy"] }
environment torch { python = "3.12" }
run train { environment = sklearn, command = ["python", "train.py"] }
run tune extends train { }
deployment scorer { environment = sklearn, entry = "score.py" }
target cluster { kind = kubernetes }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "lib").mkdir(parents=True)
    (folder / ".git").mkdir()
    (folder / "wine.envspec").write_text(SPEC)
    (folder / "lib" / "base.envspec").write_text("edition = 1\nparam depth = 3\n")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def test_bash_completes_commands_options_and_their_values(project: Path, home: Path) -> None:
    def ask(line: str) -> list[str]:
        return bash(line, home, project)

    assert ask("envspec ") == list(COMMANDS)
    assert ask("envspec com") == ["compile", "completion"]
    assert ask("envspec check --un") == ["--unsafe-fixes"]
    assert ask("envspec check --format ") == list(FORMATS)
    assert ask("envspec check --format=js") == ["json", "jsonl"]
    assert ask("envspec completion ") == list(SHELLS)
    assert ask("envspec explain E020") == [code for code in codes() if code.startswith("E020")]
    assert ask("envspec explain e0203") == ["e0203"]
    assert ask("envspec check --select W0301,E0203") == ["W0301,E0203"]
    assert ask("envspec deployments s") == ["show", "stop"]
    assert ask("envspec prune i") == ["images"]


def test_bash_completes_what_the_spec_defines(project: Path, home: Path) -> None:
    def ask(line: str) -> list[str]:
        return bash(line, home, project)

    assert ask("envspec build ") == ["scorer", "sklearn", "torch", "wine.envspec"]
    assert ask("envspec build sklearn t") == ["torch"]
    assert ask("envspec run tu") == ["tune"]
    assert ask("envspec deploy ") == ["scorer", "wine.envspec"]
    assert ask("envspec exec s") == ["sklearn"]
    assert ask("envspec run --target ") == ["cluster", "docker", "local"]
    assert ask("envspec run --set ") == ["common.depth=", "data=", "epochs="]
    assert ask("envspec run --set=ep") == ["epochs="]
    assert ask("envspec run --set epochs=") == ask("envspec run --set epochs=5") == []
    assert ask("envspec run --set epochs=5 tr") == ["train"]


def test_names_are_those_of_the_file_that_the_line_names(project: Path, home: Path) -> None:
    (project / "other.envspec").write_text("edition = 1\nenvironment other { }\n")
    assert "other" in bash("envspec build ", home, project)
    offered = bash("envspec build wine.envspec ", home, project)
    assert offered == ["scorer", "sklearn", "torch", "other.envspec"]
    assert bash("envspec shell -f other.envspec ", home, project) == ["other"]
    assert bash(f"envspec shell -f {project} s", home, project.parent) == ["sklearn"]


def test_broken_files_are_completed_from_and_nothing_is_said(project: Path, home: Path) -> None:
    (project / "wine.envspec").write_text(SPEC + "environment broken {\n    python = = 3\n    pip = [\n")
    (project / "binary.envspec").write_bytes(b"\x00\xff\xfe" * 100)
    (project / "folder.envspec").mkdir()
    (project / "gone.envspec").symlink_to("nowhere")
    assert bash("envspec exec ", home, project) == ["broken", "sklearn", "torch"]
    assert bash("envspec nonsense --x ", home, project) == []
    assert fish("envspec exec --target 'open quote", home, project) == {}
    (project / ".envspec").mkdir()
    (project / ".envspec" / "workspace.db").write_bytes(b"not a database")
    assert bash("envspec runs show ", home, project) == []


def test_nothing_is_executed_and_nothing_is_written(project: Path, home: Path) -> None:
    (project / "wine.envspec").write_text(
        SPEC
        + 'secret s { command = ["touch", "executed"] }\nindex i { url = "https://x", password = secret.s }\n'
    )
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    for line in (
        "envspec run ",
        "envspec runs show ",
        "envspec env show ",
        "envspec models list ",
        "envspec run --set ",
    ):
        bash(line, home, project)
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before


def test_fish_completes_with_explanations(project: Path, home: Path) -> None:
    assert fish("envspec ch", home, project) == {"check": COMMANDS["check"]}
    assert "," in COMMANDS["check"], "click's own script cuts there"
    assert fish("envspec explain E0203", home, project) == {"E0203": codes()["E0203"].title}
    assert list(fish("envspec check --format s", home, project)) == ["sarif"]
    assert list(fish("envspec run t", home, project)) == ["train", "tune"]
    assert list(fish("envspec check --select W0301,E0203", home, project)) == ["W0301,E0203"]


@pytest.fixture
def zsh(project: Path, home: Path) -> Iterator[Zsh]:
    shell = Zsh(home, project)
    try:
        yield shell
    finally:
        shell.close()


def test_zsh_lists_and_inserts(zsh: Zsh) -> None:
    assert COMMANDS["check"] in zsh.listed("envspec ", COMMANDS["check"], COMMANDS["fmt"])
    assert "sarif" not in zsh.listed("envspec check --format j", "json", "jsonl", "junit")
    assert "cluster" not in zsh.listed("envspec build ", "sklearn", "torch", "wine.envspec")
    zsh.inserted("envspec run tr", "envspec run train ")
    zsh.inserted("envspec check --format sa", "envspec check --format sarif ")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_the_same_everywhere(shell: str, tmp_path: Path) -> None:
    """It starts no shell to be made, as click's own would."""
    done = subprocess.run(
        [sys.executable, "-m", "envspec", "completion", shell],
        cwd=tmp_path, env={**os.environ, "PATH": ""}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout) == (0, "", script(shell).strip("\n") + "\n")
    assert "_ENVSPEC_COMPLETE" in done.stdout


def test_commands_are_listed_without_being_imported() -> None:
    ask = {"COMP_WORDS": "envspec ", "COMP_CWORD": "1", "_ENVSPEC_COMPLETE": "zsh_complete"}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "envspec"],
        env={**os.environ, **ask}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "shell" in done.stdout.splitlines()
    assert "envspec.cli.commands" not in done.stderr and "lark" not in done.stderr
