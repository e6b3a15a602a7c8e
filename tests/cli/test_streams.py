"""Output that is closed, full, or read by nobody: a documented status, and no traceback."""

from __future__ import annotations

import os
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


def test_a_run_whose_output_cannot_be_shown_says_so_in_its_log(tmp_path: Path) -> None:
    """Also when what its program printed last is no whole line."""
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment e {{\n  managed = false\n  interpreter = "{sys.executable}"\n}}\n'
        'run r {\n  environment = e\n  command = ["python", "-c", "import os, signal, time\\n'
        "signal.signal(2, lambda *_: os._exit(1)); os.write(1, b'1'); time.sleep(60)\"]\n}\n"
    )
    done = shell("run r >/dev/full", tmp_path)
    assert done.returncode == 2 and "error[E1207]" in done.stderr
    assert "failed: `envspec runs logs r-1` says why" in shell("runs show r-1", tmp_path).stdout
    first, why = shell("runs logs r-1", tmp_path).stdout.splitlines()
    assert first == "1" and why.endswith("could not go on with this run: No space left on device")


def test_all_that_is_printed_arrives_through_a_pipe(tmp_path: Path) -> None:
    whole = shell("schema", tmp_path)
    slow = "import sys, time; time.sleep(1); sys.stdout.write(sys.stdin.read())"
    piped = shell(f"schema | '{sys.executable}' -c '{slow}'; exit ${{PIPESTATUS[0]}}", tmp_path)
    assert (piped.returncode, piped.stdout) == (0, whole.stdout)
    assert len(whole.stdout) > 10_000


PRINTING = (
    "--help", "--version", "run --help", "runs --help", "runs list", "runs list --format json", "runs show 1", "runs logs 1",
    "runs logs -f 1", "runs outputs 1", "runs env 1", "runs compare 1 2 --all", "env list", "env show e:1", "env history e",
    "env diff e:1 e:2", "models list", "images list", "deployments list --format json", "graph", "graph --format mermaid",
    "schema", "explain E0203", "check --format json", "fmt --diff --check .", "plan", "prune",
    "completion bash", "compile -o out",
)  # fmt: skip


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which every command has something to print."""
    root = tmp_path_factory.mktemp("used")
    spec = (
        f'edition = 1\nenvironment e {{\n  managed = false\n  interpreter = "{sys.executable}"\n'
        '  variables = { A = "1" }\n}\n'
        'run r {\n    environment = e\n    source = "src"\n    command = ["python", "-c", "print(1)"]\n}\n'
    )
    (root / "src").mkdir()
    (root / "src" / "x").touch()
    for value in ("1", "2"):
        (root / "a.envspec").write_text(spec.replace('"1"', f'"{value}"'))
        subprocess.run([*ENVSPEC, "run", "r"], cwd=root, check=True, capture_output=True)
    return root


@pytest.mark.parametrize("command", PRINTING)
def test_a_reader_that_has_gone_is_no_error(command: str, used: Path) -> None:
    """It has gone before anything is printed, so no buffer of a pipe hides that."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [*ENVSPEC, *command.split()], cwd=used, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert done.returncode == 0, done.stderr
    assert not [word for word in ("Traceback", "error", "roken pipe", "Exception") if word in done.stderr], (
        done.stderr
    )


def test_the_status_is_kept_when_nobody_reads_what_is_said(tmp_path: Path) -> None:
    """`envspec runs show nope 2>&1 >file | true`."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [*ENVSPEC, "runs", "show", "nope-1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=writer,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stdout) == (2, b"")


def test_a_pipe_of_another_that_breaks_is_no_reader_that_has_gone(tmp_path: Path) -> None:
    """Such as that of a program that we feed: it is a bug that nobody expected it, and no success."""
    program = (
        "import sys\nfrom envspec.cli import show\nfrom envspec.cli.outcome import run\n"
        "def breaks(*_):\n    raise BrokenPipeError(32, 'Broken pipe')\n"
        "show.result = breaks\nsys.exit(run(['schema']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 70, done.stderr
