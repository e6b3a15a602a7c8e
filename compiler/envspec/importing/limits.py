"""What the language lets a number, size or duration be, for importers of tools that let it be more."""

from __future__ import annotations

from fractions import Fraction

from envspec.language.attributes import BLOCKS, RECORDS
from envspec.resolve.strings import amount_text


def out_of_range(block: str, attribute: str, amount: int | Fraction) -> str:
    """Why `attribute` of `block` cannot be `amount` (bytes of a size, seconds of a duration), as a clause; else empty."""
    row = (BLOCKS.get(block) or RECORDS[block]).attribute(attribute)
    assert row is not None, attribute
    kind = row.type
    for bound, words, wrong in (
        (kind.minimum, "at least", kind.minimum is not None and amount < kind.minimum),
        (kind.maximum, "at most", kind.maximum is not None and amount > kind.maximum),
    ):
        if wrong:
            return f"`{attribute}` is {words} {amount_text(kind, bound)}"
    return ""
