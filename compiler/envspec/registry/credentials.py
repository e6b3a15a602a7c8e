"""Credentials that `docker login` has kept for a registry: `config.json`, or the helper program that it names.

The name of a registry comes in, credentials go out; the files and the protocol are those of docker/cli and
docker-credential-helpers. What always holds: nothing is written, no credential is shown, and nobody having logged in
is no failure. Whether a configuration that cannot be read is one, the caller says by which function it calls.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from envspec.frozen import Frozen, field, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.registry.failures import RegistryFailure, unreadable_credentials
from envspec.registry.references import DEFAULT_HOST

_SECONDS = 60
"""A helper may ask its user for something."""
_QUICK_SECONDS = 5
_HUB = "https://index.docker.io/v1/"
"""Docker's own name for `docker.io` in this file, and for its helpers."""
_HELPER = lazy_pattern(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TOKEN_USER = "<token>"  # noqa: S105 - how a helper says that its secret is an identity token
_NONE_THERE = ("credentials not found in native keychain", "no credentials server URL")
"""How a helper says that it has none (docker-credential-helpers, `credentials/error.go`)."""


@frozen
class Credentials(Frozen):
    """`username` and `password`, or an `identity_token` for the token service; all empty when nobody has logged in."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)


NOBODY = Credentials()

CredentialsOf = Callable[[str], Credentials]
"""What is known for a registry (`HOST[:PORT]`, or `docker.io`)."""


class _UnreadableError(Exception):
    """The message says why, without any secret."""


def docker_credentials(registry: str, seconds: float = _SECONDS) -> Credentials:
    """What docker's configuration has for `HOST[:PORT]` or `docker.io`. Raises `Failure` E1403 when it cannot be
    read, or when a helper fails or is not done in `seconds`."""
    try:
        return _found(registry, seconds)
    except _UnreadableError as error:
        raise unreadable_credentials(registry, str(error)) from None


def credentials_if_any(registry: str) -> Credentials:
    """The same for whoever asks without them as well: what cannot be read within seconds is none."""
    try:
        return docker_credentials(registry, _QUICK_SECONDS)
    except RegistryFailure:
        return NOBODY


def _found(registry: str, seconds: float) -> Credentials:
    """A helper for this registry, else the store, then what is in the file itself, as docker looks for it."""
    settings = _settings()
    helpers, entries = _table(settings, "credHelpers"), _table(settings, "auths")
    server = _HUB if registry == DEFAULT_HOST else registry
    helper, named = settings.get("credsStore"), server
    for key in _keys(helpers, registry, server)[:1]:
        helper, named = helpers[key], key
    if helper:
        found = _from_helper(helper, named, seconds)
        if found != NOBODY:
            return found
    there = (_from_file(entries[key]) for key in _keys(entries, registry, server))
    return next((known for known in there if known != NOBODY), NOBODY)


def _settings() -> dict[str, Any]:
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        content = (folder / "config.json").read_bytes()
        settings = json.loads(content) if content.strip() else {}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _UnreadableError(f"`config.json`: {(error.strerror or type(error).__name__).lower()}") from None
    except (ValueError, RecursionError):
        raise _UnreadableError("`config.json` is not JSON") from None
    if not isinstance(settings, dict):
        raise _UnreadableError("`config.json` is not an object")
    return settings


def _table(settings: dict[str, Any], name: str) -> dict[str, Any]:
    found = settings.get(name) or {}
    if not isinstance(found, dict):
        raise _UnreadableError(f"`{name}` in `config.json` is not an object")
    return found


def _keys(table: dict[str, Any], registry: str, server: str) -> list[str]:
    """The keys that mean a registry, first that which docker writes now."""
    return sorted((key for key in table if _host(key) == registry), key=lambda key: key != server)


def _host(key: str) -> str:
    """The registry that a key of the file means: older dockers wrote `https://HOST/v1/`."""
    host = key.removeprefix("https://").removeprefix("http://").partition("/")[0]
    return DEFAULT_HOST if host == f"index.{DEFAULT_HOST}" else host


def _from_file(entry: Any) -> Credentials:
    """`identitytoken`, or `auth`, which is base64 of `NAME:PASSWORD`. Without both a helper has it."""
    if not isinstance(entry, dict):
        raise _UnreadableError("a login in `config.json` is not an object")
    token, auth = entry.get("identitytoken") or "", entry.get("auth") or ""
    try:
        name, _, password = base64.b64decode(auth, validate=True).decode().partition(":")
    except (ValueError, TypeError):
        raise _UnreadableError("a login in `config.json` is not base64 of a name and a password") from None
    if token:
        return Credentials(identity_token=str(token))
    return Credentials(name, password) if name and password else NOBODY


def _from_helper(helper: Any, server: str, seconds: float) -> Credentials:
    """`docker-credential-HELPER get` reads the registry's name and writes JSON, or why not. Its own words may hold
    what it was asked for, so they are not told."""
    import subprocess

    if not isinstance(helper, str) or not _HELPER.fullmatch(helper):
        raise _UnreadableError("`config.json` names a credential helper that cannot be one")
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run(
            [program, "get"], input=server.encode(), capture_output=True, timeout=seconds, check=False
        )
    except OSError:
        raise _UnreadableError(f"`{program}` cannot be run") from None
    except subprocess.TimeoutExpired:
        raise _UnreadableError(f"`{program}` was not done in {seconds:g} seconds") from None
    if done.returncode != 0:
        said = done.stdout.decode("utf-8", "replace")
        if any(words in said for words in _NONE_THERE):
            return NOBODY
        raise _UnreadableError(f"`{program}` ended with status {done.returncode}")
    try:
        found = json.loads(done.stdout)
        name, secret = str(found["Username"] or ""), str(found["Secret"] or "")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise _UnreadableError(f"`{program}` does not write what a credential helper writes") from None
    if name == _TOKEN_USER:
        return Credentials(identity_token=secret)
    return Credentials(name, secret) if name and secret else NOBODY
