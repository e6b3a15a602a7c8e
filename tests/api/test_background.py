"""Work in a thread: what it gives, raises and says reaches whoever waits for it."""

from __future__ import annotations

import threading
import time

import pytest

from envspec.api.background import Background


def test_what_it_gives_and_says(capsys: pytest.CaptureFixture[str]) -> None:
    go = threading.Event()

    def work(say: object) -> int:
        assert callable(say)
        say("one")
        go.wait(30)
        say("two")
        return 7

    background = Background("test", work)
    while not background.lines:  # a thread may begin late
        time.sleep(0.01)
    with pytest.raises(TimeoutError):
        background.wait(show=True, timeout=0.2)
    assert not background.ended
    go.set()
    assert background.wait(show=True) == 7
    assert capsys.readouterr().out == "one\none\ntwo\n"
    assert background.lines == ["one", "two"]


def test_a_timeout_counts_from_the_beginning_however_much_is_said() -> None:
    ended = threading.Event()

    def work(say: object) -> int:
        assert callable(say)
        while not ended.wait(0.02):
            say("on and on")
        return 1

    background = Background("test", work)
    try:
        begun = time.monotonic()
        with pytest.raises(TimeoutError):
            background.wait(show=True, timeout=0.5)
        assert time.monotonic() - begun < 60
    finally:
        ended.set()
    assert background.wait(show=True, timeout=120) == 1


def test_what_it_raises() -> None:
    def work(_say: object) -> int:
        raise ValueError("no")

    background = Background("test", work)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            background.wait(show=False)
    assert background.failed
