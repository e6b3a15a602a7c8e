"""Waiting for a change: what counts, and what a file's status does not show."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from envspec.kept import watching
from envspec.kept.questions import QUESTIONS
from envspec.kept.watching import Watch


def answers(root: Path, *questions: str) -> dict[str, dict[str, str]]:
    asked = [question.partition(" ") for question in questions]
    return {
        str(root): {f"{kind} {name}": QUESTIONS[kind](str(root / name), str(root)) for kind, _, name in asked}
    }


def waits(watch: Watch) -> threading.Thread:
    thread = threading.Thread(target=watch.wait, daemon=True)
    thread.start()
    return thread


def test_a_write_within_one_tick_of_the_clock_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a"
    file.write_text("before")
    monkeypatch.setattr(watching, "_status", lambda path: "as ever")
    monkeypatch.setattr(watching, "_TICK", 0.5)
    waiting = waits(Watch(answers(tmp_path, "read a")))
    waiting.join(0.2)
    assert waiting.is_alive()
    file.write_text("after!")
    waiting.join(60)
    assert not waiting.is_alive()


def test_a_change_before_the_watch_began_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("before")
    asked = answers(tmp_path, "read a", "is_file b")
    file.write_text("after!")
    waiting = waits(Watch(asked))
    waiting.join(60)
    assert not waiting.is_alive()


def test_what_is_written_into_a_folder_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    waiting = waits(Watch(answers(tmp_path, "is_dir src", "is_file src/train.py", "specs ")))
    (tmp_path / "src" / "output").write_text("x")
    waiting.join(0.5)
    assert waiting.is_alive()
    (tmp_path / "src" / "train.py").write_text("x")
    waiting.join(60)
    assert not waiting.is_alive()
