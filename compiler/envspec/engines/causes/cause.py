"""What the tables of this folder are made of."""

from __future__ import annotations

import re
from typing import NamedTuple


class Advice(NamedTuple):
    """The code of a cause on one engine, and what to do about it there."""

    code: str
    help: str


class Cause(NamedTuple):
    """`message` is one clause. It may name `{package}` (in backticks, or `a package`), `{version}`, `{detail}` (a
    tool, a header, a status), `{source}` (the index, a channel, the mirror) and `{machine}` (whose disk it is)."""

    message: str
    local: Advice
    docker: Advice


class Sign(NamedTuple):
    """What an installer prints when a cause is there. Groups of `pattern`: `package`, `version`, `detail`.
    `each` tells that one failure may have several of them, each a finding of its own."""

    cause: str
    pattern: re.Pattern[str]
    each: bool = False


class Found(NamedTuple):
    """A cause that was found in an output, with what its sign named."""

    cause: str
    package: str = ""
    version: str = ""
    detail: str = ""


def sign(cause: str, pattern: str, *, each: bool = False) -> Sign:
    """A row of an installer's table. `.` is any character, line ends too; case does not count."""
    return Sign(cause, re.compile(pattern, re.IGNORECASE | re.DOTALL), each)


NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9+])?"
"""A package's name, without a full stop that ends a sentence."""


def signs_in(output: str, signs: tuple[Sign, ...]) -> list[Found]:
    """The first cause of the table that the output shows; several only where a row says so."""
    for row in signs:
        found = [_found(row.cause, match) for match in row.pattern.finditer(output)]
        if found:
            return list(dict.fromkeys(found)) if row.each else found[:1]
    return []


def _found(cause: str, match: re.Match[str]) -> Found:
    groups: dict[str, str] = {}
    for name, text in match.groupdict().items():
        if text:
            groups.setdefault(name.rstrip("0123456789"), " ".join(text.split()))
    return Found(cause, **{name: groups.get(name, "") for name in ("package", "version", "detail")})
