"""What is wrong in a table `[tool.envspec.…]` of the root's `pyproject.toml`, told at its place.

In come keys and what is wrong with them; out comes a `Failure` E1208 with the text of the file to show it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Failure, Source, Span
from envspec.plain_file import read_plain

FILE = "pyproject.toml"


class Wrong(NamedTuple):
    """`path` is the key below `[tool.envspec]`, with its table."""

    path: tuple[str, ...]
    message: str
    help: str = ""


def unknown_key(path: tuple[str, ...], known_keys: Iterable[str], where: str) -> Wrong:
    from envspec.resolve.suggest import did_you_mean, known

    known_keys = tuple(known_keys)
    help_ = did_you_mean(path[-1], known_keys) or known(known_keys, "")
    return Wrong(path, f"unknown key `{path[-1]}` in {where}", help_)


def refused(root: Path, trouble: Iterable[Wrong]) -> Failure:
    """All that is wrong; without places where the file has changed since it was read."""
    from envspec.packages.toml_places import Places

    try:
        text = read_plain(root / FILE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return Failure([Diagnostic("E1208", one.message, help=one.help) for one in trouble])
    places = Places(text)
    return Failure(
        [
            Diagnostic(
                "E1208", one.message, Span(FILE, *places.key(("tool", "envspec", *one.path))), help=one.help
            )
            for one in trouble
        ],
        {FILE: Source.of(FILE, text)},
    )


def not_toml(text: str, message: str) -> Failure:
    """The file does not parse; `message` is what `tomllib` says, which ends in the place."""
    import re

    source = Source.of(FILE, text)
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    span = None
    if found is not None and int(found[1]) <= len(source.line_starts):
        start = min(source.line_starts[int(found[1]) - 1] + int(found[2]) - 1, len(text))
        span = Span(FILE, start, min(start + 1, len(text)))
    return Failure(Diagnostic("E1208", f"`{FILE}` does not parse", span, notes=(message,)), {FILE: source})
