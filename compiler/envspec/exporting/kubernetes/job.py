"""A Job of a run. Its code, and what it leaves, are in a volume that is its working directory; what another run left is
mounted from that run's volume."""

from __future__ import annotations

import posixpath
from typing import Any

from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import SpecRequest
from envspec.exporting.kubernetes.parts import (
    dns_name,
    group_of,
    image_of,
    labels,
    limits,
    literal,
    metadata,
    secret_env,
    secret_losses,
    security,
    shared_memory,
    user_of,
)
from envspec.exporting.losses import run_losses
from envspec.exporting.words import Hole, plain, variable_part, word_of
from envspec.ir.types import (
    InputRef,
    OutputOf,
    OutputRef,
    PathInput,
    RegisteredEnvironment,
    Run,
    SecretRef,
    Text,
)
from envspec.lazy_pattern import lazy_pattern

FORM = "a Job"
_PLAIN = lazy_pattern(r"[A-Za-z0-9_.-]+")
"""The names that a place in a container may end in."""
_WORK, _INPUTS = "/work", "/inputs"


def job(request: SpecRequest, run: Run) -> tuple[dict[str, Any], list[str]]:
    environment = request.environment_of(run)
    name = dns_name(run.id)
    used = run.environment.id if isinstance(run.environment, RegisteredEnvironment) else run.environment
    image = image_of(environment, used)
    variables = {**(environment.variables if environment else {}), **run.variables}
    mounts, volumes, inputs, losses = _volumes(request, run)

    def fill(hole: Hole) -> str:
        if isinstance(hole, InputRef):
            return inputs[hole.name]
        assert isinstance(hole, OutputRef), "the cells of a matrix are Jobs of their own"
        return f"{_WORK}/{run.outputs[hole.name]}"

    def text(value: Text) -> str:
        return literal(plain(word_of(value), fill))

    settings = {name: text(value) for name, value in variables.items() if not isinstance(value, SecretRef)}
    settings |= {f"ENVSPEC_INPUT_{variable_part(one)}": literal(inputs[one]) for one in run.inputs}
    settings |= {f"ENVSPEC_OUTPUT_{variable_part(one)}": literal(fill(OutputRef(one))) for one in run.outputs}
    if shared := shared_memory(run.resources, environment):
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": str(shared)}})
    program = ["/bin/sh", "-c", literal(run.shell)] if run.shell else [text(value) for value in run.command]
    container: dict[str, Any] = {
        "name": "run",
        "image": image,
        "command": program,
        "workingDir": _WORK,
        "env": [*({"name": key, "value": value} for key, value in settings.items()), *secret_env(variables)],
        **limits(run.resources),
        "securityContext": security(),
        "volumeMounts": mounts,
    }
    if not container["env"]:
        del container["env"]
    spec: dict[str, Any] = {"backoffLimit": run.retries}
    if run.timeout is not None:
        spec["activeDeadlineSeconds"] = max(1, round(run.timeout)) * (1 + run.retries)
        if run.retries:
            losses.append(f"`timeout` of `{run.id}`: it is that of all tries together")
    spec["template"] = {
        "metadata": {"labels": labels(name)},
        "spec": {
            "restartPolicy": "Never",
            "automountServiceAccountToken": False,
            "securityContext": {**user_of(environment), "fsGroup": group_of(environment)},
            "containers": [container],
            "volumes": volumes,
        },
    }
    losses.insert(0, f"the image `{image}`: push it (`envspec build {used} --push`), and write its tag here")
    losses += secret_losses(value for value in variables.values() if isinstance(value, SecretRef))
    document = {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(name, run.id), "spec": spec}
    return document, [*losses, *run_losses(run, FORM, held(FORMS["kubernetes"].run))]


def _volumes(
    request: SpecRequest, run: Run
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, str], list[str]]:
    """Mounts and volumes, where each input is, and what has to be put where."""
    work = _work_of(run.id)
    mounts: list[dict[str, Any]] = [{"name": work, "mountPath": _WORK}]
    claims = {work: False}
    inputs: dict[str, str] = {}
    source = f"what is in `{run.source}`" if run.source not in ("", ".") else "the project"
    losses = [f"the code of `{run.id}`: put {source} into a volume with the claim `{work}`"]
    for name, value in run.inputs.items():
        if isinstance(value, OutputOf):
            claim = _work_of(value.run)
            written = request.path_of(value)
        else:
            assert isinstance(value, PathInput)
            claim, written = _input_of(run.id, name), posixpath.basename(value.path)
            written = written if written not in ("", ".", "..") else "data"
            losses.append(
                f"`{name}` of `{run.id}`: put `{value.path}` into a volume with the claim `{claim}`"
            )
        base = posixpath.basename(written)
        place = f"{_INPUTS}/{name}/{base}" if _PLAIN.fullmatch(base) else f"{_INPUTS}/{name}"
        inputs[name] = place
        mounts.append({"name": claim, "mountPath": place, "subPath": written, "readOnly": True})
        claims.setdefault(claim, True)
    volumes = [
        {"name": claim, "persistentVolumeClaim": {"claimName": claim, **({"readOnly": True} if read else {})}}
        for claim, read in claims.items()
    ]
    return mounts, volumes, inputs, losses


def _work_of(run: str) -> str:
    return dns_name(f"work-{run}")


def _input_of(run: str, name: str) -> str:
    """The claim of an input; where `-` could be of either, a digest tells two of them apart."""
    return dns_name(f"input-{run}-{name}" if "-" not in run + name else f"input.{run}.{name}")
