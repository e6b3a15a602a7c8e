"""`envspec env list [NAME] | show REF | diff A B | history NAME | tag REF … | copy REF NAME | archive REF… | restore REF… |
push REF [PLACE] | pull PLACE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.looking import environments as looking
from envspec.cli.looking.environments import EMPTY, REFERENCE, found, parsed
from envspec.cli.looking.opening import not_there
from envspec.cli.parameters import environment_name, output_options
from envspec.cli.sharing_commands import add_sharing
from envspec.cli.workspaces import format_option, path_option, workspace_of

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace


def _names(workspace: Workspace) -> list[str]:
    return workspace.environment_names()


def _references(workspace: Workspace) -> list[str]:
    """Names first, then every version and label: a shell takes what begins as the line does."""
    versions = workspace.list_environments(archived=True)
    labels = [f"{version.name}@{label}" for version in versions for label in version.labels]
    return [*dict.fromkeys(v.name for v in versions), *(v.reference for v in versions), *labels]


@click.group("env")
def command() -> None:
    """Registered environments: list, show and compare them, give them labels, hide them."""


@command.command("list")
@click.argument("name", default="", shell_complete=registered(_names))
@click.option("--all", "archived", is_flag=True, help="Also what is archived.")
@format_option
@path_option
@output_options
def list_environments(name: str, archived: bool, format_: str, path: Path) -> int:
    """Every version, by name, the newest first. `latest` marks what a name alone means."""
    return looking.list_environments(name, archived=archived, format=format_, path=path)


@command.command("show")
@click.argument("reference", metavar=REFERENCE, shell_complete=registered(_references))
@format_option
@path_option
@output_options
def show(reference: str, format_: str, path: Path) -> int:
    """One version: its definition, what it was locked to, what used it. The newest when only a name is given."""
    return looking.show(reference, format=format_, path=path)


@command.command("diff")
@click.argument("before", metavar=REFERENCE, shell_complete=registered(_references))
@click.argument("after", metavar=REFERENCE, shell_complete=registered(_references))
@format_option
@path_option
@output_options
def diff(before: str, after: str, format_: str, path: Path) -> int:
    """What two versions differ in: what they ask for, and below it what that was locked to."""
    return looking.diff(before, after, format=format_, path=path)


@command.command("history")
@click.argument("name", shell_complete=registered(_names))
@click.option(
    "-n",
    "--last",
    type=click.IntRange(1),
    default=looking.SHOWN,
    show_default=True,
    help="How many versions.",
)
@click.option("--all", "whole", is_flag=True, help="Every version.")
@format_option
@path_option
@output_options
def history(name: str, last: int, whole: bool, format_: str, path: Path) -> int:
    """The versions of a name, the newest first: when, what changed to the one before, what used it."""
    return looking.history(name, last=last, whole=whole, format=format_, path=path)


@command.command("tag")
@click.argument("reference", metavar=REFERENCE, shell_complete=registered(_references))
@click.argument("marks", metavar="[LABEL|KEY=VALUE]...", nargs=-1)
@click.option("--remove", "unlabel", metavar="LABEL", multiple=True, help="Take a label off it.")
@click.option("--description", help="What it is for, in place of what is said now.")
@format_option
@path_option
@output_options
def tag(
    reference: str,
    marks: tuple[str, ...],
    unlabel: tuple[str, ...],
    description: str | None,
    format_: str,
    path: Path,
) -> int:
    """Give a version labels and tags.

    A label is at one version of its name: it moves here from where it was. `KEY=` takes a tag away. The version itself
    never changes.
    """
    from envspec.cli.environment_text import listed_json
    from envspec.cli.show import one_line, result, result_json

    if not (marks or unlabel or description is not None):
        raise click.UsageError("give a LABEL, a KEY=VALUE, `--remove` or `--description`")
    labels, tags = _marks(marks)
    _refuse_credentials([*tags.values(), description or ""])
    with workspace_of(path) as workspace, workspace.transaction():
        version = found(workspace, reference)
        moved = workspace.mark_environment(
            version.name, version.number, labels=labels, unlabel=unlabel, tags=tags, description=description
        )
        after = workspace.environment(version.name, version.number) or version
    if format_ == "json":
        result_json({"schema": 1, "environment": listed_json(after), "moved": moved})
        return 0
    result(one_line(f"{after.reference}  {', '.join(after.labels) or 'no label'}"))
    for label, number in moved.items():
        result(one_line(f"  {label} was at {after.name}:{number}"))
    for key, value in sorted(after.tags.items()):
        result(one_line(f"  {key} = {value}"))
    return 0


@command.command("archive")
@click.argument(
    "references", metavar=f"{REFERENCE}...", nargs=-1, required=True, shell_complete=registered(_references)
)
@format_option
@path_option
@output_options
def archive(references: tuple[str, ...], format_: str, path: Path) -> int:
    """Hide versions, or whole names: `env list` leaves them out, and they are no longer the newest.

    Whoever names one exactly still gets it: nothing is deleted, and what is locked to it builds as before.
    """
    return _hide(references, format_, path, hide=True)


@command.command("restore")
@click.argument(
    "references", metavar=f"{REFERENCE}...", nargs=-1, required=True, shell_complete=registered(_references)
)
@format_option
@path_option
@output_options
def restore(references: tuple[str, ...], format_: str, path: Path) -> int:
    """Show versions, or whole names, that were archived."""
    return _hide(references, format_, path, hide=False)


@command.command("copy")
@click.argument("reference", metavar=REFERENCE, shell_complete=registered(_references))
@click.argument("name", metavar="NAME", callback=environment_name)
@format_option
@path_option
@output_options
def copy(reference: str, name: str, format_: str, path: Path) -> int:
    """Register a version under another name too, such as the one that it has in Azure ML.

    It is the same by its digest, and has the next number there unless that name has it already.
    """
    from envspec.cli.environment_text import listed_json
    from envspec.cli.show import one_line, result, result_json

    with workspace_of(path) as workspace, workspace.transaction():
        version = found(workspace, reference)
        number = workspace.register_environment(
            name, version.version_hash, version.definition, version.lock, version.description, version.tags
        )
        workspace.same_environment(version.name, version.number, name, number)
        made = workspace.environment(name, number) or version
    if format_ == "json":
        result_json({"schema": 1, "environment": listed_json(made), "from": version.reference})
    else:
        result(one_line(f"{made.reference}  {version.version_hash}  as {version.reference}"))
    return 0


def _hide(references: tuple[str, ...], format_: str, path: Path, *, hide: bool) -> int:
    from envspec.cli.show import one_line, result, result_json, say

    rows: list[dict[str, Any]] = []
    with workspace_of(path) as workspace, workspace.transaction():
        change = workspace.archive_environment if hide else workspace.restore_environment
        for text in references:
            # A name alone is all of its versions; `NAME@latest` is the newest.
            number = None
            name = text
            if parsed(text).name != text:
                version = found(workspace, text)
                name, number = version.name, version.number
            elif not workspace.list_environments(text, archived=True):
                not_there("registered environment", text, workspace.environment_names(), EMPTY)
            changed = change(name, number)
            whole = number is not None and workspace.is_name_archived(name)
            rows.append({"name": name, "number": number, "changed": changed, "name_archived": whole})
    if format_ == "json":
        state = "archived" if hide else "restored"
        result_json(
            {"schema": 1, state: [{k: v for k, v in r.items() if k != "name_archived"} for r in rows]}
        )
        return 0
    for row in rows:
        what = row["name"] if row["number"] is None else f"{row['name']}:{row['number']}"
        words = {(True, True): "archived", (True, False): "archived already", (False, True): "restored"}
        result(one_line(f"{what}  {words.get((hide, row['changed']), 'not archived')}"))
        if not hide and row["name_archived"]:
            say(one_line(f"`{row['name']}` is archived as a whole: `envspec env restore {row['name']}`"))
    return 0


def _marks(marks: tuple[str, ...]) -> tuple[list[str], dict[str, str]]:
    """Labels, and tags by key."""
    from envspec.language.environment_reference import label_problem

    labels, tags = [], {}
    for mark in marks:
        key, sign, value = mark.partition("=")
        if sign:
            if not key or not key.isprintable() or key != key.strip() or len(key) > 255:
                raise click.UsageError(f"`{key}` cannot be the key of a tag")
            tags[key] = value
            continue
        problem = label_problem(mark)
        if problem:
            raise click.UsageError(f"`{mark}` cannot be a label: {problem}")
        labels.append(mark)
    return labels, tags


def _refuse_credentials(texts: list[str]) -> None:
    """What is said of a version is shown to everybody who sees it."""
    from envspec.diagnostics.credentials import masked

    if any(masked(text) != text for text in texts):
        raise click.UsageError(
            "this looks like a password or token; tags and descriptions are shown to everybody"
        )


add_sharing(
    command,
    module="environments",
    reference=REFERENCE,
    number="VERSION",
    complete=registered(_references),
    find=found,
    pushes="Push a version to an OCI registry, with its lock and what is known of what was built of it.",
    pulls="Register a version that somebody pushed, when all of it is as it says. The newest without a version.",
)
