"""What waits for a param without a value: a run or deployment by itself, or by its environment."""

from __future__ import annotations

from envspec.actions.loading import Loaded
from envspec.diagnostics import Diagnostic
from envspec.ir.types import Deployment, MissingParam, Run


def missing_of(loaded: Loaded, item: str) -> list[MissingParam]:
    """The params that an item (`/runs/train`) itself waits for."""
    return [one for one in loaded.project.missing if one.item == item]


def missing_below(loaded: Loaded, block: Run | Deployment) -> list[MissingParam]:
    """The params that the environment of a run or deployment waits for."""
    return (
        missing_of(loaded, f"/environments/{block.environment}") if isinstance(block.environment, str) else []
    )


def needs_param(missing: MissingParam, what: str) -> Diagnostic:
    """E0511 for something that was asked for by its name."""
    return Diagnostic(
        "E0511", f"param `{missing.param}` has no value, and {what} needs it", pointer=missing.pointer,
        help=f"give it one: `--set {missing.param}=…`",
    )  # fmt: skip


def skipped_line(name: str, missing: MissingParam) -> str:
    """What is said of one that nobody named."""
    return f"{name}: skipped, param `{missing.param}` has no value (`--set {missing.param}=…`)"
