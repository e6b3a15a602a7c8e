"""What all parts of one resolution share, and the scope in which a value is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from envspec.diagnostics import Diagnostic, Label, Source, Span
from envspec.resolve.evaluated import Atom, Evaluated
from envspec.resolve.files import ProjectFiles
from envspec.resolve.modules import ModuleScope
from envspec.resolve.params import Given, from_given, param_type
from envspec.syntax.nodes import Param, Reference


@dataclass(slots=True)
class Context:
    """`refer(kind, scope, reference)` gives the id of a block and sees to it that it is in the document;
    None when there is none, with the finding made. `blocks.Blocks` sets it."""

    files: ProjectFiles
    diagnostics: list[Diagnostic]
    given: Mapping[str, Given]
    sources: dict[str, Source]
    refer: Callable[[str, Scope, Reference], str | None] = field(default=lambda kind, scope, ref: None)
    used_params: set[tuple[str, str]] = field(default_factory=set)
    param_values: dict[tuple[str, str], Evaluated | None] = field(default_factory=dict)

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
            self.param_values[key] = None  # a default that reads itself finds nothing
            self.param_values[key] = self._evaluate_param(scope, module, module.params[name])
        return self.param_values[key]

    def _evaluate_param(self, scope: Scope, module: ModuleScope, param: Param) -> Evaluated | None:
        from envspec.resolve.values import evaluate_default

        kind = param_type(param)
        if not kind:
            return None
        name = module.qualified(param.name.text)
        given = self.given.get(name)
        if given is not None:
            value = from_given(given, kind, param.name.span)
            if isinstance(value, str):
                self.report(
                    "E0503",
                    f"the value given for param `{name}` does not fit: {value}",
                    param.name.span,
                    f"declared as `{kind}`",
                    notes=(f"given by {given.origin}",),
                )
                return None
            return value
        if param.default is None:
            return Atom({"$param": name, "type": kind}, param.name.span)
        return evaluate_default(self, module, param.default, kind)


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a value is evaluated: `module` wrote it; `matrix` holds the cell; `inputs` and `outputs` are the
    names that the run declares, None outside a run."""

    context: Context
    module: ModuleScope
    matrix: Mapping[str, Evaluated] | None = None
    inputs: frozenset[str] | None = None
    outputs: frozenset[str] | None = None
    owner: str = ""
