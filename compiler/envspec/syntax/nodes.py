"""The nodes of a parsed file.

Frozen values without behaviour: what a node means is decided by the later phases. Every node has its `span`,
and the text of the span is exactly what was written for it, so that a fix can replace it. A `Module` holds
what is healthy in a file; what is not has become a diagnostic.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Literal, TypeAlias

from envspec.diagnostics import Span
from envspec.frozen import Frozen, field, frozen


@frozen
class Identifier(Frozen):
    """A plain name: a keyword, a label, an attribute's name."""

    span: Span
    text: str


@frozen
class CellKey(Frozen):
    """`alpha=0.1` in `run.tune[alpha=0.1]`."""

    span: Span
    name: Identifier
    value: Value


@frozen
class Segment(Frozen):
    """One part of a reference between dots; `cell` is None where no `[…]` was written."""

    span: Span
    name: str
    cell: tuple[CellKey, ...] | None = None


@frozen
class Reference(Frozen):
    """`sklearn`, `common.base`, `run.tune[alpha=0.1].outputs.model`."""

    span: Span
    segments: tuple[Segment, ...]


@frozen
class Hole(Frozen):
    """`${param.x}` inside a string; the span includes `${` and `}`."""

    span: Span
    reference: Reference


@frozen
class StringValue(Frozen):
    """A string with its escapes decoded; neighbouring plain parts are one part, `""` has none.

    `origins` says where the decoded characters were written: pairs (index of a decoded character, its
    absolute offset in the file), sorted; the characters between two pairs follow one by one. Indices count
    the plain parts only, holes take no room.
    """

    span: Span
    parts: tuple[str | Hole, ...]
    multiline: bool = False
    origins: tuple[tuple[int, int], ...] = field(default=(), compare=False, repr=False)

    @property
    def plain(self) -> str | None:
        """The text when there is no hole in it, else None."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None

    def offset_of(self, index: int) -> int:
        """The offset in the file of decoded character `index`; past the end means the closing quote."""
        length = sum(len(part) for part in self.parts if isinstance(part, str))
        closing = self.span.end - (3 if self.multiline else 1)
        if index >= length or not self.origins:
            return closing
        at = bisect_right(self.origins, (max(index, 0), self.span.end)) - 1
        start, offset = self.origins[at]
        return offset + max(index, 0) - start


@frozen
class NumberValue(Frozen):
    """`text` is what was written: `3.10` is the number 3.1."""

    span: Span
    value: int | float
    text: str


@frozen
class BooleanValue(Frozen):
    span: Span
    value: bool


@frozen
class NoneValue(Frozen):
    span: Span


@frozen
class SizeValue(Frozen):
    """`2GiB`; a whole number of bytes."""

    span: Span
    bytes: int
    text: str


@frozen
class DurationValue(Frozen):
    """`30m`; in seconds, an int where it is whole."""

    span: Span
    seconds: int | float
    text: str


@frozen
class ListValue(Frozen):
    """`damaged` means that an element was lost to an error."""

    span: Span
    items: tuple[Value, ...]
    damaged: bool = field(default=False, compare=False)


@frozen
class Entry(Frozen):
    """One `key = value` of a map."""

    span: Span
    key: Identifier | StringValue
    value: Value


@frozen
class MapValue(Frozen):
    """`damaged` means that an entry was lost to an error."""

    span: Span
    entries: tuple[Entry, ...]
    damaged: bool = field(default=False, compare=False)


Value: TypeAlias = (
    StringValue
    | NumberValue
    | BooleanValue
    | NoneValue
    | SizeValue
    | DurationValue
    | ListValue
    | MapValue
    | Reference
)


@frozen
class Attribute(Frozen):
    """`name = value` or `name += value`."""

    span: Span
    name: Identifier
    operator: Literal["=", "+="]
    value: Value


@frozen
class Body(Frozen):
    """What is between `{` and `}`, both in the span.

    `damaged` means that an entry was lost to an error, so that nothing should be called missing here.
    """

    span: Span
    entries: tuple[Attribute | Block, ...]
    damaged: bool = field(default=False, compare=False)

    def attributes(self) -> Iterator[Attribute]:
        return (entry for entry in self.entries if isinstance(entry, Attribute))

    def blocks(self) -> Iterator[Block]:
        return (entry for entry in self.entries if isinstance(entry, Block))


@frozen
class Block(Frozen):
    """`keyword label extends x { … }`; `header` is the part before the `{`, without the blank.

    `damaged` means that a part of the header was lost to an error.
    """

    span: Span
    keyword: Identifier
    label: Identifier | None
    extends: Reference | None
    body: Body
    header: Span
    damaged: bool = field(default=False, compare=False)


@frozen
class Import(Frozen):
    """`import "path" as alias`; the path never has holes."""

    span: Span
    path: StringValue
    alias: Identifier | None


@frozen
class Param(Frozen):
    """`param name : type = default`; without a type it is typed by its default."""

    span: Span
    name: Identifier
    type: Identifier | None
    default: Value | None


@frozen
class Comment(Frozen):
    """`# …` up to the end of the line, with the `#`."""

    span: Span
    text: str


Statement: TypeAlias = Import | Param | Attribute | Block


@frozen
class Module(Frozen):
    """A file: its healthy statements and all its comments, both in the order in which they are written.

    `damaged` means that it has a mistake somewhere. `lost` holds the names in the text that was lost to
    errors: what one of them names may have been defined there, so nothing should call it unknown. `torn`
    means that brackets had to be guessed, so an entry may stand in a block in which nobody wrote it.
    """

    span: Span
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    damaged: bool = field(default=False, compare=False)
    lost: frozenset[str] = field(default=frozenset(), compare=False)
    torn: bool = field(default=False, compare=False)
