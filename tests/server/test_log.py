"""The log of a deployment: lines of the front and of its workers, each whole."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.server.http_front.log import Log
from tests.server.scoring import wait_for


class Worker:
    """A pipe that the log is pumped from, as a worker prints into it."""

    def __init__(self, log: Log) -> None:
        source, self._end = os.pipe()
        self._pump = threading.Thread(target=log.pump, args=(source,), daemon=True)
        self._pump.start()

    def prints(self, text: str) -> None:
        data = text.encode()
        while data:
            data = data[os.write(self._end, data) :]
        time.sleep(0.05)

    def ends(self) -> None:
        os.close(self._end)
        self._pump.join(60)


class Written:
    def __init__(self, file: Path) -> None:
        self._file = file.open("a+b")
        self.log = Log(self._file.fileno(), [b"s3cret-value"])

    @property
    def text(self) -> str:
        return Path(self._file.name).read_text()

    def close(self) -> None:
        self._file.close()


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Written]:
    made = Written(tmp_path / "log")
    yield made
    made.close()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, no line is given up."""
    monkeypatch.setattr("envspec.server.http_front.log._PATIENCE_SECONDS", 3600.0)


def test_a_line_that_comes_in_pieces_is_one(written: Written, patient: None) -> None:
    one, other = Worker(written.log), Worker(written.log)
    one.prints("value")
    written.log.block("of the front")
    other.prints("of the")
    one.prints(" s3cre")
    written.log.block("of the front")
    other.prints(" other\n")
    wait_for(lambda: written.text.endswith("of the other\n"))  # each has a thread of its own
    one.prints("t-value\n")
    one.ends()
    other.ends()
    assert written.text == "of the front\nof the front\nof the other\nvalue ***\n"


def test_what_is_left_unfinished_is_there_soon_and_nobody_continues_it(written: Written) -> None:
    one, other = Worker(written.log), Worker(written.log)
    one.prints("loading ")
    wait_for(lambda: written.text == "loading ")
    one.prints("...")
    wait_for(lambda: written.text == "loading ...")
    other.prints("of the other\n")
    wait_for(lambda: written.text == "loading ...\nof the other\n")
    one.prints("done")
    one.ends()
    written.log.block("of the front")
    other.ends()
    assert written.text == "loading ...\nof the other\ndone\nof the front\n"


def test_a_bar_that_never_rests_is_there(written: Written) -> None:
    worker = Worker(written.log)
    stop = threading.Event()

    def draws() -> None:
        while not stop.is_set():
            worker.prints("\r###")

    bar = threading.Thread(target=draws)
    bar.start()
    try:
        wait_for(lambda: "###" in written.text)
    finally:
        stop.set()
        bar.join()
        worker.ends()


def test_many_lines_at_once_are_whole_too(written: Written, patient: None) -> None:
    """More than one read takes, and it takes a part of a line."""
    workers = [Worker(written.log) for _ in range(3)]
    texts = [f"{letter * 99}\n" * 3000 for letter in "abc"]
    threads = [
        threading.Thread(target=one.prints, args=(text,)) for one, text in zip(workers, texts, strict=True)
    ]
    for thread in threads:
        thread.start()
    for one, thread in zip(workers, threads, strict=True):
        thread.join()
        one.ends()
    assert sorted(written.text.splitlines()) == "".join(texts).splitlines()


def test_a_line_without_end_is_not_kept(written: Written, patient: None) -> None:
    worker = Worker(written.log)
    for _ in range(10):
        worker.prints("x" * 10_000)
    wait_for(lambda: len(written.text) > 65_536)
    worker.ends()
    assert written.text == "x" * 100_000


@given(st.lists(st.sampled_from(["a", "ab\n", "\n", "s3cret", "-value", "s3cret-value\n"]), max_size=8))
def test_nothing_is_lost(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    written = Written(tmp_path_factory.mktemp("log") / "log")
    source, end = os.pipe()
    for piece in pieces:
        os.write(end, piece.encode())
    os.close(end)
    written.log.pump(source)
    assert written.text == "".join(pieces).replace("s3cret-value", "***")
    written.close()
