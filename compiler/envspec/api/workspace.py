"""The folder of a project: what is registered, run and deployed in it is remembered there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from envspec.resolve.files import find_root

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace as Database


class Workspace:
    """The project that `folder` (the working directory when not given) lies in: the nearest folder above with
    `[tool.envspec]` in its `pyproject.toml`, `envspec.lock` or `.git`, else the folder itself. Nothing is made on disk."""

    def __init__(self, folder: str | Path = ".") -> None:
        self.root = find_root(Path(folder).absolute())

    def __repr__(self) -> str:
        return f"<envspec.Workspace {self.root}>"

    def open(self) -> Database:
        """The records, to be closed (`with`); they are made when they are not there."""
        from envspec.workspace.database import Workspace as Database

        return Database.open(self.root)

    def look(self) -> Database:
        """The records, to be closed, without making or changing any."""
        from envspec.workspace.database import Workspace as Database

        return Database.look(self.root)
