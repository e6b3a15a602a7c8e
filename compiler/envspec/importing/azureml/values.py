"""Single values of YAML as the language writes them: literals of params and matrices, sizes, durations, placeholders."""

from __future__ import annotations

import re

from envspec.importing.yaml_text import Node
from envspec.ir.canonical import number_text
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.numbers import LARGEST
from envspec.syntax.strings import quote

PLACEHOLDER = lazy_pattern(r"\$\{\{\s*([A-Za-z0-9_.-]+)\s*\}\}")
"""`${{inputs.epochs}}`, as Azure ML fills it in."""

_NUMBER = lazy_pattern(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_SIZE = lazy_pattern(r"([0-9]+)\s*([bkmgtBKMGT]?)(i?)[bB]?")
_UNITS = {"": "B", "b": "B", "k": "KiB", "m": "MiB", "g": "GiB", "t": "TiB"}
_DURATIONS = ((86400, "d"), (3600, "h"), (60, "m"))


def literal(node: Node) -> tuple[str, str]:
    """The literal and its type: of a scalar in quotes always a string, as of a number that would be passed to a program
    in other digits (`1.0` would be `1`)."""
    text = node.text
    if node.plain and isinstance(node.value, bool):
        return ("true" if node.value else "false"), "boolean"
    number = number_of(text) if node.plain else None
    if number is not None and number_text(number) == text:
        return text, "integer" if isinstance(number, int) else "number"
    return quote(text), "string"


def number_of(text: str) -> int | float | None:
    """The number that a text is in JSON's form, within what the language has."""
    match = _NUMBER.fullmatch(text) if len(text) < 400 else None
    if match is None:
        return None
    if match[2] is None and match[3] is None:
        return int(text) if abs(int(text)) <= LARGEST else None
    number = float(text)
    return number if abs(number) < float("inf") else None


def whole_number(node: Node, least: int = 1) -> int | None:
    """A whole number from `least` on."""
    number = number_of(node.text.strip())
    if isinstance(number, float) and number.is_integer() and abs(number) <= LARGEST:
        number = int(number)
    return number if isinstance(number, int) and number >= least else None


def size(text: str) -> str | None:
    """A size of Docker's form (`2g`, `512m`, bytes without a unit), whose units are powers of 1024."""
    match = _SIZE.fullmatch(text.strip()) if len(text) < 30 else None
    if match is None or (match[3] and not match[2]):
        return None
    return f"{int(match[1])}{_UNITS[match[2].lower()]}"


def duration(node: Node) -> str | None:
    """A number of seconds."""
    seconds = whole_number(node)
    if seconds is None:
        return None
    for length, unit in _DURATIONS:
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def string_with(parts: list[str], references: list[str]) -> str:
    """A string literal of texts with references between them: one part more than there are references."""
    out = ['"']
    for number, part in enumerate(parts):
        written = quote(part)[1:-1]
        if number < len(references) and written.endswith("$"):
            written = written[:-1] + "\\u{24}"  # `$${` would be no placeholder
        out.append(written)
        if number < len(references):
            out.append(f"${{{references[number]}}}")
    return "".join([*out, '"'])


def has_blanks(text: str) -> bool:
    """Whether a shell would make several words of it, or none."""
    return not text or re.search(r"\s", text) is not None
