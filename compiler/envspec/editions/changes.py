"""The kinds of changes that steps are put together from.

A record such as `docker` is found in both its forms, `docker { image = … }` and `docker = { image = … }`.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.diagnostics import Edit, Source, Span
from envspec.editions.step import Change
from envspec.syntax.nodes import Attribute, Block, Body, Entry, Identifier, MapValue, Module


def rename_attribute(kind: str, old: str, new: str) -> Change:
    """The attribute `old` of blocks of a kind (`environment`, `docker`) is called `new` from now on."""

    def change(source: Source, module: Module) -> list[Edit]:
        return [
            Edit(name.span, new)
            for body, _ in _bodies(module, kind)
            for name in _names(body)
            if name.text == old
        ]

    return change


def keep_default(kind: str, name: str, value: str) -> Change:
    """The default of an attribute changes: where it was not written, the old one is, so that nothing changes.

    `value` is as it is written in a file. Blocks that extend another one get it from there.
    """

    def change(source: Source, module: Module) -> list[Edit]:
        return [
            _insertion(source, body, f"{name} = {value}")
            for body, extends in _bodies(module, kind)
            if not extends and all(written.text != name for written in _names(body))
        ]

    return change


def _bodies(module: Module, kind: str) -> Iterator[tuple[Body | MapValue, bool]]:
    """What is between the braces of every block of a kind, and whether the block extends another."""
    waiting: list[Attribute | Block] = [s for s in module.statements if isinstance(s, Attribute | Block)]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, Block):
            if entry.keyword.text == kind:
                yield entry.body, entry.extends is not None
            waiting += entry.body.entries
        elif entry.name.text == kind and isinstance(entry.value, MapValue):
            yield entry.value, False


def _names(body: Body | MapValue) -> Iterator[Identifier]:
    for entry in body.entries:
        name = entry.key if isinstance(entry, Entry) else entry.name if isinstance(entry, Attribute) else None
        if isinstance(name, Identifier):
            yield name


def _insertion(source: Source, body: Body | MapValue, line: str) -> Edit:
    """An entry before all others; on a line of its own where the first one stands on one."""
    at = body.span.start + 1
    if not body.entries:
        return Edit(Span(source.file, at, at), f" {line} ")
    end = source.text.find("\n", at, body.entries[0].span.start)
    if end < 0:
        return Edit(Span(source.file, at, at), f" {line},")
    # Behind a comment that may follow the brace.
    newline = "\r\n" if source.text[end - 1] == "\r" else "\n"
    end -= len(newline) - 1
    return Edit(Span(source.file, end, end), f"{newline}    {line}")
