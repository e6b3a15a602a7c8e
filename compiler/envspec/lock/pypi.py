"""PyPI packages of one environment on one platform: requirements in, exact versions and hashes out.

uv resolves for the Python version and platform asked for, whatever the machine (`uv_resolution`). What always
holds: every kept file has a sha256 and fits the platform; what conda brings is left out. `universal` has the
resolution for several platforms at once, which is put together from the same parts.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from packaging.utils import canonicalize_name

from envspec.diagnostics import Failure
from envspec.lock.local_paths import path_digest
from envspec.lock.model import LockedFile, LockedPath, LockedPip
from envspec.lock.places import SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.scratch import scratch_folder
from envspec.lock.uv_resolution import PypiQuestion, Resolution, Target, resolve
from envspec.lock.wheel_tags import fits


class PypiAnswer(NamedTuple):
    pip: tuple[LockedPip, ...]
    paths: tuple[LockedPath, ...]


def solve_pypi(question: PypiQuestion, secrets: SecretReader) -> PypiAnswer:
    """Lock the `pip` entries of an environment; raises `Failure` with E0604 to E0620 at their lines."""
    if not question.places.environment.pip:
        return PypiAnswer((), ())
    target = Target(question.platform, (f"--python-platform={PLATFORMS[question.platform].uv}",))
    with scratch_folder() as folder:
        return answer(question, resolve(question, target, folder, secrets), folder)


def answer(question: PypiQuestion, resolution: Resolution, folder: Path) -> PypiAnswer:
    """What a resolution that was made in `folder` means for the question's platform."""
    pip = tuple(
        _locked(entry, question, resolution.origins)
        for entry in resolution.packages
        if not _is_local(entry) and not _provided(entry, question)
    )
    paths = _locked_paths(question, folder, resolution.packages)
    return PypiAnswer(tuple(sorted(pip, key=lambda package: package.name)), paths)


def _is_local(entry: dict[str, Any]) -> bool:
    return "directory" in entry or "path" in entry.get("archive", {})


def _provided(entry: dict[str, Any], question: PypiQuestion) -> bool:
    return canonicalize_name(entry["name"]) in question.provided


def _locked(entry: dict[str, Any], question: PypiQuestion, origins: Mapping[str, str]) -> LockedPip:
    name = canonicalize_name(entry["name"])
    if "vcs" in entry:
        raise Failure(
            question.places.diagnostic(
                "E0619",
                f"`{name}` comes from version control, which has no sha256 to lock",
                question.places.packages("pip").get(name, ()),
                help="build a wheel of it and name the wheel, or take it from an index",
            )
        )
    archive = entry.get("archive")
    if archive is not None:
        url = archive["url"]
        file = LockedFile(
            url.rsplit("/", 1)[-1].split("#")[0],
            _sha256(archive, name, question),
            url.split("#")[0],
            _size(archive),
        )
        return LockedPip(name, entry.get("version", ""), (file,))
    files = [
        LockedFile(filename, _sha256(wheel, name, question), size=_size(wheel))
        for wheel in entry.get("wheels", [])
        if fits(filename := _filename(wheel), question.python, question.platform)
    ]
    if not files and "sdist" in entry and question.allow_builds:
        sdist = entry["sdist"]
        files = [LockedFile(_filename(sdist), _sha256(sdist, name, question), size=_size(sdist))]
    if not files:
        raise Failure(
            question.places.diagnostic(
                "E0607",
                f"`{name} {entry['version']}` has no wheel for Python {question.python} on {question.platform}",
                question.places.packages("pip").get(name, ()),
                help="choose another version or Python, or lock with `--build-sdists` to build it from source",
            )
        )
    files.sort(key=lambda file: file.filename)
    return LockedPip(name, entry["version"], tuple(files), origins.get(name, ""))


def _filename(file: dict[str, Any]) -> str:
    name = file.get("name") or str(file.get("url") or file.get("path")).split("#")[0].rsplit("/", 1)[-1]
    return unquote(str(name))


def _size(file: dict[str, Any]) -> int:
    size = file.get("size", 0)
    return size if isinstance(size, int) and size > 0 else 0


def _sha256(file: dict[str, Any], name: str, question: PypiQuestion) -> str:
    found = file.get("hashes", {}).get("sha256", "")
    if not found:
        raise Failure(
            question.places.diagnostic(
                "E0618",
                f"the index gives no sha256 for `{_filename(file)}`",
                question.places.packages("pip").get(name, ()),
                help="use an index that serves hashes (PEP 503), or download the wheel and name its path",
            )
        )
    return str(found)


def _locked_paths(
    question: PypiQuestion, folder: Path, packages: list[dict[str, Any]]
) -> tuple[LockedPath, ...]:
    """The local entries of the spec, in order of path."""
    names: dict[Path, str] = {}
    for package in packages:
        place = package.get("directory") or package.get("archive") or {}
        if "path" in place:
            # uv writes the path relative to the output file, or absolute.
            names[(folder / place["path"]).resolve()] = canonicalize_name(package["name"])
    found = []
    for entry in question.places.environment.pip:
        if entry.kind == "requirement":
            continue
        path = (question.root / entry.text).resolve()
        kind = "editable" if entry.kind == "editable" else "project" if path.is_dir() else "wheel"
        sha256 = path_digest(question.root, entry.text, kind)
        found.append(LockedPath(entry.text, kind, entry.name or names.get(path, ""), sha256))
    return tuple(sorted(found, key=lambda path: path.path))
