"""Which file of the project is at a path of an image: what `COPY` and `ADD` put there."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import is_there

_OF_A_BUILD = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})


@mutable
class ImageFiles(Mutable):
    """`context` is the folder that the image is built from. Paths of the image are absolute and normal."""

    context: Path
    copies: list[tuple[str, Path]] = field(default_factory=list)

    def add(self, source: str, target: str, folder: str, *, several: bool = False) -> bool:
        """A source of `COPY`, with `target` relative to `folder` of the image; whether there is such a file or folder.
        `several`: it is one of a few, so the target is a folder."""
        whole = posixpath.normpath(posixpath.join(folder, target))
        found = self._sources(source)
        for path in found:
            into = target.endswith("/") or target in (".", "..") or several or len(found) > 1
            place = posixpath.join(whole, path.name) if into and not path.is_dir() else whole
            self.copies.append((place, path))
        return bool(found)

    def _sources(self, source: str) -> list[Path]:
        relative = posixpath.normpath(source.lstrip("/") or ".")
        if relative.startswith("..") or "\0" in relative:
            return []
        if any(character in relative for character in "*?["):
            try:
                return sorted(self.context.glob(relative))
            except (ValueError, OSError, NotImplementedError):
                return []
        path = self.context / relative
        return [path] if is_there(path) else []

    def find(self, path: str, folder: str) -> Path | None:
        """The file or folder of the project at a path of the image, what was copied last first."""
        if "\0" in path:
            return None
        whole = posixpath.normpath(posixpath.join(folder, path))
        for place, source in reversed(self.copies):
            if whole == place:
                return source
            below = whole.removeprefix(place.rstrip("/") + "/")
            if below != whole and is_there(source / below):
                return source / below
        return None

    def project(self, path: str, folder: str) -> Path | None:
        """The folder of the project of which only the files that a build needs were copied to a folder of the image."""
        whole = posixpath.normpath(posixpath.join(folder, path))
        parents = (
            source.parent for place, source in self.copies
            if posixpath.dirname(place) == whole and source.name in _OF_A_BUILD
        )  # fmt: skip
        return next(parents, None)


def context_of(candidates: Iterable[Path], sources: Iterable[str]) -> Path:
    """The folder in which most of the sources are, the first of equals."""
    listed = [one.lstrip("/") for one in sources if one.strip("./") and "\0" not in one]
    folders = list(dict.fromkeys(candidates))
    return max(folders, key=lambda folder: sum(is_there(folder / one) for one in listed if ".." not in one))
