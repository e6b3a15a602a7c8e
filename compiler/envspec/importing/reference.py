"""Makes `docs/import-fields.md` of the tables of fields: `python -m envspec.importing.reference docs/import-fields.md`.

A test holds the page to the tables, and another one the tables to what importers do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from envspec.importing.fields.row import OTHER, READ, Field, Rows
from envspec.importing.table import KINDS

_HEAD = """\
<!-- made by `python -m envspec.importing.reference docs/import-fields.md` from the tables of fields: do not edit -->

# What an import makes of each field

For every kind of [`envspec import`](import.md): the fields of its files, and whether each is carried, changed or dropped,
as which attribute or block of the spec, and why. The importers take their answers from the same tables.

- **carried**: it is in the spec and means the same; **changed**: it is there in another form; **dropped**: it is not there.
- **read**: it says something of what it stands in, and is told with that.
- `*` is a name that the author of the file chose, `[]` an element of a list, and `…` in a reason what the file has.
- What has another type than its field, or cannot be what the language has in its place (a version, the name of an image, a
  path outside of the project, a file that is not there), is dropped, and the report says why.
"""


def tables(kind: str) -> Mapping[str, Rows]:
    """The tables of a kind, by the file or the part of one that they are of."""
    found: Mapping[str, Rows] = import_module(f"envspec.importing.fields.{kind.replace('-', '_')}").TABLES
    return found


def page() -> str:
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    for kind in KINDS:
        yield from (f"## {kind}", "")
        for section, rows in tables(kind).items():
            if len(tables(kind)) > 1:
                yield from (f"### {section}", "")
            yield from ("| field | | as | why |", "|---|---|---|---|")
            for alike in _alike(rows):
                yield _row(alike)
            yield ""


def _alike(rows: Rows) -> Iterable[list[Field]]:
    """The rows that say the same, together."""
    found: dict[tuple[str, str, str, str], list[Field]] = {}
    for row in rows:
        found.setdefault((row.outcome, row.became, row.reason, row.when), []).append(row)
    return found.values()


def _row(alike: list[Field]) -> str:
    row = alike[0]
    names = ", ".join(_shown(one.name) for one in alike)
    when = f", when {row.when}" if row.when else ""
    became = f"with {row.became}" if row.outcome == READ else _place(row.became)
    return f"| {names}{when} | {row.outcome} | {became} | {row.reason} |".replace("  |", " |")


def _shown(name: str) -> str:
    """A field in backticks, unless its name is words."""
    place, dot, last = name.rpartition(".")
    if last == OTHER:
        return f"{OTHER} of `{place}`" if dot else OTHER
    head, colon, tail = name.partition(": ")
    if colon:
        return f"{_shown(head)}: {tail}"
    return name if "`" in name or " " in name else f"`{name}`"


def _place(became: str) -> str:
    """An attribute or block in backticks."""
    return f"`{became}`" if became and " " not in became else became


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
