"""Reads TOML that is written as `envspec.lock` is: a table, a key or a row of a list to a line.

`tomllib` reads a character at a time in Python; a lock of some hundred packages takes it longer than everything else
that an unchanged build does. Here the rows become JSON. What always holds: the answer is what `tomllib` would give; a
text in any other form, damaged ones with it, gives None, and `tomllib` reads it and says what is wrong.
"""

from __future__ import annotations

import json
from typing import Any

from envspec.lazy_pattern import lazy_pattern

_PART = r'(?:[A-Za-z0-9_-]+|"[^"]*")'
_HEADER = lazy_pattern(rf"\[({_PART}(?:\.{_PART})*)\]")
_PARTS = lazy_pattern(r'([A-Za-z0-9_-]+)|"([^"]*)"')
_PAIR = lazy_pattern(r'([A-Za-z0-9_-]+) = (?:("[^"]*")|(0|[1-9][0-9]{0,15})|(\[))')
_TOKEN = lazy_pattern(r'"[^"]*"|([A-Za-z0-9_-]+) = |([^\[\]{}, \n0-9])')
"""A text, the name of a value, and what is nothing that a row holds besides numbers."""


def read_quickly(text: str) -> dict[str, Any] | None:
    """The document, None when `tomllib` has to look. Lines end with `\\n`."""
    if "\\" in text or "\x7f" in text:
        return None
    try:
        return _document(text.split("\n"))
    except (ValueError, RecursionError):
        return None


def _document(lines: list[str]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    table = document
    headers: set[tuple[str, ...]] = set()
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if not line or (line.startswith("# ") and line.isprintable()):
            continue
        if header := _HEADER.fullmatch(line):
            path = tuple(_text(bare, quoted) for bare, quoted in _PARTS.findall(header[1]))
            if path in headers:
                raise ValueError(line)
            headers.add(path)
            table = _table(document, path)
            continue
        pair = _PAIR.fullmatch(line)
        if pair is None or pair[1] in table:
            raise ValueError(line)
        if pair[4]:
            end = lines.index("]", at)
            table[pair[1]] = _rows(lines[at:end])
            at = end + 1
        else:
            table[pair[1]] = json.loads(pair[2] or pair[3])
    return document


def _text(bare: str, quoted: str) -> str:
    if not bare:
        json.loads(f'"{quoted}"')  # control characters
    return bare or quoted


def _table(document: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    table = document
    for name in path:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise ValueError(name)
    return table


def _rows(lines: list[str]) -> list[Any]:
    if not all(line.startswith("    { ") and line.endswith(" },") for line in lines):
        raise ValueError("another form of list")
    made = _TOKEN.sub(_json, "\n".join(lines))
    rows: list[Any] = json.loads(f"[{made[:-1]}]", object_pairs_hook=_once)
    return rows


def _json(token: Any) -> str:
    if token[2]:
        raise ValueError(token[2])
    return f'"{token[1]}":' if token[1] else str(token[0])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name twice")
    return made
