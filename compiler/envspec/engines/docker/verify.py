"""Builds an image a second time, without its steps' cache, and compares the two.

Where the engine keeps images in containerd and the `docker` command has buildx, both are exported with the times of
files rewritten (`SOURCE_DATE_EPOCH`), and the archives have to be the same, byte for byte. Everywhere else the engine
notes in each layer when its files were written, so what the layers hold is compared, and the image's configuration:
`NOT_COMPARED` says what that leaves out. What always holds: nobody finds the second image, and it is gone afterwards.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.counted import counted
from envspec.engines.content import Verified, differences
from envspec.engines.docker.archive import configuration, layers, together
from envspec.engines.docker.build import ImageOrder, build_anew
from envspec.engines.docker.capabilities import find_builder
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.options import BuildOptions
from envspec.engines.file_lock import exclusive

if TYPE_CHECKING:
    import docker

NOT_COMPARED = "the times of files and of the image, which this engine cannot make the same"
_CONTAINERD = "io.containerd.snapshotter.v1"
_PIECE = 1 << 20


def verify(connection: Connection, options: BuildOptions, order: ImageOrder, folder: Path) -> Verified:
    """Compares the image of `order`, which is there, with a new one. `folder` is for archives. Raises `Failure`."""
    client = connection.client
    second = replace(
        order,
        reference=f"{order.reference}-verify",
        log=order.log.with_name(f"{order.log.stem}.verify.log"),
    )
    fresh = replace(options, no_cache=True, pull=False)
    with exclusive(order.locks / f"verify-{order.hash[-64:]}.lock", stop=order.stop) as held:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        archives = folder / "first.tar", folder / "second.tar"
        try:
            if _rewrites_times(client, options):
                build_anew(
                    connection, replace(options, no_cache=False, pull=False), second, held, archives[0]
                )
                build_anew(connection, fresh, second, held, archives[1])
                if _digest(archives[0]) == _digest(archives[1]):
                    return Verified(
                        "the images are the same byte for byte, with the times of files rewritten", ""
                    )
            else:
                build_anew(connection, fresh, second, held)
                for reference, archive in zip((order.reference, second.reference), archives, strict=True):
                    _save(client, reference, archive)
            return _compared(*archives)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            _remove(client, second.reference)


def _rewrites_times(client: docker.DockerClient, options: BuildOptions) -> bool:
    builder = find_builder(client, options.builder)
    status = client.info().get("DriverStatus") or []
    return builder.buildx and any(_CONTAINERD in str(value) for _, value in status)


def _compared(first: Path, second: Path) -> Verified:
    """From the first layer that is not the same on, what all layers together hold: the builders divide one
    Dockerfile into layers in different ways."""
    one, other = layers(first), layers(second)
    same = 0
    while same < min(len(one), len(other)) and one[same].digest == other[same].digest:
        same += 1
    held, again = together(one[same:]), together(other[same:])
    found = differences(held, again)
    if (
        found
    ):  # a folder that a step only touched is in one layer more: what lies below says that it is the same
        below = together(one[:same])
        found = differences({**below, **held}, {**below, **again})
    before, after = configuration(first), configuration(second)
    keys = [key for key in before if before[key] != after[key]]
    proved = (
        f"the lowest {counted(same, 'layer is', 'layers are')} the same byte for byte, "
        f"the {counted(len(held), 'file above has the same name', 'files above them have the same names')}, "
        "modes, owners and bytes, and so has the configuration"
    )
    found += [f"configuration: another `{key}`" for key in keys]
    return Verified(proved, NOT_COMPARED, tuple(found))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(client: docker.DockerClient, reference: str, into: Path) -> None:
    with into.open("wb") as file:
        for piece in client.api.get_image(reference, chunk_size=_PIECE):
            file.write(piece)


def _remove(client: docker.DockerClient, reference: str) -> None:
    import docker.errors

    with suppress(docker.errors.ImageNotFound):
        client.api.remove_image(reference, force=True)
