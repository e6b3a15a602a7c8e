"""Blocks into the document: every block of the root file, and whatever those refer to.

A work list, not recursion: a reference only needs the ids of the cells of the block it names; the block
itself is evaluated later. So runs may refer to each other in any order, and circles are found afterwards.
"""

from __future__ import annotations

from envspec.diagnostics import Label, Span
from envspec.frozen import Mutable, field, mutable
from envspec.language.attributes import BLOCKS, BUILT_IN_TARGETS, BlockKind
from envspec.language.schema import PLURALS
from envspec.resolve.chains import (
    Cell,
    Chain,
    Link,
    cells_of,
    chain_of,
    declared_keys,
    imported,
    report_unknown,
    same_scalar,
)
from envspec.resolve.context import Context, Scope
from envspec.resolve.default_environment import default_environment
from envspec.resolve.evaluated import Atom, Evaluated, Fields
from envspec.resolve.keys import same_variable
from envspec.resolve.merge import Written, merge
from envspec.resolve.modules import ModuleScope
from envspec.resolve.package_files import read_package_files
from envspec.resolve.references import path_of, where_it_stands
from envspec.resolve.strings import scalar_text
from envspec.resolve.values import natural
from envspec.syntax.nodes import Block, NoneValue, Reference, Segment

_ROOTED = frozenset({"run", "secret", "target"})
_RUNS_SOMETHING = frozenset({"run", "deployment"})


@mutable
class Planned(Mutable):
    """A block that is, or will be, in the document under the ids of its cells."""

    module: ModuleScope
    kind: str
    name: str
    chain: Chain
    cells: tuple[Cell, ...]
    has_matrix: bool
    matrix_complete: bool


