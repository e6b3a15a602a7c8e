"""What the name of a base image says: the Python in it, CUDA, and whether it brings packages of its own."""

from __future__ import annotations

from envspec.importing.asked import Asked
from envspec.importing.fields.dockerfile import DOCKERFILE
from envspec.importing.fields.row import reason_of
from envspec.importing.spec import Block, Text
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.image import parse_image
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python

_PYTHON = lazy_pattern(
    r"(?:.*/)?(?:(?:library/)?python:|uv:python|devcontainers/python:(?:\d+-|dev-)?|vscode/devcontainers/python:(?:\d+-)?"
    r"|cimg/python:|bitnami/python:)(?P<version>3\.\d+)(?![\d])"
)
_CUDA = lazy_pattern(r"(?:docker\.io/)?nvidia/cuda:(?P<version>\d+\.\d+)(?:\.\d+)?-")
_SYSTEMS = (
    ("ubuntu20.04", "3.8"), ("ubuntu22.04", "3.10"), ("ubuntu24.04", "3.12"), ("ubuntu:20.04", "3.8"),
    ("ubuntu:22.04", "3.10"), ("ubuntu:24.04", "3.12"), ("focal", "3.8"), ("jammy", "3.10"), ("noble", "3.12"),
    ("bullseye", "3.9"), ("bookworm", "3.11"), ("trixie", "3.13"), ("debian:11", "3.9"), ("debian:12", "3.11"),
    ("debian:13", "3.13"),
)  # fmt: skip
"""Releases and the `python3` that they have."""
_WITHOUT_PACKAGES = lazy_pattern(
    r"(?:docker\.io/|public\.ecr\.aws/docker/)?(?:library/)?(?:python|debian|ubuntu|buildpack-deps|centos|fedora|rockylinux|almalinux"
    r"|amazonlinux|busybox|nvidia/cuda|continuumio/miniconda3|condaforge/(?:miniforge3|mambaforge)|mambaorg/micromamba)(?::|@|\Z)"
    r"|ghcr\.io/astral-sh/uv[:@]|mcr\.microsoft\.com/(?:vscode/)?devcontainers/"
)
_MUSL = lazy_pattern(r"(?:.*/)?alpine(?::|\Z)|.*-alpine")


def add_base_image(asked: Asked, environment: Block, image: str, what: str, file: str, line: int) -> None:
    """`docker.image`, with the Python and CUDA that its name says; `what` is how the file has it."""
    report = asked.report
    if isinstance(problem := parse_image(image), PackageProblem):
        report.dropped(what, file, line, problem.message)
        return
    if image == "scratch":
        report.dropped(what, file, line, "an environment needs a system below it")
        return
    docker = environment.inner("docker")
    docker.add("image", Text(image))
    if _MUSL.match(image):
        report.changed(
            what, file, line, f"docker.image = {image}",
            "wheels and apt need the C library of Debian: take an image that ends in `-slim`",
        )  # fmt: skip
    elif _WITHOUT_PACKAGES.match(image):
        report.carried(what, file, line, "docker.image")
    else:
        report.changed(
            what, file, line, f"docker.image = {image}",
            reason_of(DOCKERFILE, "`FROM`", "the image has packages of its own"),
        )  # fmt: skip
    if cuda := _CUDA.match(image):
        docker.add("cuda", Text(cuda["version"]))
    if (found := _PYTHON.match(image)) and isinstance(parse_python(found["version"]), str):
        environment.add("python", Text(found["version"]))
        report.carried(f"python {found['version']}", file, line, "python")


def system_python(image: str) -> str:
    """The minor version of the `python3` that a release brings with apt, empty when that is not known."""
    return next((version for name, version in _SYSTEMS if name in image), "")
