"""The parse tables: in comes the grammar, out come the actions of an LALR(1) automaton and one pattern.

lark makes the tables from `grammar/envspec.lark`; that, and importing lark, costs more than a whole `check`,
so the result is shipped beside the grammar as `envspec.tables.json`. `load` takes it when it was made from
the grammar that is there, and makes the tables anew otherwise. They are numbered canonically: the same
grammar gives the same file, whatever the hash seed. After a change of the grammar run

    python -m envspec.syntax.tables

A test holds the file and the grammar together.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, NamedTuple, cast
from zlib import crc32

from envspec.frozen import Frozen, frozen
from envspec.package_data import package_data

_PACKAGE = "envspec.grammar"
_GRAMMAR = "envspec.lark"
_TABLES = "envspec.tables.json"

END = "$END"


class Rule(NamedTuple):
    """A production: `size` values become one `origin`; `action` names the method that builds it."""

    origin: str
    size: int
    action: str


@frozen
class Tables(Frozen):
    """`actions[state]` maps a terminal or an origin to an action: n > 0 shifts to state n - 1, n < 0 reduces
    by rule -n - 1. `terminals` are tried in their order; `ignored` ones never reach the parser."""

    actions: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    start: int
    final: int
    terminals: tuple[tuple[str, str], ...]
    ignored: frozenset[str]

    def pattern(self) -> re.Pattern[str]:
        """One pattern with a group for each terminal; it matches at every place of every text."""
        return re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in self.terminals))


@cache
def load() -> Tables:
    """The tables of the grammar in the package."""
    grammar = _read(_GRAMMAR)
    try:
        document = json.loads(_read(_TABLES))
    except (OSError, ValueError):
        document = {}
    if document.get("grammar") != _mark(grammar):
        return build(grammar.decode())
    return _from_json(document)


def _read(name: str) -> bytes:
    return package_data(_PACKAGE, name).replace(b"\r\n", b"\n")


def _mark(grammar: bytes) -> str:
    return f"{crc32(grammar):08x}"


def build(grammar: str) -> Tables:
    """Run lark over a grammar; raises lark's own errors when it is not LALR(1)."""
    from lark import Lark
    from lark.parsers.lalr_analysis import Shift

    made: Any = Lark(grammar, parser="lalr", lexer="basic", keep_all_tokens=True, postlex=_KeepUnknown())
    table = made.parser.parser._parse_table
    start, final = table.start_states["start"], table.end_states["start"]

    # Walk the automaton in the order of the symbols' names, so that no set's order gets into the file.
    numbers = {start: 0}
    order = [start]
    for state in order:
        for symbol in sorted(table.states[state]):
            kind, target = table.states[state][symbol]
            if kind is Shift and target not in numbers:
                numbers[target] = len(order)
                order.append(target)
    rules: dict[Any, int] = {}
    listed: list[Rule] = []
    actions: list[dict[str, int]] = []
    for state in order:
        row: dict[str, int] = {}
        for symbol in sorted(table.states[state]):
            kind, target = table.states[state][symbol]
            if kind is Shift:
                row[symbol] = numbers[target] + 1
                continue
            if target not in rules:
                rules[target] = len(listed)
                origin = str(target.origin.name)
                listed.append(Rule(origin, len(target.expansion), str(target.alias or "same")))
            row[symbol] = -rules[target] - 1
        actions.append(row)
    return Tables(
        actions=tuple(actions),
        rules=tuple(listed),
        start=0,
        final=numbers[final],
        terminals=tuple((t.name, t.pattern.to_regexp()) for t in _in_lexer_order(made.terminals)),
        ignored=frozenset(made.ignore_tokens),
    )


class _KeepUnknown:
    """Tells lark to keep a terminal that no rule uses."""

    always_accept = ("UNKNOWN",)

    def process(self, stream: Any) -> Any:
        return stream


def _in_lexer_order(terminals: list[Any]) -> list[Any]:
    return sorted(terminals, key=lambda t: (-t.priority, t.name))


def _from_json(document: dict[str, Any]) -> Tables:
    return Tables(
        actions=tuple(document["actions"]),
        rules=tuple(Rule(*row) for row in document["rules"]),
        start=cast(int, document["start"]),
        final=cast(int, document["final"]),
        terminals=tuple((name, pattern) for name, pattern in document["terminals"]),
        ignored=frozenset(document["ignored"]),
    )


def to_json(grammar: bytes) -> bytes:
    """The file that is shipped: a row a line, so that a change can be reviewed."""
    tables = build(grammar.decode())
    rows = {
        "grammar": json.dumps(_mark(grammar)),
        "start": json.dumps(tables.start),
        "final": json.dumps(tables.final),
        "ignored": json.dumps(sorted(tables.ignored)),
        "terminals": _lines(tables.terminals),
        "rules": _lines(tables.rules),
        "actions": _lines(tables.actions),
    }
    body = ",\n".join(f'"{key}": {value}' for key, value in rows.items())
    return f"{{\n{body}\n}}\n".encode()


def _lines(rows: tuple[Any, ...]) -> str:
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"


def _main() -> None:
    """Write the tables beside the grammar. For developers, in a checkout."""
    from importlib import import_module
    from pathlib import Path

    folder = Path(import_module(_PACKAGE).__path__[0])
    (folder / _TABLES).write_bytes(to_json(_read(_GRAMMAR)))


if __name__ == "__main__":
    _main()
