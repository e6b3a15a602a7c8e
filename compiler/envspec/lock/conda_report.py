"""What rattler says when it cannot solve or fetch, as diagnostics at the lines that caused it.

The solver's explanation is a small tree of sentences. A root `No candidates were found for X` tells a
missing package from a missing version once the channels' names are known; anything else is a conflict, whose
tree becomes notes. Names of entries in the text tell which lines take part.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from envspec.diagnostics import Diagnostic
from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.conda_channels import Channels
from envspec.lock.nearest import nearest_of, versions_in_words
from envspec.lock.places import Places
from envspec.lock.sentences import SENTENCES
from envspec.lock.uv_report import packages_named, scrub

if TYPE_CHECKING:
    from rattler import Gateway, Subdir

_PREFIX = "Cannot solve the request because of: "
_NO_CANDIDATES = lazy_pattern(
    r"No candidates were found for (?:\S+::)?([A-Za-z0-9_.-]+)(?:\[[^\]]*\])?(?: (.+?))?\.?$"
)
_VIRTUAL = lazy_pattern(r"(__[a-z0-9_]+) ([^,\n]*), for which no candidates were found")
_DISK = lazy_pattern(r"No space left on device|os error 28\b|Disk quota exceeded|os error 122\b")
_TROUBLE = lazy_pattern(r"HTTP status server error \((5\d\d[^)]*)\)")
_BROKEN_OFF = lazy_pattern(
    r"error decoding response body|end of file before message length|error reading a body"
)
_REFUSED = lazy_pattern(r"\b(401|403)\b|Unauthorized|Forbidden")


@frozen
class ChannelContents(Frozen):
    """What the channels have, asked only when something went wrong."""

    gateway: Gateway
    urls: Sequence[str]
    subdirs: Sequence[Subdir]

    async def names(self) -> list[str]:
        found = await self.gateway.names(list(self.urls), list(self.subdirs))
        return sorted({name.normalized for name in found})

    async def versions(self, name: str) -> list[str]:
        """The versions of a package, oldest first, of the first channel that has it."""
        for url in self.urls:
            groups = await self.gateway.query([url], list(self.subdirs), [name], recursive=False)
            versions = {record.version for group in groups for record in group}
            if versions:
                return [str(version) for version in sorted(versions)]
        return []


async def solver_failure(
    text: str, places: Places, channels: Channels, contents: ChannelContents, platform: str
) -> list[Diagnostic]:
    """One diagnostic for each entry that nothing satisfies, else one for the conflict."""
    lines = [line.rstrip() for line in scrub(text).removeprefix(_PREFIX).splitlines() if line.strip()]
    known = places.packages("conda")
    if places.environment.python:
        known.setdefault("python", []).append(places.pointer("python"))
    missing = [match for line in lines if (match := _NO_CANDIDATES.match(line))]
    if missing:
        names = await contents.names()
        return [
            await _missing(match.group(1), match.group(2) or "*", places, known, names, contents, platform)
            for match in missing
        ]
    body = "\n".join(lines)
    pointers = [pointer for name in packages_named(body, known) for pointer in known[name]]
    notes = (
        [f"the channels are asked in order: {', '.join(channels.written)}"]
        if len(channels.written) > 1
        else []
    )
    virtual = _VIRTUAL.search(body)
    if virtual:
        name, bound = virtual.groups()
        needs = f"`{name} {bound}`"
        return [
            places.diagnostic(
                "E0611",
                f"a conda package needs {needs}, which {platform} is not said to have",
                pointers,
                notes=notes,
                help="say `docker.cuda` for `__cuda`; for another, choose an older version of the package",
                log=body,
            )
        ]
    return [
        places.diagnostic(
            "E0611",
            f"the `conda` packages contradict each other for {platform}",
            pointers,
            notes=notes,
            help="loosen one of the entries that take part",
            log=body,
        )
    ]


async def _missing(
    name: str,
    bound: str,
    places: Places,
    known: dict[str, list[str]],
    names: list[str],
    contents: ChannelContents,
    platform: str,
) -> Diagnostic:
    pointers = known.get(name, [])
    if name not in names:
        near = get_close_matches(name, names, 3, 0.7)
        near += [other for other in names if name in other.split("-") and other not in near][: 3 - len(near)]
        return places.diagnostic(
            "E0609",
            f"there is no package `{name}` for {platform} in the channels",
            pointers,
            help="did you mean " + " or ".join(f"`{other}`" for other in near) + "?"
            if near
            else "check the name and the channels; a package that is only on PyPI belongs into `pip`",
        )
    versions = await contents.versions(name)
    words = versions_in_words(name, nearest_of(versions, bound))
    return places.diagnostic(
        "E0610",
        f"no version of `{name}` in the channels is `{bound}` on {platform}",
        pointers,
        notes=[f"there are {', '.join(versions[-8:])}"] if versions else (),
        help=words or "check the version",
    )


def channel_failure(text: str, places: Places, channels: Channels, offline: bool) -> Diagnostic:
    """Which channel, and whether it is not there, refused, or out of reach."""
    reason = scrub(text)
    at = channels.at(reason)
    declared = at is not None and at < len(places.environment.channels)
    pointers = [places.pointer("channels", at)] if declared and at is not None else []
    name = f"the channel `{channels.sources[at].name}`" if at is not None else "a channel"
    notes = [" ".join(reason.split())]
    if _DISK.search(reason):
        return places.diagnostic(
            "E0643",
            SENTENCES["disk full"].format(machine="this machine"),
            notes=notes,
            help="free some space where rattler has its cache",
        )
    if _REFUSED.search(reason):
        return places.diagnostic(
            "E0620",
            SENTENCES["credentials refused"].format(source=name),
            pointers,
            notes=notes,
            help="give `username` and `password` of the `channel` block, and check the secret they name",
        )
    if offline:
        return places.diagnostic(
            "E0612",
            f"the package list of {name} is not in the cache",
            pointers,
            help="lock without `--offline`",
        )
    if trouble := _TROUBLE.search(reason):
        return places.diagnostic(
            "E0640",
            SENTENCES["index in trouble"].format(source=name, detail=trouble[1]),
            pointers,
            notes=notes,
            help="the server is in trouble, not the spec: lock again later, or use a mirror",
        )
    if "could not find subdir" in reason or "404" in reason:
        return places.diagnostic(
            "E0612",
            f"{name} is not there",
            pointers,
            notes=notes,
            help="check its name; a channel elsewhere needs a `channel` block with its `url`",
        )
    broken_off = _BROKEN_OFF.search(reason)
    return places.diagnostic(
        "E0612",
        SENTENCES["broken off" if broken_off else "network"].format(source=name),
        pointers,
        notes=notes,
        help="lock again; when it happens again, look at the proxy or the mirror between"
        if broken_off
        else "check the network, the proxy and the channel's address",
    )
