"""The versions that `envspec.lock` has for an environment. A lock that cannot be read has none: those who need it say
what is wrong with it."""

from __future__ import annotations

import re
from functools import lru_cache

from envspec.check.locked_names import LOCK
from envspec.diagnostics import Failure
from envspec.editor.analysis import Analysis
from envspec.frozen import Frozen, field, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.model import Lock
from envspec.lock.text import read

_NAME = lazy_pattern(r"(?:[\w.+-]+::)?(?P<name>[A-Za-z0-9_][A-Za-z0-9._-]*)")


@frozen
class LockedVersions(Frozen):
    """Versions by canonical name; several where platforms or cells differ. `python` likewise."""

    conda: dict[str, set[str]] = field(default_factory=dict)
    pip: dict[str, set[str]] = field(default_factory=dict)
    python: set[str] = field(default_factory=set)

    def of(self, ecosystem: str, spec: str) -> str:
        """The locked version of what a package string names, or empty; several are joined by ` | `."""
        match = _NAME.match(spec)
        if match is None:
            return ""
        name = (
            match["name"].lower() if ecosystem == "conda" else re.sub(r"[-_.]+", "-", match["name"]).lower()
        )
        return " | ".join(sorted((self.conda if ecosystem == "conda" else self.pip).get(name, ())))


def locked_versions(analysis: Analysis, ids: list[str]) -> LockedVersions:
    """Of the environments of this file with the given ids, together."""
    found = LockedVersions()
    lock = _lock(analysis)
    for identifier in ids if lock is not None else ():
        assert lock is not None
        environment = lock.environments.get(f"{analysis.file}#{identifier}")
        for platform in environment.platforms if environment is not None else ():
            found.python.add(platform.python)
            for conda in platform.conda:
                found.conda.setdefault(conda.name, set()).add(conda.version)
            for pip in platform.pip:
                found.pip.setdefault(pip.name, set()).add(pip.version)
    return found


def locked_references(analysis: Analysis) -> dict[str, str]:
    """The registered environments that files of this project use, as written, with the digest of each."""
    lock = _lock(analysis)
    registered = lock.registered if lock is not None else {}
    # Of one that another file uses too, that of this file counts.
    ordered = sorted(registered, key=lambda key: (key.startswith(f"{analysis.file}#"), key))
    return {key.partition("#")[2]: registered[key].digest for key in ordered}


def _lock(analysis: Analysis) -> Lock | None:
    if not analysis.files.is_file(LOCK):
        return None
    try:
        return _read(analysis.files.read_bytes(LOCK))
    except OSError:
        return None


@lru_cache(maxsize=4)
def _read(data: bytes) -> Lock | None:
    try:
        return read(data.decode("utf-8"))
    except (Failure, UnicodeDecodeError):
        return None
