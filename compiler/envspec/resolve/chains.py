"""Chains of `extends` and the cells of a `matrix`."""

from __future__ import annotations

from itertools import product

from envspec.diagnostics import Diagnostic, Edit, Fix, Label, Span
from envspec.frozen import Frozen, frozen
from envspec.language.attributes import BLOCKS, BUILT_IN_TARGETS, ROOTS, BlockKind
from envspec.resolve.context import Context, Declared, Scope
from envspec.resolve.evaluated import Atom, Evaluated, Fields, Items
from envspec.resolve.merge import Written, merge
from envspec.resolve.modules import ModuleScope
from envspec.resolve.names import bad_name, is_name
from envspec.resolve.references import path_of
from envspec.resolve.strings import CELL_SLUG, scalar_text
from envspec.resolve.suggest import did_you_mean, is_slip, known, nearest
from envspec.syntax.nodes import Block, Identifier, MapValue, NoneValue, Reference


@frozen
class Link(Frozen):
    """One block of a chain and the file that wrote it."""

    module: ModuleScope
    block: Block


@frozen
class Chain(Frozen):
    """A block with all it extends, the base first. `complete` is False when a base could not be found."""

    links: tuple[Link, ...]
    complete: bool = True

    @property
    def last(self) -> Link:
        return self.links[-1]

    def written(self, table: BlockKind) -> list[tuple[Link, list[Written]]]:
        return [(link, Written.of_body(link.block.body, table)) for link in self.links]

    @property
    def damaged(self) -> bool:
        """Whether any attribute may have been lost to a mistake."""
        return not self.complete or any(link.block.body.damaged for link in self.links)


@frozen
class Cell(Frozen):
    """One combination of a matrix: `values` by key, in order of the keys; no keys without a matrix."""

    id: str
    values: dict[str, Evaluated]

    def json(self) -> dict[str, object]:
        return {key: value.json for key, value in self.values.items() if isinstance(value, Atom)}


@frozen
class Cells(Frozen):
    """`complete` is False when the matrix could not be had: then `cells` is one without keys."""

    cells: tuple[Cell, ...]
    has_matrix: bool = False
    complete: bool = True


def chain_of(context: Context, module: ModuleScope, block: Block, kind: str) -> Chain:
    """The block with all it extends. What is wrong with an `extends` ends the chain there."""
    links = [Link(module, block)]
    complete = not block.damaged
    if not BLOCKS[kind].extends:
        return Chain(tuple(links), complete)  # an `extends` has had its finding
    while (reference := links[-1].block.extends) is not None:
        found = _base(context, links[-1].module, reference, kind)
        if found is None:
            complete = False
            break
        if any(link.block is found.block for link in links):
            start = next(index for index, link in enumerate(links) if link.block is found.block)
            _report_circle(context, links[start:])
            complete = False
            break
        links.append(found)
        complete = complete and not found.block.damaged
    links.reverse()
    return Chain(tuple(links), complete)


def _report_circle(context: Context, links: list[Link]) -> None:
    """Once for each circle, from whichever of its blocks one comes to it."""
    first = min(range(len(links)), key=lambda index: links[index].block.header)
    links = links[first:] + links[:first]
    names = [_name(link) for link in links]
    closing = links[-1].block
    assert closing.extends is not None
    problem = Diagnostic(
        "E0109",
        "`extends` goes in a circle: " + " → ".join(f"`{n}`" for n in (*names, names[0])),
        closing.extends.span,
        "closes the circle",
        labels=tuple(Label(link.block.header, "in the circle") for link in links[:-1]),
        help="take one `extends` of the circle away",
    )
    if problem not in context.diagnostics:
        context.diagnostics.append(problem)


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
    if module.may_define(segment.name):
        return None
    if segment.name in ROOTS:
        text = ".".join(path_of(reference))
        context.report("E0104", f"`{text}` cannot be used here", reference.span, help="write the name alone")
        return None
    if segment.name in BLOCKS:
        text = ".".join(path_of(reference)[1:])
        help = f"write the name alone: `{text}`"
        context.report("E0104", f"there is no import `{segment.name}`", segment.span, "", help=help)
        return None
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
    if module.may_define(name, kind):
        return
    names = [*module.blocks.get(kind, {}), *(BUILT_IN_TARGETS if kind == "target" else ())]
    other = next((k for k, blocks in module.blocks.items() if name in blocks and k != kind), "")
    if other:
        help_ = f"`{name}` is of kind `{other}`"
    else:
        help_ = did_you_mean(name, names) or known(names, f"`{module.file}` defines no {kind}")
    meant = "" if other else nearest(name, names)
    fixes = (Fix(f"write `{meant}`", (Edit(span, meant),), is_slip(name, meant)),) if meant else ()
    context.diagnostics.append(
        Diagnostic("E0104", f"there is no {kind} `{name}`", span, "not defined", help=help_, fixes=fixes)
    )


