"""Lines before they are text: what is aligned with what is known only when all lines of a group are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

INDENT = "    "
BEFORE_COMMENT = "  "


@dataclass(slots=True)
class Line:
    """`name` and `operator` are set for an attribute or an entry of a map, whose `=` is aligned with those of
    its group; `text` is what follows. `rest` are further lines of the same value, verbatim, as in a long string.
    `group` numbers the alignment groups, 0 is none. `comment` stands at the end of the last line."""

    depth: int
    text: str
    name: str = ""
    operator: str = ""
    group: int = 0
    comment: str = ""


BLANK = Line(0, "")


def text_of(lines: Sequence[Line]) -> str:
    """The text of the lines, each with a line end."""
    laid = list(_comments_aligned(list(_operators_aligned(lines))))
    return "".join(f"{line.rstrip()}\n" if not line.endswith("\n") else line for line in laid)


def _operators_aligned(lines: Sequence[Line]) -> Iterator[Line]:
    widths: dict[int, int] = {}
    for line in lines:
        if line.group:
            widths[line.group] = max(widths.get(line.group, 0), len(line.name) + len(line.operator))
    for line in lines:
        if line.group:
            gap = " " * (widths[line.group] - len(line.name) - len(line.operator) + 1)
            yield replace(
                line, text=f"{line.name}{gap}{line.operator} {line.text}", name="", operator="", group=0
            )
        else:
            yield line


def _comments_aligned(lines: Sequence[Line]) -> Iterator[str]:
    """Comments at the ends of neighbouring lines of one depth begin in one column."""
    at = 0
    while at < len(lines):
        last = at
        while last < len(lines) and lines[last].comment and lines[last].depth == lines[at].depth:
            last += 1
        if last == at:
            yield _plain(lines[at])
            at += 1
            continue
        texts = [_plain(line) for line in lines[at:last]]
        column = max(len(text.rpartition("\n")[2]) for text in texts)
        for line, text in zip(lines[at:last], texts, strict=True):
            gap = " " * (column - len(text.rpartition("\n")[2]))
            yield f"{text}{gap}{BEFORE_COMMENT}{line.comment}"
        at = last


def _plain(line: Line) -> str:
    return INDENT * line.depth + line.text if line.text else ""
