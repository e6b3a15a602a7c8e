"""Which registered model a reference means, or why it means none.

NAME               the newest version
NAME:NUMBER        the version of that number
NAME@sha256:HEX    the version whose digest begins so; eight digits at least, as of environments
"""

from __future__ import annotations

from envspec.language.environment_reference import digest_problem
from envspec.lazy_pattern import lazy_pattern
from envspec.workspace.models import Models, ModelVersion
from envspec.workspace.not_registered import NotRegistered, ambiguous, digests
from envspec.workspace.pruned import Pruned, Tombstone
from envspec.workspace.shared import Shared

_NUMBER = lazy_pattern("[1-9][0-9]{0,18}")
_DIGEST = lazy_pattern("(?:sha256:)?([0-9a-f]{8,64})")
NO_MODELS = (
    "none is registered here; a run that makes one does it (`envspec run`), and so does `envspec models pull`"
)


class ModelLookup(Models, Pruned, Shared):
    def find_model(self, reference: str) -> ModelVersion | Tombstone | NotRegistered:
        """A `Tombstone` for a version that was pruned."""
        name, sign, which = _split(reference)
        gone: Tombstone | None = None
        found: list[ModelVersion] = []
        number = int(which) if sign == ":" and _NUMBER.fullmatch(which) else None
        digest = _DIGEST.fullmatch(which) if sign == "@" else None
        if not sign:
            newest = self.model(name)
            found = [newest] if newest is not None else []
        elif number is not None:
            version = self.model(name, number)
            found = [version] if version is not None else []
            gone = self.pruned("model", name, number)
        elif digest is not None:
            begin = f"sha256:{digest[1]}"
            found = [one for one in self.models(name) if one.digest.startswith(begin)]
            gone = self.pruned_digest("model", name, begin)
        if len(found) > 1:
            return ambiguous([f"{one.name}:{one.number}" for one in found])
        return found[0] if found else gone or self._why_no_model(name, sign, which)

    def _why_no_model(self, name: str, sign: str, which: str) -> NotRegistered:
        from envspec.resolve.suggest import did_you_mean, known

        versions = self.models(name)
        if not versions:
            names = sorted({one.name for one in self.models()})
            return NotRegistered(
                f"no model is registered as `{name}`", did_you_mean(name, names) or known(names, NO_MODELS)
            )
        newest = f"its newest version is `{name}:{versions[0].number}`"
        if sign == "@":
            digest, there = (
                _DIGEST.fullmatch(which),
                digests((f"{v.name}:{v.number}", v.digest) for v in versions),
            )
            if digest:
                begins = f"no version of `{name}` has a digest that begins with `sha256:{digest[1]}`"
                return NotRegistered(begins, there)
            problem = digest_problem(f"{name}@sha256:{which.removeprefix('sha256:')}")
            return NotRegistered(f"`{name}@{which}` is no version of a model: {problem}", there)
        return NotRegistered(f"`{name}` has no version {which}", newest)


def _split(reference: str) -> tuple[str, str, str]:
    """The name, `:` or `@` or nothing, and what comes after it."""
    name, at, digest = reference.partition("@")
    return (name, at, digest) if at else reference.partition(":")
