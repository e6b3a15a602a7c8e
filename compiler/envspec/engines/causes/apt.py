"""How apt (2.6, Debian 12) tells why it failed, on lines that begin with `E:`, `Err:` or `W:`."""

from __future__ import annotations

from envspec.engines.causes.cause import sign

_WORD = r"[a-z0-9][a-z0-9+.-]*"

SIGNS = (
    sign("disk full", r"no space left on device|You don't have enough free space|disk quota exceeded"),
    sign("changed under us", r"Hash Sum mismatch|File has unexpected size"),
    sign("credentials refused", r"\b40[13] +(?:Unauthorized|Forbidden)"),
    sign("index in trouble", r"\b(?P<detail>5\d\d +[A-Z][a-z]+(?: [A-Z][a-z]+)*)"),
    # Before the packages: without a network apt warns, goes on, and knows no package.
    sign(
        "network",
        r"Temporary failure resolving|Could not resolve|Could not connect to|Unable to connect to|"
        r"Connection (?:refused|timed out|failed)|network is unreachable|"
        r"certificate verification failed|no longer has a Release file",
    ),
    sign(
        "no apt package",
        rf"Unable to locate package (?P<package>{_WORD})|Package '(?P<package2>[^':]+)(?::\w+)?' has no "
        r"installation candidate",
        each=True,
    ),
    sign(
        "no apt version",
        rf"(?:Version|Release) '(?P<version>[^']*)' for '(?P<package>{_WORD})(?::\w+)?' was not found",
        each=True,
    ),
    sign("apt conflict", r"you have held broken packages|have unmet dependencies"),
)
