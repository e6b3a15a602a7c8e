"""Which vulnerabilities a version of a package has, by the records of a database.

In come records of the OSV format; out comes a `Vulnerability` for each that affects the version, those that are
known under several names (aliases) as one. What always holds: versions compare as PEP 440 says; a version is
affected when a record lists it or a range holds it (OSV schema, "Evaluation"); a range whose versions do not parse
counts for nothing by itself, because the list then has to say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from packaging.version import InvalidVersion, Version

from envspec.frozen import Frozen, frozen
from envspec.supply_chain.osv import Record, affected, affected_name

_RANGES = ("ECOSYSTEM", "SEMVER")
_PREFERRED = ("PYSEC-", "GHSA-", "CVE-")


@frozen
class Vulnerability(Frozen):
    """`aliases` are its other names; `fixed` is the lowest later version without it, empty when none is known;
    `severity` is as the database has it, with the score of a vector (`9.8 critical, CVSS:3.1/…`)."""

    id: str
    aliases: tuple[str, ...]
    summary: str
    fixed: str
    severity: str
    score: float = 0.0

    @property
    def names(self) -> frozenset[str]:
        return frozenset((self.id, *self.aliases))


def vulnerabilities(records: Iterable[Record], name: str, version: str) -> list[Vulnerability]:
    """What affects `version` of the package `name` (normalised), in order of id."""
    parsed = _version(version)
    found = []
    for record in records:
        entries = [entry for entry in affected(record) if affected_name(entry) == name]
        hit = [entry for entry in entries if parsed is not None and _affects(entry, parsed)]
        if hit and parsed is not None:
            found.append(_vulnerability(record, hit, parsed))
    return _joined(found)


def _version(text: object) -> Version | None:
    try:
        return Version(str(text))
    except InvalidVersion:
        return None


def _affects(entry: Record, version: Version) -> bool:
    listed = entry.get("versions")
    if isinstance(listed, list) and any(_version(one) == version for one in listed):
        return True
    return any(_holds(events, version) for events in _events(entry))


def _events(entry: Record) -> list[list[tuple[Version, str]]]:
    """The events of each range in order of version; those of a range that does not parse are left out."""
    found = []
    ranges = entry.get("ranges")
    for one in ranges if isinstance(ranges, list) else ():
        if not isinstance(one, dict) or one.get("type") not in _RANGES:
            continue
        events: list[tuple[Version, str]] = []
        whole = True
        for event in one.get("events") or ():
            for kind, text in event.items() if isinstance(event, dict) else ():
                version = _version(text)
                if kind in _ORDER and version is None:
                    whole = False
                elif kind in _ORDER and version is not None:
                    events.append((version, kind))
        if whole:
            found.append(sorted(events, key=lambda event: (event[0], _ORDER[event[1]])))
    return found


_ORDER = {"fixed": 0, "introduced": 1, "last_affected": 2}
"""At one version: what ends there ends before what begins there, and what it is the last of includes it."""


def _holds(events: list[tuple[Version, str]], version: Version) -> bool:
    inside = False
    for at, kind in events:
        if kind == "introduced" and version >= at:
            inside = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            inside = False
    return inside


def _vulnerability(record: Record, entries: list[Record], version: Version) -> Vulnerability:
    fixes = sorted(
        at
        for entry in entries
        for events in _events(entry)
        if _holds(events, version)
        for at, kind in events
        if kind == "fixed" and at > version
    )
    severity, score = _severity(record, entries)
    aliases = [alias for alias in record.get("aliases") or () if isinstance(alias, str)]
    summary = str(record.get("summary") or str(record.get("details") or "").strip().partition("\n")[0])
    return Vulnerability(
        str(record["id"]),
        tuple(sorted(set(aliases))),
        _one_line(summary),
        str(fixes[0]) if fixes else "",
        severity,
        score,
    )


def _one_line(text: str) -> str:
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split()).rstrip(".")
    return text if len(text) <= 160 else text[:157] + "…"


def _severity(record: Record, entries: list[Record]) -> tuple[str, float]:
    """The highest score among the vectors, else the word that the database has."""
    vectors = [
        str(one.get("score"))
        for owner in (*entries, record)
        for one in owner.get("severity") or ()
        if isinstance(one, dict)
    ]
    scored = sorted((_scored(vector) for vector in vectors), key=lambda found: -found[1])
    if scored and scored[0][1]:
        return scored[0]
    for owner in (record, *entries):
        specific = owner.get("database_specific")
        word = specific.get("severity") if isinstance(specific, Mapping) else None
        if isinstance(word, str) and word:
            return _one_line(word.lower()), 0.0
    return scored[0] if scored else ("", 0.0)


def _scored(vector: str) -> tuple[str, float]:
    """`9.8 critical, VECTOR` and 9.8; the text as it is and 0 for what is no vector."""
    from cvss import CVSS2, CVSS3, CVSS4
    from cvss.exceptions import CVSSError

    kinds: dict[str, Any] = {"CVSS:3": CVSS3, "CVSS:4": CVSS4, "AV:": CVSS2}
    for begin, kind in kinds.items():
        if vector.startswith(begin):
            try:
                made = kind(vector)
            except CVSSError:
                break
            score = float(made.scores()[0])
            return f"{score} {str(made.severities()[0]).lower()}, {vector}", score
    return _one_line(vector), 0.0


def _joined(found: list[Vulnerability]) -> list[Vulnerability]:
    """One for all that share a name. Databases hold the same thing as `GHSA-…` and as `PYSEC-…`."""
    groups: list[list[Vulnerability]] = []
    for one in sorted(found, key=lambda v: v.id):
        same = [group for group in groups if any(one.names & other.names for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append([*(other for group in same for other in group), one])
    return sorted((_merged(group) for group in groups), key=lambda v: v.id)


def _merged(group: list[Vulnerability]) -> Vulnerability:
    first = min(group, key=lambda v: (_rank(v.id), v.id))
    names = frozenset[str]().union(*(one.names for one in group))
    worst = max(group, key=lambda v: (v.score, bool(v.severity), v.id))
    # Each of them has to be mended, so the highest of their versions is the one to take.
    fixes = [] if any(not one.fixed for one in group) else [Version(one.fixed) for one in group]
    known = [Version(one.fixed) for one in group if one.fixed]
    fixed = max(fixes or known, default=None)
    summary = first.summary or next((one.summary for one in group if one.summary), "")
    return Vulnerability(
        first.id,
        tuple(sorted(names - {first.id})),
        summary,
        "" if fixed is None else str(fixed),
        worst.severity,
        worst.score,
    )


def _rank(identifier: str) -> int:
    return next((at for at, begin in enumerate(_PREFERRED) if identifier.startswith(begin)), len(_PREFERRED))
