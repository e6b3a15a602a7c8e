"""What every string of a spec must not hold: control characters and credentials."""

from __future__ import annotations

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem

_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_NAMES = {"\n": "a line break", "\r": "a carriage return", "\t": "a tab", "\0": "a NUL character"}
# `${VAR}` is not a credential: files keep secrets that way, and the caller decides whether it names one.
# Bounded, because a scheme is looked for at every character of a text, which may be long.
_USER_INFO = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]{0,40}://([^/\s@#?\"']+)@")
# With a `/`, `?` or `#` in the password, which should be `%2F`, `%3F` or `%23`: what comes after the `:` is no port. In
# `git+https://github.example:team/x@v1` it is no password either.
_ODD_PASSWORD = lazy_pattern(
    r"(?<![A-Za-z0-9+.-])(?:https?:///?|git\+https?://(?![^:@\s]{0,100}\.))"
    r"([^/\s@:?#\"'$]{1,100}:(?![0-9]*(?:[/?#\s]|\Z)|\$)[^\s\"']{0,200})@"
)
LARGEST_PORT = 65535
_CONDA_TOKEN = lazy_pattern(r"://[^/\s]+/t/([^/\s]+)/")
_VARIABLES = lazy_pattern(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|:)+\Z")


def control_character(text: str, what: str) -> PackageProblem | None:
    """`E0310` at the first control character of `text`; `what` says what the text is (`a label`)."""
    match = _CONTROL.search(text)
    if match is None:
        return None
    name = _NAMES.get(match[0], f"the control character U+{ord(match[0]):04X}")
    return PackageProblem(
        "E0310",
        match.start(),
        match.end(),
        f"{name} is not allowed in {what}",
        "take it out; it cannot be carried unchanged to where it is used",
    )


def credentials_span(text: str) -> PackageProblem | None:
    """`E0306` at the user information of a URL in `text`, or at a conda token in its path.

    A user name alone before `@` counts when it could be a token; `git@` of `ssh://git@host` is none.
    """
    for match in _USER_INFO.finditer(text):
        user = match[1]
        if _VARIABLES.match(user):
            continue
        if match[0].split("://")[0].lower().removeprefix("git+") == "ssh" and ":" not in user:
            continue
        return credentials_at(match.start(1), match.end(1))
    if odd := _ODD_PASSWORD.search(text):
        return credentials_at(odd.start(1), odd.end(1))
    match_token = _CONDA_TOKEN.search(text)
    if match_token and not _VARIABLES.match(match_token[1]):
        return credentials_at(match_token.start(1), match_token.end(1))
    return None


def credentials_at(start: int, end: int) -> PackageProblem:
    """`E0306` at these characters."""
    return PackageProblem(
        "E0306",
        start,
        end,
        "a URL with credentials would end in files, images and logs",
        "take them out; give the index or channel a block with `username` and `password = secret.NAME`",
    )
