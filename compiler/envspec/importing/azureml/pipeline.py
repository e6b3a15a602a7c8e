"""Pipeline jobs and pipeline components of Azure ML: a run for each step that runs a command, a sweep or Spark.

Inputs of the pipeline are params and data that the runs share; what one step leaves is an input of the next. Steps are
taken in the order in which they need each other; those of a pipeline inside another have its name before theirs. Of a
step that runs what only a workspace has, the program is a param. A step of another kind is told and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.component import component_of, registered
from envspec.importing.azureml.fields import Fields, is_nothing
from envspec.importing.azureml.inputs import Value, value_of
from envspec.importing.azureml.job import Known, add_head, add_run, add_unknown
from envspec.importing.azureml.kinds import OTHERS
from envspec.importing.azureml.outputs import OUTPUT_REASONS
from envspec.importing.azureml.run import Job, add_input, add_inputs
from envspec.importing.azureml.spark import add_spark
from envspec.importing.azureml.sweep import add_sweep
from envspec.importing.azureml.values import PLACEHOLDER
from envspec.importing.fields.azureml import PIPELINE_JOB
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.spec import Block, Spec
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_MOST_STEPS = 500
_DEEPEST = 10
"""Pipelines inside of each other."""
_OF_COMPONENTS = ("component", "component_job", "command_component")
"""What older files call a step that runs a component."""
_ADD = {"command": add_run, "spark": add_spark}
_REASONS = reasons(PIPELINE_JOB)


def read_pipeline(asked: Asked, root: Node, known: Known | None = None) -> Spec:
    """A file of `pipelineJob.schema.json` or `pipelineComponent.schema.json`."""
    spec = known.spec if known is not None else Spec()
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
        value = value_of(inputs, key, spec, {}, step=asked.name if known is not None else "")
        if value is not None:
            parent[f"parent.inputs.{key}"] = value
    pipeline = _Pipeline(fields, spec, parent, environments=known.environments if known is not None else {})
    if not is_nothing(fields.left.get("jobs", Node())):
        _add_steps(pipeline)
    elif not _add_named(pipeline, asked.name):
        raise unreadable(asked, asked.path, "a pipeline has `jobs`", root.line)
    fields.drop_rest(_REASONS)
    return spec


@mutable
class _Pipeline(Mutable):
    """A pipeline in the making. `parent` is what `${{parent.…}}` names in its steps, `prefix` what stands before the names
    of their runs, `above` the pipelines that it is in; `outputs` are those of its runs, by its own names for them."""

    fields: Fields
    spec: Spec
    parent: dict[str, Value]
    prefix: str = ""
    above: tuple[Path, ...] = ()
    outputs: dict[str, Value] = field(default_factory=dict)
    environments: Mapping[str, str] = field(default_factory=dict)


def _add_named(pipeline: _Pipeline, name: str) -> bool:
    """The runs of a job that is one component, named as such; False when it is none."""
    fields = pipeline.fields
    if is_nothing(fields.left.get("component", Node())):
        return False
    job = Job(fields, pipeline.spec, Block("run", name), name, environments=pipeline.environments)
    job.given = {key.removeprefix("parent."): value for key, value in pipeline.parent.items()}
    for key, value in job.given.items():
        add_input(job, key.removeprefix("inputs."), value)
    program = registered(fields, "component")
    component = component_of(fields, "component") if program is None else None
    if component is None:
        return add_unknown(job, program or fields.node.get("component").text)
    _add_inner(pipeline, "", job, component)
    return True


def _add_steps(pipeline: _Pipeline) -> None:
    """Adds the runs of all steps."""
    fields = pipeline.fields
    jobs, outputs = fields.inner("jobs"), fields.inner("outputs")
    alone = _alone(jobs) if jobs is not None else set()
    for key in _ordered(jobs) if jobs is not None else ():
        assert jobs is not None
        if len(pipeline.spec.labels("run")) > _MOST_STEPS or len(jobs.left) > _MOST_STEPS:
            raise unreadable(
                fields.asked, fields.file, f"it has more than {_MOST_STEPS:,} steps", jobs.node.line
            )
        _add_step(pipeline, jobs, key, alone=key in alone)
    if outputs is not None:
        _tell_outputs(outputs)


def _add_step(pipeline: _Pipeline, jobs: Fields, key: str, *, alone: bool) -> None:
    """Adds the run of a step, and what it leaves to those that follow. `alone`: there are others, and none of them needs
    it or is needed by it."""
    node, spec, parent = jobs.take(key), pipeline.spec, pipeline.parent
    if node.kind != "mapping":
        jobs.dropped(key, node, "a step is a mapping")
        return
    fields = Fields.of(jobs.asked, node, jobs.file, f"{jobs.path(key)}.", jobs.folder)
    label = unique(name_of(f"{pipeline.prefix}{key}", "step"), spec.labels("run"))
    job = Job(fields, spec, Block("run", label), label, parent, environments=pipeline.environments)
    fields.describes(job.block)
    component = program = None
    if "component" in fields.left:
        program = registered(fields, "component")
        component = component_of(fields, "component") if program is None else None
        program = program or fields.node.get("component").text.strip()
    kind = fields.scalar("type")
    word = kind.text.lower() if kind is not None and kind.text not in _OF_COMPONENTS else ""
    word = word or (component.left.get("type", Node()).text.lower() if component is not None else "")
    word = word or ("sweep" if "trial" in fields.left else "spark" if "entry" in fields.left else "command")
    inner = component if component is not None else fields
    if word == "pipeline" and "jobs" in inner.left:
        jobs.carried(key, node, "runs")
        if kind is not None:
            fields.carried("type", kind, "runs")
        _add_inner(pipeline, key, job, component)
        return
    if word not in {"sweep", "pipeline", *_ADD}:
        jobs.dropped(key, node, OTHERS.get(word, f"nothing is known of steps of type `{word}`"))
        return
    known = component is not None or bool({"command", "entry", "trial"} & set(fields.left))
    if not known and program is None:
        jobs.dropped(key, node, "what it runs is not known here")
        return
    blocks, before = list(spec.blocks), len(spec.params)
    if kind is not None:
        fields.carried("type", kind, "run")
    if not known:
        added = add_unknown(job, program or "")
    elif word == "sweep":
        added = add_sweep(job, label=False)
    else:
        added = _ADD.get(word, add_run)(job, component, label=False)
    if not added:
        spec.blocks[:] = blocks
        del spec.params[before:]
        jobs.dropped(key, node, "it has no command that could be imported")
        return
    if alone:
        reason = "no other step takes what it leaves, nor it theirs: it is a run by itself, in no pipeline"
        jobs.changed(key, node, f"run {job.block.label}", reason)
    else:
        jobs.carried(key, node, f"run {job.block.label}")
    if "matrix" in job.block.attributes:
        return  # which of its runs left an output only its results would say
    written = node.get("outputs")
    for name, output in job.outputs.items():
        value = Value(f"run.{job.block.label}.outputs.{output.name}", True)
        parent[f"parent.jobs.{key}.outputs.{name}"] = value
        _leave(pipeline, written.get(name), value)


def _leave(pipeline: _Pipeline, written: Node, value: Value) -> None:
    """What a step leaves as an output of its pipeline: `${{parent.outputs.x}}`."""
    text = written.text if written.kind == "scalar" else written.get("path").text
    match = PLACEHOLDER.fullmatch(text.strip())
    if match is not None and match[1].startswith("parent.outputs."):
        pipeline.outputs[match[1].removeprefix("parent.outputs.")] = value


def _add_inner(pipeline: _Pipeline, key: str, job: Job, component: Fields | None) -> None:
    """The runs of a pipeline inside another, written there or in a file of its own."""
    fields = job.fields
    own = component if component is not None else fields
    above = (*pipeline.above, fields.file)
    is_file = component is not None and not component.above
    if len(above) > _DEEPEST or (is_file and own.file in above):  # a file in itself, as often as it has steps
        name = "jobs" if component is None else "component"
        fields.dropped(name, fields.node.get(name), "it is nested too deeply")
        return
    add_inputs(job, component)
    parent = {f"parent.{name}": value for name, value in job.given.items()}
    prefix = f"{job.step}-" if key else ""
    inner = _Pipeline(own, pipeline.spec, parent, prefix, above, environments=pipeline.environments)
    if component is not None:
        add_head(component)
        outputs = fields.inner("outputs")
        if outputs is not None:
            _tell_outputs(outputs)
    given = fields.node.get("outputs")
    _add_steps(inner)
    for name, value in inner.outputs.items():
        pipeline.parent[f"parent.jobs.{key}.outputs.{name}"] = value
        _leave(pipeline, given.get(name), value)
    own.drop_rest(_REASONS)
    fields.drop_rest(_REASONS)


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


def _alone(jobs: Fields) -> set[str]:
    """The steps that no other one is tied to, of those that become runs."""
    steps = {key: node for key, node in jobs.left.items() if node.get("type").text.lower() not in OTHERS}
    needs = {key: set(_named(node)) - {key} for key, node in steps.items()}
    needed = {one for named in needs.values() for one in named}
    return {key for key, named in needs.items() if len(needs) > 1 and not named and key not in needed}


def _named(node: Node) -> Iterator[str]:
    """The steps that a step names."""
    yield from re.findall(r"parent\.jobs\.([A-Za-z0-9_-]+)", node.text)
    for one in (*node.items, *node.entries.values()):
        yield from _named(one)


def _tell_outputs(outputs: Fields) -> None:
    """Outputs of the pipeline are those of its runs."""
    for key in list(outputs.left):
        node = outputs.take(key)
        outputs.changed(key, node, "outputs of its runs", reason_of(PIPELINE_JOB, "outputs.*"))
        if node.kind == "mapping":
            inner = Fields.of(outputs.asked, node, outputs.file, f"{outputs.path(key)}.", outputs.folder)
            inner.drop_rest(OUTPUT_REASONS, reason_of(PIPELINE_JOB, "outputs.*.type"))
