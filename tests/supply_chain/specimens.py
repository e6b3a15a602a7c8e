"""An environment with everything that a lock can hold, and wheels with true records."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage
from envspec.lock.model import (
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
)
from envspec.supply_chain.sbom import Subject

PLATFORM = "linux/amd64"

ENVIRONMENT = Environment(
    "e",
    "e",
    channels=(PackageSource("conda-forge"),),
    conda=(CondaPackage("numpy", "numpy"),),
    pip=(PipPackage("requirement", "six", "six"), PipPackage("path", "", "dist/f-1.0-py3-none-any.whl")),
    indexes=(PackageSource("corp", "https://packages.example/simple"),),
    apt=("libgomp1",),
    docker=Docker(image="registry.example:5000/team/base:1"),
)
PYTHON = LockedConda(
    "python",
    "3.11.9",
    "h_0_cpython",
    "conda-forge",
    "linux-64",
    "python-3.11.9-h_0_cpython.tar.bz2",
    "b" * 64,
)
NUMPY = LockedConda(
    "numpy", "1!2.0.1+x", "py_0", "https://c.example/a b", "linux-64", "numpy-2.0.1-py_0.conda", "a" * 64,
    depends=("python >=3.10", "__glibc >=2.17"),
)  # fmt: skip
SIX = LockedPip(
    "six",
    "1.17.0",
    (LockedFile("six-1.17.0-py3-none-any.whl", "c" * 64), LockedFile("six 1.tar.gz", "d" * 64)),
    "corp",
)
PATHS = (
    LockedPath("dist/f-1.0-py3-none-any.whl", "wheel", "f", "e" * 64),
    LockedPath("lib", "project", "lib", "f" * 64),
)
LOCKED = LockedEnvironment(
    "e",
    "sha256:" + "0" * 64,
    (LockedPlatform(PLATFORM, "3.11.9", (NUMPY, PYTHON), (SIX,), PATHS),),
    "registry.example:5000/team/base:1",
    "sha256:" + "9" * 64,
)
SUBJECT = Subject("e", "a.envspec", PLATFORM, "sha256:" + "1" * 64, "sha256:" + "0" * 64, True)


def make_wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> Path:
    """A wheel whose RECORD says what is in it, byte for byte the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = [f"{file},sha256={_digest(text)},{len(text.encode())}" for file, text in files.items()]
    files[f"{info}/RECORD"] = "".join(f"{row}\n" for row in [*rows, f"{info}/RECORD,,"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
