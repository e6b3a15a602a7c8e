"""Values that end in a Dockerfile or an image: references, platforms, users, labels, arguments.

Image references follow the grammar of the OCI distribution specification and its reference library:
`[host[:port]/]path[:tag][@algorithm:hex]`. Each function gives the canonical text or a `PackageProblem`.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.text import LARGEST_PORT, control_character

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[0-9a-fA-F:]+\])(?::(?P<port>[0-9]+))?"  # noqa: E501
_REFERENCE = lazy_pattern(
    rf"(?:(?P<host>{_HOST})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}))?\Z"
)
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}\Z|sha512:[0-9a-f]{128}\Z")
_DIGEST_HELP = "a digest is `sha256:` and 64 hexadecimal digits"

PLATFORMS = frozenset(
    {
        "linux/amd64",
        "linux/arm64",
        "linux/arm64/v8",
        "linux/arm/v7",
        "linux/arm/v6",
        "linux/arm/v5",
        "linux/386",
        "linux/ppc64le",
        "linux/s390x",
        "linux/riscv64",
        "linux/mips64le",
    }
)
_PLATFORM_ALIASES = {
    "amd64": "linux/amd64",
    "x86_64": "linux/amd64",
    "linux/x86_64": "linux/amd64",
    "linux-64": "linux/amd64",
    "arm64": "linux/arm64",
    "aarch64": "linux/arm64",
    "linux/aarch64": "linux/arm64",
    "linux-aarch64": "linux/arm64",
}


def parse_image(text: str) -> str | PackageProblem:
    """An image reference. The tag and the digest stay as they are: `debian` is not made `debian:latest`."""
    problem = control_character(text, "an image reference")
    if problem:
        return problem

    whole = (0, len(text))
    if not text.strip():
        return _wrong(*whole, "an image reference is missing", "write one, such as `debian:bookworm-slim`")
    if scheme := re.match(r"[a-z][a-z0-9+.-]*://", text):
        return _wrong(0, scheme.end(), "an image reference has no scheme", "take it off", "")
    if space := re.search(r"\s", text):
        return _wrong(space.start(), space.end(), "a space in an image reference", "take it out", "")
    if user := re.match(r"[^/@]*:[^/@]*@(?!sha)", text):
        return PackageProblem(
            "E0306",
            0,
            user.end() - 1,
            "credentials in an image reference",
            "take them out and log in to the registry",
        )
    match = _REFERENCE.match(text)
    if match is None:
        return _image_problem(text)
    digest = match["digest"]
    if digest and not _DIGEST.match(digest):
        return _wrong(
            match.start("digest"),
            match.end("digest"),
            f"`{digest}` is not a digest",
            _DIGEST_HELP,
        )
    if int((match["port"] or "0")[:9]) > LARGEST_PORT:
        return _wrong(*match.span("port"), "a port is at most 65535")
    name = text[: match.end("path")]
    if len(name) > 255:
        return _wrong(*whole, "an image name has more than 255 characters")
    return text


def _image_problem(text: str) -> PackageProblem:
    """Which part of a reference is wrong: the digest, the tag or the name."""
    name, at, digest = text.partition("@")
    if at and not re.match(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}\Z", digest):
        return _wrong(len(name) + 1, len(text), f"`{digest}` is not a digest", _DIGEST_HELP)
    head, colon, tag = name.rpartition(":")
    if colon and "/" not in tag:
        if not re.match(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z", tag):
            return _wrong(
                len(head) + 1,
                len(name),
                f"`{tag}` is not a tag" if tag else "a tag is missing after `:`",
                "a tag has up to 128 letters, digits, `_`, `.` and `-`",
            )
        name = head
    if name != name.lower() and _REFERENCE.match(name.lower()):
        return _wrong(
            0, len(name), "the name of an image is lower-case", f"write `{name.lower()}`", name.lower()
        )
    return _wrong(
        0,
        len(name),
        f"`{name}` is not the name of an image",
        "write `host/path:tag`, such as `debian:bookworm-slim`",
    )


def _wrong(
    start: int, end: int, message: str, help: str = "", replacement: str | None = None
) -> PackageProblem:
    return PackageProblem("E0305", start, end, message, help, replacement)


def parse_platform(text: str) -> str | PackageProblem:
    """`os/architecture[/variant]` of the OCI image index; `linux/arm64/v8` is `linux/arm64`."""
    if text in PLATFORMS:
        return "linux/arm64" if text == "linux/arm64/v8" else text
    meant = _PLATFORM_ALIASES.get(text.strip().lower()) or (
        text.strip().lower() if text.strip().lower() in PLATFORMS else None
    )
    help = f"write `{meant}`" if meant else "known are " + ", ".join(f"`{p}`" for p in sorted(PLATFORMS))
    shown = text if text.isprintable() else text.encode("unicode_escape").decode()
    return PackageProblem("E0308", 0, len(text), f"`{shown}` is not a platform", help, meant)


def parse_user(text: str) -> str | PackageProblem:
    """`uid[:gid]`: numbers, or names as in useradd(8)."""
    problem = control_character(text, "a user")
    if problem:
        return problem
    part = r"(?:[0-9]{1,10}|[a-z_][a-z0-9_-]{0,31})"
    if re.fullmatch(rf"{part}(?::{part})?", text) and all(
        not p.isdigit() or int(p) < 2**32 - 1 for p in text.split(":")
    ):
        return ":".join(str(int(p)) if p.isdigit() else p for p in text.split(":"))
    return PackageProblem(
        "E0311",
        0,
        len(text),
        f"`{text}` is not a user",
        "write `uid`, `uid:gid` or a name, such as `1000:1000`",
    )


def parse_variable_name(text: str) -> str | PackageProblem:
    """The name of an environment variable or build argument: POSIX's portable names, in either case."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        return text
    shown = text if text.isprintable() else text.encode("unicode_escape").decode()
    meant = re.sub(r"[^A-Za-z0-9_]", "_", text)
    return PackageProblem(
        "E0309",
        0,
        len(text),
        f"`{shown}` is not the name of a variable",
        "a name is made of letters, digits and `_`, and does not begin with a digit",
        meant if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", meant) else None,
    )


def parse_label_key(text: str) -> str | PackageProblem:
    """The key of an image label: letters, digits, `.`, `-`, `_` and `/`, such as `org.example.team`.

    Docker takes nearly anything; this is what its guidelines and the OCI annotation rules agree on."""
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?", text):
        return text
    shown = text if text.isprintable() else text.encode("unicode_escape").decode()
    return PackageProblem(
        "E0314",
        0,
        len(text),
        f"`{shown}` is not the key of a label",
        "a key is made of letters, digits, `.`, `-`, `_` and `/`, as in `org.example.team`",
    )


def parse_line(text: str, what: str) -> str | PackageProblem:
    """A value of a label, build argument or variable: anything on one line. `what` names it: `a label`.

    A Dockerfile cannot carry a line break or NUL inside a word, whatever the quoting."""
    problem = control_character(text.replace("\t", " "), what)
    if problem:
        return problem
    if any("\ud800" <= c <= "\udfff" for c in text):
        at = next(i for i, c in enumerate(text) if "\ud800" <= c <= "\udfff")
        return PackageProblem(
            "E0310", at, at + 1, f"half a character is not allowed in {what}", "take it out"
        )
    return text
