"""How pip (23 and later) tells why it failed: it installs the installers in an image."""

from __future__ import annotations

from envspec.engines.causes.cause import NAME, sign

SIGNS = (
    sign("disk full", r"no space left on device|disk quota exceeded"),
    # Before the packages: without a network, pip says next that no version was found.
    sign("credentials refused", r"40[13] (?:Client )?Error|user for [^\n]*:|EOF when reading a line"),
    sign(
        "index in trouble", r"(?P<detail>5\d\d (?:Server Error|Internal|Service|Bad Gateway)[^\n]*?) for url"
    ),
    sign("index in trouble", r"too many (?P<detail>5\d\d) error responses"),
    sign(
        "network",
        r"Temporary failure in name resolution|Name or service not known|network is unreachable|"
        r"Connection refused|Connection timed out|Read timed out|NewConnectionError|"
        r"Failed to establish a new connection|certificate verify failed|unable to get local issuer certificate|"
        r"Connection broken by",
    ),
    sign(
        "hash mismatch",
        rf"THESE PACKAGES DO NOT MATCH THE HASHES.*?\n *(?P<package>{NAME})(?:==\S+)? from",
    ),
    sign("hash mismatch", r"THESE PACKAGES DO NOT MATCH THE HASHES"),
    sign("broken off", r"IncompleteRead|Connection broken"),
    sign(
        "no such version",
        rf"Could not find a version that satisfies the requirement (?P<package>{NAME})==(?P<version>\S+)",
    ),
    sign("no such package", rf"No matching distribution found for (?P<package>{NAME})"),
)
