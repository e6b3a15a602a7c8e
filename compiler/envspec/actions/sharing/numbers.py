"""The numbers of versions in a registry: the tags `3` and `3-HEX`, which say that 3 is the version of that digest.

A number is never given to two things. The tag `3` is made only where there is none, the tag `3-HEX` (all 64 digits of what
the version is) when it is known that `3` stays, and then it decides: who pulls `3` gets what `3-HEX` names.

Registries have no transaction, but some heed `If-None-Match: *`: there, making the tag is one step. Where one does not,
which is found out by writing a manifest under its own digest once more, it is done as Fischer's mutual exclusion does
it: see that there is no tag, write it, wait longer than anybody may take between those two, and read. Two that saw none at
once have both written when the wait is over, so all but the last find another's manifest and have lost. Whoever was so
slow that the wait was too short for it finds the winner's `3-HEX`, puts `3` back and has lost too. Who finds their own
thing under a `3` that is not settled waits as if they had written it: somebody who has won may be about to settle.

Looking for the winner's `3-HEX` and making one's own are two steps, between which a machine may stand still. So one looks
once more, and whoever then finds another's takes their own back, by having it name the other thing. Of two tags `3-HEX`
only that counts which names what it says; when both were taken back the number is nobody's. Who has lost takes the number
after all that are taken, there and here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Set
from functools import partial
from typing import TypeVar

from envspec.actions.sharing.received import identity_of
from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.registry.client import IMAGE_MANIFEST, Manifest, Registry
from envspec.registry.failures import RegistryFailure

_NUMBER = lazy_pattern("[1-9][0-9]{0,14}")
_SETTLED = lazy_pattern("(?P<number>[1-9][0-9]{0,14})-(?P<hex>[0-9a-f]{64})")
_HIGHEST = 10**15 - 1
_ATTEMPTS = 20
_SECONDS = 1.0
"""What lies between looking and writing takes a tenth of it where a registry is near."""
_PAUSES = (0.05, 0.2, 0.5)
_NONE_THERE = {"If-None-Match": "*"}
_REFUSED = (400, 403, 405, 409)
"""How registries whose tags cannot be changed answer to one that is there."""


Answer = TypeVar("Answer")


@frozen
class Numbers(Frozen):
    """What a repository has: for each number what it is, empty for something else than an artifact of ours. `settled`
    are those whose tag `N-HEX` is there."""

    identities: Mapping[int, str]
    settled: frozenset[int]

    @property
    def newest(self) -> int:
        """0 when there is none."""
        return max((number for number, identity in self.identities.items() if identity), default=0)

    @property
    def highest(self) -> int:
        """Also of what is something else."""
        return max(self.identities, default=0)

    def of(self, identity: str) -> list[int]:
        return sorted(number for number, found in self.identities.items() if found == identity)


def steadily(ask: Callable[[], Answer], *, also: Set[int] = frozenset()) -> Answer:
    """The answer of a registry that stumbles over what somebody else is just writing: some keep tags, and what a repository
    has, in files that are empty for a moment. `also` are statuses that may mean it besides those of its own failures."""
    for pause in _PAUSES:
        try:
            return ask()
        except RegistryFailure as failure:
            if failure.status < 500 and failure.status not in also:
                raise
            time.sleep(pause)
    return ask()


def is_number_tag(tag: str) -> bool:
    """Whether a tag is one of ours, which nobody else gives."""
    return _NUMBER.fullmatch(tag) is not None or _SETTLED.fullmatch(tag) is not None


def settled_tag(number: int, identity: str) -> str:
    return f"{number}-{identity.removeprefix('sha256:')}"


def numbers_in(registry: Registry, repository: str) -> Numbers:
    """Asks for the manifests only of those numbers that were never settled, or by two."""
    settled, plain = _settled(registry, repository)
    identities = dict(settled)
    for number in sorted(plain - settled.keys()):
        found = steadily(partial(registry.manifest, repository, str(number)))
        if found is not None:
            identities[number] = identity_of(found)
    return Numbers(identities, frozenset(number for number, identity in settled.items() if identity))


def _settled(registry: Registry, repository: str) -> tuple[dict[int, str], set[int]]:
    """What the tags `N-HEX` say, empty for a number that is nobody's, and the numbers of all tags `N`."""
    tags = steadily(lambda: registry.tags(repository))
    said: dict[int, list[str]] = {}
    for tag in sorted(tags):
        match = _SETTLED.fullmatch(tag)
        if match is not None:
            said.setdefault(int(match["number"]), []).append(f"sha256:{match['hex']}")
    settled = {
        number: identities[0] if len(identities) == 1 else _standing(registry, repository, number, identities)
        for number, identities in said.items()
    }
    return settled, {int(tag) for tag in tags if _NUMBER.fullmatch(tag)}


def _standing(registry: Registry, repository: str, number: int, identities: list[str]) -> str:
    """Which of several tags `N-HEX` names what it says."""
    for identity in identities:
        found = steadily(partial(registry.manifest, repository, settled_tag(number, identity)))
        if found is not None and identity_of(found) == identity:
            return identity
    return ""


def manifest_of_number(registry: Registry, repository: str, number: int, numbers: Numbers) -> Manifest | None:
    if number in numbers.settled:
        tag = settled_tag(number, numbers.identities[number])
        return steadily(lambda: registry.manifest(repository, tag))
    return steadily(lambda: registry.manifest(repository, str(number)))


