"""What an image weighs, and what the packages in it weigh.

A package weighs what its `RECORD` (PyPA's "recording installed projects") says its files do: bytecode that an installer
adds is not in it. Packages of the base image are the base's weight, not the image's.
"""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, cast

import docker


@dataclass(frozen=True, slots=True)
class Weight:
    """Bytes. `image` and `base` are what the engine says, `packages` what was installed on top of the base."""

    image: int
    base: int
    packages: int

    @property
    def ratio(self) -> float:
        return self.image / (self.base + self.packages)


def weigh(client: docker.DockerClient, image: str, base: str) -> Weight:
    """Looks into the file systems of both."""
    there = _packages(client, base)
    packages = {path: size for path, size in _packages(client, image).items() if path not in there}
    api = client.api
    return Weight(api.inspect_image(image)["Size"], api.inspect_image(base)["Size"], sum(packages.values()))


def _packages(client: docker.DockerClient, image: str) -> dict[str, int]:
    """The bytes of each package, by the path of its `RECORD`."""
    container = client.api.create_container(image, command=["true"])["Id"]
    try:
        pieces = cast(Iterator[bytes], client.api.export(container))
        with tarfile.open(fileobj=cast(IO[bytes], _Stream(pieces)), mode="r|") as files:
            return {
                file.name: _recorded(content.read().decode())
                for file in files
                if file.name.endswith(".dist-info/RECORD")
                and (content := files.extractfile(file)) is not None
            }
    finally:
        client.api.remove_container(container, force=True)


def _recorded(record: str) -> int:
    return sum(int(row[2]) for row in csv.reader(io.StringIO(record)) if len(row) == 3 and row[2])


class _Stream(io.RawIOBase):
    """Pieces as a file that can be read once."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._left) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left += piece
        found, self._left = (self._left, b"") if size < 0 else (self._left[:size], self._left[size:])
        return found
