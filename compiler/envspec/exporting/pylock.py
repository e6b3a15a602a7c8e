"""`pylock.toml` (PEP 751), for `uv pip sync`, `pip install -r` and whatever else reads the standard.

One file for all platforms that are asked for: a package, or a version of it, that is for some of them only has a
marker. Every file has its sha256 and the address at which the index serves it now. Credentials are in no address.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from envspec.exporting.addresses import address
from envspec.exporting.interface import Export, ExportRequest, beside, conda_loss
from envspec.lock.model import LockedFile, LockedPath, LockedPip, LockedPlatform
from envspec.lock.toml import inline, string
from envspec.lock.universal import marker_facts

_FACTS = ("python_version", "sys_platform", "platform_machine")


def export(request: ExportRequest) -> Export:
    """Raises `Failure` E0633 when the index no longer has a file."""
    markers = {platform.platform: _marker(platform) for platform in request.platforms}
    minors = {".".join(platform.python.split(".")[:2]) for platform in request.platforms}
    lines = [
        f"# Made by `envspec export pylock {request.environment.id}`.",
        'lock-version = "1.0"',
        f"environments = [{', '.join(string(marker) for marker in markers.values())}]",
    ]
    if len(minors) == 1:
        lines.append(f"requires-python = {string(f'=={minors.pop()}.*')}")
    lines.append('created-by = "envspec"')
    for row in _rows(request, markers):
        lines += ["", "[[packages]]", *(f"{key} = {_value(value)}" for key, value in row.items() if value)]
    return Export("".join(f"{line}\n" for line in lines), tuple(conda_loss(request.platforms, "pylock.toml")))


def _marker(platform: LockedPlatform) -> str:
    facts = marker_facts(platform.python, platform.platform)
    return " and ".join(f"{fact} == '{facts[fact]}'" for fact in _FACTS)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return string(value)
    if isinstance(value, list):
        return "[\n" + "".join(f"    {inline(item)},\n" for item in value) + "]"
    return inline(value)


def _rows(request: ExportRequest, markers: dict[str, str]) -> list[dict[str, Any]]:
    """A table for each package and version, in order of name; of local ones too."""
    found: dict[tuple[str, str], tuple[dict[str, Any], dict[str, LockedFile], list[str]]] = {}
    for platform in request.platforms:
        for package in platform.pip:
            row, files, where = found.setdefault(
                (package.name, package.version), (_package(request, package), {}, [])
            )
            files.update((file.filename, file) for file in package.files)
            where.append(platform.platform)
        for path in platform.paths:
            found.setdefault((path.name, path.path), (_path(request, path), {}, []))[2].append(
                platform.platform
            )
    rows = []
    for key in sorted(found):
        row, files, where = found[key]
        if len(where) < len(markers):
            row["marker"] = " or ".join(f"({markers[name]})" for name in where)
        rows.append(row | _files(request, files.values()))
    return rows


def _package(request: ExportRequest, package: LockedPip) -> dict[str, Any]:
    index = next(
        (i.url for i in request.environment.indexes if i.name == package.index and package.index), ""
    )
    return {"name": package.name, "version": package.version, "marker": "", "index": index}


def _path(request: ExportRequest, path: LockedPath) -> dict[str, Any]:
    row: dict[str, Any] = {"name": path.name, "marker": ""}
    if path.kind == "wheel":
        row["archive"] = {"path": beside(request, path), "hashes": {"sha256": path.sha256}}
    else:
        row["directory"] = {"path": beside(request, path), "editable": path.kind == "editable"}
    return row


def _files(request: ExportRequest, files: Iterable[LockedFile]) -> dict[str, Any]:
    """`wheels`, `sdist`, or `archive` for a direct reference."""
    tables: dict[str, Any] = {}
    for file in sorted(files, key=lambda file: file.filename):
        table = {"url": file.url or address(request, file), "hashes": {"sha256": file.sha256}}
        if file.url:
            tables["archive"] = table
        elif file.filename.endswith(".whl"):
            tables.setdefault("wheels", []).append(table)
        else:
            tables["sdist"] = table
    return tables
