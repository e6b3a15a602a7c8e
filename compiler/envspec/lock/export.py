"""A locked platform in the forms installers take: hashed requirements, an explicit list, rattler records.

The first two are pure: the same locked platform gives the same text. Addresses of channels appear here for the
first time, made from the channel's name or URL; credentials are never part of them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from envspec.diagnostics import Diagnostic, Failure
from envspec.lock.local_paths import file_digest
from envspec.lock.model import LockedConda, LockedPip, LockedPlatform

if TYPE_CHECKING:
    from rattler import RepoDataRecord


@cache
def channel_alias() -> str:
    """Where a channel that is only a name lives: the default of rattler, as of every conda client."""
    from rattler import Channel

    return str(Channel("name").base_url).rstrip("/").removesuffix("/name")


def requirements_lines(platform: LockedPlatform) -> list[str]:
    """`name==version --hash=sha256:…` lines in order of name, for `--require-hashes`. Local paths are not
    among them: they are checked by content and installed with `--no-deps` after these."""
    return [_requirement(package) for package in sorted(platform.pip, key=lambda package: package.name)]


def _requirement(package: LockedPip) -> str:
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in sorted({file.sha256 for file in package.files}))
    direct = next((file.url for file in package.files if file.url), "")
    return f"{package.name} @ {direct} {hashes}" if direct else f"{package.name}=={package.version} {hashes}"


def channel_url(channel: str, alias: str = "") -> str:
    """The address of a channel, without a slash at the end."""
    if "://" in channel:
        return channel.rstrip("/")
    return (alias or channel_alias()).rstrip("/") + "/" + quote(channel.strip("/"))


def package_url(package: LockedConda, alias: str = "") -> str:
    """Where a conda package is downloaded from."""
    return f"{channel_url(package.channel, alias)}/{package.subdir}/{quote(package.filename, safe='!+=@')}"


def explicit_lines(platform: LockedPlatform, alias: str = "") -> list[str]:
    """An explicit list for `conda create --file` and micromamba: URLs with the sha256 as fragment, in the
    order of the lock, which is that of names."""
    if not platform.conda:
        return []
    return ["@EXPLICIT", *(f"{package_url(package, alias)}#{package.sha256}" for package in platform.conda)]


def repodata_records(
    platform: LockedPlatform, alias: str = "", *, check_files: bool = True
) -> list[RepoDataRecord]:
    """Records ready for `rattler.install`.

    rattler refuses a download whose sha256 differs, but takes a package of a `file://` channel as it is
    (0.28): those are read and compared here, unless `check_files` is off. Raises `Failure` E0625.
    """
    from rattler import BuildString, PackageRecord, RepoDataRecord

    if check_files:
        _refuse_changed_files(platform)
    records = []
    for package in platform.conda:
        record = PackageRecord(
            name=package.name,
            version=package.version,
            build=BuildString.new_unchecked(package.build),
            build_number=package.build_number,
            subdir=package.subdir,
            noarch=package.noarch or None,  # type: ignore[arg-type, unused-ignore]
            depends=list(package.depends),
            sha256=bytes.fromhex(package.sha256),
            size=package.size or None,
            python_site_packages_path=package.site_packages or None,
        )
        records.append(
            RepoDataRecord(
                record, package.filename, package_url(package, alias), channel_url(package.channel, alias)
            )
        )
    return records


def _refuse_changed_files(platform: LockedPlatform) -> None:
    problems = []
    for package in platform.conda:
        if not package.channel.startswith("file://"):
            continue
        path = Path(unquote(urlsplit(package_url(package)).path))
        if not path.is_file():
            problems.append(
                Diagnostic(
                    "E0625", f"`{package.filename}` is locked and not in its channel any more", help=_CHANGED
                )
            )
        elif file_digest(path) != package.sha256:
            problems.append(
                Diagnostic(
                    "E0625",
                    f"`{package.filename}` has another sha256 than `envspec.lock` says",
                    help=_CHANGED,
                )
            )
    if problems:
        raise Failure(problems)


_CHANGED = "if the change is meant, run `envspec lock`; otherwise find out who changed the channel"
