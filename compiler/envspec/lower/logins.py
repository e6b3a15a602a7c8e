"""The credentials of indexes and channels in a build: which build secrets its steps need, and what reads which.

What always holds: a value is in no file, argument or instruction. What is written are ids (`secret.corp_token` for
the spec's secret of that name), addresses and user names; the value is mounted for the step that reads it, and only
there. A source that the lock took nothing from is not logged in to.
"""

from __future__ import annotations

from collections.abc import Sequence

from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment, PackageSource, SecretRef
from envspec.lock.model import LockedPlatform

NO_USER = "__token__"
"""The user name of those who have only a token."""


@frozen
class BuildSecret(Frozen):
    """`pointer` is the index or channel that wants it."""

    reference: SecretRef
    pointer: str


def secret_id(reference: SecretRef) -> str:
    """The id of a build secret, which is how a spec refers to it."""
    return f"secret.{reference.name}"


def build_secrets(environment: Environment, locked: Sequence[LockedPlatform]) -> dict[str, BuildSecret]:
    """Every secret that a build of the environment needs, by id."""
    found: dict[str, BuildSecret] = {}
    if not environment.managed:
        return found
    for attribute, all_sources, used in (
        ("channels", environment.channels, used_channels(environment, locked)),
        ("indexes", environment.indexes, used_indexes(environment, locked)),
    ):
        for source in used:
            if source.password is not None:
                pointer = f"/environments/{environment.id}/{attribute}/{all_sources.index(source)}"
                found.setdefault(secret_id(source.password), BuildSecret(source.password, pointer))
    return dict(sorted(found.items()))


def used_indexes(environment: Environment, locked: Sequence[LockedPlatform]) -> tuple[PackageSource, ...]:
    """The index blocks with an address that packages come from; without a lock that may be any."""
    names = {package.index for platform in locked for package in platform.pip}
    return tuple(i for i in environment.indexes if i.url and (not locked or i.name in names))


def used_channels(environment: Environment, locked: Sequence[LockedPlatform]) -> tuple[PackageSource, ...]:
    """The same of channels."""
    if not environment.uses_conda:
        return ()
    written = {package.channel.rstrip("/") for platform in locked for package in platform.conda}
    return tuple(c for c in environment.channels if c.url and (not locked or c.url.rstrip("/") in written))


def index_secrets(source: PackageSource, variable: str) -> tuple[tuple[str, str], ...]:
    """(variable, id of a build secret) for `step.sh`. `variable` is what uv calls the index."""
    if source.password is None:
        return ()
    return ((f"UV_INDEX_{variable.upper()}_PASSWORD", secret_id(source.password)),)


def index_variables(source: PackageSource, variable: str) -> tuple[tuple[str, str], ...]:
    """What uv is told of an index in the open."""
    if not source.username and source.password is None:
        return ()
    return ((f"UV_INDEX_{variable.upper()}_USERNAME", source.username or NO_USER),)


def channel_logins(environment: Environment, locked: Sequence[LockedPlatform]) -> list[dict[str, str]]:
    """For `install_conda.py`: address, user name and id of the build secret of each channel that wants one."""
    return [
        {"url": source.url, "username": source.username, "secret": secret_id(source.password)}
        for source in used_channels(environment, locked)
        if source.password is not None
    ]
