"""Chains of `extends` and the cells of a `matrix`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from envspec.diagnostics import Label, Span
from envspec.language.attributes import BLOCKS
from envspec.resolve.context import Context, Scope
from envspec.resolve.evaluated import Atom, Evaluated, Fields, Items
from envspec.resolve.merge import Written, merge
from envspec.resolve.modules import ModuleScope
from envspec.resolve.references import path_of
from envspec.resolve.strings import CELL_SLUG, scalar_text
from envspec.resolve.suggest import did_you_mean, known
from envspec.syntax.nodes import Attribute, Block, Identifier, MapValue, NoneValue, Reference


@dataclass(frozen=True, slots=True)
class Link:
    """One block of a chain and the file that wrote it."""

    module: ModuleScope
    block: Block


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of a matrix: `values` by key, in order of the keys; no keys without a matrix."""

    id: str
    values: dict[str, Evaluated]

    def json(self) -> dict[str, object]:
        return {key: value.json for key, value in self.values.items() if isinstance(value, Atom)}


def chain_of(context: Context, module: ModuleScope, block: Block, kind: str) -> list[Link]:
    """The block with all it extends, the base first. What is wrong with an `extends` ends the chain there."""
    links = [Link(module, block)]
    while (reference := links[-1].block.extends) is not None:
        found = _base(context, links[-1].module, reference, kind)
        if found is None:
            break
        if any(link.block is found.block for link in links):
            start = next(index for index, link in enumerate(links) if link.block is found.block)
            names = [_name(link) for link in links[start:]]
            context.report(
                "E0109",
                "`extends` goes in a circle: " + " → ".join(f"`{n}`" for n in (*names, names[0])),
                reference.span,
                "closes the circle",
                labels=tuple(
                    Label(link.block.header, "in the circle")
                    for link in links[start:]
                    if link.block.header.file and link.block is not links[-1].block
                ),
                help="take one `extends` of the circle away",
            )
            break
        links.append(found)
    links.reverse()
    return links


def _name(link: Link) -> str:
    return link.module.qualified(link.block.label.text if link.block.label else "")


def _base(context: Context, module: ModuleScope, reference: Reference, kind: str) -> Link | None:
    path = path_of(reference)
    owner: ModuleScope | None = module
    if len(path) == 2:
        owner = imported(context, module, reference)
        if owner is None:
            return None
    if len(path) > 2 or any(segment.cell is not None for segment in reference.segments):
        context.report(
            "E0104",
            "`extends` takes a name, or a name of an import",
            reference.span,
            "",
            help="write `extends base` or `extends common.base`",
        )
        return None
    assert owner is not None
    block = owner.blocks.get(kind, {}).get(path[-1])
    if block is None:
        report_unknown(context, owner, kind, path[-1], reference.segments[-1].span)
        return None
    return Link(owner, block)


def imported(context: Context, module: ModuleScope, reference: Reference) -> ModuleScope | None:
    """The module that the first segment of a reference names. None, with a finding unless the import itself
    has one."""
    segment = reference.segments[0]
    if segment.name in module.imports:
        module.used_imports.add(segment.name)
        return module.imports[segment.name]
    context.report(
        "E0104",
        f"there is no import `{segment.name}`",
        segment.span,
        "",
        help=did_you_mean(segment.name, module.imports)
        or known(module.imports, f'import it: `import "{segment.name}.envspec" as {segment.name}`'),
    )
    return None


def report_unknown(context: Context, module: ModuleScope, kind: str, name: str, span: Span) -> None:
    """There is no block of that kind and name, but perhaps a near one, or one of another kind."""
    names = module.blocks.get(kind, {})
    other = next((k for k, blocks in module.blocks.items() if name in blocks and k != kind), "")
    if other:
        help_ = f"`{name}` is of kind `{other}`"
    else:
        help_ = did_you_mean(name, names) or known(names, f"`{module.file}` defines no {kind}")
    from envspec.diagnostics import Diagnostic, Edit, Fix
    from envspec.resolve.suggest import nearest

    meant = "" if other else nearest(name, names)
    fixes = (Fix(f"write `{meant}`", (Edit(span, meant),)),) if meant else ()
    context.diagnostics.append(
        Diagnostic("E0104", f"there is no {kind} `{name}`", span, "not defined", help=help_, fixes=fixes)
    )


