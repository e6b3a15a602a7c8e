"""Project document (JSON) to typed values, and the JSON of one item back.

The document is valid against `grammar/ir.schema.json` when it gets here, so decoding checks nothing. An item
that still holds a param without a value (`{"$param": …}`) becomes a `MissingParam`, not a value: nothing
typed is ever incomplete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from envspec.frozen import replace
from envspec.ir.types import (
    CondaPackage,
    Deployment,
    Docker,
    Endpoint,
    Environment,
    EnvironmentRef,
    Health,
    InputRef,
    Limits,
    MissingParam,
    Model,
    OutputOf,
    OutputRef,
    PackageSource,
    PathInput,
    PipPackage,
    Project,
    RegisteredEnvironment,
    Resources,
    Run,
    RunInput,
    Secret,
    SecretRef,
    Spark,
    Target,
    Template,
    Text,
)

Json = Mapping[str, Any]
Item = TypeVar("Item")


def project_from_json(document: Json, broken: Collection[str] = ()) -> Project:
    """The typed project of a document. `broken` are pointers of items that are not valid and are left out."""
    missing: list[MissingParam] = []
    sources = _Sources(
        {
            plural: {
                key: value
                for key, value in document.get(plural, {}).items()
                if f"/{plural}/{key}" not in broken
            }
            for plural in ("indexes", "channels")
        }
    )

    def items(plural: str, decode: Callable[[str, Json], Item]) -> dict[str, Item]:
        found: dict[str, Item] = {}
        for key, value in sorted(document.get(plural, {}).items()):
            if f"/{plural}/{key}" in broken:
                continue
            holes = list(_missing(value, f"/{plural}/{key}"))
            if plural == "environments":
                holes += sources.missing(value)
            if holes:
                missing.extend(
                    MissingParam(f"/{plural}/{key}", hole["$param"], hole["type"], pointer)
                    for pointer, hole in holes
                )
            else:
                found[key] = decode(key, value)
        return found

    def deployment(key: str, value: Json) -> Deployment:
        endpoint = document.get("endpoints", {}).get(value.get("endpoint", {}).get("endpoint"), {})
        return _deployment(key, {"auth": endpoint["auth"], **value} if "auth" in endpoint else value)

    return Project(
        edition=document["edition"],
        environments=items("environments", sources.environment),
        runs=items("runs", _run),
        models=items("models", _model),
        deployments=items("deployments", deployment),
        endpoints=items("endpoints", _endpoint),
        secrets=items("secrets", _secret),
        targets=items("targets", _target),
        missing=tuple(missing),
    )


def environment_from_definition(key: str, name: str, value: Json) -> Environment:
    """The environment that `ir.identity.definition` describes, as a lock and the workspace keep it."""
    docker = dict(value.get("docker", {}))
    shm_size = docker.pop("shm_size", None)
    return Environment(
        id=key,
        name=name,
        python=value.get("python", ""),
        managed=value.get("managed", True),
        interpreter=value.get("interpreter", ""),
        channels=tuple(_defined_source(source) for source in value.get("channels", ())),
        conda=tuple(CondaPackage(_leading_name(spec), spec) for spec in value.get("conda", ())),
        pip=tuple(_defined_pip(package) for package in value.get("pip", ())),
        constraints=tuple(_defined_pip(package) for package in value.get("constraints", ())),
        indexes=tuple(_defined_source(source) for source in value.get("indexes", ())),
        apt=tuple(value.get("apt", ())),
        variables={k: _secret_or_string(v) for k, v in value.get("variables", {}).items()},
        lock_platforms=tuple(value.get("lock_platforms", ())),
        docker=replace(_docker(docker), shm_size=shm_size),
        spark=_spark(value["spark"]) if "spark" in value else None,
    )


def _defined_source(value: Json) -> PackageSource:
    return PackageSource(
        value["name"],
        value.get("url", ""),
        value.get("username", ""),
        SecretRef(value["password"]["secret"]) if "password" in value else None,
        tuple(value.get("packages", ())),
    )


def _defined_pip(value: Json) -> PipPackage:
    name = _leading_name(value["text"]) if value["kind"] == "requirement" else ""
    return PipPackage(value["kind"], name, value["text"])


def _leading_name(text: str) -> str:
    """The name at the head of a canonical MatchSpec (behind its channel) or requirement."""
    return re.split(r"[ \[=<>!~;@]", text.rpartition("::")[2], maxsplit=1)[0]


def _missing(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    if isinstance(value, dict):
        if "$param" in value:
            yield pointer, value
            return
        for key, inner in value.items():
            yield from _missing(inner, f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _missing(inner, f"{pointer}/{index}")


class _Sources:
    """Decodes environments; knows the `index` and `channel` blocks that they name."""

    def __init__(self, document: Json) -> None:
        self._indexes: Json = document.get("indexes", {})
        self._channels: Json = document.get("channels", {})

    def missing(self, value: Json) -> Iterator[tuple[str, Json]]:
        """The params without a value in the indexes and channels that an environment names."""
        for plural, kind, blocks in (
            ("indexes", "index", self._indexes),
            ("channels", "channel", self._channels),
        ):
            for entry in value.get(plural, ()):
                if isinstance(entry, dict) and kind in entry:
                    yield from _missing(blocks.get(entry[kind], {}), f"/{plural}/{entry[kind]}")

    def environment(self, key: str, value: Json) -> Environment:
        conda = tuple(CondaPackage(p["name"], p["spec"]) for p in value.get("conda", ()))
        channels = value.get("channels", ["conda-forge"] if conda else ())
        return Environment(
            id=key,
            name=value.get("name", key),
            cell=value.get("cell", {}),
            description=value.get("description", ""),
            tags=value.get("tags", {}),
            python=value.get("python", ""),
            managed=value.get("managed", True),
            interpreter=value.get("interpreter", ""),
            channels=tuple(self._channel(entry) for entry in channels),
            conda=conda,
            pip=tuple(_pip(p) for p in value.get("pip", ())),
            constraints=tuple(_pip(p) for p in value.get("constraints", ())),
            indexes=tuple(_source(e["index"], self._indexes) for e in value.get("indexes", ())),
            apt=tuple(value.get("apt", ())),
            variables={k: _secret_or_string(v) for k, v in value.get("variables", {}).items()},
            lock_platforms=tuple(value.get("lock_platforms", ())),
            docker=_docker(value.get("docker", {})),
            spark=_spark(value["spark"]) if "spark" in value else None,
        )

    def _channel(self, entry: str | Json) -> PackageSource:
        if isinstance(entry, str):
            return PackageSource(entry)
        return _source(entry["channel"], self._channels)


def _source(name: str, blocks: Json) -> PackageSource:
    block = blocks.get(name, {})
    return PackageSource(
        name,
        block.get("url", ""),
        block.get("username", ""),
        SecretRef(block["password"]["secret"]) if "password" in block else None,
        tuple(block.get("packages", ())),
    )


def _pip(value: Json) -> PipPackage:
    return PipPackage(value["kind"], value["name"], value["text"])


def _docker(value: Json) -> Docker:
    return Docker(
        image=value.get("image", ""),
        dockerfile=value.get("dockerfile", ""),
        registry=value.get("registry", ""),
        cuda=value.get("cuda", ""),
        user=value.get("user", ""),
        platforms=tuple(value.get("platforms", ())),
        shm_size=_bytes(value.get("shm_size")),
        arguments=value.get("arguments", {}),
        labels=value.get("labels", {}),
        run=tuple(value.get("run", ())),
    )


def _spark(value: Json) -> Spark:
    return Spark(
        tuple(value.get("packages", ())),
        tuple(value.get("repositories", ())),
        value.get("conf", {}),
        value.get("precache", False),
    )


def _bytes(value: Json | None) -> int | None:
    return None if value is None else value["bytes"]


def _seconds(value: Json | None) -> float | None:
    return None if value is None else value["seconds"]


def _text(value: str | Json) -> Text:
    if isinstance(value, str):
        return value
    return Template(tuple(_part(part) for part in value["join"]))


def _part(part: str | Json) -> str | InputRef | OutputRef:
    if isinstance(part, str):
        return part
    return InputRef(part["input"]) if "input" in part else OutputRef(part["output"])


def _secret_or_string(value: str | Json) -> str | SecretRef:
    return value if isinstance(value, str) else SecretRef(value["secret"])


def _secret_or_text(value: str | Json) -> Text | SecretRef:
    if not isinstance(value, str) and "secret" in value:
        return SecretRef(value["secret"])
    return _text(value)


def _environment_ref(value: str | Json) -> EnvironmentRef:
    return RegisteredEnvironment(value) if isinstance(value, str) else str(value["environment"])


def _run_input(value: Json) -> RunInput:
    return PathInput(value["path"]) if "path" in value else OutputOf(value["run"], value["output"])


def _resources(value: Json) -> Resources:
    return Resources(
        cpu=value.get("cpu"),
        memory=_bytes(value.get("memory")),
        gpu=value.get("gpu"),
        shm_size=_bytes(value.get("shm_size")),
        machine=value.get("machine", ""),
        nodes=value.get("nodes"),
        processes_per_node=value.get("processes_per_node"),
    )


def _target_ref(value: Json | None) -> str:
    return "" if value is None else value["target"]


def _run(key: str, value: Json) -> Run:
    return Run(
        id=key,
        name=value.get("name", key),
        environment=_environment_ref(value["environment"]),
        cell=value.get("cell", {}),
        source=value.get("source", ""),
        command=tuple(_text(part) for part in value.get("command", ())),
        shell=value.get("shell", ""),
        inputs={k: _run_input(v) for k, v in value.get("inputs", {}).items()},
        outputs=value.get("outputs", {}),
        variables={k: _secret_or_text(v) for k, v in value.get("variables", {}).items()},
        resources=_resources(value.get("resources", {})),
        timeout=_seconds(value.get("timeout")),
        retries=value.get("retries", 0),
        target=_target_ref(value.get("target")),
        history=value.get("history", True),
        snapshot=value.get("snapshot", True),
        framework=value.get("framework", ""),
        description=value.get("description", ""),
        tags=value.get("tags", {}),
    )


def _model(key: str, value: Json) -> Model:
    return Model(
        key,
        _run_input(value["from"]),
        value.get("description", ""),
        value.get("tags", {}),
        value.get("framework", ""),
    )


def _endpoint(key: str, value: Json) -> Endpoint:
    return Endpoint(key, _auth(value), value.get("description", ""), value.get("tags", {}))


def _auth(value: Json) -> SecretRef | None:
    return SecretRef(value["auth"]["secret"]) if "auth" in value else None


def _deployment(key: str, value: Json) -> Deployment:
    health, limits = value.get("health", {}), value.get("limits", {})
    defaults, bounds = Health(), Limits()
    return Deployment(
        id=key,
        name=value.get("name", key),
        environment=_environment_ref(value["environment"]),
        source=value.get("source", ""),
        entry=value["entry"],
        models=tuple(entry["model"] for entry in value.get("models", ())),
        port=value.get("port", 8080),
        replicas=value.get("replicas", 1),
        variables={k: _secret_or_string(v) for k, v in value.get("variables", {}).items()},
        resources=_resources(value.get("resources", {})),
        health=Health(
            start_period=_or(_seconds(health.get("start_period")), defaults.start_period),
            interval=_or(_seconds(health.get("interval")), defaults.interval),
            timeout=_or(_seconds(health.get("timeout")), defaults.timeout),
            retries=health.get("retries", defaults.retries),
        ),
        sample=value.get("sample", ""),
        endpoint=value["endpoint"]["endpoint"] if "endpoint" in value else "",
        auth=_auth(value),
        limits=Limits(
            timeout=_or(_seconds(limits.get("timeout")), bounds.timeout),
            body=_or(_bytes(limits.get("body")), bounds.body),
            concurrency=limits.get("concurrency", bounds.concurrency),
        ),
        traffic=value.get("traffic"),
        target=_target_ref(value.get("target")),
        description=value.get("description", ""),
        tags=value.get("tags", {}),
    )


Value = TypeVar("Value")


def _or(value: Value | None, default: Value) -> Value:
    return default if value is None else value


def _secret(key: str, value: Json) -> Secret:
    kind = next(kind for kind in ("variable", "file", "keyring", "command") if kind in value)
    source = value[kind]
    return Secret(key, kind, source if isinstance(source, str) else tuple(source))


def _target(key: str, value: Json) -> Target:
    return Target(key, value["kind"], {k: v for k, v in value.items() if k != "kind"})
