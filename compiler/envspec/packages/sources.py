"""Where packages come from: addresses of indexes, channels and Maven repositories, names of channels, image
registries. Each function gives the canonical text or a `PackageProblem`."""

from __future__ import annotations

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.text import control_character, credentials_span

_SCHEMES = ("https", "http", "file")
_URL = lazy_pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s]*)")
_CHANNEL = lazy_pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")
_REGISTRY = lazy_pattern(r"[a-zA-Z0-9.-]+(?::[0-9]{1,5})?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*/?")


def parse_url(text: str, what: str = "a URL") -> str | PackageProblem:
    """An `https`, `http` or `file` address without credentials."""
    problem = control_character(text, what) or credentials_span(text)
    if problem:
        return problem
    match = _URL.fullmatch(text)
    if match is None or match["scheme"].lower() not in _SCHEMES or not match["rest"].strip("/"):
        help = "an address begins with `https://`, `http://` or `file://`"
        return PackageProblem("E0316", 0, len(text), f"`{text}` is not an address", help)
    return text


def parse_channel(text: str) -> str | PackageProblem:
    """The name of a conda channel, such as `conda-forge` or `pytorch/label/dev`, or its address."""
    problem = control_character(text, "a channel")
    if problem:
        return problem
    if "://" in text:
        return parse_url(text, "a channel")
    if _CHANNEL.fullmatch(text):
        return text
    help = "write a name such as `conda-forge`, a URL, or the name of a `channel` block without quotes"
    return PackageProblem("E0315", 0, len(text), f"`{text}` is not a channel", help)


def parse_registry(text: str) -> str | PackageProblem:
    """`host[:port][/path]` of an image registry, as in the name of an image."""
    problem = control_character(text, "a registry") or credentials_span(text)
    if problem:
        return problem
    first = text.partition("/")[0]
    # Docker takes the first part for a host only when it looks like one; otherwise it is a name, in small letters.
    host = "." in first or ":" in first or first == "localhost"
    if _REGISTRY.fullmatch(text) and (host or first == first.lower()):
        return text
    help = "write `host/path` without a scheme, such as `registry.example/team`"
    return PackageProblem("E0305", 0, len(text), f"`{text}` is not a registry", help)
