"""Environments for tests of importers: wheels and projects made here, and conda prefixes as conda writes them."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

UV = Path(sys.executable).with_name("uv")
_BACKEND = """
import zipfile
NAME = {name!r}
def get_requires_for_build_editable(config_settings=None):
    return []
def build_editable(folder, config_settings=None, metadata_directory=None):
    file = f"{{NAME}}-0.1-py3-none-any.whl"
    with zipfile.ZipFile(f"{{folder}}/{{file}}", "w") as archive:
        info = f"{{NAME}}-0.1.dist-info"
        archive.writestr(f"{{NAME}}.pth", "/nowhere")
        archive.writestr(f"{{info}}/METADATA", f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: 0.1\\n")
        archive.writestr(f"{{info}}/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(f"{{info}}/RECORD", "")
    return file
"""


def wheel(
    folder: Path, name: str, version: str, requires: Iterable[str] = (), extras: Iterable[str] = ()
) -> Path:
    """A wheel with one empty module."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Provides-Extra: {extra}" for extra in extras]
    metadata += [f"Requires-Dist: {one}" for one in requires]
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", "")
        archive.writestr(f"{info}/METADATA", "\n".join(metadata) + "\n\nName: not a field any more\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return file


def editable_project(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "backend.py").write_text(_BACKEND.format(name=name))
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "{name}"\nversion = "0.1"\n'
        '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    return folder


def make_venv(prefix: Path, tool: str, *, pip: bool = True) -> None:
    """`uv venv` or `python -m venv`, which takes most of its eight seconds for pip."""
    own = [sys.executable, "-m", "venv", *(() if pip else ("--without-pip",))]
    command = [UV, "venv", "-q", "-p", sys.executable] if tool == "uv" else own
    subprocess.run([*command, prefix], check=True, capture_output=True)


def install(prefix: Path, tool: str, *arguments: str | Path) -> None:
    """Installs from the given files and folders alone."""
    offline = ["--no-index", "--no-build-isolation"]
    if tool == "uv":
        command: list[str | Path] = [UV, "pip", "install", "-q", "-p", prefix / "bin/python", "--offline"]
    else:
        command = [prefix / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run([*command, *offline, *arguments], check=True, capture_output=True)


def dist_info(
    site: Path, name: str, version: str, *, requires: Iterable[str] = (), files: dict[str, str] | None = None
) -> Path:
    """The metadata of an installed project, written by hand."""
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir(parents=True)
    lines = [
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}",
        *(f"Requires-Dist: {one}" for one in requires),
    ]
    (folder / "METADATA").write_text("\n".join(lines) + "\n")
    for file, text in (files or {}).items():
        (folder / file).write_text(text)
    return folder


def conda_record(
    prefix: Path, name: str, version: str, *, build: str = "h0_0", channel: str = "https://conda.anaconda.org/conda-forge",
    subdir: str = "linux-64", depends: Iterable[str] = (), files: Iterable[str] = (), **others: Any,
) -> None:  # fmt: skip
    """`conda-meta/NAME-VERSION-BUILD.json`, with the keys that conda writes."""
    folder = prefix / "conda-meta"
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        "build": build, "build_number": 0, "channel": f"{channel}/{subdir}", "constrains": [], "depends": list(depends),
        "extracted_package_dir": f"/opt/conda/pkgs/{name}-{version}-{build}", "features": "", "files": list(files),
        "fn": f"{name}-{version}-{build}.conda", "license": "BSD-3-Clause",
        "link": {"source": f"/opt/conda/pkgs/{name}-{version}-{build}", "type": 1}, "md5": "0" * 32, "name": name,
        "package_tarball_full_path": f"/opt/conda/pkgs/{name}-{version}-{build}.conda",
        "paths_data": {"paths": [], "paths_version": 1},
        "requested_spec": "None", "sha256": "0" * 64, "size": 1, "subdir": subdir, "timestamp": 1700000000000,
        "url": f"{channel}/{subdir}/{name}-{version}-{build}.conda", "version": version, **others,
    }  # fmt: skip
    (folder / f"{name}-{version}-{build}.json").write_text(json.dumps(document, indent=2))
