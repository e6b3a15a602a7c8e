"""What used a registered version: what was built of it, the runs in it and the deployments of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from envspec.frozen import Frozen, field, frozen
from envspec.workspace.connection import Database, now


@frozen
class ImageUse(Frozen):
    """What was built of a version; several versions may share one. `location` is empty when it is gone from here."""

    engine: str
    hash: str
    location: str


@frozen
class DeploymentUse(Frozen):
    name: str
    engine: str
    started: str
    stopped: str | None


@frozen
class Uses(Frozen):
    """`run_count` runs, `runs` being the ids of the newest; all deployments and images."""

    run_count: int = 0
    runs: tuple[str, ...] = ()
    deployments: tuple[DeploymentUse, ...] = ()
    images: tuple[ImageUse, ...] = ()


@frozen
class _Collected(Frozen):
    counts: dict[int, int] = field(default_factory=dict)
    runs: dict[int, list[str]] = field(default_factory=dict)
    deployments: dict[int, list[DeploymentUse]] = field(default_factory=dict)
    images: dict[int, list[ImageUse]] = field(default_factory=dict)


_MOST_RUNS = 5


class EnvironmentUses(Database):
    def use_environment(self, name: str, number: int, hash: str, engine: str) -> None:
        """Remembers what was built of a version, or found built for it."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO environment_images VALUES (?, ?, ?, ?, ?)",
                (name, number, hash, engine, now()),
            )

    def same_environment(self, name: str, number: int, other: str, number_there: int) -> None:
        """What was built of a version is that of another one too, which is the same by its digest."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO environment_images SELECT ?, ?, hash, engine, used FROM environment_images "
                "WHERE name = ? AND number = ?",
                (other, number_there, name, number),
            )

    def used_version(self, name: str, version_hash: str, hash: str, engine: str) -> int | None:
        """The number of the version when all is remembered: it, what was built, and that this was built of it."""
        row = self.row(
            "SELECT e.number FROM environments AS e "
            "JOIN environment_images AS u ON u.name = e.name AND u.number = e.number "
            "JOIN images AS i ON i.hash = u.hash AND i.engine = u.engine "
            "WHERE e.name = ? AND e.version_hash = ? AND i.hash = ? AND i.engine = ?",
            (name, version_hash, hash, engine),
        )
        return None if row is None else int(row["number"])

    def environment_uses(self, name: str, numbers: Collection[int] | None = None) -> Mapping[int, Uses]:
        """By the number of the version, of those versions (None: all); one that nothing used is not there."""
        found = _Collected()
        # Counting the runs of a thousand versions takes longer than all the rest of a history of twenty.
        of = "IS NOT NULL" if numbers is None else f"IN ({','.join('?' * len(numbers))})"
        which = (name, *(numbers or ()))
        for row in self.rows(
            "SELECT environment_number AS number, count(*) AS runs FROM runs "  # noqa: S608
            f"WHERE environment = ? AND environment_number {of} GROUP BY environment_number",
            which,
        ):
            found.counts[row["number"]] = row["runs"]
            newest = self.rows(
                "SELECT id FROM runs WHERE environment = ? AND environment_number = ? ORDER BY number DESC LIMIT ?",
                (name, row["number"], _MOST_RUNS),
            )
            found.runs[row["number"]] = [run["id"] for run in newest]
        for row in self.rows(
            "SELECT environment_number AS number, name, engine, started, stopped FROM deployments "  # noqa: S608
            f"WHERE environment = ? AND environment_number {of} ORDER BY deployments.number DESC",
            which,
        ):
            use = DeploymentUse(row["name"], row["engine"], row["started"], row["stopped"])
            found.deployments.setdefault(row["number"], []).append(use)
        for row in self.rows(
            "SELECT u.number, u.engine, u.hash, i.location FROM environment_images AS u "  # noqa: S608
            "LEFT JOIN images AS i ON i.hash = u.hash AND i.engine = u.engine "
            f"WHERE u.name = ? AND u.number {of} ORDER BY u.engine, u.used DESC, u.hash",
            which,
        ):
            use_ = ImageUse(row["engine"], row["hash"], row["location"] or "")
            found.images.setdefault(row["number"], []).append(use_)
        numbers = found.counts.keys() | found.deployments.keys() | found.images.keys()
        return {
            number: Uses(
                found.counts.get(number, 0),
                tuple(found.runs.get(number, ())),
                tuple(found.deployments.get(number, ())),
                tuple(found.images.get(number, ())),
            )
            for number in numbers
        }
