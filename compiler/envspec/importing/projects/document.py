"""A structured file as importers read it: nodes, the comments beside them, and lines of the report about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked, read_text
from envspec.importing.comments import Remarks, comments_of
from envspec.importing.entries import Entry
from envspec.importing.findings import Mark
from envspec.importing.yaml_text import Node

_LONGEST, _LONGEST_TEXT = 160, 4_000


@mutable
class Document(Mutable):
    """`text` is what the places of nodes count in; `places` are those of keys and values, for comments."""

    asked: Asked
    path: Path
    text: str
    root: Node
    places: list[tuple[int, int]] = field(default_factory=list)
    remarks: Mapping[int, Remarks] | None = None

    @property
    def shown(self) -> str:
        return self.asked.shown(self.path)

    def what(self, name: str, node: Node) -> str:
        """`name = value` as the file has it, cut where it is long."""
        if node.kind in ("mapping", "") and not node.entries:
            return name
        if node.kind == "scalar" and node.text and name.endswith(node.text):  # it has its value already
            return name
        value = self.text[node.start : node.end]
        if node.kind != "scalar" and value[:1] not in ("[", "{"):  # the key of a table
            return name
        whole = " ".join(f"{name} = {value}".split())
        return whole if len(whole) <= _LONGEST else f"{whole[: _LONGEST - 1]}…"

    def carried(self, name: str, node: Node, became: str) -> None:
        self.asked.report.carried(self.what(name, node), self.shown, node.line, became)

    def changed(self, name: str, node: Node, became: str, reason: str) -> None:
        self.asked.report.changed(self.what(name, node), self.shown, node.line, became, reason)

    def dropped(self, name: str, node: Node, reason: str, mark: Mark | None = None) -> None:
        self.asked.report.dropped(self.what(name, node), self.shown, node.line, reason, mark)

    def left_out(self, name: str, node: Node, reason: str) -> None:
        """Dropped, and only its name shown: the value of what is not known may be a secret."""
        self.asked.report.dropped(name, self.shown, node.line, reason)

    def word(self, name: str, node: Node) -> str:
        """A string, told when it is something else; empty also for what is not there."""
        if node.kind == "scalar" and not node.plain:
            if problem := _unfit(node.text):
                self.left_out(name, node, problem)
                return ""
            return node.text
        if node.kind:
            self.dropped(name, node, "a text is expected here")
        return ""

    def versioned(self, what: str, node: Node) -> tuple[Mapping[str, Node], str] | None:
        """The table of a package and its version: a version alone is a table with nothing else. None, which is told,
        when it is neither."""
        if node.kind not in ("scalar", "mapping"):
            self.dropped(what, node, "a version or a table is expected here")
            return None
        table: Mapping[str, Node] = {"version": node} if node.kind == "scalar" else node.entries
        version = self.word(
            f"{what}.version" if node.kind == "mapping" else what, table.get("version", Node())
        )
        if node.kind == "scalar" and not version:
            if not node.plain:
                self.dropped(what, node, "a version is expected here")
            return None
        return table, version

    def words(self, name: str, node: Node) -> list[Node]:
        """The strings of a list, the others told."""
        if node.kind != "sequence":
            if node.kind:
                self.dropped(name, node, "a list of texts is expected here")
            return []
        found = []
        for item in node.items:
            if item.kind != "scalar" or item.plain:
                self.dropped(f"{name}[]", item, "a text is expected here")
            elif problem := _unfit(item.text):
                self.left_out(f"{name}[]", item, problem)
            else:
                found.append(item)
        return found

    def entries(self, name: str, node: Node) -> Mapping[str, Node]:
        """The entries of a table, told when it is something else."""
        if node.kind not in ("mapping", ""):
            self.dropped(name, node, "a table is expected here")
        return node.entries if node.kind == "mapping" else {}

    def tables(self, name: str, node: Node) -> list[Node]:
        """The tables of an array, the others told."""
        if node.kind != "sequence":
            if node.kind:
                self.dropped(name, node, "a list of tables is expected here")
            return []
        found = []
        for item in node.items:
            if item.kind == "mapping":
                found.append(item)
            else:
                self.dropped(f"{name}[]", item, "a table is expected here")
        return found

    def head(self) -> list[str]:
        """The comment lines before everything else."""
        found: list[str] = []
        for line in self.text.splitlines():
            if not line.startswith("#"):
                break
            found.append(line.lstrip("#").removeprefix(" "))
        return found

    def entry(self, text: str, node: Node, key: str = "", *, what: str = "", why: str = "") -> Entry:
        """A package that stands at a node; `key` is the name before it, by which its comments are found too. `what` is
        how the file has it, when not as `text`, and `why` says what is different."""
        remarks = self.remarks_of(node, key)
        return Entry(text, self.shown, node.line, self.path.parent, remarks, what, why, node.start, node.end)

    def remarks_of(self, node: Node, key: str = "") -> Remarks:
        if self.remarks is None:
            self.remarks, _ = comments_of(self.text, self.places)
        last = self.remarks.get(node.end - 1 if key and node.kind == "mapping" else node.start, Remarks())
        if not key:
            return last
        earliest = max(0, node.start - 2 * len(key) - 200)  # a line may be as long as the file
        line_start = max(earliest, self.text.rfind("\n", earliest, node.start) + 1)
        before = self.text[line_start : node.start]
        at = line_start + len(before) - len(before.lstrip())
        return Remarks(self.remarks.get(at, Remarks()).above, last.behind)

    def rest(
        self, name: str, node: Node, known: Iterable[str], reasons: Mapping[str, str], otherwise: str
    ) -> None:
        """Drops every entry of a table that is not `known`, with its reason."""
        taken = set(known)
        for key, value in (node.entries if node.kind == "mapping" else {}).items():
            if key not in taken:
                told = self.dropped if key in reasons else self.left_out
                told(f"{name}.{key}" if name else key, value, reasons.get(key, otherwise))


def _unfit(text: str) -> str:
    """Why a text can be nothing of a spec, empty when it can."""
    if "\0" in text:
        return "a NUL character is in no text of a spec"
    return f"it has more than {_LONGEST_TEXT:,} characters" if len(text) > _LONGEST_TEXT else ""


def toml_document(asked: Asked, path: Path, text: str | None = None, first: int = 1) -> Document:
    """The file, or `text` that stands in it from line `first`. Raises `Failure` E1301 or E1302."""
    from envspec.importing.toml_text import toml_nodes

    text = read_text(path) if text is None else text
    root, places = toml_nodes(asked, path, text, first)
    return Document(asked, path, text, root, places)
