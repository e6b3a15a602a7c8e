"""What the error of a run says, for each way in which one can end."""

from __future__ import annotations

import pytest

from envspec import RunFailedError


@pytest.mark.parametrize(
    ("outcome", "status", "text"),
    [
        ("failed", 3, "run `a-1` failed with status 3\n  the end"),
        ("timed-out", 124, "run `a-1` was ended by its timeout\n  the end"),
        ("cancelled", 143, "run `a-1` was cancelled\n  the end"),
        ("lost", 0, "run `a-1` is lost: whoever ran it is gone\n  the end"),
    ],
)
def test_it_says_how_it_ended(outcome: str, status: int, text: str) -> None:
    assert str(RunFailedError("a-1", status, outcome, ["the end"])) == text


def test_the_end_of_the_log_reaches_a_terminal_without_commands_and_credentials() -> None:
    line = "\x1b]0;owned\x07\x1b[31mred\x1b[0m \x1b[2J https://scott:tiger-tiger@host.example/x"
    assert str(RunFailedError("a-1", 3, "failed", [line, "\x1b", "[1;1Hend"])) == (
        "run `a-1` failed with status 3\n"
        "  \\x1b]0;owned\\x07red  https://*****************@host.example/x\n  \\x1b\n  [1;1Hend"
    )
