"""`conda-lock.yml`, version 1: conda and PyPI packages of every platform that is asked for, for `conda-lock install`.

A conda package needs its md5 too (the format has it so), a PyPI package the address of one file: that of the wheel
an installer takes first. A package of the project itself has no place. `content_hash` is the definition's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from envspec.diagnostics import Diagnostic, Failure
from envspec.exporting.addresses import address
from envspec.exporting.interface import Export, ExportRequest
from envspec.lock.export import package_url
from envspec.lock.model import LockedConda, LockedPip, LockedPlatform
from envspec.lock.platforms import PLATFORMS
from envspec.lock.wheel_tags import best


def export(request: ExportRequest) -> Export:
    """Raises `Failure` E0633 when an index or channel no longer has a file."""
    subdirs = [PLATFORMS[platform.platform].subdir for platform in request.platforms]
    digest = request.locked.definition.removeprefix("sha256:")
    channels = [channel.url or channel.name for channel in request.environment.channels] or ["conda-forge"]
    lines = [
        f"# Made by `envspec export conda-lock {request.environment.id}`.",
        "version: 1",
        "metadata:",
        "  content_hash:",
        *(f"    {subdir}: {_scalar(digest)}" for subdir in subdirs),
        "  channels:",
        *(line for url in channels for line in (f"  - url: {_scalar(url)}", "    used_env_vars: []")),
        "  platforms:",
        *(f"  - {subdir}" for subdir in subdirs),
        "  sources:",
        f"  - {_scalar(f'{request.root}/{request.source}' if request.root != '.' else request.source)}",
        "package:",
    ]
    rows = [row for platform in request.platforms for row in _rows(request, platform)]
    for row in sorted(rows, key=lambda row: (row["name"], row["manager"], subdirs.index(row["platform"]))):
        lines += _entry(row)
    paths = sorted({path.path for platform in request.platforms for path in platform.paths})
    losses = [f"`{path}`: conda-lock takes packages from channels and indexes only" for path in paths]
    losses += [
        f"Python {platform.python} for {platform.platform}: no conda package is locked that brings it"
        for platform in request.platforms
        if not platform.conda
    ]
    if not rows:
        lines[-1] = "package: []"
    return Export("".join(f"{line}\n" for line in lines), tuple(losses))


def _rows(request: ExportRequest, platform: LockedPlatform) -> list[dict[str, Any]]:
    subdir = PLATFORMS[platform.platform].subdir
    return [
        *(_conda(request, package, subdir) for package in platform.conda),
        *(_pip(request, package, platform, subdir) for package in platform.pip),
    ]


def _conda(request: ExportRequest, package: LockedConda, subdir: str) -> dict[str, Any]:
    md5 = request.md5.get(package.sha256, "")
    if not md5:
        raise Failure(
            Diagnostic(
                "E0633",
                f"the channel does not have `{package.filename}` with the locked sha256",
                pointer=f"/environments/{request.environment.id}",
                help="lock again with `--upgrade` of the package, or find out who changed the channel",
            )
        )
    depends = dict(_dependency(entry) for entry in package.depends)
    return {
        "name": package.name,
        "version": package.version,
        "manager": "conda",
        "platform": subdir,
        "dependencies": dict(sorted(depends.items())),
        "url": package_url(package),
        "hash": {"md5": md5, "sha256": package.sha256},
    }


def _dependency(entry: str) -> tuple[str, str]:
    """Of a MatchSpec as a channel's index writes it: name, version, build."""
    name, _, bound = entry.partition(" ")
    return name, bound.strip() or "*"


def _pip(request: ExportRequest, package: LockedPip, platform: LockedPlatform, subdir: str) -> dict[str, Any]:
    names = [file.filename for file in package.files]
    chosen = best(names, platform.python, platform.platform) or names[0]
    file = next(file for file in package.files if file.filename == chosen)
    return {
        "name": package.name,
        "version": package.version,
        "manager": "pip",
        "platform": subdir,
        "dependencies": {},
        "url": file.url or address(request, file),
        "hash": {"sha256": file.sha256},
    }


def _entry(row: Mapping[str, Any]) -> list[str]:
    lines = []
    for key, value in row.items():
        if not isinstance(value, dict):
            lines.append(f"  {key}: {_scalar(value)}")
        elif not value:
            lines.append(f"  {key}: {{}}")
        else:
            lines += [f"  {key}:", *(f"    {_scalar(k)}: {_scalar(v)}" for k, v in value.items())]
    lines[0] = f"- {lines[0][2:]}"
    return [*lines, "  category: main", "  optional: false"]


def _scalar(text: str) -> str:
    """Double quotes hold any text, and no version is taken for a number. YAML has no surrogate pairs."""
    return "".join(
        f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else json.dumps(character)[1:-1]
        for character in text
    ).join('""')
