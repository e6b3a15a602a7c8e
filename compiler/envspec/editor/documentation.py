"""What the tables and the spec say about something, as Markdown for people."""

from __future__ import annotations

from envspec.check.written import Written
from envspec.language.attributes import Attribute, BlockKind
from envspec.language.types import describe
from envspec.syntax.nodes import StringValue

_MERGE = {
    "replace": "",
    "append": "`+=` appends to what is inherited.",
    "packages": "`+=` appends to what is inherited, and replaces the entry of the same name.",
    "map": "`+=` merges with what is inherited, by key.",
    "record": "Merges with what is inherited, attribute by attribute.",
}


def about_attribute(row: Attribute) -> str:
    """Its meaning, type, default and merge."""
    lines = [row.doc, "", f"- type: {describe(row.type)}", f"- default: {row.default}"]
    if _MERGE[row.merge]:
        lines.append(f"- with `extends`: {_MERGE[row.merge]}")
    return "\n".join(lines)


def about_block(kind: BlockKind) -> str:
    """Its meaning, and what it needs."""
    lines = [kind.doc]
    if kind.required:
        lines += ["", "Required: " + ", ".join(f"`{name}`" for name in kind.required)]
    if kind.exactly_one:
        lines += ["", "Exactly one of " + ", ".join(f"`{name}`" for name in kind.exactly_one)]
    return "\n".join(lines)


def about_named_block(kind: str, written: Written) -> str:
    """A block of a spec: what its author says about it, and where it is."""
    label = written.block.label
    said = next(
        (
            attribute.value.plain
            for attribute in written.block.body.attributes()
            if attribute.name.text == "description" and isinstance(attribute.value, StringValue)
        ),
        None,
    )
    line = written.module.source.line_of(written.block.span.start)
    place = f"`{kind} {label.text if label else ''}` in `{written.module.file}`, line {line}"
    return f"{said.strip()}\n\n{place}" if said else place
