"""Environments made of what other tools have: files, folders, environments on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from envspec.api.errors import told
from envspec.api.exported import Exported
from envspec.api.names import checked_name
from envspec.api.spec_object import SpecObject
from envspec.api.workspace import Workspace
from envspec.importing.spec import Block

if TYPE_CHECKING:
    from envspec.importing.report import Report


class Imported(Exported):
    """`report` says what became of everything in the file that it was made of; None for one that was made of none."""

    __slots__ = ("report",)
    report: Report | None

    @classmethod
    def _of(cls, name: str, blocks: list[Block], workspace: Workspace) -> Self:
        made = cls.__new__(cls)
        SpecObject.__init__(made, name, workspace, blocks)
        made.report = None
        return made

    @classmethod
    def from_conda_specification(
        cls, name: str, path: str | Path, *, strict: bool = False, workspace: Workspace | None = None
    ) -> Self:
        """Of an `environment.yml`. `report` of what is made says, line by line, what became of everything in the file;
        with `strict` anything that is dropped or changed is an error.

        Raises `EnvspecError` E1301 to E1304; so do the other `from_…`."""
        return cls.from_tool("conda", name, path, strict=strict, workspace=workspace)

    @classmethod
    def from_pip_requirements(
        cls, name: str, path: str | Path, *, strict: bool = False, workspace: Workspace | None = None
    ) -> Self:
        """Of a requirements file, with the files that it includes."""
        return cls.from_tool("pip", name, path, strict=strict, workspace=workspace)

    @classmethod
    def from_existing_conda_environment(
        cls,
        name: str,
        conda_environment_name: str | Path = "",
        *,
        strict: bool = False,
        workspace: Workspace | None = None,
    ) -> Self:
        """Of a conda, mamba or micromamba environment on this machine: its name or folder, or the active one. No conda
        is run or needed."""
        import os

        which = conda_environment_name or os.environ.get("CONDA_PREFIX", "")
        if not which:
            raise ValueError("no conda environment is active: give `conda_environment_name`")
        return cls.from_tool("conda-env", name, which, strict=strict, workspace=workspace)

    @classmethod
    def from_existing_virtual_environment(
        cls,
        name: str,
        path: str | Path = ".venv",
        *,
        strict: bool = False,
        workspace: Workspace | None = None,
    ) -> Self:
        """Of a virtual environment on this machine, by its folder."""
        return cls.from_tool("venv", name, path, strict=strict, workspace=workspace)

    @classmethod
    def from_pyproject(
        cls,
        name: str,
        path: str | Path = "pyproject.toml",
        *,
        strict: bool = False,
        workspace: Workspace | None = None,
    ) -> Self:
        """Of a `pyproject.toml` (PEP 621, Poetry, PDM, Hatch, uv)."""
        return cls.from_tool("pyproject", name, path, strict=strict, workspace=workspace)

    @classmethod
    def from_tool(
        cls,
        kind: str,
        name: str,
        path: str | Path,
        *,
        strict: bool = False,
        workspace: Workspace | None = None,
    ) -> Self:
        """Of a file, folder or environment of another tool; `kind` is one of those of `envspec import`. Where the file
        has several environments this is the one of this name, else the first; the others are in the text too.

        Raises `ValueError` for a kind that is none."""
        from envspec.actions.importing import import_spec, not_as_it_was
        from envspec.api.spec_object import SUFFIX
        from envspec.diagnostics import Diagnostic, Failure
        from envspec.importing.report import as_text
        from envspec.importing.table import KINDS

        if kind not in KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        place = workspace or Workspace()
        checked_name(name)
        with told():
            made = import_spec(kind, Path(path), output=place.root / f"{name}{SUFFIX}", name=name)
            if strict and made.report.loses:
                raise not_as_it_was(made.report, as_text(made.report))
            labels = made.spec.labels("environment")
            if not labels:
                raise Failure(Diagnostic("E1303", f"`{path}` has no environment", help="name another file"))
        blocks = [block for block in made.spec.blocks if block.kind not in ("run", "deployment", "model")]
        found = name if name in labels else labels[0]
        if found != name:
            _rename(blocks, found, name)
        environment = cls._of(name, blocks, place)
        environment.report = made.report
        return environment


def _rename(blocks: list[Block], old: str, new: str) -> None:
    for block in blocks:
        if block.kind == "environment" and block.label == old:
            block.label = new
        if block.extends == old:
            block.extends = new
