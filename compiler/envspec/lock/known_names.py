"""Names of Python packages that this machine knows already, for a suggestion when one cannot be found.

They come from the lock, from indexes that are folders here (`file://`), and from what uv has in its cache of indexes
and wheels. Nothing is asked of a network, and what cannot be read has no names: a suggestion is never needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from packaging.utils import canonicalize_name

from envspec.diagnostics import Failure
from envspec.lock.uv_process import run_uv

_CLOSE = 0.8
"""How alike two names are at least, as `difflib` measures it: one slip in five letters."""


def suggestion(name: str, locked: Iterable[str], indexes: Iterable[str], folder: Path) -> str:
    """`did you mean …?`, or empty. `indexes` are addresses; uv is asked in `folder` where its cache is."""
    known = {str(canonicalize_name(other)) for other in (*locked, *_in_indexes(indexes), *_in_cache(folder))}
    near = get_close_matches(str(canonicalize_name(name)), sorted(known - {name}), 3, _CLOSE)
    return "did you mean " + " or ".join(f"`{other}`" for other in near) + "?" if near else ""


def _in_indexes(addresses: Iterable[str]) -> Iterator[str]:
    """The folders of indexes as PEP 503 lays them out, where they are on this machine."""
    for address in addresses:
        parts = urlsplit(address)
        if parts.scheme == "file":
            yield from _listed(Path(url2pathname(parts.path)))


def _in_cache(folder: Path) -> Iterator[str]:
    """uv keeps answers of indexes as `simple-v*/INDEX/NAME.rkyv` and wheels as `wheels-v*/INDEX/NAME/`."""
    try:
        done = run_uv(["cache", "dir"], folder=folder)
    except Failure:
        return
    cache = Path(done.output.strip())
    if done.status != 0 or not done.output.strip():
        return
    for bucket in (*cache.glob("simple-v*"), *cache.glob("wheels-v*")):
        for index in (bucket / "pypi", *bucket.glob("index/*")):
            yield from (entry.removesuffix(".rkyv") for entry in _listed(index))


def _listed(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError:
        return []
