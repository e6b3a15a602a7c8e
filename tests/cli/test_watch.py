"""`envspec check --watch`: a real process beside which files change."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.cli.terminal import Terminal

GOOD = 'edition = 1\nimport "lib/base.envspec" as base\nenvironment e extends base.b {\n    requirements = ["r.txt"]\n}\n'
BASE = 'edition = 1\nenvironment b {\n    python = "3.12"\n}\n'
ENDED = "waiting for changes, Ctrl-C ends"
CLEAR = "\x1b[2J"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "lib").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    (folder / "a.envspec").write_text(GOOD)
    (folder / "lib" / "base.envspec").write_text(BASE)
    (folder / "r.txt").write_text("six ==1.17.0\n")
    return folder


class Watched:
    """The process; `round()` gives the findings and the line of the next round."""

    def __init__(self, cwd: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "envspec", "check", "--watch", "--format", "concise", *arguments],
            cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._out: list[str] = []
        self._err: queue.Queue[str] = queue.Queue()
        assert self.process.stdout and self.process.stderr
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self._out.append), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self._err.put), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: IO[str], take: object) -> None:
        assert callable(take)
        for line in stream:
            take(line.rstrip("\n"))

    def round(self, seconds: float = 60) -> tuple[list[str], str]:
        """Everything on stdout was written before the line about the round; it may only be read a little later."""
        end, errors = time.monotonic() + seconds, list[str]()
        while not errors or not errors[-1].endswith(ENDED):
            errors.append(self._err.get(timeout=max(0.1, end - time.monotonic())))
        expected = 0 if errors[-1].startswith("no ") or len(errors) > 1 else int(errors[-1].split()[0])
        while len(self._out) < expected and time.monotonic() < end:
            time.sleep(0.01)
        found, self._out[:] = list(self._out), []
        return found + errors[:-1], errors[-1]

    def codes(self) -> list[str]:
        """The codes of the findings of the next round."""
        return sorted({word.split("[")[1].partition("]")[0] for word in self.round()[0] if "[" in word})

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for reader in self._readers:
            reader.join(60)
        for stream in (self.process.stdout, self.process.stderr):
            with contextlib.suppress(OSError, AttributeError):
                stream.close()  # type: ignore[union-attr]


def put(file: Path, text: str) -> None:
    """At once: between the two steps of a plain write there may be a round on a busy machine."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text)
    new.replace(file)


@pytest.fixture
def watched(project: Path) -> Iterator[Watched]:
    process = Watched(project)
    try:
        yield process
    finally:
        process.end()


def test_each_change_is_shown_and_nothing_else(project: Path, watched: Watched) -> None:
    found, line = watched.round()
    assert found == [] and line.startswith("no findings in 2 files, ")
    put(project / "a.envspec", GOOD.replace("requirements", "requirments"))
    (one,), line = watched.round()
    assert one.startswith("a.envspec:4:5") and "E0203" in one
    assert line.startswith("1 finding in 2 files, ") and line.endswith(f" ms; {ENDED}")
    put(project / "notes.txt", "what nobody reads")
    put(project / "lib" / "other.txt", "nor this")
    put(project / "a.envspec", GOOD)
    assert watched.round()[0] == []  # had the others counted, there would have been the finding once more


def test_an_editor_that_renames_over_the_file(project: Path, watched: Watched) -> None:
    watched.round()
    for text, codes in ((BASE.replace("3.12", "three"), 1), (BASE, 0), (BASE.replace("python", "pithon"), 1)):
        put(project / "lib" / ".base.swp", text)
        (project / "lib" / ".base.swp").replace(project / "lib" / "base.envspec")
        assert len({one.partition(": ")[0] for one in watched.round()[0]}) == codes


def test_the_same_size_in_the_same_moment(project: Path, watched: Watched) -> None:
    """Even with the old times: contents are compared once more after the round."""
    file = project / "a.envspec"
    old = file.stat()
    watched.round()
    with file.open("r+") as same:
        same.write(GOOD.replace("environment e", "enviroment ee"))
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert watched.codes() == ["E0201"]


