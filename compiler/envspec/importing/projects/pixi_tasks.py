"""Tasks of pixi that are one plain command, as runs.

pixi has a shell of its own for tasks, so a line with an operator, a variable or a pattern means what `/bin/sh` may not,
and stays a task.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.asked import is_folder
from envspec.importing.fields.pixi import PIXI_TOML
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.projects.document import Document
from envspec.importing.projects.pixi_features import Features, add_variable
from envspec.importing.projects.program import plain_command
from envspec.importing.secret_values import in_command
from envspec.importing.spec import Block, Spec, Text, Written, texts
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_REASONS = reasons(PIXI_TOML, "tasks.*.")
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
        document.left_out(what, task, "it only starts other tasks; start the runs one by one")
        return
    if command.kind == "sequence":
        arguments = [one.text for one in document.words(f"{what}.cmd", command)]
        if any("{{" in one or "$" in one for one in arguments) or in_command(arguments):
            arguments = []
    else:
        text = document.word(what, command)
        if not text and command.kind:
            return
        arguments = plain_command(text)
    if not arguments:
        document.left_out(what, task, reason_of(PIXI_TOML, "tasks.*", "it needs a shell"))
        return
    run = Block("run", unique(name_of(name, "task"), spec.labels("run")))
    description = document.word(f"{what}.description", task.get("description"))
    if description.strip():
        run.add("description", Text(" ".join(description.split())))
    run.add("environment", Written(environment))
    if folder := document.word(f"{what}.cwd", task.get("cwd")):
        place = document.asked.place(folder, document.path.parent)
        if place is None or not is_folder(document.path.parent / folder):
            gone = absent(folder, task.get("cwd")) if place is not None else None
            document.dropped(f"{what}.cwd", task.get("cwd"), "there is no such folder in the project", gone)
        else:
            run.add("source", Text(place))
            document.changed(f"{what}.cwd", task.get("cwd"), "source", reason_of(PIXI_TOML, "tasks.*.cwd"))
    run.add("command", texts(arguments))
    variables = Variables(document.asked)
    for key, value in document.entries(f"{what}.env", task.get("env")).items():
        add_variable(document, variables, f"{what}.env.{key}", key, value)
    variables.fill(run, spec)
    spec.blocks.append(run)
    document.asked.report.carried(what, document.shown, task.line, f"run {run.label}")
    if task.kind == "mapping":
        document.rest(what, task, _KEYS, _REASONS, _REASONS[OTHER])
