"""Files that say one thing: `.python-version`, a Dockerfile's `FROM`, wheels in `dist/`, a request to score."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.image import parse_image
from envspec.starting.folder import Folder
from envspec.starting.found import Clue, Found

_VERSION = lazy_pattern(r"(?:cpython-)?([23]\.[0-9]+)(?:\.[0-9]+)?\Z")
_FROM = lazy_pattern(
    r"^\s*FROM\s+(?:--platform=\S+\s+)?(\S+)(?:\s+AS\s+(\S+))?\s*$", re.IGNORECASE | re.MULTILINE
)
_PYTHON_IMAGE = lazy_pattern(r"(?:docker\.io/)?(?:library/)?python:([23]\.[0-9]+)(?:[.-].*)?\Z")
_SAMPLE = lazy_pattern(r"(?:sample|request|example|input)[\w-]*\.json\Z")


def look_at_python_version(folder: Folder, found: Found) -> None:
    """`.python-version` of pyenv and uv: its first line. A patch of a minor version means that minor."""
    path = folder.root / ".python-version"
    try:
        lines = path.read_text(encoding="utf-8").split() if path.is_file() else []
    except (OSError, UnicodeDecodeError):
        return
    match = _VERSION.match(lines[0]) if lines else None
    if match:
        found.python.insert(0, Clue(match[1], ".python-version"))


def look_at_dockerfile(folder: Folder, found: Found) -> None:
    """The base of the last stage. `python:3.12-slim` says which Python; any other image becomes the base."""
    text = folder.text("Dockerfile")
    stages = _FROM.findall(text) if text is not None else []
    if not stages:
        return
    names = {name.lower(): image for image, name in stages if name}
    image = stages[-1][0]
    for _ in stages:
        image = names.get(image.lower(), image)
    python = _PYTHON_IMAGE.match(image)
    if python:
        found.python.append(Clue(python[1], "Dockerfile"))
    elif "$" in image or image == "scratch":
        found.remarks.append(f"`FROM {image}` of the Dockerfile cannot be read as an image")
    elif parse_image(image) == image and (":" in image.rpartition("/")[2] or "@" in image):
        if image.endswith(":latest"):
            found.remarks.append(f"`FROM {image}` of the Dockerfile names no version, so it is not taken")
        else:
            found.image = Clue(image, "Dockerfile")
    else:
        found.remarks.append(f"`FROM {image}` of the Dockerfile names no version, so it is not taken")


def look_at_wheels(folder: Folder, found: Found) -> None:
    """The newest wheel of each project in `dist/`."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename
    from packaging.version import Version

    newest: dict[str, tuple[Version, str]] = {}
    for path in folder.files:
        if not (path.startswith("dist/") and path.endswith(".whl") and path.count("/") == 1):
            continue
        try:
            name, version, _, _ = parse_wheel_filename(path.rpartition("/")[2])
        except InvalidWheelFilename:
            continue
        newest[name] = max(newest.get(name, (version, path)), (version, path))
    found.wheels += [f"./{path}" for _, (_, path) in sorted(newest.items())]


def look_at_samples(folder: Folder, found: Found) -> None:
    """A request that a deployment must answer before it is called healthy."""
    found.samples += [path for path in folder.files if _SAMPLE.match(PurePosixPath(path).name)]
