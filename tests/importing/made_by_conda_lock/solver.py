"""What conda-lock takes for conda: `create --dry-run --json`, answered by rattler from a channel on this machine."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

CHANNEL = "https://conda.example/internal"
FOLDER = Path(tempfile.gettempdir()) / "envspec-conda-lock-channel"
_WITH_VALUE = ("--prefix", "--channel", "-c")


def specs_of(words: list[str]) -> list[str]:
    """The MatchSpecs of a command line of `conda create`."""
    found, following = [], iter(words)
    for word in following:
        if word in _WITH_VALUE:
            next(following)
        elif not word.startswith("-"):
            found.append(word)
    return found


async def solved(specs: list[str], platform: str) -> list[Any]:
    from rattler import Channel, Gateway, VirtualPackage, solve

    virtual = [one.into_generic() for one in VirtualPackage.detect()]
    return list(
        await solve(
            sources=[Channel(FOLDER.as_uri())], specs=specs, gateway=Gateway(),
            platforms=[platform, "noarch"], virtual_packages=virtual,
        )
    )  # fmt: skip


def action(record: Any) -> dict[str, Any]:
    url = str(record.url).replace(FOLDER.as_uri(), CHANNEL)
    return {
        "name": record.name.normalized, "version": str(record.version), "build_string": str(record.build),
        "channel": CHANNEL, "url": url, "fn": record.file_name, "md5": record.md5.hex(),
        "sha256": record.sha256.hex(), "depends": list(record.depends), "constrains": [],
        "subdir": record.subdir, "timestamp": 0, "dist_name": record.file_name.removesuffix(".tar.bz2"),
        "base_url": CHANNEL, "platform": record.subdir,
    }  # fmt: skip


def main() -> None:
    words = sys.argv[1:]
    if words[:1] != ["create"]:
        print(json.dumps({"pkgs_dirs": [str(FOLDER / "pkgs")], "conda_version": "24.1.0"}))
        return
    records = asyncio.run(solved(specs_of(words[1:]), os.environ["CONDA_SUBDIR"]))
    actions = [action(one) for one in records]
    print(json.dumps({"success": True, "actions": {"FETCH": actions, "LINK": actions}}))


if __name__ == "__main__":
    main()
