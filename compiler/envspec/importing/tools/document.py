"""A file of keys and values that is imported: its nodes, its comments, and the keys of each mapping, taken one by one.

YAML or TOML goes in. What always holds: a value of another type than a key has is told, and so is every key that the
importer does not take (`Keys.rest`); a value that nobody asked for is never shown, because it may be a credential.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.asked import Asked, read_text, unread, unreadable
from envspec.importing.comments import Remarks, comments_of
from envspec.importing.entries import Entry
from envspec.importing.findings import Mark
from envspec.importing.yaml_text import Node, nodes_of, scalar

_LONGEST = 80


@frozen
class Document(Frozen):
    """`head` are the comments at the beginning, `remarks` those of every scalar by its start."""

    asked: Asked
    path: Path
    text: str
    root: Node
    head: tuple[str, ...]
    remarks: Mapping[int, Remarks]

    @property
    def shown(self) -> str:
        return self.asked.shown(self.path)

    @property
    def folder(self) -> Path:
        return self.path.parent

    def entry(self, node: Node, text: str | None = None) -> Entry:
        """A scalar, or a part of it, with its comments."""
        remarks = self.remarks.get(node.start, Remarks())
        return Entry(
            node.text if text is None else text, self.shown, node.line, self.folder, remarks,
            start=node.start, end=node.end,
        )  # fmt: skip

    def keys(self) -> Keys:
        """Of the whole file. Raises `Failure` E1302 when it is no mapping."""
        if self.root.kind != "mapping":
            raise unreadable(self.asked, self.path, "it has no keys at its top level", self.root.line)
        return Keys(self, self.root)


def read_document(asked: Asked, path: Path) -> Document:
    """A YAML or TOML file (by its ending). Raises `Failure` E1301 or E1302."""
    text = read_text(path)
    if path.suffix.lower() == ".toml":
        from envspec.importing.toml_text import toml_nodes

        root, _ = toml_nodes(asked, path, text)
    else:
        root = nodes_of(asked, path, text)
    remarks, rest = comments_of(text, [(node.start, node.end) for node in scalars_of(root) if node.end])
    remarks = dict(remarks)
    head = _head(text)
    if remarks:
        first = min(remarks)
        remarks[first] = Remarks(remarks[first].above[len(head) :], remarks[first].behind)
    else:
        head = tuple(rest)[: len(head)]
    return Document(asked, path, text, root, head, remarks)


@mutable
class Keys(Mutable):
    """The keys of a mapping; `within` is what stands before them in the report (`build.`)."""

    document: Document
    node: Node
    within: str = ""
    taken: set[str] = field(default_factory=set)

    def node_of(self, name: str) -> Node:
        """A value of any type, an empty node for none and for null."""
        self.taken.add(name)
        found = self.node.get(name)
        return Node() if is_null(found) else found

    def scalar(self, name: str) -> Node:
        """A text, number or boolean; else an empty node, and another type is told."""
        return self._typed(name, "scalar", "a text was expected")

    def keys(self, name: str) -> Keys:
        """A mapping; without keys when there is none, and another type is told."""
        found = self._typed(name, "mapping", "keys with values were expected")
        return Keys(self.document, found, f"{self.within}{name}.")

    def file(self, name: str) -> Path | None:
        """The file of the project that a key names; what names none is told."""
        node, document = self.scalar(name), self.document
        if not node.text:
            return None
        if "\0" in node.text or document.asked.place(node.text, document.folder) is None:
            self.dropped(name, "it is outside of the project")
        elif (gone := unread(document.folder / node.text, node.text)) is not None:
            self.dropped(name, gone.reason, mark=gone.mark(node.text, node))
        else:
            return document.folder / node.text
        return None

    def items(self, name: str, *, alone: bool = False) -> tuple[Node, ...]:
        """The elements of a list; `alone`: one scalar is a list of one."""
        found = self.node_of(name)
        if alone and found.kind == "scalar":
            return (found,)
        if found.kind not in ("", "sequence"):
            self.dropped(name, "a list was expected", value=False)
        return tuple(one for one in found.items if not is_null(one))

    def scalars(self, name: str, *, alone: bool = False) -> tuple[Node, ...]:
        """The elements that are scalars; others are told."""
        return tuple(self._scalars(name, self.items(name, alone=alone)))

    def _scalars(self, name: str, items: tuple[Node, ...]) -> Iterator[Node]:
        for number, one in enumerate(items, start=1):
            if one.kind == "scalar":
                yield one
            else:
                self.document.asked.report.dropped(
                    f"{self.within}{name}, element {number}",
                    self.document.shown,
                    one.line,
                    "a text was expected",
                )

    def what(self, name: str, node: Node | None = None) -> str:
        """A key with its value as the report names it."""
        found = self.node.get(name) if node is None else node
        text = shortened(found.text) if found.kind == "scalar" else ""
        return f"{self.within}{name}: {text}" if text else f"{self.within}{name}"

    def carried(self, name: str, became: str, node: Node | None = None) -> None:
        line = (node or self.node.get(name)).line
        self.document.asked.report.carried(self.what(name, node), self.document.shown, line, became)

    def changed(
        self, name: str, became: str, reason: str, node: Node | None = None, mark: Mark | None = None
    ) -> None:
        line = (node or self.node.get(name)).line
        self.document.asked.report.changed(
            self.what(name, node), self.document.shown, line, became, reason, mark
        )

    def dropped(
        self,
        name: str,
        reason: str,
        node: Node | None = None,
        *,
        value: bool = True,
        mark: Mark | None = None,
    ) -> None:
        """Tells that a key is not there in the spec, if the file has it and it says anything."""
        self.taken.add(name)
        found = self.node.get(name) if node is None else node
        if (
            not found.kind
            or is_null(found)
            or (found.kind != "scalar" and not (found.items or found.entries))
        ):
            return
        what = self.what(name, node) if value else f"{self.within}{name}"
        self.document.asked.report.dropped(what, self.document.shown, found.line, reason, mark)

    def dropped_each(self, name: str, reason: str) -> None:
        """The same for each element of a list; for anything else as a whole."""
        found = self.node_of(name)
        if found.kind != "sequence":
            self.dropped(name, reason)
        for one in found.items:
            self.dropped(name, reason, one)

    def rest(self, reason: str) -> None:
        """Tells of every key that was not taken."""
        for name, node in self.node.entries.items():
            if name not in self.taken:
                self.document.asked.report.dropped(
                    f"{self.within}{name}", self.document.shown, node.line, reason
                )
                self.taken.add(name)

    def _typed(self, name: str, kind: str, reason: str) -> Node:
        found = self.node_of(name)
        if found.kind not in ("", kind):
            self.dropped(name, reason, value=False)
            return Node()
        return found


def is_null(node: Node) -> bool:
    return node.kind == "scalar" and node.plain and scalar(node.text) is None


def shortened(text: str) -> str:
    """A text on one line of the report, without what has the form of a credential."""
    from envspec.diagnostics.credentials import masked

    line = " ".join(masked(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def scalars_of(node: Node) -> Iterator[Node]:
    """Every scalar in it, itself too."""
    if node.kind == "scalar":
        yield node
    for one in (*node.items, *node.entries.values()):
        yield from scalars_of(one)


def _head(text: str) -> tuple[str, ...]:
    """The comment lines before anything else in the file, up to an empty line."""
    found: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("#"):
            found.append(stripped.lstrip("#").removeprefix(" "))
        elif found or stripped not in ("", "---"):
            break
    return tuple(found)
