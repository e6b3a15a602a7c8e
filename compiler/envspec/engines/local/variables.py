"""Which of the caller's variables reach a program. Everything else stays behind.

The list holds facts about the machine (where things are, how the network is reached), nothing that changes
what a program means.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_MACHINE = ("PATH", "HOME", "TMPDIR", "TMP", "TEMP")
_NETWORK = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
)

PROGRAM = (
    *_MACHINE,
    *_NETWORK,
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TERM",
    "CUDA_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",
    "ROCR_VISIBLE_DEVICES",
)
"""For a run: who and where the user is, how the network is reached, which devices are theirs."""


def chosen(names: tuple[str, ...], ambient: Mapping[str, str] | None = None) -> dict[str, str]:
    """Those of `names` that are set and not empty."""
    source = os.environ if ambient is None else ambient
    return {name: source[name] for name in names if source.get(name)}
