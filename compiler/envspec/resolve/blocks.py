"""Blocks into the document: every block of the root file, and whatever those refer to.

A work list, not recursion: a reference only needs the ids of the cells of the block it names; the block
itself is evaluated later. So runs may refer to each other in any order, and circles are found afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from envspec.diagnostics import Span
from envspec.language.attributes import BLOCKS, BUILT_IN_TARGETS
from envspec.language.schema import PLURALS
from envspec.resolve.chains import (
    Cell,
    Link,
    cells_of,
    chain_of,
    declared_keys,
    imported,
    report_unknown,
)
from envspec.resolve.context import Context, Scope
from envspec.resolve.default_environment import default_environment
from envspec.resolve.evaluated import Atom, Evaluated, Fields
from envspec.resolve.merge import Written, merge
from envspec.resolve.modules import ModuleScope
from envspec.resolve.package_files import read_package_files
from envspec.resolve.strings import scalar_text
from envspec.resolve.values import natural
from envspec.syntax.nodes import Block, Reference, Segment

_RUNS_SOMETHING = frozenset({"run", "deployment"})


@dataclass(slots=True)
class Planned:
    """A block that is, or will be, in the document under the ids of its cells."""

    module: ModuleScope
    kind: str
    name: str
    chain: list[Link]
    cells: list[Cell]
    has_matrix: bool


@dataclass(slots=True)
class Blocks:
    context: Context
    root: ModuleScope
    document: dict[str, dict[str, Fields]] = field(default_factory=dict)
    planned: dict[tuple[str, str, str], Planned] = field(default_factory=dict)
    work: list[Planned] = field(default_factory=list)

    def evaluate_all(self) -> None:
        """Fills `document` from the root file's blocks."""
        self.context.refer = self.refer
        for kind, named in self.root.blocks.items():
            for name in named:
                self._plan(self.root, kind, name)
        while self.work:
            self._evaluate(self.work.pop(0))

    def refer(self, kind: str, scope: Scope, reference: Reference) -> str | None:
        """The id of the block (and cell) that a reference names."""
        segments = reference.segments
        if len(segments) == 2 and segments[0].name == kind and kind in {"secret", "target"}:
            segments = segments[1:]
        module: ModuleScope | None = scope.module
        if len(segments) == 2:
            module = imported(self.context, scope.module, reference)
        elif len(segments) > 2:
            text = ".".join(segment.name for segment in segments)
            self.context.report("E0104", f"`{text}` does not name a {kind}", reference.span)
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
        return self._choose(self._plan(module, kind, last.name), last, scope)

    def _plan(self, module: ModuleScope, kind: str, name: str) -> Planned:
        key = (module.file, kind, name)
        if key not in self.planned:
            chain = chain_of(self.context, module, module.blocks[kind][name], kind)
            cells = cells_of(self.context, chain, module.qualified(name))
            has_matrix = not (len(cells) == 1 and not cells[0].values)
            self.planned[key] = Planned(module, kind, name, chain, cells, has_matrix)
            self.work.append(self.planned[key])
        return self.planned[key]

    def _choose(self, planned: Planned, segment: Segment, scope: Scope) -> str | None:
        """The id of the cell that a reference names."""
        if not planned.has_matrix:
            if segment.cell is not None:
                self.context.report(
                    "E0508",
                    f"`{segment.name}` has no matrix",
                    segment.span,
                    "",
                    help=f"write `{segment.name}`",
                )
            return planned.cells[0].id
        if not planned.cells:
            return None
        wanted: dict[str, object] = {}
        for key in segment.cell or ():
            value = natural(key.value, scope)
            if not isinstance(value, Atom):
                return None
            wanted[key.name.text] = value.json
        for cell in planned.cells:
            values = cell.json()
            if values == wanted and all(type(values[k]) is type(wanted[k]) for k in wanted):
                return cell.id
        known = ", ".join(f"`{_cell_text(segment.name, cell)}`" for cell in planned.cells[:8])
        more = f" and {len(planned.cells) - 8} more" if len(planned.cells) > 8 else ""
        if segment.cell is None:
            message, marker = f"`{segment.name}` has a matrix: name one of its cells", "which of them?"
        else:
            message, marker = f"`{segment.name}` has no such cell", "names no cell"
        self.context.report("E0507", message, segment.span, marker, help=f"cells: {known}{more}")
        return None

    def _evaluate(self, planned: Planned) -> None:
        for cell in planned.cells:
            fields = self._merged(planned.chain, planned.kind, cell, None)
            header = planned.chain[-1].block.header
            if planned.kind in {"environment", "run", "deployment"}:
                fields.entries["name"] = Atom(planned.module.qualified(planned.name), header)
            if planned.has_matrix:
                fields.entries["cell"] = Fields(dict(cell.values), header)
            if planned.kind == "environment":
                self._finish_environment(fields, planned.chain[-1].module)
            elif planned.kind in _RUNS_SOMETHING:
                self._finish_program(planned, cell, fields)
            elif planned.kind == "secret":
                self._check_secret(planned, fields)
            self.document.setdefault(PLURALS[planned.kind], {})[cell.id] = fields

    def _merged(self, chain: list[Link], kind: str, cell: Cell, outer: Scope | None) -> Fields:
        """The attributes of a chain for one cell. `outer` is the run that an inner environment stands in."""
        fields = Fields({}, chain[-1].block.header)
        inputs = declared_keys(chain, "inputs") if kind == "run" else None
        outputs = declared_keys(chain, "outputs") if kind == "run" else None
        matrix = cell.values if BLOCKS[kind].attribute("matrix") is not None else None
        if outer is not None and not cell.values:
            matrix = dict(outer.matrix) if outer.matrix is not None else matrix
        for link in chain:
            scope = Scope(self.context, link.module, matrix, inputs, outputs)
            merge(
                fields,
                Written.of_body(link.block.body),
                BLOCKS[kind],
                scope,
                link.block.header,
                skip="matrix",
            )
        fields.span = chain[-1].block.header
        return fields

    def _finish_environment(self, fields: Fields, module: ModuleScope) -> None:
        read_package_files(fields, self.context, module)

    def _finish_program(self, planned: Planned, cell: Cell, fields: Fields) -> None:
        """A run's or deployment's source and environment, written, inner or found."""
        module = planned.chain[-1].module
        header = planned.chain[-1].block.header
        if "source" not in fields.entries:
            fields.entries["source"] = Atom(module.folder or ".", header, is_path=True)
        inner = _inner_environment(planned.chain)
        identifier = f"{planned.kind}.{cell.id}"
        matrix = cell.values if planned.kind == "run" else None
        if inner is not None:
            scope = Scope(self.context, inner.module, matrix)
            chain = chain_of(self.context, inner.module, inner.block, "environment")
            environment = self._merged(chain, "environment", Cell(identifier, {}), scope)
            self._finish_environment(environment, inner.module)
            self._add_environment(identifier, environment, fields, inner.block.header)
        elif "environment" not in fields.entries and not _wrote(planned.chain, "environment"):
            found = default_environment(fields, self.context, module, header, f"{planned.kind} `{cell.id}`")
            if found is not None:
                self._add_environment(identifier, found, fields, header)
            else:
                fields.keys["environment"] = header  # that it is missing has a finding already

    def _add_environment(self, identifier: str, environment: Fields, fields: Fields, span: Span) -> None:
        environment.entries["name"] = Atom(identifier, span)
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


def _inner_environment(chain: list[Link]) -> Link | None:
    """The environment written inside the last block of the chain that says anything about one."""
    for link in reversed(chain):
        for entry in link.block.body.entries:
            if isinstance(entry, Block):
                if entry.keyword.text == "environment":
                    return Link(link.module, entry)
            elif entry.name.text == "environment":
                return None
    return None


def _wrote(chain: list[Link], attribute: str) -> bool:
    """Whether the attribute was written and had a finding of its own, so that none is missing."""
    for link in reversed(chain):
        for entry in link.block.body.attributes():
            if entry.name.text == attribute:
                return True
    return False


def _cell_text(name: str, cell: Cell) -> str:
    def literal(value: Evaluated) -> str:
        if isinstance(value, Atom):
            return f'"{value.json}"' if isinstance(value.json, str) else str(scalar_text(value.json))
        return "?"

    return f"{name}[{', '.join(f'{key}={literal(value)}' for key, value in cell.values.items())}]"
