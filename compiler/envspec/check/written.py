"""What was written, for rules that look at more than what it came to: blocks with their bases, and who needs whom.

In comes a `Resolution`. Nothing is reported here: what cannot be found has had its finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.diagnostics import Span
from envspec.frozen import Frozen, frozen
from envspec.language.schema import PLURALS
from envspec.resolve.modules import ModuleScope
from envspec.resolve.project import Resolution
from envspec.syntax.nodes import Attribute, Block, Hole, Identifier, Reference


@frozen
class Written(Frozen):
    """A block and the file that wrote it; `name` is the place of its label."""

    module: ModuleScope
    block: Block

    @property
    def name(self) -> Span:
        return self.block.label.span if self.block.label is not None else self.block.header


def base_of(written: Written, kind: str) -> Written | None:
    """The block that one extends."""
    return None if written.block.extends is None else _named(written.module, kind, written.block.extends)


def bases_of(written: Written, kind: str) -> list[Written]:
    """All that a block extends, the nearest first."""
    found: list[Written] = []
    base = base_of(written, kind)
    while base is not None and all(base.block is not known.block for known in found):
        found.append(base)
        base = base_of(base, kind)
    return found


def inner_environments(module: ModuleScope) -> Iterator[Written]:
    """Environments written inside the runs and deployments of a file."""
    for kind in ("run", "deployment"):
        for block in module.blocks.get(kind, {}).values():
            for inner in block.body.blocks():
                if inner.keyword.text == "environment":
                    yield Written(module, inner)


def needed(resolution: Resolution) -> list[Written]:
    """What this root file extends, or takes from imported files."""
    found: list[Written] = []
    for module in resolution.modules.values():
        for kind in ("environment", "run", "deployment"):
            for block in module.blocks.get(kind, {}).values():
                found.extend(bases_of(Written(module, block), kind))
        for inner in inner_environments(module):
            found.extend(bases_of(inner, "environment"))
    for kind in ("environment", "secret", "index", "channel"):
        items = resolution.document.get(PLURALS[kind], {})
        there = {item.get("name", key) for key, item in items.items() if isinstance(item, dict)}
        for module in resolution.modules.values():
            for name, block in module.blocks.get(kind, {}).items():
                if module.alias and module.qualified(name) in there:
                    found.append(Written(module, block))
    return found


def _named(module: ModuleScope, kind: str, reference: Reference) -> Written | None:
    names = [segment.name for segment in reference.segments]
    owner: ModuleScope | None = module
    if len(names) == 2:
        owner = module.imports.get(names[0])
    block = owner.blocks.get(kind, {}).get(names[-1]) if owner is not None and len(names) <= 2 else None
    return Written(owner, block) if owner is not None and block is not None else None


def references(node: object) -> Iterator[Reference]:
    """All references in a node, those inside strings too."""
    if isinstance(node, Reference):
        yield node
    if isinstance(node, tuple):
        for part in node:
            yield from references(part)
    elif isinstance(node, Frozen):
        for name in node.__dataclass_fields__:
            yield from references(getattr(node, name))


def attribute_of(block: Block, name: str) -> Attribute | None:
    """The attribute of a block itself, not of what is inside it."""
    return next((entry for entry in block.body.attributes() if entry.name.text == name), None)


def same_literal(one: object, other: object) -> bool:
    """Whether two values are the same, wherever they stand. Those with references never are: what these name
    depends on the file and the block."""
    if isinstance(one, Reference | Hole) or type(one) is not type(other):
        return False
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_literal, one, other))
    if isinstance(one, Frozen):
        left_out = {"span", "text", "origins", "multiline"} - (
            {"text"} if isinstance(one, Identifier) else set()
        )
        return all(
            same_literal(getattr(one, name), getattr(other, name))
            for name in one.__dataclass_fields__
            if name not in left_out
        )
    return one == other
