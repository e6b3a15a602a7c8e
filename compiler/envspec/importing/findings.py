"""Findings about the files that are imported: where they stand, and the text to show them in.

In: a file, a line of it, and what is written there. Out: a `Diagnostic` with the place. What always holds: the text that
findings are shown in has no credential, and every place is one in it.
"""

from __future__ import annotations

import re
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Source, Span
from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from envspec.importing.yaml_text import Node

ABSENT = "W1306"
"""A reference to what is not there."""
BROKEN = "W1307"
"""A part that cannot be read."""
_FURTHER = 40
"""Lines after the first one of something, in which a part of it is looked for: commands and requirements go on."""
_ASSIGNED = lazy_pattern(r"(?<![\w.-])(?P<name>[A-Za-z_][A-Za-z0-9_.-]{0,100})[\"']?[ \t]*[:=][ \t]*[\"']?")
"""A name before its value, in the ways in which files of all kinds set variables."""
_VALUE = lazy_pattern(r"[^\s\"'][^\r\n\"']{0,2000}")


class FileName(str):
    """The name of a file in the report, which knows the file."""

    path: Path

    def __new__(cls, shown: str, path: Path) -> FileName:
        made = super().__new__(cls, shown)
        made.path = path
        return made


@frozen
class Mark(Frozen):
    """What a finding with this code marks: `text`, in the characters `start` to `end` of the file where that is known,
    else on the line that the report names. Without a text it is just these characters."""

    code: str
    text: str
    start: int = 0
    end: int = 0


def absent(written: str, node: Node | None = None) -> Mark:
    """For a line of the report that says that what it names is not there. `node` is where it stands."""
    return Mark(ABSENT, written) if node is None else Mark(ABSENT, written, node.start, node.end)


def mark_of(error: Exception) -> Mark:
    """Where `json` gave up, the beginning of the file for any other error."""
    at = error.pos if isinstance(error, JSONDecodeError) else 0
    return Mark(BROKEN, "", at, at + 1)


def file_of(path: Path) -> str:
    """A file as findings name it: from where the caller stands, as a terminal opens it."""
    folder = Path.cwd()
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def source_of(path: Path, text: str) -> Source:
    """A file to show findings in."""
    return Source.of(file_of(path), _without_secrets(text))


def span_of(source: Source, line: int, mark: Mark) -> Span:
    """The place of what is marked: the text as a word of its own, else the line, else the beginning of the file."""
    text = source.text
    if not mark.text and 0 <= mark.start < mark.end:
        return Span(source.file, min(mark.start, len(text)), min(mark.end, len(text)))
    if 0 <= mark.start < mark.end <= len(text) and (found := _written(text, mark.text, mark.start, mark.end)):
        return Span(source.file, *found)
    starts = source.line_starts
    if not 1 <= line <= len(starts):
        return Span(source.file, *(_named(text, mark.text, 0, len(text)) or (0, 0)))
    first = starts[line - 1]
    after = starts[line] if line < len(starts) else len(text)
    last = starts[line + _FURTHER] if line + _FURTHER < len(starts) else len(text)
    return Span(source.file, *(_named(text, mark.text, first, last) or _bare(text, first, after)))


def line_span(source: Source, line: int) -> Span:
    """A whole line, without its margins."""
    return span_of(source, line, Mark("", ""))


def _named(text: str, wanted: str, start: int, end: int) -> tuple[int, int] | None:
    """Where `wanted` stands; of a path that is written in quite another way, where its last part does."""
    last = wanted.rstrip("/").rpartition("/")[2]
    return _written(text, wanted, start, end) or _word(text, last, start, end)


def _written(text: str, wanted: str, start: int, end: int) -> tuple[int, int] | None:
    """Where `wanted` stands, or the same path without `./`, which importers write before it. No text has credentials."""
    from envspec.diagnostics.credentials import masked

    wanted = masked(wanted)
    return _word(text, wanted, start, end) or _word(text, wanted.removeprefix("./"), start, end)


def _word(text: str, wanted: str, start: int, end: int) -> tuple[int, int] | None:
    """Where `wanted` stands by itself between two places, else where it stands at all."""
    if not wanted.strip():
        return None
    exact = re.compile(rf"(?<![\w/.-]){re.escape(wanted)}(?![\w/-])")
    if found := exact.search(text, start, end):
        return found.span()
    at = text.find(wanted, start, end)
    return (at, at + len(wanted)) if at >= 0 else None


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    line = text[start:end]
    begin = start + len(line) - len(line.lstrip())
    return begin, max(begin, start + len(line.rstrip()))


def _without_secrets(text: str) -> str:
    """The text with stars for values that are secrets by their names. What has the form of a
    credential goes too."""
    from envspec.check.secret_names import says_secret
    from envspec.diagnostics.credentials import masked
    from envspec.importing.secret_values import is_secret

    secret = [
        value.span()
        for found in _ASSIGNED.finditer(text)
        if says_secret(re.sub(r"[-.]", "_", found["name"]))
        and (value := _VALUE.match(text, found.end())) is not None
        and is_secret(found["name"], value[0].rstrip(" ,}]"))
    ]
    return masked(text, secret)
