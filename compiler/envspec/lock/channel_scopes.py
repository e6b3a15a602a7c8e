"""`packages` of a `channel` block: the only channel of what matches, and of nothing else.

rattler knows channels and orders, not scopes. Where an environment has a scope, its channels are given to
the solver through this filter, which asks the same gateway and passes on what the scopes allow. A name that
a scoped channel claims is so never taken from a public one, even when the own channel lacks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from envspec.frozen import Frozen, frozen
from envspec.ir.types import PackageSource

if TYPE_CHECKING:
    from rattler import Gateway, PackageName, RepoDataRecord, Subdir


def allowed(sources: Sequence[PackageSource], at: int, name: str) -> bool:
    """Whether the channel at position `at` may give the package `name`."""
    claims = [position for position, source in enumerate(sources) if _matches(source, name)]
    return at in claims if claims else not sources[at].packages


def _matches(source: PackageSource, name: str) -> bool:
    return any(fnmatchcase(name, pattern.lower()) for pattern in source.packages)


@frozen
class ScopedChannel(Frozen):
    """A `rattler.RepoDataSource` over one channel. `names` are those it may give, by subdir."""

    gateway: Gateway
    url: str
    names: Mapping[str, frozenset[str]]

    async def fetch_package_records(self, platform: Subdir, name: PackageName) -> list[RepoDataRecord]:
        if name.normalized not in self.names[str(platform)]:
            return []
        groups = await self.gateway.query([self.url], [platform], [name.normalized], recursive=False)
        return [record for group in groups for record in group]

    def package_names(self, platform: Subdir) -> list[str]:
        return sorted(self.names[str(platform)])


async def scoped_channels(
    gateway: Gateway, sources: Sequence[PackageSource], urls: Sequence[str], subdirs: Sequence[Subdir]
) -> list[ScopedChannel]:
    """The channels in order, each with what it may give."""
    found = []
    for at, url in enumerate(urls):
        names = {}
        for subdir in subdirs:
            there = await gateway.names([url], [subdir])
            names[str(subdir)] = frozenset(
                name.normalized for name in there if allowed(sources, at, name.normalized)
            )
        found.append(ScopedChannel(gateway, url, names))
    return found
