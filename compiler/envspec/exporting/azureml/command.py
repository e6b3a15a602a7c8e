"""What a job of Azure ML runs: code, command, environment and variables.

Azure puts the value of `${{inputs.x}}` into the command as it is, before bash reads that: words of the spec are quoted,
and a text that has such an expression of its own is taken apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from envspec.exporting.azureml.environment import environment_in
from envspec.exporting.azureml.registered import azure_reference
from envspec.exporting.interface import SpecRequest
from envspec.exporting.words import (
    CellRef,
    Hole,
    Matrix,
    ParamRef,
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
from envspec.packages.azureml_tags import values_of

EXPRESSION = lazy_pattern(r"\$(?:\{\{|\[\[)")
"""Where Azure fills something in."""

_QUOTED = lazy_pattern(r"[^\"$`\\\x00-\x1f\x7f]*")
"""What a shell reads as itself between double quotes."""
_BLANKS = lazy_pattern(r"[A-Za-z0-9_.,:+/@%= -]+")
"""What it reads as itself, in several words."""
_PLAIN = lazy_pattern(r"[A-Za-z0-9_.,:+/@%=-]+")


def trial_of(
    request: SpecRequest,
    run: Run,
    command: Sequence[Word],
    variables: Mapping[str, Any],
    matrix: Matrix | None = None,
    literals: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[str]]:
    """Code, command, environment and variables. `literals` are the texts of the params that are inputs."""
    losses: list[str] = []
    hole = hole_of(matrix, literals)
    environment = request.environment_of(run)
    own: dict[str, Word] = {
        **{f"ENVSPEC_INPUT_{variable_part(name)}": (InputRef(name),) for name in run.inputs},
        **{f"ENVSPEC_OUTPUT_{variable_part(name)}": (OutputRef(name),) for name in run.outputs},
    }
    settings: dict[str, str] = {}
    exports: dict[str, Word] = {}
    if run.shell:  # a program that it starts may read them, but for one that was written for Azure ML
        imported = bool(values_of(run.tags))
        exports = {name: word for name, word in own.items() if not imported or name in run.shell}
    for name, value in {**(environment.variables if environment else {}), **variables}.items():
        if isinstance(value, SecretRef):
            losses.append(
                f"`{name}` of `{run.name}`: the value of the secret `{value.name}` is written nowhere; set it there"
            )
            continue
        word: Word = value if isinstance(value, tuple) else word_of(value)
        text = "".join(part for part in word if isinstance(part, str))
        if any(not isinstance(part, str) for part in word) or EXPRESSION.search(text):
            exports[name] = word
        else:
            settings[name] = text
    lines = _script(run, exports, hole, literals) if run.shell else []
    lines = [
        *(f"export {name}={shell_word(word, hole, without_expressions)}" for name, word in exports.items()),
        *(lines or [shell_line(command, hole, without_expressions)]),
    ]
    named = environment_in(request, environment) if environment else ""
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


def is_plain(text: str) -> bool:
    """Whether a shell reads it as itself where Azure puts it between double quotes."""
    return _QUOTED.fullmatch(text) is not None and EXPRESSION.search(text) is None


def hole_of(matrix: Matrix | None, literals: Mapping[str, str] | None = None) -> Callable[[Hole], str]:
    """What stands for an input, an output, a choice of `matrix`, or one of `literals`."""
    keys = keys_of(matrix) if matrix is not None else {}

    def hole(one: Hole) -> str:
        if isinstance(one, CellRef):
            assert matrix is not None
            text = f"${{{{search_space.{keys[one.key]}}}}}"
            plain = all(_PLAIN.fullmatch(value) for value in matrix.values[one.key])
            return text if plain else f"'{text}'"
        if isinstance(one, ParamRef):
            value = (literals or {}).get(one.name)
            if value is None:
                return f"${{{{search_space.{azure_name(one.name)}}}}}"
            text = f"${{{{inputs.{azure_name(one.name)}}}}}"
            return text if _PLAIN.fullmatch(value) else f'"{text}"'
        return f"${{{{{'inputs' if isinstance(one, InputRef) else 'outputs'}.{azure_name(one.name)}}}}}"

    return hole


def _script(
    run: Run, exports: dict[str, Word], hole: Callable[[Hole], str], literals: Mapping[str, str] | None
) -> list[str]:
    """The lines of `shell`. What it reads from a variable that is nothing but an input, an output or a choice stands in
    its place, and is taken out of `exports`, which are set before. A line that gives such a variable its own value is
    what an import makes of such a line."""
    if EXPRESSION.search(run.shell):
        return [f"/bin/sh -c {without_expressions(run.shell)}"]
    script = run.shell.removesuffix("\n")
    for name, word in list(exports.items()):
        written = hole(word[0]) if len(word) == 1 and not isinstance(word[0], str) else ""
        value = (literals or {}).get(word[0].name, "") if written and isinstance(word[0], ParamRef) else ""
        bare = written.strip('"')
        filled = filled_in(script, name, bare, value) if EXPRESSION.match(bare) else None
        if filled is not None:
            script = filled
            del exports[name]
    given = {f'export {name}="${name}"' for name in exports}
    return [line for line in script.split("\n") if line not in given]


def filled_in(script: str, name: str, written: str, value: str = "") -> str | None:
    """The script with `written` between double quotes for each `$NAME`; None when it names the variable in another way
    too, or nowhere. Where the script has no quotes around it, a literal `value` of several words is several there too."""
    several = bool(value) and not _PLAIN.fullmatch(value)
    use = re.compile(rf"\$(?:{name}(?![A-Za-z0-9_])|\{{{name}\}})")
    out: list[str] = []
    quote, at, count = "", 0, 0
    while at < len(script):
        character = script[at]
        match = use.match(script, at) if quote != "'" else None
        if match is not None:
            if several and not quote and not _BLANKS.fullmatch(value):
                return None
            out.append(written if quote or several else f'"{written}"')
            at, count = match.end(), count + 1
            continue
        if character == "\\" and quote != "'":
            out.append(script[at : at + 2])
            at += 2
            continue
        if character in "'\"" and quote in ("", character):
            quote = "" if quote else character
        out.append(character)
        at += 1
    text = "".join(out)
    return text if count and not re.search(rf"(?<![A-Za-z0-9_]){name}(?![A-Za-z0-9_])", text) else None


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
