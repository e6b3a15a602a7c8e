"""What a run was told to do, kept in its folder: its part of the project, so that it can be done again.

A secret is there by where its value is read. The environment, source and inputs are in the run's record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from envspec.frozen import Frozen, frozen

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded
    from envspec.ir.types import Run

FILE = "run.json"
_SCHEMA = 1


@frozen
class Description(Frozen):
    """`run` and `secrets` are JSON as in the project document, `file` the spec that had them; `again` is the id of the
    run that this one repeats, else empty."""

    edition: int
    run: dict[str, Any]
    secrets: dict[str, Any]
    file: str
    again: str


def keep_description(folder: Path, loaded: Loaded, run: Run, again: str = "") -> None:
    """Writes it into the folder of a run, which is made."""
    from envspec.atomic_file import write_atomically

    folder.mkdir(parents=True, exist_ok=True)
    value = {
        "schema": _SCHEMA,
        "edition": loaded.document["edition"],
        "run": loaded.document["runs"][run.id],
        "secrets": loaded.document.get("secrets", {}),
        "file": loaded.file,
        "again": again,
    }
    write_atomically(folder / FILE, json.dumps(value, indent=1).encode())


def description_of(folder: Path) -> Description | None:
    """None when there is none that can be read."""
    try:
        value = json.loads((folder / FILE).read_bytes())
        if value["schema"] == _SCHEMA:
            return Description(
                int(value["edition"]),
                dict(value["run"]),
                dict(value["secrets"]),
                str(value["file"]),
                str(value["again"]),
            )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return None
