"""Installs the conda part of a lock into a prefix, with py-rattler.

What always holds: nothing is solved, each package has its locked sha256, and no configuration or stored
credential of conda is read. Scripts that packages want to run while they are linked do not run; those that
they want to run on activation run once, and what they set is given back for every program to come.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import subprocess
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from envspec.engines.interface import SecretReader
from envspec.engines.local.build_log import BuildLog, StepFailed
from envspec.engines.local.variables import PROGRAM, chosen
from envspec.engines.stopping import Stop
from envspec.ir.types import Environment, PackageSource
from envspec.lock.export import repodata_records
from envspec.lock.model import LockedPlatform

if TYPE_CHECKING:
    from rattler import Client

_ACTIVATE = 'for script in "$CONDA_PREFIX"/etc/conda/activate.d/*.sh; do . "$script"; done >/dev/null; env -0'
_SHELL_OWN = frozenset({"PATH", "PWD", "OLDPWD", "SHLVL", "_", "BASH_EXECUTION_STRING"})
_ACTIVATE_SECONDS = 120
_REVISION_BYTES = 8
_SHA256_BYTES = 32


def install(
    environment: Environment,
    locked: LockedPlatform,
    prefix: Path,
    secrets: SecretReader,
    log: BuildLog,
    packages: Path | None = None,
) -> dict[str, str]:
    """Link the packages into `prefix`; the variables of their activation. `packages` is the folder that they are
    fetched into, the user's cache when there is none. Raises `StepFailed`, or `Stopped`."""
    import rattler

    records = repodata_records(locked)
    for record in records:
        log.write(f"link {record.url}")
    before = _notes(locked)
    _distrust(note for note, sha256 in before.items() if len(sha256) != _SHA256_BYTES)
    client = _client(environment, secrets)

    async def link() -> None:
        await rattler.install(
            records,
            prefix,
            cache_dir=packages or package_cache(),
            show_progress=False,
            execute_link_scripts=False,
            client=client,
        )

    try:
        _run(link(), log.stop)
    except Exception as error:
        _distrust(note for note, sha256 in _notes(locked).items() if before.get(note) != sha256)
        # rattler has a class for each of its modules and no common one; whatever it is, the step failed.
        text = "\n".join(_causes(error))
        log.write(text)
        raise StepFailed(text, installer="rattler") from error
    return activation(prefix, log)


def _run(installing: Coroutine[Any, Any, None], stop: Stop) -> None:
    """Waits for it in an event loop of its own, in which it is cancelled when that is asked for."""

    async def watched() -> None:
        loop, task = asyncio.get_running_loop(), asyncio.ensure_future(installing)

        def cancel() -> None:
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(task.cancel)

        with stop.ending(cancel):
            await task

    asyncio.run(watched())


def package_cache() -> Path:
    """Where rattler keeps packages for every program of this user."""
    own = os.environ.get("RATTLER_CACHE_DIR")
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return (Path(own) if own else Path(root, "rattler", "cache")) / "pkgs"


def _notes(locked: LockedPlatform) -> dict[Path, bytes]:
    """The sha256 that rattler notes of each cached package of the lock's names.

    Its cache (0.28) keeps a note beside each package's folder: a revision of 8 bytes, then the sha256. It
    takes a folder without a sha256 for any package of that name, and it notes the sha256 of what it is about
    to fetch before it has it, so that after a failed fetch the folder that was there counts as the locked one.
    """
    found: dict[Path, bytes] = {}
    for package in locked.conda:
        name = escape(f"{package.name}-{package.version}-{package.build}")
        for note in package_cache().glob(f"{name}*.lock"):
            with suppress(OSError):
                found[note] = note.read_bytes()[_REVISION_BYTES:]
    return found


def _distrust(notes: Iterable[Path]) -> None:
    """Make rattler fetch these packages again: a sha256 of zeros fits nothing. Written in place, because
    other processes hold locks on these files."""
    for note in notes:
        with suppress(OSError), note.open("r+b") as file:
            revision = file.read(_REVISION_BYTES).ljust(_REVISION_BYTES, b"\0")
            file.seek(0)
            file.write(revision + bytes(_SHA256_BYTES))


def _causes(error: BaseException | None) -> Iterable[str]:
    while error is not None:
        yield str(error)
        error = error.__cause__


def _client(environment: Environment, secrets: SecretReader) -> Client:
    """A client with the credentials of the spec's channels, each sent to its own channel only."""
    from rattler.networking import AddHeadersMiddleware, Client, OciMiddleware, RetryMiddleware

    known = [
        (urlsplit(channel.url), {"Authorization": _authorization(channel, secrets)})
        for channel in environment.channels
        if channel.url and channel.password is not None
    ]

    def headers(host: str, path: str) -> dict[str, str] | None:
        for url, credentials in known:
            if host == url.hostname and path.startswith(url.path.rstrip("/") + "/"):
                return credentials
        return None

    return Client([RetryMiddleware(), OciMiddleware(), AddHeadersMiddleware(headers)])


def _authorization(channel: PackageSource, secrets: SecretReader) -> str:
    assert channel.password is not None
    password = secrets(channel.password)
    if not channel.username:
        return f"Bearer {password}"
    return "Basic " + base64.b64encode(f"{channel.username}:{password}".encode()).decode("ascii")


def activation(prefix: Path, log: BuildLog) -> dict[str, str]:
    """What activating `prefix` sets, beyond `PATH`: its `env_vars.d`, then its `activate.d` scripts."""
    folder = prefix / "etc" / "conda"
    variables: dict[str, str] = {}
    for file in sorted(folder.glob("env_vars.d/*.json")):
        variables |= {str(k): str(v) for k, v in json.loads(file.read_text(encoding="utf-8")).items()}
    if not any(folder.glob("activate.d/*.sh")):
        return variables
    before = {
        **chosen(PROGRAM),
        **variables,
        "CONDA_PREFIX": str(prefix),
        "PATH": f"{prefix / 'bin'}:{chosen(('PATH',)).get('PATH', '/usr/bin:/bin')}",
    }
    shell = shutil.which("bash") or "/bin/sh"
    done = subprocess.run(
        [shell, "-c", _ACTIVATE],
        env=before,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_ACTIVATE_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        said = "an activation script failed:\n" + done.stderr.decode("utf-8", "replace")
        raise StepFailed(said, done.returncode, installer="script")
    after = dict(
        entry.split("=", 1)
        for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0")
        if "=" in entry
    )
    changed = {k: v for k, v in after.items() if before.get(k) != v and k not in _SHELL_OWN}
    log.write("activation sets: " + (", ".join(sorted(changed)) or "nothing"))
    return variables | changed
