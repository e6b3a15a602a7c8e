"""Environments written in the form of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.api.errors import told
from envspec.api.spec_object import SpecObject

if TYPE_CHECKING:
    from envspec.exporting.interface import Export


class Exported(SpecObject):
    """What an environment is for another tool."""

    __slots__ = ()

    def to_conda_specification(self, path: str | Path | None = None) -> Export:
        """An `environment.yml` as the spec says it: its text, and what it has no place for (`losses`). It is written to
        `path` when that is given; so are the others.

        Raises `EnvspecError` with what is wrong with the environment, E0636 for a file that cannot be written."""
        return self.export("conda", path)

    def to_pip_requirements(self, path: str | Path | None = None) -> Export:
        """A requirements file as the spec says it."""
        return self.export("pip", path)

    def to_pyproject(self, path: str | Path | None = None) -> Export:
        """A `[dependency-groups]` table (PEP 735)."""
        return self.export("pyproject", path)

    def to_pylock(self, path: str | Path | None = None) -> Export:
        """A `pylock.toml` (PEP 751) of what is locked; it is locked first when that is needed."""
        return self.export("pylock", path)

    def to_explicit(self, path: str | Path | None = None, *, platform: str = "") -> Export:
        """An `@EXPLICIT` list of the locked conda packages of one platform (`linux/amd64`)."""
        return self.export("explicit", path, platform=platform)

    def to_conda_lock(self, path: str | Path | None = None) -> Export:
        """A `conda-lock.yml` of what is locked."""
        return self.export("conda-lock", path)

    def to_devcontainer(self, path: str | Path | None = None) -> Export:
        """A `devcontainer.json`."""
        return self.export("devcontainer", path)

    def to_binder(self, folder: str | Path) -> Export:
        """The files of repo2docker and Binder, in `folder`."""
        return self.export("binder", folder)

    def to_azureml(self, folder: str | Path) -> Export:
        """The YAML of an Azure ML environment (CLI v2), in `folder`."""
        return self.export("azureml", folder)

    def export(self, kind: str, path: str | Path | None = None, *, platform: str = "") -> Export:
        """In the form of another tool; `kind` is one of those of `envspec export`. Raises `ValueError` for a kind that is
        none, or that needs a folder."""
        from envspec.actions.exporting import export, write_export
        from envspec.exporting.table import KINDS

        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        if KINDS[kind].takes == "deployment":
            raise ValueError(f"{kind!r} is for deployments")
        if KINDS[kind].folder and path is None:
            raise ValueError(f"{kind!r} writes several files: give a folder")
        loaded = self.load()
        output = None if path is None else Path(path)
        with told(loaded):
            made = export(loaded, kind, self.name, platform=platform, output=output)
            if output is not None:
                write_export(kind, made, output)
        return made
