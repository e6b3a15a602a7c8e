"""A plan as a value: steps in the order in which `up` takes them.

`as_json` gives the shape that `grammar/plan.schema.json` describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.diagnostics import Diagnostic
from envspec.frozen import Frozen, field, frozen
from envspec.lower.difference import Change

SCHEMA = 1

LOCK, ENVIRONMENT, RUN, DEPLOYMENT = "lock", "environment", "run", "deployment"

DOES: Mapping[str, str] = {LOCK: "lock", ENVIRONMENT: "build", RUN: "run", DEPLOYMENT: "deploy"}
"""Kind of a step → its action when there is something to do."""

NOTHING, UNKNOWN = "none", "unknown"
"""The other two actions: it is as it should be; an engine that does not answer would have to say."""


@frozen
class Step(Frozen):
    """One thing that `up` looks at. `action` is one of `DOES`, `NOTHING` or `UNKNOWN`; `again` tells a thing that is
    done anew from a new one. What is not `certain` is what is to be expected, and turns on `waits`: steps before it
    (`lock e`, `run train`), none where a process beside us decides. `reasons` are clauses; `changes` the same of an
    environment, each by itself, `since` the version that it is compared with. `layers` says of each layer whether it is
    `kept` or `made`."""

    kind: str
    id: str
    action: str
    engine: str = ""
    platform: str = ""
    again: bool = False
    certain: bool = True
    reasons: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    since: str = ""
    waits: tuple[str, ...] = ()
    version: str = ""
    hash: str = ""
    location: str = ""
    layers: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.kind} {self.id}"

    @property
    def acts(self) -> bool:
        return self.action not in (NOTHING, UNKNOWN)


@frozen
class Skipped(Frozen):
    """What is left out because a param has no value."""

    kind: str
    id: str
    param: str


@frozen
class Plan(Frozen):
    """`trouble` are engines that do not answer, so that something is unknown, and what `up` would stop at."""

    file: str
    steps: tuple[Step, ...]
    skipped: tuple[Skipped, ...] = ()
    trouble: tuple[Diagnostic, ...] = ()

    @property
    def acts(self) -> bool:
        """Whether there is anything to do."""
        return any(step.acts for step in self.steps)

    def count(self, action: str) -> int:
        return sum(step.action == action for step in self.steps if step.kind != LOCK or step.acts)


def as_json(plan: Plan) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "file": plan.file,
        "changes": plan.acts,
        "summary": {action: plan.count(action) for action in (*DOES.values(), NOTHING, UNKNOWN)},
        "steps": [_step(step) for step in plan.steps],
        "skipped": [{"kind": one.kind, "id": one.id, "param": one.param} for one in plan.skipped],
        "trouble": [{"code": one.code, "message": one.message, "help": one.help} for one in plan.trouble],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "id": step.id,
        "action": step.action,
        "again": step.again and step.acts,
        "certain": step.certain,
        "waits": list(step.waits),
        "engine": step.engine,
        "platform": step.platform,
        "version": step.version,
        "hash": step.hash,
        "location": step.location,
        "reasons": list(step.reasons),
        "since": step.since,
        "changes": [change_json(change) for change in step.changes],
        "layers": dict(step.layers),
    }


def change_json(change: Change) -> dict[str, str]:
    return {
        "layer": change.layer,
        "kind": change.kind,
        "action": change.action,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "words": change.words,
    }