def cells_of(context: Context, chain: list[Link], name: str) -> list[Cell]:
    """The cells of a block in order of their ids; one without keys when there is no matrix."""
    kind = chain[-1].block.keyword.text
    table = BLOCKS.get(kind)
    fields = Fields({}, chain[-1].block.header)
    if table is not None and table.attribute("matrix") is not None:
        for link in chain:
            merge(
                fields,
                Written.of_body(link.block.body),
                table,
                Scope(context, link.module),
                link.block.header,
                only="matrix",
            )
    matrix = fields.entries.get("matrix")
    if not isinstance(matrix, Fields):
        return [Cell(name, {})]
    keys = sorted(matrix.entries)
    columns: list[list[Evaluated]] = []
    for key in keys:
        column = matrix.entries[key]
        if not isinstance(column, Items):
            context.report(
                "E0204",
                "expected a list of strings, numbers and booleans",
                column.span,
                "",
                help=f"write `{key} = [ … ]`",
            )
            return [Cell(name, {})]
        values = _column(context, key, column)
        if not values:
            return []
        columns.append(values)
    cells: dict[str, Cell] = {}
    for combination in product(*columns):
        values_by_key = dict(zip(keys, combination, strict=True))
        identifier = "-".join([name, *(f"{key}-{_slug(value)}" for key, value in values_by_key.items())])
        if identifier in cells:
            context.report(
                "E0509",
                f"two cells would both be called `{identifier}`",
                matrix.span,
                "",
                help="make the values differ in letters and digits",
            )
            continue
        cells[identifier] = Cell(identifier, values_by_key)
    return [cells[identifier] for identifier in sorted(cells)]


def _column(context: Context, key: str, column: Items) -> list[Evaluated]:
    values: list[Evaluated] = []
    if not column.items:
        context.report(
            "E0510",
            f"`{key}` of the matrix is empty",
            column.span,
            "gives no cell at all",
            help="give it at least one value",
        )
    for item in column.items:
        if isinstance(item, Atom) and isinstance(item.json, dict) and "$param" in item.json:
            context.report(
                "E0511",
                f"the matrix needs a value for param `{item.json['$param']}`",
                item.span,
                "",
                help=f"give the param a default, or `--set {item.json['$param']}=…`",
            )
        elif not isinstance(item, Atom) or isinstance(item.json, dict) or item.json is None:
            context.report("E0204", "expected a string, a number or a boolean", item.span)
        elif any(
            isinstance(v, Atom) and v.json == item.json and type(v.json) is type(item.json) for v in values
        ):
            context.report(
                "E0510",
                f"`{key}` of the matrix has this value twice",
                item.span,
                "again here",
                help="remove it",
            )
        else:
            values.append(item)
    return values


def _slug(value: Evaluated) -> str:
    text = scalar_text(value.json) if isinstance(value, Atom) else ""
    return CELL_SLUG.sub("-", text or "").strip("-") or "x"


def declared_keys(chain: Iterable[Link], attribute: str) -> frozenset[str]:
    """The keys that a map attribute has after merging, known before anything is evaluated."""
    keys: set[str] = set()
    for link in chain:
        for entry in link.block.body.entries:
            if not isinstance(entry, Attribute) or entry.name.text != attribute:
                continue
            if entry.operator == "=" or isinstance(entry.value, NoneValue):
                keys.clear()
            if isinstance(entry.value, MapValue):
                for item in entry.value.entries:
                    name = item.key.text if isinstance(item.key, Identifier) else item.key.plain
                    if name is not None:
                        keys.add(name)
    return frozenset(keys)
