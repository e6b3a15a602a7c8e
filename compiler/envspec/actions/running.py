"""Runs: after those whose outputs they need, in a copy of their source, remembered from before they start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from envspec.actions.building import build_on, engine_for
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import table
from envspec.engines.interface import Engine, RunRequest, RunResult
from envspec.engines.secrets import secret_reader
from envspec.ir.canonical import canonical_json, digest
from envspec.ir.identity import definition
from envspec.ir.types import OutputOf, PathInput, Run, SecretRef, Template, Text
from envspec.lock.model import LockedEnvironment
from envspec.lower.identity import version_hash
from envspec.workspace.database import Workspace


def chosen_runs(loaded: Loaded, names: list[str]) -> list[Run]:
    """The runs of these names or ids (all without a name), those that others wait for first."""
    runs = loaded.project.runs
    wanted: list[str] = []
    for name in names or [run.id for run in runs.values()]:
        missing = [m for m in loaded.project.missing if m.item == f"/runs/{name}"]
        if missing:
            raise Failure(
                Diagnostic("E0511", f"param `{m.param}` has no value, and run `{name}` needs it", pointer=m.pointer,
                           help=f"give it one: `--set {m.param}=…`")
                for m in missing
            )  # fmt: skip
        matching = [run.id for run in runs.values() if name in {run.id, run.name}]
        if not matching:
            from envspec.resolve.suggest import did_you_mean, known

            raise Failure(
                Diagnostic("E1204", f"there is no run `{name}` in `{loaded.file}`",
                           help=did_you_mean(name, runs) or known(runs, "it defines none"))
            )  # fmt: skip
        wanted += matching
    ordered: dict[str, Run] = {}

    def add(key: str) -> None:
        for value in runs[key].inputs.values():
            if isinstance(value, OutputOf) and value.run in wanted:
                add(value.run)
        ordered.setdefault(key, runs[key])

    for key in wanted:
        add(key)
    return list(ordered.values())


def run_all(loaded: Loaded, runs: list[Run]) -> int:
    """Runs one after the other; gives the status of the first that fails, else 0."""
    with Workspace.open(loaded.root) as workspace:
        for run in runs:
            status = _run(loaded, workspace, run)
            if status != 0:
                return status
    return 0


def _run(loaded: Loaded, workspace: Workspace, run: Run) -> int:
    if not isinstance(run.environment, str):
        raise Failure(
            Diagnostic(
                "E0802",
                f"a registered environment cannot be run yet: `{run.environment.reference}`",
                pointer=f"/runs/{run.id}/environment",
            )
        )
    environment = loaded.project.environments[run.environment]
    engine_name = loaded.options.engine or target_of(loaded, run.target)
    locked = ensure_lock(loaded, (environment.id,)).environments.get(environment.id)
    built = build_on(loaded, engine_name, [environment])[environment.id]
    text = canonical_json(definition(environment)).decode()
    version = workspace.register_environment(
        environment.id,
        version_hash(environment, locked),
        text,
        lock_text(locked),
        description=environment.description,
    )
    inputs = _inputs(loaded, workspace, run)
    snapshot = workspace.snapshot(loaded.root / run.source)
    given = {
        name: {"path": _shown(path, loaded.root), "digest": workspace.tree_digest(path)}
        for name, path in inputs.items()
    }
    meaning = _meaning(run)
    key = digest(
        "envspec.run/1",
        {"run": meaning, "environment": built.hash, "snapshot": snapshot.digest,
         "inputs": {name: one["digest"] for name, one in given.items()}},
    )  # fmt: skip
    identifier = workspace.start_run(
        run.id,
        key=key,
        definition=canonical_json(meaning).decode(),
        cell=run.cell,
        environment=environment.id,
        environment_number=version,
        snapshot=snapshot.digest,
        inputs=given,
        engine=engine_name,
        log="runs/{id}/log.txt",
    )
    folder = loaded.state / "runs" / identifier
    work = folder / "work"
    workspace.materialize(snapshot.digest, work)
    outputs = {name: work / path for name, path in run.outputs.items()}
    loaded.options.say(
        f"{identifier}: environment {environment.id}:{version}, log in {_shown(folder, loaded.root)}/log.txt"
    )
    request = RunRequest(
        identifier, run, environment, built, work, inputs, outputs, folder / "log.txt",
        secret_reader(loaded.project.secrets, loaded.root), loaded.options.output, loaded.options.say,
    )  # fmt: skip
    try:
        result = _tries(engine_for(loaded, engine_name), request)
    except KeyboardInterrupt:
        workspace.finish_run(identifier, "cancelled")
        raise
    except BaseException:
        workspace.finish_run(identifier, "failed")
        raise
    return _finish(loaded, workspace, request, result)


def lock_text(locked: LockedEnvironment | None) -> str:
    """The part of the lock that a version was made of, as canonical JSON."""
    return "" if locked is None else canonical_json(json.loads(json.dumps(asdict(locked)))).decode()


def _tries(engine: Engine, request: RunRequest) -> RunResult:
    result = engine.run(request)
    for attempt in range(request.run.retries):
        if result.status == 0:
            break
        request.say(f"{request.id}: ended with status {result.status}, trying again ({attempt + 1})")
        result = engine.run(request)
    return result


def _finish(loaded: Loaded, workspace: Workspace, request: RunRequest, result: RunResult) -> int:
    """Stores the outputs, registers the models made of them, and records the end."""
    run = request.run
    missing = [name for name, path in request.outputs.items() if not path.exists()]
    outcome = (
        "success" if result.status == 0 and not missing else "timed-out" if result.timed_out else "failed"
    )
    stored = {
        name: workspace.put(path)
        for name, path in request.outputs.items()
        if outcome == "success" and path.exists()
    }
    workspace.finish_run(
        request.id,
        outcome,
        result.status,
        {name: {"path": run.outputs[name], "digest": one.digest} for name, one in stored.items()},
        result.usage,
    )
    if result.status == 0 and missing:
        raise Failure(
            Diagnostic(
                "E0820",
                f"run `{run.id}` ended well, but left no output `{name}` at `{run.outputs[name]}`",
                pointer=f"/runs/{run.id}/outputs/{name}",
                help="write it there, or change the path",
            )
            for name in missing
        )
    words = {"success": "done", "failed": f"failed with status {result.status}", "timed-out": "timed out"}[
        outcome
    ]
    request.say(f"{request.id}: {words} in {result.seconds:.1f} s")
    for model in loaded.project.models.values():
        origin = model.origin
        if outcome == "success" and isinstance(origin, OutputOf) and origin.run == run.id:
            one = stored[origin.output]
            number = workspace.register_model(
                model.id, one.digest, size=one.size, run=request.id, output=origin.output, framework=model.framework,
                description=model.description, tags=model.tags,
            )  # fmt: skip
            request.say(f"model {model.id}:{number}")
    return result.status


def target_of(loaded: Loaded, name: str) -> str:
    """The engine behind a target's name; the default one when none is said."""
    target = loaded.project.targets.get(name)
    return target.kind if target is not None else name or table.DEFAULT


