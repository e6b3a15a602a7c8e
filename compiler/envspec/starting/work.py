"""The runs, models and deployments of a first spec."""

from __future__ import annotations

import posixpath

from envspec.lazy_pattern import lazy_pattern
from envspec.starting.draft import (
    DeploymentDraft,
    Draft,
    ModelDraft,
    ParamDraft,
    RunDraft,
    Word,
)
from envspec.starting.found import Argument, Found, Script
from envspec.starting.names import name_of, unique
from envspec.starting.questions import Ask, which_value

_MOST_RUNS = 8
_MODEL = lazy_pattern(r"\.(?:pkl|pickle|joblib|pt|pth|onnx|h5|keras|safetensors)\Z")
_TAIL = lazy_pattern(r"[-_](?:path|file|dir|directory|folder)\Z")
_FIRST_PORT = 8080


def add_runs(draft: Draft, environment: str, found: Found, ask: Ask, files: frozenset[str]) -> None:
    """A run for each program. `files` are all of the folder."""
    for script in found.scripts[:_MOST_RUNS]:
        name = unique(name_of(posixpath.basename(script.path)[:-3], "program"), [r.name for r in draft.runs])
        run = RunDraft(name, "" if script.metadata else environment, [], posixpath.dirname(script.path))
        run.command = [Word("python"), Word(posixpath.basename(script.path))]
        for argument in script.arguments:
            _argument(draft, run, script, argument, ask, files)
        for path in script.outputs:
            if path not in run.outputs.values() and path not in (a.value for a in script.arguments):
                run.outputs[_key(path, run.outputs)] = path
        if script.metadata:
            run.comment = f"its environment is the inline metadata of {script.path}"
        if script.commands:
            found.remarks.append(f"`{script.path}` has subcommands: complete the command of the run `{name}`")
        draft.runs.append(run)
    for script in found.scripts[_MOST_RUNS:]:
        found.remarks.append(f"`{script.path}` is a program too")
    _link(draft)


def add_first_run(draft: Draft, environment: str) -> None:
    """A run where there is no program, so that there is something to begin with."""
    command = [Word("python"), Word("-c"), Word("import sys; print('hello from Python', sys.version)")]
    comment = "replace this with a program of yours"
    draft.runs.append(RunDraft("hello", environment, command, comment=comment))


def _key(text: str, taken: dict[str, str]) -> str:
    stem = posixpath.basename(text.rstrip("/")).partition(".")[0]
    return unique(name_of(_TAIL.sub("", stem), "result"), taken)


def _argument(
    draft: Draft, run: RunDraft, script: Script, argument: Argument, ask: Ask, files: frozenset[str]
) -> None:
    if argument.kind == "input" and "://" in argument.value:
        return
    if argument.flag:
        run.command.append(Word(argument.flag))
    if argument.kind == "output":
        key = _key(argument.name, run.outputs)
        place = argument.value.rstrip("/")
        inside = place and not place.startswith(("/", "~", "..")) and posixpath.normpath(place) != "."
        ending = ".json" if key == "metrics" else ""
        run.outputs[key] = place if inside else f"outputs/{key}{ending}"
        run.command.append(Word(f"outputs.{key}", True))
    elif argument.kind == "input":
        key = _key(argument.name, run.inputs)
        run.inputs[key] = _param(draft, key, run, argument.value, files)
        run.command.append(Word(f"inputs.{key}", True))
    else:
        run.command.append(Word(ask(which_value(script.path, argument.name, argument.value))))


def _param(draft: Draft, key: str, run: RunDraft, value: str, files: frozenset[str]) -> str:
    """The param that says where an input is, with the script's own default when that is there."""
    candidates = [posixpath.normpath(posixpath.join(folder, value)) for folder in (run.source, "") if value]
    there = [c for c in candidates if c in files or any(f.startswith(f"{c}/") for f in files)]
    default = there[0] if there and not there[0].startswith((".", "/")) else ""
    for param in draft.params:
        same = (param.default, param.likely) == (default, "" if default else value)
        if same and (param.name == key or default):
            return f"param.{param.name}"
    name = unique(key, [param.name for param in draft.params])
    draft.params.append(ParamDraft(name, default, "" if default else value))
    return f"param.{name}"


def _link(draft: Draft) -> None:
    """An input that another run writes is that run's output; any other place that is not there is asked for
    when the run is wanted."""
    made = {(run.source, path): (run.name, key) for run in draft.runs for key, path in run.outputs.items()}
    params = {f"param.{param.name}": param for param in draft.params}
    used: set[str] = set()
    for run in draft.runs:
        for key, value in run.inputs.items():
            param = params[value]
            maker = made.get((run.source, param.likely)) if param.likely else None
            if maker is not None and maker[0] != run.name and not _follows(draft, maker[0], run.name):
                run.inputs[key] = f"run.{maker[0]}.outputs.{maker[1]}"
            else:
                used.add(value)
    draft.params = [param for param in draft.params if f"param.{param.name}" in used]


def _follows(draft: Draft, run: str, other: str) -> bool:
    """Whether `run` needs, at any distance, what `other` makes."""
    needs = {r.name: {v.split(".")[1] for v in r.inputs.values() if v.startswith("run.")} for r in draft.runs}
    seen: set[str] = set()
    waiting = [run]
    while waiting:
        name = waiting.pop()
        if name == other:
            return True
        if name not in seen:
            seen.add(name)
            waiting += needs[name]
    return False


def add_deployments(draft: Draft, name: str, environment: str, found: Found, files: tuple[str, ...]) -> None:
    """A deployment for each entry, with the model that it reads."""
    for number, entry in enumerate(found.entries):
        stem = name_of(posixpath.basename(entry.path)[:-3], "scoring")
        deployment = DeploymentDraft(
            unique(stem, [d.name for d in draft.deployments]),
            environment,
            posixpath.basename(entry.path),
            posixpath.dirname(entry.path),
            port=_FIRST_PORT + number if number else 0,
        )
        if len(found.entries) == 1 and found.samples:
            deployment.sample = found.samples[0]
        for wanted in entry.models or (name,):
            model = _model(draft, wanted, files)
            if model:
                deployment.models.append(model)
            elif entry.models:
                found.remarks.append(
                    f"`{entry.path}` reads the model `{wanted}`: write a `model` block that says where it is from"
                )
        draft.deployments.append(deployment)


def _model(draft: Draft, name: str, files: tuple[str, ...]) -> str:
    """The name of the model block, made when a run or the folder has a model; else empty."""
    if any(model.name == name for model in draft.models):
        return name
    outputs = [(run, key, path) for run in draft.runs for key, path in run.outputs.items()]
    ranked = sorted(outputs, key=lambda row: -_likeness(name, *row))
    if ranked and _likeness(name, *ranked[0]):
        run, key, _ = ranked[0]
        draft.models.append(ModelDraft(name, f"run.{run.name}.outputs.{key}"))
        return name
    there = [path for path in files if _MODEL.search(path)]
    if there:
        draft.models.append(ModelDraft(name, "", there[0]))
        return name
    return ""


def _likeness(name: str, run: RunDraft, key: str, path: str) -> int:
    """How much an output looks like a model; 0 is not at all."""
    trains = run.name.startswith(("train", "fit"))
    if key == name or posixpath.basename(path).partition(".")[0] == name:
        return 4
    if "model" in key or "model" in path:
        return 3
    if _MODEL.search(path):
        return 2
    return 1 if trains and key in {"out", "output", "save", "checkpoint", "result"} else 0
