"""Reads the value of a secret at the moment something needs it.

What comes in are the `secret` blocks of a project; what goes out is a `SecretReader`. What always holds: a
value is read once, kept only in memory, and is in no message, log or argument; a message names the secret
and its kind. One line end at the end of a file or of a command's output is not part of the value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.interface import SecretReader
from envspec.ir.types import Secret, SecretRef

_COMMAND_SECONDS = 60
_LARGEST_BYTES = 1 << 20


class _Unreadable(Exception):  # noqa: N818 - `_read` makes the finding of it
    """Why a value cannot be had, as one clause, and what to do. Never with the value."""

    def __init__(self, reason: str, help_text: str) -> None:
        self.reason = reason
        self.help = help_text
        super().__init__(reason)


def secret_reader(secrets: Mapping[str, Secret], root: Path) -> SecretReader:
    """A reader for the secrets of a project whose root is `root`. Raises `Failure` E0815 when called for one
    that cannot be had."""
    values: dict[str, str] = {}

    def read(reference: SecretRef) -> str:
        if reference.name not in values:
            values[reference.name] = _read(secrets[reference.name], root)
        return values[reference.name]

    return read


def _read(secret: Secret, root: Path) -> str:
    try:
        value = _KINDS[secret.kind](secret.source, root)
        if "\0" in value:
            raise _Unreadable("its value holds a NUL byte", "a secret is text")
        if not value:
            raise _Unreadable("its value is empty", "give it a value")
    except _Unreadable as why:
        raise Failure(
            Diagnostic(
                "E0815",
                f"secret `{secret.id}` cannot be had: {why.reason}",
                pointer=f"/secrets/{secret.id}",
                help=why.help,
            )
        ) from None
    return value


def _from_variable(source: str | tuple[str, ...], root: Path) -> str:
    name = str(source)
    if name not in os.environ:
        raise _Unreadable(f"the variable `{name}` is not set", f"set it in your shell: `export {name}=…`")
    return os.environ[name]


def _from_file(source: str | tuple[str, ...], root: Path) -> str:
    path = root / str(source)
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise _Unreadable(
            f"the file `{source}`: {reason}", "the path is relative to the project root"
        ) from None
    return _text(content, f"the file `{source}`")


def _from_command(source: str | tuple[str, ...], root: Path) -> str:
    import subprocess

    argv = (source,) if isinstance(source, str) else source
    name = argv[0]
    try:
        # Its stderr may hold anything, the value too, so it goes nowhere.
        done = subprocess.run(
            argv,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _Unreadable(
            f"the command `{name}` did not end within {_COMMAND_SECONDS} s", "run it by hand; it must not ask"
        ) from None
    except OSError as error:
        reason = (error.strerror or "cannot be started").lower()
        raise _Unreadable(f"the command `{name}`: {reason}", "it is started without a shell") from None
    if done.returncode != 0:
        raise _Unreadable(
            f"the command `{name}` ended with status {done.returncode}", "run it by hand to see why"
        )
    return _text(done.stdout, f"the output of `{name}`")


def _from_keyring(source: str | tuple[str, ...], root: Path) -> str:
    service, _, user = str(source).rpartition("/")
    if not service or not user:
        raise _Unreadable(f"`{source}` names no user of a service", 'write `keyring = "service/user"`')
    try:
        keyring = __import__("keyring")
    except ImportError:
        raise _Unreadable(
            "the package `keyring` is not installed beside `envspec`", "install it: `pip install keyring`"
        ) from None
    try:
        value = keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001 - backends raise anything; its text might hold the value
        raise _Unreadable(
            f"the keyring refused ({type(error).__name__})", "unlock it, or choose a backend that works here"
        ) from None
    if value is None:
        raise _Unreadable(
            f"the keyring has nothing for `{source}`", f"store it: `keyring set {service} {user}`"
        )
    return str(value)


def _text(content: bytes, what: str) -> str:
    if len(content) > _LARGEST_BYTES:
        raise _Unreadable(f"{what} is larger than 1 MiB", "check that it is the right one")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unreadable(
            f"{what} is not UTF-8", "a secret is text; encode binary values, as base64 does"
        ) from None
    return text.removesuffix("\n").removesuffix("\r")


_KINDS: Mapping[str, Callable[[str | tuple[str, ...], Path], str]] = {
    "variable": _from_variable,
    "file": _from_file,
    "command": _from_command,
    "keyring": _from_keyring,
}
