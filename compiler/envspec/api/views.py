"""Attributes of a block as the lists and dicts that Python programs change.

A view holds nothing: what is read is in the block and what is written goes there. Comments of elements that stay are
kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping, MutableSequence
from typing import overload

from envspec.api.given import given_text, given_texts, quoted
from envspec.api.secrets import Secret
from envspec.importing.spec import Block, Item, Items, Table, Text, Value, Written


class Texts(MutableSequence[str]):
    """A list of strings, such as `conda` and `pip`. References in it are read as they are written."""

    def __init__(self, block: Callable[[], Block], name: str) -> None:
        self._block, self._name = block, name

    def _items(self) -> list[Item]:
        value = self._block().attributes.get(self._name)
        return list(value.items) if isinstance(value, Items) else []

    def _set(self, items: list[Item]) -> None:
        if items:
            self._block().attributes[self._name] = Items(tuple(items))
        else:
            self._block().attributes.pop(self._name, None)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        found = [_read(item.value) for item in self._items()]
        return found[at]

    @overload
    def __setitem__(self, at: int, value: str) -> None: ...
    @overload
    def __setitem__(self, at: slice, value: Iterable[str]) -> None: ...
    def __setitem__(self, at: int | slice, value: str | Iterable[str]) -> None:
        items = self._items()
        if isinstance(at, slice):
            items[at] = [Item(Text(one)) for one in given_texts(value, self._name)]
        else:
            items[at] = Item(Text(given_text(value, self._name)), items[at].above, items[at].behind)
        self._set(items)

    def __delitem__(self, at: int | slice) -> None:
        items = self._items()
        del items[at]
        self._set(items)

    def __len__(self) -> int:
        return len(self._items())

    def insert(self, index: int, value: str) -> None:
        items = self._items()
        items.insert(index, Item(Text(given_text(value, self._name))))
        self._set(items)

    def extend(self, values: Iterable[str]) -> None:
        self._set([*self._items(), *(Item(Text(one)) for one in given_texts(values, self._name))])

    def replace(self, values: Iterable[str]) -> None:
        self._set([Item(Text(value)) for value in given_texts(values, self._name)])

    def __repr__(self) -> str:
        return repr(list(self))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Iterable) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


class Variables(MutableMapping[str, "str | Secret"]):
    """A map of strings and secrets, such as `variables`."""

    def __init__(self, block: Callable[[], Block], name: str, secrets: Secrets) -> None:
        self._block, self._name, self._secrets = block, name, secrets

    def _entries(self) -> dict[str, Value]:
        value = self._block().attributes.get(self._name)
        return dict(value.entries) if isinstance(value, Table) else {}

    def _set(self, entries: dict[str, Value]) -> None:
        if entries:
            self._block().attributes[self._name] = Table(entries)
        else:
            self._block().attributes.pop(self._name, None)

    def __getitem__(self, key: str) -> str | Secret:
        value = self._entries()[key]
        if isinstance(value, Written) and value.text.startswith("secret."):
            return self._secrets.get(value.text.removeprefix("secret."))
        return _read(value)

    def __setitem__(self, key: str, value: str | Secret) -> None:
        entries = self._entries()
        name = given_text(key, self._name)
        if isinstance(value, Secret):
            entries[name] = Written(f"secret.{self._secrets.add(value)}")
        else:
            entries[name] = Text(given_text(value, f"{self._name}[{quoted(name)}]"))
        self._set(entries)

    def __delitem__(self, key: str) -> None:
        entries = self._entries()
        del entries[key]
        self._set(entries)

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries())

    def __len__(self) -> int:
        return len(self._entries())

    def __repr__(self) -> str:
        return repr(dict(self))


class Secrets:
    """The `secret` blocks of a spec."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks = blocks

    def get(self, name: str) -> Secret:
        for block in self._blocks:
            if block.kind == "secret" and block.label == name:
                return Secret.of(block)
        raise KeyError(name)

    def add(self, secret: Secret) -> str:
        """The name under which it is in the spec now. One that is there already under this name is replaced."""
        made = secret.block()
        for at, block in enumerate(self._blocks):
            if block.kind == "secret" and block.label == secret.name:
                self._blocks[at] = made
                return secret.name
        self._blocks.insert(0, made)
        return secret.name


def _read(value: Value | Block) -> str:
    match value:
        case Text(text) | Written(text):
            return text
        case _:
            raise TypeError(f"this is no text: {value!r}")
