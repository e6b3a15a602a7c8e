"""What all parts of one resolution share, and the scope in which a value is evaluated."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from envspec.diagnostics import Diagnostic, Label, Source, Span
from envspec.frozen import Frozen, Mutable, field, frozen, mutable, replace
from envspec.resolve.evaluated import Atom, Evaluated
from envspec.resolve.files import OutsideRoot, ProjectFiles
from envspec.resolve.modules import ModuleScope
from envspec.resolve.params import Given, from_given, param_type
from envspec.syntax.nodes import Param, Reference


@mutable
class Context(Mutable):
    """`refer(kind, scope, reference)` gives the id of a block and sees to it that it is in the document;
    None when there is none, with the finding made. `blocks.Blocks` sets it."""

    files: ProjectFiles
    diagnostics: list[Diagnostic]
    given: Mapping[tuple[str, str], Given]
    sources: dict[str, Source]
    refer: Callable[[str, Scope, Reference], str | None] = field(default=lambda kind, scope, ref: None)
    used_params: set[tuple[str, str]] = field(default_factory=set)
    param_values: dict[tuple[str, str], Evaluated | None] = field(default_factory=dict)
    in_work: list[tuple[str, str]] = field(default_factory=list)

    def report(
        self,
        code: str,
        message: str,
        span: Span,
        marker: str = "",
        *,
        labels: tuple[Label, ...] = (),
        help: str = "",
        notes: tuple[str, ...] = (),
    ) -> None:
        self.diagnostics.append(
            Diagnostic(code, message, span, marker, labels=labels, help=help, notes=notes)
        )

    def param(self, scope: Scope, module: ModuleScope, name: str) -> Evaluated | None:
        """The value of a declared param; None when its own declaration is wrong."""
        key = (module.file, name)
        self.used_params.add(key)
        if key not in self.param_values:
            self.param_values[key] = None
            self.in_work.append(key)
            self.param_values[key] = self._evaluate_param(scope, module, module.params[name])
            self.in_work.pop()
        elif key in self.in_work:
            circle = [name for _, name in self.in_work[self.in_work.index(key) :]]
            self.report(
                "E0513",
                "params need each other: " + " → ".join(f"`{n}`" for n in (*circle, name)),
                module.params[name].name.span,
                "has no value without itself",
                help="write the value of one of them out",
            )
        return self.param_values[key]

    def _evaluate_param(self, scope: Scope, module: ModuleScope, param: Param) -> Evaluated | None:
        from envspec.resolve.values import evaluate_default

        kind = param_type(param)
        if not kind:
            return None
        name = module.qualified(param.name.text)
        given = self.given.get((module.file, param.name.text))
        if given is not None:
            return self._given_value(given, kind, name, param)
        if param.name.text in module.wrong_params:
            return None
        if param.default is None:
            return Atom({"$param": name, "type": kind}, param.name.span)
        return evaluate_default(self, module, param.default, kind)

    def _given_value(self, given: Given, kind: str, name: str, param: Param) -> Evaluated | None:
        """A value from outside; what is wrong with it is told at its own place, if it has one."""
        from envspec.resolve.modules import outside_root

        declared = param.name.span
        value = from_given(given, kind, declared)
        if isinstance(value, str):
            self.report(
                "E0503",
                f"the value given for param `{name}` does not fit: {value}",
                given.span or declared,
                "given here" if given.span else f"declared as `{kind}`",
                labels=(Label(declared, f"declared as `{kind}`"),) if given.span else (),
                notes=(f"given by {given.origin}",),
            )
            return None
        if kind == "path" and isinstance(value, Atom):
            folder = os.path.relpath(given.folder, self.files.root) if given.folder else ""
            try:
                if not value.json:
                    self.report(
                        "E0106",
                        f"the path given for param `{name}` is empty",
                        given.span or declared,
                        notes=(f"given by {given.origin}",),
                    )
                    return None
                path = self.files.locate(value.json, folder.replace(os.sep, "/"))
            except OutsideRoot as error:
                problem = outside_root(error, given.span or declared)
                self.diagnostics.append(replace(problem, notes=(f"given by {given.origin}",)))
                return None
            return Atom(path, declared, is_path=True)
        return value


@frozen
class Declared(Frozen):
    """The names of a run's inputs or outputs; not `complete` when a mistake may have kept some away."""

    names: frozenset[str]
    complete: bool = True


@frozen
class Scope(Frozen):
    """Where a value is evaluated: `module` wrote it; `matrix` holds the cell, unless it is not complete;
    `inputs` and `outputs` are what the run declares, None outside a run."""

    context: Context
    module: ModuleScope
    matrix: Mapping[str, Evaluated] | None = None
    inputs: Declared | None = None
    outputs: Declared | None = None
    matrix_complete: bool = True
