"""Findings for people: the lines, carets under what is wrong, why, and what to do about it.

The form is in section 5 of the design. What always holds: no character of a spec, a name or a log reaches
the terminal that could do anything there but be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.render.escape import visible
from envspec.diagnostics.render.excerpt import Mark, excerpt
from envspec.diagnostics.span import Source, Span

_COLOURS = {"error": "1;31", "warning": "1;33", "info": "1;36", "gutter": "1;34", "why": "1;34", "word": "1"}
_WORDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}

_Paint = Callable[[str, str], str]


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    """All findings and a line that counts them; empty when there are none."""
    if not diagnostics:
        return ""
    paint = _painted if colour else _plain
    blocks = ["\n".join(_finding(d, sources, paint)) + "\n" for d in diagnostics]
    return "\n".join(blocks) + "\n" + summary(diagnostics) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    counts = {severity: sum(d.severity is severity for d in diagnostics) for severity in _WORDS}
    return ", ".join(f"{n} {_WORDS[s]}{'' if n == 1 else 's'}" for s, n in counts.items() if n)


def _painted(text: str, role: str) -> str:
    return f"\x1b[{_COLOURS[role]}m{text}\x1b[0m" if text else ""


def _plain(text: str, role: str) -> str:
    return text


def _finding(d: Diagnostic, sources: Mapping[str, Source], paint: _Paint) -> list[str]:
    rows = [paint(f"{d.severity}[{d.code}]", str(d.severity)) + ": " + paint(visible(d.message), "word")]
    rows += _places(d, sources, paint)
    tags = [f"  [fix: {'safe' if fix.safe else 'unsafe'}]" for fix in d.fixes]
    helps = [(d.help or d.fixes[0].title, tags[0])] if d.fixes else [(d.help, "")] if d.help else []
    helps += [(fix.title, tag) for fix, tag in zip(d.fixes[1:], tags[1:], strict=True)]
    for text, tag in helps:
        rows += _said("help", text, paint)
        rows[-1] += tag
    for note in d.notes:
        rows += _said("note", note, paint)
    if d.log:
        rows.append(paint("log", "word") + ":")
        rows += [f"    {visible(line)}".rstrip() for line in d.log.split("\n")]
    return [*rows, paint("note", "word") + f": envspec explain {d.code}"]


def _said(word: str, text: str, paint: _Paint) -> list[str]:
    """A note of several lines hangs under its first."""
    first, *rest = text.split("\n")
    return [
        paint(word, "word") + f": {visible(first)}",
        *(f"      {visible(line)}".rstrip() for line in rest),
    ]


def _places(d: Diagnostic, sources: Mapping[str, Source], paint: _Paint) -> list[str]:
    """The excerpts: the file of the finding first, then those that say why."""
    marks: dict[str, list[Mark]] = {}
    firsts: dict[str, Span] = {}
    places = [(d.span, "^", d.marker), *((label.span, "-", label.text) for label in d.labels)]
    if d.span is not None and d.context is not None:
        places.append((d.context, "", ""))
    for span, sign, text in places:
        if span is not None:
            firsts.setdefault(span.file, span)
            marks.setdefault(span.file, []).append(Mark(span.start, span.end, sign, text))
    rows = {file: list(excerpt(sources[file], marks[file])) for file in marks if file in sources}
    gutter = len(str(max((row.number for file in rows.values() for row in file), default=1)))
    bar = paint(" " * (gutter + 2) + "|", "gutter")
    lines: list[str] = []
    for file, first in firsts.items():
        arrow = paint(" " * (gutter + 1) + "-->", "gutter") + f" {visible(file)}"
        if file not in rows:
            lines.append(arrow)
            continue
        position = sources[file].position(first.start)
        lines += [f"{arrow}:{position.line}:{position.column}", bar]
        for row in rows[file]:
            if row.number:
                lines.append(f"{paint(f' {row.number:>{gutter}} |', 'gutter')} {row.text}".rstrip())
                continue
            role = str(d.severity) if row.sign == "^" else "why"
            indent = " " * (len(row.text) - len(row.text.lstrip()))
            lines.append(f"{bar} {indent}{paint(f'{row.text.strip()} {visible(row.note)}'.rstrip(), role)}")
        lines.append(bar)
    return lines
