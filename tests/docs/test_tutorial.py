"""The tutorial works when it is followed from an empty folder with only what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.tutorial import FILE, Reader, Type, Write, alike, blocks, steps

TEXT = FILE.read_text(encoding="utf-8")


@pytest.mark.index
@pytest.mark.slow
def test_it_is_followed_to_the_letter(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    try:
        for step in steps(TEXT):
            if isinstance(step, Write):
                reader.write(step)
            else:
                printed = reader.type(step.command)
                assert alike(printed) == alike(step.printed), f"$ {step.command}\n{printed}"
    finally:
        reader.leave()


def test_it_has_everything_that_a_beginner_needs() -> None:
    typed = [step.command for step in steps(TEXT) if isinstance(step, Type)]
    for command in (
        "check",
        "check --fix",
        "explain",
        "fmt",
        "lock",
        "compile",
        "run",
        "runs",
        "up",
        "deployments",
        "models",
    ):
        assert any(line.startswith(f"envspec {command}") for line in typed), command
    written = {step.file for step in steps(TEXT) if isinstance(step, Write)}
    assert {"prices.envspec", "training/train.py", "serving/score.py"} <= written


def test_every_block_is_followed_or_plainly_for_reading() -> None:
    """Only what has to be there before the first step is not done here: envspec itself."""
    kinds = [kind for kind, _ in blocks(TEXT)]
    files = sum(isinstance(step, Write) for step in steps(TEXT))
    assert kinds.count("sh") == 1
    assert len(kinds) == kinds.count("console") + files + 1


def test_what_is_compared_differs_only_where_machines_do() -> None:
    assert alike("train-1: done in 0.3 s\n") == alike("train-1: done in 12 s")
    assert alike("train-1: done in 0.3 s") != alike("train-2: done in 0.3 s")
    assert alike("line:1 054f64a7c1c3 2026-11-24T13:34:25.363Z") == alike(
        "line:1 154f64a7c1c3 2027-01-24T13:34:25.4Z"
    )
