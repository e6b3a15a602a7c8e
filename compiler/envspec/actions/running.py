"""Runs: after those whose outputs they need, in a copy of their source, remembered from before they start."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from envspec.actions.building import Version, build
from envspec.actions.loading import Loaded
from envspec.actions.needed import build_needed, target_of
from envspec.actions.one_run import do_run, nobody, until_recorded
from envspec.actions.results import inputs_of, made_by
from envspec.actions.staleness import identity_of, why_stale
from envspec.actions.waiting import missing_below, missing_of, needs_param, skipped_line
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.unsupported import check_run
from envspec.ir.types import OutputOf, Run
from envspec.workspace.database import Workspace


def chosen_runs(loaded: Loaded, names: list[str]) -> list[Run]:
    """The runs of these names or ids (all without a name), those that others wait for first.

    Raises `Failure` for a name that is not there and for a run that waits for a param.
    """
    runs = loaded.project.runs
    wanted: list[str] = []
    problems: list[Diagnostic] = []
    for name in names or [run.id for run in runs.values()]:
        missing = missing_of(loaded, f"/runs/{name}")
        matching = [run for run in runs.values() if name in {run.id, run.name}]
        waiting = [one for run in matching for one in missing_below(loaded, run)]
        if not names and waiting:
            loaded.options.say(skipped_line(name, waiting[0]))
            continue
        wanted += [run.id for run in matching]
        if missing or waiting:
            problems += [needs_param(one, f"run `{name}`") for one in missing or waiting]
        elif not matching:
            from envspec.resolve.suggest import did_you_mean, known

            problems.append(
                Diagnostic("E1204", f"there is no run `{name}` in `{loaded.file}`",
                           help=did_you_mean(name, runs) or known(runs, "it defines none"))
            )  # fmt: skip
    if problems:
        raise Failure(problems)
    if not names:
        for one in loaded.project.missing:
            if one.item.startswith("/runs/"):
                loaded.options.say(skipped_line(one.item.removeprefix("/runs/"), one))
    return in_order(loaded, wanted)


def in_order(loaded: Loaded, wanted: Iterable[str]) -> list[Run]:
    """These runs, each after those among them whose outputs it takes."""
    runs = loaded.project.runs
    wanted = list(wanted)
    ordered: dict[str, Run] = {}

    def add(key: str) -> None:
        for needed in _needed(runs[key]):
            if needed in wanted:
                add(needed)
        ordered.setdefault(key, runs[key])

    for key in wanted:
        add(key)
    return list(ordered.values())


def _needed(run: Run) -> list[str]:
    return [value.run for value in run.inputs.values() if isinstance(value, OutputOf)]


def run_all(loaded: Loaded, runs: list[Run]) -> int:
    """Builds the environments of these runs side by side; then does them one after the other, and before each those
    that have never made what it takes. Gives the status of the first that fails, else 0."""
    with Workspace.open(loaded.root) as workspace:
        done: set[str] = set()
        if len(runs) > 1:
            build_needed(loaded, runs)
        for run in runs:
            for one in [*_never_made(loaded, workspace, run, done), run]:
                if one.id not in done:
                    done.add(one.id)
                    status = run_once(loaded, workspace, one)
                    if status != 0:
                        return status
    return 0


def _never_made(loaded: Loaded, workspace: Workspace, run: Run, done: set[str]) -> list[Run]:
    """The runs above `run` without which it lacks an input, those that others wait for first."""
    found: dict[str, Run] = {}

    def visit(one: Run) -> None:
        for value in one.inputs.values():
            upstream = loaded.project.runs.get(value.run) if isinstance(value, OutputOf) else None
            if upstream is None or upstream.id in done or upstream.id in found:
                continue
            assert isinstance(value, OutputOf)
            if made_by(loaded, workspace, value) is None:
                visit(upstream)
                found[upstream.id] = upstream
                loaded.options.say(f"{upstream.id} first: {one.id} takes its `{value.output}`")

    visit(run)
    return list(found.values())


def run_once(loaded: Loaded, workspace: Workspace, run: Run, started: Callable[[str], None] = nobody) -> int:
    """Does one run; gives its program's status. `started` gets its id when it is recorded, before its program begins."""
    version = version_for(loaded, run)
    with until_recorded(loaded.state, loaded.options.say, started) as recorded:
        inputs = inputs_of(loaded, workspace, run)
        identity = identity_of(loaded, workspace, run, version, inputs)
        return do_run(loaded, workspace, run, version, identity, inputs, started=recorded)


def run_if_stale(loaded: Loaded, workspace: Workspace, run: Run) -> int:
    """Does a run unless it has been done as it is now, and says which and why."""
    version = version_for(loaded, run)
    with until_recorded(loaded.state, loaded.options.say) as recorded:
        inputs = inputs_of(loaded, workspace, run)
        identity = identity_of(loaded, workspace, run, version, inputs)
        reason, stands = why_stale(workspace, run, version, identity)
        if not reason:
            loaded.options.say(f"run {run.id}: unchanged since {stands}")
            return 0
        loaded.options.say(f"run {run.id}: {reason}")
        return do_run(loaded, workspace, run, version, identity, inputs, started=recorded)


def version_for(loaded: Loaded, run: Run) -> Version:
    """The environment of a run, built where it will run."""
    assert isinstance(run.environment, str), "registered environments are replaced before this"
    engine_name = loaded.options.engine or target_of(loaded, run.target)
    check_run(engine_name, run)
    environment = loaded.project.environments[run.environment]
    pointer = "" if loaded.options.engine else f"/runs/{run.id}/target"
    return build(loaded, [environment], engine_name, pointer)[environment.id]
