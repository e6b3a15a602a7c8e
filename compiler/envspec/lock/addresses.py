"""What a lock does not keep and other tools' formats want: the address of PyPI files, the md5 of conda packages.

The indexes and channels of the spec are asked again, with what is locked, through the caches of uv and rattler. What
always holds: an answer is for a file with the locked sha256, and has no credential in it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.ir.types import Environment, PipPackage
from envspec.lock.model import LockedPip, LockedPlatform
from envspec.lock.places import Places, SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.scratch import scratch_folder
from envspec.lock.uv_resolution import PypiQuestion, Target, resolve


def pypi_addresses(
    environment: Environment,
    platforms: Sequence[LockedPlatform],
    root: Path,
    secrets: SecretReader,
    *,
    offline: bool = False,
) -> dict[str, str]:
    """sha256 → URL of the locked files that an index serves; raises `Failure` E0634."""
    found: dict[str, str] = {}
    for python, packages in _rounds(platforms):
        pins = tuple(PipPackage("requirement", p.name, f"{p.name}=={p.version}") for p in packages)
        asked = replace(environment, pip=pins, constraints=(), conda=())
        sources = any(not f.filename.endswith(".whl") for p in packages for f in p.files)
        question = PypiQuestion(Places(asked), python, "", root, allow_builds=sources, offline=offline)
        try:
            with scratch_folder() as folder:
                packages_found = resolve(
                    question, Target("export", ("--universal", "--no-deps")), folder, secrets
                ).packages
        except Failure as failure:
            raise _unknown(environment, failure) from failure
        for entry in packages_found:
            for file in _files(entry):
                sha256 = file.get("hashes", {}).get("sha256", "")
                found[sha256] = without_credentials(str(file.get("url", "")))
    return found


def _rounds(platforms: Iterable[LockedPlatform]) -> list[tuple[str, list[LockedPip]]]:
    """The packages in groups of one Python that hold a name once: one resolution has one version of each."""
    rounds: dict[tuple[str, int], dict[str, LockedPip]] = {}
    for platform in platforms:
        for package in platform.pip:
            if any(file.url for file in package.files):
                continue
            number = 0
            while rounds.setdefault((platform.python, number), {}).get(package.name, package).version != (
                package.version
            ):
                number += 1
            known = rounds[platform.python, number].get(package.name)
            files = (*package.files, *(known.files if known is not None else ()))
            rounds[platform.python, number][package.name] = replace(package, files=files)
    return [(python, list(group.values())) for (python, _), group in rounds.items() if group]


def _files(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [*entry.get("wheels", []), *([entry["sdist"]] if "sdist" in entry else [])]


def without_credentials(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _unknown(environment: Environment, failure: Failure) -> Failure:
    why = failure.diagnostics[0]
    return Failure(
        Diagnostic(
            "E0634",
            f"the addresses of what `{environment.id}` is locked to cannot be had: {why.message}",
            pointer=f"/environments/{environment.id}",
            notes=why.notes,
            help=why.help,
        )
    )


def conda_md5(
    environment: Environment,
    platforms: Sequence[LockedPlatform],
    secrets: SecretReader,
    *,
    offline: bool = False,
) -> dict[str, str]:
    """sha256 → md5 of the locked conda packages that their channels have; raises `Failure` E0612, E0620."""
    if not any(platform.conda for platform in platforms):
        return {}
    from rattler.exceptions import GatewayError

    from envspec.lock.conda import gateway_for
    from envspec.lock.conda_channels import Channels
    from envspec.lock.conda_report import channel_failure

    channels = Channels.of(environment.channels, environment.conda)

    async def ask() -> dict[str, str]:
        from rattler import Subdir

        gateway = gateway_for(channels, secrets, offline)
        found: dict[str, str] = {}
        for platform in platforms:
            subdirs = [Subdir(PLATFORMS[platform.platform].subdir), Subdir("noarch")]
            names = sorted({package.name for package in platform.conda})
            groups = await gateway.query(list(channels.urls), subdirs, names, recursive=False)
            for record in (record for group in groups for record in group):
                if record.sha256 and record.md5:
                    found[record.sha256.hex()] = record.md5.hex()
        return found

    try:
        return asyncio.run(ask())
    except GatewayError as error:
        raise Failure(channel_failure(str(error), Places(environment), channels, offline)) from error
