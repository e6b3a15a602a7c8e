"""Platforms that an environment can be locked for: those that both solvers know, as the registries of images call them."""

from __future__ import annotations

from envspec.packages.package import PackageProblem

BY_SUBDIR = {
    "linux-64": "linux/amd64",
    "linux-aarch64": "linux/arm64",
    "osx-64": "darwin/amd64",
    "osx-arm64": "darwin/arm64",
}
"""By the name that conda has for each."""


def parse_lock_platform(text: str) -> str | PackageProblem:
    """`os/architecture`. Raises nothing: a problem is E0308, with what was meant where a name of conda or macOS says it."""
    if text in BY_SUBDIR.values():
        return text
    plain = text.strip().lower()
    meant = BY_SUBDIR.get(plain) or plain.replace("macos/", "darwin/").replace("osx/", "darwin/")
    meant = meant.replace("x86_64", "amd64").replace("aarch64", "arm64")
    fix = meant if meant in BY_SUBDIR.values() else None
    known = ", ".join(f"`{one}`" for one in BY_SUBDIR.values())
    shown = text if text.isprintable() else text.encode("unicode_escape").decode()
    help = f"write `{fix}`" if fix else f"known are {known}"
    return PackageProblem("E0308", 0, len(text), f"`{shown}` is not a platform to lock for", help, fix)
