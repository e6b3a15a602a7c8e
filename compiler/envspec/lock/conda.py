"""conda packages of one environment on one platform: MatchSpecs in, exact archives with sha256 out.

rattler solves with strict channel priority in the spec's order, for the platform asked for, with the virtual
packages that `platforms` declares: the machine that locks is not looked at. What always holds: the answer is
in order of name, every package has a sha256, no address or message holds a credential. Previous pins are
preferences as long as their channel still provides them first.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from envspec.diagnostics import Failure
from envspec.lock.channel_scopes import ScopedChannel, allowed, scoped_channels
from envspec.lock.conda_channels import Channels, client_for
from envspec.lock.export import channel_url, repodata_records
from envspec.lock.model import LockedConda, LockedPlatform
from envspec.lock.places import Places, SecretReader
from envspec.lock.platforms import PLATFORMS, Platform

if TYPE_CHECKING:
    from rattler import Gateway, GenericVirtualPackage, RepoDataRecord, Subdir


class CondaQuestion(NamedTuple):
    """Everything that decides what is locked. `python` is the environment's, as conda understands it."""

    places: Places
    platform: str
    previous: tuple[LockedConda, ...] = ()
    upgrade: Collection[str] = ()
    offline: bool = False


def solve_conda(question: CondaQuestion, secrets: SecretReader) -> tuple[LockedConda, ...]:
    """Lock the `conda` entries of an environment; raises `Failure` with E0609 to E0612, E0618, E0620."""
    environment = question.places.environment
    if not environment.conda:
        return ()
    channels = Channels.of(environment.channels, environment.conda)
    records = asyncio.run(_solve(question, channels, secrets))
    return tuple(
        _locked(record, channels, question)
        for record in sorted(records, key=lambda record: str(record.name.normalized))
    )


def wanted_specs(question: CondaQuestion, channels: Channels) -> list[str]:
    """The entries for the solver, with the environment's `python`, or any when only pip needs one."""
    environment = question.places.environment
    specs = [channels.spec(package) for package in environment.conda]
    names = {package.name for package in environment.conda}
    if environment.python:
        specs.append(f"python {python_version_spec(environment.python)}")
    elif environment.pip and "python" not in names:
        specs.append("python")
    return specs


def python_version_spec(python: str) -> str:
    """`3.11` is a prefix and becomes `3.11.*`; a PEP 440 range means the same to conda."""
    return f"{python}.*" if python.replace(".", "").isdigit() else python.replace(" ", "")


async def _solve(question: CondaQuestion, channels: Channels, secrets: SecretReader) -> list[RepoDataRecord]:
    import rattler
    from rattler.exceptions import GatewayError, SolverError

    platform = PLATFORMS[question.platform]
    gateway = gateway_for(channels, secrets, question.offline)
    subdirs = [rattler.Subdir(platform.subdir), rattler.Subdir("noarch")]
    try:
        preferred = await _preferred(question, channels, gateway, subdirs)
        sources: list[rattler.Channel | str | ScopedChannel] = list(channels.urls)
        if any(source.packages for source in channels.sources):
            sources = list(await scoped_channels(gateway, channels.sources, channels.urls, subdirs))
        return await rattler.solve(
            sources,
            wanted_specs(question, channels),
            gateway=gateway,
            platforms=subdirs,
            locked_packages=preferred,
            virtual_packages=_virtual_packages(platform, question.places.environment.docker.cuda),
            channel_relations="disabled",
        )
    except SolverError as error:
        from envspec.lock.conda_report import ChannelContents, solver_failure

        contents = ChannelContents(gateway, channels.urls, subdirs)
        raise Failure(
            await solver_failure(str(error), question.places, channels, contents, question.platform)
        ) from error
    except GatewayError as error:
        from envspec.lock.conda_report import channel_failure

        raise Failure(channel_failure(str(error), question.places, channels, question.offline)) from error


def gateway_for(channels: Channels, secrets: SecretReader, offline: bool) -> Gateway:
    """What the channels are asked through."""
    from rattler import Gateway, SourceConfig

    config = SourceConfig(cache_action="force-cache-only") if offline else None
    # py-rattler (0.28) does not look at the variable by which every rattler tool moves its cache.
    cache = os.environ.get("RATTLER_CACHE_DIR", "")
    return Gateway(
        cache_dir=Path(cache) if cache else None,
        default_config=config,
        client=client_for(channels, secrets),
        show_progress=False,
    )


def _virtual_packages(platform: Platform, cuda: str) -> list[GenericVirtualPackage]:
    from rattler import BuildString, GenericVirtualPackage, PackageName, Version

    declared = list(platform.virtual)
    if cuda and platform.name.startswith("linux/"):
        declared.append(("__cuda", cuda, "0"))
    return [
        GenericVirtualPackage(PackageName(name), Version(version), BuildString(build))
        for name, version, build in declared
    ]


async def _preferred(
    question: CondaQuestion, channels: Channels, gateway: Gateway, subdirs: Sequence[Subdir]
) -> list[RepoDataRecord]:
    """Previous records that may stay: not to be upgraded, and no earlier channel has the package now."""
    kept = [
        package
        for package in question.previous
        if package.name not in question.upgrade and package.channel in channels.written
    ]
    shadowed: set[str] = set()
    stay: list[LockedConda] = []
    for at, written in enumerate(channels.written):
        stay += [
            package
            for package in kept
            if package.channel == written
            and package.name not in shadowed
            and allowed(channels.sources, at, package.name)
        ]
        if kept and at + 1 < len(channels.written):
            names = await gateway.names([channels.urls[at]], list(subdirs))
            shadowed |= {n.normalized for n in names if allowed(channels.sources, at, n.normalized)}
    return repodata_records(LockedPlatform(question.platform, "", tuple(stay)), check_files=False)


def _locked(record: RepoDataRecord, channels: Channels, question: CondaQuestion) -> LockedConda:
    name = str(record.name.normalized)
    if record.sha256 is None:
        raise Failure(
            question.places.diagnostic(
                "E0618",
                f"the channel gives no sha256 for `{record.file_name}`",
                question.places.packages("conda").get(name, ()),
                help="index the channel again with a tool that writes `sha256`",
            )
        )
    noarch = record.noarch
    return LockedConda(
        name=name,
        version=str(record.version),
        build=str(record.build),
        channel=channels.written_for(channel_url(record.channel or "")),
        subdir=str(record.subdir),
        filename=record.file_name,
        sha256=record.sha256.hex(),
        size=record.size or 0,
        depends=tuple(record.depends),
        build_number=record.build_number,
        noarch="python" if noarch.python else "generic" if noarch.generic else "",
        site_packages=record.python_site_packages_path or "",
    )
