"""TOML as tools read it today.

`tomllib` reads TOML 1.0. In TOML 1.1, which pixi and uv take, an inline table may be broken over lines, hold comments and
end with a comma; such a text is read again with these as spaces, so that every character keeps its place.
"""

from __future__ import annotations

import re
from typing import Any

from envspec.lazy_pattern import lazy_pattern

_TOKEN = lazy_pattern(
    r'(?P<string>"""(?:\\[\s\S]|(?!""")[^\\])*"""+|\'\'\'(?:(?!\'\'\')[\s\S])*\'\'\'+'
    r"|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{},])|(?P<other>[^\s#\"'\[\]{},]+)"
)
_PLACE = lazy_pattern(r"\(at line (\d+), column (\d+)\)")


def loads(text: str) -> dict[str, Any]:
    """The document. Raises `tomllib.TOMLDecodeError`, with the place in `text`."""
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        text = text.replace("\r\n", "\n")
        joined = _joined(text)
        if joined == text:
            raise
    try:
        return tomllib.loads(joined)
    except tomllib.TOMLDecodeError as error:
        raise tomllib.TOMLDecodeError(_PLACE.sub(lambda at: _in(text, joined, at), str(error))) from None


def _joined(text: str) -> str:
    """The text with inline tables of one line each, as long as before."""
    blank: list[tuple[int, int]] = []
    open_, before, comma = [""], "", 0
    for token in _TOKEN.finditer(text):
        inside = open_[-1] == "{"
        if token.lastgroup in ("comment", "newline"):
            if inside:
                blank.append(token.span())
            continue
        if token[0] in ("[", "{"):
            open_.append(token[0])
        elif token[0] in ("]", "}") and len(open_) > 1:
            open_.pop()
            if inside and before == "value,":
                blank.append((comma, comma + 1))
        if token[0] == "," and before == "value":
            before, comma = "value,", token.start()
        else:
            before = token[0] if token[0] in ("[", "{", ",") else "value"
    parts, at = [], 0
    for start, end in sorted(blank):
        parts += [text[at:start], " " * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _in(text: str, joined: str, place: re.Match[str]) -> str:
    """The place of an error in the joined text, as the text itself counts."""
    lines = joined.split("\n")
    at = sum(len(line) + 1 for line in lines[: int(place[1]) - 1]) + int(place[2]) - 1
    before = text[:at]
    return f"(at line {before.count(chr(10)) + 1}, column {at - before.rfind(chr(10))})"
