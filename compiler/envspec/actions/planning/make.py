"""The whole plan: what is locked first, then environments, runs in their order, deployments.

What always holds: nothing is written, built, solved, fetched or executed; what a plan says with certainty is what
`up` does when it is called next and nothing has changed. When another process writes the workspace meanwhile, it is
looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from envspec.actions.building import chosen
from envspec.actions.loading import Loaded
from envspec.actions.planning.environments import Planner
from envspec.actions.planning.outlook import outlook
from envspec.actions.planning.runs import plan_run
from envspec.actions.planning.step import Plan, Skipped, Step
from envspec.actions.running import in_order
from envspec.actions.snapshot_settings import check_limits
from envspec.actions.waiting import missing_below, missing_of, needs_param
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import table
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Deployment, Environment, OutputOf, RegisteredEnvironment, Run
from envspec.workspace.connection import FILE, FOLDER
from envspec.workspace.database import Workspace

_LOOKS = 5
"""So often a workspace is looked at again that others write to."""


def plan(loaded: Loaded, names: list[str]) -> Plan:
    """What `up` would do; with names only for these environments, runs and deployments, and what they need.
    Raises `Failure` for what would also end `up` before it does anything."""
    check_limits(loaded.root)
    file = loaded.root / FOLDER / FILE
    for _ in range(_LOOKS):
        before = _stamp(file)
        try:
            with Workspace.look(loaded.root) as workspace:
                made = _plan(loaded, workspace, names)
        except Failure:
            if _stamp(file) == before:
                raise
            continue
        if _stamp(file) == before:
            return made
    with Workspace.look(loaded.root) as workspace:
        return _plan(loaded, workspace, names)


def _stamp(file: Path) -> tuple[tuple[int, int, int], ...]:
    """Of the database and its journal: whether somebody wrote."""
    found = []
    for path in (file, file.with_name(f"{FILE}-wal")):
        try:
            status = path.stat()
        except OSError:
            continue
        found.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return tuple(found)


@frozen
class _Wanted(Frozen):
    """Ids of what is planned; `environments` are those asked for by themselves."""

    environments: tuple[str, ...]
    runs: tuple[str, ...]
    deployments: tuple[str, ...]


def _plan(loaded: Loaded, workspace: Workspace, names: list[str]) -> Plan:
    wanted = _wanted(loaded, names)
    planner = Planner(outlook(loaded, workspace), workspace)
    loaded = planner.loaded
    default = loaded.options.engine or table.DEFAULT
    runs: dict[str, Step] = {}
    for key in wanted.environments:
        planner.environment(loaded.project.environments[key], default)
    for run in in_order(loaded, wanted.runs):
        runs[run.id] = plan_run(planner, run, runs)
    deployments = [] if not wanted.deployments else _deployments(planner, wanted.deployments, runs)
    environments = [one.step for one in planner.expected.values()]
    locks = [
        step for key, step in planner.outlook.steps.items() if step.acts and _concerns(key, environments)
    ]
    return Plan(
        loaded.file,
        (*locks, *environments, *runs.values(), *deployments),
        () if names else _skipped(loaded),
        (*planner.away.values(), *planner.in_the_way),
    )


def _deployments(planner: Planner, wanted: Iterable[str], runs: Mapping[str, Step]) -> list[Step]:
    from envspec.actions.planning.deployments import plan_deployment  # with the server, which few plans need

    return [plan_deployment(planner, planner.loaded.project.deployments[key], runs) for key in wanted]


def _concerns(key: str, environments: Iterable[Step]) -> bool:
    """Whether a lock entry (an id or a reference) is of one of these environments."""
    return any(step.id in (key, RegisteredEnvironment(key).id) for step in environments)


def _wanted(loaded: Loaded, names: list[str]) -> _Wanted:
    project = loaded.project
    if not names:
        runs = _with_environment(loaded, project.runs)
        deployments = _with_environment(loaded, project.deployments)
        used = {project.runs[key].environment for key in runs}
        used |= {project.deployments[key].environment for key in deployments}
        alone = tuple(e.id for e in chosen(loaded, []) if e.id not in used)
        return _Wanted(alone, runs, deployments)
    environments: list[Environment] = []
    run_ids: list[str] = []
    deployment_ids: list[str] = []
    for name in names:
        found = [run.id for run in project.runs.values() if name in {run.id, run.name}]
        here = [e for e in project.environments.values() if name in {e.id, e.name}]
        served = [name] if name in project.deployments else []
        if not found and not here and not served:
            raise Failure(_no_such(loaded, name))
        waiting = [missing for key in found for missing in missing_below(loaded, project.runs[key])]
        waiting += [missing for key in served for missing in missing_below(loaded, project.deployments[key])]
        if waiting:
            raise Failure(needs_param(one, f"`{name}`") for one in waiting)
        run_ids += found
        deployment_ids += served
        environments += here
    for key in deployment_ids:
        run_ids += _makers(loaded, key)
    return _Wanted(
        tuple(dict.fromkeys(e.id for e in environments)),
        tuple(_with_needed(loaded, run_ids)),
        tuple(dict.fromkeys(deployment_ids)),
    )


def _with_environment(
    loaded: Loaded, blocks: Mapping[str, Run] | Mapping[str, Deployment]
) -> tuple[str, ...]:
    """Those whose environment waits for no param."""
    return tuple(key for key, block in blocks.items() if not missing_below(loaded, block))


def _makers(loaded: Loaded, deployment: str) -> list[str]:
    """The runs that make the models of a deployment."""
    models = (loaded.project.models.get(name) for name in loaded.project.deployments[deployment].models)
    return [model.origin.run for model in models if model is not None and isinstance(model.origin, OutputOf)]


def _with_needed(loaded: Loaded, runs: Iterable[str]) -> list[str]:
    """These runs and all whose outputs they take, directly or not."""
    found: dict[str, None] = {}
    waiting = list(runs)
    while waiting:
        key = waiting.pop(0)
        if key in found or key not in loaded.project.runs:
            continue
        found[key] = None
        inputs = loaded.project.runs[key].inputs.values()
        waiting += [value.run for value in inputs if isinstance(value, OutputOf)]
    return list(found)


def _no_such(loaded: Loaded, name: str) -> list[Diagnostic]:
    project = loaded.project
    kinds = ("environments", "runs", "deployments")
    missing = [one for kind in kinds for one in missing_of(loaded, f"/{kind}/{name}")]
    if missing:
        return [needs_param(one, f"`{name}`") for one in missing]
    from envspec.resolve.suggest import did_you_mean, known

    names = [*project.environments, *project.runs, *project.deployments]
    return [
        Diagnostic(
            "E1204", f"there is no environment, run or deployment `{name}` in `{loaded.file}`",
            help=did_you_mean(name, names) or known(names, "it defines none"),
        )
    ]  # fmt: skip


def _skipped(loaded: Loaded) -> tuple[Skipped, ...]:
    project = loaded.project
    kinds = {"environments": "environment", "runs": "run", "deployments": "deployment"}
    found: dict[tuple[str, str], Skipped] = {}
    for missing in loaded.project.missing:
        _, plural, key = missing.item.split("/", 2)
        if plural in kinds:
            found.setdefault((plural, key), Skipped(kinds[plural], key, missing.param))
    for plural, blocks in (("runs", project.runs), ("deployments", project.deployments)):
        for key, block in blocks.items():
            for missing in missing_below(loaded, block)[:1]:
                found.setdefault((plural, key), Skipped(kinds[plural], key, missing.param))
    return tuple(found.values())
