"""Command jobs and command components of Azure ML: a run each."""

from __future__ import annotations

from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml_fields import Fields
from envspec.importing.azureml_resources import add_limits, add_resources
from envspec.importing.azureml_run import (
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
from envspec.importing.spec import Block, Spec
from envspec.importing.yaml_text import Node


def read_command(asked: Asked, root: Node) -> Spec:
    """A file of `commandJob.schema.json` or `commandComponent.schema.json`."""
    spec = Spec()
    fields = Fields.of(asked, root, asked.path)
    job = Job(fields, spec, Block("run", asked.name))
    add_head(fields)
    if not add_run(job):
        raise unreadable(asked, asked.path, "a command job has a `command`", root.line)
    return spec


def add_head(fields: Fields) -> None:
    """`$schema` and `type`, which say what the file is."""
    for key in ("$schema", "type"):
        node = fields.scalar(key)
        if node is not None:
            fields.carried(key, node, "run")


def add_run(job: Job) -> bool:
    """Adds the run of a command job; False, and nothing added, when it has no command that could be imported."""
    fields = job.fields
    add_names(job)
    add_inputs(job)
    add_outputs(job)
    add_code(job)
    add_resources(job)
    add_limits(job)
    if not add_command(job):
        return False
    add_variables(job)
    add_environment_of(job)
    fields.drop_rest(REASONS)
    finish(job)
    return True
