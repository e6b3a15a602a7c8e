"""`build --verify`: what is built, built once more without a cache, and compared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from envspec.actions.building import Version, Wanted, builds_at_once, engine_at, request_for, titles
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock
from envspec.actions.side_by_side import Task, side_by_side
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.content import Verified
from envspec.engines.interface import BuildRequest, Built, Say
from envspec.engines.secrets import secret_reader
from envspec.engines.stopping import Stop
from envspec.frozen import replace

_SHOWN = 20


def verify_all(loaded: Loaded, versions: Sequence[Version]) -> list[Verified]:
    """What was proved of each. Raises `Failure` E0932 with what differs, or why the second build failed."""
    wanted = [Wanted(v.environment, v.built.engine, platform=v.platform) for v in versions]
    lock = ensure_lock(loaded, tuple(dict.fromkeys(v.environment.id for v in versions)))
    secrets = secret_reader(loaded.project.secrets, loaded.root)
    requests = [
        request_for(
            loaded,
            v.environment,
            lock.environments.get(v.environment.id),
            v.built.engine,
            secrets,
            v.platform,
        )
        for v in versions
    ]
    found: dict[int, Verified] = {}
    tasks = [
        Task(title, partial(_verify, loaded, request, version.built))
        for title, request, version in zip(titles(wanted), requests, versions, strict=True)
    ]
    side_by_side(tasks, builds_at_once(loaded, len(tasks)), loaded.options.make_progress(), found.__setitem__)
    differing = [
        _finding(version, found[number])
        for number, version in enumerate(versions)
        if found[number].differences
    ]
    if differing:
        raise Failure(differing)
    return [found[number] for number in range(len(versions))]


def _verify(loaded: Loaded, request: BuildRequest, built: Built, say: Say, stop: Stop) -> Verified:
    engine = engine_at(loaded.root, built.engine, loaded.options)
    if not hasattr(engine, "verify"):
        raise Failure(
            Diagnostic(
                "E1205",
                f"the engine `{built.engine}` cannot verify what it builds",
                help="leave `--verify` away",
            )
        )
    say("building it again, without a cache, to compare")
    return engine.verify(replace(request, say=say, stop=stop, fresh=True), built)


def _finding(version: Version, verified: Verified) -> Diagnostic:
    lines = verified.differences
    more = [f"… and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return Diagnostic(
        "E0932",
        f"two builds of environment `{version.environment.id}` are not the same",
        pointer=f"/environments/{version.environment.id}",
        notes=(f"not compared: {verified.not_compared}",) if verified.not_compared else (),
        log="\n".join([*lines[:_SHOWN], *more]),
        help="look in `docker.run` scripts and in packages that are built from source for what writes times, random "
        "numbers, or what it finds on the network",
    )
