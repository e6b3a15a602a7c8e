"""What the language has and an engine of one machine cannot do: refused with a code before anything is built."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.types import Deployment, Run

ONE_MACHINE = frozenset({"docker", "local"})


def check_run(engine: str, run: Run) -> None:
    """Raise `Failure` E0823 with everything of `run` that the engine cannot do."""
    if engine not in ONE_MACHINE:
        return
    resources = run.resources
    rows = (
        ("resources/nodes", "`nodes` above 1", (resources.nodes or 1) > 1),
        (
            "resources/processes_per_node",
            "`processes_per_node` above 1",
            (resources.processes_per_node or 1) > 1,
        ),
    )
    _refuse(engine, f"/runs/{run.id}", rows, "take it away, or choose a target with more than one machine")


def check_deployment(engine: str, deployment: Deployment) -> None:
    """Raise `Failure` E0823 with everything of `deployment` that the engine cannot do."""
    if engine not in ONE_MACHINE:
        return
    rows = (("traffic", "`traffic`", deployment.traffic not in (None, 100)),)
    _refuse(
        engine,
        f"/deployments/{deployment.id}",
        rows,
        "take it away: each deployment here has an address of its own and all of its requests",
    )


def _refuse(engine: str, item: str, rows: tuple[tuple[str, str, bool], ...], help: str) -> None:
    found = [
        Diagnostic("E0823", f"the engine `{engine}` cannot do {what}", pointer=f"{item}/{path}", help=help)
        for path, what, asked in rows
        if asked
    ]
    if found:
        raise Failure(found)
