"""Where a wheel can be installed, by the tags in its file name (PEP 425, PEP 600).

Only what holds for certain is said: a wheel that is not refused here may still need a newer C library.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_MACHINES = {
    "amd64": ("x86_64", "amd64"),
    "arm64": ("aarch64", "arm64"),
    "arm": ("armv7l", "armv6l"),
    "386": ("i686", "i386"),
    "ppc64le": ("ppc64le",),
    "s390x": ("s390x",),
    "riscv64": ("riscv64",),
}
"""An architecture of an image, and what wheels call it."""
_EVERYWHERE = ("_universal2", "_universal", "_fat3", "_intel")
"""What wheels for several architectures of macOS end in."""


def unfit_for_python(filename: str, minors: Iterable[str]) -> str:
    """What the wheel is for (`CPython 3.11`) when none of these minors of CPython takes it, else empty."""
    parsed = _tags(filename)
    if parsed is None:
        return ""
    interpreters, abis, _ = parsed
    for minor in minors:
        if any(_takes(interpreter, abis, int(minor.partition(".")[2])) for interpreter in interpreters):
            return ""
    return " or ".join(dict.fromkeys(_spelt(interpreter, abis) for interpreter in interpreters))


def unfit_for_platform(filename: str, platform: str) -> str:
    """The platform tag of the wheel when `platform` (`linux/amd64`) does not take it, else empty."""
    parsed = _tags(filename)
    if parsed is None:
        return ""
    system, _, rest = platform.partition("/")
    machines = _MACHINES.get(rest.partition("/")[0], ())
    systems = {"linux": ("manylinux", "musllinux", "linux"), "darwin": ("macosx",)}.get(system, ())
    if not machines or not systems:
        return ""
    for tag in parsed[2]:
        if tag == "any":
            return ""
        if tag.startswith(systems) and tag.endswith((*_EVERYWHERE, *machines)):
            return ""
    return ", ".join(parsed[2])


def _tags(filename: str) -> tuple[list[str], list[str], list[str]] | None:
    """The interpreter, ABI and platform tags; None for what is not the name of a wheel."""
    parts = filename.removesuffix(".whl").split("-")
    if not filename.endswith(".whl") or len(parts) not in (5, 6):
        return None
    interpreters, abis, platforms = (part.lower().split(".") for part in parts[-3:])
    return interpreters, abis, platforms


def _takes(interpreter: str, abis: list[str], minor: int) -> bool:
    match = re.fullmatch(r"(py|cp)(\d)(\d*)", interpreter)
    if match is None:
        return False  # PyPy, Jython: environments are CPython
    kind, major, rest = match.groups()
    if major != "3":
        return False
    if kind == "py" or "abi3" in abis:
        return not rest or int(rest) <= minor
    return not rest or int(rest) == minor


def _spelt(interpreter: str, abis: list[str]) -> str:
    match = re.fullmatch(r"([a-z]+)(\d)(\d*)", interpreter)
    if match is None:
        return interpreter
    name = {"py": "Python", "cp": "CPython", "pp": "PyPy"}.get(match[1], match[1])
    newer = " and newer" if match[1] == "py" or "abi3" in abis else ""
    return f"{name} {match[2]}" + (f".{match[3]}{newer}" if match[3] else "")
