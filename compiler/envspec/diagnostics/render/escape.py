"""Text of a spec, a name or a log, made safe for a terminal and measured in its columns."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """Control and formatting characters become visible escapes; a tab becomes four blanks."""
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return f"\\u{{{ord(character):x}}}"
    return character


def width(text: str) -> int:
    """Columns that visible text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )
