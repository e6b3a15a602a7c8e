"""What a kind of export gets and gives."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence

from envspec.exporting.words import Word
from envspec.frozen import Frozen, field, frozen
from envspec.ir.types import Deployment, Environment, OutputOf, Project, Run, Scalar
from envspec.lock.model import LockedEnvironment, LockedPath, LockedPlatform


@frozen
class ExportRequest(Frozen):
    """`platforms` are those of the lock that are asked for, one where the kind takes one only. `source` is the spec's
    root-relative name, `root` the project root as the file's folder sees it (`.`, `..`, `../..`). `addresses` has the
    URL of PyPI files and `md5` the digest of conda packages, both by sha256, for the kinds that need them."""

    environment: Environment
    locked: LockedEnvironment
    platforms: tuple[LockedPlatform, ...]
    source: str
    root: str = "."
    addresses: Mapping[str, str] = field(default_factory=dict)
    md5: Mapping[str, str] = field(default_factory=dict)

    @property
    def platform(self) -> LockedPlatform:
        """The one platform."""
        (platform,) = self.platforms
        return platform


@frozen
class ParamUse(Frozen):
    """A run as it is written with params: `values` of those that its command or variables use, by name, and both with
    `ParamRef` in the place of these values."""

    values: Mapping[str, Scalar]
    command: tuple[Word, ...]
    variables: Mapping[str, Word]


@frozen
class SpecRequest(Frozen):
    """What is asked for of a spec, with the environments that it needs. `source` is the spec's root-relative name, `root`
    the project root as the folder of what is written sees it, `folder` that folder as the root sees it (empty for one
    outside of it), `below` the project root inside its repository (empty where it is one). `folders` are the inputs and
    models that are folders and no files. `params` has the runs that use params, by id, and `constraints` the
    root-relative files of constraints of each environment, for the kinds that ask for these."""

    project: Project
    source: str
    root: str = "."
    folder: str = "."
    below: str = ""
    folders: frozenset[str] = frozenset()
    environments: tuple[Environment, ...] = ()
    runs: tuple[Run, ...] = ()
    deployments: tuple[Deployment, ...] = ()
    params: Mapping[str, ParamUse] = field(default_factory=dict)
    constraints: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def environment(self) -> Environment:
        """The one environment."""
        (environment,) = self.environments
        return environment

    @property
    def deployment(self) -> Deployment:
        """The one deployment."""
        (deployment,) = self.deployments
        return deployment

    def environment_of(self, block: Run | Deployment) -> Environment | None:
        """None for a registered environment, of which a spec knows only the name."""
        return self.project.environments[block.environment] if isinstance(block.environment, str) else None

    def path_of(self, output: OutputOf) -> str:
        """Where a run leaves an output, in its working directory; of a run that waits for a param only the name is known."""
        run = self.project.runs.get(output.run)
        return run.outputs[output.output] if run is not None else output.output

    def place(self, path: str) -> str:
        """A root-relative path, from the folder of what is written: `./…` or `../…`."""
        if path.startswith("/"):
            return path
        if self.folder and not path.startswith(".."):
            whole = posixpath.relpath(f"/{path}", f"/{self.folder}")
        else:
            whole = posixpath.normpath(f"{self.root}/{path}")
        return whole if whole.startswith("..") else "." if whole == "." else f"./{whole}"


@frozen
class Export(Frozen):
    """`text` for a kind of one file, `files` for one that fills a folder, by their paths in it. `losses` are sentences
    about what the form has no place for. `nothing`: there was nothing that the form is made of."""

    text: str = ""
    losses: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    nothing: bool = False


def beside(request: ExportRequest, path: LockedPath) -> str:
    """A local package, from the folder of the file."""
    return f"{request.root}/{path.path}" if request.root != "." else f"./{path.path}"


def conda_loss(platforms: Sequence[LockedPlatform], form: str) -> list[str]:
    """What is said of conda packages by a form for PyPI."""
    count = len({package.name for platform in platforms for package in platform.conda})
    return [f"{count} conda package{'s' * (count != 1)}: {form} knows only PyPI"] if count else []


def pip_loss(platforms: Sequence[LockedPlatform], form: str) -> list[str]:
    """What is said of PyPI packages and local ones by a form for conda."""
    names = {package.name for platform in platforms for package in platform.pip}
    count = len(names | {path.path for platform in platforms for path in platform.paths})
    return [f"{count} pip package{'s' * (count != 1)}: {form} knows only conda"] if count else []