@mutable
class Blocks(Mutable):
    context: Context
    root: ModuleScope
    document: dict[str, dict[str, Fields]] = field(default_factory=dict)
    planned: dict[tuple[str, str, str], Planned] = field(default_factory=dict)
    called: dict[tuple[str, str], Span] = field(default_factory=dict)
    work: list[Planned] = field(default_factory=list)

    def evaluate_all(self) -> None:
        """Fills `document` from the root file's blocks."""
        nobody, self.context.refer = self.context.refer, self.refer
        for kind, named in self.root.blocks.items():
            for name in named:
                self._plan(self.root, kind, name)
        while self.work:
            self._evaluate(self.work.pop(0))
        self.context.refer = nobody  # no circle: what a resolution took is given back when it is dropped

    def refer(self, kind: str, scope: Scope, reference: Reference) -> str | None:
        """The id of the block (and cell) that a reference names."""
        segments = reference.segments
        if len(segments) in {2, 3} and segments[0].name == kind and kind in _ROOTED:
            segments = segments[1:]
        module: ModuleScope | None = scope.module
        if len(segments) == 2:
            module = imported(self.context, scope.module, Reference(reference.span, segments))
        elif len(segments) > 2:
            path = path_of(reference)
            self.context.report(
                "E0104",
                f"`{'.'.join(path)}` names no {kind}",
                reference.span,
                help=where_it_stands(path)
                if path[0] == "run"
                else "write `NAME`, or `ALIAS.NAME` of an import",
            )
            return None
        if module is None:
            return None
        last = segments[-1]
        names = module.blocks.get(kind, {})
        if kind == "target" and last.name in BUILT_IN_TARGETS and last.name not in names:
            return last.name
        if last.name not in names:
            report_unknown(self.context, module, kind, last.name, last.span)
            return None
        prefix = "".join(f"{segment.name}." for segment in segments[:-1])
        return self._choose(self._plan(module, kind, last.name), last, scope, prefix)

    def _plan(self, module: ModuleScope, kind: str, name: str) -> Planned:
        key = (module.file, kind, name)
        if key not in self.planned:
            chain = chain_of(self.context, module, module.blocks[kind][name], kind)
            cells = cells_of(self.context, chain, kind, module.qualified(name))
            self.planned[key] = Planned(
                module, kind, name, chain, cells.cells, cells.has_matrix, cells.complete
            )
            self.work.append(self.planned[key])
        return self.planned[key]

    def _choose(self, planned: Planned, segment: Segment, scope: Scope, prefix: str) -> str | None:
        """The id of the cell that a reference names. `prefix` is what stands before it, for messages."""
        if not planned.has_matrix:
            if segment.cell is not None and planned.matrix_complete:
                self.context.report(
                    "E0508",
                    f"`{segment.name}` has no matrix",
                    segment.span,
                    "",
                    help=f"write `{segment.name}`",
                )
            return planned.cells[0].id
        wanted: dict[str, object] = {}
        for key in segment.cell or ():
            value = natural(key.value, scope)
            if not isinstance(value, Atom):
                return None
            if key.name.text in wanted:
                self.context.report(
                    "E0112",
                    f"`{key.name.text}` is given twice",
                    key.name.span,
                    "again here",
                    help="remove one of them",
                )
                return None
            wanted[key.name.text] = value.json
        for cell in planned.cells:
            values = cell.json()
            if values.keys() == wanted.keys() and all(same_scalar(values[k], wanted[k]) for k in wanted):
                return cell.id
        known = ", ".join(f"`{prefix}{_cell_text(segment.name, cell)}`" for cell in planned.cells[:8])
        more = f" and {len(planned.cells) - 8} more" if len(planned.cells) > 8 else ""
        if segment.cell is None:
            message, marker = f"`{segment.name}` has a matrix: name one of its cells", "which of them?"
        else:
            message, marker = f"`{segment.name}` has no such cell", "names no cell"
        self.context.report("E0507", message, segment.span, marker, help=f"cells: {known}{more}")
        return None

    def _evaluate(self, planned: Planned) -> None:
        header = planned.chain.last.block.header
        for cell in planned.cells:
            if not self._call(PLURALS[planned.kind], cell.id, header):
                continue
            fields = self._merged(planned.chain, planned.kind, cell, None, planned.matrix_complete)
            if planned.kind in {"environment", "run", "deployment"}:
                fields.entries["name"] = Atom(planned.module.qualified(planned.name), header)
            if planned.has_matrix:
                fields.entries["cell"] = Fields(dict(cell.values), header)
            if planned.kind == "environment":
                self._finish_environment(fields, planned.chain.last.module)
            elif planned.kind in _RUNS_SOMETHING:
                self._finish_program(planned, cell, fields)
            elif planned.kind == "secret":
                self._check_secret(planned, fields)
            self.document.setdefault(PLURALS[planned.kind], {})[cell.id] = fields

    def _call(self, plural: str, identifier: str, header: Span) -> bool:
        """Whether nothing else of that kind is called so. Folders and tags do not tell case apart."""
        first = self.called.setdefault((plural, identifier.lower()), header)
        if first == header:
            return True
        self.context.report(
            "E0509",
            f"two blocks would both be called `{identifier}`",
            header,
            "again here",
            labels=(Label(first, "first here"),),
            help="give one of them another name",
        )
        return False

    def _merged(
        self, chain: Chain, kind: str, cell: Cell, outer: Scope | None, matrix_complete: bool = True
    ) -> Fields:
        """The attributes of a chain for one cell. `outer` is the run that an inner environment stands in.

        What a block further down replaces as a whole is not evaluated: a child that drops the `matrix` can
        replace what uses it."""
        table = BLOCKS[kind]
        fields = Fields({}, chain.last.block.header, damaged=chain.damaged or not matrix_complete)
        inputs = declared_keys(chain, "inputs") if kind == "run" else None
        outputs = declared_keys(chain, "outputs") if kind == "run" else None
        matrix = cell.values if table.attribute("matrix") is not None else None
        if outer is not None and not cell.values:
            matrix = dict(outer.matrix) if outer.matrix is not None else matrix
        bodies = chain.written(table)
        for index, (link, written) in enumerate(bodies):
            scope = Scope(self.context, link.module, matrix, inputs, outputs, matrix_complete)
            skip = {"matrix"}.union(*(_replaced(later, table) for _, later in bodies[index + 1 :]))
            merge(fields, written, table, scope, link.block.header, skip=skip)
        fields.span = chain.last.block.header
        return fields

    def _finish_environment(self, fields: Fields, module: ModuleScope) -> None:
        read_package_files(fields, self.context, module)

    def _finish_program(self, planned: Planned, cell: Cell, fields: Fields) -> None:
        """A run's or deployment's source and environment, written, inner or found."""
        module = planned.chain.last.module
        header = planned.chain.last.block.header
        if "source" not in fields.entries:
            fields.entries["source"] = Atom(module.folder or ".", header, is_path=True)
        if planned.kind == "run":
            self._check_variables(fields)
        inner = _inner_environment(planned.chain)
        identifier = f"{planned.kind}.{cell.id}"
        matrix = cell.values if planned.kind == "run" else None
        if inner is not None:
            scope = Scope(self.context, inner.module, matrix)
            chain = chain_of(self.context, inner.module, inner.block, "environment")
            complete = planned.matrix_complete
            own = cells_of(self.context, chain, "environment", identifier)
            if own.has_matrix or not own.complete:
                complete = False
                self.context.report(
                    "E0508",
                    "an environment written inside has no matrix of its own",
                    inner.block.header,
                    "is one environment",
                    help="give the `matrix` to the run, which this environment sees, or name a cell of another "
                    "environment",
                )
            environment = self._merged(chain, "environment", Cell(identifier, {}), scope, complete)
            self._finish_environment(environment, inner.module)
            self._add_environment(identifier, environment, fields, inner.block.header)
        elif "environment" not in fields.entries and "environment" not in fields.keys and not fields.damaged:
            found = default_environment(fields, self.context, module, header, f"{planned.kind} `{cell.id}`")
            if found is not None:
                self._add_environment(identifier, found, fields, header)
            else:
                fields.keys["environment"] = header  # that it is missing has a finding already

    def _check_variables(self, fields: Fields) -> None:
        """Inputs and outputs are told apart in `$ENVSPEC_INPUT_X` and `$ENVSPEC_OUTPUT_X` too."""
        for attribute in ("inputs", "outputs"):
            named = fields.entries.get(attribute)
            if not isinstance(named, Fields):
                continue
            for name, first in same_variable(named.entries).items():
                variable = f"ENVSPEC_{attribute[:-1].upper()}_{name.upper().replace('-', '_')}"
                self.context.report(
                    "E0102",
                    f"`{name}` and `{first}` would both be `${variable}`",
                    named.keys[name],
                    "again here",
                    labels=(Label(named.keys[first], "first here"),),
                    help="give one of them another name",
                )

    def _add_environment(self, identifier: str, environment: Fields, fields: Fields, span: Span) -> None:
        environment.entries["name"] = Atom(identifier, span)
        self._call("environments", identifier, span)
        self.document.setdefault("environments", {})[identifier] = environment
        fields.entries["environment"] = Atom({"environment": identifier}, span)

    def _check_secret(self, planned: Planned, fields: Fields) -> None:
        command = fields.entries.get("command")
        if command is not None and planned.module is not self.root:
            self.context.report(
                "E0512",
                f"the secret `{planned.name}` runs a command, but is imported",
                command.span,
                "only the root file may run a command",
                help="define the secret in the root file",
            )


def _replaced(written: list[Written], table: BlockKind) -> set[str]:
    """The attributes that a body replaces as a whole."""
    names = set()
    for entry in written:
        row = table.attribute(entry.name)
        if row is None or entry.operator != "=" or isinstance(entry.value, Block):
            continue
        if row.merge != "record" or isinstance(entry.value, NoneValue):
            names.add(entry.name)
    return names


def _inner_environment(chain: Chain) -> Link | None:
    """The environment written inside the last block of the chain that says anything about one."""
    for link in reversed(chain.links):
        for entry in link.block.body.entries:
            if isinstance(entry, Block):
                if entry.keyword.text == "environment":
                    return Link(link.module, entry)
            elif entry.name.text == "environment":
                return None
    return None


def _cell_text(name: str, cell: Cell) -> str:
    def literal(value: Evaluated) -> str:
        if isinstance(value, Atom):
            return f'"{value.json}"' if isinstance(value.json, str) else str(scalar_text(value.json))
        return "?"

    return f"{name}[{', '.join(f'{key}={literal(value)}' for key, value in cell.values.items())}]"
