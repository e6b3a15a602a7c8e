"""The keys of a mapping of Azure ML's SDK v1, which people write as `baseImage`, `base_image` or `baseimage`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from envspec.importing.asked import Asked
from envspec.importing.azureml.fields import Fields, is_nothing
from envspec.importing.yaml_text import Node


class V1Fields(Fields):
    """Keys without a value are left out: the SDK writes all that there are."""

    __slots__ = ()

    @classmethod
    def of(
        cls, asked: Asked, node: Node, file: Path, above: str = "", folder: Path | None = None
    ) -> V1Fields:
        left = {key: one for key, one in node.entries.items() if not _says_nothing(one)}
        return cls(asked, node, file, folder or file.parent, above, left)

    def key(self, name: str) -> str:
        """The key of this name as the file has it."""
        wanted = _plain(name)
        return next((key for key in self.node.entries if _plain(key) == wanted), name)

    def has(self, name: str) -> bool:
        return self.key(name) in self.left

    def take(self, key: str) -> Node:
        return self.left.pop(self.key(key), Node())

    def path(self, key: str) -> str:
        return f"{self.above}{self.key(key)}"

    def inner(self, key: str) -> V1Fields | None:
        node = self.mapping(key)
        return (
            None
            if node is None
            else V1Fields.of(self.asked, node, self.file, f"{self.path(key)}.", self.folder)
        )

    def flag(self, key: str) -> tuple[Node, bool] | None:
        """A boolean with its node; what is none is told of."""
        node = self.scalar(key)
        if node is None:
            return None
        value = node.text.strip().lower()
        if value in ("true", "false"):
            return node, value == "true"
        self.dropped(key, node, "`true` or `false` is expected here")
        return None

    def count(self, key: str, least: int = 1) -> tuple[Node, int] | None:
        """A whole number with its node; what is none, or is smaller, is told of."""
        node = self.scalar(key)
        if node is None:
            return None
        text = node.text.strip()
        if text.isascii() and text.isdigit() and len(text) < 16 and int(text) >= least:
            return node, int(text)
        self.dropped(key, node, f"a whole number of at least {least} is expected here")
        return None

    def drop_known(self, reasons: Mapping[str, str]) -> None:
        """Tells of what is left with the reasons of a table of fields, however the file writes its keys."""
        self.drop_rest({self.key(key): reason for key, reason in reasons.items()})

    def drop_all(self, reason: str) -> None:
        """Tells of everything that is left, key by key."""
        for key in list(self.left):
            self.dropped(key, self.take(key), reason)

    def drop_unless(self, key: str, default: str, reason: str) -> None:
        """Tells of a setting that nothing stands for, unless it is what the SDK writes by itself."""
        node = self.scalar(key)
        if node is None:
            return
        if node.text.strip().lower() == default:
            self.carried(key, node, "the default")
        else:
            self.dropped(key, node, reason)

    def _of_kind(self, key: str, kind: str, wanted: str) -> Node | None:
        return super()._of_kind(self.key(key), kind, wanted)


def _plain(key: str) -> str:
    return key.replace("_", "").lower()


def _says_nothing(node: Node) -> bool:
    if node.kind in ("sequence", "mapping"):
        return not node.items and all(map(_says_nothing, node.entries.values()))
    return is_nothing(node) or not node.text
