"""`MLproject` of MLflow with its `conda.yaml` or `python_env.yaml`: an environment, and its runs as entry points.

A command is text that Python's `str.format` fills in and bash reads. Inputs that are paths are parameters of type
`path`, the keys of a matrix are parameters with their first value; MLflow quotes what it puts in. Variables stand in the
command, because there is no other place.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from envspec.exporting.conda import conda_document
from envspec.exporting.fields import FORMS, WITH_RUNS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses, run_losses
from envspec.exporting.pip import requirement_lines
from envspec.exporting.words import (
    CellRef,
    Hole,
    Word,
    groups,
    matrix_of,
    shell_line,
    shell_word,
    variable_part,
    word_of,
)
from envspec.ir.types import Environment, InputRef, OutputOf, OutputRef, PathInput, Run, SecretRef
from envspec.lower.base_image import python_minor
from envspec.lower.yaml_text import Lines, yaml_text

FORM = "MLproject"


def export(request: SpecRequest) -> Export:
    environment = request.environment
    head = f"# Made by `envspec export mlproject {environment.id}`.\n"
    files: dict[str, str] = {}
    document: dict[str, Any] = {"name": environment.id}
    if environment.uses_conda:
        conda, losses = conda_document(request, environment)
        conda.pop("variables", None)
        document["conda_env"] = "conda.yaml"
        files["conda.yaml"] = head + yaml_text(conda)
    else:
        python, losses = _python_env(request, environment)
        document["python_env"] = "python_env.yaml"
        files["python_env.yaml"] = head + yaml_text(python)
    points: dict[str, Any] = {}
    for cells in groups(request.runs):
        matrix = matrix_of(cells)
        if matrix is not None:
            variables = {**environment.variables, **matrix.variables}
            points[cells[0].name] = _point(request, matrix.run, matrix.command, variables, matrix.values)
            losses.append(
                f"`matrix` of `{cells[0].name}`: its keys are parameters; start it {len(cells)} times, with each of "
                "their values"
            )
            losses += _losses(matrix.run)
            continue
        for run in cells:
            words = [word_of(value) for value in run.command]
            points[run.id] = _point(request, run, words, {**environment.variables, **run.variables}, {})
            losses += _losses(run)
    if points:
        document["entry_points"] = points
    names = held(FORMS["mlproject"].environment, WITH_RUNS if points else "")
    losses += environment_losses(environment, FORM, names)
    return Export("", tuple(losses), {"MLproject": head + yaml_text(document), **files})


def _losses(run: Run) -> list[str]:
    upstream = [
        f"`{name}` of `{run.id}`: give it the `{value.output}` of `{value.run}`, as `-P input_{_name(name)}=PATH`"
        for name, value in run.inputs.items()
        if isinstance(value, OutputOf)
    ]
    return upstream + run_losses(run, FORM, held(FORMS["mlproject"].run))


def _python_env(request: SpecRequest, environment: Environment) -> tuple[dict[str, Any], list[str]]:
    lines, losses = requirement_lines(request, environment, "python_env.yaml")
    document: dict[str, Any] = {}
    if environment.python:
        minor = python_minor(environment, None)
        document["python"] = minor
        if environment.python != minor:
            losses.append(f"`python` (`{environment.python}`): python_env.yaml holds one version, {minor}")
    return {**document, "dependencies": lines}, losses


def _point(
    request: SpecRequest,
    run: Run,
    command: Sequence[Word],
    variables: dict[str, Any],
    values: Mapping[str, Sequence[str]],
) -> dict[str, Any]:
    """`values` are those of a matrix, by key."""
    source = request.place(run.source) if run.source else request.place(".")
    parameters: dict[str, Any] = {}
    for name, value in run.inputs.items():
        default = {"default": request.place(value.path)} if isinstance(value, PathInput) else {}
        parameters[f"input_{_name(name)}"] = {"type": "path", **default}
    keys = _parameters(values)
    for key, options in values.items():
        parameters[keys[key]] = {"type": "string", "default": options[0]}

    def hole(one: Hole) -> str:
        if isinstance(one, InputRef):
            return f"{{input_{_name(one.name)}}}"
        if isinstance(one, CellRef):
            return f"{{{keys[one.key]}}}"
        return _quote(run.outputs[one.name])

    named = {part.name for word in command for part in word if isinstance(part, InputRef)}
    exports = []
    for name, value in variables.items():
        if not isinstance(value, SecretRef):
            word = value if isinstance(value, tuple) else word_of(value)
            exports.append(f"export {name}={shell_word(word, hole, _quote)}")
            named |= {part.name for part in word if isinstance(part, InputRef)}
    exports += [
        f"export ENVSPEC_INPUT_{variable_part(name)}={hole(InputRef(name))}"
        for name in run.inputs
        if run.shell or name not in named
    ]
    if run.shell:
        exports += [
            f"export ENVSPEC_OUTPUT_{variable_part(name)}={hole(OutputRef(name))}" for name in run.outputs
        ]
        program = f"/bin/sh -c {_quote(run.shell)}"
    else:
        program = shell_line(command, hole, _quote)
    folder = [f"cd {_quote(source)}"] if source != "." else []
    made = {"parameters": parameters} if parameters else {}
    return {**made, "command": Lines(" && ".join([*exports, *folder, program]))}


def _name(name: str) -> str:
    """A parameter is a name for `str.format`, where `-` would end it."""
    return name.replace("-", "_")


def _parameters(keys: Iterable[str]) -> dict[str, str]:
    """The parameter of each key of a matrix: two keys may differ in nothing but `-` and `_`."""
    found: dict[str, str] = {}
    for key in keys:
        name = f"matrix_{_name(key)}"
        while name in found.values():
            name += "_"
        found[key] = name
    return found


def _quote(text: str) -> str:
    """A word of a shell in which `str.format` finds no field."""
    return shlex.quote(text).replace("{", "{{").replace("}", "}}")
