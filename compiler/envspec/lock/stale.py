"""Which entries of a lock no longer are what the spec asks for, and why, in words.

A project and a lock come in; nothing is solved and no network is used, only local packages are hashed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from envspec.ir.types import Environment, Project, RegisteredEnvironment
from envspec.lock.local_paths import path_digest
from envspec.lock.model import Lock, LockedEnvironment

DefinitionHash = Callable[[Environment], str]
"""`ir.identity.definition_hash`."""


def stale_entries(
    project: Project,
    lock: Lock | None,
    definition_hash: DefinitionHash,
    *,
    root: Path,
    platforms_extra: Collection[str] = (),
) -> tuple[tuple[str, str], ...]:
    """(id, reason) of each environment that is not locked as it should be, in order of id; then what is
    locked and gone from the spec, and registered environments that are missing."""
    lock = lock or Lock()
    found: list[tuple[str, str]] = []
    for name, environment in sorted(project.environments.items()):
        reason = stale_reason(
            environment,
            lock.environments.get(name),
            definition_hash,
            root=root,
            platforms_extra=platforms_extra,
        )
        if reason:
            found.append((name, reason))
    wanted = registered_references(project)
    registered = {RegisteredEnvironment(reference).id for reference in wanted}
    found += [
        (name, "it is locked, and no longer in the spec")
        for name in sorted(lock.environments)
        if name not in project.environments and name not in registered
    ]
    found += [
        (name, "it is registered, and not in the lock") for name in wanted if name not in lock.registered
    ]
    return tuple(found)


def stale_reason(
    environment: Environment,
    locked: LockedEnvironment | None,
    definition_hash: DefinitionHash,
    *,
    root: Path,
    platforms_extra: Collection[str] = (),
) -> str:
    """Empty when the entry can be used as it is."""
    if locked is None:
        return "it is not locked yet"
    if not locked.definition:
        return "two branches changed it, and were merged"
    if locked.definition != definition_hash(environment):
        return "its definition changed since it was locked"
    if not environment.managed:
        return ""
    for platform in wanted_platforms(environment, platforms_extra):
        if locked.platform(platform) is None:
            return f"it is not locked for {platform}"
    for platform_lock in locked.platforms:
        for path in platform_lock.paths:
            if path_digest(root, path.path, path.kind) != path.sha256:
                return f"`{path.path}` changed since it was locked"
    return ""


def wanted_platforms(environment: Environment, platforms_extra: Collection[str]) -> list[str]:
    """The environment's platforms in its order, those of images first, then what this machine needs besides."""
    return list(
        dict.fromkeys([*environment.platforms, *environment.lock_platforms, *sorted(platforms_extra)])
    )


def registered_references(project: Project) -> dict[str, str]:
    """Each registered environment that a run or deployment uses, with the JSON pointer of the first use."""
    found: dict[str, str] = {}
    uses = [(f"/runs/{name}/environment", run.environment) for name, run in sorted(project.runs.items())]
    uses += [
        (f"/deployments/{name}/environment", deployment.environment)
        for name, deployment in sorted(project.deployments.items())
    ]
    for pointer, environment in uses:
        if isinstance(environment, RegisteredEnvironment):
            found.setdefault(environment.reference, pointer)
    return found
