"""Environments made to exist on an engine, from their lock."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from envspec.actions.describing import keep_sbom
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock, host_platform
from envspec.actions.options import Options
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import table
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.interface import BuildRequest, Built, Engine, SecretReader
from envspec.engines.secrets import secret_reader
from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.identity import image_layer, python_layer, version_hash


def chosen(loaded: Loaded, names: list[str]) -> list[Environment]:
    """The environments of these names or ids; all that the file defines when no name is given."""
    environments = loaded.project.environments
    if not names:
        inline = ("run.", "deployment.")
        return [e for e in environments.values() if not e.id.startswith(inline)] or list(
            environments.values()
        )
    found: list[Environment] = []
    for name in names:
        matching = [e for e in environments.values() if name in {e.id, e.name}]
        missing = [m for m in loaded.project.missing if m.item == f"/environments/{name}"]
        if missing:
            raise Failure(
                Diagnostic("E0511", f"param `{m.param}` has no value, and `{name}` needs it", pointer=m.pointer,
                           help=f"give it one: `--set {m.param}=…`")
                for m in missing
            )  # fmt: skip
        if not matching:
            from envspec.resolve.suggest import did_you_mean, known

            raise Failure(
                Diagnostic("E1204", f"there is no environment `{name}` in `{loaded.file}`",
                           help=did_you_mean(name, environments) or known(environments, "it defines none"))
            )  # fmt: skip
        found += matching
    return list({e.id: e for e in found}.values())


@frozen
class Version(Frozen):
    """An environment that exists on an engine: `number` is that of its version in the workspace."""

    environment: Environment
    locked: LockedEnvironment | None
    built: Built
    number: int

    @property
    def label(self) -> str:
        return f"{self.environment.id}:{self.number}"


def usable_engine(loaded: Loaded, name: str, pointer: str = "") -> Engine:
    """The engine of that name, with what the caller chose, when it can be used: to be asked before anything
    long is begun. `pointer` is the place that asked for it."""
    engine = engine_at(loaded.root, name, loaded.options, pointer)
    trouble = engine.available()
    if trouble is not None:
        raise Failure(trouble)
    return engine


def engine_at(root: Path, name: str, options: Options | None = None, pointer: str = "") -> Engine:
    """The engine of that name as the project at `root` is set up for it. Raises `Failure` E0802, E0811, E1208."""
    if name != "docker":
        return table.engine(name, pointer)
    from envspec.actions.settings import docker_host, docker_settings
    from envspec.engines.docker.engine import DockerEngine
    from envspec.engines.docker.options import BuildOptions
    from envspec.engines.docker.proxies import proxies_of

    options = options or Options()
    settings = docker_settings(root)
    chosen = BuildOptions(
        network=options.network or settings.network,
        ca_bundle=options.ca_bundle or settings.ca_bundle,
        builder=options.builder or settings.builder,
        no_cache=options.no_cache,
        pull=options.pull,
        proxies=proxies_of(settings.proxies),
    )
    return DockerEngine(chosen, docker_host(root))


def _platform(environment: Environment, engine_name: str) -> str:
    """This machine's own for the local engine; for images, the one that runs here if the spec has it."""
    here = host_platform()
    if engine_name == "local":
        return here
    machine = here.partition("/")[2]
    wanted = f"linux/{machine}"
    return wanted if wanted in environment.platforms else environment.platforms[0]


def build(
    loaded: Loaded, environments: list[Environment], engine_name: str = "", pointer: str = ""
) -> dict[str, Version]:
    """Each environment, by id: built or reused on the engine that is named (at `pointer`), the caller chose, or
    the default one; then registered as a version."""
    engine_name = engine_name or loaded.options.engine or table.DEFAULT
    from envspec.actions.planning.made import say_why  # with the workspace, which `compile` does without

    options = loaded.options
    engine = usable_engine(loaded, engine_name, pointer)
    lock = ensure_lock(loaded, tuple(e.id for e in environments))
    secrets = secret_reader(loaded.project.secrets, loaded.root)
    versions: dict[str, Version] = {}
    for environment in environments:
        locked = lock.environments.get(environment.id)
        request = request_for(loaded, environment, locked, engine_name, secrets)
        say_why(loaded.root, options.say, engine, registered_name(loaded, environment), request, locked)
        built = engine.build(request)
        keep_sbom(
            loaded, environment, request.locked, request.platform, built.hash, image=engine_name != "local"
        )
        versions[environment.id] = Version(environment, locked, built, _register(loaded, request, built))
    return versions


def request_for(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment | None,
    engine_name: str,
    secrets: SecretReader,
) -> BuildRequest:
    """What an engine is asked to make."""
    platform = _platform(environment, engine_name)
    preimage, python_hash = python_layer(environment, locked.platform(platform) if locked else None)
    image_hash = ""
    if engine_name != "local":
        preimage, image_hash = image_layer(environment, locked, platform, RootFiles(loaded.root))
    return BuildRequest(
        root=loaded.root,
        state=loaded.state,
        environment=environment,
        locked=locked if environment.managed else None,
        platform=platform,
        python_hash=python_hash,
        image_hash=image_hash,
        preimage=preimage,
        log=loaded.state / "logs" / f"build-{environment.id}.log",
        secrets=secrets,
        say=loaded.options.say,
    )


def registered_name(loaded: Loaded, environment: Environment) -> str:
    """The name under which its versions are counted."""
    return environment.id if environment.id in loaded.written.environments else environment.name


def _register(loaded: Loaded, request: BuildRequest, built: Built) -> int:
    """The number of the version; what was built is remembered with it."""
    from envspec.workspace.database import Workspace

    environment, locked = request.environment, request.locked
    with Workspace.open(loaded.root) as workspace:
        if not built.reused or workspace.image(built.hash, built.engine) is None:
            workspace.record_image(
                built.hash,
                built.engine,
                built.location,
                environment.id,
                built.size,
                built.seconds,
                request.log.relative_to(loaded.state).as_posix(),
            )
        return workspace.register_environment(
            registered_name(loaded, environment),
            version_hash(environment, locked),
            canonical_json(definition(environment)).decode(),
            "" if locked is None else canonical_json(json.loads(json.dumps(asdict(locked)))).decode(),
            description=environment.description,
            tags=environment.tags,
        )
