"""How large a source may be: the settings, and the commands that hold to them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envspec.actions.snapshot_settings import snapshot_limits
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
        ('largest-file = "8kB"\nlargest-source = "1.5 gb"\n', []),
        ('largest-file = "20k"\nlargest-source = "2Gi"\n', []),
        ('largest-file = "1 kilobyte"\n', ["`largest-file` in", "KB, MB, GB, TB, KiB, MiB, GiB or TiB"]),
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


@pytest.mark.parametrize(
    "command", [("check",), ("plan",), ("run", "train"), ("run", "quick"), ("deploy",), ("up",)]
)
def test_a_wrong_setting_is_told_at_its_place_before_anything_is_done(
    project: Path, command: tuple[str, ...]
) -> None:
    """Also from a folder below, where the file has another name."""
    (project / "pyproject.toml").write_text('[tool.envspec.snapshot]\nlargest-file = "many"\n')
    done = envspec(*command, cwd=project)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "pyproject.toml:2:1" in done.stderr
    assert not (project / "envspec.lock").exists()
    state = project / ".envspec"  # where only what was read may be kept
    assert {file.name for file in state.iterdir()} <= {"cache", ".gitignore"} if state.exists() else True
    done = envspec(*command, "../a.envspec", cwd=project / "src")
    assert (done.returncode, "../pyproject.toml:2:1" in done.stderr) == (2, True), done.stderr


def test_sizes_as_people_write_them(project: Path) -> None:
    for text, size in (
        ("1kB", 1000), ("1KB", 1000), ("1 kb", 1000), ("2K", 2000), ("1KiB", 1024), ("1kib", 1024), ("3Mi", 3 << 20),
        ("1.5GB", 1_500_000_000), ("2g", 2_000_000_000), ("7B", 7), ("1TiB", 1 << 40),
    ):  # fmt: skip
        (project / "pyproject.toml").write_text(f'[tool.envspec.snapshot]\nlargest-file = "{text}"\n')
        assert snapshot_limits(project).file == size, text
