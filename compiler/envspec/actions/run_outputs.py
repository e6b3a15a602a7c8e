"""What a run left, as the workspace has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from envspec.actions.logged import FILES
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord


@frozen
class Output(Frozen):
    """`name` is that of the spec, `files/PATH` for a file that the program logged; `path` was its place in the working
    directory. `kept` says whether the store still has it."""

    name: str
    path: str
    digest: str
    kept: bool


def outputs_of(workspace: Workspace, record: RunRecord) -> list[Output]:
    found = []
    for name, entry in record.outputs.items():
        if isinstance(entry, dict):
            digest = str(entry["digest"])
            found.append(Output(name, str(entry["path"]), digest, digest in workspace.store))
    return found


def copy_outputs(workspace: Workspace, outputs: Sequence[Output], folder: Path) -> Iterator[Path]:
    """Writes each to `FOLDER/NAME/FILE`, files that were logged to `FOLDER/files/PATH`. Raises `Failure` E1207 for one
    that is there already, before anything is written, and E1106 for one that the store has no more."""
    places = {one: folder / _place(one) for one in outputs}
    for place in places.values():
        if place.exists() or place.is_symlink():
            raise Failure(
                Diagnostic(
                    "E1207", f"`{place}` is there already", help="name another folder, or take it away"
                )
            )
    for one, place in places.items():
        workspace.materialize(one.digest, place)
        yield place


def _place(output: Output) -> PurePosixPath:
    if output.name.startswith(FILES):
        return PurePosixPath(output.name)
    return PurePosixPath(output.name) / PurePosixPath(output.path).name
