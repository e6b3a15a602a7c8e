"""One run, from its record to its end: a copy of its source, its program, what it leaves.

It is recorded before its program begins, and what it came to in one transaction with the models made of it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from envspec.actions.building import Version, engine_at
from envspec.actions.cancelling import is_cancelled
from envspec.actions.git_state import git_state
from envspec.actions.loading import Loaded
from envspec.actions.logged import FILES, logged_files
from envspec.actions.run_description import keep_description
from envspec.actions.run_folder import RUNS, forget, make_folder, sweep
from envspec.actions.staleness import RunIdentity, shown
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.in_run import set_apart
from envspec.engines.interface import Engine, RunRequest, RunResult, Say
from envspec.engines.interrupting import held, one_interrupt
from envspec.engines.masking import Masker
from envspec.engines.secrets import secret_reader
from envspec.ir.canonical import canonical_json
from envspec.ir.types import OutputOf, Run, SecretRef
from envspec.workspace.database import Workspace
from envspec.workspace.holding import WAITING, gathering
from envspec.workspace.snapshot import Snapshot

_ENDED = 143
"""The status of a program that SIGTERM ended, which a run has that was cancelled before its program began."""


def nobody(_identifier: str) -> None:
    pass


@contextmanager
def until_recorded(
    state: Path, say: Say, started: Callable[[str], None] = nobody
) -> Iterator[Callable[[str], None]]:
    """What is stored or looked for in here is not pruned before a record names it. Gives what `do_run` is to call when
    the run is recorded; it calls `started`."""
    with ExitStack() as held:
        held.enter_context(gathering(state, waiting=lambda: say(WAITING)))

        def recorded(identifier: str) -> None:
            held.close()
            started(identifier)

        yield recorded


def do_run(
    loaded: Loaded,
    workspace: Workspace,
    run: Run,
    version: Version,
    identity: RunIdentity,
    inputs: Mapping[str, Path],
    *,
    started: Callable[[str], None] = nobody,
    again: str = "",
) -> int:
    """Does a run whose environment is there, with the source of `identity`; gives its program's status. `started` gets
    its id when it is recorded, before its program begins; `again` is the id of the run that it repeats."""
    sweep(workspace)
    git = git_state(loaded.root / run.source)
    with one_interrupt():
        return _recorded(loaded, workspace, run, version, identity, inputs, git, started, again)


def _recorded(
    loaded: Loaded,
    workspace: Workspace,
    run: Run,
    version: Version,
    identity: RunIdentity,
    inputs: Mapping[str, Path],
    git: Mapping[str, object],
    started: Callable[[str], None],
    again: str,
) -> int:
    """The run from its record on. However it ends, that is recorded: of several Ctrl-C only the first raises."""
    identifier = ""
    reader = secret_reader(loaded.project.secrets, loaded.root)
    told: list[str] = []

    def secrets(reference: SecretRef) -> str:
        told.append(reader(reference))
        return told[-1]

    try:
        with held():
            identifier = workspace.start_run(
                run.id,
                key=identity.key,
                definition=canonical_json(identity.meaning).decode(),
                cell=run.cell,
                environment=version.name,
                environment_number=version.number,
                snapshot=identity.snapshot,
                inputs=identity.inputs,
                git=git,
                engine=version.built.engine,
                log=f"{RUNS}/{{id}}/log.txt",
            )
        started(identifier)
        folder = make_folder(workspace, identifier)
        work = folder / "work"
        kept = f"log in {shown(folder, loaded.root)}/log.txt" if run.history else "nothing is kept of it"
        loaded.options.say(f"{identifier}: environment {version.label}, {kept}")
        keep_description(folder, loaded, run, again)
        if run.snapshot:
            workspace.materialize(identity.snapshot, work)
        else:
            work = loaded.root / run.source
        request = RunRequest(
            identifier, run, version.environment, version.built, work, inputs,
            {name: work / path for name, path in run.outputs.items()}, folder / "log.txt",
            secrets, loaded.options.output, loaded.options.say,
        )  # fmt: skip
        engine = engine_at(loaded.root, version.built.engine, loaded.options)
        result = RunResult(_ENDED) if is_cancelled(folder) else _tries(engine, request)
        return _finish(loaded, workspace, request, result)
    except BaseException as error:
        record = workspace.run(identifier) if identifier else None
        if record is not None and record.finished is None:
            if isinstance(error, Exception):
                _say_in_log(workspace.state / record.log, error, Masker(told))
            workspace.finish_run(
                identifier, "cancelled" if isinstance(error, KeyboardInterrupt) else "failed"
            )
        raise
    finally:
        if identifier and not run.history:
            forget(workspace, identifier)


def _say_in_log(log: Path, error: Exception, masker: Masker) -> None:
    """Why there was no program, or no end of it, where whoever looks for its output finds it."""
    lines = []
    for one in error.diagnostics if isinstance(error, Failure) else ():
        lines.append(f"envspec: {one.code}: {one.message}\n")
        lines += [f"envspec: note: {note}\n" for note in one.notes]
        lines += [f"envspec: help: {one.help}\n"] if one.help else []
    if not lines:  # such as a full disk that our own output is written to
        reason = error.strerror if isinstance(error, OSError) else None
        lines.append(
            f"envspec: it could not go on with this run: {reason or error or type(error).__name__}\n"
        )
    with suppress(OSError), log.open("ab+") as file:
        begin = ""
        if file.tell():
            file.seek(-1, os.SEEK_END)
            begin = "" if file.read(1) == b"\n" else "\n"
        file.write((begin + masker.whole("".join(lines))).encode("utf-8", "replace"))


def _tries(engine: Engine, request: RunRequest) -> RunResult:
    """The last attempt is what the run was: what those before it logged is set apart."""
    result = engine.run(request)
    for attempt in range(request.run.retries):
        if result.status == 0 or is_cancelled(request.log.parent):
            break
        request.say(f"{request.id}: ended with status {result.status}, trying again ({attempt + 1})")
        set_apart(request.log.parent, attempt + 1)
        result = engine.run(request)
    return result


def _finish(loaded: Loaded, workspace: Workspace, request: RunRequest, result: RunResult) -> int:
    """Stores the outputs, registers the models made of them, and records the end."""
    run = request.run
    missing = [name for name, path in request.outputs.items() if not path.exists()]
    outcome = _outcome(request, result, missing)
    with gathering(loaded.state, waiting=lambda: request.say(f"{request.id}: {WAITING}")):
        stored = {
            name: workspace.put(path)
            for name, path in request.outputs.items()
            if outcome == "success" and path.exists()
        }
        kept = {name: workspace.put(path) for name, path in logged_files(request).items()}
        # One transaction: whoever sees that the run succeeded sees its models too, killed in between or not.
        with workspace.transaction():
            workspace.finish_run(
                request.id,
                outcome,
                result.status,
                {name: {"path": run.outputs[name], "digest": one.digest} for name, one in stored.items()}
                | {f"{FILES}{name}": {"path": name, "digest": one.digest} for name, one in kept.items()},
                result.usage,
            )
            models = _register_models(loaded, workspace, request, stored)
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
    words = {
        "success": f"done in {result.seconds:.1f} s",
        "failed": f"failed with status {result.status} after {result.seconds:.1f} s",
        "timed-out": f"ended by its timeout after {result.seconds:.1f} s",
        "cancelled": f"ended by `envspec runs cancel` after {result.seconds:.1f} s",
    }[outcome]
    request.say(f"{request.id}: {words}")
    if outcome != "success" and run.history:
        request.say(f"  its output: envspec runs logs {request.id}")
    for line in models:
        request.say(line)
    return result.status


def _outcome(request: RunRequest, result: RunResult, missing: list[str]) -> str:
    if result.status == 0:
        return "failed" if missing else "success"
    if is_cancelled(request.log.parent):
        return "cancelled"
    return "timed-out" if result.timed_out else "failed"


def _register_models(
    loaded: Loaded, workspace: Workspace, request: RunRequest, stored: Mapping[str, Snapshot]
) -> list[str]:
    """A version of each model that is one of these outputs, as `model NAME:NUMBER`."""
    registered = []
    for model in loaded.project.models.values():
        origin = model.origin
        if isinstance(origin, OutputOf) and origin.run == request.run.id and origin.output in stored:
            one = stored[origin.output]
            number = workspace.register_model(
                model.id, one.digest, size=one.size, run=request.id, output=origin.output, framework=model.framework,
                description=model.description, tags=model.tags,
            )  # fmt: skip
            registered.append(f"model {model.id}:{number}")
    return registered
