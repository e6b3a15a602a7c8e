"""Records in the OSV format (schema 1.6), made up: the ids are of nobody, the packages are those of the specimens."""

from __future__ import annotations

from typing import Any

CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"


def record(id_: str, name: str, *events: dict[str, str], **more: Any) -> dict[str, Any]:
    """A record with one range of `events`; `affected` adds to the part about the package."""
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    return {
        "schema_version": "1.6.0",
        "id": id_,
        "modified": "2024-05-01T00:00:00Z",
        "published": "2024-04-01T00:00:00Z",
        "summary": "A made-up weakness",
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges, **more.pop("affected", {})}
        ],
        **more,
    }


SIX = record(
    "GHSA-aaaa-bbbb-cccc",
    "Six",
    {"introduced": "0"},
    {"fixed": "1.18.0"},
    aliases=["CVE-2099-0001"],
    severity=[{"type": "CVSS_V3", "score": CRITICAL}],
)
SIX_TOO = record("PYSEC-2099-1", "six", {"introduced": "1.0"}, {"fixed": "1.17.1"}, aliases=["CVE-2099-0001"])
NUMPY = record(
    "GHSA-dddd-eeee-ffff",
    "numpy",
    {"introduced": "2.0"},
    {"last_affected": "3.0"},
    database_specific={"severity": "MODERATE"},
)
WITHDRAWN = record("GHSA-gggg-hhhh-jjjj", "six", {"introduced": "0"}, withdrawn="2024-06-01T00:00:00Z")
ELSEWHERE = record("GHSA-kkkk-mmmm-nnnn", "six", {"introduced": "0"})
ELSEWHERE["affected"][0]["package"]["ecosystem"] = "npm"
LISTED = record("PYSEC-2099-2", "f", affected={"versions": ["0.9", "1.0.0"]})

ALL = (SIX, SIX_TOO, NUMPY, WITHDRAWN, ELSEWHERE, LISTED)
