"""Fixes applied to texts: findings and sources in, changed texts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from envspec.diagnostics.span import Source


def applicable(diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> list[Fix]:
    """The first fix of each finding that is safe (or any with `unsafe`), without those that touch the same
    characters as one before them."""
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen: list[Fix] = []
    for diagnostic in diagnostics:
        fix = next((fix for fix in diagnostic.fixes if fix.edits and (fix.safe or unsafe)), None)
        if fix is None or fix in chosen:
            continue
        if any(_touches(edit, span) for edit in fix.edits for span in taken.get(edit.span.file, ())):
            continue
        chosen.append(fix)
        for edit in fix.edits:
            taken.setdefault(edit.span.file, []).append((edit.span.start, edit.span.end))
    return chosen


def apply(fixes: Iterable[Fix], sources: Mapping[str, Source]) -> dict[str, str]:
    """The new text of each file that the fixes change. They must not touch each other."""
    edits: dict[str, list[Edit]] = {}
    for fix in fixes:
        for edit in fix.edits:
            edits.setdefault(edit.span.file, []).append(edit)
    changed = {}
    for file, some in edits.items():
        text = sources[file].text
        for edit in sorted(some, key=lambda e: (e.span.start, e.span.end), reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
        changed[file] = text
    return changed


def _touches(edit: Edit, span: tuple[int, int]) -> bool:
    start, end = span
    # Two insertions at one place have no order of their own.
    return edit.span.start <= end and start <= edit.span.end
