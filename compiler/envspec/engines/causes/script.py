"""What shells and programs of a `docker.run` script, or of a step that nobody knows, print when something is missing."""

from __future__ import annotations

from envspec.engines.causes.cause import sign

SIGNS = (
    sign("disk full", r"no space left on device|disk quota exceeded"),
    sign(
        "network",
        r"Temporary failure (?:in name resolution|resolving)|Name or service not known|Could not resolve|"
        r"no such host|network is unreachable|Connection refused|Connection timed out|dns error|"
        r"NewConnectionError|Failed to establish a new connection|certificate verify failed|"
        r"unable to get local issuer certificate|invalid peer certificate|error sending request|tls handshake",
    ),
)
