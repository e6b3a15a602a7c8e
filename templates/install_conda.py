"""Fills a prefix with conda packages, in the builder stage of an image. Needs py-rattler and nothing else.

install_conda.py explicit LIST PREFIX     exactly the packages of an @EXPLICIT list, hashes enforced
install_conda.py solve FILE PREFIX        what solving an environment.yml gives today

`logins.json` beside this file lists the channels that want credentials: `url`, `username` (empty for those who have
a token only) and `secret`, the id of the build secret. A value is sent to its own channel in a header, and is in no
address, message or file.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

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
from rattler.networking import AddHeadersMiddleware, OciMiddleware, RetryMiddleware

ENDINGS = (".conda", ".tar.bz2")
SECRETS = Path("/run/secrets")


def client() -> Client:
    """A client that logs in to the channels of `logins.json`."""
    file = Path(__file__).with_name("logins.json")
    logins = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    known = [(urlsplit(login["url"]), authorization(login)) for login in logins]

    def headers(host: str, path: str) -> dict[str, str] | None:
        for url, value in known:
            if host in (url.netloc, url.hostname) and path.startswith(url.path.rstrip("/") + "/"):
                return {"Authorization": value}
        return None

    return Client([RetryMiddleware(), OciMiddleware(), AddHeadersMiddleware(headers)])


def authorization(login: dict[str, str]) -> str:
    secret = login["secret"]
    try:
        value = (SECRETS / secret).read_text(encoding="utf-8").rstrip("\n")
    except FileNotFoundError:
        raise SystemExit(
            f"envspec: this step needs the build secret {secret}: docker build --secret id={secret},src=FILE"
        ) from None
    if not login["username"]:
        return f"Bearer {value}"
    return "Basic " + base64.b64encode(f"{login['username']}:{value}".encode()).decode("ascii")


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
        gateway=Gateway(client=client()),
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
    await install(records, target_prefix=prefix, cache_dir=Path(cache), show_progress=False, client=client())


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
