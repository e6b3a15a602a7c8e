"""Which images and prefixes go, from what was chosen of the records.

One goes when no version that stays was built to it, or when it was asked for (`choosing`): by the time it was used last,
and by how many versions of its name are newer. What a run that goes on or a deployment that serves needs stays, and so
does what the versions have that stay whatever is asked for: it would have to be built again by the next command.
"""

from __future__ import annotations

from collections.abc import Iterable

from envspec.actions.pruning.choosing import IMAGES, Chosen, Rules
from envspec.actions.recorded_images import RecordedImage
from envspec.frozen import Frozen, frozen


@frozen
class ChosenImages(Frozen):
    """`go` are images and why they go; `kept` those that were asked for and stay, with why."""

    go: tuple[tuple[RecordedImage, str], ...]
    kept: tuple[tuple[RecordedImage, str], ...]


def choose_images(images: Iterable[RecordedImage], chosen: Chosen, rules: Rules) -> ChosenImages:
    versions = {(one.name, one.number) for one in chosen.stay.environments}
    serving = {(one.engine, one.image) for one in chosen.stay.deployments}
    go, kept = [], []
    for one in images:
        staying = [version for version in one.versions if version in versions]
        fixed = [version for version in staying if version in chosen.fixed]
        if one.kind == "deployment":
            if (one.engine, one.hash) not in serving:
                go.append((one, "no deployment is remembered that serves from it"))
            continue
        if not staying:
            if one.busy:
                kept.append((one, f"{one.busy[0]} needs it"))
            else:
                go.append((one, "no version is registered that was built to it"))
        elif all(rules.asks(IMAGES, one.used, chosen.ranks[version]) for version in staying):
            if one.busy:
                kept.append((one, f"{one.busy[0]} needs it"))
            elif fixed:
                kept.append((one, f"it is what {fixed[0][0]}:{fixed[0][1]} was built to"))
            else:
                go.append((one, f"not used since {one.used[:10]}"))
    return ChosenImages(tuple(go), tuple(kept))
