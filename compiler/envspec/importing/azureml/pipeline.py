"""Pipeline jobs and pipeline components of Azure ML: a run for each step that runs a command, a sweep or Spark.

Inputs of the pipeline are params and data that the runs share; what one step leaves is an input of the next. Steps are
taken in the order in which they need each other. A step of another kind is told and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.component import component_of
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.inputs import Value, value_of
from envspec.importing.azureml.job import add_head, add_run
from envspec.importing.azureml.run import Job
from envspec.importing.azureml.spark import add_spark
from envspec.importing.azureml.sweep import add_sweep
from envspec.importing.fields.azureml import PIPELINE_JOB
from envspec.importing.fields.row import by_value, reason_of, reasons
from envspec.importing.spec import Block, Spec
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_MOST_STEPS = 500
_ADD = {"command": add_run, "spark": add_spark}
_OTHERS = by_value(PIPELINE_JOB, "jobs.*")
_REASONS = reasons(PIPELINE_JOB)


def read_pipeline(asked: Asked, root: Node) -> Spec:
    """A file of `pipelineJob.schema.json` or `pipelineComponent.schema.json`."""
    spec = Spec()
    fields = Fields.of(asked, root, asked.path)
    add_head(fields)
    for key in ("display_name", "description"):
        node = fields.scalar(key)
        if node is not None:
            spec.above.append(" ".join(node.text.split()))
            fields.changed(key, node, "a comment", reason_of(PIPELINE_JOB, key))
    parent: dict[str, Value] = {}
    inputs = fields.inner("inputs")
    for key in list(inputs.left) if inputs is not None else ():
        assert inputs is not None
        value = value_of(inputs, key, spec, {})
        if value is not None:
            parent[f"parent.inputs.{key}"] = value
    jobs = fields.inner("jobs")
    if jobs is None:
        raise unreadable(asked, asked.path, "a pipeline has `jobs`", root.line)
    if len(jobs.left) > _MOST_STEPS:
        raise unreadable(asked, asked.path, f"it has more than {_MOST_STEPS:,} steps", jobs.node.line)
    outputs = fields.take("outputs")
    for key in _ordered(jobs):
        _add_step(jobs, key, spec, parent)
    _tell_outputs(fields, outputs)
    fields.drop_rest(_REASONS)
    return spec


def _add_step(jobs: Fields, key: str, spec: Spec, parent: dict[str, Value]) -> None:
    """Adds the run of a step, and what it leaves to those that follow."""
    node = jobs.take(key)
    if node.kind != "mapping":
        jobs.dropped(key, node, "a step is a mapping")
        return
    fields = Fields.of(jobs.asked, node, jobs.file, f"{jobs.path(key)}.", jobs.folder)
    label = unique(name_of(key, "step"), spec.labels("run"))
    component = component_of(fields, "component") if "component" in fields.left else None
    kind = fields.scalar("type")
    word = kind.text.lower() if kind is not None else ""
    word = word or (component.left.get("type", Node()).text.lower() if component is not None else "")
    word = word or ("sweep" if "trial" in fields.left else "spark" if "entry" in fields.left else "command")
    if word not in {"sweep", *_ADD}:
        jobs.dropped(key, node, _OTHERS.get(word, f"nothing is known of steps of type `{word}`"))
        return
    if component is None and not {"command", "entry", "trial"} & set(fields.left):
        jobs.dropped(key, node, "what it runs is not known here")
        return
    job = Job(fields, spec, Block("run", label), label, parent)
    blocks = list(spec.blocks)
    if kind is not None:
        fields.carried("type", kind, "run")
    before = len(spec.params)
    added = add_sweep(job, label=False) if word == "sweep" else _ADD[word](job, component, label=False)
    if not added:
        spec.blocks[:] = blocks
        del spec.params[before:]
        jobs.dropped(key, node, "it has no command that could be imported")
        return
    jobs.carried(key, node, f"run {job.block.label}")
    if "matrix" in job.block.attributes:
        return  # which of its runs left an output only its results would say
    for name, output in job.outputs.items():
        parent[f"parent.jobs.{key}.outputs.{name}"] = Value(
            f"run.{job.block.label}.outputs.{output.name}", True
        )


def _ordered(jobs: Fields) -> Iterator[str]:
    """The steps, each after those whose outputs it takes; those of a circle as they stand."""
    waiting = {
        key: {one for one in _named(node) if one in jobs.left and one != key}
        for key, node in jobs.left.items()
    }
    done: set[str] = set()
    while waiting:
        key = next((key for key, needs in waiting.items() if needs <= done), next(iter(waiting)))
        del waiting[key]
        done.add(key)
        yield key


def _named(node: Node) -> Iterator[str]:
    """The steps that a step names."""
    yield from re.findall(r"parent\.jobs\.([A-Za-z0-9_-]+)", node.text)
    for one in (*node.items, *node.entries.values()):
        yield from _named(one)


def _tell_outputs(fields: Fields, outputs: Node) -> None:
    """Outputs of the pipeline are those of its runs."""
    for key, node in outputs.entries.items():
        fields.asked.report.changed(
            f"outputs.{key}",
            fields.shown,
            node.line,
            "outputs of its runs",
            reason_of(PIPELINE_JOB, "outputs.*"),
        )
