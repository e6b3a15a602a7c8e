"""What becomes of the fields of a format: the rows of the tables here, and how importers look things up in them.

A table is written with `carried`, `changed`, `kept`, `dropped` and `read`, each for all the fields of which that is true. An
importer takes from its table which keys it knows, and why it leaves out or changes the others, so a key is told with the
reason that is documented.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from envspec.frozen import Frozen, frozen
from envspec.importing.report import CARRIED, CHANGED, DROPPED

READ = "read"
"""The outcome of a field that has no line of the report by itself: it says something of what it stands in."""
OTHER = "any other key"
"""The field that stands for all keys of a place which the table does not name."""


class Kept(str):
    """The reason of a field that the language has no word for, and that stays as a tag for an export to the same tool."""

    __slots__ = ()


@frozen
class Field(Frozen):
    """`name` is the path of a field: keys with dots between them, `*` for a name that the author chose, `[]` for the
    elements of a list. `became` is the block or attribute of the spec. A field that comes out in several ways has a row
    for each, with `when`. `…` in a reason stands for what the file has."""

    name: str
    outcome: str
    became: str = ""
    reason: str = ""
    when: str = ""


Rows = tuple[Field, ...]


def carried(became: str, *names: str, when: str = "") -> Rows:
    return tuple(Field(name, CARRIED, became, "", when) for name in names)


def changed(became: str, reason: str, *names: str, when: str = "") -> Rows:
    return tuple(Field(name, CHANGED, became, reason, when) for name in names)


def kept(reason: str, *names: str, when: str = "") -> Rows:
    return tuple(Field(name, CHANGED, "tags", Kept(reason), when) for name in names)


def dropped(reason: str, *names: str, when: str = "") -> Rows:
    return tuple(Field(name, DROPPED, "", reason, when) for name in names)


def read(what: str, *names: str) -> Rows:
    """Fields that are told with `what` they are part of."""
    return tuple(Field(name, READ, what) for name in names)


def table(*groups: Rows) -> Rows:
    return tuple(row for rows in groups for row in rows)


def reasons(rows: Iterable[Field], above: str = "") -> Mapping[str, str]:
    """By key, why the keys directly below `above` are dropped, or kept as tags. `OTHER` is among them."""
    return {key: row.reason for row, key in _directly(rows, above) if _is_lost(row) and not row.when}


def reasons_by_name(rows: Iterable[Field]) -> Mapping[str, str]:
    """By its whole name, why a field is dropped whatever it says."""
    return {row.name: row.reason for row in rows if row.outcome == DROPPED and not row.when}


def reason_of(rows: Iterable[Field], name: str, when: str = "") -> str:
    """Why a field is dropped or changed."""
    return next(row.reason for row in rows if row.name == name and row.when == when)


def keys_read(rows: Iterable[Field], above: str = "") -> frozenset[str]:
    """The keys directly below `above` that an importer reads: what is dropped whatever it says is not among them."""
    read = {row.name for row in rows if not _is_lost(row) or row.when}
    below = {name.removeprefix(above) for name in read if name.startswith(above)}
    keys = {name.partition(".")[0].removesuffix("[]") for name in below}
    inner = {
        row.name.removeprefix(above).partition(".")[0].removesuffix("[]")
        for row in rows
        if row.name.startswith(above) and "." in row.name.removeprefix(above)
    }
    return frozenset(keys | inner) - {OTHER, ""}


def _is_lost(row: Field) -> bool:
    """Whether nothing of the spec says it."""
    return row.outcome == DROPPED or isinstance(row.reason, Kept)


def _directly(rows: Iterable[Field], above: str) -> Iterator[tuple[Field, str]]:
    for row in rows:
        key = row.name.removeprefix(above)
        if row.name.startswith(above) and "." not in key and "[]" not in key:
            yield row, key


def by_value(rows: Iterable[Field], name: str) -> Mapping[str, str]:
    """The reasons of a field by its value, which `when` says (it is `VALUE`)."""
    return {
        row.when.removeprefix("it is `").rstrip("`"): row.reason
        for row in rows
        if row.name == name and row.when.startswith("it is `")
    }
