"""What an image cannot have yet, or what only a lock makes possible: refused with a code, never ignored."""

from __future__ import annotations

from collections.abc import Sequence

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.machine import IMAGE_PLATFORMS
from envspec.packages.cuda_image import CUDA_VERSIONS, cuda_image


def check_environment(
    environment: Environment, locked: LockedEnvironment | None, platforms: Sequence[str]
) -> None:
    """Raise `Failure` with everything of `environment` that cannot be lowered."""
    found = [*_not_yet(environment), *cuda_problems(environment), *_platforms(environment, locked, platforms)]
    if locked is None:
        found += _needs_lock(environment)
    if found:
        raise Failure(found)


def _diagnostic(environment: Environment, code: str, pointer: str, message: str, help: str) -> Diagnostic:
    return Diagnostic(code, message, pointer=f"/environments/{environment.id}/{pointer}", help=help)


def _not_yet(environment: Environment) -> list[Diagnostic]:
    rows = (("spark", "spark", environment.spark is not None),)
    return [
        _diagnostic(
            environment,
            "E0702",
            pointer,
            f"an image cannot have `{attribute}` yet",
            "take it away, or write what it needs with `docker.image`, `apt` and `docker.run`",
        )
        for attribute, pointer, given in rows
        if given
    ]


def cuda_problems(environment: Environment) -> list[Diagnostic]:
    """With a base of its own, `cuda` says only what the solver may count on."""
    docker = environment.docker
    if not docker.cuda or docker.image or docker.dockerfile:
        return []
    if not cuda_image(docker.cuda):
        return [
            _diagnostic(
                environment,
                "E0710",
                "docker/cuda",
                f"no base image with CUDA `{docker.cuda}` is known",
                f"known are {', '.join(CUDA_VERSIONS)} and their releases; for another one name `docker.image` too",
            )
        ]
    if environment.managed and not environment.uses_conda:
        return [
            _diagnostic(
                environment,
                "E0711",
                "docker/cuda",
                "the base image with CUDA has no Python, and pip needs one",
                'let conda bring it: `conda = ["python"]`; or name a `docker.image` that has both',
            )
        ]
    return []


def _platforms(
    environment: Environment, locked: LockedEnvironment | None, platforms: Sequence[str]
) -> list[Diagnostic]:
    found = []
    for name in platforms:
        if name not in IMAGE_PLATFORMS and environment.managed:
            known = ", ".join(f"`{known}`" for known in IMAGE_PLATFORMS)
            found.append(
                _diagnostic(
                    environment,
                    "E0703",
                    "docker/platforms",
                    f"there is no pinned installer for `{name}`",
                    f"known are {known}; an image for another one can be used with `managed = false`",
                )
            )
        elif locked is not None and environment.managed and locked.platform(name) is None:
            found.append(
                _diagnostic(
                    environment,
                    "E0704",
                    "docker/platforms",
                    f"`{environment.id}` is not locked for `{name}`",
                    "run `envspec lock`",
                )
            )
    return found


def _needs_lock(environment: Environment) -> list[Diagnostic]:
    found = []
    for attribute, word, sources in (
        ("channels", "channel", environment.channels if environment.uses_conda else ()),
        ("indexes", "index", environment.indexes),
    ):
        found += [
            _diagnostic(
                environment,
                "E0706",
                f"{attribute}/{at}",
                f"the {word} `{source.name}` is for some packages only, which needs a lock",
                "run `envspec lock`, then compile again",
            )
            for at, source in enumerate(sources)
            if source.packages and source.url
        ]
    return found
