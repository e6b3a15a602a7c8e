"""How py-rattler (0.28) tells why it failed: a chain of causes, the file's name in the first."""

from __future__ import annotations

from envspec.engines.causes.cause import sign

_FILE = r"failed to fetch (?P<package>[\w.-]+?)-(?P<version>[^-\s]+)-[^-\s]+\.(?:conda|tar\.bz2)"
_HASHED = r"extracting \S*/(?P<package2>[^/\s]+)-(?P<version2>[^-/\s]+)-[^-/\s]+\.(?:conda|tar\.bz2)"

SIGNS = (
    sign("disk full", r"no space left on device|os error 28\b|disk quota exceeded|os error 122\b"),
    sign("hash mismatch", rf"{_FILE}.*?hash mismatch|hash mismatch when {_HASHED}"),
    sign("hash mismatch", r"hash mismatch|sha256 mismatch"),
    sign("credentials refused", r"status client error \(40[13]\b|40[13] (?:Unauthorized|Forbidden)"),
    sign("index in trouble", r"HTTP status server error \((?P<detail>5\d\d[^)]*)\)"),
    sign("file gone", rf"{_FILE}.*?client error \(404"),
    sign(
        "broken off", r"error decoding response body|end of file before message length|error reading a body"
    ),
    sign(
        "network",
        r"error sending request|dns error|client error \(Connect\)|operation timed out|network is unreachable|"
        r"invalid peer certificate|error trying to connect",
    ),
)
