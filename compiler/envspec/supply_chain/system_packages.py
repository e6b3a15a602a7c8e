"""The packages of the system in an image, as dpkg lists them, and whether those of a spec are among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envspec.diagnostics import Diagnostic
from envspec.ir.types import Environment

STATUS = "/var/lib/dpkg/status"


def installed_packages(status: str) -> Mapping[str, str]:
    """Name → version of what is installed; a name that another package provides has no version."""
    found: dict[str, str] = {}
    provided: set[str] = set()
    for paragraph in status.split("\n\n"):
        fields = dict(line.partition(":")[::2] for line in paragraph.splitlines() if line[:1].isalpha())
        if not fields.get("Status", "").strip().endswith(" installed"):
            continue
        found[fields.get("Package", "").strip()] = fields.get("Version", "").strip()
        names = fields.get("Provides", "").split(",")
        provided |= {name.split("(")[0].strip().partition(":")[0] for name in names}
    return {**dict.fromkeys(provided - {""}, ""), **found}


def system_differences(environment: Environment, status: str) -> Iterator[Diagnostic]:
    """E1420 for each entry of `apt` that is not installed, or is in another version than it asks for."""
    there = installed_packages(status)
    for at, entry in enumerate(environment.apt):
        name, _, version = entry.partition("=")
        name = name.partition("/")[0].partition(":")[0]
        if name not in there or (version and there[name] != version):
            known = there.get(name)
            note = f"installed is `{known}`" if known else f"`{STATUS}` does not have it"
            yield Diagnostic(
                "E1420",
                f"the system package `{entry}` is not installed",
                pointer=f"/environments/{environment.id}/apt/{at}",
                notes=(note,),
            )
