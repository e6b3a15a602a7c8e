"""How uv (0.13) tells why it failed. It explains itself as `error: …` and `cause: …`, certain words first."""

from __future__ import annotations

from envspec.engines.causes.cause import NAME, sign
from envspec.lock.uv_builds import BUILT, ENDED, MISSING

BUILDS = (
    *(sign("needs a compiler", pattern) for pattern in MISSING),
    sign("build fails", ENDED),
    sign("build fails", BUILT),
)

SIGNS = (
    sign("disk full", r"no space left on device|os error 28\b|disk quota exceeded|os error 122\b"),
    sign("hash mismatch", rf"hash mismatch for `(?P<package>{NAME})(?:==[^`]*| @ [^`]*)?`"),
    sign("credentials refused", r"40[13] (?:Unauthorized|Forbidden)|status client error \(40[13]\b"),
    sign("index in trouble", r"(?P<detail>Unsupported `Content-Type` \"[^\"]*\")"),
    sign("index in trouble", r"HTTP status server error \((?P<detail>5\d\d[^)]*)\)"),
    sign(
        "file gone",
        rf"Failed to download `(?P<package>{NAME})(?:==(?P<version>[^`]+))?`.*?client error \(404",
    ),
    sign("file gone", r"client error \(404"),
    *BUILDS,
    sign(
        "broken off",
        r"error decoding response body|end of file before message length|error reading a body|"
        r"connection closed before message completed",
    ),
    sign(
        "network",
        r"error sending request|dns error|client error \(Connect\)|operation timed out|network is unreachable|"
        r"invalid peer certificate|tunnel error|network connectivity is disabled|failed to fetch",
    ),
    sign("no such package", rf"because (?P<package>{NAME}) was not found in the (?:package registry|cache)"),
    sign("no wheel", rf"because (?P<package>{NAME})==(?P<version>\S+) has no (?:usable )?wheels"),
    sign("no wheel", rf"because (?P<package>{NAME}) has no (?:usable )?wheels"),
    sign(
        "no such version",
        rf"there (?:is|are) no versions? of (?P<package>{NAME})(?:\[[^\]]*\])?==(?P<version>\S+)",
    ),
    sign(
        "no such version",
        rf"only (?P<package>{NAME})[<>=]\S+ is available and .*?(?P=package)==(?P<version>[^\s,]+)",
    ),
)
