"""The keys of a mapping of Azure ML's YAML: each is taken by whoever knows it, and told of once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.diagnostics.credentials import masked
from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.kept import entries_of, keep, keep_text
from envspec.importing.fields.row import OTHER, Kept
from envspec.importing.findings import BROKEN, Mark
from envspec.importing.secret_values import why_no_tag
from envspec.importing.spec import Block, Table, Text
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.azureml_tags import NOT_WRITTEN
from envspec.starting.names import name_of

_LONGEST = 100
_MOST_NODES = 10_000
_WORD = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
UNKNOWN = "it is no key of the schema"


@mutable
class Fields(Mutable):
    """A mapping `node` of `file`; `left` are the keys that nobody has taken yet. `above` is the path of keys to it, and
    `folder` what paths in it are relative to. `block` is what it describes, from the path `top` on: it has tags of what
    the language has no word for; `whole` is the one that has all of the mapping."""

    asked: Asked
    node: Node
    file: Path
    folder: Path
    above: str = ""
    left: dict[str, Node] = field(default_factory=dict)
    block: Block | None = None
    top: str = ""
    whole: str = ""

    @classmethod
    def of(cls, asked: Asked, node: Node, file: Path, above: str = "", folder: Path | None = None) -> Fields:
        return cls(asked, node, file, folder or file.parent, above, dict(node.entries))

    def within(self, key: str, node: Node) -> Fields:
        """The keys of a mapping inside this one."""
        inner = Fields.of(self.asked, node, self.file, f"{self.path(key)}.", self.folder)
        inner.block, inner.top, inner.whole = self.block, self.top, self.whole
        return inner

    def describes(self, block: Block) -> None:
        """From here on the keys are those of a file of `block`."""
        self.block, self.top = block, self.above

    def kept(self, key: str, node: Node) -> str:
        """Keeps the value of a key as a tag, and gives its name; empty where it cannot be. Paths in it are from the
        folder of the spec, as all are that it has."""
        if self.whole or self.block is None:
            return self.whole

        def placed(written: str) -> str:
            path = os.path.relpath(self.folder / written, self.asked.spec_folder).replace(os.sep, "/")
            return path if path.startswith(".") else f"./{path}"

        return keep(self.block, self.path(key).removeprefix(self.top), node, placed)

    def not_written(self, key: str) -> None:
        """Keeps that a key is not there which an export would write by itself."""
        if self.block is not None and not self.whole:
            keep_text(self.block, self.path(key).removeprefix(self.top), NOT_WRITTEN)

    @property
    def shown(self) -> str:
        return self.asked.shown(self.file)

    def take(self, key: str) -> Node:
        """The value of a key whatever it is; an empty node when it is not there."""
        return self.left.pop(key, Node())

    def scalar(self, key: str) -> Node | None:
        """A text, number or boolean; anything else is told of."""
        return self._of_kind(key, "scalar", "a single value")

    def mapping(self, key: str) -> Node | None:
        return self._of_kind(key, "mapping", "a mapping")

    def sequence(self, key: str) -> Node | None:
        return self._of_kind(key, "sequence", "a list")

    def inner(self, key: str) -> Fields | None:
        """The keys of a mapping inside this one; of an empty one is told."""
        node = self.mapping(key)
        if node is not None and not node.entries:
            self.dropped(key, node, "it holds nothing")
            return None
        if node is None:
            return None
        return self.within(key, node)

    def path(self, key: str) -> str:
        return f"{self.above}{key}"

    def what(self, key: str, node: Node) -> str:
        """A key and its value as the report has them; of a mapping or list only the key."""
        if node.kind != "scalar":
            return self.path(key)
        text = masked(re.sub(r"(://[^\s?]+)\?\S+", r"\1?…", " ".join(node.text.split())))
        text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
        return f"{self.path(key)}: {text}" if text else self.path(key)

    def carried(self, key: str, node: Node, became: str) -> None:
        self.asked.report.carried(self.what(key, node), self.shown, node.line, became)

    def changed(self, key: str, node: Node, became: str, reason: str, mark: Mark | None = None) -> None:
        self.asked.report.changed(self.what(key, node), self.shown, node.line, became, reason, mark)

    def dropped(self, key: str, node: Node, reason: str, mark: Mark | None = None) -> None:
        """Tells of what is not in the spec; what a table says is kept becomes a tag where it can."""
        tag = self.kept(key, node) if isinstance(reason, Kept) else ""
        if tag:
            self.changed(key, node, f"tags.{tag}", reason, mark)
            return
        self.asked.report.dropped(self.what(key, node), self.shown, node.line, reason, mark)

    def broken(self, key: str, node: Node, failure: Failure) -> None:
        """A key that names a file which cannot be read."""
        mark = Mark(BROKEN, node.text, node.start, node.end)
        self.asked.report.broken(self.what(key, node), self.shown, node.line, failure, mark)

    def drop_rest(self, reasons: Mapping[str, str], otherwise: str = UNKNOWN) -> None:
        """Tells of every key that was not taken; `reasons` are those of a table of fields."""
        for key in list(self.left):
            node = self.take(key)
            known = reasons.get(key, reasons.get(OTHER, otherwise))
            reason = "it holds nothing" if is_nothing(node) else known
            self.dropped(key, node, reason)

    def _of_kind(self, key: str, kind: str, wanted: str) -> Node | None:
        if key not in self.left:
            return None
        node = self.take(key)
        if is_nothing(node):
            self.dropped(key, node, "it holds nothing")
            return None
        if node.kind != kind:
            self.dropped(key, node, f"{wanted} is expected here")
            return None
        return node


def is_nothing(node: Node) -> bool:
    """Whether a key has no value, or null."""
    return not node.kind or (node.kind == "scalar" and node.plain and node.text.lower() in ("", "~", "null"))


def merged(asked: Asked, path: Path, node: Node) -> Node:
    """The node with the keys of `<<` written out, as YAML 1.1's merge type says; a key that is there wins. Raises
    `Failure` E1302 for texts that no spec holds, and for more than any holds."""
    left = [_MOST_NODES]

    def made(one: Node) -> Node:
        left[0] -= 1
        for text in (one.text, *one.entries):
            if "\0" in text:
                raise unreadable(asked, path, "it holds NUL, which no text of a spec does", one.line)
        if left[0] < 0:
            raise unreadable(asked, path, f"it has more than {_MOST_NODES:,} values", one.line)
        if one.kind == "sequence":
            items = tuple(map(made, one.items))
            return Node(one.kind, "", items, {}, one.start, one.end, one.line)
        if one.kind != "mapping":
            return one
        entries = {key: made(value) for key, value in one.entries.items() if key != "<<"}
        base = one.get("<<")
        for other in base.items if base.kind == "sequence" else (base,):
            entries = {**{key: made(value) for key, value in other.entries.items()}, **entries}
        entries.pop("<<", None)
        return Node("mapping", "", (), entries, one.start, one.end, one.line)

    return made(node)


def add_name(fields: Fields, block: Block, *, inline: bool) -> None:
    """`name`, as the label of an environment, which has one of its own in a file that is not `inline`."""
    node = fields.scalar("name")
    if node is None:
        if not inline:
            fields.not_written("name")
        return
    label = name_of(node.text, block.label)
    if label == node.text:
        fields.carried("name", node, f"environment {label}")
    else:
        fields.changed(
            "name", node, f"environment {label}", "a name is lower-case letters, digits, `_` and `-`"
        )
    if inline or label != node.text:
        fields.kept("name", node)
    block.label = label


def add_description(fields: Fields, block: Block, key: str = "description") -> None:
    """`description`, of a block that has such an attribute."""
    node = fields.scalar(key)
    if node is not None:
        block.add("description", Text(" ".join(node.text.split())))
        fields.carried(key, node, "description")


def add_tags(fields: Fields, block: Block) -> None:
    """`tags`: texts by name."""
    tags = fields.inner("tags")
    if tags is None:
        return
    found = {}
    for key in list(tags.left):
        node = tags.scalar(key)
        if node is None:
            continue
        if reason := why_no_tag(key, node.text):
            tags.asked.report.dropped(tags.path(key), tags.shown, node.line, reason)
            continue
        found[key] = Text(node.text)
        tags.carried(key, node, "tags")
    if found:
        block.add("tags", Table({**entries_of(block), **found}))


def add_tag(block: Block, key: str, value: str) -> bool:
    """One more tag; False when there is one of that name."""
    entries = entries_of(block)
    if key in entries:
        return False
    block.add("tags", Table({**entries, key: Text(value)}))
    return True
