"""Package URLs (package-url/purl-spec): one text by which any tool knows a package.

Each function gives the canonical form, which a parser and writer of purls leaves as it is: qualifiers in order
of name, nothing empty, percent-encoded where the rules want it. There are four types, so the rules are a few
lines; the tests hold them to packageurl-python.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from envspec.lock.model import LockedConda
from envspec.registry.references import image_name


def _purl(kind: str, name: str, version: str = "", qualifiers: Mapping[str, str] | None = None) -> str:
    given = sorted((key, value) for key, value in (qualifiers or {}).items() if value)
    text = f"pkg:{kind}/{_quoted(name)}" + (f"@{_quoted(version)}" if version else "")
    return text + ("?" + "&".join(f"{key}={_quoted(value)}" for key, value in given) if given else "")


def _quoted(text: str) -> str:
    return quote(text, safe="/:")


def pypi(name: str, version: str, *, repository: str = "") -> str:
    """`repository` is the address of an index that is not the default one."""
    return _purl("pypi", name.lower().replace("_", "-"), version, {"repository_url": repository})


def conda(package: LockedConda) -> str:
    ending = next((e for e in ("tar.bz2", "conda") if package.filename.endswith(f".{e}")), "")
    return _purl(
        "conda",
        package.name,
        package.version,
        {"build": package.build, "channel": package.channel, "subdir": package.subdir, "type": ending},
    )


def deb(distribution: str, name: str, version: str, architecture: str = "") -> str:
    """A package of a system; `distribution` is `debian`, `ubuntu`."""
    return _purl("deb", f"{distribution}/{name}", version, {"arch": architecture})


def oci(image: str, digest: str = "") -> str:
    """An image; its digest is its version. Without one only its name and tag are known."""
    reference = image_name(image)
    name = reference.repository.rpartition("/")[2]
    return _purl(
        "oci", name, digest or reference.digest, {"repository_url": reference.name, "tag": reference.tag}
    )


def local(name: str, version: str, digest: str) -> str:
    """A wheel or a project of the user's own: it is what its content says, and nowhere else to be had."""
    return _purl("generic", name, version, {"checksum": f"sha256:{digest}"})
