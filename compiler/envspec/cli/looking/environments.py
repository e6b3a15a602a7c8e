"""`envspec env list | show | diff | history`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.cli.looking.opening import not_there, opened

if TYPE_CHECKING:
    from envspec.language.environment_reference import EnvironmentReference
    from envspec.workspace.database import Workspace
    from envspec.workspace.environments import EnvironmentVersion

EMPTY = "none is registered here; building one does it (`envspec build`), and so does `envspec env pull`"
REFERENCE = "NAME[:VERSION|@LABEL|@sha256:DIGEST]"
SHOWN = 20
"""Versions of a history that nobody asked more of."""


def list_environments(
    name: str = "", *, archived: bool = False, format: str = "text", path: Path = Path()
) -> int:
    """Shows every version (`archived`: those too), by name, the newest first; gives the exit status."""
    from envspec.cli.environment_text import listed_json, row_of, short_digests
    from envspec.cli.show import result_json, say, table

    with opened(path) as workspace:
        everything = workspace.list_environments(name or None, archived=True)
        if name and not everything:
            not_there("registered environment", name, workspace.environment_names(), EMPTY)
    shown = [version for version in everything if archived or not version.archived]
    if format == "json":
        result_json({"schema": 2, "environments": [listed_json(version) for version in shown]})
    elif shown:
        short = short_digests(everything)
        newest = _newest(everything)
        table(
            [row_of(version, short, newest.get(version.name) == version.number) for version in shown],
            ["ENVIRONMENT", "DIGEST", "LABELS", "REGISTERED", "DESCRIPTION"],
        )
    else:
        say("all of it is archived: `--all` shows it" if everything else EMPTY)
    return 0


def show(reference: str, *, format: str = "text", path: Path = Path()) -> int:
    """Shows one version: its definition, what it was locked to, what used it; gives the exit status."""
    from envspec.cli.environment_text import lines_of, use_lines, uses_json, whole_json
    from envspec.cli.show import one_line, result, result_json
    from envspec.workspace.environment_uses import Uses

    with opened(path) as workspace:
        version = found(workspace, reference)
        uses = workspace.environment_uses(version.name, [version.number]).get(version.number, Uses())
        gone = [
            (one, workspace.pruned_image(one.hash, one.engine)) for one in uses.images if not one.location
        ]
    built = [image for image in uses.images if image.location]
    if format == "json":
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


def diff(before: str, after: str, *, format: str = "text", path: Path = Path()) -> int:
    """Shows what two versions differ in; gives the exit status."""
    from envspec.actions.registered import differences_of
    from envspec.cli.change_text import change_lines
    from envspec.cli.environment_text import changes_json
    from envspec.cli.show import one_line, result, result_json

    with opened(path) as workspace:
        old, new = found(workspace, before), found(workspace, after)
    changes = differences_of(old, new)
    if format == "json":
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


def history(
    name: str, *, last: int = SHOWN, whole: bool = False, format: str = "text", path: Path = Path()
) -> int:
    """Shows the `last` versions (`whole`: all) of a name, the newest first; gives the exit status."""
    from envspec.actions.environment_history import history
    from envspec.cli.change_text import change_lines
    from envspec.cli.environment_text import entry_json, entry_lines, short_digests
    from envspec.cli.show import result, result_json

    with opened(path) as workspace:
        versions = workspace.list_environments(name, archived=True)
        if not versions:
            not_there("registered environment", name, workspace.environment_names(), EMPTY)
        entries, older = history(workspace, versions, None if whole else last)
    if format == "json":
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


def _newest(versions: list[EnvironmentVersion]) -> dict[str, int]:
    """By name the number that the name alone means."""
    return {version.name: version.number for version in reversed(versions) if not version.archived}


def parsed(text: str) -> EnvironmentReference:
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.language.environment_reference import digest_problem, meant_reference, parse_reference

    reference = parse_reference(text)
    if reference is None:
        if problem := digest_problem(text):
            help = "`envspec env list` shows the digests"
            raise Failure(Diagnostic("E1105", f"`{text}` is no version: {problem}", help=help))
        meant = meant_reference(text)
        raise Failure(
            Diagnostic(
                "E1105", f"`{text}` is not {REFERENCE}", help=f"did you mean `{meant}`?" if meant else ""
            )
        )
    return reference


def found(workspace: Workspace, text: str) -> EnvironmentVersion:
    """Raises `Failure` E1105 with why there is none."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.workspace.not_registered import NotRegistered

    found = workspace.find_environment(parsed(text))
    if isinstance(found, NotRegistered):
        raise Failure(Diagnostic("E1105", found.reason, help=found.help))
    return found
