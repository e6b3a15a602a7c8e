"""Environments made to exist on an engine, from their lock."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.actions.describing import keep_sbom
from envspec.actions.loading import Loaded
from envspec.actions.locking import ensure_lock, host_platform
from envspec.actions.options import Options
from envspec.actions.side_by_side import Task, side_by_side
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import table
from envspec.engines.docker.root_files import RootFiles
from envspec.engines.interface import BuildRequest, Built, Engine, Say, SecretReader
from envspec.engines.secrets import secret_reader
from envspec.engines.stopping import Stop
from envspec.frozen import Frozen, asdict, frozen, replace
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment
from envspec.lower.identity import image_layer, python_layer, version_hash

if TYPE_CHECKING:
    from envspec.workspace.database import Workspace


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
    """An environment that exists on an engine: `name` and `number` are those of its version in the workspace, `platform`
    is what it was built for."""

    environment: Environment
    locked: LockedEnvironment | None
    built: Built
    number: int
    name: str
    platform: str = ""

    @property
    def label(self) -> str:
        return f"{self.name}:{self.number}"


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


@frozen
class Wanted(Frozen):
    """An environment to build. `engine` is its name, `pointer` the place that asked for it; without one it is the
    caller's choice or the default. `platform` is one of the environment's; without one `_platform` chooses."""

    environment: Environment
    engine: str = ""
    pointer: str = ""
    platform: str = ""


def build(
    loaded: Loaded, environments: list[Environment], engine_name: str = "", pointer: str = ""
) -> dict[str, Version]:
    """Each environment, by id: built or reused on the engine that is named (at `pointer`), the caller chose, or
    the default one; then registered as a version."""
    wanted = [Wanted(environment, engine_name, pointer) for environment in environments]
    return {version.environment.id: version for version in build_all(loaded, wanted)}


def build_all(loaded: Loaded, wanted: Sequence[Wanted]) -> list[Version]:
    """All of these, side by side; each is registered as it ends. Raises `Failure` with those of all that failed:
    then the others exist all the same."""
    from envspec.actions.planning.made import say_why  # with the workspace, which `compile` does without

    wanted = [replace(one, engine=one.engine or loaded.options.engine or table.DEFAULT) for one in wanted]
    pointers = {one.engine: one.pointer for one in reversed(wanted)}
    engines = {name: usable_engine(loaded, name, pointer) for name, pointer in pointers.items()}
    lock = ensure_lock(loaded, tuple(dict.fromkeys(one.environment.id for one in wanted)))
    secrets = secret_reader(loaded.project.secrets, loaded.root)
    entries = [lock.environments.get(one.environment.id) for one in wanted]
    requests = [
        request_for(loaded, one.environment, entry, one.engine, secrets, one.platform)
        for one, entry in zip(wanted, entries, strict=True)
    ]
    waits = _needs(wanted, requests)
    for one, request, entry, others in zip(wanted, requests, entries, waits, strict=True):
        if not others:  # one that is the same as another finds what was built for that
            name = registered_name(loaded, one.environment)
            say_why(loaded.root, loaded.options.say, engines[one.engine], name, request, entry)
    versions: dict[int, Version] = {}

    def done(number: int, built: Built) -> None:
        request, engine = requests[number], wanted[number].engine
        loaded.made.add(_what(engine, request))
        keep_sbom(
            loaded, request.environment, request.locked, request.platform, built.hash, image=engine != "local"
        )
        name = registered_name(loaded, request.environment)
        registered = _register(loaded, request, built, name)
        versions[number] = Version(
            request.environment, entries[number], built, registered, name, request.platform
        )

    tasks = [
        Task(title, partial(_build, loaded, one.engine, request), needs)
        for one, request, title, needs in zip(wanted, requests, titles(wanted), waits, strict=True)
    ]
    side_by_side(tasks, builds_at_once(loaded, len(tasks)), loaded.options.make_progress(), done)
    return [versions[number] for number in range(len(wanted))]


def request_for(
    loaded: Loaded,
    environment: Environment,
    locked: LockedEnvironment | None,
    engine_name: str,
    secrets: SecretReader,
    platform: str = "",
) -> BuildRequest:
    """What an engine is asked to make; for the platform that it chooses when none is said."""
    which = f"-{platform.replace('/', '-')}" if platform else ""
    where = "" if engine_name == "local" else f".{engine_name}"
    platform = platform or _platform(environment, engine_name)
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
        log=loaded.state / "logs" / f"build-{environment.id}{which}{where}.log",
        secrets=secrets,
        say=loaded.options.say,
    )


def _what(engine: str, request: BuildRequest) -> tuple[str, str]:
    """What tells a thing that is built from all others."""
    return engine, request.image_hash or request.python_hash


def _build(loaded: Loaded, engine: str, request: BuildRequest, say: Say, stop: Stop) -> Built:
    """Builds on an engine of its own: no client is used by two threads. What this process has built already is not
    built anew for a second one who wants it, whatever the options say."""
    options = loaded.options
    if _what(engine, request) in loaded.made:
        options = replace(options, no_cache=False, pull=False)
    request = replace(request, say=say, stop=stop, fresh=options.no_cache)
    return engine_at(loaded.root, engine, options).build(request)


def titles(wanted: Sequence[Wanted]) -> list[str]:
    """What they are called; with the engine and the platform where that alone would mean two builds."""
    ids = [one.environment.id for one in wanted]
    return [
        one.environment.title
        if ids.count(one.environment.id) == 1
        else f"{one.environment.title} ({', '.join(filter(None, (one.engine, one.platform)))})"
        for one in wanted
    ]


def _needs(wanted: Sequence[Wanted], requests: Sequence[BuildRequest]) -> list[tuple[int, ...]]:
    """Of several that are the same thing the first is built, and the others find it."""
    first: dict[tuple[str, str], int] = {}
    needs: list[tuple[int, ...]] = []
    for number, (one, request) in enumerate(zip(wanted, requests, strict=True)):
        known = first.setdefault(_what(one.engine, request), number)
        needs.append((known,) if known != number else ())
    return needs


def builds_at_once(loaded: Loaded, tasks: int) -> int:
    """How many of so many builds may go on at once. Raises `Failure` E1208."""
    if tasks < 2:
        return 1
    from envspec.actions.settings import build_jobs

    return loaded.options.jobs or build_jobs(loaded.root) or processors()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _platform(environment: Environment, engine_name: str) -> str:
    """This machine's own for the local engine; for images, the one that runs here if the spec has it."""
    here = host_platform()
    if engine_name == "local":
        return here
    machine = here.partition("/")[2]
    wanted = f"linux/{machine}"
    return wanted if wanted in environment.platforms else environment.platforms[0]


