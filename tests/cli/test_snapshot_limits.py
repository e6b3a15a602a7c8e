"""How large a source may be: the settings, and the commands that hold to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.test_check import envspec

SPEC = """edition = 1

environment e {
    python = ">=3.11"
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "-c", "print('trained')"]
}

run quick {
    environment = e
    source      = "src"
    command     = ["python", "-c", "print('quick')"]
    snapshot    = false
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text("print(1)\n")
    (tmp_path / "src" / "model.bin").write_bytes(b"x" * 3000)
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "pyproject.toml").write_text('[tool.envspec.snapshot]\nlargest-file = "2KB"\n')
    return tmp_path


def test_a_large_source_is_refused_until_it_is_small(project: Path) -> None:
    """`plan`, which looks, and `run`, which acts, say the same; the lines that they tell to write help."""
    for command in (("plan",), ("run", "train"), ("up",)):
        done = envspec(*command, cwd=project)
        assert done.returncode == 1, done.stderr
        assert "E1116" in done.stderr + done.stdout
        assert "3 KB  model.bin" in done.stderr + done.stdout
    assert "trained" not in done.stdout
    [line] = re.findall(r"`(/[^`]*)`", done.stderr)
    (project / "src" / ".envspecignore").write_text(line + "\n")
    done = envspec("run", "train", cwd=project)
    assert (done.returncode, "trained" in done.stdout) == (0, True), done.stderr


def test_a_run_that_stores_nothing_has_no_limit(project: Path) -> None:
    done = envspec("run", "quick", cwd=project)
    assert (done.returncode, "quick" in done.stdout) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("settings", "problems"),
    [
        ('largest-file = "1MiB"\nlargest-source = "2MiB"\n', []),
        ('largest-fil = "1MB"\n', ["unknown key `largest-fil`"]),
        ("largest-file = 1000\n", ["`largest-file` in"]),
        ('largest-source = "many"\nlargest-file = "-1MB"\n', ["`largest-source` in", "`largest-file` in"]),
        ('largest-file = "10s"\n', ["`largest-file` in"]),
    ],
)
def test_settings(project: Path, settings: str, problems: list[str]) -> None:
    (project / "pyproject.toml").write_text(f"[tool.envspec.snapshot]\n{settings}")
    done = envspec("plan", cwd=project)
    assert done.returncode == (2 if problems else 0), done.stdout + done.stderr
    for problem in problems:
        assert "E1208" in done.stderr
        assert problem in done.stderr
