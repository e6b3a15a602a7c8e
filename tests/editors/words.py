"""The words that highlighting knows, as the compiler's tables have them."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.language.attributes import BLOCKS, PARAM_TYPES, RECORDS, ROOTS
from envspec.syntax.numbers import DURATIONS, SIZES

CONSTANTS = ("true", "false", "none")
"""The words that are values; `resolve.values` knows them one by one."""

WORDS: Mapping[str, frozenset[str]] = {
    "block": frozenset(BLOCKS),
    "record": frozenset(RECORDS),
    "type": frozenset(PARAM_TYPES),
    "root": frozenset(ROOTS),
    "size": frozenset(SIZES),
    "duration": frozenset(DURATIONS),
    "constant": frozenset(CONSTANTS),
}
