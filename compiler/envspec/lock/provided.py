"""What conda brings of the Python packages that pip entries ask for.

A conda environment may hold Python packages. The PyPI solver must know them, keep to their versions, and
leave them out of its own answer. Each of them becomes a wheel of metadata only, in a temporary folder, that
the solver gets as the constraint for that name: so their versions are final, nothing is looked up for them on an
index, and a requirement that contradicts them is a conflict. Their own dependencies are conda's business
and not repeated in the metadata.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from envspec.lock.model import LockedConda

_RENAMED = {
    "brotli-python": "brotli",
    "matplotlib-base": "matplotlib",
    "msgpack-python": "msgpack",
    "opencv": "opencv-python",
    "py-opencv": "opencv-python",
    "py-xgboost": "xgboost",
    "pytables": "tables",
    "python-graphviz": "graphviz",
    "pytorch": "torch",
    "seaborn-base": "seaborn",
    "tensorflow-base": "tensorflow",
    "typing_extensions": "typing-extensions",
}
"""conda-forge names whose PyPI name differs. A name missing here only means that pip may install it again."""

_NOT_ON_PYPI = frozenset({"python", "python_abi", "pypy"})


def provided_versions(packages: tuple[LockedConda, ...]) -> dict[str, str]:
    """PyPI name → version of the Python packages among `packages`: those that depend on Python."""
    provided: dict[str, str] = {}
    for package in packages:
        if package.name in _NOT_ON_PYPI or not _depends_on_python(package):
            continue
        try:
            version = str(Version(package.version))
        except InvalidVersion:
            continue
        provided[provided_name(package.name)] = version
    return dict(sorted(provided.items()))


def provided_name(name: str) -> str:
    """What PyPI calls a Python package that conda has as `name`."""
    return canonicalize_name(_RENAMED.get(name, name))


def brought_by(name: str, entries: Collection[str], packages: tuple[LockedConda, ...]) -> str:
    """Which of the `conda` entries (by name) brought the Python package `name`: itself where it is one, else the first
    that depends on it, over however many others; empty when none does."""
    by_name = {package.name: package for package in packages}
    own = [n for n in by_name if provided_name(n) == name]
    for entry in sorted(entries, key=lambda entry: entry not in own):
        reached, waiting = set[str](), [entry]
        while waiting:
            at = waiting.pop()
            if at in reached or at not in by_name:
                continue
            reached.add(at)
            waiting += [dependency.split(" ")[0] for dependency in by_name[at].depends]
        if reached.intersection(own):
            return entry
    return ""


def _depends_on_python(package: LockedConda) -> bool:
    return any(dependency.split(" ")[0] in ("python", "python_abi") for dependency in package.depends)


def write_metadata_wheel(folder: Path, name: str, version: str) -> Path:
    """A wheel that says `name` is there in `version`, and nothing else."""
    stem = f"{name.replace('-', '_')}-{version}"
    file = folder / f"{stem}-py3-none-any.whl"
    info = f"{stem}.dist-info"
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(
            f"{info}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: envspec\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        wheel.writestr(f"{info}/RECORD", "")
    return file
