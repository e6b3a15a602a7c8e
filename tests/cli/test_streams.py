"""Output that is closed, full, or read by nobody: a documented status, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")


def shell(line: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """`envspec` with the rest of the line, and its status."""
    return subprocess.run(
        ["bash", "-c", f'"$@" {line}', "-", *ENVSPEC], cwd=cwd, capture_output=True, text=True, timeout=120,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("schema >&-", 0),
        ("runs list >&-", 0),
        ("explain E0203 >&- 2>&-", 0),
        ("fmt - <&-", 0),
        ("runs show nope-1 2>&-", 2),
        ("runs show nope-1 2>/dev/full", 2),
        ("schema >/dev/full 2>/dev/full", 2),
    ],
)
def test_a_stream_that_nobody_has(line: str, status: int, tmp_path: Path) -> None:
    done = shell(line, tmp_path)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


@pytest.mark.parametrize("command", ["schema", "check -h", "explain E0203"])
def test_a_full_disk_is_told(command: str, tmp_path: Path) -> None:
    done = shell(f"{command} >/dev/full", tmp_path)
    assert done.returncode == 2
    assert "error[E1207]: the output, or a file, cannot be written: no space left on device" in done.stderr
    assert done.stderr.endswith("1 error\n")


def test_all_that_is_printed_arrives_through_a_pipe(tmp_path: Path) -> None:
    whole = shell("schema", tmp_path)
    slow = "import sys, time; time.sleep(1); sys.stdout.write(sys.stdin.read())"
    piped = shell(f"schema | '{sys.executable}' -c '{slow}'; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (piped.returncode, piped.stdout) == (0, whole.stdout)
    assert len(whole.stdout) > 10_000
