"""What a script prints: byte for byte into pipes, files and the log; on a terminal with its colours and progress bars,
and without a command for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_hostile_terminal import EVIL

pytestmark = pytest.mark.slow

SPEC = f"""edition = 1
environment e {{
    managed     = false
    interpreter = "{sys.executable}"
}}
run prints {{
    environment = e
    source      = "src"
    command     = ["python", "prints.py"]
    outputs     = {{ done = "done.txt" }}
}}
"""
BAR = b"\r 50%|##  |\r100%|####|\x1b[K\n\x1b[32mgreen\x1b[0m\n"
PRINTED = (
    EVIL.encode()
    + b"\n\x1b]52;c;aGk=\x07\x1b[6n\x1b[3A\xff\xc3 \x9b31m caf\xc3\xa9\r\n"
    + BAR
    + b"\x1b[31mred"
)
"""The last line has no end, and leaves its colour on."""
SCRIPT = f"""
import os, time
data = {PRINTED!r}
for at in range(0, len(data), 7):
    os.write(1, data[at:at + 7])
    time.sleep(0.002)
open("done.txt", "w").close()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "prints.py").write_text(SCRIPT)
    return tmp_path


def printed(*arguments: str, cwd: Path) -> bytes:
    done = subprocess.run([*ENVSPEC, *arguments], cwd=cwd, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def outcome(project: Path, run: str) -> str:
    shown = envspec("runs", "show", run, "--format", "json", cwd=project).stdout
    return str(json.loads(shown)["run"]["outcome"])


def test_a_pipe_a_file_and_the_log_have_every_byte(project: Path) -> None:
    assert printed("run", "prints", cwd=project) == PRINTED
    assert printed("runs", "logs", "1", cwd=project) == PRINTED
    assert printed("runs", "logs", "-f", "1", cwd=project) == PRINTED
    assert printed("runs", "rerun", "1", cwd=project) == PRINTED
    (project / "src" / "prints.py").write_text(SCRIPT + "\n")
    with (project / "out").open("wb") as file:
        subprocess.run([*ENVSPEC, "up"], cwd=project, stdout=file, check=True, timeout=60)
    assert (project / "out").read_bytes() == PRINTED


SAFE = re.compile("\x1b\\[[0-9;]*m|\x1b\\[K|\r")
COMMANDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    "arguments", [("run", "prints"), ("runs", "rerun", "1"), ("up",), ("runs", "logs", "1"), ("runs", "logs", "-f", "1")],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("colour", [True, False])
def test_a_terminal(
    arguments: tuple[str, ...], colour: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if arguments[0] == "runs":
        printed("run", "prints", cwd=project)
    if colour:
        monkeypatch.delenv("NO_COLOR", raising=False)
    else:
        monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal(*arguments, cwd=project)
    assert terminal.status() == 0, terminal.seen
    assert not COMMANDS.search(SAFE.sub("", terminal.seen)), ascii(terminal.seen)
    assert "\\x1b]52;c;aGk=\\x07" in terminal.seen, "it is seen that something was asked of the terminal"
    assert "\\xff\\xc3 \\x9b31m café" in terminal.seen
    bar = BAR.decode().replace("\n", "\r\n")
    if colour:
        assert bar in terminal.seen
        assert "\x1b[31mred\x1b[0m" in terminal.seen, "the colour does not stay"
    else:
        assert bar.replace("\x1b[32m", "").replace("\x1b[0m", "") in terminal.seen
        assert "\x1b[3" not in terminal.seen


@pytest.mark.parametrize("streams", ["", "2>&1"])
def test_a_run_goes_on_when_nobody_reads_any_more(streams: str, project: Path) -> None:
    """`envspec run train | less`, and `q`."""
    (project / "src" / "prints.py").write_text(
        "import time\nfor _ in range(20):\n    print('line', flush=True)\n    time.sleep(0.02)\n"
        "open('done.txt', 'w').close()\n"
    )
    done = subprocess.run(
        ["bash", "-c", f'"$@" run prints {streams} | head -n 1 >/dev/null; exit ${{PIPESTATUS[0]}}', "-", *ENVSPEC],
        cwd=project, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, outcome(project, "1")) == (0, "success"), done.stderr
    assert "Traceback" not in done.stderr
    assert printed("runs", "logs", "1", cwd=project) == b"line\n" * 20


def test_a_program_of_the_api_shows_it_on_a_terminal_without_commands(project: Path) -> None:
    program = project / "program.py"
    program.write_text(
        "import sys\n"
        "from envspec import Environment, Experiment, ScriptRunConfig\n"
        f"e = Environment('e')\ne.python.user_managed_dependencies = True\n"
        f"e.python.interpreter_path = {sys.executable!r}\n"
        "config = ScriptRunConfig(source_directory='src', command=['python', 'prints.py'], environment=e)\n"
        "Experiment('here').submit(config).wait_for_completion(show_output=True)\n"
    )
    fd, other = os.openpty()
    process = subprocess.Popen(
        [sys.executable, str(program)], cwd=project, stdin=other, stdout=other, stderr=other
    )
    os.close(other)
    seen = b""
    while True:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    os.close(fd)
    text = seen.decode("utf-8")
    assert process.wait(60) == 0, text
    assert "café" in text and not COMMANDS.search(SAFE.sub("", text)), ascii(text)
