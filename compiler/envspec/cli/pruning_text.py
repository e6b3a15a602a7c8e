"""What goes, or went, as a table and as JSON; sizes as people read them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from envspec.counted import counted
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.actions.pruning.prune import Item, Pruned

_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_SHOWN_KEPT = 10
_WORDS = {
    "copies": ("copy of stored content", "copies of stored content"),
    "documents": ("document about builds", "documents about builds"),
    "store": ("object of the store", "objects of the store"),
    "removed": ("rest of an earlier prune", "rests of earlier prunes"),
}


def size_text(size: int) -> str:
    """As docker prints it: 1 kB are 1000 bytes."""
    value = float(size)
    for unit in _UNITS:
        if value < 999.5 or unit == _UNITS[-1]:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.3g} {unit}"
        value /= 1000
    raise AssertionError


def pruned_json(
    pruned: Pruned, older: float | None, keep: int | None, kinds: Sequence[str]
) -> dict[str, Any]:
    return {
        "schema": 1,
        "done": pruned.done,
        "asked": {"older_seconds": older, "keep": keep, "kinds": list(kinds)},
        "items": [asdict(item) for item in pruned.items],
        "size": pruned.size,
        "kept": [{"name": name, "why": why} for name, why in pruned.kept],
        "notes": list(pruned.notes),
    }


def rows_of(pruned: Pruned) -> Iterator[list[str]]:
    """A row for each thing, one for all runs of a name and for what has no name."""
    runs: dict[str, list[Item]] = {}
    for item in pruned.items:
        if item.kind == "run":
            runs.setdefault(item.name.rpartition("-")[0], []).append(item)
    for some in runs.values():
        first, last = some[0], some[-1]
        name = first.name if len(some) == 1 else f"{first.name} … {last.name} ({counted(len(some), 'run')})"
        yield ["run", name, size_text(sum(item.size for item in some)), first.why]
    for item in pruned.items:
        if item.kind in _WORDS:
            yield [item.kind, counted(item.count, *_WORDS[item.kind]), size_text(item.size), item.why]
        elif item.kind != "run":
            yield [item.kind, item.name, size_text(item.size), item.why]


def kept_lines(pruned: Pruned) -> Iterator[str]:
    for name, why in pruned.kept[:_SHOWN_KEPT]:
        yield f"{name} stays: {why}"
    if (more := len(pruned.kept) - _SHOWN_KEPT) > 0:
        yield f"and {more:,} more {'stays' if more == 1 else 'stay'}: `--format json` has all"


def total_line(pruned: Pruned) -> str:
    count = sum(item.count for item in pruned.items)
    return f"{counted(count, 'thing')}, {size_text(pruned.size)}"
