"""What a job of Azure ML may use: `resources`, `distribution`, `limits`."""

from __future__ import annotations

from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.machine import add_machine
from envspec.importing.azureml.run import Job
from envspec.importing.azureml.values import duration, size, whole_number
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import Kept, reasons
from envspec.importing.spec import Text, Written
from envspec.importing.yaml_text import Node

_RESOURCES = reasons(COMMAND_JOB, "resources.")
_EXPORTED = ("pytorch", "mpi", "tensorflow")
_DISTRIBUTION = reasons(COMMAND_JOB, "distribution.")


def add_resources(job: Job) -> None:
    """`resources`, `distribution` and the `timeout` of `limits`."""
    resources = job.fields.inner("resources")
    if resources is not None:
        _count(job, resources, "instance_count", "nodes")
        _shm_size(job, resources)
        add_machine(resources, job.block)
        resources.drop_rest(_RESOURCES)
    distribution = job.fields.inner("distribution")
    if distribution is not None:
        _distribution(job, distribution)


def add_limits(job: Job) -> None:
    limits = job.fields.inner("limits")
    if limits is not None:
        add_timeout(job, limits, "timeout")
        limits.drop_rest(reasons(COMMAND_JOB, "limits."))


def add_timeout(job: Job, fields: Fields, key: str) -> None:
    """A number of seconds as `timeout`."""
    node = fields.scalar(key)
    if node is None:
        return
    text = duration(node)
    if text is None:
        fields.dropped(key, node, Kept("a whole number of seconds is expected here"))
        return
    job.block.add("timeout", Written(text))
    fields.carried(key, node, "timeout")


def _distribution(job: Job, fields: Fields) -> None:
    kind = fields.scalar("type") or fields.scalar("distribution_type")
    if kind is not None and kind.text.strip():
        job.block.add("framework", Text(kind.text.strip().lower()))
        if kind.text not in _EXPORTED:
            fields.whole = job.fields.kept("distribution", fields.node)
        fields.carried("type", kind, "framework")
    _count(job, fields, "process_count_per_instance", "processes_per_node")
    workers = fields.left.get("worker_count", Node())
    if workers.kind and not _has_nodes(job):
        _count(job, fields, "worker_count", "nodes")
    elif workers.kind:
        fields.dropped("worker_count", fields.take("worker_count"), Kept("`resources.nodes` says it"))
    fields.drop_rest(_DISTRIBUTION)


def _has_nodes(job: Job) -> bool:
    return "resources" in job.block.attributes and "nodes" in job.block.inner("resources").attributes


def _count(job: Job, fields: Fields, key: str, attribute: str) -> None:
    node = fields.scalar(key)
    if node is None:
        return
    number = whole_number(node)
    if number is None:
        fields.dropped(key, node, Kept("a whole number from 1 is expected here"))
        return
    job.block.inner("resources").add(attribute, Written(str(number)))
    fields.carried(key, node, f"resources.{attribute}")


def _shm_size(job: Job, fields: Fields) -> None:
    node = fields.scalar("shm_size")
    if node is None:
        return
    text = size(node.text)
    if text is None:
        fields.dropped("shm_size", node, Kept("it is no size, such as `2g`"))
        return
    job.block.inner("resources").add("shm_size", Written(text))
    fields.carried("shm_size", node, "resources.shm_size")
