"""The machine that a spec names, which is a kind of Azure's (`instance_type`), or a cluster of a workspace (`compute`)."""

from __future__ import annotations

from envspec.ir.types import Resources, Run

_CLUSTER = "azureml:"


def kind_of(resources: Resources) -> str:
    """The kind of machine; empty when there is none or it is a cluster."""
    return "" if is_cluster(resources) else resources.machine


def is_cluster(resources: Resources) -> bool:
    return resources.machine.startswith(_CLUSTER)


def cluster(run: Run) -> dict[str, str]:
    """The key `compute` of a job, where the spec names a cluster."""
    return {"compute": run.resources.machine} if is_cluster(run.resources) else {}
