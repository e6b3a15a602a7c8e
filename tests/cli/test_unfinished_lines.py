"""A script whose last line has no end: what we say begins a line of its own where both come out in one place, and the
script's output stays byte for byte what it was where that is read alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_check import ENVSPEC, envspec

pytestmark = pytest.mark.slow

SPEC = f"""edition = 1
environment e {{
    managed     = false
    interpreter = "{sys.executable}"
}}
run ends {{
    environment = e
    command     = ["python", "-c", "import sys; sys.stdout.write('step 5')"]
}}
run fails {{
    environment = e
    command     = ["python", "-c", "import sys; sys.stdout.write('step 5'); sys.exit(3)"]
}}
run forgets {{
    environment = e
    command     = ["python", "-c", "import sys; sys.stdout.write('step 5')"]
    outputs     = {{ out = "out.txt" }}
}}
run coloured {{
    environment = e
    command     = ["python", "-c", "import sys; sys.stdout.write('step 5' + chr(10) + chr(27) + '[0m')"]
}}
run waits {{
    environment = e
    command     = ["python", "-c", "import sys, time; sys.stdout.write('step 5'); sys.stdout.flush(); time.sleep(600)"]
}}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    return tmp_path


def together(*arguments: str, cwd: Path) -> list[str]:
    """The lines of stdout and stderr in one pipe."""
    done = subprocess.run(
        [*ENVSPEC, *arguments],
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    return done.stdout.decode().split("\n")


@pytest.mark.parametrize(
    ("run", "next_line"),
    [("ends", "ends-1: done in "), ("fails", "fails-1: failed with "), ("forgets", "error[E0820]: ")],
)
def test_in_one_pipe(project: Path, run: str, next_line: str) -> None:
    lines = together("run", run, cwd=project)
    at = lines.index("step 5")
    assert lines[at + 1].startswith(next_line), lines
    # The log is of the program alone.
    assert (project / ".envspec" / "runs" / f"{run}-1" / "log.txt").read_bytes() == b"step 5"


def test_no_line_is_put_in_between(project: Path) -> None:
    lines = together("run", "coloured", cwd=project)
    assert lines[lines.index("step 5") + 1].startswith("\x1b[0mcoloured-1: done in "), lines
    assert together("run", "-q", "ends", cwd=project) == ["step 5"], "nothing is said"


def test_alone_it_is_what_the_script_wrote(project: Path) -> None:
    done = envspec("run", "ends", cwd=project)
    assert done.stdout == "step 5" and "ends-1: done in " in done.stderr and "\n\n" not in done.stderr
    assert envspec("runs", "logs", "ends-1", cwd=project).stdout == "step 5"


def test_in_one_file(project: Path) -> None:
    with (project / "all.txt").open("ab") as file:
        subprocess.run(
            [*ENVSPEC, "run", "ends"], cwd=project, stdout=file, stderr=file, check=True, timeout=120
        )
    assert "\nstep 5\nends-1: done in " in (project / "all.txt").read_text()


def test_on_a_terminal(project: Path) -> None:
    terminal = Terminal("run", "fails", cwd=project)
    terminal.until("step 5\r\nfails-1: failed with status 3")
    assert terminal.status() == 3


def test_ended_by_a_signal(project: Path) -> None:
    process = subprocess.Popen(
        [*ENVSPEC, "run", "waits"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    seen = b""
    while not seen.endswith(b"step 5"):
        piece = os.read(process.stdout.fileno(), 4096)
        assert piece, seen
        seen += piece
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=60)
    assert rest.decode().startswith("\n") and "\nended by SIGTERM\n" in rest.decode(), rest
    assert process.returncode == 143
    listed = json.loads(envspec("runs", "list", "--format", "json", cwd=project).stdout)["runs"]
    assert [run["outcome"] for run in listed] == ["cancelled"]
