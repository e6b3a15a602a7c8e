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
