"""`envspec deployments list | show NAME | logs NAME | invoke NAME | stop NAME`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from envspec.cli.completing import registered
from envspec.cli.looking.opening import not_there
from envspec.cli.parameters import output_options
from envspec.cli.workspaces import format_option, path_option, workspace_of
from envspec.frozen import asdict

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.deployments import DeploymentRecord


def _names(workspace: Workspace) -> list[str]:
    return list(dict.fromkeys(record.name for record in workspace.deployments()))


@click.group("deployments")
def command() -> None:
    """List deployments, show one, send it a request, stop it."""


def _find(workspace: Workspace, name: str) -> DeploymentRecord:
    found = workspace.deployment(name)
    if found is None:
        names = [record.name for record in workspace.deployments()]
        not_there("deployment", name, names, "nothing is deployed here: `envspec deploy`")
    return found


def _state(workspace: Workspace, record: DeploymentRecord) -> str:
    from envspec.actions.building import engine_at

    if record.begun_only:
        return "unfinished"
    return "serving" if engine_at(workspace.root, record.engine).alive(record.handle) else "gone"


@command.command("list")
@format_option
@path_option
@output_options
def list_deployments(format_: str, path: Path) -> int:
    """What serves, and where. `unfinished` is one whose `deploy` goes on or was killed: `stop` ends what is left of it."""
    from envspec.cli.lineage_lines import deployment_model_text, deployment_models
    from envspec.cli.show import result_json, say, table

    workspace = workspace_of(path)
    states = [(record, _state(workspace, record)) for record in workspace.deployments()]
    if format_ == "json":
        rows = [
            {**asdict(record), "state": state, "served": deployment_models(workspace, record)}
            for record, state in states
        ]
        result_json({"schema": 1, "deployments": rows})
    elif states:
        table(
            [
                [
                    r.name,
                    state,
                    r.url,
                    r.engine,
                    f"{r.environment}:{r.environment_number}",
                    ", ".join(deployment_model_text(one) for one in deployment_models(workspace, r)),
                ]
                for r, state in states
            ],
            ["DEPLOYMENT", "STATE", "URL", "ENGINE", "ENVIRONMENT", "MODELS"],
        )
    else:
        say("nothing is deployed here: `envspec deploy`")
    return 0


@command.command("show")
@click.argument("name", shell_complete=registered(_names))
@format_option
@path_option
@output_options
def show(name: str, format_: str, path: Path) -> int:
    """One deployment: what serves, of which environment, and each model with the run that made it."""
    from envspec.cli.lineage_lines import deployment_model_text, deployment_models
    from envspec.cli.show import one_line, result, result_json

    workspace = workspace_of(path)
    record = _find(workspace, name)
    state = _state(workspace, record)
    served = deployment_models(workspace, record)
    version = (
        workspace.environment(record.environment, record.environment_number)
        if record.environment_number is not None
        else None
    )
    if format_ == "json":
        digest = version.version_hash if version is not None else None
        shown = {**asdict(record), "state": state, "served": served, "snapshot": record.snapshot}
        result_json({"schema": 1, "deployment": {**shown, "environment_digest": digest}})
        return 0
    result(one_line(record.name))
    for key, value in (
        ("state", f"{state} since {record.started}"),
        ("url", record.url),
        ("engine", record.engine),
        ("image", record.image_hash),
        (
            "environment",
            f"{record.environment}:{record.environment_number}  {version.version_hash if version else ''}",
        ),
        ("source", record.snapshot),
        *(
            (
                "model",
                f"{deployment_model_text(one)}  {one['digest']}"
                + (f"  (made by run {one['run']})" if one["run"] else ""),
            )
            for one in served
        ),
        ("log", f"envspec deployments logs {record.name}"),
    ):
        if value:
            result(one_line(f"  {key:12} {value}".rstrip()))
    return 0


@command.command("logs")
@click.argument("name", shell_complete=registered(_names))
@path_option
@output_options
def logs(name: str, path: Path) -> int:
    """What the server and the script printed."""
    from envspec.actions.building import engine_at
    from envspec.cli.script_output import ScriptOutput

    workspace = workspace_of(path)
    record = _find(workspace, name)
    text = engine_at(workspace.root, record.engine).logs(record.handle, workspace.state / record.log)
    output = ScriptOutput(ends=True)
    output.write(text if text.endswith("\n") or not text else text + "\n")
    output.finish()
    return 0


@command.command("invoke")
@click.argument("name", shell_complete=registered(_names))
@click.argument("request", type=click.File("rb"), default="-")
@click.option("-H", "--header", "headers", multiple=True, metavar="'NAME: VALUE'", help="A header to send.")
@path_option
@output_options
def invoke(name: str, request: BinaryIO, headers: tuple[str, ...], path: Path) -> int:
    """Send REQUEST (a file, or - for stdin) to /score and print the answer.

    The token of a deployment with `auth` is sent with it, read from its secret.
    """
    from envspec.actions.invoking import invoke as ask
    from envspec.cli.show import printable, result

    sent = _headers(headers)
    record = _find(workspace_of(path), name)
    token = "" if any(key.lower() == "authorization" for key in sent) else _token(path, name)
    if token:
        sent["Authorization"] = f"Bearer {token}"
    status, text = ask(record, request.read(), sent)
    result(printable(text) if sys.stdout.isatty() else text.removesuffix("\n"))
    return 0 if status < 400 else 1


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for header in given:
        key, sign, value = header.partition(":")
        if not sign or not key.strip() or not header.isascii() or not header.isprintable():
            raise click.UsageError(f"`--header {header!a}`: write 'NAME: VALUE'")
        found[key.strip()] = value.strip()
    return found


def _token(path: Path, name: str) -> str:
    """The token that the spec's `auth` asks for; empty where the spec has no such deployment any more."""
    from envspec.actions.loading import load
    from envspec.actions.options import Options
    from envspec.diagnostics import Failure
    from envspec.engines.secrets import secret_reader

    try:
        loaded = load(Options(path=path))
    except Failure:
        return ""
    deployment = loaded.project.deployments.get(name)
    if deployment is None or deployment.auth is None:
        return ""
    return secret_reader(loaded.project.secrets, loaded.root)(deployment.auth)


@command.command("stop")
@click.argument("name", shell_complete=registered(_names))
@path_option
@output_options
def stop(name: str, path: Path) -> int:
    """Stop serving; requests in flight are finished."""
    from envspec.actions.deploying import stop as end
    from envspec.cli.show import say

    workspace = workspace_of(path)
    end(workspace, _find(workspace, name), say)
    say(f"{name} is stopped")
    return 0
