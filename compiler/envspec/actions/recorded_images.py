"""Images and prefixes as the workspace records them: what was built, of which versions, used by what and when last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from envspec.actions.pruning.remembered import Deployment, Remembered, Run, Version
from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace

LOCAL = "local"
One = TypeVar("One", Run, Deployment)


@frozen
class RecordedImage(Frozen):
    """`location` is an image reference, a prefix folder or an interpreter. `size` (bytes) is what was found when it was
    built, 0 for a deployment's. `used` is when a build, run or deployment used it last; `versions` are those it was built
    for; `runs` and `deployments` are ids, the newest first. `busy` are those of them that go on or serve."""

    engine: str
    hash: str
    location: str
    kind: Literal["environment", "deployment"]
    size: int
    created: str
    used: str
    versions: tuple[Version, ...] = ()
    runs: tuple[str, ...] = ()
    deployments: tuple[str, ...] = ()
    busy: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        return self.hash.removeprefix("sha256:")[:12]


def recorded_images(workspace: Workspace, everything: Remembered) -> list[RecordedImage]:
    """The last used first."""
    versions, used = _versions(workspace)
    runs = _by_version(everything.runs)
    deployments = _by_version(everything.deployments)
    registered = {(one.name, one.number) for one in everything.environments}
    numbers: dict[str, list[Version]] = {}
    for one in everything.environments:
        numbers.setdefault(one.name, []).append((one.name, one.number))
    found = []
    for image in workspace.images():
        key = (image.engine, image.hash)
        if key in versions:
            of = tuple(version for version in versions[key] if version in registered)
        else:  # of the first envspecs it is not known which version of the name an image was built for
            of = tuple(numbers.get(image.environment, ()))
        used_by = [run for version in of for run in runs.get((image.engine, version), ())]
        serving = [one for version in of for one in deployments.get((image.engine, version), ())]
        found.append(
            RecordedImage(
                image.engine, image.hash, image.location, "environment", image.size, image.created,
                max([image.created, used.get(key, ""), *(one.when for one in used_by), *(one.when for one in serving)]),
                of, _ids(used_by), _names(serving), _busy(used_by, serving),
            )
        )  # fmt: skip
    return sorted(
        [*found, *_of_deployments(everything)], key=lambda one: (one.used, one.location), reverse=True
    )


def _of_deployments(everything: Remembered) -> list[RecordedImage]:
    from envspec.engines.docker.names import image_reference

    serving: dict[tuple[str, str, str], list[Deployment]] = {}
    for one in everything.deployments:
        if one.engine != LOCAL and one.image:
            location = image_reference(one.name, one.image)
            serving.setdefault((one.engine, one.image, location), []).append(one)
    return [
        RecordedImage(
            engine, hash, location, "deployment", 0, "", max(one.when for one in some),
            tuple(dict.fromkeys(one.environment for one in some if one.environment)), (), _names(some),
            _busy((), some),
        )
        for (engine, hash, location), some in serving.items()
    ]  # fmt: skip


def _versions(
    workspace: Workspace,
) -> tuple[Mapping[tuple[str, str], tuple[Version, ...]], Mapping[tuple[str, str], str]]:
    versions: dict[tuple[str, str], tuple[Version, ...]] = {}
    used: dict[tuple[str, str], str] = {}
    for row in workspace.rows("SELECT * FROM environment_images ORDER BY name, number"):
        key = (row["engine"], row["hash"])
        versions[key] = (*versions.get(key, ()), (row["name"], row["number"]))
        used[key] = max(used.get(key, ""), row["used"])
    return versions, used


def _by_version(records: Iterable[One]) -> Mapping[tuple[str, Version], list[One]]:
    found: dict[tuple[str, Version], list[One]] = {}
    for one in records:
        if one.environment is not None:
            found.setdefault((one.engine, one.environment), []).append(one)
    return found


def _ids(runs: Iterable[Run]) -> tuple[str, ...]:
    return tuple(one.id for one in sorted(runs, key=lambda one: -one.number))


def _names(deployments: Iterable[Deployment]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for one in sorted(deployments, key=lambda one: -one.number)))


def _busy(runs: Iterable[Run], deployments: Iterable[Deployment]) -> tuple[str, ...]:
    return (
        *(f"run {one.id}" for one in runs if one.busy or one.lost),
        *(f"deployment {one.name}" for one in deployments if one.live),
    )
