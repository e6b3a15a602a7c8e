"""Known vulnerabilities of what is locked, by a database on this machine.

In come environments and a database; out come findings E1430 at the lines that bring the packages. What always holds:
nothing is fetched and nothing is locked; what is audited is the lock, and an environment that has none that fits is
a `Failure`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from envspec.actions.loading import Loaded
from envspec.actions.locking import usable_lock
from envspec.diagnostics import Diagnostic, Failure, Source, Span
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.model import LockedConda, LockedPlatform
from envspec.lock.provided import provided_name, provided_versions
from envspec.lock.text import FILE
from envspec.packages.pip import normalized_name
from envspec.supply_chain.content import pointer_of
from envspec.supply_chain.osv import Database, Record, affected, affected_name
from envspec.supply_chain.vulnerabilities import Vulnerability, vulnerabilities


@frozen
class Audited(Frozen):
    """`findings` in no order; `sources` has the lock when a finding is in it. `packages` and `records` are what
    was compared; `unused` are those of the ignored ids that nothing has."""

    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source]
    packages: int
    records: int
    unused: tuple[str, ...]


@frozen
class _Package(Frozen):
    """A locked package under its name of PyPI. `name` is what the lock calls it; `through` is the one of the spec
    that brought it, itself where the spec asks for it, empty where nobody knows."""

    environment: Environment
    platform: str
    pypi: str
    name: str
    version: str
    through: str


def audit(
    loaded: Loaded, environments: Iterable[Environment], database: Path, ignored: Iterable[str] = ()
) -> Audited:
    """The findings of `environments`, those of the `ignored` ids and aliases left out. Raises E1431, E0623."""
    packages = list(_packages(loaded, environments))
    source = _Database(database, {package.pypi for package in packages})
    ignored = set(ignored)
    used: set[str] = set()
    lock = _LockPlaces(loaded)
    findings: list[Diagnostic] = []
    for package in packages:
        for one in source.of(package.pypi, package.version):
            if one.names & ignored:
                used |= one.names & ignored
            else:
                findings.append(_finding(package, one, lock))
    return Audited(
        tuple(findings),
        lock.sources,
        len({(package.pypi, package.version) for package in packages}),
        source.records,
        tuple(sorted(ignored - used)),
    )


class _Database:
    """The records about some packages, by package; what is asked twice is answered once."""

    def __init__(self, path: Path, names: set[str]) -> None:
        self._records: dict[str, list[Record]] = defaultdict(list)
        self._known: dict[tuple[str, str], list[Vulnerability]] = {}
        database = Database(path)
        for record in database.records(names):
            for name in {affected_name(entry) for entry in affected(record)} & names:
                self._records[name].append(record)
        self.records = database.read

    def of(self, name: str, version: str) -> list[Vulnerability]:
        key = (name, version)
        if key not in self._known:
            self._known[key] = vulnerabilities(self._records.get(name, ()), name, version)
        return self._known[key]


def _packages(loaded: Loaded, environments: Iterable[Environment]) -> Iterator[_Package]:
    lock = usable_lock(loaded)
    environments = [environment for environment in environments if environment.managed]
    missing = [e for e in environments if e.id not in lock.environments]
    if missing:
        raise Failure(
            Diagnostic(
                "E0623",
                f"the lock of `{environment.id}` is stale: what is audited is the lock",
                pointer=f"/environments/{environment.id}",
                help="run `envspec lock` and commit `envspec.lock`",
            )
            for environment in missing
        )
    for environment in environments:
        for platform in lock.environments[environment.id].platforms:
            yield from _of_platform(environment, platform)


def _of_platform(environment: Environment, platform: LockedPlatform) -> Iterator[_Package]:
    asked = {normalized_name(p.name) for p in environment.pip if p.name}
    for package in platform.pip:
        name = normalized_name(package.name)
        through = name if name in asked else ""
        yield _Package(environment, platform.platform, name, package.name, package.version, through)
    versions = provided_versions(platform.conda)
    brought = _brought(environment, platform.conda)
    for conda in platform.conda:
        name = provided_name(conda.name)
        if name in versions:
            through = brought.get(conda.name, "")
            yield _Package(environment, platform.platform, name, conda.name, versions[name], through)
    for path in platform.paths:
        filename = path.path.rpartition("/")[2]
        if path.kind == "wheel" and path.name and filename.count("-") >= 4:
            name = normalized_name(path.name)
            yield _Package(environment, platform.platform, name, path.name, filename.split("-")[1], name)


def _brought(environment: Environment, packages: Iterable[LockedConda]) -> dict[str, str]:
    """Each conda package → the one of the spec that needs it, the nearest first."""
    needs = {p.name: [depend.split(" ")[0] for depend in p.depends] for p in packages}
    found = {package.name: package.name for package in environment.conda if package.name in needs}
    waiting = list(found)
    for name in waiting:
        for needed in needs[name]:
            if needed in needs and needed not in found:
                found[needed] = found[name]
                waiting.append(needed)
    return found


def _finding(package: _Package, one: Vulnerability, lock: _LockPlaces) -> Diagnostic:
    summary = f": {one.summary}" if one.summary else ""
    notes = [
        f"severity: {one.severity}" if one.severity else "",
        f"also known as {', '.join(one.aliases)}" if one.aliases else "",
        f"it came with `{package.through}`"
        if package.through not in ("", package.name, package.pypi)
        else "",
    ]
    span = None if package.through else lock.place(package)
    return Diagnostic(
        "E1430",
        f"`{package.name} {package.version}` has the known vulnerability {one.id}{summary}",
        span,
        notes=tuple(note for note in notes if note),
        help=f"{one.fixed} mends it: ask for `>={one.fixed}`, or `envspec lock --upgrade {package.name}`"
        if one.fixed
        else "no version that mends it is known",
        pointer="" if span is not None else pointer_of(package.environment, package.through),
    )


class _LockPlaces:
    """Where a package stands in `envspec.lock`; the file is read when somebody asks."""

    def __init__(self, loaded: Loaded) -> None:
        self._loaded = loaded
        self._source: Source | None = None

    @property
    def sources(self) -> dict[str, Source]:
        return {FILE: self._source} if self._source is not None else {}

    def place(self, package: _Package) -> Span | None:
        if self._source is None:
            self._source = Source.of(FILE, (self._loaded.root / FILE).read_text(encoding="utf-8-sig"))
        text = self._source.text
        table = (
            f'[environments."{self._loaded.file}#{package.environment.id}".platforms."{package.platform}"]'
        )
        start = text.find(table)
        row = re.compile(
            rf'name = "({re.escape(package.name)})", version = "{re.escape(package.version)}"'
        ).search(text, max(start, 0))
        return Span(FILE, *row.span(1)) if start >= 0 and row is not None else None
