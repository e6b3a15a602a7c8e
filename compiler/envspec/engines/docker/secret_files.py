"""The secrets of a deployment, as files that its container mounts read-only.

`STATE/secrets/DEPLOYMENT/NONCE/variables/NAME` are the variables that are secrets, `…/auth/token` the token
that requests must bring. The folders are 0700 and the files 0400, of the user the container runs as, so
that nobody else reads them. They live as long as the container: `remove` and `remove_others` end them.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from envspec.frozen import Frozen, frozen

VARIABLES, AUTH = "variables", "auth"
TOKEN = "token"  # noqa: S105 - the name of a file


@frozen
class SecretFiles(Frozen):
    """`folder` holds the files; `owner` is the user and group that read them."""

    folder: Path

    @property
    def variables(self) -> Path:
        return self.folder / VARIABLES

    @property
    def auth(self) -> Path:
        return self.folder / AUTH


def write(
    state: Path, deployment: str, variables: Mapping[str, str], token: str | None, owner: str
) -> SecretFiles:
    """Write the files for a new container that runs as `owner` (`UID:GID`)."""
    parent = state / "secrets" / deployment
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = SecretFiles(parent / secrets.token_hex(8))
    files.folder.mkdir(mode=0o700)
    _write(files.variables, variables, owner)
    _write(files.auth, {} if token is None else {TOKEN: token}, owner)
    return files


def remove(folder: Path) -> None:
    """Take the files of a container that is gone; nothing happens when they are gone too."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_others(state: Path, deployment: str, keep: Path) -> None:
    """Take what containers that were killed left behind."""
    parent = state / "secrets" / deployment
    for folder in parent.iterdir() if parent.is_dir() else ():
        if folder != keep:
            remove(folder)


def _write(folder: Path, values: Mapping[str, str], owner: str) -> None:
    folder.mkdir(mode=0o700)
    for name, value in values.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
        with os.fdopen(descriptor, "wb") as file:
            file.write(value.encode("utf-8", "surrogateescape"))
    if os.getuid() == 0:  # else they are the container's user's own already
        user, _, group = owner.partition(":")
        for path in (folder, *folder.iterdir()):
            os.chown(path, int(user), int(group or user))
