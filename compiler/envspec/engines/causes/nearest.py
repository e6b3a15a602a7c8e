"""What exists instead of what an installer could not find, as the help of its finding.

The index and the channels are asked from this machine, with the environment's own credentials, and only for causes
that say they can be reached.
"""

from __future__ import annotations

from envspec.engines.causes.cause import Found
from envspec.engines.interface import SecretReader
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedPlatform

_ASKED = frozenset({"no such package", "no such version", "file gone", "no wheel"})


@frozen
class Nearest(Frozen):
    """Call it with what was found. Without a lock or a way to read secrets it knows nothing."""

    environment: Environment
    locked: LockedPlatform | None
    secrets: SecretReader | None

    def __call__(self, found: Found) -> str:
        if found.cause not in _ASKED or self.locked is None or self.secrets is None or not found.package:
            return ""
        return self._conda(found) or self._pip(found)

    def _conda(self, found: Found) -> str:
        from envspec.lock.nearest import conda_versions, nearest_of, versions_in_words

        assert self.locked is not None and self.secrets is not None
        package = next((p for p in self.locked.conda if p.name == found.package), None)
        if package is None:
            return ""
        versions = conda_versions(package.name, self.environment, self.locked.platform, self.secrets)
        near = nearest_of(versions, package.version)
        return _lock_again(package.name, versions_in_words(package.name, near))

    def _pip(self, found: Found) -> str:
        from envspec.lock.nearest import Fits, pip_versions, versions_in_words

        assert self.locked is not None and self.secrets is not None
        package = next((p for p in self.locked.pip if p.name == found.package), None)
        if package is None:
            return ""
        fits = Fits(self.locked.python, self.locked.platform)
        near = pip_versions(package.name, package.version, self.environment, fits, self.secrets)
        return _lock_again(package.name, versions_in_words(package.name, near))


def _lock_again(name: str, words: str) -> str:
    return f"{words}; `envspec lock --upgrade {name}` takes one" if words else ""
