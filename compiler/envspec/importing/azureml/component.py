"""Components of Azure ML: what a step or trial runs, in a file of its own or written where it is used."""

from __future__ import annotations

from envspec.diagnostics import Failure
from envspec.importing.asked import read_text, unread, unreadable
from envspec.importing.azureml.fields import Fields, is_nothing, merged
from envspec.importing.azureml.run import Job
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import reason_of
from envspec.importing.spec import Text
from envspec.importing.yaml_text import Node, nodes_of

_REASONS = ("name", "display_name", "version", "tags")


def registered(fields: Fields, key: str) -> str | None:
    """What names a component that only a workspace or registry has; None, and nothing is taken, for any other."""
    text = fields.left.get(key, Node()).text.strip()
    if not text.startswith("azureml:"):
        return None
    fields.take(key)
    return text


def component_of(fields: Fields, key: str) -> Fields | None:
    """The keys of the component that `key` names or holds; None, which is told, when it cannot be had."""
    node = fields.take(key)
    if is_nothing(node):
        fields.dropped(key, node, "it holds nothing")
        return None
    if node.kind == "mapping" and key == "trial":
        return fields.within(key, node)
    if node.kind == "mapping":
        return Fields.of(fields.asked, node, fields.file, f"{fields.path(key)}.", fields.folder)
    if node.kind != "scalar":
        fields.dropped(key, node, "a path, or a component, is expected here")
        return None
    written = node.text.strip().removeprefix("file:")
    if "://" in written or written.startswith("azureml:"):
        fields.dropped(key, node, reason_of(COMMAND_JOB, "component", "only a workspace has it"))
        return None
    path = fields.folder / written
    if fields.asked.place(written, fields.folder) is None:
        fields.dropped(key, node, "it is outside of the project")
        return None
    gone = unread(path, written)
    if gone is not None:
        fields.dropped(key, node, gone.reason, gone.mark(written, node))
        return None
    try:
        root = merged(fields.asked, path, nodes_of(fields.asked, path, read_text(path)))
        if root.kind != "mapping":
            raise unreadable(fields.asked, path, "a mapping is expected")
    except Failure as failure:
        fields.broken(key, node, failure)
        return None
    fields.carried(key, node, "run")
    return Fields.of(fields.asked, root, path)


def parts_of(job: Job, component: Fields | None) -> tuple[Fields | None, list[Job]]:
    """The component that a job runs, given or named by it, and the jobs that have the keys of the run: that of the
    component first."""
    if component is None and "component" in job.fields.left:
        component = component_of(job.fields, "component")
    if component is None:
        return None, [job]
    inner = job.within(component)
    add_component_head(job, component)
    return component, [inner, job]


def add_component_head(job: Job, component: Fields) -> None:
    """What a component says of itself; the step gives the run its name."""
    for key in ("$schema", "type"):
        node = component.scalar(key)
        if node is not None:
            component.carried(key, node, "run")
    description = component.scalar("description")
    if description is not None and "description" not in job.block.attributes:
        job.block.add("description", Text(" ".join(description.text.split())))
        component.carried("description", description, "description")
    elif description is not None:
        component.dropped("description", description, "the step has one of its own")
    for key in _REASONS:
        if key in component.left:
            component.dropped(key, component.take(key), f"the run is that of its step, `{job.block.label}`")
