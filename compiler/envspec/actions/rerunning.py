"""A run once more, from what is remembered of it: the same environment version, source, inputs and command.

Nothing of the spec as it is now is looked at. What is gone is told, all at once, before anything is begun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from envspec.actions.building import Version, build
from envspec.actions.loading import Loaded
from envspec.actions.one_run import do_run, until_recorded
from envspec.actions.options import Options
from envspec.actions.registered import from_version, with_registered
from envspec.actions.results import stored
from envspec.actions.run_description import Description, description_of
from envspec.actions.run_environment import gone_version
from envspec.actions.run_folder import folder_of
from envspec.actions.staleness import identity_from
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.unsupported import check_run
from envspec.frozen import replace
from envspec.ir.codec import project_from_json
from envspec.ir.types import Run
from envspec.lock.model import Lock
from envspec.resolve.files import ProjectFiles
from envspec.workspace.database import Workspace
from envspec.workspace.runs import RunRecord


def rerun(workspace: Workspace, record: RunRecord, options: Options) -> tuple[int, str]:
    """The program's status and the id of the new run. Raises `Failure` E1108 with all that is gone."""
    ids: list[str] = []
    with until_recorded(workspace.state, options.say, ids.append) as recorded:
        status = _rerun(workspace, record, options, recorded)
    return status, ids[0]


def _rerun(workspace: Workspace, record: RunRecord, options: Options, recorded: Callable[[str], None]) -> int:
    gone: list[Diagnostic] = []
    described = description_of(folder_of(workspace, record))
    if described is None:
        anew = f"run it anew: `envspec run {record.name}`"
        gone.append(_gone(record, "what it was told to do is not in its folder any more", anew))
    version = workspace.environment(record.environment, record.environment_number)
    if version is None:
        gone.append(
            _gone(record, f"its environment is gone: {gone_version(workspace, record)}",
                  "`envspec env pull` has it again where it was pushed")
        )  # fmt: skip
    if not record.snapshot:
        gone.append(
            _gone(
                record,
                "its source was not kept (`snapshot = false`)",
                f"run it anew: `envspec run {record.name}`",
            )
        )
    elif record.snapshot not in workspace.store:
        gone.append(
            _gone(record, f"its source {record.snapshot[:19]} is not in the store any more", _commit(record))
        )
    inputs: dict[str, Path] = {}
    for name, entry in record.inputs.items():
        found = _input(workspace, entry)
        if found is None:
            gone.append(
                _gone(
                    record,
                    f"its input `{name}` is not what it was, and was not kept: {_words(entry)}",
                    "put it back as it was, with that hash",
                )
            )
        else:
            inputs[name] = found
    if gone:
        raise Failure(gone)
    assert described is not None
    assert version is not None
    reference = version.reference  # its digest is in the lock that is given
    registered, entry = from_version(reference, version)
    loaded = _loaded(workspace.root, described, record.name, reference, options)
    loaded = replace(loaded, given_lock=Lock({entry.id: entry}, {reference: registered}))
    loaded = with_registered(loaded, loaded.given_lock or Lock())
    run = loaded.project.runs[record.name]
    built = _build(loaded, run, options.engine or record.engine)
    given = {name: dict(one) for name, one in record.inputs.items() if isinstance(one, dict)}
    identity = identity_from(run, built, record.snapshot, given)
    return do_run(loaded, workspace, run, built, identity, inputs, started=recorded, again=record.id)


def differing_outputs(before: RunRecord, after: RunRecord) -> list[str]:
    """The outputs that both have and that are not the same."""
    return [
        name
        for name, one in before.outputs.items()
        if isinstance(one, dict)
        and isinstance(other := after.outputs.get(name), dict)
        and one.get("digest") != other.get("digest")
    ]


def _loaded(root: Path, described: Description, name: str, reference: str, options: Options) -> Loaded:
    document: dict[str, Any] = {
        "edition": described.edition,
        "runs": {name: {**described.run, "environment": reference}},
        "secrets": described.secrets,
    }
    try:
        project = project_from_json(document)
        sound = _sound(project.runs[name])
    except (TypeError, ValueError, KeyError, AttributeError):
        sound = False
    if not sound:
        raise Failure(
            Diagnostic("E1108", "what the run was told to do cannot be read any more",
                       help=f"its `run.json` was changed; run it anew: `envspec run {name}`")
        )  # fmt: skip
    files = ProjectFiles(root, options.allow_outside)
    return Loaded(
        root, described.file, files, project, document, options, _places=(lambda _pointer: None, {})
    )


def _sound(run: Run) -> bool:
    """Whether a run is one that a spec can have: with a program, and outputs below its working directory."""
    places = [PurePosixPath(path) for path in run.outputs.values()]
    below = all(not place.is_absolute() and ".." not in place.parts for place in places)
    return bool(run.command or run.shell) and below


def _build(loaded: Loaded, run: Run, engine: str) -> Version:
    assert isinstance(run.environment, str)
    check_run(engine, run)
    return build(loaded, [loaded.project.environments[run.environment]], engine)[run.environment]


def _input(workspace: Workspace, entry: object) -> Path | None:
    """The input as it was: where it was, or out of the store."""
    if not isinstance(entry, Mapping):
        return None
    digest, path = str(entry.get("digest")), workspace.root / str(entry.get("path"))
    if path.exists() and workspace.tree_digest(path) == digest:
        return path.resolve()
    return stored(workspace, digest, path.name) if digest in workspace.store else None


def _words(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return "nothing is known of it"
    return f"`{entry.get('path')}`, {str(entry.get('digest'))[:19]}"


def _commit(record: RunRecord) -> str:
    """Where the source may be found again."""
    commit = record.git.get("commit")
    if not commit:
        return f"run it anew, with the source as it is now: `envspec run {record.name}`"
    changed = ", with changes that were not committed" if record.git.get("dirty") else ""
    return f"it was commit {commit}{changed}: check that out and run it anew: `envspec run {record.name}`"


def _gone(record: RunRecord, what: str, help: str) -> Diagnostic:
    return Diagnostic("E1108", f"run `{record.id}` cannot be repeated: {what}", help=help)
