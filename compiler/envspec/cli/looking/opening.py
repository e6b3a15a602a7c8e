"""Opening the workspace that a path belongs to, and saying that something is not in it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace
    from envspec.workspace.pruned import Tombstone


def opened(path: Path) -> Workspace:
    """The workspace of the root that a path belongs to; an empty one where there is none, which is not made by looking
    for it, and one that can only be read where nothing may be written. Close it: a process that ends without that
    leaves its journal behind. Raises `Failure` E1201 for a path that is not there."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.resolve.files import find_root
    from envspec.workspace.connection import FILE, FOLDER
    from envspec.workspace.database import Workspace

    if not os.path.lexists(path):
        raise Failure(
            Diagnostic(
                "E1201", f"there is no file or folder `{path}`", help="`-f` names a spec, or its folder"
            )
        )
    root = find_root(path)
    there = os.path.lexists(root / FOLDER / FILE)
    return (Workspace.read(root) if there else None) or Workspace.look(root)


def was_pruned(kind: str, name: str, gone: Tombstone | None, help: str) -> None:
    """Raises `Failure` E1105 for what was pruned; nothing happens for what was not."""
    if gone is None:
        return
    from envspec.diagnostics import Diagnostic, Failure

    raise Failure(Diagnostic("E1105", f"{kind} `{name}` was pruned on {gone.day}", help=help))


def not_there(kind: str, name: str, names: Iterable[str], empty: str) -> NoReturn:
    """Raises `Failure` E1105 with the nearest name."""
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.resolve.suggest import did_you_mean, known

    names = list(names)
    raise Failure(
        Diagnostic(
            "E1105", f"there is no {kind} `{name}`", help=did_you_mean(name, names) or known(names, empty)
        )
    )
