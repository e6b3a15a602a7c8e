"""What the commands that people wait for may import: this, and no clock, is what holds that they stay quick."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from envspec.lock.file import read_lock
from tests.cli.test_check import envspec
from tests.registry.small_registry import serve_small_registry
from tests.registry.speaking import client, image

SPEC = """edition = 1

environment small {
    python = ">=3.11"
    pip    = ["six ==1.17.0"]
}

run hello {
    environment = small
    source      = "src"
    command     = ["python", "hello.py", outputs.text]
    outputs     = { text = "hello.txt" }
}
"""

NEVER = {
    "docker",
    "requests",
    "pygls",
    "lsprotocol",
    "rich",
    "rattler",
    "asyncio",
    "ssl",
    "lark",
    "jsonschema",
}
"""What none of them needs for a right project: lark's tables are data, and right documents need no jsonschema."""

COMPILER = {"envspec.syntax.parser", "envspec.resolve.project", "envspec.check.project"}
"""What a project that has not changed needs no more."""

LOOKING = NEVER | COMPILER | {"click", "dataclasses", "inspect", "jinja2", "yaml", "subprocess"}
"""What commands that list a large workspace in a tenth of a second do without."""

UNUSED = {
    "check": NEVER
    | {"click", "dataclasses", "inspect", "jinja2", "yaml", "sqlite3", "subprocess", "importlib.metadata"},
    "compile -o out": NEVER | COMPILER | {"sqlite3", "subprocess"},
    "lock --check": NEVER | COMPILER | {"jinja2", "yaml", "sqlite3", "subprocess"},
    "build": NEVER | COMPILER | {"jinja2", "yaml", "subprocess"},
    "run": NEVER | COMPILER | {"jinja2", "yaml"},
    "plan": NEVER | COMPILER | {"jinja2", "yaml", "subprocess"},
    "up": NEVER | COMPILER | {"yaml", "subprocess"},
    "runs list": LOOKING,
    "runs list hello": LOOKING,
    "runs show 1": LOOKING,
    "env list": LOOKING,
    "env show small": LOOKING,
    "env diff small small:1": LOOKING,
    "env history small": LOOKING,
}


def imported(command: str, cwd: Path, status: int = 0) -> set[str]:
    """All modules that a command has imported, to its end."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "envspec", *command.split()],
        cwd=cwd, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    (folder / "small.envspec").write_text(SPEC)
    (folder / "src").mkdir()
    (folder / "src" / "hello.py").write_text("import sys\nopen(sys.argv[1], 'w').write('hello')\n")
    for command in ("up", "compile -o out"):
        done = envspec(*command.split(), cwd=folder)
        assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.index
@pytest.mark.parametrize("command", UNUSED)
def test_a_command_imports_nothing_that_it_does_not_need(project: Path, command: str) -> None:
    found = imported(command, project)
    assert "envspec.cli.outcome" in found
    assert found & UNUSED[command] == set()


def test_check_needs_the_compiler_and_nothing_heavy(tmp_path: Path) -> None:
    """Beside the real thing: these names are those of modules, or the test above could not fail."""
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e {\n    python = "3.12"\n    conda = ["numpy >=2"]\n}\n'
    )
    found = imported("check", tmp_path)
    assert found & UNUSED["check"] == set()
    assert found >= COMPILER


def test_what_check_refuses_is_worth_jsonschema_but_not_the_grammar_of_iris(tmp_path: Path) -> None:
    assert find_spec("rfc3987_syntax") is not None  # as where JupyterLab is
    (tmp_path / "a.envspec").write_text("edition = 1\nenvironment e {\n    python = 3\n}\n")
    found = imported("check", tmp_path, status=1)
    assert "jsonschema" in found
    assert not any(name.startswith("rfc3987_syntax") for name in found)


def test_a_digest_that_stays_needs_no_client_of_registries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first lock imports it, in the background, which proves the name."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    spec = tmp_path / "a.envspec"
    with serve_small_registry() as registry:
        pushed = image(client(registry.address), "base").digest
        text = 'edition = 1\nenvironment e {\n    python = "3.12"\n    docker { image = "IMAGE" }\n}\n'
        spec.write_text(text.replace("IMAGE", f"{registry.address}/base:1"))
        assert {"requests", "envspec.registry.client"} <= imported("lock", tmp_path)
        asked = len(registry.asked)
        spec.write_text(spec.read_text().replace("3.12", ">=3.12,<3.13"))
        found = imported("lock", tmp_path)
        assert len(registry.asked) == asked
    assert "envspec.lock.solve" in found
    assert found & {"requests", "docker", "envspec.registry.client", "envspec.registry.session"} == set()
    lock = read_lock(tmp_path)
    assert lock is not None and lock.environments["a.envspec#e"].digest == pushed
