"""A real conda channel of small packages, made in a second: for what is about solving, not about Python.

The packages are true `.tar.bz2` archives with `info/index.json` and a file each, and the channel is indexed
by rattler like any other. `tests/engines` has the channel with a Python that runs.
"""

from __future__ import annotations

import asyncio
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class SmallPackage:
    name: str
    version: str
    depends: tuple[str, ...] = ()
    build: str = "0"
    subdir: str = "linux-64"
    noarch: str = ""

    @property
    def filename(self) -> str:
        return f"{self.name}-{self.version}-{self.build}.tar.bz2"


PACKAGES = (
    SmallPackage("python", "3.10.14"),
    SmallPackage("python", "3.11.9"),
    SmallPackage("python", "3.12.4"),
    SmallPackage("numpy", "1.26.4", ("python >=3.10,<3.13",), "py_0"),
    SmallPackage("numpy", "2.0.1", ("python >=3.10,<3.13",), "py_0"),
    SmallPackage("scikit-learn", "1.5.2", ("python >=3.10,<3.13", "numpy >=1.20,<2"), "py_0"),
    SmallPackage("six", "1.16.0", ("python",), "pyh_0", "noarch", "python"),
    SmallPackage("libold", "1.0", ("__glibc >=2.17",)),
    SmallPackage("libnew", "1.0", ("__glibc >=2.39",)),
    SmallPackage("gpu-only", "1.0", ("__cuda",)),
    SmallPackage("numpy", "1.26.4", ("python >=3.10,<3.13",), "py_0", "linux-aarch64"),
    SmallPackage("python", "3.11.9", (), "0", "linux-aarch64"),
)


def write_package(folder: Path, package: SmallPackage) -> Path:
    """The package's archive in `folder/SUBDIR`."""
    index: dict[str, object] = {
        "name": package.name,
        "version": package.version,
        "build": package.build,
        "build_number": 0,
        "depends": list(package.depends),
        "subdir": package.subdir,
        "license": "MIT",
    }
    prefix = ""
    if package.noarch:
        index["noarch"] = package.noarch
        prefix = "site-packages/" if package.noarch == "python" else ""
    path = f"{prefix}share/{package.name}.txt"
    content = f"{package.name} {package.version}\n".encode()
    paths = {
        "paths": [{"_path": path, "path_type": "hardlink", "size_in_bytes": len(content)}],
        "paths_version": 1,
    }
    members = {
        "info/index.json": json.dumps(index).encode(),
        "info/paths.json": json.dumps(paths).encode(),
        "info/files": path.encode() + b"\n",
        path: content,
    }
    file = folder / package.subdir / package.filename
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w:bz2") as archive:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


def make_channel(folder: Path, packages: tuple[SmallPackage, ...] = PACKAGES) -> Path:
    """A channel in `folder`, indexed; its address is `folder.as_uri()`."""
    from rattler.index import index_fs

    for package in packages:
        write_package(folder, package)
    (folder / "noarch").mkdir(parents=True, exist_ok=True)
    asyncio.run(index_fs(folder))
    return folder
