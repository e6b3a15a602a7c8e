"""The proxies that build steps use: from `[tool.envspec.docker]`, else from the caller's variables.

As uv, pip and every other client of this machine do, a build uses `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (or
their lower-case names). They say how packages are reached and not what is built, so they are in no hash. With
BuildKit they travel as the build secret `envspec-proxies`, because an address may hold a password: in a build
argument it would be in the cache's keys. The classic builder gets its predefined build arguments, which it keeps
out of history, and only addresses without a password. One on this machine's loopback is another machine in a
container: it is left out, and said, unless the steps have the host's network.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
PROXY_SECRET = "envspec-proxies"  # noqa: S105 - the id under which a Dockerfile asks for them
_LOOPBACK = ("localhost", "::1")


def proxies_of(
    settings: Mapping[str, str | None], ambient: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Variable → value. What `settings` has, by variable, wins over `ambient`; an empty text there is none."""
    ambient = os.environ if ambient is None else ambient
    found = {}
    for name in NAMES:
        given = settings.get(name)
        value = ambient.get(name.lower()) or ambient.get(name) or "" if given is None else given
        if value and "\n" not in value:
            found[name] = value
    return found if set(found) - {"NO_PROXY"} else {}


def reachable(proxies: Mapping[str, str], network: str) -> tuple[dict[str, str], list[str]]:
    """Those that a build step can reach on this network, and the variables of those that it cannot."""
    away = [] if network == "host" else [name for name, value in proxies.items() if _on_loopback(name, value)]
    left = {name: value for name, value in proxies.items() if name not in away}
    return (left if set(left) - {"NO_PROXY"} else {}), away


def _on_loopback(name: str, value: str) -> bool:
    host = "" if name == "NO_PROXY" else _split(value)[0]
    return host in _LOOPBACK or host.startswith("127.")


def credentials(proxies: Mapping[str, str]) -> list[str]:
    """The passwords in their addresses, in every spelling; what a log must not show."""
    found: set[str] = set()
    for name, value in proxies.items():
        password = "" if name == "NO_PROXY" else _split(value)[1]
        if password:
            found |= {password, unquote(password)}
    return sorted(found)


def _split(value: str) -> tuple[str, str]:
    """Host and password of an address, which may come without a scheme."""
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        return parts.hostname or "", parts.password or ""
    except ValueError:
        return "", ""


def secret_text(proxies: Mapping[str, str]) -> str:
    """The build secret: a line for each."""
    return "".join(f"{name}={value}\n" for name, value in sorted(proxies.items()))


def named(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
