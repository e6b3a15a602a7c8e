"""Where packages come from: addresses of indexes, channels and Maven repositories, names of channels, image
registries. Each function gives the canonical text or a `PackageProblem`."""

from __future__ import annotations

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.text import LARGEST_PORT, control_character, credentials_at, credentials_span

_SCHEMES = ("https", "http", "file")
_URL = lazy_pattern(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>[^\s]*)")
_AUTHORITY = lazy_pattern(
    r"(?:\[[0-9A-Fa-f:.]+(?:%25[\w.~-]+)?\]|[^\[\]:@/?#]+)(?::(?P<port>[0-9]{0,5}))?(?=[/?#]|\Z)"
)
"""Of RFC 3986, section 3.2, without user information: a host, and perhaps a port."""
_ODD_USER_INFO = lazy_pattern(r":///*(?P<user>[^/?#@:]*:(?![0-9]*(?:[/?#]|\Z)).*)@")
"""With a blank in the password, or more `/` before the user than there should be."""
_CHANNEL = lazy_pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?")
_REGISTRY = lazy_pattern(r"[a-zA-Z0-9.-]+(?::(?P<port>[0-9]{1,5}))?(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*/?")


def parse_url(text: str, what: str = "a URL") -> str | PackageProblem:
    """An `https`, `http` or `file` address without credentials."""
    problem = control_character(text, what) or credentials_span(text)
    if problem:
        return problem
    match = _URL.fullmatch(text)
    known = match is not None and match["scheme"].lower() in _SCHEMES and match["rest"].strip("/")
    if match is not None and known and (match["scheme"].lower() == "file" or _has_host(match["rest"])):
        return text
    if odd := _ODD_USER_INFO.search(text):
        return credentials_at(odd.start("user"), odd.end("user"))
    help = (
        "after `//` comes a host such as `packages.example`, and perhaps a port such as `:8443`"
        if known
        else "an address begins with `https://`, `http://` or `file://`"
    )
    return PackageProblem("E0316", 0, len(text), f"`{text}` is not an address", help)


def _has_host(rest: str) -> bool:
    """Whether what comes after `//` begins with a host and a port that can be; with `${VAR}`, nobody knows yet."""
    authority = _AUTHORITY.match(rest)
    return "${" in rest or (authority is not None and int(authority["port"] or 0) <= LARGEST_PORT)


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
    match = _REGISTRY.fullmatch(text)
    if match and int(match["port"] or 0) <= LARGEST_PORT and (host or first == first.lower()):
        return text
    help = "write `host/path` without a scheme, such as `registry.example/team`"
    return PackageProblem("E0305", 0, len(text), f"`{text}` is not a registry", help)