def claim(
    registry: Registry,
    repository: str,
    manifest: Manifest,
    identity: str,
    wanted: int,
    highest_here: Callable[[], int],
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """The number of what `manifest` holds: the one that it has, else `wanted`, else the next after all that are taken,
    where `highest_here` says which are by the caller. Raises `Failure` E1115 when others take every number first."""
    for _ in range(_ATTEMPTS):
        there = numbers_in(registry, repository)
        mine = there.of(identity)
        if mine:
            number = wanted if wanted in mine else mine[0]
            if number in there.settled or _confirm(registry, repository, manifest, identity, number, sleep):
                return number
            continue
        free = wanted not in there.identities
        number = wanted if free else max(there.highest, highest_here()) + 1
        if number > _HIGHEST:
            break
        if _take(registry, repository, manifest, identity, number, sleep):
            return number
    raise Failure(
        Diagnostic(
            "E1115",
            f"others took every number of `{registry.host}/{repository}` first",
            help="push again when they are done",
        )
    )


def _take(
    registry: Registry,
    repository: str,
    manifest: Manifest,
    identity: str,
    number: int,
    sleep: Callable[[float], None],
) -> bool:
    tag = str(number)
    heeds = _heeds(registry, repository, manifest, _NONE_THERE)
    began = time.monotonic()
    if steadily(lambda: registry.digest(repository, tag)) is not None:
        return False
    try:
        written = steadily(
            lambda: registry.put_manifest(repository, tag, manifest.content, IMAGE_MANIFEST, _NONE_THERE)
        )
        if written is None:
            return False
    except RegistryFailure as failure:
        there = steadily(lambda: registry.digest(repository, tag)) is not None
        if failure.status in _REFUSED and there:
            return False
        if failure.status < 500 or not there:
            raise
        # Whether one that stumbled has written it is seen below.
    return _won_after_all(registry, repository, manifest, identity, number, heeds, began, sleep)


def _confirm(
    registry: Registry,
    repository: str,
    manifest: Manifest,
    identity: str,
    number: int,
    sleep: Callable[[float], None],
) -> bool:
    """Settles a number that is at this thing already, for whoever was to do that and may be dead; false when it has
    moved."""
    began = time.monotonic()
    found = steadily(lambda: registry.manifest(repository, str(number)))
    if found is None or identity_of(found) != identity:
        return False
    heeds = _heeds(registry, repository, manifest, _NONE_THERE)
    return _won_after_all(registry, repository, found, identity, number, heeds, began, sleep)


def _won_after_all(
    registry: Registry,
    repository: str,
    manifest: Manifest,
    identity: str,
    number: int,
    heeds: bool,
    began: float,
    sleep: Callable[[float], None],
) -> bool:
    """Whether the number is this thing's when nobody can still write who saw none there: `began` is when it was looked,
    and one who `heeds` the condition lets nobody write so late."""
    if not heeds:
        sleep(max(_SECONDS, 4 * (time.monotonic() - began)))
    return _has_won(registry, repository, manifest, identity, number)


def _has_won(registry: Registry, repository: str, manifest: Manifest, identity: str, number: int) -> bool:
    """Whether the number is at the manifest still, and nobody else has settled it: then it is settled."""
    tag = str(number)
    if steadily(lambda: registry.digest(repository, tag)) != manifest.digest:
        return False
    winner = _settled(registry, repository)[0].get(number)
    if winner is None:
        mine = settled_tag(number, identity)
        _write(registry, repository, mine, manifest)
        winner = _other(registry, repository, identity, number) or identity
        if winner != identity:
            _point(registry, repository, mine, number, winner)
    if winner == identity:
        return True
    if winner:
        _point(registry, repository, tag, number, winner)
    return False


def _point(registry: Registry, repository: str, tag: str, number: int, winner: str) -> None:
    """Lets a tag name what the number is."""
    theirs = steadily(lambda: registry.manifest(repository, settled_tag(number, winner)))
    if theirs is not None:
        _write(registry, repository, tag, theirs)


def _other(registry: Registry, repository: str, identity: str, number: int) -> str:
    """The identity of another thing that has settled the number, empty when there is none."""
    for tag in sorted(steadily(lambda: registry.tags(repository))):
        match = _SETTLED.fullmatch(tag)
        if match is not None and int(match["number"]) == number and f"sha256:{match['hex']}" != identity:
            other = f"sha256:{match['hex']}"
            if _standing(registry, repository, number, [other]):
                return other
    return ""


def _write(registry: Registry, repository: str, tag: str, manifest: Manifest) -> None:
    steadily(lambda: registry.put_manifest(repository, tag, manifest.content, IMAGE_MANIFEST, {}))


def _heeds(registry: Registry, repository: str, manifest: Manifest, condition: Mapping[str, str]) -> bool:
    """Whether a registry looks at the condition: of a manifest that is there, it then says that it did not hold."""
    content = manifest.content
    try:
        return registry.put_manifest(repository, manifest.digest, content, IMAGE_MANIFEST, condition) is None
    except RegistryFailure as failure:
        if failure.status in _REFUSED:
            return False
        raise
