"""E0216: outputs of a run with `history = false` are not kept for other runs, nor for what serves the model that they are.

The model itself is registered when the run ends, and stays.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.ir.types import OutputOf
from envspec.resolve.evaluated import escape


def _check(subject: Subject) -> Iterator[Diagnostic]:
    project, origins = subject.project, subject.resolution.origins
    for pointer, value in _taken(subject):
        run = project.runs.get(value.run)
        if run is None or run.history:
            continue
        why = origins.locate(f"/runs/{run.id}/history")
        yield Diagnostic(
            "E0216",
            f"`{value.output}` of run `{run.id}` will not be there: nothing is kept of that run",
            origins.locate(pointer),
            "",
            () if why is None else (Label(why, "because of this"),),
            help="take `history = false` away",
        )


def _taken(subject: Subject) -> Iterator[tuple[str, OutputOf]]:
    """Where the output of a run is needed."""
    project = subject.project
    for key, run in project.runs.items():
        for name, value in run.inputs.items():
            if isinstance(value, OutputOf):
                yield f"/runs/{key}/inputs/{escape(name)}", value
    for key, deployment in project.deployments.items():
        for at, name in enumerate(deployment.models):
            model = project.models.get(name)
            if model is not None and isinstance(model.origin, OutputOf):
                yield f"/deployments/{key}/models/{at}", model.origin


RULE = Rule("output-not-kept", ("E0216",), _check)
