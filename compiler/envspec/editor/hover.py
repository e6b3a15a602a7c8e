"""What is known of the thing under the cursor, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envspec.check.written import Written, bases_of
from envspec.diagnostics import Span
from envspec.diagnostics.credentials import masked
from envspec.editor.analysis import Analysis
from envspec.editor.documentation import about_attribute, about_block, about_named_block
from envspec.editor.links import links
from envspec.editor.locked import locked_references, locked_versions
from envspec.editor.names import KEYED, Name, block_of, key_owner, name_at
from envspec.editor.resolved import (
    Item,
    attributes_of,
    called,
    items_of,
    place_of,
    spelled,
    writer_of,
)
from envspec.editor.structure import path_to
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import BLOCKS, RECORDS, BlockKind
from envspec.language.environment_reference import EnvironmentReference, parse_reference
from envspec.resolve.params import param_type
from envspec.syntax.nodes import (
    Attribute,
    Block,
    DurationValue,
    Identifier,
    Param,
    SizeValue,
    StringValue,
)

_MOST_CELLS = 8


@frozen
class Hover(Frozen):
    """`span` is what the text is about."""

    span: Span
    text: str


def hover(analysis: Analysis, offset: int) -> Hover | None:
    """None where nothing is to be said."""
    path = path_to(analysis.module.module, offset)
    node = path[-1]
    name = name_at(analysis.module, offset)
    if name is not None and not isinstance(node, (StringValue, SizeValue, DurationValue)):
        text = _of_name(analysis, name)
        return Hover(name.span, text) if text else None
    match node:
        case Identifier():
            text = _of_word(analysis, path, node)
            return Hover(node.span, text) if text else None
        case SizeValue():
            return Hover(node.span, f"{node.bytes:,} bytes")
        case DurationValue():
            return Hover(node.span, f"{node.seconds:,} seconds")
        case StringValue():
            text = _of_string(analysis, path, node, offset)
            return Hover(node.span, text) if text else None
    return None


def _of_name(analysis: Analysis, name: Name) -> str:
    target = name.target
    modules = analysis.checked.resolution.modules
    module = modules.get(target.file)
    if module is None:
        return ""
    if target.kind == "import":
        scope = module.imports.get(target.name)
        file = scope.file if scope is not None else "a file that cannot be read"
        return f"`{target.name}`: the blocks of `{file}`"
    if target.kind == "param":
        return _of_param(analysis, module.params.get(target.name), target.file)
    written = block_of(target, modules)
    if written is None:
        return ""
    if target.kind in KEYED:
        kind = target.owner.split(" ")[0]
        here = _around(analysis, name.span)
        if here is not None and here[1] == kind and key_owner(here[0], kind) == (target.file, target.owner):
            written = here[0]  # what the key comes to in this block, not in the first of its chain
        return _of_key(analysis, written, kind, target.kind, target.name)
    return _of_block(analysis, written, target.kind)


def _of_param(analysis: Analysis, param: Param | None, file: str) -> str:
    if param is None:
        return ""
    source = analysis.checked.resolution.sources[file]
    default = "" if param.default is None else source.text[param.default.span.start : param.default.span.end]
    shown = f"param {param.name.text} : {param_type(param) or '?'}" + (f" = {default}" if default else "")
    lines = [_code(masked(shown)), "", f"Declared in `{place_of(analysis, param.span)}`."]
    if not default:
        lines.append("It has no default: what uses it needs `--set`.")
    return "\n".join(lines)


def _of_block(analysis: Analysis, written: Written, kind: str) -> str:
    lines = [about_named_block(kind, written)]
    items = items_of(analysis, written, kind)
    if len(items) > 1:
        names = ", ".join(f"`{item.id}`" for item in items[:_MOST_CELLS])
        more = f" and {len(items) - _MOST_CELLS} more" if len(items) > _MOST_CELLS else ""
        lines += ["", f"{len(items)} cells: {names}{more}"]
    if items and kind != "secret":
        rows = []
        for name, value in attributes_of(items[0]):
            writer = writer_of(analysis, written, kind, name)
            whose = "" if writer is None or writer.block is written.block else f"  # from {called(writer)}"
            rows.append(f"{name} = {spelled(value)}{whose}")
        lines += ["", _code(masked("\n".join(rows)))]
    return "\n".join(lines)


def _of_key(analysis: Analysis, written: Written, kind: str, attribute: str, key: str) -> str:
    values: dict[str, None] = {}
    for item in items_of(analysis, written, kind):
        keyed = item.cell if attribute == "matrix" else item.values.get(attribute)
        value = keyed.get(key) if isinstance(keyed, dict) else None
        if value is not None:
            values[spelled(value)] = None
    what = {"inputs": "input", "outputs": "output", "matrix": "key of the matrix"}[attribute]
    label = written.block.label
    text = f"`{key}`: {what} of `{kind} {label.text if label else ''}`"
    shown = "\n".join(list(values)[:_MOST_CELLS])
    return f"{text}\n\n{_code(masked(shown))}" if shown else text


def _around(analysis: Analysis, span: Span) -> tuple[Written, str] | None:
    """The named block that a place of this file is in."""
    for kind, named in analysis.module.blocks.items():
        for block in named.values():
            if block.span.start <= span.start < block.span.end:
                return Written(analysis.module, block), kind
    return None


def _of_word(analysis: Analysis, path: Sequence[Any], node: Identifier) -> str:
    """A keyword, or the name of an attribute."""
    for index in range(len(path) - 2, -1, -1):
        parent = path[index]
        if isinstance(parent, Block) and parent.keyword is node:
            kind = _table(node.text)
            return about_block(kind) if kind is not None else ""
        if isinstance(parent, Attribute) and parent.name is node:
            return _of_attribute(
                analysis, [n for n in path[:index] if isinstance(n, Block)], parent, node.text
            )
        if not isinstance(parent, Identifier):
            break
    return _of_record_key(analysis, path, node)


def _of_record_key(analysis: Analysis, path: Sequence[Any], node: Identifier) -> str:
    """`cpu` in `resources = { cpu = 1 }`."""
    attributes = [n for n in path if isinstance(n, Attribute)]
    table = RECORDS.get(attributes[-1].name.text) if attributes else None
    row = table.attribute(node.text) if table is not None else None
    return about_attribute(row) if row is not None else ""


def _table(keyword: str) -> BlockKind | None:
    return BLOCKS.get(keyword) or RECORDS.get(keyword)


def _of_attribute(analysis: Analysis, blocks: Sequence[Block], attribute: Attribute, name: str) -> str:
    if not blocks:
        return "The edition of the language that the file is written in." if name == "edition" else ""
    table = _table(blocks[-1].keyword.text)
    row = table.attribute(name) if table is not None else None
    if row is None:
        return ""
    lines = [about_attribute(row)]
    outer = blocks[0]
    kind = outer.keyword.text
    if kind in BLOCKS and outer.label is not None and kind != "secret":
        written = Written(analysis.module, outer)
        steps = [block.keyword.text for block in blocks[1:]]
        lines += _comes_to(items_of(analysis, written, kind), [*steps, name])
        if len(blocks) == 1:
            also = [
                f"- `{called(base)}` ({place_of(analysis, entry.span)})"
                for base in bases_of(written, kind)
                for entry in base.block.body.attributes()
                if entry.name.text == name
            ]
            if also:
                word = (
                    "Adds to what is inherited from:" if attribute.operator == "+=" else "Takes the place of:"
                )
                lines += ["", word, *also]
    return "\n".join(lines)


def _comes_to(items: Sequence[Item], steps: Sequence[str]) -> list[str]:
    """The resolved value; that of each cell where they differ."""
    values: dict[str, list[str]] = {}
    for item in items:
        value: Any = item.values
        for step in steps:
            value = value.get(step) if isinstance(value, dict) else None
        if value is not None:
            values.setdefault(spelled(value, 400), []).append(item.id)
    if len(values) == 1:
        return ["", "Comes to:", _code(masked(next(iter(values))))]
    rows = [f"{text}  # {', '.join(ids[:3])}" for text, ids in list(values.items())[:_MOST_CELLS]]
    return ["", "Comes to:", _code(masked("\n".join(rows)))] if rows else []


def _of_string(analysis: Analysis, path: Sequence[Any], node: StringValue, offset: int) -> str:
    attributes = [n for n in path if isinstance(n, Attribute)]
    attribute = attributes[-1].name.text if attributes else ""
    found = _around(analysis, node.span)
    if attribute in ("conda", "pip") and node.plain and found is not None and found[1] == "environment":
        ids = [item.id for item in items_of(analysis, found[0], "environment")]
        version = locked_versions(analysis, ids).of(attribute, node.plain)
        return f"Locked: `{version}`" if version else "Not in `envspec.lock` yet: run `envspec lock`"
    if attribute == "environment" and node.plain and (reference := parse_reference(node.plain)) is not None:
        return _of_registered(analysis, node.plain, reference)
    for link in links(analysis):
        if link.span.start <= offset <= link.span.end:
            return f"`{link.file}`, from the root of the project"
    return ""


def _of_registered(analysis: Analysis, text: str, reference: EnvironmentReference) -> str:
    if reference.number is not None:
        which = f"version {reference.number}"
    elif reference.digest:
        which = f"the version whose digest begins with `{reference.digest}`"
    elif reference.label:
        which = f"the version that has the label `{reference.label}`"
    else:
        which = "the newest version"
    digest = locked_references(analysis).get(text)
    locked = f"Locked: `{digest}`" if digest else "Not in `envspec.lock` yet: run `envspec lock`"
    return f"The registered environment `{reference.name}`, {which}.\n\n{locked}"


def _code(text: str) -> str:
    return f"```envspec\n{text}\n```"
