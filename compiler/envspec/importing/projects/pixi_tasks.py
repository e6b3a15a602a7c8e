"""Tasks of pixi that are one plain command, as runs.

pixi has a shell of its own for tasks, so a line with an operator, a variable or a pattern means what `/bin/sh` may not,
and stays a task.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.importing.projects.document import Document
from envspec.importing.projects.pixi_features import Features
from envspec.importing.projects.program import plain_command
from envspec.importing.spec import Block, Spec, Table, Text, Written, texts
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_REASONS: Mapping[str, str] = {
    "depends-on": "runs follow each other by `inputs` that are another's outputs",
    "depends_on": "runs follow each other by `inputs` that are another's outputs",
    "inputs": "it says when pixi may skip the task; `inputs` of a run are files that it gets",
    "outputs": "it says when pixi may skip the task; name what the run leaves in `outputs`",
    "clean-env": "a run has only the variables of its environment",
    "args": "values that are given are a `param`",
    "default-environment": "a run names its environment",
}
_KEYS = ("cmd", "cwd", "env", "description")


def add_tasks(document: Document, spec: Spec, features: Features, used: Mapping[str, str]) -> None:
    """`used` is, by the name of a feature, the environment that its tasks run in."""
    for feature, environment in used.items():
        table, path = features.table(feature), features.path(feature)
        tables = [(f"{path}tasks", table.get("tasks"))]
        targets = table.get("target")
        tables += [
            (f"{path}target.{one}.tasks", targets.get(one).get("tasks"))
            for one in ("unix", "linux", "linux-64")
        ]
        for what, node in tables:
            for name, task in document.entries(what, node).items():
                _add(document, spec, f"{what}.{name}", name, task, environment)


def _add(document: Document, spec: Spec, what: str, name: str, task: Node, environment: str) -> None:
    command = task.get("cmd") if task.kind == "mapping" else task
    if task.kind == "sequence" or (task.kind == "mapping" and not command.kind):
        document.dropped(what, task, "it only starts other tasks; start the runs one by one")
        return
    if command.kind == "sequence":
        arguments = [one.text for one in document.words(f"{what}.cmd", command)]
        if any("{{" in one or "$" in one for one in arguments):
            arguments = []
    else:
        text = document.word(what, command)
        if not text and command.kind:
            return
        arguments = plain_command(text)
    if not arguments:
        document.dropped(what, task, "it is more than one plain command: write it in `shell` of a `run`")
        return
    run = Block("run", unique(name_of(name, "task"), spec.labels("run")))
    description = document.word(f"{what}.description", task.get("description"))
    if description.strip():
        run.add("description", Text(" ".join(description.split())))
    run.add("environment", Written(environment))
    if folder := document.word(f"{what}.cwd", task.get("cwd")):
        place = document.asked.place(folder, document.path.parent)
        if place is None or not (document.path.parent / folder).is_dir():
            document.dropped(f"{what}.cwd", task.get("cwd"), "there is no such folder in the project")
        else:
            run.add("source", Text(place))
            document.changed(f"{what}.cwd", task.get("cwd"), "source", "the run has this folder only")
    run.add("command", texts(arguments))
    variables = {
        key: Text(value.text)
        for key, value in document.entries(f"{what}.env", task.get("env")).items()
        if _variable(document, f"{what}.env.{key}", key, value)
    }
    if variables:
        run.add("variables", Table(dict(variables)))
    spec.blocks.append(run)
    document.carried(what, task, f"run {run.label}")
    if task.kind == "mapping":
        document.rest(what, task, _KEYS, _REASONS, "pixi has no such setting")


def _variable(document: Document, what: str, key: str, value: Node) -> bool:
    fits = value.kind == "scalar" and not re.search(r"[$\0]|\{\{", value.text)
    if fits and re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", key):
        return True
    document.dropped(what, value, "it is filled in by a shell; write what it becomes")
    return False
