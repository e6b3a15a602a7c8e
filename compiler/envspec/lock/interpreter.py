"""Which Python an environment is locked for, when conda does not bring it.

In this order: what `python` says exactly enough, the minor that the base image's tag names, the minor it was
locked for before, the newest on this machine that the spec allows. The answer is a minor version (`3.11`)
and is recorded in the lock, so that the next machine uses the same.
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.ir.types import Environment
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.places import Places
from envspec.lock.uv_process import run_uv
from envspec.packages.python_version import matches, minor_versions

_PREFIX = lazy_pattern(r"(\d+)\.(\d+)(?:\.\d+)?")
_IMAGE = lazy_pattern(r"(?:^|/)python:(3\.\d+)(?:[.-]|$)")
_OLDEST = (3, 8)


def python_minor(places: Places, previous: str = "") -> str:
    """The minor to lock for; raises `Failure` E0613. `previous` is the Python of the lock that was."""
    environment = places.environment
    if prefix := _PREFIX.fullmatch(environment.python):
        return f"{prefix[1]}.{prefix[2]}"
    for minor in (_image_minor(environment), ".".join(previous.split(".")[:2])):
        if minor and _allows(environment.python, minor):
            return minor
    fitting = installed_that_fit(environment.python)
    if fitting:
        return fitting[-1]
    raise Failure(
        places.diagnostic(
            "E0613",
            f"no Python on this machine is `{environment.python}`",
            [places.pointer("python")],
            notes=[f"there are {', '.join(installed_minors())}"],
            help='say the minor version, such as `python = "3.12"`; it need not be installed to lock',
        )
    )


def installed_that_fit(python: str) -> list[str]:
    """The minors on this machine that `python` of a spec allows, the oldest first."""
    return [minor for minor in installed_minors() if _allows(python, minor)]


def _image_minor(environment: Environment) -> str:
    found = _IMAGE.search(environment.docker.image)
    return found[1] if found else ""


def _allows(python: str, minor: str) -> bool:
    return not python or minor in minor_versions(python) or matches(python, f"{minor}.0")


@lru_cache(maxsize=1)
def installed_minors() -> tuple[str, ...]:
    """The minors of CPython that this machine has, the oldest first; ours is always among them."""
    found = {sys.version_info[:2]}
    result = run_uv(
        ["python", "list", "--only-installed", "--no-config", "--output-format=json"],
        folder=Path(sys.prefix),
    )
    try:
        rows = json.loads(result.output or "[]")
    except ValueError:
        rows = []
    for row in rows:
        parts = row.get("version_parts", {})
        usual = row.get("implementation") == "cpython" and row.get("variant", "default") == "default"
        final = re.fullmatch(r"\d+\.\d+\.\d+", str(row.get("version", "")))
        if usual and final:
            found.add((int(parts["major"]), int(parts["minor"])))
    return tuple(f"{major}.{minor}" for major, minor in sorted(found) if (major, minor) >= _OLDEST)
