"""Registered environments as JSON and as text.

Names, tags and descriptions may come from anywhere: control characters are shown, and none of them begins a line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from envspec.cli.show import one_line, printable

if TYPE_CHECKING:
    from envspec.actions.environment_history import Entry
    from envspec.lower.difference import Change
    from envspec.workspace.environment_uses import Uses
    from envspec.workspace.environments import EnvironmentVersion

_SHORTEST = 12
_LONGEST_DESCRIPTION = 60
_MOST_CHANGES = 12


def short_digests(versions: Iterable[EnvironmentVersion]) -> dict[str, str]:
    """Digest → its first digits: twelve, or as many as no other version of the name begins with."""
    names: dict[str, list[str]] = {}
    for version in versions:
        names.setdefault(version.name, []).append(version.version_hash.removeprefix("sha256:"))
    found = {}
    for digests in names.values():
        ordered = sorted(digests)
        for at, digest in enumerate(ordered):
            neighbours = ordered[max(at - 1, 0) : at] + ordered[at + 1 : at + 2]
            alike = [other for other in neighbours if other.startswith(digest[:_SHORTEST])]
            length = max([_SHORTEST, *(_common(digest, other) + 1 for other in alike)])
            found[f"sha256:{digest}"] = digest[:length]
    return found


def _common(one: str, other: str) -> int:
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def listed_json(version: EnvironmentVersion) -> dict[str, Any]:
    return {
        "name": version.name,
        "number": version.number,
        "digest": version.version_hash,
        "created": version.created,
        "description": version.description,
        "tags": dict(version.tags),
        "labels": list(version.labels),
        "archived": version.archived or None,
    }


def whole_json(version: EnvironmentVersion) -> dict[str, Any]:
    return {
        **listed_json(version),
        "definition": json.loads(version.definition),
        "lock": json.loads(version.lock) if version.lock else None,
    }


def uses_json(uses: Uses) -> dict[str, Any]:
    from envspec.frozen import asdict

    return {
        "run_count": uses.run_count,
        "runs": list(uses.runs),
        "deployments": [asdict(one) for one in uses.deployments],
        "images": [asdict(one) for one in uses.images],
    }


def changes_json(changes: Iterable[Change]) -> list[dict[str, Any]]:
    from envspec.actions.environment_history import is_locked
    from envspec.actions.planning.step import change_json

    return [{**change_json(change), "locked": is_locked(change)} for change in changes]


def entry_json(entry: Entry) -> dict[str, Any]:
    return {
        **listed_json(entry.version),
        "before": entry.before or None,
        "changes": None if entry.changes is None else changes_json(entry.changes),
        "uses": uses_json(entry.uses),
    }


def row_of(version: EnvironmentVersion, short: Mapping[str, str], newest: bool) -> list[str]:
    """The row of a table; `newest` has the label that nobody gives."""
    labels = ["latest"] * newest + list(version.labels) + ["(archived)"] * bool(version.archived)
    return [
        version.reference,
        short[version.version_hash],
        ", ".join(labels),
        version.created,
        _on_one_line(version.description),
    ]


def _on_one_line(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_DESCRIPTION else text[: _LONGEST_DESCRIPTION - 1] + "…"


def lines_of(version: EnvironmentVersion) -> Iterator[str]:
    """A version, a line for each thing that is known of it."""
    from envspec.actions.environment_history import names_of_packages

    yield _line("digest", version.version_hash)
    yield _line("registered", version.created)
    if version.archived:
        yield _line("archived", version.archived)
    if version.labels:
        yield _line("labels", ", ".join(version.labels))
    if version.description:
        yield _line("about", version.description)
    for key, tag in sorted(version.tags.items()):
        yield _line("tag", f"{key} = {tag}")
    for key, item in json.loads(version.definition).items():
        yield _line(key, item if isinstance(item, str) else json.dumps(item, ensure_ascii=False))
    for where, packages in names_of_packages(version.lock).items():
        yield _line("locked", f"{where}: {', '.join(packages) or 'no packages'}")


def _line(key: str, value: str) -> str:
    """A value of several lines goes on below itself."""
    return printable(f"{key:10} {value}".replace("\t", " ")).replace("\n", "\n" + " " * 13)


def use_lines(uses: Uses) -> Iterator[str]:
    if uses.run_count:
        more = uses.run_count - len(uses.runs)
        runs = ", ".join(uses.runs) + (f" and {more} older" if more else "")
        yield f"run{'s' * (uses.run_count > 1)} {runs}"
    for deployment in uses.deployments:
        until = f", stopped {deployment.stopped}" if deployment.stopped else ""
        yield f"deployment {deployment.name} on {deployment.engine} since {deployment.started}{until}"
    for image in uses.images:
        yield f"{image.engine}: {image.location or f'{image.hash} (no longer here)'}"


def entry_lines(entry: Entry, short: str, newest: bool, changes: ChangeLines) -> Iterator[str]:
    """A version of a history; `changes` makes lines of changes."""
    version = entry.version
    labels = ["latest"] * newest + list(version.labels) + ["(archived)"] * bool(version.archived)
    yield one_line("  ".join(filter(None, (version.reference, version.created, short, ", ".join(labels)))))
    if version.description:
        yield one_line(f"    {_on_one_line(version.description)}")
    if not entry.before:
        yield "    the first version"
    elif entry.changes is None:
        yield "    what changed cannot be told: one of the two cannot be read"
    elif not entry.changes:
        yield "    nothing that has a name: only the digests differ"
    else:
        yield from changes(entry.changes[:_MOST_CHANGES], "    ")
        if (more := len(entry.changes) - _MOST_CHANGES) > 0:
            yield one_line(f"    and {more} more: `envspec env diff {entry.before} {version.reference}`")
    used = list(use_lines(entry.uses))
    for line in used:
        yield one_line(f"    used by {line}")
    if not used:
        yield "    not used yet"


ChangeLines = Callable[[Sequence["Change"], str], Iterable[str]]
"""Lines of changes, each with what it begins with."""
