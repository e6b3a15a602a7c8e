"""W0317: `=` in a block that extends another, where the inherited entries were perhaps to be kept.

Said only when an inherited entry is really lost: a list that names all of them again, in other versions, replaces
them on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.check.written import Written, bases_of
from envspec.diagnostics import Diagnostic, Edit, Fix, Label
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.pip import is_path, normalized_name
from envspec.syntax.nodes import Attribute, Block, Identifier, ListValue, MapValue, StringValue

_ADDED_TO = {
    "environment": ("conda", "pip", "apt", "requirements", "constraints", "indexes", "variables"),
    "run": ("inputs", "outputs", "variables"),
    "deployment": ("models", "variables"),
}
"""Attributes whose entries stand side by side. `channels` and `command` are sequences: they are replaced as one."""
_NAME = lazy_pattern(r"(?:[a-z0-9_./-]+::)?([A-Za-z0-9][A-Za-z0-9._-]*)")


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for kind, names in _ADDED_TO.items():
        for block in subject.module.blocks.get(kind, {}).values():
            written = Written(subject.module, block)
            bases = bases_of(written, kind)
            for attribute in block.body.attributes() if bases else ():
                if attribute.name.text in names and attribute.operator == "=":
                    yield from _of(subject, attribute, bases)


def _of(subject: Subject, attribute: Attribute, bases: list[Written]) -> Iterator[Diagnostic]:
    name = attribute.name.text
    new = _entries(attribute)
    inherited = _inherited(bases, name)
    if not new or not inherited:
        return
    lost = [entry for entry in inherited if entry not in new]
    if not lost:
        return
    source = subject.resolution.sources[attribute.span.file]
    gap = attribute.name.span._replace(start=attribute.name.span.end, end=attribute.value.span.start)
    at = source.text.find("=", gap.start, gap.end)
    if at == -1:  # it was forgotten, which has been told
        return
    operator = gap._replace(start=at, end=at + 1)
    shown = ", ".join(f"`{entry}`" for entry in lost[:3]) + (" …" if len(lost) > 3 else "")
    yield Diagnostic(
        "W0317",
        f"`{name} =` drops what is inherited: {shown}",
        operator,
        "replaces",
        (Label(inherited[lost[0]].span, "inherited from here"),),
        help="write `+=` to add to it",
        fixes=(Fix("write `+=`", (Edit(operator, "+="),), safe=False),),
    )


def _inherited(bases: list[Written], name: str) -> dict[str, Attribute]:
    """What the bases give, with the attribute that wrote it; nothing when that cannot be told for certain."""
    found: dict[str, Attribute] = {}
    for base in bases:
        for entry in base.block.body.entries:
            if isinstance(entry, Block) or entry.name.text != name:
                continue
            entries = _entries(entry)
            if not entries:
                return found if entry.operator == "=" else {}
            for key in entries:
                found.setdefault(key, entry)
            if entry.operator == "=":
                return found
    return found


def _entries(attribute: Attribute) -> list[str]:
    """The names of packages, or the keys; empty for what is no literal."""
    value = attribute.value
    if isinstance(value, MapValue):
        keys = [
            entry.key.text if isinstance(entry.key, Identifier) else entry.key.plain
            for entry in value.entries
        ]
        return [key for key in keys if key is not None]
    if not isinstance(value, ListValue):
        return []
    names = []
    for item in value.items:
        text = item.plain if isinstance(item, StringValue) else None
        if text is None:
            names.append(_reference(item))
            continue
        match = _NAME.match(text.strip())
        path = is_path(text) or text.startswith("-") or attribute.name.text in ("requirements", "constraints")
        names.append(text if path or match is None else normalized_name(match[1]))
    return [name for name in names if name]


def _reference(item: object) -> str:
    segments = getattr(item, "segments", ())
    return ".".join(segment.name for segment in segments)


RULE = Rule("dropped-list", ("W0317",), _check, fix="unsafe")
