"""Where the runs of a file use its params: what a form can say that has inputs of its own.

A project has only the values of params. So the file is resolved once more with a value of its own for each param, in
memory, and where that stands in a command the param was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from envspec.actions.kept_elsewhere import filled
from envspec.actions.loading import Loaded, compile_file
from envspec.exporting.interface import ParamUse
from envspec.exporting.words import Hole, ParamRef, Word, word_of
from envspec.frozen import replace
from envspec.ir.codec import project_from_json
from envspec.ir.types import Project, Run, Scalar, SecretRef
from envspec.resolve.params import Given, param_type

_TYPES = ("string", "integer", "number")
_FIRST = 7_340_187_412_907
"""A number that nobody writes; the next ones are those of the next params."""


def params_of(loaded: Loaded, runs: Sequence[Run], *, keeps: bool = False) -> dict[str, ParamUse]:
    """By the id of the run; none for a run that uses no param, or whose words are others with another value. `keeps` as in
    `exporting.table`."""
    if not runs:
        return {}
    checked = compile_file(loaded.root, loaded.file, loaded.options, loaded.files)
    params = checked.resolution.modules[loaded.file].params
    types = {name: param_type(param) for name, param in params.items()}
    marks = {
        name: f"envspec-{_FIRST + at}" if types[name] == "string" else str(_FIRST + at)
        for at, name in enumerate(params)
        if types[name] in _TYPES
    }
    if not marks:
        return {}
    marked = _with(loaded, marks, keeps=keeps)
    if marked is None:  # one of them is not for a command: a version, a port
        each = {name: _with(loaded, {name: mark}, keeps=keeps) for name, mark in marks.items()}
        marks = {name: mark for name, mark in marks.items() if each[name] is not None}
        marked = _with(loaded, marks, keeps=keeps) if marks else None
    if marked is None:
        return {}
    found = {run.id: _use(run, marked.runs.get(run.id), marks, types) for run in runs}
    return {key: use for key, use in found.items() if use is not None}


def _with(loaded: Loaded, values: Mapping[str, str], *, keeps: bool) -> Project | None:
    given = {**loaded.options.given, **{name: Given(value, f"`{name}`") for name, value in values.items()}}
    checked = compile_file(loaded.root, loaded.file, replace(loaded.options, given=given), loaded.files)
    if checked.usable is None:
        return None
    return project_from_json(filled(checked.resolution.document, loaded.file)) if keeps else checked.usable


def _use(run: Run, marked: Run | None, marks: Mapping[str, str], types: Mapping[str, str]) -> ParamUse | None:
    if (
        marked is None
        or len(marked.command) != len(run.command)
        or marked.variables.keys() != run.variables.keys()
    ):
        return None
    values: dict[str, Scalar] = {}
    command = []
    for before, after in zip(run.command, marked.command, strict=True):
        word = _word(word_of(before), word_of(after), marks, types, values)
        if word is None:
            return None
        command.append(word)
    variables: dict[str, Word] = {}
    for name, value in run.variables.items():
        other = marked.variables[name]
        if isinstance(value, SecretRef) or isinstance(other, SecretRef):
            continue
        word = _word(word_of(value), word_of(other), marks, types, values)
        if word is None:
            return None
        variables[name] = word
    return ParamUse(values, tuple(command), variables) if values else None


def _word(
    before: Word, after: Word, marks: Mapping[str, str], types: Mapping[str, str], values: dict[str, Scalar]
) -> Word | None:
    """The word with references, and `values` with what stands in their place; None when the two do not go together."""
    if len(before) != len(after):
        return None
    found: list[str | Hole] = []
    by_mark = {mark: name for name, mark in marks.items()}
    cut = re.compile("(" + "|".join(map(re.escape, sorted(by_mark, key=len, reverse=True))) + ")")
    for one, other in zip(before, after, strict=True):
        if not isinstance(one, str) or not isinstance(other, str):
            if one != other:
                return None
            found.append(one)
            continue
        pieces = cut.split(other)
        pattern = "".join("(.*)" if piece in by_mark else re.escape(piece) for piece in pieces)
        match = re.fullmatch(pattern, one, re.DOTALL)
        if match is None:
            return None
        names = [by_mark[piece] for piece in pieces if piece in by_mark]
        for name, text in zip(names, match.groups(), strict=True):
            value = _value(text, types[name])
            if values.setdefault(name, value) != value:
                return None
        found += [ParamRef(by_mark[piece]) if piece in by_mark else piece for piece in pieces if piece]
    return tuple(found) or ("",)


def _value(text: str, type_: str) -> Scalar:
    if type_ == "string":
        return text
    number = float(text)
    return int(text) if number.is_integer() and re.fullmatch(r"-?[0-9]+", text) else number


def constraint_files(loaded: Loaded, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The root-relative files that the constraints of these environments stand in, by id."""
    found: dict[str, tuple[str, ...]] = {}
    for key in ids:
        environment = loaded.project.environments.get(key)
        count = len(environment.constraints) if environment is not None else 0
        spans = [loaded.locate(f"/environments/{key}/constraints/{at}") for at in range(count)]
        files = dict.fromkeys(span.file for span in spans if span is not None and span.file != loaded.file)
        if files:
            found[key] = tuple(files)
    return found
