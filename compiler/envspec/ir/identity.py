"""The definition of an environment and its hash: what the author asked for, before any lock.

An `Environment` comes in; JSON that holds every attribute that changes behaviour goes out. What always
holds: an attribute at its default is absent, so that an attribute added to the language later moves no
existing hash; order counts only where it means something (channels, indexes, `docker.run`, Spark's
repositories); secrets are there by name. Name, id, cell, description, tags and the registry are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.ir.canonical import digest
from envspec.ir.types import Docker, Environment, PackageSource, PipPackage, SecretRef, Spark

DEFINITION_SCHEMA = "envspec.definition/1"

_ABSENT: tuple[object, ...] = ("", None, (), [], {})


def definition(environment: Environment) -> dict[str, Any]:
    """The JSON that `definition_hash` hashes; also what a registered version keeps."""
    entry = _present(
        python=environment.python,
        interpreter=environment.interpreter,
        channels=[source_definition(source) for source in environment.channels],
        conda=sorted({package.spec for package in environment.conda}),
        pip=_pip(environment.pip),
        constraints=_pip(environment.constraints),
        indexes=[source_definition(source) for source in environment.indexes],
        apt=sorted(set(environment.apt)),
        variables=variables_definition(environment.variables),
        lock_platforms=sorted(set(environment.lock_platforms)),
        docker=docker_definition(environment.docker),
        spark=spark_definition(environment.spark),
    )
    if not environment.managed:
        entry["managed"] = False
    return entry


def definition_hash(environment: Environment) -> str:
    """`sha256:…` over `definition`."""
    return digest(DEFINITION_SCHEMA, definition(environment))


def source_definition(source: PackageSource) -> dict[str, Any]:
    """An index or channel: `packages` is a set of patterns, the password goes by the secret's name."""
    return _present(
        name=source.name,
        url=source.url,
        username=source.username,
        password=None if source.password is None else {"secret": source.password.name},
        packages=sorted(set(source.packages)),
    )


def docker_definition(docker: Docker) -> dict[str, Any]:
    return _present(
        image=docker.image,
        dockerfile=docker.dockerfile,
        cuda=docker.cuda,
        user=docker.user,
        platforms=sorted(set(docker.platforms)),
        shm_size=docker.shm_size,
        arguments=dict(docker.arguments),
        labels=dict(docker.labels),
        run=list(docker.run),
    )


def spark_definition(spark: Spark | None) -> dict[str, Any] | None:
    """None without a `spark` block; an empty block says something and stays `{"precache": false}`."""
    if spark is None:
        return None
    return {
        **_present(
            packages=sorted(set(spark.packages)),
            repositories=list(spark.repositories),
            conf=dict(spark.conf),
        ),
        "precache": spark.precache,
    }


def variables_definition(variables: Mapping[str, str | SecretRef]) -> dict[str, Any]:
    """A text is itself, a secret is `{"secret": name}`; the two cannot be mistaken for each other."""
    return {
        name: {"secret": value.name} if isinstance(value, SecretRef) else value
        for name, value in variables.items()
    }


def _pip(packages: tuple[PipPackage, ...]) -> list[dict[str, str]]:
    entries = sorted({(package.kind, package.text) for package in packages})
    return [{"kind": kind, "text": text} for kind, text in entries]


def _present(**attributes: Any) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value not in _ABSENT}
