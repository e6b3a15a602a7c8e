"""Which image an environment is built on, and which Python.

What always holds: the same environment and lock give the same answer; a locked digest is part of the
reference; a reference is checked again here, because FROM takes no quotes.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import Environment
from envspec.lock.base_image import base_image as written_or_default
from envspec.lock.model import LockedEnvironment
from envspec.lower.limits import cuda_problems
from envspec.packages.image import parse_image
from envspec.packages.python_version import lowest_minor

DEFAULT_PYTHON = "3.11"
"""The minor of an environment that says nothing about Python and is not locked."""

BUILDER = "python:3.11-slim"
"""Where installers live when the environment's own base has none. Nothing of it stays in the image."""


def python_minor(environment: Environment, locked: LockedEnvironment | None) -> str:
    """The locked minor, else the lowest that `python` allows, else `DEFAULT_PYTHON`."""
    if locked is not None and locked.platforms and locked.platforms[0].python:
        return ".".join(locked.platforms[0].python.split(".")[:2])
    if environment.python:
        return lowest_minor(environment.python)
    return DEFAULT_PYTHON


def base_image(environment: Environment, locked: LockedEnvironment | None) -> str:
    """The reference as written or by default, without the locked digest; empty with a Dockerfile of one's own."""
    return written_or_default(environment, python_minor(environment, locked))


def pinned_base(environment: Environment, locked: LockedEnvironment | None) -> str:
    """The reference FROM gets: with `@sha256:…` when the lock has the digest of this very image."""
    image = base_image(environment, locked)
    if locked is not None and locked.digest and "@" not in image and locked.image in ("", image):
        image = f"{image}@{locked.digest}"
    if not image and environment.docker.cuda:
        raise Failure(cuda_problems(environment))
    if not isinstance(parse_image(image), str):
        raise Failure(
            Diagnostic(
                "E0701",
                f"`{image!a}` is not an image reference",
                help="write `host/path:tag`, such as `debian:bookworm-slim`",
                pointer=f"/environments/{environment.id}/docker/image",
            )
        )
    return image
