"""The kinds of `envspec export`. Adding one is a file with `export`, and a row."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from envspec.exporting.interface import Export, ExportRequest
from envspec.frozen import Frozen, frozen


@frozen
class Kind(Frozen):
    """`module` is the file here that has `export`. `several`: one file is for many platforms. `addresses` and `md5`:
    these are needed, and asked of the indexes and channels."""

    summary: str
    module: str
    several: bool = False
    addresses: bool = False
    md5: bool = False


KINDS: dict[str, Kind] = {
    "pylock": Kind("pylock.toml (PEP 751), for uv and pip", "pylock", several=True, addresses=True),
    "requirements": Kind("requirements.txt with hashes, for pip and uv", "requirements"),
    "explicit": Kind("an @EXPLICIT list, for conda, mamba and micromamba", "explicit"),
    "conda-lock": Kind("conda-lock.yml, version 1", "conda_lock", several=True, addresses=True, md5=True),
}


def exporter(kind: str) -> Callable[[ExportRequest], Export]:
    """The `export` of a kind in `KINDS`; it may raise `Failure`."""
    export: Callable[[ExportRequest], Export] = import_module(
        f"envspec.exporting.{KINDS[kind].module}"
    ).export
    return export
