"""What a file of another tool says about packages, with the place of every entry.

Every parser of a file takes its decoded text (no BOM) and returns `(FileEntries, problems)`; offsets are
characters of that text. Nothing is opened: what a file includes is returned as an entry, not read.
"""

from __future__ import annotations

from typing import NamedTuple

from envspec.frozen import Mutable, field, mutable
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem


class Entry(NamedTuple):
    """`text` is what the entry means (comments and continuations gone); `start` and `end` in the file.

    `kind` tells apart what shares a list: `requirement` and `constraint` in `includes`; in `pip` the group
    an entry comes from, empty for what everybody gets.
    """

    text: str
    start: int
    end: int
    kind: str = ""


class Variable(NamedTuple):
    """An environment variable that the file sets; the place is that of its value."""

    name: str
    text: str
    start: int
    end: int


@mutable
class FileEntries(Mutable):
    """`python` is a specifier of the file (`requires-python`), not a conda package. `options` are whole
    (`--index-url URL`), `hashes` as pip has them (`sha256:…`). `groups` holds what nobody gets unasked
    (extras, dependency groups), by name. `selected` are packages that micromamba takes on one platform only (its
    name in `kind`) and conda does not read. `others` are keys without effect, by name in `kind`: their values."""

    name: str = ""
    channels: list[Entry] = field(default_factory=list)
    conda: list[Entry] = field(default_factory=list)
    selected: list[Entry] = field(default_factory=list)
    pip: list[Entry] = field(default_factory=list)
    constraints: list[Entry] = field(default_factory=list)
    includes: list[Entry] = field(default_factory=list)
    python: Entry | None = None
    variables: list[Variable] = field(default_factory=list)
    options: list[Entry] = field(default_factory=list)
    hashes: list[Entry] = field(default_factory=list)
    groups: dict[str, list[Entry]] = field(default_factory=dict)
    others: list[Entry] = field(default_factory=list)


_VARIABLE = lazy_pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def variables_in(entry: Entry) -> list[Entry]:
    """Every `${VAR}` of an entry: its name, and its place in the file."""
    plain = len(entry.text) == entry.end - entry.start
    return [
        Entry(
            match[1],
            entry.start + match.start() if plain else entry.start,
            entry.start + match.end() if plain else entry.end,
        )
        for match in _VARIABLE.finditer(entry.text)
    ]


def variable_problems(entries: list[Entry]) -> list[PackageProblem]:
    """`E0404` for every `${VAR}` in entries where none can be a secret."""
    return [
        PackageProblem(
            "E0404",
            found.start,
            found.end,
            f"`${{{found.text}}}` would be read from the environment of whoever compiles",
            "write the value into the file",
        )
        for entry in entries
        for found in variables_in(entry)
    ]


def unreadable(start: int, end: int, message: str, help: str = "") -> PackageProblem:
    """`E0403` at a place of the file."""
    return PackageProblem("E0403", start, end, message, help)
