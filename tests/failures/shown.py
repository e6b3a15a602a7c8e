"""Findings as a person sees them on a terminal: what a command printed, taken apart."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Shown:
    """`place` is `FILE:LINE:COLUMN`; `text` is what the carets of the first marked line stand under, `marker` what
    is written beside them."""

    code: str
    message: str
    place: str
    text: str
    marker: str
    help: str
    notes: tuple[str, ...]
    log: str


def findings(done: subprocess.CompletedProcess[str]) -> list[Shown]:
    """The errors on stderr. Nothing of a traceback is ever among it."""
    assert "Traceback" not in done.stderr.split("\nlog:\n")[0], done.stderr
    assert "E1299" not in done.stderr, done.stderr
    blocks = re.split(r"^(?=error\[)", done.stderr, flags=re.MULTILINE)[1:]
    return [_shown(block) for block in blocks]


def only(done: subprocess.CompletedProcess[str], status: int) -> Shown:
    """The one finding of a command that ended with `status`."""
    assert done.returncode == status, done.stdout + done.stderr
    found = findings(done)
    assert len(found) == 1, done.stderr
    return found[0]


def _shown(block: str) -> Shown:
    lines = block.splitlines()
    head = re.fullmatch(r"error\[(\w+)\]: (.*)", lines[0])
    assert head is not None
    text = marker = ""
    for number, line in enumerate(lines):
        carets = re.fullmatch(r"( *\| )( *)(\^+)(?: (.*))?", line)
        if carets is not None:
            start = carets.end(2)
            text, marker = lines[number - 1][start : carets.end(3)], carets[4] or ""
            break
    body, _, rest = block.partition("\nlog:\n")
    return Shown(
        head[1],
        head[2],
        next((line.split("--> ")[1] for line in lines if line.lstrip().startswith("--> ")), ""),
        text,
        marker,
        next((line.removeprefix("help: ") for line in body.splitlines() if line.startswith("help: ")), ""),
        tuple(line.removeprefix("note: ") for line in body.splitlines() if line.startswith("note: ")),
        "\n".join(line[4:] for line in rest.splitlines() if line.startswith("    ")),
    )
