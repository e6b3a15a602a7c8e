"""What an engine is: the requests it gets and what it gives back.

An engine does I/O with one kind of place where environments live and programs run. It never reads a spec
or the workspace database: everything it needs is in the request. Trouble leaves as `Failure` with codes of
its own group. `engines.table` names the engines; the built-in ones use the same entry point
(`envspec.engines`) that others can use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from envspec.diagnostics import Diagnostic
from envspec.engines.stopping import Stop
from envspec.frozen import Frozen, field, frozen
from envspec.ir.types import Deployment, Environment, Run, SecretRef
from envspec.lock.model import LockedEnvironment

if TYPE_CHECKING:
    from envspec.engines.content import Verified

Say = Callable[[str], None]
"""Takes one line of progress for people (stderr). One that begins with `NOTE` is to be read afterwards too."""

NOTE = "note: "


def _nobody(_handle: str, _url: str) -> None:
    pass


SecretReader = Callable[[SecretRef], str]
"""Gives the value of a secret, read when it is needed; raises `Failure` when it cannot be had."""


@frozen
class BuildRequest(Frozen):
    """Make `environment` exist. `python_hash`, `image_hash` and `preimage` are the layers of
    `lower.identity` for the platform; `locked` is None only for a user-managed environment.
    `state` is the workspace folder (`ROOT/.envspec`); `log` is the file that keeps the whole build log. `fresh`
    asks for a build without any cache, also when the environment is there. Builds run in threads: `stop` ends one
    (see `engines.stopping`)."""

    root: Path
    state: Path
    environment: Environment
    locked: LockedEnvironment | None
    platform: str
    python_hash: str
    image_hash: str
    preimage: bytes
    log: Path
    secrets: SecretReader
    say: Say
    fresh: bool = False
    stop: Stop = field(default_factory=Stop)


@frozen
class Built(Frozen):
    """`location` is a prefix folder, an interpreter, or an image reference; `hash` its layer's digest."""

    engine: str
    location: str
    hash: str
    reused: bool
    seconds: float = 0.0
    size: int = 0


@frozen
class Standing(Frozen):
    """What an engine says of a location of `Built`: `known` is False when it could not be asked; `size` is in bytes."""

    known: bool
    there: bool = False
    size: int = 0


@frozen
class RunRequest(Frozen):
    """Run `run` in `built`. `work` is the run's own working directory with the source in it; `inputs` are
    absolute host paths; `outputs` map names to absolute host paths inside `work`. `variables` are complete
    (the environment's, the run's; secrets and templates not yet filled). `log` gets everything the program
    prints, with secret values masked, while `output` gets the same text as it comes; a byte that is no UTF-8 is half of a
    character in it (`surrogateescape`)."""

    id: str
    run: Run
    environment: Environment
    built: Built
    work: Path
    inputs: Mapping[str, Path]
    outputs: Mapping[str, Path]
    log: Path
    secrets: SecretReader
    output: Callable[[str], None]
    say: Say


@frozen
class RunResult(Frozen):
    """`status` is the program's own exit status (128+N for signal N). `usage` has `cpu_seconds`,
    `memory_bytes` where the engine can tell. `note` is one clause on an end that the status does not explain
    (no memory left); empty for an ordinary one."""

    status: int
    timed_out: bool = False
    seconds: float = 0.0
    usage: Mapping[str, float] = field(default_factory=dict)
    note: str = ""


@frozen
class DeployRequest(Frozen):
    """Serve `deployment` from `built`. `source` is a snapshot folder; `models` map the model ids to
    absolute host paths, mounted or linked read-only; `image_hash` and `preimage` are the deployment layer. `begins` is
    called with a handle and a URL (empty for one that nobody is to use) before anything is made that could be left when
    we are killed."""

    id: str
    root: Path
    state: Path
    deployment: Deployment
    environment: Environment
    locked: LockedEnvironment | None
    built: Built
    source: Path
    models: Mapping[str, Path]
    image_hash: str
    preimage: bytes
    sample: bytes | None
    log: Path
    secrets: SecretReader
    say: Say
    begins: Callable[[str, str], None] = _nobody


@frozen
class Deployed(Frozen):
    """A deployment that answered its sample. `handle` is what the engine needs to find it again (a process
    group and start time, a container id); `url` is where requests go."""

    engine: str
    handle: str
    url: str
    reused: bool = False
    sample_response: str = ""


class Engine(Protocol):
    """One file (or folder) each under `engines/`."""

    name: str

    def available(self) -> Diagnostic | None:
        """None when the engine can be used here, else why not."""

    def build(self, request: BuildRequest) -> Built: ...

    def holds(self, request: BuildRequest) -> bool | None:
        """Whether what `build` would make is there as it should be; None when nobody can be asked."""

    def preimage(self, location: str) -> bytes:
        """What was hashed for what stands at a location of `Built`; empty when it is gone or says nothing."""

    def standing(self, location: str) -> Standing:
        """Whether something stands at a location of `Built`, and how large it is. Raises nothing."""

    def remove(self, location: str, hash: str, state: Path) -> str:
        """Takes away what was built for the layer `hash` at a location of `Built`, unless something uses it; why not,
        empty when it is gone. A folder is put below `STATE/removed` first, where it counts for nothing."""

    def prepare(self, request: DeployRequest) -> Built:
        """Makes what `deploy` would serve from exist, and serves nothing: an image, or the environment itself."""

    def verify(self, request: BuildRequest, built: Built) -> Verified:
        """Builds what is `built` once more, without any cache and where nobody finds it, and compares the two."""

    def run(self, request: RunRequest) -> RunResult: ...

    def cancel(self, folder: Path) -> bool:
        """Ends the program of a run, which another process may have begun; `folder` is that of its log. False when none
        runs."""

    def deploy(self, request: DeployRequest) -> Deployed: ...

    def alive(self, handle: str) -> bool:
        """Whether the deployment behind `handle` still runs."""

    def same_secrets(self, handle: str, request: DeployRequest) -> bool:
        """Whether the deployment behind `handle` was given the secrets that `request` would give it."""

    def logs(self, handle: str, log: Path) -> str: ...

    def stop(self, handle: str) -> str | None:
        """Ends the deployment behind `handle`; nothing happens when it has ended. What is to be told of it, as that its log
        could not be kept: that never keeps it from being stopped."""
