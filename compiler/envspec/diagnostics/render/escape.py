"""Text of a spec, a name or a log, made safe for a terminal and measured in its columns."""

from __future__ import annotations

import unicodedata

TAB = "    "


def visible(text: str) -> str:
    """Control and formatting characters (also those that turn the direction of text) become visible escapes,
    a tab becomes four blanks: nothing in it can drive a terminal or show a line other than it is."""
    return text if text.isascii() and text.isprintable() else "".join(map(visible_character, text))


def visible_character(character: str) -> str:
    if character == "\t":
        return TAB
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return f"\\u{{{ord(character):x}}}"
    return character


def width(text: str) -> int:
    """Columns that visible text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"} or "\u1160" <= character <= "\u11ff":
        return 0  # accents, and the later parts of a Hangul syllable
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1
