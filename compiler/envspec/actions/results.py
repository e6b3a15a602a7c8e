"""What runs made, and what others take from it: inputs, outputs, models, as files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from envspec.actions.loading import Loaded
from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import OutputOf, PathInput, Run
from envspec.workspace.database import Workspace
from envspec.workspace.holding import gathering


def inputs_of(loaded: Loaded, workspace: Workspace, run: Run) -> Mapping[str, Path]:
    """The inputs of a run as absolute paths. Raises `Failure` E0821 with all that are not there."""
    found: dict[str, Path] = {}
    problems: list[Diagnostic] = []
    for name, value in run.inputs.items():
        pointer = f"/runs/{run.id}/inputs/{name}"
        if isinstance(value, PathInput):
            found[name] = (loaded.root / value.path).resolve()
            if not found[name].exists():
                problems.append(
                    Diagnostic("E0821", f"the input `{name}` is not there: `{value.path}`", pointer=pointer)
                )
            continue
        path = made_by(loaded, workspace, value)
        if path is None:
            problems.append(_not_made(loaded, value, f"`{value.output}`", pointer))
            continue
        found[name] = path
    if problems:
        raise Failure(problems)
    return found


def made_by(loaded: Loaded, workspace: Workspace, value: OutputOf) -> Path | None:
    """The output of the newest run that succeeded, as a file or folder of its own name."""
    record = workspace.latest_output(value.run, value.output)
    if record is None:
        return None
    return stored(workspace, record, output_name(loaded, value))


def stored(workspace: Workspace, digest: str, name: str) -> Path:
    """Something of the store as a file or folder called `name`, to be read only."""
    path = workspace.state / "outputs" / digest.removeprefix("sha256:") / name
    with gathering(workspace.state):
        if not path.exists():
            workspace.materialize(digest, path)
        else:
            # `prune` leaves for a while what was given to somebody.
            with suppress(OSError):
                os.utime(path.parent)
    return path


def output_name(loaded: Loaded, value: OutputOf) -> str:
    """The name of an output's file or folder; the output's own where its run now waits for a param."""
    run = loaded.project.runs.get(value.run)
    return Path(run.outputs[value.output]).name if run is not None else value.output


def models_of(loaded: Loaded, workspace: Workspace, pointer: str, names: tuple[str, ...]) -> dict[str, Path]:
    """The file or folder of each model, as it is now. Raises `Failure` with all that are not there."""
    found: dict[str, Path] = {}
    problems: list[Diagnostic] = []
    for at, name in enumerate(names):
        model = loaded.project.models.get(name)
        if model is None:
            problems.append(
                Diagnostic("E0511", f"the model `{name}` waits for a param without a value",
                           pointer=f"{pointer}/{at}")
            )  # fmt: skip
        elif isinstance(model.origin, OutputOf):
            path = made_by(loaded, workspace, model.origin)
            if path is None:
                problems.append(_not_made(loaded, model.origin, f"the model `{name}`", f"{pointer}/{at}"))
            else:
                found[name] = path
        else:
            found[name] = (loaded.root / model.origin.path).resolve()
            if not found[name].exists():
                problems.append(
                    Diagnostic("E0821", f"the model `{name}` is not there: `{model.origin.path}`",
                               pointer=f"{pointer}/{at}")
                )  # fmt: skip
    if problems:
        raise Failure(problems)
    return found


def _not_made(loaded: Loaded, value: OutputOf, what: str, pointer: str) -> Diagnostic:
    return Diagnostic(
        "E0821",
        f"run `{value.run}` has not made {what} yet",
        pointer=pointer,
        help=f"run it first: `envspec run {value.run} {loaded.file}`, or let `envspec up` do what is needed",
    )
