"""`envspec env list [NAME] | show REF | diff A B | history NAME | tag REF … | copy REF NAME | archive REF… | restore REF… |
push REF [PLACE] | pull PLACE`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.completing import registered
from envspec.cli.parameters import environment_name, output_options
from envspec.cli.sharing_commands import add_sharing
from envspec.cli.workspaces import format_option, not_there, path_option, workspace_of

if TYPE_CHECKING:
    from envspec.language.environment_reference import EnvironmentReference
    from envspec.workspace.database import Workspace
    from envspec.workspace.environments import EnvironmentVersion

_EMPTY = "none is registered here; building one does it (`envspec build`), and so does `envspec env pull`"
_REFERENCE = "NAME[:VERSION|@LABEL|@sha256:DIGEST]"
_SHOWN = 20
"""Versions of a history that nobody asked more of."""


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
    from envspec.cli.environment_text import listed_json, row_of, short_digests
    from envspec.cli.show import result_json, say, table

    with workspace_of(path) as workspace:
        everything = workspace.list_environments(name or None, archived=True)
        if name and not everything:
            not_there("registered environment", name, workspace.environment_names(), _EMPTY)
    shown = [version for version in everything if archived or not version.archived]
    if format_ == "json":
        result_json({"schema": 2, "environments": [listed_json(version) for version in shown]})
    elif shown:
        short = short_digests(everything)
        newest = _newest(everything)
        table(
            [row_of(version, short, newest.get(version.name) == version.number) for version in shown],
            ["ENVIRONMENT", "DIGEST", "LABELS", "REGISTERED", "DESCRIPTION"],
        )
    else:
        say("all of it is archived: `--all` shows it" if everything else _EMPTY)
    return 0


@command.command("show")
@click.argument("reference", metavar=_REFERENCE, shell_complete=registered(_references))
@format_option
@path_option
@output_options
def show(reference: str, format_: str, path: Path) -> int:
    """One version: its definition, what it was locked to, what used it. The newest when only a name is given."""
    from envspec.cli.environment_text import lines_of, use_lines, uses_json, whole_json
    from envspec.cli.show import one_line, result, result_json
    from envspec.workspace.environment_uses import Uses

    with workspace_of(path) as workspace:
        version = _found(workspace, reference)
        uses = workspace.environment_uses(version.name, [version.number]).get(version.number, Uses())
        gone = [
            (one, workspace.pruned_image(one.hash, one.engine)) for one in uses.images if not one.location
        ]
    built = [image for image in uses.images if image.location]
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "environment": whole_json(version),
                "built": [{"engine": i.engine, "hash": i.hash, "location": i.location} for i in built],
                "uses": uses_json(uses),
            }
        )
        return 0
    result(one_line(version.reference))
    for line in lines_of(version):
        result(f"  {line}")
    for image in built:
        result(one_line(f"  built      {image.engine}: {image.location}"))
    for image, tombstone in gone:
        why = f"pruned on {tombstone.day}" if tombstone is not None else "no longer here"
        result(one_line(f"  built      {image.engine}: {image.hash} ({why})"))
    for line in use_lines(Uses(uses.run_count, uses.runs, uses.deployments)):
        result(one_line(f"  used by    {line}"))
    return 0


@command.command("diff")
@click.argument("before", metavar=_REFERENCE, shell_complete=registered(_references))
@click.argument("after", metavar=_REFERENCE, shell_complete=registered(_references))
@format_option
@path_option
@output_options
def diff(before: str, after: str, format_: str, path: Path) -> int:
    """What two versions differ in: what they ask for, and below it what that was locked to."""
    from envspec.actions.registered import differences_of
    from envspec.cli.environment_text import changes_json
    from envspec.cli.plan_text import change_lines
    from envspec.cli.show import one_line, result, result_json

    with workspace_of(path) as workspace:
        old, new = _found(workspace, before), _found(workspace, after)
    changes = differences_of(old, new)
    if format_ == "json":
        result_json(
            {
                "schema": 1,
                "before": old.reference,
                "after": new.reference,
                "changes": changes_json(changes),
            }
        )
    elif changes:
        for line in change_lines(changes):
            result(line)
    else:
        result(one_line(f"{old.reference} and {new.reference} are the same"))
    return 0


@command.command("history")
@click.argument("name", shell_complete=registered(_names))
@click.option(
    "-n", "--last", type=click.IntRange(1), default=_SHOWN, show_default=True, help="How many versions."
)
@click.option("--all", "whole", is_flag=True, help="Every version.")
@format_option
@path_option
@output_options
def history(name: str, last: int, whole: bool, format_: str, path: Path) -> int:
    """The versions of a name, the newest first: when, what changed to the one before, what used it."""
    from envspec.actions.environment_history import history
    from envspec.cli.environment_text import entry_json, entry_lines, short_digests
    from envspec.cli.plan_text import change_lines
    from envspec.cli.show import result, result_json

    with workspace_of(path) as workspace:
        versions = workspace.list_environments(name, archived=True)
        if not versions:
            not_there("registered environment", name, workspace.environment_names(), _EMPTY)
        entries, older = history(workspace, versions, None if whole else last)
    if format_ == "json":
        result_json(
            {"schema": 1, "name": name, "older": older, "versions": [entry_json(one) for one in entries]}
        )
        return 0
    short, newest = short_digests(versions), _newest(versions).get(name)
    for entry in entries:
        version = entry.version
        for line in entry_lines(entry, short[version.version_hash], version.number == newest, change_lines):
            result(line)
    if older:
        result(f"{older} older: `--all` shows every version")
    return 0


@command.command("tag")
@click.argument("reference", metavar=_REFERENCE, shell_complete=registered(_references))
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
        version = _found(workspace, reference)
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
    "references", metavar=f"{_REFERENCE}...", nargs=-1, required=True, shell_complete=registered(_references)
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
    "references", metavar=f"{_REFERENCE}...", nargs=-1, required=True, shell_complete=registered(_references)
)
@format_option
@path_option
@output_options
def restore(references: tuple[str, ...], format_: str, path: Path) -> int:
    """Show versions, or whole names, that were archived."""
    return _hide(references, format_, path, hide=False)


@command.command("copy")
@click.argument("reference", metavar=_REFERENCE, shell_complete=registered(_references))
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
        version = _found(workspace, reference)
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
            if _parsed(text).name != text:
                version = _found(workspace, text)
                name, number = version.name, version.number
            elif not workspace.list_environments(text, archived=True):
                not_there("registered environment", text, workspace.environment_names(), _EMPTY)
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


def _newest(versions: list[EnvironmentVersion]) -> dict[str, int]:
    """By name the number that the name alone means."""
    return {version.name: version.number for version in reversed(versions) if not version.archived}


def _parsed(text: str) -> EnvironmentReference:
    from envspec.language.environment_reference import meant_reference, parse_reference

    reference = parse_reference(text)
    if reference is None:
        meant = meant_reference(text)
        raise click.UsageError(
            f"`{text}` is not {_REFERENCE}" + (f": did you mean `{meant}`?" if meant else "")
        )
    return reference


def _found(workspace: Workspace, text: str) -> EnvironmentVersion:
    """Raises `Failure` E1105 with why there is none."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.workspace.not_registered import NotRegistered

    found = workspace.find_environment(_parsed(text))
    if isinstance(found, NotRegistered):
        message = f"there is no registered environment `{text}`"
        raise Failure(Diagnostic("E1105", message, notes=(found.reason,), help=found.help))
    return found


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
    reference=_REFERENCE,
    number="VERSION",
    complete=registered(_references),
    find=_found,
    pushes="Push a version to an OCI registry, with its lock and what is known of what was built of it.",
    pulls="Register a version that somebody pushed, when all of it is as it says. The newest without a version.",
)
