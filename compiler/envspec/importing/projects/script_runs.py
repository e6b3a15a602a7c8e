"""Scripts that a project gives names to (Pipenv, PDM, Hatch), as runs where they are one plain command."""

from __future__ import annotations

from envspec.importing.fields.pipfile import PIPFILE
from envspec.importing.fields.row import reason_of
from envspec.importing.projects.document import Document
from envspec.importing.projects.program import plain_command
from envspec.importing.secret_values import in_command
from envspec.importing.spec import Block, Spec, Written, texts
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

NOT_PLAIN = reason_of(PIPFILE, "scripts.*", "it needs a shell")


def script_run(
    document: Document, spec: Spec, environment: str, what: str, name: str, node: Node
) -> Block | None:
    """The run of a script: a line, the words of one, or a table with either as `cmd`. None, which is told, for any other.
    It has its name among the runs of the spec and is not in it."""
    command = node.get("cmd") if node.kind == "mapping" else node
    if command.kind == "sequence" and node.kind == "mapping":
        arguments = [one.text for one in document.words(f"{what}.cmd", command)]
        if len(arguments) < len(command.items) or any("{" in one or "$" in one for one in arguments):
            arguments = []
        if any("\0" in one for one in arguments) or in_command(arguments):
            arguments = []
    elif command.kind in ("sequence", "mapping", ""):
        arguments = []
    else:
        text = document.word(what, command)
        if not text:
            return None
        arguments = plain_command(text)
    if not arguments or not arguments[0]:
        document.left_out(what, node, NOT_PLAIN)
        return None
    run = Block("run", unique(name_of(name, "script"), spec.labels("run")))
    run.add("environment", Written(environment))
    run.add("command", texts(arguments))
    return run
