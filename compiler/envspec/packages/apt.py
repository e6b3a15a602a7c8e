"""Debian packages: the strings of `apt`.

    name        name=version        name/suite        name:architecture (with either)

The grammar is that of Debian Policy 5.6.1 (names), 5.6.12 (versions) and of `apt-get install`; the
canonical text has no spaces. What apt-get also reads but means something else, `name-` (remove), `name+`,
globs and `./file.deb`, is refused: so no string is an option or a command of its own.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem
from envspec.packages.text import control_character

_NAME = lazy_pattern(r"[a-z0-9][a-z0-9+.-]+")
_ARCHITECTURE = lazy_pattern(r":[a-z0-9][a-z0-9-]*")
_VERSION = lazy_pattern(r"(?:[0-9]+:)?[0-9][A-Za-z0-9.+~:-]*\Z")
_SUITE = lazy_pattern(r"[a-z0-9][a-z0-9.+-]*\Z")
_RELATION = lazy_pattern(r"\s*\(?\s*(>=|<=|==|>>|<<|>|<)")


def parse_apt(text: str) -> str | PackageProblem:
    """The canonical text, or what is wrong with it."""
    problem = control_character(text, "a package")
    if problem:
        return problem
    start, end = len(text) - len(text.lstrip()), len(text.rstrip())
    body = text[start:end]
    if not body:
        return _problem(0, len(text), "a package is missing", "write its name, such as `libgomp1`")
    if body.startswith("-"):
        return PackageProblem(
            "E0307", start, end, f"`{body.split()[0]}` is an option, not a package", "take it out"
        )
    name = _NAME.match(body)
    if name is None:
        lower = body.lower()
        whole = _NAME.fullmatch(lower) is not None
        return _problem(
            start,
            end,
            f"`{body}` is not the name of a Debian package",
            "a name has two or more lower-case letters, digits, `+`, `-` and `.`",
            lower if whole else None,
        )
    at = name.end()
    if architecture := _ARCHITECTURE.match(body, at):
        at = architecture.end()
    rest = body[at:].strip()
    shift = start + at + (len(body[at:]) - len(body[at:].lstrip()))
    if not rest:
        if name[0].endswith(("-", "+")) and not name[0].endswith("++") and at == name.end():
            return _problem(
                end - 1, end, f"apt reads the `{body[-1]}` at the end as an instruction", "take it off", ""
            )
        return body[:at]
    if relation := _RELATION.match(body, at):
        return _problem(
            shift,
            end,
            f"apt has no `{relation[1]}`",
            f"write `{name[0]}=VERSION` for exactly one version; the base image's suite decides otherwise",
        )
    if rest[0] == "=":
        version = rest[1:].strip()
        if not _VERSION.match(version):
            return _problem(
                shift + 1, end, f"`{version}` is not a Debian version", "see `apt-cache policy NAME`"
            )
        return f"{body[:at]}={version}"
    if rest[0] == "/":
        suite = rest[1:].strip()
        if not _SUITE.match(suite):
            return _problem(shift + 1, end, f"`{suite}` is not a suite", "write `name/bookworm-backports`")
        return f"{body[:at]}/{suite}"
    if re.match(r"\s", body[at:]) and _NAME.match(rest):
        return _problem(
            shift, end, "one string names one package", "write each package in a string of its own"
        )
    return _problem(
        shift,
        end,
        f"`{rest}` cannot follow the name of a Debian package",
        "write `name`, `name=version` or `name/suite`",
    )


def apt_name(canonical: str) -> str:
    """The name in a canonical text, without version, suite and architecture."""
    return re.split(r"[=/:]", canonical, maxsplit=1)[0]


def _problem(
    start: int, end: int, message: str, help: str = "", replacement: str | None = None
) -> PackageProblem:
    return PackageProblem("E0304", start, end, message, help, replacement)
