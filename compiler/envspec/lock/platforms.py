"""The platforms an environment can be locked for, each with its name in every ecosystem.

One row says what a platform is called by conda and by uv, which wheel platforms it takes, and which virtual
packages the conda solver may assume. They are declared, never found out from the machine that locks: the
same spec gives the same lock everywhere.
"""

from __future__ import annotations

from envspec.frozen import Frozen, frozen

GLIBC = (2, 28)
"""The oldest C library a Linux environment must run on: Debian 10, RHEL 8, and everything newer."""

MACOS = (13, 0)


@frozen
class Platform(Frozen):
    """`virtual` are the virtual packages as (name, version, build string)."""

    name: str
    subdir: str
    uv: str
    machine: str
    virtual: tuple[tuple[str, str, str], ...]


def _linux(machine: str) -> tuple[tuple[str, str, str], ...]:
    glibc = ".".join(map(str, GLIBC))
    return (
        ("__unix", "0", "0"),
        ("__linux", "4.18", "0"),
        ("__glibc", glibc, "0"),
        ("__archspec", "1", machine),
    )


def _macos(machine: str) -> tuple[tuple[str, str, str], ...]:
    version = ".".join(map(str, MACOS))
    return (("__unix", "0", "0"), ("__osx", version, "0"), ("__archspec", "1", machine))


_ROWS = (
    Platform("linux/amd64", "linux-64", "x86_64-manylinux_2_28", "x86_64", _linux("x86_64")),
    Platform("linux/arm64", "linux-aarch64", "aarch64-manylinux_2_28", "aarch64", _linux("aarch64")),
    Platform("darwin/amd64", "osx-64", "x86_64-apple-darwin", "x86_64", _macos("x86_64")),
    Platform("darwin/arm64", "osx-arm64", "aarch64-apple-darwin", "arm64", _macos("m1")),
)

PLATFORMS: dict[str, Platform] = {row.name: row for row in _ROWS}


def wheel_platforms(platform: Platform) -> list[str]:
    """The platform tags of wheels that run there, best first (PEP 600; for macOS the vendor's rules)."""
    if platform.name.startswith("darwin/"):
        from packaging.tags import mac_platforms

        return list(mac_platforms(MACOS, platform.machine))
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    oldest = 5 if platform.machine == "x86_64" else 17
    tags = []
    for minor in range(GLIBC[1], oldest - 1, -1):
        tags.append(f"manylinux_2_{minor}_{platform.machine}")
        if minor in legacy:
            tags.append(f"{legacy[minor]}_{platform.machine}")
    return [*tags, f"linux_{platform.machine}"]
