"""References to registered environments, as a spec and the command line write them in quotes.

    NAME               the newest version
    NAME:VERSION       the version of that number; a word (Azure ML has versions such as `1.0.0`) is a label
    NAME@LABEL         the version that the label is at; `latest` is always the newest
    NAME@sha256:HEX    the version whose digest begins so; eight digits at least

A text comes in, its parts come out. Eight or more hexadecimal digits are never a label, and a number is none either, so
a text has one meaning wherever it is read.
"""

from __future__ import annotations

from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

LATEST = "latest"
"""The label of the newest version, which nobody can give."""

SHORTEST_DIGEST, LONGEST_DIGEST = 8, 64
"""Hexadecimal digits: fewer could be a label that somebody gave."""
_WORD = "[A-Za-z0-9][A-Za-z0-9._-]{0,254}"
PATTERN = f"^{_WORD}(:{_WORD}|@sha256:[0-9a-f]{{8,64}}|@(?![0-9]{{1,7}}$){_WORD})?$(?!\n)"
"""As JSON Schema has it. `$` alone would let a newline pass in Python."""

_REFERENCE = lazy_pattern(
    f"(?P<name>{_WORD})(?::(?P<version>{_WORD})|@sha256:(?P<hex>[0-9a-f]{{8,64}})|@(?P<label>{_WORD}))?"
)
_NAME = lazy_pattern(_WORD)
_NUMBER = lazy_pattern("[1-9][0-9]{0,17}")
_DIGITS = lazy_pattern("[0-9]{1,7}")
_DIGEST = lazy_pattern("[0-9a-f]{8,64}")
_ADDRESS = lazy_pattern(
    r"(?:azureml:/{0,2})?/?(?:registries|subscriptions)/.*?environments/(?P<name>[^/]+)"
    r"(?:/(?P<kind>versions|labels)/(?P<version>[^/]+))?/?"
)


@frozen
class EnvironmentReference(Frozen):
    """At most one of `number` (from 1), `label` and `digest` (`sha256:` and the digits given) is there; without one the
    newest version is meant, as with the label `latest`, which is not kept."""

    name: str
    number: int | None = None
    label: str = ""
    digest: str = ""

    @property
    def moves(self) -> bool:
        """Whether another version can be meant later."""
        return self.number is None and not self.digest


def parse_reference(text: str) -> EnvironmentReference | None:
    """None for a text that is no reference."""
    match: Any = _REFERENCE.fullmatch(text)
    if match is None:
        return None
    name, version, label = match["name"], match["version"], match["label"] or ""
    if match["hex"]:
        return EnvironmentReference(name, digest=f"sha256:{match['hex']}")
    if version is not None:
        if _NUMBER.fullmatch(version):
            return EnvironmentReference(name, number=int(version))
        return EnvironmentReference(name, label="" if version == LATEST else version)
    if _DIGITS.fullmatch(label):
        return None
    if _DIGEST.fullmatch(label):
        return EnvironmentReference(name, digest=f"sha256:{label}")
    return EnvironmentReference(name, label="" if label == LATEST else label)


def digest_problem(text: str) -> str:
    """What is wrong with the digest of a text that would be a reference without that, as a sentence; else empty."""
    name, _, digits = text.partition("@sha256:")
    if "@sha256:" not in text or not _NAME.fullmatch(name) or _DIGEST.fullmatch(digits.lower()):
        return ""
    strange = next((sign for sign in digits.lower() if sign not in "0123456789abcdef"), "")
    if strange:
        return f"a digest has the digits 0 to 9 and a to f, and no {strange!a}"
    if len(digits) > LONGEST_DIGEST:
        return f"a digest has {LONGEST_DIGEST} digits, and here are {len(digits)}"
    here = "is one" if len(digits) == 1 else f"are {len(digits) or 'none'}"
    return f"it takes at least {SHORTEST_DIGEST} digits of a digest, and here {here}"


def is_environment_name(text: str) -> bool:
    return _NAME.fullmatch(text) is not None


def label_problem(text: str) -> str:
    """Why no version can have this as its label, as a clause; empty when one can."""
    if not _NAME.fullmatch(text):
        return "it has letters, digits, `.`, `_` and `-`, and begins with a letter or digit"
    if text.lower() == LATEST:
        return "it is always at the newest version"
    if text.isdecimal():  # also one that is too large to be that of a version
        return "a number means the version of that number"
    if _DIGEST.fullmatch(text):
        return "it could be the beginning of a digest"
    return ""


def meant_reference(text: str) -> str:
    """The reference that a text was meant to be, or empty: one with the words of Azure ML, blanks, or other signs."""
    text = text.strip()
    address: Any = _ADDRESS.fullmatch(text)
    if address is not None:
        sign = "@" if address["kind"] == "labels" else ":"
        text = address["name"] + (f"{sign}{address['version']}" if address["version"] else "")
    text = text.removeprefix("azureml:").strip()
    name, sign, version = text.partition("@")
    tries = [text, text.rstrip(":@"), "".join(text.split())]
    if sign and _DIGITS.fullmatch(version):
        tries.append(f"{name}:{version}")
    if sign and version.lower().startswith("sha256:"):
        tries.append(text.lower() if name == name.lower() else f"{name}@{version.lower()}")
    tries.append(text.replace("==", ":").replace("=", ":"))
    return next((one for one in tries if parse_reference(one) is not None), "")
