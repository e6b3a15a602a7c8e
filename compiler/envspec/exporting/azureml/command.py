"""What a job of Azure ML runs: code, command, environment and variables.

Azure puts the value of `${{inputs.x}}` into the command as it is, before bash reads that: words of the spec are quoted,
and a text that has such an expression of its own is taken apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from envspec.exporting.azureml.environment import environment_file
from envspec.exporting.azureml.registered import azure_reference
from envspec.exporting.interface import SpecRequest
from envspec.exporting.words import (
    CellRef,
    Hole,
    Matrix,
    Word,
    shell_line,
    shell_word,
    variable_part,
    without_expressions,
    word_of,
)
from envspec.ir.types import InputRef, OutputRef, RegisteredEnvironment, Run, SecretRef
from envspec.lazy_pattern import lazy_pattern
from envspec.lower.yaml_text import Lines

EXPRESSION = lazy_pattern(r"\$(?:\{\{|\[\[)")
"""Where Azure fills something in."""

_PLAIN = lazy_pattern(r"[A-Za-z0-9_.,:+/@%=-]+")


def trial_of(
    request: SpecRequest,
    run: Run,
    command: Sequence[Word],
    variables: Mapping[str, Any],
    matrix: Matrix | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Code, command, environment and variables."""
    losses: list[str] = []
    keys = keys_of(matrix) if matrix is not None else {}

    def hole(one: Hole) -> str:
        if isinstance(one, CellRef):
            assert matrix is not None
            text = f"${{{{search_space.{keys[one.key]}}}}}"
            plain = all(_PLAIN.fullmatch(value) for value in matrix.values[one.key])
            return text if plain else f"'{text}'"
        return f"${{{{{'inputs' if isinstance(one, InputRef) else 'outputs'}.{azure_name(one.name)}}}}}"

    environment = request.environment_of(run)
    settings: dict[str, str] = {}
    lines: list[str] = []
    for name, value in {**(environment.variables if environment else {}), **variables}.items():
        if isinstance(value, SecretRef):
            losses.append(
                f"`{name}` of `{run.name}`: the value of the secret `{value.name}` is written nowhere; set it there"
            )
            continue
        word: Word = value if isinstance(value, tuple) else word_of(value)
        if any(not isinstance(part, str) for part in word):
            lines.append(f"export {name}={shell_word(word, hole, without_expressions)}")
            continue
        text = "".join(part for part in word if isinstance(part, str))
        if EXPRESSION.search(text):
            lines.append(f"export {name}={without_expressions(text)}")
        else:
            settings[name] = text
    lines += _script(run, hole) if run.shell else [shell_line(command, hole, without_expressions)]
    named = environment_file(environment) if environment else ""
    if isinstance(run.environment, RegisteredEnvironment):
        named, lost = azure_reference(run.environment, run.name)
        losses += lost
    document: dict[str, Any] = {
        "code": request.place(run.source or "."),
        "command": Lines("\n".join(lines)),
        "environment": named,
    }
    if settings:
        document["environment_variables"] = settings
    return document, losses


def _script(run: Run, hole: Callable[[Hole], str]) -> list[str]:
    """The lines of `shell`, with its inputs and outputs in the variables that it reads. A line that gives one of these
    its own value is what an import makes of such a line."""
    wanted: dict[str, Hole] = {
        **{f"ENVSPEC_INPUT_{variable_part(name)}": InputRef(name) for name in run.inputs},
        **{f"ENVSPEC_OUTPUT_{variable_part(name)}": OutputRef(name) for name in run.outputs},
    }
    script = run.shell.removesuffix("\n").split("\n")
    if EXPRESSION.search(run.shell):
        script = [f"/bin/sh -c {without_expressions(run.shell)}"]
    own = {f'export {name}="${name}"' for name in wanted}
    return [
        *(f"export {name}={hole(reference)}" for name, reference in wanted.items()),
        *(line for line in script if line not in own),
    ]


def keys_of(matrix: Matrix) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in matrix.values:
        name = azure_name(key)
        while name in found.values():
            name += "_"
        found[key] = name
    return found


def azure_name(name: str) -> str:
    """Azure's names of inputs and outputs are letters, digits and `_`."""
    return name.replace("-", "_")
