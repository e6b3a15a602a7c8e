"""Packages that this machine knows: from the lock, from what uv and rattler keep, and from channels and indexes that
are folders. Nothing is run and nothing is asked of a network; what cannot be read is not known.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from envspec.check.locked_names import locked_names
from envspec.editor.analysis import Analysis
from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

_CONDA_FILE = lazy_pattern(
    r"(?P<name>[a-z0-9_][a-z0-9_.-]*?)-(?P<version>[^-]+)-[^-]+?(?:\.conda|\.tar\.bz2)?\Z"
)
_WHEEL = lazy_pattern(r"(?P<name>[A-Za-z0-9_.]+)-(?P<version>[^-]+)-.*\.whl\Z")


@frozen
class Known(Frozen):
    """`versions` newest first; `locked` is empty when the lock does not have it."""

    versions: tuple[str, ...] = ()
    locked: str = ""


def known_packages(analysis: Analysis, ecosystem: str) -> Mapping[str, Known]:
    """By canonical name, sorted. `ecosystem` is `conda` or `pip`."""
    names = locked_names(analysis.files)
    locked = names.conda if ecosystem == "conda" else names.pip
    versions: dict[str, set[str]] = {name: {version} for name, version in locked.items()}
    found = _conda(analysis) if ecosystem == "conda" else _pip(analysis)
    for name, version in found:
        versions.setdefault(name, set()).update({version} if version else ())
    return {
        name: Known(tuple(sorted(versions[name], key=_newest, reverse=True)), locked.get(name, ""))
        for name in sorted(versions)
    }


def _newest(version: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by size, a word before its number: `2.0rc1` comes before `2.0`."""
    parts = re.findall(r"\d+|[a-z]+", version.lower())
    return (*((1, int(part), "") if part.isdigit() else (-1, 0, part) for part in parts), (0, 0, ""))


def _conda(analysis: Analysis) -> Iterator[tuple[str, str]]:
    folders = [_cache("rattler", "RATTLER_CACHE_DIR") / "pkgs"]
    if "RATTLER_CACHE_DIR" not in os.environ:
        folders = [_cache("rattler", "RATTLER_CACHE_DIR") / "cache" / "pkgs"]
    for channel in _folders(analysis, "channel"):
        folders += [channel / name for name in _listed(channel)]
    for folder in folders:
        for name in _listed(folder):
            match = None if name.endswith((".lock", ".json")) else _CONDA_FILE.match(name)
            if match is not None:
                yield match["name"], match["version"]


def _pip(analysis: Analysis) -> Iterator[tuple[str, str]]:
    """uv keeps answers of indexes as `simple-v*/INDEX/NAME.rkyv`, and wheels as `wheels-v*/INDEX/NAME/VERSION-TAGS`."""
    cache = _cache("uv", "UV_CACHE_DIR")
    for bucket in _listed(cache):
        if not bucket.startswith(("simple-v", "wheels-v")):
            continue
        indexes = [cache / bucket / "pypi"]
        indexes += [cache / bucket / "index" / name for name in _listed(cache / bucket / "index")]
        for index in indexes:
            for name in _listed(index):
                yield name.removesuffix(".rkyv"), ""
                if bucket.startswith("wheels"):
                    for wheel in _listed(index / name):
                        yield name, wheel.split("-")[0] if "-" in wheel else ""
    for folder in _folders(analysis, "index"):
        for name in _listed(folder):
            yield re.sub(r"[-_.]+", "-", name).lower(), ""
            for file in _listed(folder / name):
                match = _WHEEL.match(file)
                if match is not None:
                    yield re.sub(r"[-_.]+", "-", name).lower(), match["version"]


def _folders(analysis: Analysis, kind: str) -> Iterator[Path]:
    """The `file://` addresses of `index` or `channel` blocks."""
    items = analysis.checked.resolution.document.get("indexes" if kind == "index" else "channels", {})
    for item in items.values():
        url = item.get("url") if isinstance(item, dict) else None
        parts = urlsplit(url) if isinstance(url, str) else None
        if parts is not None and parts.scheme == "file":
            yield Path(url2pathname(parts.path))


def _cache(tool: str, variable: str) -> Path:
    """Where a tool keeps things unless it is told otherwise."""
    if os.environ.get(variable):
        return Path(os.environ[variable])
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "")) / tool / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / tool


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))  # noqa: PTH208 - names only
    except (OSError, ValueError):
        return []
