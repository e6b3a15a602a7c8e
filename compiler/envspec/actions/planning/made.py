"""What was built before, and why it is not what is wanted now: the same words for `build`, `up` and `plan`.

In come the request that an engine would get and the versions that the workspace has; out comes `Why`: clauses, and
the changes behind them. Nothing is asked but the workspace, the lock inside it and the engine's own record of what
it made (`Engine.preimage`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from envspec.actions.registered import locked_of
from envspec.diagnostics import Failure
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.interface import BuildRequest, Engine, Say
from envspec.frozen import Frozen, frozen
from envspec.ir.codec import environment_from_definition
from envspec.ir.identity import definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.difference import IMAGE, PYTHON, Change, Made, differences, preimage_value
from envspec.lower.identity import image_layer, python_layer
from envspec.workspace.database import Workspace
from envspec.workspace.environments import EnvironmentVersion
from envspec.workspace.images import Image

_VERSIONS = 20
"""So many versions are looked at, the newest first; before those an image counts only by its own label."""

_SHOWN = 6
"""So many changes are told in one line."""


@frozen
class Why(Frozen):
    """The fields are as in `planning.step.Step`."""

    reasons: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    again: bool = False
    since: str = ""


def layer_of(
    request_engine: str,
    environment: Environment,
    locked: LockedEnvironment | None,
    platform: str,
    files: RootFiles,
) -> tuple[bytes, str, str]:
    """Preimage and hash of what the engine makes, and the hash of the python layer in it."""
    entry = locked.platform(platform) if locked is not None else None
    preimage, python_hash = python_layer(environment, entry)
    if request_engine == "local":
        return preimage, python_hash, python_hash
    return *image_layer(environment, locked, platform, files), python_hash


def why_built(
    workspace: Workspace, engine: Engine, name: str, request: BuildRequest, locked: LockedEnvironment | None
) -> Why:
    """Why what the request makes is not there. `name` is what its versions are registered under."""
    wanted = request.python_hash if engine.name == "local" else request.image_hash
    if workspace.image(wanted, engine.name) is not None:
        return Why(("what was built is gone",), again=True)
    versions = workspace.environments(name)
    images = [image for image in workspace.images() if image.engine == engine.name]
    now = _made(request.environment, request, locked)
    for version in versions[:_VERSIONS]:
        before, found = _built_version(version, request, engine.name, images)
        if found is not None:
            earlier = _with_preimage(before, engine, found.location)
            return _why(differences(earlier, now), f"{name}:{version.number}", engine.name)
    for image in images:
        if image.environment == request.environment.id:
            earlier = _with_preimage(Made(), engine, image.location)
            return _why(differences(earlier, now), "the last time", engine.name)
    on = "" if engine.name == "local" or not versions else f" on {engine.name}"
    return Why((f"it has not been built{on} yet",))


def _why(changes: Iterable[Change], since: str, engine: str) -> Why:
    touched = (PYTHON,) if engine == "local" else (PYTHON, IMAGE)
    found = tuple(change for change in changes if change.layer in touched)
    if not found:
        return Why((f"this envspec makes it in another way than {since}",), again=True)
    return Why((f"{told(found)} since {since}",), found, again=True, since=since)


def told(changes: Iterable[Change]) -> str:
    """The changes in one line."""
    clauses = [change.words for change in changes]
    more = len(clauses) - _SHOWN
    return ", ".join(clauses[:_SHOWN]) + (f" and {more} more change{'s' * (more > 1)}" if more > 0 else "")


def layers_of(why: Why, engine: str) -> dict[str, str]:
    """Which layers are kept and which are made, as far as it follows from the changes."""
    if engine == "local":
        return {PYTHON: "made"}
    kept = why.changes and all(change.layer != PYTHON for change in why.changes)
    return {PYTHON: "kept" if kept else "made", IMAGE: "made"}


def _made(environment: Environment, request: BuildRequest, locked: LockedEnvironment | None) -> Made:
    """`request.preimage` is that of the layer its engine makes."""
    entry = locked.platform(request.platform) if locked is not None else None
    value = preimage_value(request.preimage)
    python = preimage_value(python_layer(environment, entry)[0])
    return Made(definition(environment), python, value if request.image_hash else None)


def _built_version(
    version: EnvironmentVersion, request: BuildRequest, engine: str, images: list[Image]
) -> tuple[Made, Image | None]:
    """What a version is made of by today's recipes, and what was built of that on the engine."""
    try:
        value = json.loads(version.definition)
        environment = environment_from_definition(request.environment.id, request.environment.name, value)
        locked = locked_of(version)
        files = RootFiles(request.root)
        preimage, digest, _ = layer_of(engine, environment, locked, request.platform, files)
        entry = locked.platform(request.platform) if locked is not None else None
        python = preimage_value(python_layer(environment, entry)[0])
    except (Failure, ValueError, KeyError, TypeError, OSError):
        return Made(), None
    found = next((image for image in images if image.hash == digest), None)
    return Made(value, python, None if engine == "local" else preimage_value(preimage)), found


def _with_preimage(made: Made, engine: Engine, location: str) -> Made:
    """The same, with what the engine itself knows of what it made."""
    value = preimage_value(engine.preimage(location))
    if value is None:
        return made
    if engine.name == "local":
        return Made(made.definition, value, None)
    return Made(made.definition, made.python, value)


def say_why(
    root: Path,
    say: Say,
    engine: Engine,
    name: str,
    request: BuildRequest,
    locked: LockedEnvironment | None,
) -> None:
    """Says before a build why there is one; nothing when what it makes is there."""
    holds = getattr(engine, "holds", None)  # an engine of another package may be older than the question
    if holds is None or holds(request) is not False:
        return
    with (
        suppress(Failure),
        Workspace.look(root) as workspace,
    ):  # what is wrong with it is said when it is written
        why = why_built(workspace, engine, name, request, locked)
        say(f"environment {request.environment.title}: {', '.join(why.reasons)}")
