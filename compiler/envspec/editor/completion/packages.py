"""Names and versions of packages, as far as the lock and this machine's caches know them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.editor.analysis import Analysis
from envspec.editor.completion.paths import paths
from envspec.editor.completion.proposal import Proposal
from envspec.editor.cursor import Cursor
from envspec.editor.known_packages import known_packages
from envspec.language.types import PATH
from envspec.lazy_pattern import lazy_pattern

_NAME = lazy_pattern(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*)?\Z")
_VERSION = lazy_pattern(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?(?P<rest>.*?)(?P<version>[\w.!+*]*)\Z"
)
_OPERATOR = lazy_pattern(r"[=<>~!]\s*\Z")


def packages(cursor: Cursor, analysis: Analysis, ecosystem: str) -> Iterator[Proposal]:
    """`ecosystem` is `conda` or `pip`. After an operator the versions that are known, newest first; a name brings the
    locked version along in words only, for pinning is a choice."""
    if ecosystem == "pip" and cursor.text.startswith((".", "/")):
        yield from paths(cursor, analysis, PATH)
        return
    end = _end(analysis.source.text, cursor.start + len(cursor.text))
    known = known_packages(analysis, ecosystem)
    if _NAME.match(cursor.text):
        for name, package in known.items():
            yield Proposal(
                name, "package", cursor.start, end,
                detail=f"locked {package.locked}" if package.locked else "known here",
                rank=1 if package.locked else 2,
            )  # fmt: skip
        return
    written = _VERSION.match(cursor.text)
    if written is None or not _OPERATOR.search(written["rest"]):
        return
    found = known.get(_canonical(written["name"], ecosystem))
    start = cursor.start + written.start("version")
    for rank, version in enumerate(found.versions if found is not None else ()):
        detail = "locked" if found is not None and version == found.locked else ""
        yield Proposal(version, "version", start, end, detail=detail, rank=rank)


def _end(text: str, offset: int) -> int:
    """Where the name or version ends that the cursor is in."""
    while offset < len(text) and (text[offset].isalnum() or text[offset] in "._-"):
        offset += 1
    return offset


def _canonical(name: str, ecosystem: str) -> str:
    return name.lower() if ecosystem == "conda" else re.sub(r"[-_.]+", "-", name).lower()
