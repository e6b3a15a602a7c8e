"""Stages a wheel as a conda package: pure ones as `noarch: python`, the others for this platform.

The dist-info stays, with `conda` as its INSTALLER, so pip and uv see the package; its Requires-Dist
become `depends`, its console scripts entry points.
"""

from __future__ import annotations

import configparser
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.engines.conda_package import PLACEHOLDER, CondaPackage
from tests.engines.conda_python import VERSION

_NEXT = f"{VERSION.split('.')[0]}.{int(VERSION.split('.')[1]) + 1}"


def stage_wheel(wheel: Path, prefix: Path, subdir: str) -> CondaPackage:
    """Fill `prefix` with the files of the package; what the package says of itself."""
    name, version, _, tags = parse_wheel_filename(wheel.name)
    pure = all(tag.platform == "any" for tag in tags)
    packages = prefix / "site-packages" if pure else prefix / "lib" / f"python{VERSION}" / "site-packages"
    packages.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            if member.filename.split("/")[0].endswith(".data"):
                raise ValueError(f"{wheel.name} has a data folder, which this repackager does not place")
            mode = (member.external_attr >> 16) & 0o777
            extracted = Path(archive.extract(member, packages))
            if not member.is_dir():
                extracted.chmod(mode or 0o644)
    (dist_info,) = packages.glob("*.dist-info")
    (dist_info / "INSTALLER").write_text("conda\n")
    metadata = HeaderParser().parsestr((dist_info / "METADATA").read_text())
    scripts = _console_scripts(dist_info / "entry_points.txt")
    depends = _depends(metadata.get_all("Requires-Dist") or [])
    if pure:
        python = (_conda_spec("python", SpecifierSet(metadata["Requires-Python"] or "")),)
        scripts_by_installer = scripts
    else:
        python = (f"python >={VERSION},<{_NEXT}.0a0",)
        scripts_by_installer = ()
        _write_scripts(prefix / "bin", scripts)
    return CondaPackage(
        name=str(name),
        version=str(version),
        build="py_0" if pure else f"py{VERSION.replace('.', '')}_0",
        subdir="noarch" if pure else subdir,
        depends=(*python, *depends),
        license=metadata["License-Expression"] or (metadata["License"] or "").split("\n")[0][:80],
        entry_points=scripts_by_installer,
    )


def _depends(requirements: list[str]) -> list[str]:
    """The requirements that hold here, without extras, as MatchSpecs."""
    parsed = [Requirement(text) for text in requirements]
    return sorted(
        _conda_spec(canonicalize_name(one.name), one.specifier)
        for one in parsed
        if one.marker is None or one.marker.evaluate({"extra": ""})
    )


def _conda_spec(name: str, specifiers: SpecifierSet) -> str:
    version = ",".join(sorted(str(one).replace(" ", "") for one in specifiers))
    return f"{name} {version}".strip()


def _console_scripts(file: Path) -> tuple[str, ...]:
    """Lines `name = module:function`, as in `info/link.json`."""
    if not file.is_file():
        return ()
    parser = configparser.ConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
    parser.read(file)
    if not parser.has_section("console_scripts"):
        return ()
    return tuple(f"{name} = {target}" for name, target in parser.items("console_scripts"))


def _write_scripts(folder: Path, scripts: tuple[str, ...]) -> None:
    for script in scripts:
        name, _, target = script.partition(" = ")
        module, _, function = target.partition(":")
        folder.mkdir(exist_ok=True)
        body = f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n"
        # A shebang has at most 127 characters on Linux, which the placeholder exceeds: conda's own way.
        text = f"#!/bin/sh\n'''exec' '{PLACEHOLDER}/bin/python' \"$0\" \"$@\"\n' '''\n{body}"
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
