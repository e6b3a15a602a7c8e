"""A spec as an importer makes it: blocks of attributes with values and comments, and the text of all that.

Order is kept; the layout is the formatter's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from envspec.diagnostics.credentials import masked
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.syntax.strings import quote


@frozen
class Text(Frozen):
    """A string."""

    value: str


@frozen
class Script(Frozen):
    """A string of several lines, written between three quotes."""

    value: str


@frozen
class Written(Frozen):
    """A value in the language's own words: a reference (`secret.token`), a number, `true`, a size, a duration."""

    text: str


@frozen
class Item(Frozen):
    """An element of a list; `above` are comment lines before it, `behind` the comment at its end."""

    value: Value
    above: tuple[str, ...] = ()
    behind: str = ""


@frozen
class Items(Frozen):
    """A list."""

    items: tuple[Item, ...]


@frozen
class Table(Frozen):
    """A map. Keys that are no names are quoted."""

    entries: Mapping[str, Value]


Value: TypeAlias = Text | Script | Written | Items | Table


@mutable
class Block(Mutable):
    """`environment sklearn { … }`; without a `label` a block inside another, such as `docker { … }`. `attributes` hold
    values and inner blocks; `above` are comment lines, those of an attribute are in `comments`. `extends` is the name
    of the block that it adds to, with `+=` for the attributes in `appended`."""

    kind: str
    label: str = ""
    attributes: dict[str, Value | Block] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    comments: dict[str, list[str]] = field(default_factory=dict)
    extends: str = ""
    appended: set[str] = field(default_factory=set)

    def add(self, name: str, value: Value | Block | None) -> None:
        """Sets an attribute, unless there is no value."""
        if value is not None:
            self.attributes[name] = value

    def inner(self, name: str) -> Block:
        """The block of that name inside this one, made when it is not there."""
        found = self.attributes.setdefault(name, Block(name))
        assert isinstance(found, Block)
        return found


@mutable
class Spec(Mutable):
    """`above` are comment lines of the file, `below` those at its end. A param is a line: `param data: path`,
    and `remarks` has its comment lines."""

    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    params: list[str] = field(default_factory=list)
    remarks: dict[str, list[str]] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def labels(self, kind: str) -> list[str]:
        return [block.label for block in self.blocks if block.kind == kind]


def texts(values: Iterable[str]) -> Items | None:
    """A list of strings, None when there are none."""
    items = tuple(Item(Text(value)) for value in values)
    return Items(items) if items else None


def references(names: Iterable[str]) -> Items | None:
    items = tuple(Item(Written(name)) for name in names)
    return Items(items) if items else None


def text_of(spec: Spec) -> str:
    """The text of the file, formatted. Raises `Failure` E1303 when it is larger than a file of the language can be."""
    from envspec.diagnostics import Diagnostic, Failure, Source
    from envspec.formatting.format import ChangedMeaningError, format_text
    from envspec.syntax.text import LARGEST_FILE

    parts = ["\n".join([*_comments(spec.above), "edition = 1"])]
    parts += ["\n".join([*_comments(spec.remarks.get(one, ())), f"param {one}"]) for one in spec.params]
    parts += ["\n".join(_block(block)) for block in spec.blocks]
    if spec.below:
        parts.append("\n".join(_comments(spec.below)))
    text = whole_characters("\n\n".join(parts) + "\n")
    too_large = Failure(
        Diagnostic("E1303", f"it says more than a spec of at most {LARGEST_FILE} bytes can hold")
    )
    if len(text) > LARGEST_FILE:
        raise too_large
    try:
        formatted, problems = format_text(Source.of("import", text))
    except ChangedMeaningError:
        if len(text) * 4 < LARGEST_FILE:
            raise
        raise too_large from None  # with its margins it is
    assert not problems, problems
    if len(formatted.encode()) > LARGEST_FILE:
        raise too_large
    return formatted


def whole_characters(text: str) -> str:
    """JSON and YAML may write half of a character (a UTF-16 surrogate): two halves are one, and one alone is U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _block(block: Block) -> Iterator[str]:
    yield from _comments(block.above)
    head = f"{block.kind} {block.label}" if block.label else block.kind
    yield f"{head} extends {block.extends} {{" if block.extends else f"{head} {{"
    for name, value in block.attributes.items():
        yield from _comments(block.comments.get(name, ()))
        if isinstance(value, Block):
            yield from _block(value)
        else:
            yield f"{name} {'+=' if name in block.appended else '='} {_value(value)}"
    for name, lines in block.comments.items():
        if name not in block.attributes:
            yield from _comments(lines)
    yield "}"


def _value(value: Value) -> str:
    match value:
        case Text(text):
            return quote(text)
        case Script(text):
            return _script(text)
        case Written(text):
            return text
        case Items(items):
            return _list(items)
        case Table(entries):
            inner = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in entries.items())
            return f"{{ {inner} }}" if inner else "{}"


def _list(items: tuple[Item, ...]) -> str:
    if not any(item.above or item.behind for item in items):
        return f"[{', '.join(_value(item.value) for item in items)}]"
    lines = ["["]
    for item in items:
        lines += _comments(item.above)
        remark = " " + "".join(_comments([item.behind])) if item.behind else ""
        lines.append(f"{_value(item.value)},{remark}")
    return "\n".join([*lines, "]"])


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", key) else quote(key)


def _script(text: str) -> str:
    """What long strings would change (a margin, white space at line ends) is written on one line."""
    lines = text.removesuffix("\n").split("\n")
    plain = all(line == line.rstrip() and line.isprintable() for line in lines)
    margin = all(line.startswith(" ") for line in lines if line)
    if '"""' in text or not text.endswith("\n") or not plain or margin or not lines[0]:
        return quote(text)
    escaped = "\n".join(line.replace("\\", "\\\\").replace("${", "$${") for line in lines)
    return f'"""\n{escaped}\n"""'


def _comments(lines: Iterable[str]) -> Iterator[str]:
    """A credential in a comment of the file stays there."""
    for text in lines:
        for line in masked(text).splitlines() or [""]:
            yield ("# " + "".join(c if c.isprintable() else " " for c in line)).rstrip()
