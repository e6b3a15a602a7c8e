"""Findings for people: the line, carets under what is wrong, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from envspec.diagnostics.diagnostic import Diagnostic, Severity
from envspec.diagnostics.render.escape import visible, width
from envspec.diagnostics.span import Source, Span

_COLOURS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_WIDEST = 160


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], colour: bool) -> str:
    """All findings and a line that counts them."""
    if not diagnostics:
        return ""
    blocks = [_finding(d, sources, colour) for d in diagnostics]
    return "\n".join(blocks) + "\n" + summary(diagnostics) + "\n"


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    counts = {
        severity: sum(d.severity is severity for d in diagnostics)
        for severity in (Severity.ERROR, Severity.WARNING, Severity.INFO)
    }
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    return ", ".join(f"{n} {names[s]}{'' if n == 1 else 's'}" for s, n in counts.items() if n)


def _finding(d: Diagnostic, sources: Mapping[str, Source], colour: bool) -> str:
    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if colour else text

    lines = [paint(f"{d.severity}[{d.code}]", f"1;{_COLOURS[d.severity]}") + f": {visible(d.message)}"]
    lines += _places(d, sources)
    fix = f"  [fix: {'safe' if d.fixes[0].safe else 'unsafe'}]" if d.fixes else ""
    if d.help:
        lines.append(f"help: {visible(d.help)}{fix}")
    elif fix:
        lines.append(f"help: {visible(d.fixes[0].title)}{fix}")
    lines += [f"note: {visible(note)}" for note in d.notes]
    if d.log:
        lines.append("log:")
        lines += [f"  | {visible(line)}" for line in d.log.splitlines()]
    lines.append(f"note: envspec explain {d.code}")
    return "\n".join(lines) + "\n"


def _places(d: Diagnostic, sources: Mapping[str, Source]) -> list[str]:
    """The excerpt: marked lines by file, that of the finding itself first."""
    if d.span is None:
        return []
    marks: list[tuple[Span, str, str]] = [(d.span, "^", d.marker)]
    marks += [(label.span, "-", label.text) for label in d.labels]
    files = list(dict.fromkeys(span.file for span, _, _ in marks))
    numbers = [sources[span.file].position(span.start).line for span, _, _ in marks if span.file in sources]
    gutter = len(str(max(numbers, default=1)))
    lines: list[str] = []
    for file in files:
        source = sources.get(file)
        if source is None:
            lines.append(f"{' ' * gutter}--> {visible(file)}")
            continue
        here = sorted(
            ((source.position(s.start).line, s, sign, text) for s, sign, text in marks if s.file == file),
            key=lambda mark: (mark[0], mark[1].start),
        )
        first = d.span if file == d.span.file else here[0][1]
        position = source.position(first.start)
        lines.append(f"{' ' * gutter}--> {visible(file)}:{position.line}:{position.column}")
        lines.append(f"{' ' * gutter} |")
        shown = 0
        for number, span, sign, text in here:
            if number != shown:
                lines.append(f"{number:>{gutter}} | {_cropped(visible(source.line(number)))}")
                shown = number
            lines.append(
                f"{' ' * gutter} | {_underline(source, number, span, sign)} {visible(text)}".rstrip()
            )
        lines.append(f"{' ' * gutter} |")
    return lines


def _cropped(line: str) -> str:
    return line if len(line) <= _WIDEST else line[:_WIDEST] + " …"


def _underline(source: Source, number: int, span: Span, sign: str) -> str:
    """The carets under the part of the span on its first line; at least one."""
    start = source.line_starts[number - 1]
    line = source.line(number)
    before = visible(line[: span.start - start])
    marked = visible(line[span.start - start : max(span.end - start, 0)])
    return " " * min(width(before), _WIDEST) + sign * max(1, min(width(marked), _WIDEST))
