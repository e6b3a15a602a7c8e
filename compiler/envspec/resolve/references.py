"""References whose root is a word of the language: `param`, `matrix`, `inputs`, `outputs`.

References to blocks are resolved by `blocks`, which also puts what they name into the document.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic
from envspec.language.attributes import ROOTS
from envspec.resolve.context import Scope
from envspec.resolve.evaluated import Evaluated
from envspec.resolve.params import param_type
from envspec.resolve.suggest import did_you_mean, known
from envspec.syntax.nodes import Reference


def path_of(reference: Reference) -> tuple[str, ...]:
    """The names between the dots."""
    return tuple(segment.name for segment in reference.segments)


def resolve_reference(reference: Reference, scope: Scope, *, in_command: bool = False) -> Evaluated | None:
    """The value of `param.x` or `matrix.x`; anything else here is a finding."""
    path = path_of(reference)
    text = ".".join(path)
    report = scope.context.report
    if len(path) == 1:
        _report_bare(reference, scope)
        return None
    root = path[0]
    if root == "param" and len(path) == 2:
        return _param(reference, path[1], scope, in_command)
    if root == "matrix" and len(path) == 2:
        return _matrix(reference, path[1], scope)
    if root in {"inputs", "outputs"}:
        report(
            "E0107",
            f"`{text}` cannot be used here",
            reference.span,
            "known only when the run starts",
            help="`inputs` and `outputs` stand in `command` and `variables` of a run",
        )
    elif root == "secret":
        report(
            "E0505",
            f"the secret `{text}` cannot be used here",
            reference.span,
            "would be stored or printed",
            help="give it in `variables`, `password` or `auth`",
        )
    elif root in ROOTS:
        report(
            "E0104",
            f"`{text}` is not a value that can be used here",
            reference.span,
            help=where_it_stands(path, in_command=in_command),
        )
    else:
        report(
            "E0104",
            f"`{text}` is not a value",
            reference.span,
            "",
            help=f"write `run.{text}`" if "outputs" in path else f'strings are written in quotes: `"{text}"`',
        )
    return None


def where_it_stands(path: tuple[str, ...], *, in_command: bool = False) -> str:
    """What to write where the root of a reference is known and the rest makes no value."""
    if in_command and path[0] == "run" and path[-2] == "outputs":
        return f"give it as an input: `inputs = {{ {path[-1]} = {'.'.join(path)} }}` and `inputs.{path[-1]}` here"
    forms = {
        "run": "an output of a run is `run.NAME.outputs.OUTPUT`; it stands in `inputs` of a run and in `from` of a model",
        "target": "a target stands in `target`",
    }
    return forms.get(path[0], f"it is written `{path[0]}.NAME`")


def _report_bare(reference: Reference, scope: Scope) -> None:
    from envspec.diagnostics import Edit, Fix

    name = reference.segments[0].name
    matrix = scope.matrix or {}
    if name in scope.module.params:
        help_, text = f"write `param.{name}`", f"param.{name}"
    elif name in matrix:
        help_, text = f"write `matrix.{name}`", f"matrix.{name}"
    elif scope.module.may_define(name):
        return
    else:
        help_, text = f'strings are written in quotes: `"{name}"`', f'"{name}"'
    scope.context.diagnostics.append(
        Diagnostic(
            "E0104",
            f"`{name}` is not defined",
            reference.span,
            "a name without quotes is a reference",
            help=help_,
            fixes=(Fix(f"write `{text}`", (Edit(reference.span, text),), safe=False),),
        )
    )


def _param(reference: Reference, name: str, scope: Scope, in_command: bool) -> Evaluated | None:
    declared = scope.module.params.get(name)
    if declared is None and scope.module.may_define(name):
        return None
    if declared is None:
        scope.context.report(
            "E0501",
            f"there is no param `{name}`",
            reference.segments[-1].span,
            "not declared in this file",
            help=did_you_mean(name, scope.module.params)
            or known(scope.module.params, f"declare it: `param {name} = …`"),
        )
        return None
    if in_command and param_type(declared) == "path":
        from envspec.diagnostics import Label

        scope.context.report(
            "E0504",
            f"the path param `{name}` cannot stand in a command",
            reference.span,
            "the program runs elsewhere, where this path means nothing",
            labels=(Label(declared.name.span, "declared as a path here"),),
            help=f"give it as an input: `inputs = {{ {name} = param.{name} }}` and `inputs.{name}` here",
        )
        return None
    return scope.context.param(scope, scope.module, name)


def _matrix(reference: Reference, name: str, scope: Scope) -> Evaluated | None:
    if scope.matrix is None:
        if not scope.matrix_complete:
            return None
        scope.context.report(
            "E0506",
            "there is no `matrix` here",
            reference.span,
            "",
            help="`matrix` belongs to an environment or a run",
        )
        return None
    value = scope.matrix.get(name)
    if value is None and scope.matrix_complete:
        scope.context.report(
            "E0506",
            f"the matrix has no `{name}`",
            reference.segments[-1].span,
            "",
            help=did_you_mean(name, scope.matrix) or known(scope.matrix, "this block has no `matrix`"),
        )
    return value
