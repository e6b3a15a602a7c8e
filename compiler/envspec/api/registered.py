"""A registered version as the blocks of a spec, to be read and changed."""

from __future__ import annotations

import json

from envspec.importing.spec import Block, Items, Table, Text, Value, Written, references, texts
from envspec.ir.codec import environment_from_definition
from envspec.ir.types import Docker, Environment, PackageSource, SecretRef
from envspec.language.environment_reference import EnvironmentReference, parse_reference
from envspec.workspace.environments import EnvironmentVersion


def referred(name: str, version: int | str | None) -> EnvironmentReference | None:
    """What a name and a version as users of Azure ML give them mean: a number (also as text), a label, a digest."""
    if version is None:
        return parse_reference(name)
    at_digest = parse_reference(f"{name}@{version}")
    if at_digest is not None and at_digest.digest:
        return at_digest
    return parse_reference(f"{name}:{version}")


def blocks_of(version: EnvironmentVersion, name: str) -> list[Block]:
    """The blocks of a version whose environment is called `name`. A version knows secrets by name only, so each is
    read from an environment variable of its name in capitals."""
    environment = environment_from_definition(name, name, json.loads(version.definition))
    sources = [*environment.indexes, *(one for one in environment.channels if one.url)]
    names = {one.password.name for one in sources if one.password is not None}
    names |= {value.name for value in environment.variables.values() if isinstance(value, SecretRef)}
    found = [_secret(one) for one in sorted(names)]
    found += [_source("index", one) for one in environment.indexes]
    found += [_source("channel", one) for one in environment.channels if one.url]
    return [*found, _environment(environment, version)]


def _secret(name: str) -> Block:
    made = Block("secret", name)
    made.add("variable", Text(name.upper().replace("-", "_")))
    return made


def _source(kind: str, source: PackageSource) -> Block:
    made = Block(kind, source.name)
    made.add("url", Text(source.url))
    made.add("username", _text(source.username))
    if source.password is not None:
        made.add("password", Written(f"secret.{source.password.name}"))
    made.add("packages", texts(source.packages))
    return made


def _environment(environment: Environment, version: EnvironmentVersion) -> Block:
    made = Block("environment", environment.id)
    made.add("description", _text(version.description))
    made.add("tags", _map(dict(version.tags)))
    made.add("python", _text(environment.python))
    if not environment.managed:
        made.add("managed", Written("false"))
    made.add("interpreter", _text(environment.interpreter))
    made.add("channels", _channels(environment.channels))
    made.add("conda", texts(package.spec for package in environment.conda))
    made.add("pip", texts(_pip(package.kind, package.text) for package in environment.pip))
    made.add("indexes", references(source.name for source in environment.indexes))
    made.add("apt", texts(environment.apt))
    made.add("lock_platforms", texts(environment.lock_platforms))
    made.add("variables", _map(dict(environment.variables)))
    _docker(made, environment.docker)
    if environment.spark is not None:
        spark = made.inner("spark")
        spark.add("packages", texts(environment.spark.packages))
        spark.add("repositories", texts(environment.spark.repositories))
        spark.add("conf", _map(dict(environment.spark.conf)))
        if environment.spark.precache:
            spark.add("precache", Written("true"))
    if environment.constraints:
        made.comments["pip"] = [f"with the constraint {package.text}" for package in environment.constraints]
    return made


def _docker(made: Block, docker: Docker) -> None:
    if docker == Docker():
        return
    block = made.inner("docker")
    for name, value in (
        ("image", docker.image),
        ("dockerfile", f"./{docker.dockerfile}" if docker.dockerfile else ""),
        ("cuda", docker.cuda),
        ("user", docker.user),
    ):
        block.add(name, _text(value))
    block.add("platforms", texts(docker.platforms))
    if docker.shm_size is not None:
        block.add("shm_size", Written(f"{docker.shm_size}B"))
    block.add("arguments", _map(dict(docker.arguments)))
    block.add("labels", _map(dict(docker.labels)))
    block.add("run", texts(docker.run))


def _pip(kind: str, text: str) -> str:
    if kind == "requirement":
        return text
    return f"-e ./{text}" if kind == "editable" else f"./{text}"


def _channels(channels: tuple[PackageSource, ...]) -> Items | None:
    from envspec.importing.spec import Item

    items = tuple(Item(Written(one.name) if one.url else Text(one.name)) for one in channels)
    return Items(items) if items else None


def _text(value: str) -> Text | None:
    return Text(value) if value else None


def _map(entries: dict[str, str | SecretRef] | dict[str, str]) -> Table | None:
    values: dict[str, Value] = {
        key: Written(f"secret.{value.name}") if isinstance(value, SecretRef) else Text(value)
        for key, value in entries.items()
    }
    return Table(values) if values else None
