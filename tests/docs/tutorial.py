"""`docs/tutorial.md`, followed: every file written as it is shown, every command typed in its order.

A paragraph that ends in a name, such as `` `train.py`: ``, says that the block after it is that file. In a `console` block
a line that begins with `$ ` is a command and what follows is what it prints, stdout and stderr as a terminal has them.

    python -m tests.docs.tutorial

follows it and writes into it what was printed. What differs from machine to machine is made alike before two answers are
compared: times, digests, dates, the Python that is there.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parents[2] / "docs" / "tutorial.md"
PORT = "8765"
_HOME = "/home/you"
BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<kind>\w*)\n(?P<body>.*?)^(?P=fence)$", re.DOTALL | re.MULTILINE)
NAMED = re.compile(r"`([\w./-]+)`:\n\n\Z")
_VARIABLE = (
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "DIGEST"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT[\d:.]+Z"), "DATE"),
    (re.compile(r"\b\d+(\.\d+)? m?s\b"), "TIME"),
    (re.compile(r"\(/\S*python\S*\)"), "(PYTHON)"),
    (re.compile(r"python:3\.\d+"), "python:3.x"),
    (re.compile(r"Python 3\.\d+"), "Python 3.x"),
    (re.compile(r"linux/(amd64|arm64)"), "PLATFORM"),
)


@dataclass(frozen=True)
class Write:
    file: str
    text: str


@dataclass(frozen=True)
class Type:
    """A command, what it is said to print, and where that stands in the text."""

    command: str
    printed: str
    start: int
    end: int


def blocks(text: str) -> list[tuple[str, str]]:
    """The kind and the body of every block."""
    return [(block["kind"], block["body"]) for block in BLOCK.finditer(text)]


def steps(text: str) -> Iterator[Write | Type]:
    """In the order of the text. A block that is neither a console nor a named file is for reading only."""
    for block in BLOCK.finditer(text):
        named = NAMED.search(text, 0, block.start())
        if block["kind"] == "console":
            yield from _commands(block["body"], block.start("body"))
        elif named:
            yield Write(named[1], block["body"])


def _commands(body: str, start: int) -> Iterator[Type]:
    found = list(re.finditer(r"^\$ (.*)\n", body, re.MULTILINE))
    assert not body[: found[0].start()], "a console block begins with a command"
    for match, following in zip(found, [*found[1:], None], strict=True):
        end = len(body) if following is None else following.start()
        yield Type(match[1], body[match.end() : end], start + match.end(), start + end)


class Reader:
    """Somebody who does just what is written, in a folder that is empty at first. The port is another one, so that two
    of them do not get in each other's way."""

    def __init__(self, home: Path) -> None:
        self.port = free_port_of_four_digits()
        self.home = home.resolve()
        self.folder = self.home
        self.variables = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "ENVSPEC_CACHE_DIR": str(self.home / "cache"),
            "DOCKER_HOST": "unix:///nowhere/docker.sock",
            "PYTHONUNBUFFERED": "1",  # one stream, in the order in which it was written
            "NO_COLOR": "1",
            "LC_ALL": "C.UTF-8",
        }

    def write(self, step: Write) -> None:
        file = self.folder / step.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(step.text.replace(PORT, self.port))

    def type(self, command: str) -> str:
        """What it printed, as the text would show it."""
        if command.startswith("cd "):
            self.folder = self.folder / command.removeprefix("cd ")
            return ""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder, env=self.variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300, check=False,
        )  # fmt: skip
        # Whether the registry of the base image can be reached is this machine's affair.
        printed = re.sub(r"(?m)^`\S+` is locked by its tag, .*\n", "", done.stdout)
        return printed.replace(str(self.home), _HOME).replace(self.port, PORT)

    def leave(self) -> None:
        """Stops what still serves, also after a step that went wrong."""
        self.type("envspec deployments stop estimate")


def free_port_of_four_digits() -> str:
    """One of four digits, so that columns are as wide as they are shown."""
    start = 2000 + os.getpid() % 7000
    for port in (*range(start, 10_000), *range(2000, start)):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return str(port)
    raise AssertionError("no free port of four digits")


def alike(printed: str) -> str:
    """What two machines have in common."""
    for pattern, name in _VARIABLE:
        printed = pattern.sub(name, printed)
    return printed.strip()


def _main() -> None:
    text = FILE.read_text(encoding="utf-8")
    new, at = [], 0
    with tempfile.TemporaryDirectory() as home:
        reader = Reader(Path(home))
        try:
            for step in steps(text):
                if isinstance(step, Write):
                    reader.write(step)
                    continue
                printed = re.sub(r"\(/\S*python\S*\)", "(/usr/bin/python3.11)", reader.type(step.command))
                new += [
                    text[at : step.start],
                    printed if alike(printed) != alike(step.printed) else step.printed,
                ]
                at = step.end
        finally:
            reader.leave()
    FILE.write_text("".join(new) + text[at:], encoding="utf-8")


if __name__ == "__main__":
    _main()
