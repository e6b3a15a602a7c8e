"""`up`: what is stale is done and nothing else, and each thing says which it was and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envspec.actions.building import chosen, usable_engine
from envspec.actions.compiling import compiled, differences, write
from envspec.actions.deploying import chosen_deployments, deploy
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock
from envspec.actions.needed import build_needed, target_of
from envspec.actions.registered import with_registered
from envspec.actions.running import chosen_runs, run_if_stale
from envspec.actions.snapshot_settings import check_limits
from envspec.counted import counted
from envspec.diagnostics import Failure
from envspec.engines.interface import Deployed
from envspec.ir.types import Deployment
from envspec.workspace.database import Workspace

Served = Callable[[Deployment, Deployed], None]
"""Takes each deployment that answers."""


def up(loaded: Loaded, folder: Path, served: Served) -> int:
    """Locks, compiles into `folder`, builds, runs what is stale, deploys. Gives the status of the first run
    that fails, else 0; raises `Failure`."""
    say = loaded.options.say
    check_limits(loaded.root)
    _check_engines(loaded)
    loaded = with_registered(loaded, ensure_lock(loaded))
    _compile(loaded, folder)
    used = {r.environment for r in loaded.project.runs.values()}
    used |= {d.environment for d in loaded.project.deployments.values()}
    unused = [e for e in chosen(loaded, []) if e.id not in used]
    runs, deployments = chosen_runs(loaded, []), chosen_deployments(loaded, [])
    for version in build_needed(loaded, runs, deployments, unused):
        if not version.built.reused:
            say(f"environment {version.label}: built")
        elif version.environment.id not in used:
            say(f"environment {version.label}: unchanged")
    with Workspace.open(loaded.root) as workspace:
        for run in runs:
            status = run_if_stale(loaded, workspace, run)
            if status != 0:
                return status
    for deployment in deployments:
        deployed = deploy(loaded, deployment)
        if deployed.reused:
            say(f"deployment {deployment.id}: unchanged")
        served(deployment, deployed)
    return 0


def _check_engines(loaded: Loaded) -> None:
    """An engine that is not there is said before minutes of locking and building on another."""
    wanted: dict[str, str] = {}
    for kind, blocks in (("runs", loaded.project.runs), ("deployments", loaded.project.deployments)):
        for block in blocks.values():
            pointer = "" if loaded.options.engine else f"/{kind}/{block.id}/target"
            wanted.setdefault(loaded.options.engine or target_of(loaded, block.target), pointer)
    for name, pointer in wanted.items():
        usable_engine(loaded, name, pointer)


def _compile(loaded: Loaded, folder: Path) -> None:
    say = loaded.options.say
    try:
        made = compiled(loaded)
    except Failure as failure:
        if loaded.options.engine == "docker" or any(
            not d.code.startswith("E07") for d in failure.diagnostics
        ):
            raise
        # The local engine needs no image, so what only an image cannot have stops nothing here.
        for finding in failure.diagnostics:
            say(f"no Dockerfile: {finding.message} ({finding.code})")
        return
    moved = differences(made, folder)
    if moved:
        write(made, folder)
        say(f"compiled: {counted(len(moved), 'file')} in {folder}")