def _inputs(loaded: Loaded, workspace: Workspace, run: Run) -> Mapping[str, Path]:
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
            problems.append(
                Diagnostic(
                    "E0821",
                    f"run `{value.run}` has not made `{value.output}` yet",
                    pointer=pointer,
                    help=f"run it first: `envspec run {value.run}`",
                )
            )
            continue
        found[name] = path
    if problems:
        raise Failure(problems)
    return found


def made_by(loaded: Loaded, workspace: Workspace, value: OutputOf) -> Path | None:
    """The output of the newest run that succeeded, as a file or folder of its own name."""
    for record in workspace.runs(value.run):
        output = record.outputs.get(value.output)
        if record.outcome != "success" or not isinstance(output, dict):
            continue
        name = Path(loaded.project.runs[value.run].outputs[value.output]).name
        path = loaded.state / "outputs" / str(output["digest"]).removeprefix("sha256:") / name
        if not path.exists():
            workspace.materialize(str(output["digest"]), path)
        return path
    return None


def _meaning(run: Run) -> dict[str, Any]:
    """What of a run decides what it does, as JSON: a change makes it stale."""

    def text(value: Text | SecretRef) -> Any:
        if isinstance(value, SecretRef):
            return {"secret": value.name}
        if isinstance(value, Template):
            return {"join": [part if isinstance(part, str) else {"path": part.name} for part in value.parts]}
        return value

    return {
        "command": [text(part) for part in run.command],
        "shell": run.shell,
        "outputs": dict(run.outputs),
        "variables": {name: text(value) for name, value in run.variables.items()},
    }


def _shown(path: Path, root: Path) -> str:
    """A path below the root, as it is named to people."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
