"""`[tool.envspec.docker]` and `[tool.envspec.build]` of the root's `pyproject.toml`: what the command line need not
say each time.

In comes the project root; out come `DockerSettings`, or a `Failure` E1208 with everything that is wrong. What
always holds: it configures how the engine is reached and how it builds, never what is built; none of it is in
a hash. `KEYS` is the table of the first.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from envspec.actions.wrong_settings import FILE, Wrong, not_toml, refused, unknown_key
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.plain_file import read_plain

BUILDERS = ("auto", "buildkit", "classic")
_WHERE = f"`[tool.envspec.docker]` of `{FILE}`"


@frozen
class DockerSettings(Frozen):
    """`host` is an address as `DOCKER_HOST` takes it, which wins over it. `network` and `ca_bundle` (absolute)
    are those of build steps; `builder` is one of `BUILDERS`. Empty: as if nothing had been said. The proxies are None
    when nothing was said, and then the caller's variables count; empty is none at all."""

    host: str = ""
    network: str = ""
    ca_bundle: str = ""
    builder: str = ""
    http_proxy: str | None = None
    https_proxy: str | None = None
    no_proxy: str | None = None

    @property
    def proxies(self) -> dict[str, str | None]:
        """By the name of the variable."""
        return {
            "HTTP_PROXY": self.http_proxy,
            "HTTPS_PROXY": self.https_proxy,
            "NO_PROXY": self.no_proxy,
        }


def _address(value: str) -> str:
    kinds = ("unix://", "tcp://", "ssh://", "npipe://", "http://", "https://")
    return (
        "" if value.startswith(kinds) else "an address such as `unix:///run/docker.sock` or `tcp://HOST:2376`"
    )


def _word(value: str) -> str:
    return "" if value and not value.startswith("-") and value.isprintable() else "a name"


def _file(value: str) -> str:
    return "" if value and "\0" not in value else "the path of a file, relative to this one"


def _builder(value: str) -> str:
    return "" if value in BUILDERS else "one of " + ", ".join(f"`{name}`" for name in BUILDERS)


def _proxy(value: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
        fits = parts.scheme in ("http", "https") and parts.hostname and parts.username is None
        fits = fits and parts.password is None and value.isprintable() and " " not in value
    except ValueError:
        fits = False
    return (
        ""
        if fits or not value
        else "an address such as `http://proxy.example:3128`, or empty; one with a password belongs into `HTTPS_PROXY`"
    )


def _hosts(value: str) -> str:
    return "" if value.isprintable() else "hosts with commas between them"


KEYS: Mapping[str, Callable[[str], str]] = {
    "host": _address,
    "network": _word,
    "ca-bundle": _file,
    "builder": _builder,
    "http-proxy": _proxy,
    "https-proxy": _proxy,
    "no-proxy": _hosts,
}
"""Key → what its value has to be, empty when it is."""


def docker_settings(root: Path) -> DockerSettings:
    """The settings of the project at `root`. Raises `Failure` E1208."""
    found = tool_table(root, "docker")
    trouble = [problem for key, value in found.items() if (problem := _problem(key, value)) is not None]
    if trouble:
        raise refused(root, trouble)
    values = {key.replace("-", "_"): str(value) for key, value in found.items()}
    if "ca_bundle" in values:
        values["ca_bundle"] = str(root / values["ca_bundle"])
    return DockerSettings(**values)


def docker_host(root: Path) -> str:
    """The engine's address: `DOCKER_HOST`, else that of the settings, else empty, which follows the docker command."""
    return os.environ.get("DOCKER_HOST") or docker_settings(root).host


def ca_bundle(root: Path, given: str) -> str:
    """The certificates that registries are trusted by besides the machine's: `--ca-bundle`, else that of the settings."""
    return given or docker_settings(root).ca_bundle


def build_jobs(root: Path) -> int:
    """How many builds may go on at once: `jobs` of `[tool.envspec.build]`, 0 when it says nothing. Raises `Failure`
    E1208."""
    where = f"`[tool.envspec.build]` of `{FILE}`"
    found = tool_table(root, "build")
    unknown = next((key for key in found if key != "jobs"), None)
    if unknown is not None:
        wrong = Wrong(("build", unknown), f"unknown key `{unknown}` in {where}", "the only key is `jobs`")
        raise refused(root, [wrong])
    jobs = found.get("jobs", 0)
    if "jobs" in found and (not isinstance(jobs, int) or isinstance(jobs, bool) or jobs < 1):
        wrong = Wrong(
            ("build", "jobs"), f"`jobs` in {where} has a wrong value", "it has to be a number from 1"
        )
        raise refused(root, [wrong])
    return int(jobs)


def _problem(key: str, value: object) -> Wrong | None:
    if key not in KEYS:
        return unknown_key(("docker", key), KEYS, _WHERE)
    wanted = KEYS[key](value) if isinstance(value, str) else "a string"
    if not wanted:
        return None
    return Wrong(("docker", key), f"`{key}` in {_WHERE} has a wrong value", f"it has to be {wanted}")


def tool_table(root: Path, table: str) -> Mapping[str, Any]:
    """`[tool.envspec.TABLE]`, empty when it is not there. Raises `Failure` E1208."""
    try:
        data = read_plain(root / FILE)
    except FileNotFoundError:
        return {}
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ENAMETOOLONG):  # no such folder can be: its reader says so
            return {}
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1208", f"`{FILE}` cannot be read: {reason}")) from error
    if b"envspec" not in data or _only_marks(data):
        return {}
    import tomllib

    from envspec.packages.toml_text import loads

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(Diagnostic("E1208", f"`{FILE}` does not parse", notes=(str(error),))) from error
    try:
        found: Any = loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(text, str(error)) from error
    path = ("tool", "envspec", table)
    for depth, name in enumerate(path):
        found = found.get(name, {})
        if not isinstance(found, dict):
            help_ = f"write a table there, as `[tool.envspec.{table}]` begins one"
            raise refused(root, [Wrong(path[1 : depth + 1], f"`{name}` in `{FILE}` is no table", help_)])
    return dict(found)


def _only_marks(data: bytes) -> bool:
    """Whether the file holds `[tool.envspec]` and comments alone, as one does that only marks the root: reading it
    with tomllib would take a tenth of a `check`."""
    if not data.isascii() or not all(byte >= 32 or byte in b"\t\r\n" for byte in data) or b"\x7f" in data:
        return False
    lines = [line.removesuffix(b"\r").strip(b" \t") for line in data.split(b"\n")]
    said = [line for line in lines if line and not line.startswith(b"#")]
    return said == [b"[tool.envspec]"] and not any(b"\r" in line for line in lines)
