"""What one environment is made of on one platform, as the lock says: the ground of the SBOM and of provenance.

In come the environment and its lock; out comes a list of `Material` in a fixed order: base image, interpreter,
conda, pip, local paths, system packages. What always holds: nothing is looked up anywhere, so what the lock does
not know is empty and never guessed; no credential and no path of this machine is in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from envspec.frozen import Frozen, field, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedFile, LockedPath, LockedPip, LockedPlatform
from envspec.lower.base_image import base_image
from envspec.packages.pip import normalized_name
from envspec.supply_chain import purl


@frozen
class Material(Frozen):
    """`reference` is unique among the materials of an environment. `files` are those that the lock allows, each
    with its sha256: of several wheels of a version the installer takes the one that fits best. `needs` are the
    references of what it depends on, None where the lock does not know. `direct`: the spec itself asks for it."""

    reference: str
    kind: str
    name: str
    version: str = ""
    purl: str = ""
    files: tuple[LockedFile, ...] = ()
    digest: str = ""
    needs: tuple[str, ...] | None = None
    direct: bool = field(default=True)


def materials(
    environment: Environment, locked: LockedEnvironment, platform: str, *, image: bool
) -> list[Material]:
    """`image` says whether it is an image, with a base and system packages, or an environment on a machine."""
    found = locked.platform(platform) or LockedPlatform(platform, "")
    made: list[Material] = []
    if image and not environment.docker.dockerfile:
        made.append(_base(environment, locked))
    if not found.conda and found.python:
        made.append(Material("interpreter:python", "interpreter", "python", found.python))
    made += _conda(environment, found)
    made += [_pip(environment, package) for package in found.pip]
    made += [_path(path) for path in found.paths]
    if image:
        made += [
            Material(f"apt:{name}", "apt", name.partition("=")[0]) for name in sorted(set(environment.apt))
        ]
    return made


def _base(environment: Environment, locked: LockedEnvironment) -> Material:
    image = base_image(environment, locked)
    digest = image.partition("@")[2] or (locked.digest if locked.image in ("", image) else "")
    address = purl.oci(image, digest)
    return Material(address, "image", image.partition("@")[0], digest, address, digest=digest)


def _conda(environment: Environment, found: LockedPlatform) -> Iterable[Material]:
    asked = {package.name for package in environment.conda}
    references = {package.name: purl.conda(package) for package in found.conda}
    for package in found.conda:
        needed = {depend.split(" ")[0] for depend in package.depends}
        address = references[package.name]
        yield Material(
            address,
            "conda",
            package.name,
            package.version,
            address,
            (LockedFile(package.filename, package.sha256),),
            needs=tuple(sorted(references[name] for name in needed if name in references)),
            direct=package.name in asked or package.name == "python",
        )


def _pip(environment: Environment, package: LockedPip) -> Material:
    asked = {normalized_name(entry.name) for entry in environment.pip if entry.kind == "requirement"}
    index = next((source.url for source in environment.indexes if source.name == package.index), "")
    address = purl.pypi(package.name, package.version, repository=index)
    return Material(
        address, "pip", package.name, package.version, address, package.files,
        direct=normalized_name(package.name) in asked,
    )  # fmt: skip


def _path(path: LockedPath) -> Material:
    """`sha256` of a wheel is that of a file; of a project it is that of its tree, which no file has."""
    wheel = path.kind == "wheel"
    filename = path.path.rpartition("/")[2]
    version = filename.split("-")[1] if wheel and filename.count("-") >= 4 else ""
    digest = path.sha256.removeprefix("sha256:")
    name = path.name or filename
    address = purl.local(name, version, digest) if wheel else purl.local(name, version, "").partition("?")[0]
    files = (LockedFile(filename, digest),) if wheel else ()
    return Material(f"path:{path.path}", path.kind, name, version, address, files, digest=digest)
