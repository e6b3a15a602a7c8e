"""Which machine a job or deployment of Azure ML asks for: `instance_type`, or `compute`, the name of a cluster."""

from __future__ import annotations

from envspec.importing.azureml.fields import Fields
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import Kept, reason_of
from envspec.importing.spec import Block, Text
from envspec.lazy_pattern import lazy_pattern

_KIND = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,62}")
_CLUSTER = lazy_pattern(r"azureml:[A-Za-z0-9][A-Za-z0-9_-]{0,62}")


def add_machine(fields: Fields, block: Block) -> None:
    """`instance_type`, as `machine` of `resources`."""
    node = fields.scalar("instance_type")
    if node is None:
        return
    text = node.text.strip()
    if not _KIND.fullmatch(text):
        fields.dropped("instance_type", node, Kept("the name of a kind of machine is expected here"))
        return
    block.inner("resources").add("machine", Text(text))
    fields.carried("instance_type", node, "resources.machine")


def add_cluster(fields: Fields, block: Block) -> None:
    """`compute`, with its prefix, which tells it from a kind; what is no such name, or stands beside one, is left for
    whoever tells of the rest."""
    node = fields.left.get("compute")
    if node is None or node.kind != "scalar" or not _CLUSTER.fullmatch(node.text.strip()):
        return
    if "resources" in block.attributes and "machine" in block.inner("resources").attributes:
        return
    fields.take("compute")
    name = node.text.strip()
    block.inner("resources").add("machine", Text(name))
    reason = reason_of(COMMAND_JOB, "compute", "it is `azureml:NAME`")
    fields.changed("compute", node, f'resources.machine = "{name}"', reason)
