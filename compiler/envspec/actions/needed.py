"""What runs and deployments need of environments: each where it will be used, all built side by side.

A run or deployment builds its own environment when it starts; with several of them that would be one build after
the other, and the second failure would be seen only when the first is mended.
"""

from __future__ import annotations

from collections.abc import Iterable

from envspec.actions.building import Version, Wanted, build_all
from envspec.actions.loading import Loaded
from envspec.engines import table
from envspec.engines.unsupported import check_deployment, check_run
from envspec.ir.types import Deployment, Environment, Run


def target_of(loaded: Loaded, name: str) -> str:
    """The engine behind a target's name; the default one when none is said."""
    target = loaded.project.targets.get(name)
    return target.kind if target is not None else name or table.DEFAULT


def build_needed(
    loaded: Loaded,
    runs: Iterable[Run] = (),
    deployments: Iterable[Deployment] = (),
    also: Iterable[Environment] = (),
) -> list[Version]:
    """The environments of these, and `also` others on the default engine; each once on each engine. Raises
    `Failure` with all that an engine cannot do, or those of all builds that failed."""
    wanted: dict[tuple[str, str], Wanted] = {}

    def add(environment: object, engine: str, pointer: str) -> None:
        assert isinstance(environment, str), "registered environments are replaced before this"
        pointer = "" if loaded.options.engine else pointer
        one = Wanted(loaded.project.environments[environment], engine, pointer)
        wanted.setdefault((environment, engine), one)

    for environment in also:
        add(environment.id, loaded.options.engine or table.DEFAULT, "")
    for run in runs:
        engine = loaded.options.engine or target_of(loaded, run.target)
        check_run(engine, run)
        add(run.environment, engine, f"/runs/{run.id}/target")
    for deployment in deployments:
        engine = loaded.options.engine or target_of(loaded, deployment.target)
        check_deployment(engine, deployment)
        add(deployment.environment, engine, f"/deployments/{deployment.id}/target")
    return build_all(loaded, list(wanted.values())) if wanted else []