def cells_of(context: Context, chain: Chain, kind: str, name: str) -> Cells:
    """The cells of a block in order of their ids; one without keys when there is no matrix, or when it cannot
    be had because of a mistake that has been told."""
    table = BLOCKS[kind]
    fields = Fields({}, chain.last.block.header)
    if table.attribute("matrix") is None:
        return Cells((Cell(name, {}),))
    for link, written in chain.written(table):
        merge(fields, written, table, Scope(context, link.module), link.block.header, only="matrix")
    matrix = fields.entries.get("matrix")
    if matrix is None:
        return Cells((Cell(name, {}),), complete="matrix" not in fields.keys and not chain.damaged)
    if not isinstance(matrix, Fields):
        context.report(
            "E0204", "expected a map of lists", matrix.span, help="write `matrix = { key = [ … ] }`"
        )
        return Cells((Cell(name, {}),), complete=False)
    columns = {key: _column(context, key, matrix.entries[key]) for key in sorted(matrix.entries)}
    for key in columns:
        if not is_name(key):
            context.diagnostics.append(bad_name(Identifier(matrix.keys.get(key, matrix.span), key)))
    if matrix.damaged or any(column is None for column in columns.values()):
        return Cells((Cell(name, {}),), complete=False)
    cells: dict[str, Cell] = {}
    for combination in product(*(column or () for column in columns.values())):
        values_by_key = dict(zip(columns, combination, strict=True))
        identifier = "-".join([name, *(f"{key}-{_slug(value)}" for key, value in values_by_key.items())])
        if identifier.lower() in cells:
            context.report(
                "E0509",
                f"two cells would both be called `{identifier}`",
                matrix.span,
                "",
                help="make the values differ in letters and digits, not in case alone",
            )
            continue
        cells[identifier.lower()] = Cell(identifier, values_by_key)
    return Cells(tuple(sorted(cells.values(), key=lambda cell: cell.id)), has_matrix=bool(columns))


def _column(context: Context, key: str, column: Evaluated) -> list[Evaluated] | None:
    """The values of one key; None when they cannot be had, with a finding."""
    if isinstance(column, Atom) and isinstance(column.json, dict) and "$param" in column.json:
        _needs_param(context, column)
        return None
    if not isinstance(column, Items):
        context.report(
            "E0204",
            "expected a list of strings, numbers and booleans",
            column.span,
            "",
            help=f"write `{key} = [ … ]`",
        )
        return None
    if not column.items and not column.damaged:
        context.report(
            "E0510",
            f"`{key}` of the matrix is empty",
            column.span,
            "gives no cell at all",
            help="give it at least one value",
        )
        return None
    values: list[Evaluated] = []
    well = not column.damaged
    for item in column.items:
        if isinstance(item, Atom) and isinstance(item.json, dict) and "$param" in item.json:
            _needs_param(context, item)
            well = False
        elif not isinstance(item, Atom) or isinstance(item.json, dict) or item.json is None:
            context.report("E0204", "expected a string, a number or a boolean", item.span)
            well = False
        elif any(isinstance(v, Atom) and same_scalar(v.json, item.json) for v in values):
            context.report(
                "E0510",
                f"`{key}` of the matrix has this value twice",
                item.span,
                "again here",
                help="remove it",
            )
        else:
            values.append(item)
    return values if well else None


def same_scalar(one: object, other: object) -> bool:
    """Whether two values of a matrix are the same: `1` is `1.0`, but neither `"1"` nor `true`."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other


def _needs_param(context: Context, value: Atom) -> None:
    name = value.json["$param"]
    context.report(
        "E0511",
        f"the matrix needs a value for param `{name}`",
        value.span,
        "",
        help=f"give the param a default, or `--set {name}=…`",
    )


def _slug(value: Evaluated) -> str:
    text = scalar_text(value.json) if isinstance(value, Atom) else ""
    return CELL_SLUG.sub("-", text or "").strip("-") or "x"


def declared_keys(chain: Chain, attribute: str) -> Declared:
    """The keys that a map attribute of a run has after merging, known before anything is evaluated."""
    keys: set[str] = set()
    complete = not chain.damaged
    for _, written in chain.written(BLOCKS["run"]):
        for entry in written:
            if entry.name != attribute:
                continue
            if entry.operator == "=" or isinstance(entry.value, NoneValue):
                keys.clear()
            if not isinstance(entry.value, MapValue):
                complete = complete and isinstance(entry.value, NoneValue)
                continue
            complete = complete and not entry.value.damaged
            for item in entry.value.entries:
                name = item.key.text if isinstance(item.key, Identifier) else item.key.plain
                if name is not None:
                    keys.add(name)
    return Declared(frozenset(keys), complete)
