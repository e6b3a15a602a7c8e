"""Fills a prefix with conda packages, in the builder stage of an image. Needs py-rattler and nothing else.

install_conda.py explicit LIST PREFIX     exactly the packages of an @EXPLICIT list, hashes enforced
install_conda.py solve FILE PREFIX        what solving an environment.yml gives today
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote

from rattler import (
    BuildString,
    Channel,
    ChannelPriority,
    Client,
    Gateway,
    MatchSpec,
    PackageRecord,
    RepoDataRecord,
    Subdir,
    VirtualPackage,
    install,
    solve,
)

ENDINGS = (".conda", ".tar.bz2")


def explicit_records(text: str) -> list[RepoDataRecord]:
    """One record for each `URL#SHA256` line."""
    records = []
    for line in text.splitlines():
        if not line or line.startswith(("#", "@")):
            continue
        url, _, sha256 = line.partition("#")
        if not re.fullmatch("[0-9a-f]{64}", sha256):
            raise SystemExit(f"envspec: no sha256 in the line: {line}")
        channel, subdir, filename = url.rsplit("/", 2)
        filename = unquote(filename)
        ending = next((e for e in ENDINGS if filename.endswith(e)), None)
        if ending is None:
            raise SystemExit(f"envspec: not a conda package: {url}")
        name, version, build = filename[: -len(ending)].rsplit("-", 2)
        number = build.rpartition("_")[2]
        record = PackageRecord(
            name=name,
            version=version,
            build=BuildString.new_unchecked(build),
            build_number=int(number) if number.isdigit() else 0,
            subdir=subdir,
            sha256=bytes.fromhex(sha256),
        )
        records.append(RepoDataRecord(record, filename, url, channel))
    return records


async def solved_records(text: str) -> list[RepoDataRecord]:
    """The solution of the `channels` and `dependencies` of the environment.yml that envspec writes: each list
    item is a JSON string on a line of its own, so no YAML library is needed here."""
    import json

    lists: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line and not line.startswith((" ", "#")):
            current = lists.setdefault(line.partition(":")[0], [])
        elif match := re.fullmatch(r'  - (".*")', line):
            current.append(json.loads(match[1]))
    return await solve(
        sources=[Channel(name) for name in lists.get("channels", [])],
        specs=[MatchSpec(spec) for spec in lists.get("dependencies", [])],
        gateway=Gateway(),
        platforms=[Subdir.current(), Subdir("noarch")],
        virtual_packages=VirtualPackage.detect(),
        channel_priority=ChannelPriority.Strict,
    )


async def main() -> None:
    mode, source, prefix = sys.argv[1:]
    text = Path(source).read_text(encoding="utf-8")
    records = explicit_records(text) if mode == "explicit" else await solved_records(text)
    print(f"installing {len(records)} conda packages", flush=True)
    cache = os.environ.get("ENVSPEC_CONDA_CACHE", "/tmp/conda-cache")  # noqa: S108 - a builder stage's own
    await install(records, target_prefix=prefix, cache_dir=Path(cache), show_progress=False, client=Client())


def run() -> int:
    try:
        asyncio.run(main())
    except Exception as error:  # noqa: BLE001
        # rattler has no common class of errors; the causes are what says something
        cause: BaseException | None = error
        while cause is not None:
            print(f"envspec: {cause}", file=sys.stderr)
            cause = cause.__cause__
        return 1
    return 0


if __name__ == "__main__":
    status = run()
    sys.stdout.flush()
    sys.stderr.flush()
    # rattler's threads outlive its work, and an interpreter that is taken down beside them can crash.
    os._exit(status)
