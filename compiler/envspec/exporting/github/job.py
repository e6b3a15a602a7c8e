"""The steps of one job: its inputs, its program, what it leaves."""

from __future__ import annotations

import posixpath
import shlex
from typing import Any

from envspec.exporting.github.text import Expression, secret_name
from envspec.exporting.interface import SpecRequest
from envspec.exporting.words import (
    CellRef,
    Hole,
    Matrix,
    Word,
    shell_line,
    shell_word,
    variable_part,
    word_of,
)
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment, InputRef, OutputOf, PathInput, Run, SecretRef
from envspec.lower.yaml_text import Lines

UPLOAD, DOWNLOAD = "actions/upload-artifact@v5", "actions/download-artifact@v5"
_INPUTS, _OUTPUTS = ".envspec-inputs", ".envspec-outputs"


@frozen
class Job(Frozen):
    """`name` is that of the block, or the id of a cell that is a job of its own."""

    name: str
    run: Run
    matrix: Matrix | None = None


def command_step(request: SpecRequest, job: Job, environment: Environment, shell: str) -> dict[str, Any]:
    """The step that does the run. Words of the spec are quoted for the shell; places are `$GITHUB_WORKSPACE`."""
    run, matrix = job.run, job.matrix
    command = matrix.command if matrix else tuple(word_of(value) for value in run.command)
    variables: dict[str, Any] = dict(matrix.variables if matrix else run.variables)
    settings: dict[str, Any] = {}
    lines: list[str] = []
    if matrix:
        settings |= {_cell(key, matrix): Expression(f"${{{{ matrix.{key} }}}}") for key in matrix.values}

    def hole(one: Hole) -> str:
        if isinstance(one, CellRef):
            assert matrix is not None
            return f'"${_cell(one.key, matrix)}"'
        if isinstance(one, InputRef):
            return f'"$GITHUB_WORKSPACE"/{shlex.quote(_input(request, run, one.name))}'
        return shlex.quote(run.outputs[one.name])

    for name, value in {**environment.variables, **variables}.items():
        if isinstance(value, SecretRef):
            settings[name] = Expression(f"${{{{ secrets.{secret_name(value.name)} }}}}")
            continue
        word: Word = value if isinstance(value, tuple) else word_of(value)
        if all(isinstance(part, str) for part in word):
            settings[name] = "".join(part for part in word if isinstance(part, str))
        else:
            lines.append(f"export {name}={shell_word(word, hole)}")
    lines += [f"export ENVSPEC_INPUT_{variable_part(name)}={hole(InputRef(name))}" for name in run.inputs]
    lines += [
        f"export ENVSPEC_OUTPUT_{variable_part(name)}={shlex.quote(path)}"
        for name, path in run.outputs.items()
    ]
    folders = sorted({posixpath.dirname(path) for path in run.outputs.values()} - {""})
    if folders:
        lines.append(f"mkdir -p {' '.join(map(shlex.quote, folders))}")
    lines.append(f"/bin/sh -c {shlex.quote(run.shell)}" if run.shell else shell_line(command, hole))
    step: dict[str, Any] = {"name": job.name, "shell": shell}
    if settings:
        step["env"] = settings
    folder = posixpath.normpath(posixpath.join(request.below, run.source))
    if folder != ".":
        step["working-directory"] = folder
    return {**step, "run": Lines("\n".join(lines))}


def _cell(key: str, matrix: Matrix) -> str:
    """The variable of a key; keys may differ in nothing but `-` and `_`."""
    names: dict[str, str] = {}
    for one in matrix.values:
        name = f"MATRIX_{variable_part(one)}"
        while name in names.values():
            name += "_"
        names[one] = name
    return names[key]


def _input(request: SpecRequest, run: Run, name: str) -> str:
    """From the root of the checkout."""
    value = run.inputs[name]
    if isinstance(value, PathInput):
        return posixpath.normpath(posixpath.join(request.below, value.path))
    written = request.path_of(value)
    return f"{_INPUTS}/{name}/{posixpath.basename(written)}"


def download_steps(request: SpecRequest, job: Job) -> list[dict[str, Any]]:
    return [
        {
            "uses": DOWNLOAD,
            "with": {"name": f"{value.run}-{value.output}", "path": f"{_INPUTS}/{name}"},
        }
        for name, value in job.run.inputs.items()
        if isinstance(value, OutputOf)
    ]


def upload_steps(request: SpecRequest, job: Job) -> list[dict[str, Any]]:
    """An artifact for each output; a file and a folder are both in it under their own name."""
    steps: list[dict[str, Any]] = []
    source = posixpath.normpath(posixpath.join(request.below, job.run.source))
    for name, path in job.run.outputs.items():
        folder = f"{_OUTPUTS}/{name}"
        copied = f"mkdir -p {folder} && cp -R {shlex.quote(f'./{source}/{path}')} {folder}/"
        artifact = (
            Expression(f"${{{{ matrix._id }}}}-{name}") if job.matrix is not None else f"{job.run.id}-{name}"
        )
        options = {
            "name": artifact,
            "path": folder,
            "include-hidden-files": True,
            "if-no-files-found": "error",
        }
        steps += [{"name": f"Keep {name}", "run": copied}, {"uses": UPLOAD, "with": options}]
    return steps
