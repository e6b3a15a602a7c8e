"""The folder of a project: what is registered, run and deployed in it is remembered there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.resolve.files import find_root

if TYPE_CHECKING:
    from envspec.actions.image_states import ImageState
    from envspec.actions.pruning.prune import Pruned
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

    def images(self, target: str = "") -> list[ImageState]:
        """What was built, on one engine or all, the last used first: the record (`image`), whether the engine has it now
        (`state`: `there`, `missing`, or `unknown` where the engine does not answer), and its `size` in bytes."""
        from envspec.actions.image_states import images_of
        from envspec.api.errors import told

        with told(), self.look() as database:
            return list(images_of(database, target).images)

    def prune(
        self,
        kinds: Iterable[str] = (),
        *,
        older: timedelta | str | None = None,
        keep: int | None = None,
        dry_run: bool = True,
    ) -> Pruned:
        """What would go (`items`, `size`, and in `kept` what stays and why), or with `dry_run=False` what went, as `envspec
        prune` has it. `older` is such as `"30d"`; `kinds` are of `runs`, `environments`, `models`, `deployments`,
        `images`. Raises `ValueError` for what is none of these, `EnvspecError` where it cannot be done."""
        from envspec.actions.pruning.age import seconds_of
        from envspec.actions.pruning.choosing import KINDS
        from envspec.actions.pruning.prune import prune, rules_of, would_go
        from envspec.api.errors import told

        chosen = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        for kind in chosen:
            if kind not in KINDS:
                raise ValueError(f"{kind!r} is none of {', '.join(KINDS)}")
        if keep is not None and keep < 0:
            raise ValueError("`keep` is 0 or more")
        seconds = older.total_seconds() if isinstance(older, timedelta) else None
        rules = rules_of(seconds_of(older) if isinstance(older, str) else seconds, keep, chosen)
        with told():
            with self.look() as database:
                pruned = would_go(database, rules)
            return pruned if dry_run or not pruned.items else prune(self.root, rules, _quietly)


def _quietly(_line: str) -> None:
    """Nobody is told of waiting."""
