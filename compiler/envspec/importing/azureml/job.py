"""Command jobs and command components of Azure ML: a run each."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import Frozen, field, frozen
from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.component import parts_of
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.inputs import add_param, shown_address
from envspec.importing.azureml.machine import add_cluster
from envspec.importing.azureml.resources import add_limits, add_resources
from envspec.importing.azureml.run import (
    REASONS,
    Job,
    add_code,
    add_command,
    add_environment_of,
    add_inputs,
    add_names,
    add_outputs,
    add_variables,
    finish,
)
from envspec.importing.azureml.values import string_with
from envspec.importing.fields.azureml import PIPELINE_JOB
from envspec.importing.fields.row import reason_of
from envspec.importing.report import DROPPED
from envspec.importing.spec import Block, Item, Items, Spec, Written
from envspec.importing.yaml_text import Node
from envspec.starting.names import unique

_UNKNOWN = "unknown-components"


def read_command(asked: Asked, root: Node, known: Known | None = None) -> Spec:
    """A file of `commandJob.schema.json` or `commandComponent.schema.json`."""
    job = job_of(asked, root, known)
    if not add_run(job):
        node = root.get("command")
        told = (
            [line.reason for line in asked.report.of(DROPPED) if line.line == node.line] if node.kind else []
        )
        reason = f"its `command` is not taken: {told[-1]}" if told else "a command job has a `command`"
        raise unreadable(asked, asked.path, reason, node.line or root.line)
    return job.spec


@frozen
class Known(Frozen):
    """The spec that a job is added to, with what was read of its folder; `environments` are labels by name."""

    spec: Spec
    environments: Mapping[str, str] = field(default_factory=dict)


def job_of(asked: Asked, root: Node, known: Known | None = None) -> Job:
    """The one job of a file."""
    fields = Fields.of(asked, root, asked.path)
    if known is None:
        job = Job(fields, Spec(), Block("run", asked.name))
    else:
        label = unique(asked.name, known.spec.labels("run"))
        job = Job(fields, known.spec, Block("run", label), label, environments=known.environments)
    fields.describes(job.block)
    add_head(fields)
    return job


def add_head(fields: Fields) -> None:
    """`$schema` and `type`, which say what the file is."""
    for key in ("$schema", "type"):
        node = fields.scalar(key)
        if node is not None:
            fields.carried(key, node, "run")
            if (key, node.text) == ("type", "command"):
                fields.kept(key, node)  # which its schema says too


def add_run(job: Job, component: Fields | None = None, *, label: bool = True) -> bool:
    """Adds the run of a command job, or of a step that runs a component. False, and no run, when it has no command that
    could be imported. Without `label` it keeps its name."""
    add_names(job, label=label)
    component, both = parts_of(job, component)
    add_inputs(job, component)
    for one in both:
        add_outputs(one)
        add_code(one)
        add_resources(one)
        add_limits(one)
    if not any(add_command(one) for one in both):
        return False
    for one in both:
        add_variables(one)
        add_cluster(one.fields, job.block)
    add_environment_of(next((one for one in reversed(both) if "environment" in one.fields.left), job))
    for one in both:
        one.fields.drop_rest(REASONS)
    finish(job)
    return True


def add_unknown(job: Job, component: str, key: str = "component") -> bool:
    """Adds the run of a step whose component is not to be had: its program is a param, and finds literals of the step in
    variables."""
    add_names(job, label=False)
    add_inputs(job)
    add_outputs(job)
    add_resources(job)
    add_limits(job)
    add_program(job, component, key)
    add_variables(job)
    add_cluster(job.fields, job.block)
    job.fields.drop_rest(REASONS)
    finish(job)
    return True


def add_program(job: Job, component: str, key: str) -> None:
    """`command` and `environment` of a run of which only the name of its `component` is known."""
    fields, spec = job.fields, job.spec
    name = add_param(spec, f"{job.block.label}-program", kind="string", remark=shown_address(component))
    job.block.add("command", Items((Item(Written(f"param.{name}")),)))
    node = fields.node.get(key)
    if node.text.strip().startswith("azureml:"):
        reason = reason_of(PIPELINE_JOB, "jobs.*.component", "only a workspace has it")
        fields.changed(key, node, f"param {name}", reason)
    for bound in job.bound.values():
        if bound.is_param:
            job.variables[bound.variable] = Written(string_with(["", ""], [bound.reference]))
    if "environment" in fields.left:
        add_environment_of(job)
        return
    if not any((one.kind, one.label) == ("environment", _UNKNOWN) for one in spec.blocks):
        above = [
            "Nothing is known of the environments of components that are not here: write what they need."
        ]
        spec.blocks.append(Block("environment", _UNKNOWN, above=above))
    job.block.add("environment", Written(_UNKNOWN))
