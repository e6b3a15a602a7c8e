"""What is not written but so: locked versions, inherited values, how many cells a matrix has."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.written import Written, bases_of
from envspec.diagnostics.credentials import masked
from envspec.editor.analysis import Analysis
from envspec.editor.locked import LockedVersions, locked_versions
from envspec.editor.resolved import called, inherited, items_of, spelled
from envspec.frozen import Frozen, frozen
from envspec.syntax.nodes import Attribute, ListValue, StringValue

_LONGEST = 40


@frozen
class Hint(Frozen):
    """`text` stands at `offset`, as if it were written there; `more` is shown when it is pointed at."""

    offset: int
    text: str
    more: str = ""


def hints(analysis: Analysis, start: int, end: int) -> list[Hint]:
    """Those between two offsets, in order."""
    found: list[Hint] = []
    for kind in ("environment", "run", "deployment"):
        for block in analysis.module.blocks.get(kind, {}).values():
            if block.span.end >= start and block.span.start <= end:
                found.extend(_of_block(analysis, Written(analysis.module, block), kind))
    return sorted((hint for hint in found if start <= hint.offset <= end), key=lambda hint: hint.offset)


def _of_block(analysis: Analysis, written: Written, kind: str) -> Iterator[Hint]:
    block = written.block
    items = items_of(analysis, written, kind)
    if block.extends is not None and items:
        names = inherited(analysis, written, kind)
        if names:
            more = "\n".join(
                f"{name} = {spelled(items[0].values.get(name))}  # from {called(base)}"
                for name, base in names
            )
            text = _cut(", ".join(name for name, _ in names))
            yield Hint(block.extends.span.end, f" inherits {text}", f"```envspec\n{masked(more)}\n```")
    locked = locked_versions(analysis, [item.id for item in items]) if kind == "environment" else None
    for attribute in block.body.attributes():
        if attribute.name.text == "matrix" and len(items) > 1:
            yield Hint(
                attribute.span.end, f" {len(items)} {kind}s", "\n".join(item.id for item in items[:20])
            )
        if attribute.operator == "+=":
            yield from _added_to(analysis, written, kind, attribute)
        if locked is not None:
            yield from _versions(attribute, locked)


def _added_to(analysis: Analysis, written: Written, kind: str, attribute: Attribute) -> Iterator[Hint]:
    """What is there before something is added."""
    name = attribute.name.text
    for base in bases_of(written, kind)[:1]:
        items = items_of(analysis, base, kind)
        value = items[0].values.get(name) if len(items) == 1 else None
        if value is not None:
            text = masked(spelled(value, 400))
            yield Hint(
                attribute.name.span.end, f" {_cut(text)}", f"Inherited from `{called(base)}`:\n\n`{text}`"
            )
            return
    for base in bases_of(written, kind):  # not in the document: what is written has to do
        for entry in base.block.body.attributes():
            if entry.name.text == name:
                text = base.module.source.text[entry.value.span.start : entry.value.span.end]
                text = masked(" ".join(text.split()))
                yield Hint(attribute.name.span.end, f" {_cut(text)}", f"Inherited from `{called(base)}`")
                return


def _versions(attribute: Attribute, locked: LockedVersions) -> Iterator[Hint]:
    name = attribute.name.text
    if name == "python" and locked.python and isinstance(attribute.value, StringValue):
        version = " | ".join(sorted(locked.python))
        if version != attribute.value.plain:
            yield Hint(attribute.value.span.end, f" {version}", "The version in `envspec.lock`.")
    if name not in ("conda", "pip") or not isinstance(attribute.value, ListValue):
        return
    for item in attribute.value.items:
        if isinstance(item, StringValue) and item.plain:
            version = locked.of(name, item.plain)
            if version and not item.plain.endswith(version):
                yield Hint(item.span.end, f" {version}", "The version in `envspec.lock`.")


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip(" ,") + "…"
