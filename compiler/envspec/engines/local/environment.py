"""Makes an environment on this machine, or finds that it is there.

What comes in is a `BuildRequest`; what goes out a `Built` whose location is a prefix folder under
`STATE/environments/`, named by its hash, or a user-managed interpreter. What always holds: only a folder
with its marker counts; what is without one is removed and built again; one process builds a hash while
the others wait; no configuration of pip, uv or conda is read.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.file_lock import exclusive
from envspec.engines.in_use import use
from envspec.engines.interface import NOTE, BuildRequest, Built, SecretReader
from envspec.engines.local import marker
from envspec.ir.types import SecretRef
from envspec.lock.model import LockedPlatform

if TYPE_CHECKING:
    from envspec.engines.local.build_log import BuildLog, StepFailed

_FOLDER_DIGITS = 20
_LOOKS, _QUIET_LOOKS, _LOOK_SECONDS = 60, 5, 0.1


def build(request: BuildRequest) -> Built:
    """The environment of the request, made if need be. Raises `Failure` with codes of E08."""
    started = time.monotonic()
    environment = request.environment
    if not environment.managed:
        from envspec.engines.local.interpreter import user_interpreter

        interpreter = user_interpreter(environment, request.root)
        return Built(
            "local", interpreter, request.python_hash, reused=True, seconds=time.monotonic() - started
        )
    prefix = prefix_of(request.state, request.python_hash)
    use(in_use_lock(prefix))
    found = None if request.fresh else _complete(request, prefix)
    if found is None:
        refuse_what_is_not_possible(request)
        try:
            return _build_once(request, prefix, started)
        except OSError as error:
            from envspec.engines.local.failures import cannot_write

            raise Failure(cannot_write(environment, error, prefix, request.log)) from error
    return Built("local", str(prefix), request.python_hash, True, time.monotonic() - started, found.size)


def build_lock(prefix: Path) -> Path:
    """What whoever builds into the folder holds."""
    return prefix.with_name(prefix.name + ".lock")


def in_use_lock(prefix: Path) -> Path:
    """What whoever works in the folder holds (`engines.in_use`)."""
    return prefix.with_name(prefix.name + ".use.lock")


def holds(request: BuildRequest) -> bool:
    """Whether the environment of the request is there; one that the user manages always counts as there."""
    if not request.environment.managed:
        return True
    return _complete(request, prefix_of(request.state, request.python_hash)) is not None


def _build_once(request: BuildRequest, prefix: Path, started: float) -> Built:
    """Build while every other process that wants this hash waits; or find what another one has built."""
    title = f"waiting for another build of `{request.environment.title}`"
    with exclusive(build_lock(prefix), waiting=lambda: request.say(title), stop=request.stop) as held:
        found = None if request.fresh else _complete(request, prefix)
        size = build_into(request, prefix, held) if found is None else found.size
    return Built(
        "local", str(prefix), request.python_hash, found is not None, time.monotonic() - started, size
    )


def prefix_of(state: Path, python_hash: str) -> Path:
    """Where the environment with this hash lives."""
    return (state / "environments" / python_hash.removeprefix("sha256:")[:_FOLDER_DIGITS]).absolute()


def _complete(request: BuildRequest, prefix: Path) -> marker.Marker | None:
    found = marker.read(prefix)
    return found if found is not None and found.fits(request.python_hash, request.preimage, prefix) else None


def refuse_what_is_not_possible(request: BuildRequest) -> None:
    """Raises `Failure` E0810 with what a folder cannot give."""
    environment = request.environment
    refused = [
        Diagnostic(
            "E0810",
            f"the local engine cannot give `{attribute}` yet",
            pointer=f"/environments/{environment.id}/{pointer}",
            help="take it away, or choose another engine with `--target`",
        )
        for attribute, pointer, given in (
            ("spark", "spark", environment.spark is not None),
            ("cuda", "docker/cuda", bool(environment.docker.cuda)),
        )
        if given
    ]
    if refused:
        raise Failure(refused)


def _locked_platform(request: BuildRequest) -> LockedPlatform:
    environment = request.environment
    locked = request.locked.platform(request.platform) if request.locked is not None else None
    if locked is None:
        raise Failure(
            Diagnostic(
                "E0812",
                f"`envspec.lock` has nothing for environment `{environment.title}` on {request.platform}",
                pointer=f"/environments/{environment.id}",
                help=f'add "{request.platform}" to `docker.platforms` and run `envspec lock`',
            )
        )
    return locked


class _RememberedSecrets:
    """Reads a secret once and remembers its value, so that the log can mask it."""

    def __init__(self, read: SecretReader) -> None:
        self._read = read
        self._values: dict[str, str] = {}

    def __call__(self, secret: SecretRef) -> str:
        if secret.name not in self._values:
            self._values[secret.name] = self._read(secret)
        return self._values[secret.name]

    def values(self) -> list[str]:
        return list(self._values.values())


def build_into(request: BuildRequest, prefix: Path, held: int) -> int:
    """Build into `prefix`, whatever is there now, and give its size in bytes. The lock is held, with the descriptor
    `held`. Raises `Failure`, and OSError where we cannot write."""
    from envspec.engines.local.build_log import BuildLog, StepFailed

    locked = _locked_platform(request)
    if request.environment.apt:
        names = ", ".join(request.environment.apt)
        request.say(f"{NOTE}the local engine installs no system packages; expected to be there: {names}")
    secrets = _RememberedSecrets(request.secrets)
    try:
        with BuildLog(request.log, secrets.values, request.stop, (held,)) as log:
            try:
                marker.remove(prefix)
                _remove(prefix)
                prefix.parent.mkdir(parents=True, exist_ok=True)
                activation = _install(request, locked, prefix, secrets, log)
                size = _size(prefix)
                text = request.preimage.decode("utf-8", "surrogateescape")
                marker.write(
                    prefix,
                    marker.Marker(
                        request.python_hash,
                        text,
                        str(prefix),
                        size,
                        (prefix / "bin" / "python").exists(),
                        activation,
                    ),
                )
            except BaseException as error:
                shutil.rmtree(prefix, ignore_errors=True)
                if locked.conda:
                    _remove_what_still_comes(prefix)
                if isinstance(error, Failure):
                    for diagnostic in error.diagnostics:
                        log.write(f"error: {diagnostic.message}")
                raise
    except StepFailed as failed:
        raise _failure(request, locked, secrets, failed) from failed
    return size


def _failure(
    request: BuildRequest, locked: LockedPlatform, secrets: SecretReader, failed: StepFailed
) -> Failure:
    from envspec.engines.local import failures  # its patterns are compiled for nothing when all goes well

    return Failure(
        failures.diagnose(
            request.environment,
            failed.output,
            request.log,
            installer=failed.installer,
            locked=locked,
            root=request.root,
            secrets=secrets,
        )
    )


def _install(
    request: BuildRequest, locked: LockedPlatform, prefix: Path, secrets: SecretReader, log: BuildLog
) -> dict[str, str]:
    from envspec.engines.local import pip_install
    from envspec.engines.local.interpreter import find_interpreter
    from envspec.lock.uv_process import uv_program

    environment = request.environment
    count = len(locked.conda) + len(locked.pip) + len(locked.paths)
    activation: dict[str, str] = {}
    folder, packages = (prefix.with_name(prefix.name + end) for end in (".build", ".packages"))
    _remove(folder)
    _remove(packages)
    folder.mkdir()
    try:
        if locked.conda:
            from envspec.engines.local.conda_install import install as install_conda

            request.say(
                f"installing {count} package{'s' * (count != 1)} into environment `{environment.title}`"
            )
            activation = install_conda(
                environment, locked, prefix, secrets, log, packages if request.fresh else None
            )
        else:
            python = find_interpreter(environment, locked.python, log, folder)
            request.say(
                f"installing {count} package{'s' * (count != 1)} into environment `{environment.title}` ({python})"
            )
            log.step(
                [
                    uv_program(),
                    "venv",
                    "--no-project",
                    "--prompt",
                    environment.id,
                    "--python",
                    python,
                    str(prefix),
                ],
                folder,
            )
        pip_install.install(
            environment,
            locked,
            prefix / "bin" / "python",
            request.root,
            folder,
            secrets,
            log,
            fresh=request.fresh,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(packages, ignore_errors=True)
    return activation


def _remove(path: Path) -> None:
    if path.exists():
        shutil.rmtree(path)


def _remove_what_still_comes(prefix: Path) -> None:
    """rattler's threads go on linking for a moment after one of them has failed: remove the prefix until it has
    stayed away for as long as `_QUIET_LOOKS` looks, or `_LOOKS` have been taken."""
    quiet = 0
    for _ in range(_LOOKS):
        time.sleep(_LOOK_SECONDS)
        quiet = 0 if prefix.exists() else quiet + 1
        if quiet == _QUIET_LOOKS:
            return
        shutil.rmtree(prefix, ignore_errors=True)


def _size(prefix: Path) -> int:
    """Bytes of all files; a file with several names counts once."""
    seen: set[int] = set()
    total = 0
    for folder, _, names in os.walk(prefix):
        for name in names:
            status = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - thousands of files
            if status.st_ino not in seen:
                seen.add(status.st_ino)
                total += status.st_size
    return total
