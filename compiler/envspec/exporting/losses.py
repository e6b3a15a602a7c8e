"""Sentences about what a form has no place for.

A kind says which attributes it holds; whatever else a block says is told, attribute by attribute, so that nothing is
left out in silence. What a kind holds in part it tells itself. Descriptions and tags are for people and mean nothing:
they are told only by kinds whose forms have a place for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from envspec.ir.canonical import number_text
from envspec.ir.types import (
    Deployment,
    Environment,
    Health,
    Limits,
    OutputOf,
    PackageSource,
    Resources,
    Run,
    SecretRef,
    Spark,
)

_SHOWN = 3


def environment_losses(
    environment: Environment, form: str, held: Collection[str], *, named: bool = False
) -> list[str]:
    """`form` is what it is written into, such as `environment.yml`; `held` are attributes as the spec has them:
    `apt`, `docker.image`; `paths` are the local packages of `pip`. `named`: it is one of several, so its name is said."""
    docker = environment.docker
    names = [p.name for p in environment.conda]
    requirements = [p.text for p in environment.pip if p.kind == "requirement"]
    paths = [p.text for p in environment.pip if p.kind != "requirement"]
    said: dict[str, Iterable[str]] = {
        "interpreter": [environment.interpreter] * bool(environment.interpreter),
        "python": [environment.python] * bool(environment.python),
        "channels": [channel.url or channel.name for channel in environment.channels],
        "conda": names,
        "pip": requirements,
        "paths": paths,
        "constraints": [p.text for p in environment.constraints],
        "indexes": [index.url for index in environment.indexes],
        "apt": environment.apt,
        "lock_platforms": environment.lock_platforms,
        "variables": [name for name, value in environment.variables.items() if isinstance(value, str)],
        "docker.image": [docker.image] * bool(docker.image),
        "docker.dockerfile": [docker.dockerfile] * bool(docker.dockerfile),
        "docker.registry": [docker.registry] * bool(docker.registry),
        "docker.cuda": [docker.cuda] * bool(docker.cuda),
        "docker.user": [docker.user] * bool(docker.user),
        "docker.platforms": docker.platforms if docker.platforms != ("linux/amd64",) else (),
        "docker.shm_size": [str(docker.shm_size)] * bool(docker.shm_size),
        "docker.arguments": list(docker.arguments),
        "docker.labels": list(docker.labels),
        "docker.run": [script.strip().splitlines()[0] for script in docker.run if script.strip()],
        "spark": spark_words(environment.spark),
    }
    of = environment.id if named else ""
    found = [_sentence(name, values, form, of) for name, values in said.items() if name not in held]
    found += [
        f"`{name}`: the value of the secret `{value.name}` is written nowhere; set it where `{environment.id}` is used"
        for name, value in environment.variables.items()
        if isinstance(value, SecretRef) and "secrets" not in held
    ]
    for kind, sources in (("channels", environment.channels), ("indexes", environment.indexes)):
        if kind in held:
            found += _source_losses(sources, form, "index" if kind == "indexes" else "channel")
    return [sentence for sentence in found if sentence]


def _source_losses(sources: Iterable[PackageSource], form: str, what: str) -> Iterator[str]:
    for source in sources:
        if source.password is not None or source.username:
            yield f"the login of {what} `{source.name}`: {form} holds no credentials; give them to the installer"
        if source.packages:
            patterns = ", ".join(f"`{pattern}`" for pattern in source.packages)
            yield f"that {patterns} come only from {what} `{source.name}`: {form} has no place for it"


def run_losses(run: Run, form: str, held: Collection[str]) -> list[str]:
    """Attributes of a run that are not in `held`."""
    said: dict[str, Iterable[str]] = {
        "inputs": [name for name, value in run.inputs.items() if not isinstance(value, OutputOf)],
        "outputs": list(run.outputs),
        "variables": [name for name, value in run.variables.items() if not isinstance(value, SecretRef)],
        **_resources(run.resources),
        "timeout": [f"{number_text(run.timeout)}s"] if run.timeout is not None else [],
        "retries": [str(run.retries)] * bool(run.retries),
        "target": [run.target] * (run.target not in ("", "local")),
        "history": ["false"] * (not run.history),
        "snapshot": ["false"] * (not run.snapshot),
        "framework": [run.framework] * bool(run.framework),
    }
    found = [_sentence(name, values, form, run.id) for name, values in said.items() if name not in held]
    found += [
        f"`{name}` of `{run.id}`: it is `{value.output}` of the run `{value.run}`; {form} has no place for it"
        for name, value in run.inputs.items()
        if isinstance(value, OutputOf) and "upstream" not in held
    ]
    found += [
        f"`{name}` of `{run.id}`: the value of the secret `{value.name}` is written nowhere; set it where it runs"
        for name, value in run.variables.items()
        if isinstance(value, SecretRef) and "secrets" not in held
    ]
    return [sentence for sentence in found if sentence]


def deployment_losses(deployment: Deployment, form: str, held: Collection[str]) -> list[str]:
    """Attributes of a deployment that are not in `held`."""
    said: dict[str, Iterable[str]] = {
        "source": [deployment.source] * bool(deployment.source),
        "entry": [deployment.entry],
        "models": deployment.models,
        "port": [str(deployment.port)] * (deployment.port != 8080),
        "replicas": [str(deployment.replicas)] * (deployment.replicas != 1),
        "variables": [name for name, value in deployment.variables.items() if isinstance(value, str)],
        **_resources(deployment.resources),
        "health": ["health"] * (deployment.health != Health()),
        "sample": [deployment.sample] * bool(deployment.sample),
        "endpoint": [deployment.endpoint] * bool(deployment.endpoint),
        "auth": [deployment.auth.name] if deployment.auth is not None else [],
        "limits": ["limits"] * (deployment.limits != Limits()),
        "traffic": [str(deployment.traffic)] * (deployment.traffic is not None),
        "target": [deployment.target] * (deployment.target not in ("", "local")),
    }
    found = [
        _sentence(name, values, form, deployment.id) for name, values in said.items() if name not in held
    ]
    found += [
        f"`{name}` of `{deployment.id}`: the value of the secret `{value.name}` is written nowhere; "
        "set it where it serves"
        for name, value in deployment.variables.items()
        if isinstance(value, SecretRef) and "secrets" not in held
    ]
    return [sentence for sentence in found if sentence]


def _resources(resources: Resources) -> dict[str, Iterable[str]]:
    values: dict[str, Any] = {
        "cpu": resources.cpu,
        "memory": resources.memory,
        "gpu": resources.gpu,
        "shm_size": resources.shm_size,
        "nodes": resources.nodes if resources.nodes != 1 else None,
        "processes_per_node": resources.processes_per_node if resources.processes_per_node != 1 else None,
    }
    found = {
        f"resources.{name}": [number_text(value)] if value is not None else []
        for name, value in values.items()
    }
    return {**found, "resources.machine": [resources.machine] * bool(resources.machine)}


def spark_words(spark: Spark | None) -> list[str]:
    return [] if spark is None else [*spark.packages, *spark.repositories, *spark.conf] or ["spark"]


def _sentence(name: str, values: Iterable[str], form: str, of: str = "") -> str:
    found = [" ".join(value.split()) for value in values]
    if not found:
        return ""
    shown = ", ".join(f"`{value}`" for value in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    owner = f" of `{of}`" if of else ""
    what = f"local packages of `pip`{owner}" if name == "paths" else f"`{name}`{owner}"
    return f"{what} ({shown}{more}): {form} has no place for it"