def test_files_that_appear_and_vanish(project: Path, watched: Watched) -> None:
    watched.round()
    put(project / "lib" / "new.envspec", "edition = 1\nenviroment x {\n}\n")
    found, line = watched.round()
    assert "new.envspec" in found[0] and " in 3 files" in line
    (project / "lib" / "new.envspec").unlink()
    assert watched.round()[0] == []
    (project / "lib" / "base.envspec").unlink()
    found, line = watched.round()
    assert any("a.envspec:2:8" in one for one in found) and " in 1 file," in line
    put(project / "lib" / "base.envspec", BASE)
    assert watched.round()[0] == []


def test_other_files_that_a_spec_names(project: Path, watched: Watched) -> None:
    watched.round()
    put(project / "r.txt", "six ==\n")
    found, _ = watched.round()
    assert any("r.txt" in one for one in found)
    (project / "r.txt").unlink()
    found, _ = watched.round()
    assert any("a.envspec:4" in one for one in found)
    put(project / "r.txt", "six ==1.17.0\n")
    assert watched.round()[0] == []
    put(project / "pyproject.toml", "[tool.envspec.check]\nselct = []\n")
    found, line = watched.round()
    assert "E1208" in "\n".join(found) and line.startswith("1 finding, ")
    put(project / "pyproject.toml", '[tool.envspec.check]\nselect = ["W0305"]\n')
    assert watched.round()[0] == []


def test_from_an_empty_folder_to_a_first_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    process = Watched(tmp_path)
    try:
        found, _ = process.round()
        assert "E1201" in "\n".join(found)
        put(tmp_path / "first.envspec", BASE)
        assert "in 1 file" in process.round()[1]
    finally:
        process.end()


def test_a_named_file_that_is_not_there_yet_and_params(project: Path) -> None:
    put(project / "p.toml", "epochs = 5\n")
    process = Watched(project, "later.envspec", "--params", "p.toml")
    try:
        assert "E1201" in "\n".join(process.round()[0])
        put(project / "later.envspec", "edition = 1\nparam epochs = 20\n" + BASE.partition("\n")[2])
        found, line = process.round()
        assert "E05" not in "\n".join(found) and " in 1 file, " in line
        put(project / "p.toml", 'epochs = "many"\n')
        assert any("p.toml" in one for one in process.round()[0])
    finally:
        process.end()


def test_jsonl_is_one_line_a_finding(project: Path) -> None:
    process = Watched(project, "--format", "jsonl")
    try:
        process.round()
        put(project / "a.envspec", "edition = 1\nenviroment x {\n}\n")
        (one,), _ = process.round()
        assert json.loads(one)["code"] == "E0201"
    finally:
        process.end()


def test_ctrl_c_ends_with_130_and_no_traceback(watched: Watched) -> None:
    watched.round()
    assert watched.interrupt() == 130
    for reader in watched._readers:
        reader.join(60)
    rest = [watched._err.get() for _ in range(watched._err.qsize())]
    assert [line for line in rest if line] == ["interrupted"]


def test_the_screen_is_cleared_on_a_terminal_only(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal("check", "--watch", cwd=project)  # it is a dumb one
    terminal.until(ENDED)
    put(project / "a.envspec", BASE.replace("3.12", "3.11"))
    terminal.until(ENDED)
    assert terminal.interrupt() == 130
    assert CLEAR not in terminal.seen
    terminal = Terminal("check", "--watch", cwd=project, term="xterm")
    terminal.until(CLEAR)
    terminal.until(ENDED)
    assert terminal.interrupt() == 130


def test_what_does_not_go_with_it(project: Path) -> None:
    for other in ("--fix", "--diff"):
        done = subprocess.run(
            [sys.executable, "-m", "envspec", "check", "--watch", other],
            cwd=project, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 2 and "`--watch`" in done.stderr
