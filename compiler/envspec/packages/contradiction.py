"""Whether no version can satisfy two entries for one package, as far as that is certain.

A version set is made of the versions that it names: between two of them nothing changes. So it is enough to
try each of them, something a little later than each, nothing at all, and something later than everything. What
this does not understand (alternatives, builds, markers, URLs) is never called a contradiction: a solver will see.
"""

from __future__ import annotations

from typing import Any

from envspec.lazy_pattern import lazy_pattern

_VERSION = lazy_pattern(r"[0-9][0-9A-Za-z.!+]*")
_PIP = lazy_pattern(r"[A-Za-z0-9._-]+(?:\[[^\]]*\])?(?P<set>[^;@\[\]]*)")


def contradict(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Of two entries of the document: `{"name", "spec"}` of conda or `{"kind", "name", "text"}` of pip."""
    first, second = version_set(one), version_set(other)
    return bool(first and second and first != second) and not overlap(first, second)


def version_set(entry: dict[str, Any]) -> str:
    """The PEP 440 specifiers of an entry; empty when it has none, or when they are none."""
    if "spec" in entry:
        words = entry["spec"].rpartition("::")[2].split(" ")
        if len(words) != 2 or "|" in words[1] or "[" in words[1]:
            return ""
        return ",".join(f"=={c}" if c[0].isdigit() else c for c in words[1].split(",") if c != "*")
    if entry.get("kind") != "requirement" or ";" in entry["text"]:
        return ""
    match = _PIP.fullmatch(entry["text"])
    return match["set"].strip() if match else ""


def python_set(text: str) -> str:
    """The specifiers of a canonical `python`: a prefix means whatever begins with it."""
    return f"=={text}.*" if text[:1].isdigit() else text


def overlap(one: str, other: str) -> bool:
    """Whether some version is in both sets; True when that cannot be told."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import InvalidVersion, Version

    try:
        both = SpecifierSet(f"{one},{other}", prereleases=True)
        named = [Version(text.rstrip(".")) for text in _VERSION.findall(f"{one},{other}")]
    except (InvalidSpecifier, InvalidVersion):
        return True
    tried = [Version("0"), Version("999999"), *named]
    for version in named:
        if version.local is None and not version.is_prerelease:
            release = ".".join(map(str, version.release))
            tried += [Version(f"{version.epoch}!{release}{more}") for more in (".0.0.1", ".0.0.0.0.1", ".1")]
        else:
            return True
    return any(version in both for version in tried)
