"""What stands between quotes: versions, platforms, images, channels; paths and packages have files of their own."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.editor.analysis import Analysis
from envspec.editor.completion.packages import packages
from envspec.editor.completion.paths import paths
from envspec.editor.completion.proposal import Proposal
from envspec.editor.cursor import Cursor
from envspec.editor.locked import locked_references
from envspec.language.types import Type
from envspec.syntax.nodes import ListValue, StringValue

_LITERALS = {
    "python": ("3.14", "3.13", "3.12", "3.11", "3.10"),
    "platform": ("linux/amd64", "linux/arm64"),
    "lock_platform": ("darwin/amd64", "darwin/arm64", "linux/amd64", "linux/arm64"),
    "channel_name": ("conda-forge", "nodefaults", "bioconda", "pytorch", "nvidia"),
    "user": ("1000:1000",),
}
_WRITTEN_ELSEWHERE = frozenset({"image", "registry", "url", "apt_package"})


def strings(cursor: Cursor, analysis: Analysis) -> Iterator[Proposal]:
    """What the string could become."""
    kind = cursor.type
    for option in (kind, *kind.options) if kind is not None else ():
        if option.kind in ("path", "run_input", "output_path"):
            yield from paths(cursor, analysis, option)
        elif option.kind in ("conda_package", "pip_package"):
            yield from packages(cursor, analysis, option.kind.removesuffix("_package"))
        elif option.kind == "reference" and option.target == "environment":
            for reference, digest in locked_references(analysis).items():
                about = f"A registered environment, locked as `{digest[:19]}`."
                yield Proposal(reference, "value", cursor.start, cursor.end, detail="registered", doc=about)
        for text in literals(option, analysis):
            yield Proposal(text, "value", cursor.start, cursor.end)
    if cursor.attribute == "entry":
        yield from paths(cursor, analysis, Type("path"), below_source=True)


def literals(kind: Type, analysis: Analysis) -> Iterator[str]:
    """Texts that are right for a type: the usual ones, and those that the project writes elsewhere."""
    yield from _LITERALS.get(kind.kind, ())
    if kind.kind not in _WRITTEN_ELSEWHERE:
        return
    from envspec.language.attributes import BLOCKS, RECORDS

    found: set[str] = set()
    for module in analysis.checked.resolution.modules.values():
        for block_kind, named in module.blocks.items():
            for block in named.values():
                bodies = [(BLOCKS[block_kind], block.body)]
                bodies += [
                    (RECORDS[inner.keyword.text], inner.body)
                    for inner in block.body.blocks()
                    if inner.keyword.text in RECORDS
                ]
                for table, body in bodies:
                    for attribute in body.attributes():
                        row = table.attribute(attribute.name.text)
                        if row is not None and kind.kind in (
                            row.type.kind,
                            getattr(row.type.item, "kind", ""),
                        ):
                            found.update(_plain(attribute.value))
    yield from sorted(found)


def _plain(value: object) -> Iterator[str]:
    if isinstance(value, StringValue) and value.plain:
        yield value.plain
    elif isinstance(value, ListValue):
        for item in value.items:
            yield from _plain(item)
