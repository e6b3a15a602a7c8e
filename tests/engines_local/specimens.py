"""Small environments and the locks that go with them, with real files of the package index and channel."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from hashlib import sha256
from pathlib import Path

from envspec.ir.types import CondaPackage, Environment, PackageSource, PipPackage
from envspec.lock.model import LockedConda, LockedFile, LockedPath, LockedPip, LockedPlatform
from tests.engines.conda_channel import CondaChannel
from tests.engines_local.requests import PLATFORM

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
SIX_DIGEST = "4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274"


def six_environment(id_: str = "small") -> Environment:
    return Environment(id_, id_, python=PYTHON, pip=(PipPackage("requirement", "six", "six ==1.17.0"),))


def locked_six(digest: str = SIX_DIGEST, version: str = "1.17.0", index: str = "") -> LockedPlatform:
    file = LockedFile(f"six-{version}-py2.py3-none-any.whl", digest)
    return LockedPlatform(PLATFORM, PYTHON, pip=(LockedPip("six", version, (file,), index),))


def bare_environment(id_: str = "bare") -> Environment:
    return Environment(id_, id_, python=PYTHON)


def locked_bare() -> LockedPlatform:
    return LockedPlatform(PLATFORM, PYTHON)


def make_wheel(folder: Path, name: str, version: str, code: str) -> Path:
    """A wheel with one module, byte for byte the same each time."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(zipfile.ZipInfo(file), text)
    return path


def make_project(folder: Path, name: str, code: str) -> Path:
    """A project of one module that its own backend builds, without any build dependency."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.py").write_text(code)
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "1"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    (folder / "backend.py").write_text(_BACKEND.replace("NAME", name))
    return folder


def locked_wheel(root: Path, wheel: Path, name: str) -> LockedPath:
    return LockedPath(
        wheel.relative_to(root).as_posix(), "wheel", name, sha256(wheel.read_bytes()).hexdigest()
    )


def conda_environment(channel: CondaChannel, *names: str, pip: tuple[PipPackage, ...] = ()) -> Environment:
    return Environment(
        "scientific",
        "scientific",
        channels=(PackageSource("test", channel.url),),
        conda=tuple(CondaPackage(name, name) for name in names),
        pip=pip,
    )


def locked_conda(channel: CondaChannel, *names: str, url: str = "") -> LockedPlatform:
    """The newest package of each name in the channel, by its own index."""
    found: dict[str, LockedConda] = {}
    for subdir in (channel.subdir, "noarch"):
        index = json.loads((channel.path / subdir / "repodata.json").read_text())
        for filename, record in sorted(index.get("packages.conda", {}).items()):
            if record["name"] in names:
                found[record["name"]] = LockedConda(
                    name=record["name"],
                    version=record["version"],
                    build=record["build"],
                    build_number=record["build_number"],
                    channel=url or channel.url,
                    subdir=subdir,
                    filename=filename,
                    sha256=record["sha256"],
                    size=record["size"],
                    depends=tuple(record["depends"]),
                    noarch=record.get("noarch") or "",
                    site_packages=record.get("python_site_packages_path") or "",
                )
    assert set(found) == set(names), f"the channel lacks {set(names) - set(found)}"
    return LockedPlatform(PLATFORM, channel.python_version, conda=tuple(found[n] for n in sorted(found)))


def python_says(prefix: str, code: str) -> str:
    """What the environment's interpreter prints, without any variable of the test's own shell."""
    done = subprocess.run(
        [f"{prefix}/bin/python", "-c", code], capture_output=True, text=True, env={}, check=True
    )
    return done.stdout.strip()


def site_packages(prefix: str) -> Path:
    return Path(sysconfig.get_path("purelib", "venv", {"base": prefix}))


_BACKEND = """
import zipfile

INFO = "NAME-1.dist-info"
META = "Metadata-Version: 2.1\\nName: NAME\\nVersion: 1\\n"


def _write(folder, files):
    name = "NAME-1-py3-none-any.whl"
    files[INFO + "/METADATA"] = META
    files[INFO + "/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: b\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[INFO + "/RECORD"] = "".join(f + ",,\\n" for f in [*files, INFO + "/RECORD"])
    with zipfile.ZipFile(folder + "/" + name, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return name


def build_wheel(folder, settings=None, metadata=None):
    with open("NAME.py") as file:
        return _write(folder, {"NAME.py": file.read()})


def build_editable(folder, settings=None, metadata=None):
    import os

    return _write(folder, {"NAME.pth": os.getcwd() + "\\n"})
"""
