"""A build that goes on, and what it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envspec.actions.building import Version, build, chosen
from envspec.actions.loading import Loaded
from envspec.api.background import Background
from envspec.api.errors import told
from envspec.frozen import Frozen, frozen, replace

if TYPE_CHECKING:
    from envspec.engines.interface import Say


@frozen
class BuiltEnvironment(Frozen):
    """A version that exists on an engine. `location` is the folder of the environment, or the reference of its image;
    `hash` the sha256 of everything that went into it. `seconds` is what it took, 0.0 when it was there already."""

    name: str
    version: int
    engine: str
    location: str
    hash: str
    reused: bool
    seconds: float


class Build:
    """A build that was begun by `Environment.build`."""

    def __init__(self, loaded: Loaded, name: str, target: str) -> None:
        self._loaded = loaded
        self._name, self._target = name, target
        self._work = Background(f"build {name}", self._do)

    def _do(self, say: Say) -> BuiltEnvironment:
        loaded = replace(self._loaded, options=replace(self._loaded.options, say=say))
        with told(loaded):
            version = build(loaded, chosen(loaded, [self._name]), self._target)[self._name]
        return built_of(version)

    @property
    def status(self) -> str:
        """`running`, `failed` or `succeeded`."""
        return "failed" if self._work.failed else "succeeded" if self._work.ended else "running"

    @property
    def log(self) -> list[str]:
        """What was said up to now."""
        return self._work.lines

    def wait_for_completion(
        self, show_output: bool = False, *, timeout: float | None = None
    ) -> BuiltEnvironment:
        """What was built. `show_output` prints what the build says. Raises `EnvspecError` when it fails, with the line
        that caused it, and `TimeoutError` after `timeout` seconds; the build goes on then."""
        return self._work.wait(show=show_output, timeout=timeout)

    def __repr__(self) -> str:
        return f"<envspec.Build {self._name}: {self.status}>"


def built_of(version: Version) -> BuiltEnvironment:
    built = version.built
    return BuiltEnvironment(
        version.environment.id,
        version.number,
        built.engine,
        built.location,
        built.hash,
        built.reused,
        built.seconds,
    )
