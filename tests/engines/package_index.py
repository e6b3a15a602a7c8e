"""How this machine reaches its Python package index, as variables that pip and uv read in a container.

Only what a container can use: no `file:` index, no folder, no proxy on this machine's loopback, and no
address with a credential in it, because images keep their variables.
"""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

_PIP_SETTINGS = {
    "index-url": ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"),
    "extra-index-url": ("PIP_EXTRA_INDEX_URL", "UV_INDEX"),
    "trusted-host": ("PIP_TRUSTED_HOST",),
    "default-timeout": ("PIP_DEFAULT_TIMEOUT",),
    "timeout": ("PIP_DEFAULT_TIMEOUT",),
}
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


def index_settings() -> dict[str, str]:
    """The variables, by name; empty on a machine with the clients' defaults."""
    settings: dict[str, str] = {}
    for option, value in _pip_configuration().items():
        usable = " ".join(word for word in value.split() if _usable(word))
        if usable:
            settings |= dict.fromkeys(_PIP_SETTINGS.get(option, ()), usable)
    for name in _PROXIES:
        value = os.environ.get(name, "")
        if value and _usable(value):
            settings[name] = value
    return settings


def _pip_configuration() -> dict[str, str]:
    """What `pip config list` says, by option, whatever file or variable it comes from."""
    command = [sys.executable, "-m", "pip", "config", "list"]
    listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    configuration = {}
    for line in listing.splitlines():
        key, _, value = line.partition("=")
        configuration[key.rpartition(".")[2]] = value.strip("'").replace("\\n", " ")
    return configuration


def _usable(word: str) -> bool:
    """Whether the address, host name or number means the same in a container as on this machine."""
    parts = urlsplit(word)
    if parts.scheme == "file" or word.startswith("/"):
        return False
    return parts.username is None and parts.hostname not in ("localhost", "127.0.0.1", "::1")
