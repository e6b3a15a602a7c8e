"""The real shells, with a completion script of ours sourced, asked what they would complete."""

from __future__ import annotations

import os
import pty
import select
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROGRAMS = str(Path(sys.executable).parent)


def needed(shell: str) -> str:
    """Its path; skips the test where it is not installed."""
    path = shutil.which(shell)
    if path is None:
        pytest.skip(f"{shell} is not installed: `make engines` installs it on Debian")
    return path


def variables(home: Path) -> dict[str, str]:
    """Those of a fresh user whose `PATH` has the installed `envspec`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTHON"))}
    path = f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}"
    return {**kept, "HOME": str(home), "PATH": path, "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def written(shell: str, home: Path) -> Path:
    """The script that `envspec completion` prints, in a file."""
    file = home / f"_envspec.{shell}"
    with file.open("wb") as out:
        subprocess.run(
            ["envspec", "completion", shell], stdout=out, env=variables(home), check=True, timeout=60
        )
    return file


def bash(line: str, home: Path, cwd: Path) -> list[str]:
    """What the function that the script registers for `envspec` leaves in `COMPREPLY`. The cursor is at the end of the
    line; words are split as readline does, at `=` and `:` too."""
    words = shlex.split(line.replace("=", " = ").replace(":", " : ")) + (
        [""] if line.endswith((" ", "=")) else []
    )
    ask = f"""\
set -u
source {shlex.quote(str(written("bash", home)))}
registered=$(complete -p envspec)
function=${{registered##*-F }}
COMP_WORDS=({" ".join(map(shlex.quote, words))})
COMP_CWORD={len(words) - 1}
COMP_LINE={shlex.quote(line)}
COMP_POINT=${{#COMP_LINE}}
COMPREPLY=()
${{function% envspec}} envspec {shlex.quote(words[-1])} {shlex.quote(words[-2])}
for reply in "${{COMPREPLY[@]}}"; do printf '%s\\n' "$reply"; done
"""
    done = _called([needed("bash"), "--noprofile", "--norc", "-c", ask], home, cwd)
    return done.splitlines()


def fish(line: str, home: Path, cwd: Path) -> dict[str, str]:
    """What `complete -C` says, with the explanations."""
    ask = f"source {shlex.quote(str(written('fish', home)))}; complete -C {shlex.quote(line)}"
    done = _called([needed("fish"), "--no-config", "-c", ask], home, cwd)
    return {value: help_ for value, _, help_ in (row.partition("\t") for row in done.splitlines())}


def _called(command: list[str], home: Path, cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=variables(home), capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout


class Zsh:
    """zsh on a terminal with its own completion system, as a person has it."""

    _READY = "ready-to-ask> "

    def __init__(self, home: Path, cwd: Path) -> None:
        functions = home / "functions"
        functions.mkdir()
        written("zsh", home).rename(functions / "_envspec")
        self.fd, other = pty.openpty()
        # Code between fork and exec could hang in a process with threads: the child makes this its terminal itself.
        start = (
            "import fcntl, os, sys, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
            "os.execv(sys.argv[1], sys.argv[1:])"
        )
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", start, needed("zsh"), "--no-rcs", "-i"],
                cwd=cwd, env=variables(home), stdin=other, stdout=other, stderr=other,
            )  # fmt: skip
        finally:
            os.close(other)
        setup = [
            f"fpath=({shlex.quote(str(functions))} $fpath)",
            "autoload -U compinit && compinit -D -u",
            "setopt no_beep no_prompt_sp no_prompt_cr no_auto_menu",
            "bindkey -e",
            "LISTMAX=1000",
            "PROMPT='ready-to''-ask> '",
        ]
        self._send("; ".join(setup) + "\n")
        self._until(self._READY)

    def listed(self, line: str, *expected: str) -> str:
        """What two tabs list for the end of a line, once all of `expected` was shown; the line is then forgotten."""
        self._send(line + "\t\t")
        seen = self._until(*expected)
        self._send("\x15\n")
        return seen + self._until(self._READY)

    def inserted(self, line: str, expected: str) -> None:
        """Waits until tab has made `expected` of a line; the line is then forgotten."""
        self._send(line + "\t")
        self._until(expected)
        self._send("\x15\n")
        self._until(self._READY)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.fd)

    def _send(self, text: str) -> None:
        os.write(self.fd, text.encode())

    def _until(self, *texts: str, seconds: float = 60) -> str:
        seen, end = "", time.monotonic() + seconds
        while not all(text in seen for text in texts):
            data = self._read(end - time.monotonic())
            assert data, f"not all of {texts} in {seen!r}"
            seen += data
        return seen

    def _read(self, seconds: float) -> str:
        ready, _, _ = select.select([self.fd], [], [], max(0, seconds))
        return os.read(self.fd, 65536).decode("utf-8", "replace") if ready else ""
