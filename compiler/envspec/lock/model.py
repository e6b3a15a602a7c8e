"""What `envspec.lock` says, as frozen values. Reading and writing the file is `lock.text`.

No download address is kept where the ecosystem's default gives it: a conda package is a channel, a
subdir and a file name; a PyPI file is a name and a digest, found again through the index. Everything has
a sha256.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import Frozen, field, frozen


@frozen
class LockedConda(Frozen):
    """One conda package. `channel` is the channel's name or URL as the spec wrote it (credentials never);
    `depends` is kept so that the installer can order and check; so is what it needs to know to link the
    package: `noarch` (`python`, `generic` or empty) and `site_packages` (the folder inside the prefix, where
    a Python package says it)."""

    name: str
    version: str
    build: str
    channel: str
    subdir: str
    filename: str
    sha256: str
    size: int = 0
    depends: tuple[str, ...] = ()
    build_number: int = 0
    noarch: str = ""
    site_packages: str = ""


@frozen
class LockedFile(Frozen):
    """A wheel (or, when asked for, a source distribution) of a PyPI package that fits the platform.
    `url` is set only for a direct reference; `size` is in bytes, 0 where the index does not tell."""

    filename: str
    sha256: str
    url: str = ""
    size: int = 0


@frozen
class LockedPip(Frozen):
    """One PyPI package: the files, in order of name, whose hashes are allowed. `index` is the id of the
    spec's `index` block it came from, empty for the default one."""

    name: str
    version: str
    files: tuple[LockedFile, ...]
    index: str = ""


@frozen
class LockedPath(Frozen):
    """A wheel, project folder or editable of the spec: `path` root-relative, `sha256` of the wheel's bytes
    or of the tree (paths, modes, content); for a live editable, of the path and metadata."""

    path: str
    kind: str
    name: str
    sha256: str


@frozen
class LockedPlatform(Frozen):
    """One environment on one platform (`linux/amd64`). `python` is the exact version where conda provides
    it (`3.11.9`), else the minor (`3.11`)."""

    platform: str
    python: str
    conda: tuple[LockedConda, ...] = ()
    pip: tuple[LockedPip, ...] = ()
    paths: tuple[LockedPath, ...] = ()


@frozen
class LockedEnvironment(Frozen):
    """`definition` is the environment's definition hash when it was locked (`sha256:…`): when it moved, the
    lock is stale. `image` is the base image as written; `digest` is the manifest digest
    (`sha256:…`) where one could be had, else empty."""

    id: str
    definition: str
    platforms: tuple[LockedPlatform, ...]
    image: str = ""
    digest: str = ""

    def platform(self, name: str) -> LockedPlatform | None:
        return next((p for p in self.platforms if p.platform == name), None)


@frozen
class LockedRegistered(Frozen):
    """A registered environment a spec refers to: its version hash and the definition's canonical JSON."""

    reference: str
    digest: str
    definition: str


@frozen
class Lock(Frozen):
    environments: Mapping[str, LockedEnvironment] = field(default_factory=dict)
    registered: Mapping[str, LockedRegistered] = field(default_factory=dict)
    version: int = 1
