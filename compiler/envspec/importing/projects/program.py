"""Commands as other tools write them, in one line, as the argument vector of a `run`."""

from __future__ import annotations

import shlex

from envspec.importing.secret_values import has_credential, in_command
from envspec.lazy_pattern import lazy_pattern

_SHELL = lazy_pattern(r"[|&;<>()$`*?\[\]{}~#!\n\\]")
_ASSIGNMENT = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*=")
_BUILT_IN = frozenset(
    [
        "cd",
        "export",
        "source",
        ".",
        "set",
        "unset",
        "alias",
        "eval",
        "exec",
        "exit",
        "if",
        "for",
        "while",
        "case",
        "test",
    ]
)  # words that only a shell knows


def plain_command(text: str) -> list[str]:
    """The arguments of a line that needs no shell, none for any other: what a shell would expand, join, redirect or
    set makes it one that does."""
    quoted_away = _without_quoted(text)
    if quoted_away is None or _SHELL.search(quoted_away):
        return []
    try:
        words = shlex.split(text)
    except ValueError:
        return []
    if not words or not words[0] or words[0] in _BUILT_IN or _ASSIGNMENT.match(words[0]):
        return []
    return [] if any("\0" in word for word in words) or has_credential(text) or in_command(words) else words


def _without_quoted(text: str) -> str | None:
    """The text without what stands between single quotes, and without double quotes that have nothing in them that a
    shell expands; None for a quote that is not closed."""
    kept: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in "'\"":
            end = text.find(text[at], at + 1)
            if end < 0:
                return None
            if text[at] == '"':
                kept += [one for one in text[at + 1 : end] if one in "$`\\!"]
            at = end + 1
        else:
            kept.append(text[at])
            at += 1
    return "".join(kept)
