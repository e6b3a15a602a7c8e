"""A field of a format in a file, and the same file without it: what the rows of the tables are held against."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.importing.test_table import toml_value


@dataclass(frozen=True)
class Sample:
    """`files` have the field `name` (of the table `section`, and the row with that `when`), `without` have not; `read`
    is what is imported, relative to the folder. `also` are outcomes of other things that the field brings with it."""

    name: str
    files: Mapping[str, str]
    without: Mapping[str, str]
    read: str
    when: str = ""
    also: frozenset[str] = frozenset()
    section: str = ""


@dataclass(frozen=True)
class As:
    """A value that needs more than itself: another `base`, other `files`, a `place` that is not the path of the field, of
    which the base keeps what it has there."""

    value: Any
    base: Any = None
    files: Mapping[str, str] = field(default_factory=dict)
    place: str = ""
    when: str = ""
    also: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()


MISSING = object()
HERE = "@HERE@"
"""In a file of a sample: its folder."""


def in_tree(
    read: str,
    base: Any,
    values: Mapping[str, Any],
    write: Callable[[Any], str],
    files: Mapping[str, str] | None = None,
    section: str = "",
) -> Iterator[Sample]:
    """A sample for each field of a file that is a tree. `values` are by the path of the field (a number after ` #` makes a
    second one), in which `*` is the key `x` and `[]` a list of one."""
    for key, one in values.items():
        name = key.partition(" #")[0]
        given = one if isinstance(one, As) else As(one)
        whole = copy.deepcopy(base if given.base is None else given.base)
        for path in given.drop:
            put(whole, path, MISSING)
        place = given.place or name
        with_it = put(copy.deepcopy(whole), place, given.value)
        without = whole if given.place else put(copy.deepcopy(whole), place, MISSING)
        others = {**(files or {}), **given.files}
        yield Sample(
            name, {**others, read: write(with_it)}, {**others, read: write(without)}, read, given.when,
            frozenset(given.also), section,
        )  # fmt: skip


def put(tree: Any, path: str, value: Any) -> Any:
    """Sets a value in a tree, or takes it away."""
    key, _, rest = path.partition(".")
    elements = key.endswith("[]")
    key = key.removesuffix("[]").replace("*", "x").replace("~", ".")
    if not rest and not elements:
        if value is MISSING:
            tree.pop(key, None)
        else:
            tree[key] = value
        return tree
    if value is MISSING and key not in tree:
        return tree
    if not elements:
        if not isinstance(tree.get(key), dict):
            tree[key] = {}
        put(tree[key], rest, value)
    elif not rest:
        tree[key] = [] if value is MISSING else [value]
    else:
        if not isinstance(tree.get(key), list) or not tree[key]:
            tree[key] = [{}]
        put(tree[key][0], rest, value)
    if value is MISSING and tree.get(key) in ({}, [], [{}]):
        del tree[key]
    return tree


def as_yaml(tree: Any) -> str:
    return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True)


def as_json(tree: Any) -> str:
    return json.dumps(tree, indent=1)


def as_toml(tree: Any) -> str:
    """Tables of tables with headers, what is in them inline."""
    lines: list[str] = []
    _table(tree, (), lines)
    return re.sub(r'"([A-Za-z0-9_-]+)" =', r"\1 =", "\n".join(lines) + "\n")


def _table(tree: Mapping[str, Any], above: tuple[str, ...], lines: list[str]) -> None:
    inner = {key: one for key, one in tree.items() if isinstance(one, dict) and len(above) < 3}
    rows = {key: one for key, one in tree.items() if _is_rows(one)}
    if above:
        lines.append(f"[{'.'.join(map(json.dumps, above))}]")
    for key, one in tree.items():
        if key not in inner and key not in rows:
            lines.append(f"{json.dumps(key)} = {toml_value(one)}")
    for key, one in inner.items():
        _table(one, (*above, key), lines)
    for key, listed in rows.items():
        for row in listed:
            lines.append(f"[[{'.'.join(map(json.dumps, (*above, key)))}]]")
            lines += [f"{json.dumps(name)} = {toml_value(value)}" for name, value in row.items()]


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def in_text(
    read: str,
    base: Mapping[str, str],
    values: Mapping[str, Any],
    files: Mapping[str, str] | None = None,
    section: str = "",
) -> Iterator[Sample]:
    """A sample for each field of a file that is lines: a text is added at its end, a mapping of files takes the place of
    others."""
    for key, one in values.items():
        name = key.partition(" #")[0]
        given = one if isinstance(one, As) else As(one)
        without = {**base, **(files or {}), **given.files}
        if isinstance(given.value, str):
            target = given.place or read
            more = {target: without.get(target, "") + given.value + "\n"}
        else:
            more = given.value
        yield Sample(name, {**without, **more}, without, read, given.when, frozenset(given.also), section)
