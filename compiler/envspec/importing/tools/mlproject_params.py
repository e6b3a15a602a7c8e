"""Parameters of entry points as params of the spec.

A param belongs to the file, where MLflow has those of each entry point by themselves: two that say the same are one
param, others are called after their entry point too. A `path` becomes an input of the run (`docs/spec.md`, 7).
"""

from __future__ import annotations

import math
from typing import Any

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.asked import is_there
from envspec.importing.fields.mlproject import MLPROJECT
from envspec.importing.fields.row import reason_of
from envspec.importing.findings import absent
from envspec.importing.spec import Table, Value, Written
from envspec.importing.tools.document import Document, Keys, is_null
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique
from envspec.syntax.strings import quote

_NUMBERS = ("float", "double", "number")
_INTEGERS = ("int", "integer")
_TEXTS = ("string", "str", "uri")
_LARGEST = 2**53 - 1
_NOTHING = "there is nothing at its default"


@frozen
class Declared(Frozen):
    """`name` is what the param is called in the spec; `line` what stands after `param`; `path`: it is an input;
    `changed` says why it is not what it was, `lost` why its default is not there."""

    name: str
    line: str
    path: bool
    changed: str = ""
    lost: str = ""


@mutable
class Params(Mutable):
    """`lines` by name, of the whole file, and the descriptions of some."""

    document: Document
    lines: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)

    def declare(self, entry: str, keys: Keys, name: str) -> Declared:
        """A parameter of the entry point `entry`; `keys` are its `parameters`."""
        given = keys.node_of(name)
        kind, default, told = self._read(keys, name, given)
        wanted = name_of(name.replace(".", "-"), "param")
        typed, lost, changed = self._typed(kind, default)
        label = wanted
        if label in self.lines and self.lines[label] != typed:
            label = name_of(f"{entry}-{wanted}", wanted)
            if label in self.lines and self.lines[label] != typed:
                label = unique(label, self.lines)
        self.lines[label] = typed
        if label != name and not changed:
            changed = (
                "another entry point has one of that name" if label != wanted
                else "a name is lower-case letters, digits, `_` and `-`"
            )  # fmt: skip
        declared = Declared(label, f"{label}{typed}", typed.startswith(": path"), changed, lost or told)
        self._tell(keys, name, given, declared)
        self._describe(keys, name, given, label)
        return declared

    def undeclared(self, name: str) -> Declared:
        """A hole that no parameter fills."""
        label = name_of(name.replace(".", "-"), "param")
        self.lines.setdefault(label, ": string")
        return Declared(label, f"{label}{self.lines[label]}", self.lines[label].startswith(": path"))

    def _describe(self, keys: Keys, name: str, given: Node, label: str) -> None:
        """People write `description`, which MLflow passes over: it is a comment."""
        inner = Keys(keys.document, given, f"{keys.within}{name}.")
        if text := inner.scalar("description").text:
            self.descriptions.setdefault(label, text)
            inner.carried("description", f"a comment of param {label}")

    def _read(self, keys: Keys, name: str, given: Node) -> tuple[str, Any, str]:
        """The type, the default as Python has it, and what is wrong."""
        if given.kind == "scalar":
            return given.text.strip().lower(), None, ""
        if given.kind != "mapping":
            return "string", None, "a type was expected" if given.kind else ""
        inner = Keys(keys.document, given, f"{keys.within}{name}.")
        kind = inner.scalar("type").text.strip().lower() or "string"
        node = inner.node_of("default")
        default, wrong = (None, "") if node.kind in ("", "scalar") else (None, "a default is one value")
        if node.kind == "scalar":
            default = _python_value(node)
        inner.scalar("description")
        inner.rest(reason_of(MLPROJECT, "entry_points.*.parameters.*.any other key"))
        return kind, default, wrong

    def _typed(self, kind: str, default: Any) -> tuple[str, str, str]:
        """What stands after the name; why there is no default; why it is another one."""
        text = "" if default is None else str(default)
        if "\0" in text:
            return ": string", "a NUL character cannot be in a param", ""
        if kind == "path":
            return self._path(text)
        if kind in _NUMBERS or kind in _INTEGERS:
            word = "number" if kind in _NUMBERS else "integer"
            if default is None:
                return f": {word}", "", ""
            number = _number(text, whole=kind in _INTEGERS)
            if number:
                return f": {word} = {number}", "", "" if number == text else f"in a command it is `{number}`"
            return f": string = {quote(text)}", "", f"`{text}` is no {word}"
        changed = "" if kind in _TEXTS else f"MLflow takes the type `{kind}` as a text"
        return (": string" if default is None else f" = {quote(text)}"), "", changed

    def _path(self, text: str) -> tuple[str, str, str]:
        if not text:
            return ": path", "", ""
        if "://" in text:
            return f" = {quote(text)}", "", "nothing is fetched: the program gets the address as a text"
        place = self.document.asked.place(text, self.document.folder)
        if place is None:
            return ": path", f"its default `{text}` is outside of the project", ""
        if not is_there(self.document.folder / text):
            return ": path", f"{_NOTHING} `{text}`", ""
        return f": path = {quote(place)}", "", ""

    def _tell(self, keys: Keys, name: str, given: Node, declared: Declared) -> None:
        report, shown = self.document.asked.report, self.document.shown
        line = given.line or keys.node.line
        what = f"{keys.within}{name}"
        became = f"param {declared.line}"
        if declared.lost:
            gone = declared.lost.partition(f"{_NOTHING} `")[2].removesuffix("`")
            report.dropped(
                f"{what}.default", shown, line, f"{declared.lost}: give it with `--set {declared.name}=…`",
                absent(gone, given) if gone else None,
            )  # fmt: skip
        if declared.changed:
            report.changed(what, shown, line, became, declared.changed)
        else:
            report.carried(what, shown, line, became)


def inputs_of(paths: dict[str, Declared]) -> Table:
    """`inputs` of a run by the names of their params."""
    entries: dict[str, Value] = {one.name: Written(f"param.{one.name}") for one in paths.values()}
    return Table(entries)


def _python_value(node: Node) -> Any:
    """What PyYAML makes of a scalar, as MLflow gets it."""
    if is_null(node):
        return None
    if not node.plain:
        return node.text
    import yaml

    try:
        value = yaml.safe_load(node.text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return node.text
    return value if isinstance(value, (str, int, float, bool)) else node.text


def _number(text: str, *, whole: bool) -> str:
    """A number as the language and a command have it; empty when it is none."""
    from envspec.ir.canonical import number_text

    try:
        value = int(text) if whole else float(text)
    except ValueError:
        return ""
    if not math.isfinite(value) or abs(value) > _LARGEST:
        return ""
    return number_text(int(value) if value == int(value) else value)
