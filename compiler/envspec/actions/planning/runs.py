"""Runs in a plan, in the order of what they take from each other: done again or not, and why.

What a run takes from one that is done first is not known yet. Then the run is planned by what else moved; when
nothing else did, it is planned to run and marked as not certain: an earlier run may make the very same again.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.actions.loading import Loaded
from envspec.actions.planning.environments import Expected, Planner
from envspec.actions.planning.step import NOTHING, RUN, UNKNOWN, Step
from envspec.actions.results import output_name
from envspec.actions.snapshot_settings import snapshot_limits
from envspec.actions.staleness import identity_from, shown, why_stale
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.unsupported import check_run
from envspec.frozen import Frozen, frozen, replace
from envspec.ir.types import OutputOf, PathInput, Run
from envspec.workspace.database import Workspace


@frozen
class Given(Frozen):
    """What a run takes as far as it is known now; `coming` maps the names of the others to the runs before it, and
    is `True` for one that has never made it."""

    known: Mapping[str, Mapping[str, str]]
    coming: Mapping[str, Step]
    missing: bool


def plan_run(planner: Planner, run: Run, earlier: Mapping[str, Step]) -> Step:
    """The step of a run; `earlier` are those of the runs before it, by id. Raises `Failure`."""
    loaded, workspace = planner.loaded, planner.workspace
    engine_name, expected = planner.needed_by(run, "runs", check_run)
    given = _given(loaded, workspace, run, earlier)
    snapshot = ""
    if run.snapshot:
        limits = snapshot_limits(loaded.root)
        snapshot = workspace.source_digest(loaded.root / run.source, limits=limits)
    identity = identity_from(run, expected.version, snapshot, given.known)
    reason, stands = why_stale(workspace, run, expected.version, identity)
    step = Step(RUN, run.id, NOTHING, engine_name, version=expected.version.label)
    if expected.step.action == UNKNOWN:
        return _unknown(step, expected, reason)
    waits = [one.name for one in given.coming.values()]
    coming = tuple(_coming(name, one) for name, one in given.coming.items())
    again = any(record.outcome == "success" for record in workspace.runs(run.id))
    if not reason and not coming:
        certain = expected.step.certain
        return replace(
            step,
            reasons=(f"done by {stands}",),
            certain=certain,
            waits=() if certain else expected.step.waits,
        )
    # An environment that is locked first may come out as one that the run was done in before.
    open_environment = not expected.step.certain and not _moved_besides(workspace, run, snapshot, given)
    certain = not open_environment and (bool(reason) or given.missing)
    reasons = (reason, *coming) if reason else coming
    if open_environment:
        waits += [expected.step.name]
    return replace(
        step, action="run", again=again, reasons=tuple(r for r in reasons if r), certain=certain,
        waits=() if certain else tuple(dict.fromkeys(waits)),
    )  # fmt: skip


def _moved_besides(workspace: Workspace, run: Run, snapshot: str, given: Given) -> bool:
    """Whether a run is stale whatever its environment will be: it was never done with this source and input."""
    records = [record for record in workspace.runs(run.id) if record.outcome == "success"]
    if not records or not run.snapshot or given.missing:
        return True
    digests = {name: one["digest"] for name, one in given.known.items()}
    for record in records:
        same_inputs = all(
            isinstance(one, dict) and one.get("digest") == digests.get(name)
            for name, one in record.inputs.items()
        )
        if record.snapshot == snapshot and same_inputs:
            return False
    return True


def _unknown(step: Step, expected: Expected, reason: str) -> Step:
    """Its engine does not answer: what moved is said all the same, and decides when it is not the environment."""
    if reason and expected.known:
        return replace(step, action="run", reasons=(reason,), waits=())
    return replace(step, action=UNKNOWN, certain=False, reasons=expected.step.reasons)


def _coming(name: str, earlier: Step) -> str:
    may = "will" if earlier.certain else "may"
    return f"its input `{name}` comes from run `{earlier.id}`, which {may} run first"


def _given(loaded: Loaded, workspace: Workspace, run: Run, earlier: Mapping[str, Step]) -> Given:
    known: dict[str, Mapping[str, str]] = {}
    coming: dict[str, Step] = {}
    missing = False
    problems: list[Diagnostic] = []
    for name, value in run.inputs.items():
        if isinstance(value, PathInput):
            path = (loaded.root / value.path).resolve()
            if path.exists():
                known[name] = {"path": shown(path, loaded.root), "digest": workspace.tree_digest(path)}
            else:
                problems.append(
                    Diagnostic("E0821", f"the input `{name}` is not there: `{value.path}`",
                               pointer=f"/runs/{run.id}/inputs/{name}")
                )  # fmt: skip
            continue
        before = earlier.get(value.run)
        if before is not None and before.acts:
            coming[name] = before
        digest = made_digest(loaded, workspace, value)
        if digest:
            known[name] = {"path": "", "digest": digest}
        else:
            missing = True
    if problems:
        raise Failure(problems)
    return Given(known, coming, missing)


def made_digest(loaded: Loaded, workspace: Workspace, value: OutputOf) -> str:
    """The digest of what `results.made_by` gives, without putting it there; empty when nobody has made it."""
    record = workspace.latest_output(value.run, value.output)
    if record is None:
        return ""
    path = loaded.state / "outputs" / record.removeprefix("sha256:") / output_name(loaded, value)
    return workspace.tree_digest(path) if path.exists() else record
