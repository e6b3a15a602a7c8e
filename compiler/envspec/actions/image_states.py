"""Recorded images, and whether the engines still have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from envspec.actions.answering import answering
from envspec.actions.pruning.remembered import LockedVersions, remembered
from envspec.actions.recorded_images import RecordedImage, recorded_images
from envspec.frozen import Frozen, frozen
from envspec.workspace.database import Workspace

State = Literal["there", "missing", "unknown"]


@frozen
class ImageState(Frozen):
    """`size` is what the engine says now where it can be asked, else what it was when it was built."""

    image: RecordedImage
    state: State
    size: int


@frozen
class Images(Frozen):
    """`silent` are the engines that could not be asked, and why."""

    images: tuple[ImageState, ...]
    silent: Mapping[str, str]


def images_of(workspace: Workspace, engine: str = "") -> Images:
    """All that is recorded, of one engine or all, the last used first. An engine that does not answer is no error: then
    its images are as they were recorded."""
    recorded = recorded_images(workspace, remembered(workspace, LockedVersions()))
    if engine:
        recorded = [one for one in recorded if one.engine == engine]
    engines, silent = answering(workspace.root, {one.engine for one in recorded})
    states = []
    for one in recorded:
        found = engines[one.engine].standing(one.location) if one.engine in engines else None
        if found is None or not found.known:
            states.append(ImageState(one, "unknown", one.size))
        else:
            states.append(ImageState(one, "there" if found.there else "missing", found.size or one.size))
    return Images(tuple(states), silent)


def matching(images: Sequence[ImageState], text: str) -> list[ImageState]:
    """Those that `text` means: a location, with or without `envspec/` before it; the beginning of a hash, eight digits or
    more; or the name of an environment or deployment, with or without a version."""
    digits = text.removeprefix("sha256:")
    is_digest = len(digits) >= 8 and not set(digits) - set("0123456789abcdef")
    found = []
    for one in images:
        image = one.image
        names = {image.location, image.location.removeprefix("envspec/")}
        names |= {name for name, _ in image.versions} | {
            f"{name}:{number}" for name, number in image.versions
        }
        if image.kind == "deployment":
            names = {image.location, image.location.removeprefix("envspec/"), *image.deployments}
        if text in names or (is_digest and image.hash.removeprefix("sha256:").startswith(digits)):
            found.append(one)
    return found
