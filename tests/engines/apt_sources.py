"""The Debian sources that this machine's apt uses, for making a root file system from the same ones.

Out comes text for an apt sources list with the Debian archives only: entries signed by Debian's keyring,
or one-line entries whose suite is this machine's. Their suite is rewritten when the root file system
is to have another release than the machine.
"""

from __future__ import annotations

import platform
import re
from pathlib import Path

from tests.engines import EngineMissingError

_APT = Path("/etc/apt")


def debian_sources(suite: str) -> str:
    """A deb822 or one-line sources list for `suite`, from what this machine is configured with.

    Raises EngineMissingError when it is configured with no Debian archive.
    """
    codename = platform.freedesktop_os_release().get("VERSION_CODENAME", suite)
    lists = [_APT / "sources.list", *sorted((_APT / "sources.list.d").glob("*.list"))]
    deb822 = [
        _without_comments(stanza)
        for file in sorted((_APT / "sources.list.d").glob("*.sources"))
        for stanza in file.read_text().split("\n\n")
        if "debian-archive-keyring" in stanza
    ]
    one_line = [
        line.strip()
        for file in lists
        if file.is_file()
        for line in file.read_text().splitlines()
        if re.match(rf"deb\s+(\[[^]]*]\s+)?\S+\s+{re.escape(codename)}([-/]\S+)?\s+main\b", line.strip())
    ]
    entries = "\n\n".join(deb822) or "\n".join(one_line)
    if not entries:
        raise EngineMissingError("this machine's apt has no Debian archive to make a base image from")
    return re.sub(rf"\b{re.escape(codename)}\b", suite, entries) + "\n"


def _without_comments(stanza: str) -> str:
    return "\n".join(line for line in stanza.strip().splitlines() if not line.startswith("#"))