def registered_name(loaded: Loaded, environment: Environment) -> str:
    """The name under which its versions are counted."""
    return environment.id if environment.id in loaded.written.environments else environment.name


def _register(loaded: Loaded, request: BuildRequest, built: Built, name: str) -> int:
    """The number of the version; what was built is remembered with it, in one transaction."""
    from envspec.workspace.database import Workspace

    environment, locked = request.environment, request.locked
    hash = version_hash(environment, locked)
    with Workspace.open(loaded.root) as workspace:
        known = workspace.used_version(name, hash, built.hash, built.engine)
    if built.reused and known is not None:
        return known
    with Workspace.open(loaded.root) as workspace, workspace.transaction():
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
        number = register_version(loaded, workspace, environment, locked)
        workspace.use_environment(name, number, built.hash, built.engine)
    return number


def register_version(
    loaded: Loaded,
    workspace: Workspace,
    environment: Environment,
    locked: LockedEnvironment | None,
    name: str = "",
) -> int:
    """The number of what an environment is locked to, under its own name or another one; the same definition and lock
    are the same version."""
    return workspace.register_environment(
        name or registered_name(loaded, environment),
        version_hash(environment, locked),
        canonical_json(definition(environment)).decode(),
        "" if locked is None else canonical_json(json.loads(json.dumps(asdict(locked)))).decode(),
        description=environment.description,
        tags=environment.tags,
    )
