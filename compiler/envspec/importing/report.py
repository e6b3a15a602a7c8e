"""What became of each thing that an importer read.

`carried` came out meaning the same, `changed` means something else or stands in another form, `dropped` is not there.
Each has its place in the file that it was read from; the last two have a reason. A reference to what is not there, and a
part that cannot be read, are findings too, which say all that their line says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envspec.diagnostics import Diagnostic, Failure, Label, Source, in_order
from envspec.diagnostics.credentials import masked
from envspec.frozen import Frozen, Mutable, field, frozen, mutable, replace
from envspec.importing.findings import ABSENT, BROKEN, FileName, Mark, source_of, span_of
from envspec.importing.secret_values import IMAGE_LOGIN

CARRIED, CHANGED, DROPPED = "carried", "changed", "dropped"
SCHEMA = 1
_LONGEST = 500


@frozen
class Line(Frozen):
    """`what` is as the file has it, on `line` (from 1; 0 for the whole file) of `file`; `became` is the attribute or
    text of the spec, empty for what was dropped; `finding` the code of the finding that says the same."""

    outcome: str
    what: str
    file: str
    line: int
    became: str = ""
    reason: str = ""
    finding: str = ""


@mutable
class Report(Mutable):
    """`findings` have their places in `sources`, the files that they are about; `read` are those that were looked at."""

    lines: list[Line] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    read: dict[Path, Source | None] = field(default_factory=dict)

    def carried(self, what: str, file: str, line: int, became: str) -> None:
        self._add(CARRIED, what, file, line, became, "")

    def changed(
        self, what: str, file: str, line: int, became: str, reason: str, mark: Mark | None = None
    ) -> None:
        """With a `mark` it is a finding too."""
        self._add(CHANGED, what, file, line, became, reason, mark)

    def dropped(self, what: str, file: str, line: int, reason: str, mark: Mark | None = None) -> None:
        """With a `mark` it is a finding too."""
        self._add(DROPPED, what, file, line, "", reason, mark)

    def broken(self, what: str, file: str, line: int, failure: Failure, mark: Mark | None = None) -> None:
        """What names a file that cannot be read is dropped: `failure` says why, which becomes findings in that file.
        `mark` is the name of it."""
        if not any(one.span for one in failure.diagnostics):  # of a file that cannot be read there is no line
            reason = failure.diagnostics[0].message
            self.dropped(what, file, line, reason, None if mark is None else replace(mark, code=BROKEN))
            return
        place = self._source(file)
        named = () if place is None or mark is None else (Label(span_of(place, line, mark), "named here"),)
        for found in failure.diagnostics:
            self.findings.append(replace(found, code=BROKEN, labels=named))
        self.sources.update(failure.sources)
        self._append(DROPPED, what, file, line, "", failure.diagnostics[0].message, BROKEN)

    def said(self) -> tuple[int, int]:
        """How much is told so far, for `forget`."""
        return len(self.lines), len(self.findings)

    def forget(self, said: tuple[int, int]) -> None:
        """Takes back what was told after that: of a second environment nothing is told again."""
        del self.lines[said[0] :], self.findings[said[1] :]

    def hashes(self, count: int, file: str, line: int = 0) -> None:
        """One line for all hashes of a file, which may be thousands; `line` has the first."""
        if count:
            word = "hash" if count == 1 else "hashes"
            self.dropped(f"{count} {word}", file, line, "`envspec lock` keeps its own")

    def _add(
        self,
        outcome: str,
        what: str,
        file: str,
        line: int,
        became: str,
        reason: str,
        mark: Mark | None = None,
    ) -> None:
        source = None if mark is None else self._source(file)
        if mark is not None and source is not None:
            self.findings.append(_finding(outcome, source, line, became, reason, mark))
        self._append(outcome, what, file, line, became, reason, mark.code if mark and source else "")

    def _append(
        self, outcome: str, what: str, file: str, line: int, became: str, reason: str, finding: str
    ) -> None:
        from envspec.importing.spec import whole_characters

        became, reason = whole_characters(became), whole_characters(reason)
        self.lines.append(Line(outcome, _shown(what), whole_characters(file), line, became, reason, finding))

    def _source(self, file: str) -> Source | None:
        """The text of a file that a line is about; None for what is no file, or cannot be read."""
        from envspec.importing.asked import read_text

        if not isinstance(file, FileName):
            return None
        if file.path not in self.read:
            try:
                self.read[file.path] = source_of(file.path, read_text(file.path))
            except (Failure, OSError):
                self.read[file.path] = None
        source = self.read[file.path]
        if source is not None:
            self.sources[source.file] = source
        return source

    def of(self, outcome: str) -> list[Line]:
        return [line for line in self.lines if line.outcome == outcome]

    @property
    def loses(self) -> bool:
        """Whether anything is not carried over as it was."""
        return bool(self.findings) or any(line.outcome != CARRIED for line in self.lines)


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
                "finding": line.finding,
            }
            for line in report.lines
        ],
        "diagnostics": findings_as_json(report.findings, report.sources),
    }


def findings_as_json(findings: Sequence[Diagnostic], sources: Mapping[str, Source]) -> list[dict[str, Any]]:
    """Findings as `check --format json` has them."""
    from envspec.diagnostics.credentials import masked_sources
    from envspec.diagnostics.render.json_report import as_json as finding_as_json

    shown = masked_sources(findings, sources)
    return [finding_as_json(one, shown) for one in in_order(findings)]


def as_text(report: Report) -> Sequence[str]:
    """Lines for people: what was lost or changed, each with its place, then how many of all. What a finding says is not
    said again."""
    found = [
        f"{_place(line)}: {line.outcome} `{line.what}`{_became(line)}: {line.reason}"
        for outcome in (DROPPED, CHANGED)
        for line in report.of(outcome)
        if not line.finding
    ]
    counts = ", ".join(f"{len(report.of(outcome))} {outcome}" for outcome in (CARRIED, CHANGED, DROPPED))
    return [*found, counts]


def _finding(outcome: str, source: Source, line: int, became: str, reason: str, mark: Mark) -> Diagnostic:
    """All that the line of the report says: the first clause of its reason, the way out, what it became."""
    text = _shown(mark.text)
    first, parted, rest = reason.partition(": " if mark.code == ABSENT else "; ")
    said = f"`{mark.text}`" in first or mark.code == BROKEN
    notes = () if said or first.startswith("there is no such") else (reason,)
    return Diagnostic(
        mark.code,
        masked(first.replace(f"`{mark.text}`", f"`{text}`")) if said else f"there is nothing at `{text}`",
        span_of(source, line, mark),
        marker=f"became `{_shown(became)}`" if outcome == CHANGED else "left out",
        notes=notes,
        help=masked(rest) if parted and said else "",
    )


def _shown(what: str) -> str:
    """One line, not too long, without credentials: those of an address, and what has the form of one. Never nothing."""
    from envspec.importing.spec import whole_characters

    shown = re.sub(r"://[^/\s@]+@", "://…@", " ".join(what[: 20 * _LONGEST].split()))
    shown = IMAGE_LOGIN.sub("…@", shown)
    shown = re.sub(r"(://[^/\s]+/t/)[^/\s]+", r"\1…", shown)  # the token of a conda channel
    shown = re.sub(r"://[^/\s@]{40,}\Z", "://…", shown)  # cut short before its `@`
    shown = masked(whole_characters(shown)) or "an empty text"
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def _place(line: Line) -> str:
    return f"{line.file}:{line.line}" if line.line else line.file


def _became(line: Line) -> str:
    return f" to `{line.became}`" if line.became else ""
