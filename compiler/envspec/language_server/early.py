"""Findings of a long file while somebody types in it: at once those in what has changed, soon after all of them.

A file that is checked faster than people type is simply checked. For any other the last complete findings are kept;
after a change those outside of the changed statement stay as they were, moved by the lines that came or went, and those
inside it come from an excerpt (`editor.excerpt`). When nobody types, the whole is checked (`rest`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from lsprotocol import types

from envspec.editor.analysis import Analysis, Project
from envspec.editor.excerpt import Excerpt, Part, changed, is_of, parts_of
from envspec.language_server.document import Document

LONG = 200
"""Lines from which on a file is long: below, all of it is checked in less time than a frame of a screen takes."""

Translate = Callable[[Document, Analysis], list[types.Diagnostic]]
"""The wanted findings of an analysis that are in its file, as the protocol has them."""


@dataclass(slots=True)
class _Kept:
    """What is known of a document since it was checked as a whole, and since then mended by excerpts."""

    parts: list[Part]
    found: list[types.Diagnostic]


@dataclass(slots=True)
class Early:
    """By the address of the document."""

    kept: dict[str, _Kept] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    """Those whose last findings were early ones."""

    def complete(self, document: Document, analysis: Analysis, found: list[types.Diagnostic]) -> None:
        """A document was checked as a whole."""
        self.waiting.discard(document.uri)
        source = analysis.source
        if len(source.line_starts) < LONG:
            self.kept.pop(document.uri, None)
            return
        parts = parts_of(analysis.module.module, source.text, source.line_starts)
        self.kept[document.uri] = _Kept(parts, found)

    def findings(self, document: Document, translate: Translate) -> list[types.Diagnostic] | None:
        """Those of a document, it may have changed; None when it has to be checked as a whole."""
        kept = self.kept.get(document.uri)
        text = document.project.buffers.get(document.file)
        if kept is None or text is None:
            return None
        if is_of(kept.parts, text):
            if document.project.knows(document.file):
                return None  # costs nothing
            self.waiting.add(document.uri)  # this text is the same, but something that it imports is not
            return kept.found
        step = changed(kept.parts, text)
        if step is None:
            return None
        parts, excerpt = step
        project = Project(document.project.root, {**document.project.buffers, document.file: excerpt.text})
        analysis = project.analyse(document.file)
        if analysis is None:
            return None
        inside = _inside(translate(replace(document, project=project), analysis), excerpt, document.uri)
        self.waiting.add(document.uri)
        kept.parts = parts
        kept.found = sorted([*_outside(kept.found, excerpt), *inside], key=_place)
        return kept.found

    def forget(self, uri: str) -> None:
        self.kept.pop(uri, None)
        self.waiting.discard(uri)


def _place(finding: types.Diagnostic) -> tuple[int, int, str]:
    return finding.range.start.line, finding.range.start.character, str(finding.code)


def _outside(found: Sequence[types.Diagnostic], excerpt: Excerpt) -> list[types.Diagnostic]:
    """What was found elsewhere, moved."""
    kept = []
    for finding in found:
        line = finding.range.start.line
        if line < excerpt.first:
            kept.append(finding)
        elif line >= excerpt.last - excerpt.grown:
            kept.append(_moved(finding, lambda number: number + excerpt.grown))
    return kept


def _inside(found: Sequence[types.Diagnostic], excerpt: Excerpt, uri: str) -> list[types.Diagnostic]:
    """What the excerpt has in the changed lines, at its place in the whole file."""
    last = len(excerpt.numbers) - 1

    def number(line: int) -> int:
        return excerpt.numbers[line] if line <= last else excerpt.numbers[last] + line - last

    kept = []
    for finding in found:
        line = number(finding.range.start.line)
        if excerpt.first <= line < excerpt.last:
            related = [
                types.DiagnosticRelatedInformation(
                    types.Location(info.location.uri, _lines(info.location.range, number)), info.message
                )
                if info.location.uri == uri
                else info
                for info in finding.related_information or ()
            ]
            moved = _moved(finding, number)
            moved.related_information = related or None
            kept.append(moved)
    return kept


def _moved(finding: types.Diagnostic, number: Callable[[int], int]) -> types.Diagnostic:
    return types.Diagnostic(
        range=_lines(finding.range, number),
        message=finding.message,
        severity=finding.severity,
        code=finding.code,
        source=finding.source,
        tags=finding.tags,
        related_information=finding.related_information,
    )


def _lines(place: types.Range, number: Callable[[int], int]) -> types.Range:
    start, end = place.start, place.end
    return types.Range(
        types.Position(number(start.line), start.character), types.Position(number(end.line), end.character)
    )
