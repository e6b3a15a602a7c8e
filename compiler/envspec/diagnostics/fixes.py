"""Fixes applied to texts: findings and sources in, changed texts out."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from operator import itemgetter

from envspec.diagnostics.diagnostic import Diagnostic, Edit, Fix
from envspec.diagnostics.span import Source


def applicable(diagnostics: Iterable[Diagnostic], *, unsafe: bool = False) -> list[Fix]:
    """The first fix of each finding that is safe (or any with `unsafe`), without those that touch the same
    characters as one before them."""
    taken: dict[str, list[tuple[int, int]]] = {}
    chosen: dict[Fix, None] = {}
    for diagnostic in diagnostics:
        fix = next((fix for fix in diagnostic.fixes if fix.edits and (fix.safe or unsafe)), None)
        if fix is None or fix in chosen:
            continue
        if any(_touches(edit, taken.get(edit.span.file, [])) for edit in fix.edits):
            continue
        chosen[fix] = None
        for edit in fix.edits:
            insort(taken.setdefault(edit.span.file, []), (edit.span.start, edit.span.end))
    return list(chosen)


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


def _touches(edit: Edit, taken: list[tuple[int, int]]) -> bool:
    """Whether an edit shares a place with one of `taken`, which are in order and apart, so that their ends are in order
    too. Two insertions at one place touch: they have no order of their own."""
    before = bisect_right(taken, edit.span.end, key=itemgetter(0))
    return before > 0 and taken[before - 1][1] >= edit.span.start
