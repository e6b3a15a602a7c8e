"""Credentials that `docker login` has kept for a registry: `config.json`, or the helper program that it names.

The files and the protocol are those of docker/cli and docker-credential-helpers. Nothing is written, and a
credential that cannot be had is none.
"""

from __future__ import annotations

import base64
import json
import os
import re
from pathlib import Path
from typing import Any

_SECONDS = 5
_HUB = "https://index.docker.io/v1/"
"""Docker's own name for `docker.io` in this file."""
_HELPER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def registry_login(registry: str) -> tuple[str, str] | None:
    """Name and password for `HOST[:PORT]` or `docker.io`; None where nobody has logged in."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        settings = json.loads((folder / "config.json").read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(settings, dict):
        return None
    names = [_HUB, "docker.io", "index.docker.io"] if registry == "docker.io" else [registry]
    names += [f"https://{registry}", f"https://{registry}/v1/", f"https://{registry}/v2/"]
    for name in names:
        helper = _table(settings, "credHelpers").get(name) or settings.get("credsStore")
        found = _from_helper(helper, name) if isinstance(helper, str) else None
        found = found or _from_file(_table(settings, "auths").get(name))
        if found is not None:
            return found
    return None


def _table(settings: dict[str, Any], name: str) -> dict[str, Any]:
    found = settings.get(name)
    return found if isinstance(found, dict) else {}


def _from_file(entry: Any) -> tuple[str, str] | None:
    """`auth` is base64 of `NAME:PASSWORD`."""
    if not isinstance(entry, dict) or not isinstance(entry.get("auth"), str):
        return None
    try:
        name, _, password = base64.b64decode(entry["auth"], validate=True).decode().partition(":")
    except ValueError:
        return None
    return (name, password) if name and password else None


def _from_helper(helper: str, registry: str) -> tuple[str, str] | None:
    """`docker-credential-HELPER get` reads the registry's name and writes JSON. A name of `<token>` means that the
    secret is an identity token, which is for the token service of one kind of registry and not for us."""
    import subprocess

    if not _HELPER.fullmatch(helper):
        return None
    try:
        done = subprocess.run(
            [f"docker-credential-{helper}", "get"],
            input=registry.encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        found = json.loads(done.stdout) if done.returncode == 0 else {}
        name, password = found.get("Username", ""), found.get("Secret", "")
    except (OSError, ValueError, AttributeError, subprocess.TimeoutExpired):
        return None
    return (name, password) if name and password and name != "<token>" else None
