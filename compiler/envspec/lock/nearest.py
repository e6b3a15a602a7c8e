"""What there is instead of a version that there is not: asked only when something went wrong.

uv is asked for the nearest versions below and above the wanted one and for the newest, each as a requirement of its
own, so that indexes, credentials, yanked files and wheels count as they do when locking; what it has just fetched
comes from its cache. rattler's gateway lists all versions. Who cannot be asked has no versions: a suggestion is
never needed, and never waited for long.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.frozen import Frozen, frozen
from envspec.ir.types import Environment
from envspec.lock.places import SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.uv_process import run_uv

BRIEFLY = {"UV_HTTP_RETRIES": "0", "UV_HTTP_TIMEOUT": "5"}
_BOUNDS = 2
"""How many bounds of a requirement are looked around."""


@frozen
class Fits(Frozen):
    """What a wheel must fit: the Python minor or version, and the platform as a spec says it."""

    python: str
    platform: str


def versions_in_words(name: str, versions: Sequence[str]) -> str:
    """`versions` are the nearest, oldest first, the newest last; empty for none."""
    if not versions:
        return ""
    *near, newest = versions
    if not near:
        return f"the nearest version is `{name} {newest}`"
    return "there is " + ", ".join(f"`{name} {version}`" for version in near) + f" and the newest, `{newest}`"


def nearest_of(versions: Iterable[str], wanted: str) -> list[str]:
    """Of all versions, those next to `wanted` and the newest, oldest first."""
    from packaging.version import InvalidVersion, Version

    known: dict[Version, str] = {}
    for text in versions:
        try:
            known[Version(text)] = text
        except InvalidVersion:
            continue
    in_order = sorted(known)
    near = {in_order[-1]} if in_order else set()
    for bound in _versions_in(wanted):
        below = [version for version in in_order if version < Version(bound)]
        above = [version for version in in_order if version > Version(bound)]
        near |= {*below[-1:], *above[:1]}
    return [known[version] for version in sorted(near)]


def pip_versions(
    name: str, wanted: str, environment: Environment, fits: Fits, secrets: SecretReader
) -> list[str]:
    """Versions of `name` with a wheel that `fits` next to the bounds of `wanted`, and the newest; oldest first."""
    from packaging.version import Version

    from envspec.lock.index_arguments import plan_indexes

    try:
        plan = plan_indexes(environment.indexes, secrets)
    except Failure:
        return []
    scope = plan.scope_of(name)
    indexes: Sequence[str] = plan.arguments
    if scope is not None:
        indexes = [f"--default-index=index{plan.indexes.index(scope)}={scope.url}"]
    found: set[str] = set()
    import tempfile

    with tempfile.TemporaryDirectory(prefix="envspec-nearest-") as folder:
        for requirement, order in _questions(name, wanted):
            (Path(folder) / "requirements.in").write_text(requirement + "\n", encoding="utf-8")
            try:
                done = run_uv(
                    [*_arguments(fits), *indexes, *order],
                    folder=Path(folder),
                    variables={**plan.variables, **BRIEFLY},
                )
            except Failure:
                return []
            found |= {line.partition("==")[2] for line in done.output.splitlines() if "==" in line}
    return sorted(found, key=Version)


def _questions(name: str, wanted: str) -> list[tuple[str, tuple[str, ...]]]:
    """Requirements that name one version each, with the order in which uv prefers versions."""
    questions: list[tuple[str, tuple[str, ...]]] = [(name, ())]
    for bound in _versions_in(wanted):
        questions += [(f"{name}<{bound}", ()), (f"{name}>{bound}", ("--resolution=lowest",))]
    return questions


def _versions_in(wanted: str) -> list[str]:
    """The versions that a specifier, or a MatchSpec's version part, names."""
    import re

    found = re.findall(r"\d+(?:\.\d+)*", wanted)
    return list(dict.fromkeys(found))[:_BOUNDS]


def _arguments(fits: Fits) -> list[str]:
    arguments = ["pip", "compile", "--no-config", "--no-header", "--no-annotate", "--no-deps", "--no-build"]
    arguments += ["--color=never", f"--python={sys.executable}"]
    minor = ".".join(fits.python.split(".")[:2])
    if minor:
        arguments.append(f"--python-version={minor}")
    if fits.platform in PLATFORMS:
        arguments.append(f"--python-platform={PLATFORMS[fits.platform].uv}")
    return [*arguments, "requirements.in"]


def conda_versions(name: str, environment: Environment, platform: str, secrets: SecretReader) -> list[str]:
    """All versions of a conda package in the first channel that has it, oldest first."""
    import asyncio

    from rattler import Subdir

    from envspec.lock.conda import gateway_for
    from envspec.lock.conda_channels import Channels
    from envspec.lock.conda_report import ChannelContents

    if platform not in PLATFORMS:
        return []
    channels = Channels.of(environment.channels, environment.conda)
    subdirs = [Subdir(PLATFORMS[platform].subdir), Subdir("noarch")]
    try:
        gateway = gateway_for(channels, secrets, offline=False)
        return asyncio.run(ChannelContents(gateway, channels.urls, subdirs).versions(name))
    except Exception:  # noqa: BLE001  whatever it is, rattler has no common class: no suggestion then
        return []
