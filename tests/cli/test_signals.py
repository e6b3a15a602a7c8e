"""Being asked to end, at every moment of a command: a status that says so, and a word instead of a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_check import ENVSPEC

pytestmark = pytest.mark.slow

_SEND = """\
import os, sys
at, number, place = int(os.environ["AT"]), int(os.environ["NUMBER"]), os.environ["COUNTED"]
before, count = int(os.environ["AFTER"]), 0

def hook(frame, event, what):
    global before, count
    if before:
        if event == "c_return" and getattr(what, "__name__", "") == "signal":
            before -= frame.f_code.co_filename.endswith("envspec/__main__.py")
        return
    count += 1
    if count == at:
        os.kill(os.getpid(), number)
    if not at and what is os._exit:
        with open(place, "w") as file:
            file.write(str(count))

sys.setprofile(hook)
"""
"""As `sitecustomize`: sends a signal at the AT-th call or return of a function after our main module has said AFTER times
what is to be done with one."""
FIRST_LINE, STATUS_KNOWN = 1, 7

COMMANDS = (("runs", "list"), ("check", "a.envspec"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(_SEND)
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text('edition = 1\nenvironment e {\n    python = "3.12"\n}\n')
    return tmp_path


def signalled(
    project: Path, arguments: tuple[str, ...], after: int, at: int, number: int = signal.SIGINT
) -> subprocess.CompletedProcess[str]:
    paths = f"{project / 'first'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    return subprocess.run(
        [*ENVSPEC, *arguments], cwd=project, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": paths, "AFTER": str(after), "AT": str(at), "NUMBER": str(int(number)),
             "COUNTED": str(project / "counted"), "ENVSPEC_CACHE_DIR": str(project / "cache" / f"{after} {at}")},
    )  # fmt: skip


def moments(project: Path, arguments: tuple[str, ...]) -> list[tuple[int, int]]:
    """The first ones, the last ones, and some between, as AFTER and AT."""
    counts = []
    for after in (FIRST_LINE, STATUS_KNOWN):
        done = signalled(project, arguments, after, 0)
        assert done.returncode == 0, done.stderr
        counts.append(int((project / "counted").read_text()))
    assert counts[0] > 1000 > 100 > counts[1] > 10
    first = [*range(1, 30, 7), *range(30, counts[0] * 9 // 10, counts[0] // 8)]
    return [(FIRST_LINE, at) for at in first] + [(STATUS_KNOWN, at) for at in range(1, counts[1] + 1, 3)]


SAID = ("1 file checked, nothing found\n", "nothing has been run here yet\n")


def after_its_own(errors: str) -> str:
    """What was said besides what a command that is not disturbed says."""
    for line in SAID:
        errors = errors.removeprefix(line)
    return errors


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_ctrl_c_at_every_moment_is_one_word(arguments: tuple[str, ...], project: Path) -> None:
    wrong = {}
    for after, at in moments(project, arguments):
        done = signalled(project, arguments, after, at)
        if (done.returncode, after_its_own(done.stderr)) != (130, "interrupted\n"):
            wrong[after, at] = (done.returncode, done.stderr)
    assert not wrong, "\n".join(f"{at}: {one}" for at, one in wrong.items())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_signals_have_the_status_that_shells_give(number: int, status: int, project: Path) -> None:
    """A process that a signal ended is told so by `subprocess`, and as 128 and its number by a shell."""
    wrong = {}
    told = f"ended by {signal.Signals(number).name}\n"
    for after, at in moments(project, ("runs", "list"))[::2]:
        done = signalled(project, ("runs", "list"), after, at, number)
        found = (done.returncode, after_its_own(done.stderr))
        if found not in ((status, told), (-number, "")):
            wrong[after, at] = found
    assert not wrong, "\n".join(f"{at}: {one}" for at, one in wrong.items())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_ignored_stays_ignored(number: int, project: Path) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        done = signalled(project, ("runs", "list"), 0, 1000, number)
    finally:
        signal.signal(number, before)
    assert (done.returncode, done.stderr) == (0, "nothing has been run here yet\n")


def test_a_terminal_has_the_word_on_a_line_of_its_own(tmp_path: Path) -> None:
    """After the `^C` that the terminal shows."""
    (tmp_path / "a.envspec").write_text("edition = 1\n")
    terminal = Terminal("check", "--watch", cwd=tmp_path)
    terminal.until("Ctrl-C ends")
    assert terminal.interrupt() == 130
    assert [one for one in terminal.seen.splitlines() if one] == ["^C", "interrupted"]


def test_exec_passes_on_what_is_sent_to_it_alone(tmp_path: Path) -> None:
    """The program decides what it makes of SIGTERM, and is not left behind."""
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment e {{\n    managed     = false\n    interpreter = "{sys.executable}"\n}}\n'
    )
    program = (
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n"
        "print('begun', flush=True)\ntime.sleep(60)\n"
    )
    process = subprocess.Popen(
        [*ENVSPEC, "exec", "e", "--", "python", "-c", program],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 7


@pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="one processor shares nothing",
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_processes_that_share_a_check_end_with_it(number: int, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    blocks = "".join(
        f'environment e{at} {{\n    python = "3.12"\n    pip = ["six ==1.{at}"]\n}}\n' for at in range(40)
    )
    for at in range(160):
        (tmp_path / f"f{at}.envspec").write_text(f"edition = 1\n{blocks}")
    process = subprocess.Popen(
        [*ENVSPEC, "check", "."], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "ENVSPEC_CACHE_DIR": str(tmp_path / "cache")},
    )  # fmt: skip
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    until = time.monotonic() + 60
    while not (begun := workers.read_text().split()):
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.2)
    process.send_signal(number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert errors == ("interrupted\n" if number == signal.SIGINT else "ended by SIGTERM\n")
    assert not [one for one in begun if Path(f"/proc/{one}").exists()]
