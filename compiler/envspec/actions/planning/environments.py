"""Environments in a plan: each on each engine that something needs it on, reused or built and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from envspec.actions.building import Version, engine_at, registered_name, request_for
from envspec.actions.loading import Loaded
from envspec.actions.needed import target_of
from envspec.actions.planning.made import Why, layers_of, told, why_built
from envspec.actions.planning.outlook import Outlook
from envspec.actions.planning.step import ENVIRONMENT, NOTHING, UNKNOWN, Step
from envspec.diagnostics import Diagnostic
from envspec.engines.interface import BuildRequest, Built, Engine
from envspec.engines.secrets import secret_reader
from envspec.frozen import Frozen, Mutable, field, frozen, mutable, replace
from envspec.ir.types import Deployment, Environment, Run
from envspec.lower.difference import REQUEST
from envspec.lower.identity import version_hash
from envspec.workspace.database import Workspace

Block = TypeVar("Block", Run, Deployment)


@frozen
class Expected(Frozen):
    """An environment as it will be: `version.built.hash` is empty while nobody knows it."""

    version: Version
    step: Step

    @property
    def known(self) -> bool:
        return bool(self.version.built.hash)


@mutable
class Planner(Mutable):
    """What the parts of a plan share: what the lock will be, the workspace to look at, the engines, what is known of
    each environment so far, the engines that do not answer, and what `up` would stop at."""

    outlook: Outlook
    workspace: Workspace
    engines: dict[str, Engine] = field(default_factory=dict)
    away: dict[str, Diagnostic] = field(default_factory=dict)
    in_the_way: list[Diagnostic] = field(default_factory=list)
    expected: dict[tuple[str, str], Expected] = field(default_factory=dict)

    @property
    def loaded(self) -> Loaded:
        return self.outlook.loaded

    def engine(self, name: str, pointer: str = "") -> Engine:
        """Raises `Failure` for an engine that does not exist; one that does not answer is noted in `away`."""
        if name not in self.engines:
            self.engines[name] = engine = engine_at(self.loaded.root, name, self.loaded.options, pointer)
            trouble = engine.available()
            if trouble is not None:
                self.away[name] = trouble
        return self.engines[name]

    def needed_by(
        self, block: Block, plural: str, check: Callable[[str, Block], None]
    ) -> tuple[str, Expected]:
        """The name of the engine of a run or deployment, and its environment there. `check` raises `Failure` for what
        the engine cannot do."""
        assert isinstance(block.environment, str), "registered environments are replaced before this"
        engine_name = self.loaded.options.engine or target_of(self.loaded, block.target)
        check(engine_name, block)
        pointer = "" if self.loaded.options.engine else f"/{plural}/{block.id}/target"
        environment = self.loaded.project.environments[block.environment]
        return engine_name, self.environment(environment, engine_name, pointer)

    def environment(self, environment: Environment, engine_name: str, pointer: str = "") -> Expected:
        key = environment.id, engine_name
        if key not in self.expected:
            engine = self.engine(engine_name, pointer)
            self.expected[key] = self._once(_expect(self, environment, engine, engine_name))
        return self.expected[key]

    def _once(self, expected: Expected) -> Expected:
        """On this machine one folder serves every environment of the same hash: it is built for the first of them.
        Images go by the name of their environment."""
        step = expected.step
        if step.engine != "local" or step.action != "build" or not step.hash:
            return expected
        for other in self.expected.values():
            if (
                other.step.hash == step.hash
                and other.step.action == "build"
                and other.step.engine == step.engine
            ):
                same = f"it is the same as `{other.step.id}`, which is built first"
                kept = replace(
                    step, action=NOTHING, again=False, reasons=(same,), changes=(), since="",
                    layers={"python": "kept"}, waits=(*step.waits, other.step.name),
                )  # fmt: skip
                return Expected(expected.version, kept)
        return expected


def _expect(planner: Planner, environment: Environment, engine: Engine, engine_name: str) -> Expected:
    loaded, entries = planner.loaded, planner.outlook.entries
    locked = entries.get(environment.id)
    request = request_for(
        loaded, environment, locked, engine_name, secret_reader(loaded.project.secrets, loaded.root)
    )
    solved = not environment.managed or (locked is not None and locked.platform(request.platform) is not None)
    name = registered_name(loaded, environment)
    number = _number(planner.workspace, name, version_hash(environment, locked) if solved else "")
    lock = planner.outlook.steps.get(environment.id)
    waits = (lock.name,) if lock is not None and lock.acts else ()
    wanted = (request.image_hash or request.python_hash) if solved else ""
    step = Step(
        ENVIRONMENT, environment.id, NOTHING, engine_name, request.platform, certain=not waits, waits=waits,
        version=f"{name}:{number}", hash=wanted,
    )  # fmt: skip
    if not solved:
        why = _unsolved(planner, environment, engine_name, name)
        # What is asked for moved and nobody has solved it: no package is promised to stay.
        step = replace(_build(step, why, engine_name), layers=dict.fromkeys(_layers(engine_name), "made"))
    else:
        step = _looked_at(planner, step, engine, name, request)
    if step.action != NOTHING:
        _refuse(planner, request, engine_name, solved=solved)
    built = Built(engine_name, step.location, wanted, reused=not step.acts)
    return Expected(Version(environment, locked, built, number, name), step)


def _looked_at(planner: Planner, step: Step, engine: Engine, name: str, request: BuildRequest) -> Step:
    """The step of an environment whose hash is known."""
    holds = _holds(planner, engine, request)
    if holds is None:
        trouble = planner.away.get(step.engine)
        reason = trouble.message if trouble is not None else f"the engine `{step.engine}` cannot tell"
        return replace(step, action=UNKNOWN, certain=False, reasons=(reason,))
    if holds:
        found = planner.workspace.image(step.hash, step.engine)
        location = found.location if found is not None else ""
        return replace(step, location=location, layers=dict.fromkeys(_layers(step.engine), "kept"))
    locked = planner.outlook.entries.get(step.id)
    return _build(step, why_built(planner.workspace, engine, name, request, locked), step.engine)


def _layers(engine: str) -> tuple[str, ...]:
    return ("python",) if engine == "local" else ("python", "image")


def _holds(planner: Planner, engine: Engine, request: BuildRequest) -> bool | None:
    holds: Callable[[BuildRequest], bool | None] | None = getattr(engine, "holds", None)
    if holds is None or engine.name in planner.away:
        return None
    return holds(request)


def _build(step: Step, why: Why, engine: str) -> Step:
    return replace(
        step, action="build", again=why.again, reasons=why.reasons, changes=why.changes, since=why.since,
        layers=layers_of(why, engine),
    )  # fmt: skip


def _unsolved(planner: Planner, environment: Environment, engine: str, name: str) -> Why:
    """Why an environment is expected to be built whose packages are not known yet."""
    changes = planner.outlook.moved.get(environment.id, ())
    asked = [change for change in changes if change.layer == REQUEST] or list(changes)
    again = any(image.engine == engine for image in planner.workspace.images())
    if changes:
        return Why((told(asked),), tuple(changes), again=again)
    lock = planner.outlook.steps.get(environment.id)
    if lock is None or not planner.workspace.environments(name):
        return Why(("it has not been built yet",))
    return Why(lock.reasons, again=again)


def _number(workspace: Workspace, name: str, wanted: str) -> int:
    """The number that its version has, or will get; `wanted` is its hash, empty while nobody knows it."""
    versions = workspace.environments(name)
    same = (version.number for version in versions if version.version_hash == wanted)
    return next(same, max((version.number for version in versions), default=0) + 1)


def _refuse(planner: Planner, request: BuildRequest, engine_name: str, *, solved: bool) -> None:
    """What an engine cannot build is said by a plan as by a build. Raises `Failure`."""
    if engine_name == "local":
        from envspec.engines.local.environment import refuse_what_is_not_possible

        refuse_what_is_not_possible(request)
    elif engine_name == "docker" and solved:
        from envspec.lower.limits import check_environment

        check_environment(
            request.environment, planner.outlook.entries.get(request.environment.id), (request.platform,)
        )
