"""`build --platform`: which platforms of the spec are built."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.actions.building import Wanted
from envspec.actions.loading import Loaded
from envspec.actions.locking import host_platform
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import table
from envspec.ir.types import Environment

ALL = "all"


def wanted_on(loaded: Loaded, environments: Sequence[Environment], platforms: Sequence[str]) -> list[Wanted]:
    """Each environment on each platform; on the one that its engine chooses when none is said. Raises `Failure` E1205
    for a platform that an environment is not for, or that the local engine is not."""
    if not platforms:
        return [Wanted(environment) for environment in environments]
    local = (loaded.options.engine or table.DEFAULT) == "local"
    wanted, problems = [], []
    for environment in environments:
        for platform in dict.fromkeys(environment.platforms if ALL in platforms else platforms):
            problem = _problem(environment, platform, local=local)
            if problem is not None:
                problems.append(problem)
            wanted.append(Wanted(environment, platform=platform))
    if problems:
        raise Failure(problems)
    return wanted


def _problem(environment: Environment, platform: str, *, local: bool) -> Diagnostic | None:
    here = host_platform()
    if local and platform != here:
        return Diagnostic(
            "E1205",
            f"the local engine builds for this machine, which is `{here}`, not for `{platform}`",
            pointer=f"/environments/{environment.id}",
            help="build an image with `--target docker`, or leave `--platform` away",
        )
    if not local and platform not in environment.platforms:
        named = ", ".join(f"`{one}`" for one in environment.platforms)
        return Diagnostic(
            "E1205",
            f"environment `{environment.id}` is not for `{platform}`",
            pointer=f"/environments/{environment.id}/docker/platforms",
            help=f"add it to `docker.platforms` and lock again, or choose of {named}",
        )
    return None
