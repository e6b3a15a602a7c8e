"""Requests to the local engine, as the command line would make them, with what a test wants to see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.engines.interface import BuildRequest, Built, RunRequest, SecretReader
from envspec.ir.types import Environment, Run, SecretRef
from envspec.lock.model import LockedEnvironment, LockedPlatform

PLATFORM = "linux/amd64"


def no_secrets(secret: SecretRef) -> str:
    raise AssertionError(f"nobody asked for secret {secret.name}")


@dataclass
class Heard:
    """What the engine said and showed."""

    lines: list[str] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def output(self) -> str:
        return "".join(self.pieces)


def build_request(
    root: Path,
    environment: Environment,
    locked: LockedPlatform | None,
    heard: Heard | None = None,
    secrets: SecretReader = no_secrets,
    salt: str = "",
) -> BuildRequest:
    """`salt` stands for what makes one version of an environment differ from another."""
    heard = heard or Heard()
    preimage = repr((environment, locked, salt)).encode()
    whole = LockedEnvironment(environment.id, "sha256:0", (locked,)) if locked else None
    digest = "sha256:" + hashlib.sha256(preimage).hexdigest()
    state = root / ".envspec"
    return BuildRequest(
        root=root,
        state=state,
        environment=environment,
        locked=whole,
        platform=PLATFORM,
        python_hash=digest,
        image_hash=digest,
        preimage=preimage,
        log=state / "logs" / "build.log",
        secrets=secrets,
        say=heard.lines.append,
    )


def run_request(
    work: Path,
    run: Run,
    location: str,
    heard: Heard | None = None,
    environment: Environment | None = None,
    secrets: SecretReader = no_secrets,
    inputs: dict[str, Path] | None = None,
    id_: str = "run-1",
) -> RunRequest:
    heard = heard or Heard()
    return RunRequest(
        id=id_,
        run=run,
        environment=environment or Environment("e", "e"),
        built=Built("local", location, "sha256:0", True),
        work=work,
        inputs=inputs or {},
        outputs={name: work / path for name, path in run.outputs.items()},
        log=work.parent / "run.log",
        secrets=secrets,
        output=heard.pieces.append,
        say=heard.lines.append,
    )


def only(failure: Failure) -> tuple[str, str]:
    """Code and pointer of a failure's single finding."""
    (diagnostic,) = failure.diagnostics
    return diagnostic.code, diagnostic.pointer
