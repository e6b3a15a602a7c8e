"""Registered environments (`environment = "sklearn:3"`): taken from the workspace once, from the lock after.

The lock keeps what the workspace said: the version's digest, its definition and the packages it was locked
to. So a colleague's checkout builds the same without knowing the workspace it was registered in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.ir.codec import environment_from_definition
from envspec.ir.identity import definition_hash
from envspec.ir.types import Deployment, Environment, Project, RegisteredEnvironment, Run
from envspec.language.environment_reference import parse_reference
from envspec.lock.model import (
    Lock,
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
    LockedRegistered,
)
from envspec.lock.stale import registered_references
from envspec.resolve.suggest import did_you_mean

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded
    from envspec.lower.difference import Change
    from envspec.lower.version_difference import Version
    from envspec.workspace.database import Workspace
    from envspec.workspace.environments import EnvironmentVersion
    from envspec.workspace.not_registered import NotRegistered


def from_workspace(loaded: Loaded, reference: str) -> tuple[LockedRegistered, LockedEnvironment]:
    """What the workspace of this root knows of a reference. Raises `Failure` E0621 when it knows nothing."""
    from envspec.workspace.database import Workspace

    workspace = Workspace.read(loaded.root)
    if workspace is None:
        raise Failure(_unknown(loaded, reference, None))
    with workspace:
        found = registered_version(loaded, workspace, reference)
    if found.archived:
        loaded.options.say(f"`{reference}` is {found.reference}, which is archived since {found.archived}")
    return from_version(reference, found)


def registered_version(loaded: Loaded, workspace: Workspace, reference: str) -> EnvironmentVersion:
    """The version that a spec means. Raises `Failure` E0621."""
    from envspec.workspace.not_registered import NotRegistered

    parts = parse_reference(reference)
    assert parts is not None, "a document has no other references"
    found = workspace.find_environment(parts)
    if isinstance(found, NotRegistered):
        raise Failure(_unknown(loaded, reference, found))
    return found


def _unknown(loaded: Loaded, reference: str, why: NotRegistered | None) -> Diagnostic:
    help = (
        why.help
        if why is not None
        else "building an environment registers it, and so does `envspec env pull`"
    )
    # A block may have been meant; of one that is called just so, quotes are an error of their own.
    meant = did_you_mean(reference, loaded.written.environments) if reference.isidentifier() else ""
    if meant:
        help = f"{meant.rstrip('?')}, the environment of this file? It is written without quotes"
    return Diagnostic(
        "E0621",
        f"`{reference}` is not a registered environment here",
        pointer=registered_references(loaded.written).get(reference, ""),
        notes=(why.reason,) if why is not None else (),
        help=help or "see `envspec env list`",
    )


def from_version(reference: str, found: EnvironmentVersion) -> tuple[LockedRegistered, LockedEnvironment]:
    """What a lock keeps of a registered version."""
    registered = LockedRegistered(reference, found.version_hash, found.definition)
    environment = _environment(registered)
    entry = locked_of(found) or LockedEnvironment("", "", ())
    return registered, replace(entry, id=environment.id, definition=definition_hash(environment))


def with_registered(loaded: Loaded, lock: Lock) -> Loaded:
    """The project with each registered environment among its environments, as the lock has it.

    Raises `Failure` E0621 for one that the lock does not have.
    """
    references = registered_references(loaded.project)
    if not references:
        return loaded
    missing = {r: pointer for r, pointer in references.items() if r not in lock.registered}
    if missing:
        raise Failure(
            Diagnostic(
                "E0621", f"`{reference}` is not in the lock", pointer=pointer, help="run `envspec lock`"
            )
            for reference, pointer in missing.items()
        )
    made = [_environment(lock.registered[reference]) for reference in references]
    return loaded.with_environments(_substituted(loaded.project, {e.id: e for e in made}))


def _substituted(project: Project, made: dict[str, Environment]) -> Project:
    def run(one: Run) -> Run:
        used = one.environment
        return replace(one, environment=used.id) if isinstance(used, RegisteredEnvironment) else one

    def deployment(one: Deployment) -> Deployment:
        used = one.environment
        return replace(one, environment=used.id) if isinstance(used, RegisteredEnvironment) else one

    return replace(
        project,
        environments={**project.environments, **made},
        runs={key: run(one) for key, one in project.runs.items()},
        deployments={key: deployment(one) for key, one in project.deployments.items()},
    )


def _environment(registered: LockedRegistered) -> Environment:
    parts = parse_reference(registered.reference)
    name = parts.name if parts is not None else registered.reference
    key = RegisteredEnvironment(registered.reference).id
    try:
        return environment_from_definition(key, name, json.loads(registered.definition))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(
            Diagnostic(
                "E0601",
                f"the definition of `{registered.reference}` cannot be read",
                notes=(f"{type(error).__name__}: {error}",),
                help="run `envspec lock` where it is registered",
            )
        ) from error


def locked_of(found: EnvironmentVersion) -> LockedEnvironment | None:
    """What a version was locked to; None for one that a user manages."""
    return lock_entry(json.loads(found.lock)) if found.lock else None


def differences_of(before: EnvironmentVersion, after: EnvironmentVersion) -> tuple[Change, ...]:
    """What two versions differ in."""
    from envspec.lower.version_difference import version_differences

    return version_differences(as_value(before), as_value(after))


def as_value(version: EnvironmentVersion) -> Version:
    """What `version_differences` compares."""
    definition = json.loads(version.definition)
    environment = environment_from_definition(version.name, version.name, definition)
    return environment, definition, locked_of(version)


def lock_entry(value: dict[str, Any]) -> LockedEnvironment:
    """A `LockedEnvironment` from the JSON that the workspace keeps of it."""
    return LockedEnvironment(
        value["id"],
        value["definition"],
        tuple(_platform(one) for one in value["platforms"]),
        value["image"],
        value["digest"],
    )


def _platform(value: dict[str, Any]) -> LockedPlatform:
    return LockedPlatform(
        value["platform"],
        value["python"],
        tuple(LockedConda(**{**one, "depends": tuple(one["depends"])}) for one in value["conda"]),
        tuple(
            LockedPip(
                one["name"],
                one["version"],
                tuple(LockedFile(**file) for file in one["files"]),
                one["index"],
            )
            for one in value["pip"]
        ),
        tuple(LockedPath(**one) for one in value["paths"]),
    )
