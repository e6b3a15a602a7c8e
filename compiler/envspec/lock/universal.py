"""PyPI packages of one environment on several platforms, resolved once: one set of versions wherever it can be.

uv resolves for all the platforms together (`--universal`, limited to them and to one minor of Python), and each
platform takes what its markers ask for. What always holds: the answer for a platform is as right as one that was
made for it alone: markers are evaluated for it, every kept file fits it. Where one set cannot be had, be it that a
version has no wheel somewhere or that nothing fits at all, the answer is None and the caller asks for each
platform by itself, which also gives the finding for the platform that is to blame.

It applies where the platforms have the same Python and get the same packages from conda, because both are given
facts of the one resolution.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from packaging.markers import Marker

from envspec.diagnostics import Failure
from envspec.lock.model import LockedPip
from envspec.lock.places import SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.pypi import PypiAnswer, answer
from envspec.lock.scratch import scratch_folder
from envspec.lock.uv_resolution import PypiQuestion, Resolution, Target, resolve

_EVERYWHERE = frozenset({"E0608", "E0615", "E0620", "E0640"})
"""What is wrong whatever the platform is: the network, a local path, a credential. Nothing is asked again then."""


def solve_universal(
    question: PypiQuestion, platforms: Sequence[str], secrets: SecretReader
) -> dict[str, PypiAnswer] | None:
    """An answer for each of `platforms`, or None where one resolution does not do. The question's own platform is
    not looked at. Raises `Failure` for what no platform is to blame for."""
    try:
        with scratch_folder() as folder:
            resolution = resolve(question, _target(question.python, platforms), folder, secrets)
            return {
                platform: answer(
                    question._replace(platform=platform),
                    _projected(resolution, question.python, platform),
                    folder,
                )
                for platform in platforms
            }
    except Failure as failure:
        if any(diagnostic.code in _EVERYWHERE for diagnostic in failure.diagnostics):
            raise
        return None


def preferences(previous: Mapping[str, tuple[LockedPip, ...]]) -> tuple[LockedPip, ...]:
    """The pins of several platforms as those of one resolution: of a package that has two versions, the first."""
    found: dict[str, LockedPip] = {}
    for pins in previous.values():
        for package in pins:
            found.setdefault(package.name, package)
    return tuple(found[name] for name in sorted(found))


def _target(python: str, platforms: Sequence[str]) -> Target:
    minor = int(python.split(".")[1])
    version = f"python_full_version >= '{python}' and python_full_version < '3.{minor + 1}'"
    machines = [_machine(platform) for platform in platforms]
    limited = ", ".join(f'"{version} and {machine}"' for machine in machines)
    required = ", ".join(f'"{machine}"' for machine in machines)
    return Target(
        "all platforms",
        ("--universal",),
        (f"environments = [{limited}]", f"required-environments = [{required}]"),
    )


def _machine(platform: str) -> str:
    facts = marker_facts("3.0", platform)
    return f"sys_platform == '{facts['sys_platform']}' and platform_machine == '{facts['platform_machine']}'"


def _projected(resolution: Resolution, python: str, platform: str) -> Resolution:
    facts = marker_facts(python, platform)
    holds = {"": True}
    for marker in {entry.get("marker", "") for entry in resolution.packages} - {""}:
        holds[marker] = _parsed(marker).evaluate(facts)
    return resolution._replace(
        packages=[entry for entry in resolution.packages if holds[entry.get("marker", "")]]
    )


@lru_cache(maxsize=512)
def _parsed(marker: str) -> Marker:
    return Marker(marker)


def marker_facts(python: str, platform: str) -> dict[str, str]:
    """What the markers of PEP 508 speak about, for CPython `python` on a platform. Of a minor it is the first
    release, as uv takes it too. The release of the operating system is not known and is empty."""
    row = PLATFORMS[platform]
    full = python if python.count(".") > 1 else f"{python}.0"
    darwin = platform.startswith("darwin/")
    return {
        "implementation_name": "cpython",
        "implementation_version": full,
        "os_name": "posix",
        "platform_machine": row.machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Darwin" if darwin else "Linux",
        "platform_version": "",
        "python_full_version": full,
        "python_version": ".".join(full.split(".")[:2]),
        "sys_platform": "darwin" if darwin else "linux",
    }
