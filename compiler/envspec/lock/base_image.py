"""Which image an environment is built on: as written, or by default. The lock holds its digest, the lowering writes
it after FROM, and both ask here."""

from __future__ import annotations

from envspec.ir.types import Environment
from envspec.packages.cuda_image import cuda_image

CONDA_BASE = "debian:bookworm-slim"


def base_image(environment: Environment, python: str) -> str:
    """The reference without a digest that is not written. `python` is a version or a minor; without one there is no
    default for pip alone. Empty too with a Dockerfile of one's own, and for a CUDA that no image is known for."""
    docker = environment.docker
    if docker.dockerfile:
        return ""
    if docker.image:
        return docker.image
    if docker.cuda:
        return cuda_image(docker.cuda)
    if environment.uses_conda:
        return CONDA_BASE
    return f"python:{'.'.join(python.split('.')[:2])}-slim" if python else ""
