"""The results as a table for people (Markdown)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Result

_HEADER = ("what", "min ms", "median ms", "cores", "goal here ms", "", "ratio, or how the goal was found")
_REACHED = {True: "reached", False: "NOT reached", None: ""}


def table(results: Sequence[Result]) -> str:
    """Markdown; the columns are aligned for a terminal."""
    return aligned([_HEADER, *(_row(one) for one in results)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown whose first row is its header."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def _row(one: Result) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.minimum * 1000:.0f}",
        f"{one.median * 1000:.0f}",
        f"{one.cores:.1f}" if one.cores else "",
        f"{one.goal * 1000:.0f}" if one.goal else "",
        _REACHED[one.reached],
        f"{one.ratio:.2f} of `{one.peer}`" if one.peer else one.note,
    )


def write_between_marks(file: Path, name: str, text: str) -> None:
    """Replaces what is between `<!-- benchmark: NAME -->` and `<!-- end -->`. Exits when the marks are not there."""
    before, mark, rest = file.read_text().partition(f"<!-- benchmark: {name} -->\n")
    _, end, after = rest.partition("<!-- end -->")
    if not mark or not end:
        raise SystemExit(f"{file} has no marks for the table of {name}")
    file.write_text(f"{before}{mark}\n{text}\n\n{end}{after}")
