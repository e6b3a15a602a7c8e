"""What became of each thing that an importer read.

`carried` came out meaning the same, `changed` means something else or stands in another form, `dropped` is not there.
Each has its place in the file that it was read from; the last two have a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from envspec.diagnostics.credentials import masked
from envspec.frozen import Frozen, Mutable, field, frozen, mutable

CARRIED, CHANGED, DROPPED = "carried", "changed", "dropped"
SCHEMA = 1
_LONGEST = 500


@frozen
class Line(Frozen):
    """`what` is as the file has it, on `line` (from 1; 0 for the whole file) of `file`; `became` is the attribute or
    text of the spec, empty for what was dropped."""

    outcome: str
    what: str
    file: str
    line: int
    became: str = ""
    reason: str = ""


@mutable
class Report(Mutable):
    lines: list[Line] = field(default_factory=list)

    def carried(self, what: str, file: str, line: int, became: str) -> None:
        self._add(CARRIED, what, file, line, became, "")

    def changed(self, what: str, file: str, line: int, became: str, reason: str) -> None:
        self._add(CHANGED, what, file, line, became, reason)

    def dropped(self, what: str, file: str, line: int, reason: str) -> None:
        self._add(DROPPED, what, file, line, "", reason)

    def hashes(self, count: int, file: str, line: int = 0) -> None:
        """One line for all hashes of a file, which may be thousands; `line` has the first."""
        if count:
            word = "hash" if count == 1 else "hashes"
            self.dropped(f"{count} {word}", file, line, "`envspec lock` keeps its own")

    def _add(self, outcome: str, what: str, file: str, line: int, became: str, reason: str) -> None:
        from envspec.importing.spec import whole_characters

        others = (whole_characters(text) for text in (became, reason))
        self.lines.append(Line(outcome, _shown(what), whole_characters(file), line, *others))

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def loses(self) -> bool:
        """Whether anything is not carried over as it was."""
        return any(line.outcome != CARRIED for line in self.lines)


def as_json(report: Report) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "summary": {outcome: len(report.of(outcome)) for outcome in (CARRIED, CHANGED, DROPPED)},
        "lines": [
            {
                "outcome": line.outcome,
                "what": line.what,
                "file": line.file,
                "line": line.line,
                "became": line.became,
                "reason": line.reason,
            }
            for line in report.lines
        ],
    }


def as_text(report: Report) -> Sequence[str]:
    """Lines for people: what was lost or changed, each with its place, then how many of all."""
    found = [
        f"{_place(line)}: {line.outcome} `{line.what}`{_became(line)}: {line.reason}"
        for outcome in (DROPPED, CHANGED)
        for line in report.of(outcome)
    ]
    counts = ", ".join(f"{len(report.of(outcome))} {outcome}" for outcome in (CARRIED, CHANGED, DROPPED))
    return [*found, counts]


def _shown(what: str) -> str:
    """One line, not too long, without credentials: those of an address, and what has the form of one. Never nothing."""
    from envspec.importing.spec import whole_characters

    shown = re.sub(r"://[^/\s@]+@", "://…@", " ".join(what[: 20 * _LONGEST].split()))
    shown = re.sub(r"(://[^/\s]+/t/)[^/\s]+", r"\1…", shown)  # the token of a conda channel
    shown = re.sub(r"://[^/\s@]{40,}\Z", "://…", shown)  # cut short before its `@`
    shown = masked(whole_characters(shown)) or "an empty text"
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _place(line: Line) -> str:
    return f"{line.file}:{line.line}" if line.line else line.file


def _became(line: Line) -> str:
    return f" to `{line.became}`" if line.became else ""
