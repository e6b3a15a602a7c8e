"""What all objects have in common: blocks of a spec, their text, and the project that they make.

An object in memory is a file `NAME.api.envspec` at the root of its workspace, which no one has to write: that is the
name in findings and in `envspec.lock`, and its folder is the one to which paths are relative.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from envspec.actions.fixing import ChangedFiles
from envspec.actions.loading import Loaded, NotUsable, compile_file
from envspec.actions.options import Options
from envspec.api.errors import told
from envspec.api.views import Secrets
from envspec.api.workspace import Workspace
from envspec.diagnostics import Severity
from envspec.importing.spec import Block, Spec, text_of
from envspec.language.attributes import BLOCKS, RECORDS

SUFFIX = ".api.envspec"


class SpecObject:
    """Blocks of a spec, of which one, `_block`, is the object itself."""

    __slots__ = ("_block", "_blocks", "_workspace")
    _kind = ""

    def __init__(self, name: str, workspace: Workspace | None, blocks: list[Block] | None = None) -> None:
        self._workspace = workspace or Workspace()
        self._blocks = [Block(self._kind, name)] if blocks is None else blocks
        (self._block,) = (one for one in self._blocks if (one.kind, one.label) == (self._kind, name))

    @property
    def name(self) -> str:
        return self._block.label

    @property
    def workspace(self) -> Workspace:
        return self._workspace

    @property
    def _secrets(self) -> Secrets:
        return Secrets(self._blocks)

    def __str__(self) -> str:
        """The object as the text of a spec, formatted."""
        blocks = self.blocks()
        for block in blocks:
            _put_in_order(block)
        with told():
            return text_of(Spec(blocks=blocks))

    def __repr__(self) -> str:
        return f"<envspec.{type(self).__name__} {self.name}>"

    def _repr_markdown_(self) -> str:
        """How Jupyter shows it."""
        return f"```\n{self}```"

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Writes the object as a spec; gives the file, which is locked to what the object is locked to. Paths in it are
        relative to the workspace's folder, so `path` is a file there (`ValueError`). Raises `EnvspecError` E1305 for a
        file that is there already."""
        from envspec.actions.importing import write_spec
        from envspec.actions.locking import carry_lock

        file = Path(path).absolute()
        if file.parent.resolve() != self._workspace.root.resolve():
            raise ValueError(
                f"paths in it are relative to `{self._workspace.root}`: give a file of that folder"
            )
        with told():
            write_spec(file, str(self), overwrite=overwrite)
            carry_lock(self._workspace.root, f"{self.name}{SUFFIX}", file.name)
        return file

    def blocks(self) -> list[Block]:
        """The blocks that the object needs, each once."""
        return self._blocks

    def load(self, **options: Any) -> Loaded:
        """The project of the object. Raises `EnvspecError` with all that is wrong with it."""
        chosen = Options(path=self._workspace.root, **options)
        file = f"{self.name}{SUFFIX}"
        root = self._workspace.root
        with told():
            files = ChangedFiles(root, chosen.allow_outside, changed={file: str(self)})
            checked = compile_file(root, file, chosen, files)
            project = checked.usable
            if project is None:
                raise NotUsable(checked)
        warnings = tuple(one for one in checked.diagnostics if one.severity is not Severity.ERROR)
        resolution = checked.resolution
        places = (resolution.origins.locate, resolution.sources)
        return Loaded(root, file, files, project, resolution.document, chosen, warnings, _places=places)

    def check(self) -> list[str]:
        """What `envspec check` says of it besides errors, one finding each. Raises `EnvspecError` for errors."""
        from envspec.diagnostics.render import render

        loaded = self.load()
        sources = loaded.places()[1]
        return [render("full", [one], sources, colour=False).rstrip() for one in loaded.warnings]


def _put_in_order(block: Block) -> None:
    """The attributes as the reference has them, in whatever order a program set them."""
    kind = BLOCKS.get(block.kind) or RECORDS[block.kind]
    names = [attribute.name for attribute in kind.attributes]
    ordered = sorted(block.attributes.items(), key=lambda entry: names.index(entry[0]))
    block.attributes = dict(ordered)
    for value in block.attributes.values():
        if isinstance(value, Block):
            _put_in_order(value)


def together(parts: Iterable[list[Block]]) -> list[Block]:
    """The blocks of several objects in one spec. Raises `ValueError` when two of them have the same name and say
    different things."""
    found: dict[tuple[str, str], Block] = {}
    for blocks in parts:
        for block in blocks:
            known = found.setdefault((block.kind, block.label), block)
            if known is not block and known != block:
                raise ValueError(f"there are two different blocks `{block.kind} {block.label}`")
    return list(found.values())
