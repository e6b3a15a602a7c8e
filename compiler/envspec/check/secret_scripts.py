"""Which words of a shell script are a secret that is written out.

In: a script for `/bin/sh`. Out: the places of values in it, with the names that say what they are. What a word is, is
decided as for commands (`secret_names.secret_arguments`). What always holds: a word that stands for another text
(`$TOKEN`, `${TOKEN:-}`, `$(cat FILE)`, backticks) is none, nor is anything in a comment or a here-document, which may
be a program in another language; what this scanner cannot follow, it says nothing of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from envspec.check.secret_names import secret_arguments
from envspec.lazy_pattern import lazy_pattern

_TOKEN = lazy_pattern(
    r"(?P<space>[ \t]+|\\\r?\n)"
    r"|(?P<here><<-?[ \t]*(?P<mark>'[^'\n]+'|\"[^\"\n]+\"|\\?[\w.-]+))"
    r"|(?P<line>\r?\n)"
    r"|(?P<end>[;&|()])"
    r"|(?P<direct>[<>]+&?)"
    r"|(?P<run>\$\(|`)"
    r"|(?P<stands>\$)"
    r"|'(?P<single>[^']*)'"
    r'|"(?P<double>(?:\\[\s\S]|[^"\\])*)"'
    r"|\\(?P<escaped>[\s\S])"
    r"|(?P<plain>[^\s;&|()<>$`'\"\\]+)"
    r"|(?P<other>[\s\S])"
)
_STANDS = lazy_pattern(r"(?<!\\)[$`]")
_ESCAPE = lazy_pattern(r"\\([$`\"\\])")
_BLANK = lazy_pattern(r"\s")
"""In the value of a variable: `cat_passwd='getent passwd'` is a command."""
_LOOKS = frozenset({"grep", "egrep", "fgrep", "rg", "sed", "awk", "test", "["})
"""Commands whose words are what is looked for."""


class SecretWord(NamedTuple):
    """Characters `start` to `end` of a script are the value of `name`, in its quotes."""

    name: str
    start: int
    end: int


class _Word(NamedTuple):
    """`text` as the shell reads it, or None when only that knows it; where it is written."""

    text: str | None
    start: int
    end: int


def secret_words(script: str) -> Iterator[SecretWord]:
    for command in _commands(script):
        if command[0].text in _LOOKS:
            continue
        for at, name in secret_arguments([word.text for word in command]):
            word = command[at]
            assigned = script[word.start : word.end].find(f"{name}=")
            start = word.start + (assigned + len(name) + 1 if assigned >= 0 else 0)
            if assigned < 0 or not _BLANK.search(script, start, word.end):
                yield SecretWord(name, start, word.end)


def _commands(script: str) -> Iterator[list[_Word]]:
    """The words of each simple command."""
    words: list[_Word] = []
    parts: list[str | None] = []
    begin, at = 0, 0
    bodies: list[str] = []

    def finish(end: int) -> None:
        if parts:
            whole = None if None in parts else "".join(part or "" for part in parts)
            words.append(_Word(whole, begin, end))
            parts.clear()

    while at < len(script):
        found = _TOKEN.match(script, at)
        assert found is not None, "`other` is any character"
        kind = found.lastgroup or ""
        if kind == "other" and found[0] in "'\"":  # never closed: what comes after it is anybody's guess
            return
        if kind == "plain" and not parts and found[0][0] == "#":
            finish(at)
            at = _line_end(script, at)
            continue
        if kind in ("space", "here", "mark", "line", "end", "direct"):
            finish(at)
        elif not parts:
            begin = at
        at = found.end()
        if kind in ("here", "mark"):
            bodies.append(found["mark"].strip("'\"\\"))
        elif kind == "line":
            for mark in bodies:
                at = _after_body(script, at, mark)
            bodies.clear()
        elif kind in ("run", "stands", "other"):
            parts.append(None)
            if kind == "run":
                finish(at)
        elif kind == "double":
            inner = found["double"]
            parts.append(None if _STANDS.search(inner) else _ESCAPE.sub(r"\1", inner))
        elif kind in ("single", "escaped", "plain"):
            parts.append(found[kind])
        if kind in ("line", "end", "run") and words:
            yield words
            words = []
    finish(at)
    if words:
        yield words


def _line_end(script: str, at: int) -> int:
    end = script.find("\n", at)
    return len(script) if end < 0 else end


def _after_body(script: str, at: int, mark: str) -> int:
    """The place after a here-document that begins at `at` and ends in a line that is `mark`."""
    while at < len(script):
        end = _line_end(script, at)
        line = script[at:end].strip()
        at = end + 1
        if line == mark:
            break
    return min(at, len(script))
