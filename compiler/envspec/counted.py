"""How many of something, as people write it: `1 file`, `2 files`, `12,000 copies`."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """`many` is what is not one of them, `one` with an `s` without it."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
