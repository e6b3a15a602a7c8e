"""MatchSpecs: the strings of `conda`.

In: one string. Out: a `CondaPackage` with our canonical text, or a `PackageProblem` that points into the
string. What is taken:

    [channel[/subdir]::]name [version] [build]    also name=version=build, and [key=value, …] at the end

The canonical text is `channel/subdir::name version build[key="value"]`: the name in lower case, single
spaces, the version as in `conda_versions`, `*` only where a build follows, `version`, `build`, `channel` and
`subdir` never in brackets, the other keys sorted. It means to a solver what the text it came from means,
and its own canonical text is itself.

A version that stands alone (`python 3.11`) is refused, because people mean 3.11.* and conda takes it for
3.11 exactly; with a build (`_libgcc_mutex 0.1 main`, `numpy=1.26.4=py311_0`) it is exact. Regular
expressions, namespaces and package archives by URL are not taken.

The grammar is our own, so that problems can be placed. Versions of the usual shape need no more than it;
whatever is unusual is shown to py-rattler, the solver that will read it, and refused when it refuses.
Importing that costs more than checking a small file: the usual must not need it.
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.conda_versions import One, Token, VersionError, VersionParser, text_of, tokens, versions
from envspec.packages.package import CondaPackage, PackageProblem
from envspec.packages.text import control_character, credentials_span

_NAME = lazy_pattern(r"[A-Za-z0-9_.-]+")
_USUAL_VERSION = lazy_pattern(
    r"(?:[0-9]+!)?[0-9]+(?:\.[0-9]+)*(?:\.?(?:a|b|rc|alpha|beta|dev|post)[0-9]+)*\Z"
)
_BUILD = lazy_pattern(r"[A-Za-z0-9_.*+]+\Z")
_KEY = lazy_pattern(
    r"\s*([a-z0-9_]+)\s*=\s*(\"[^\"]*\"|'[^']*'|\[[^\[\]\"']*\]|[^\s,\"'\[\]=]+)\s*(?:,\s*|(?=[a-z])|\Z)"
)
_CHANNEL = lazy_pattern(r"(?:[a-z][a-z0-9+.-]*://)?[A-Za-z0-9_.~%@:/+-]+\Z")
_SUBDIR = lazy_pattern(r"noarch|(?:linux|osx|win|freebsd|emscripten|wasi)-[a-z0-9]+|zos-z")


class _Problem(Exception):  # noqa: N818 - carries a value out of nested readers, never leaves this module
    def __init__(self, problem: PackageProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def _refuse(
    start: int, end: int, message: str, help: str = "", replacement: str | None = None, code: str = "E0301"
) -> _Problem:
    return _Problem(PackageProblem(code, start, end, message, help, replacement))


def parse_match_spec(text: str) -> CondaPackage | PackageProblem:
    """The package that `text` asks for, or what is wrong with it."""
    problem = control_character(text, "a package") or credentials_span(text)
    if problem:
        return problem
    try:
        return _parse(text)
    except _Problem as found:
        return found.problem
    except VersionError as error:
        return PackageProblem(
            "E0301", error.start, error.end, error.message, error.help, replacement=error.replacement
        )


def _parse(text: str) -> CondaPackage:
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        raise _refuse(0, len(text), "a package is missing", "write its name, such as `numpy`")
    _foreign(text, start, end)
    keys, end = _brackets(text, start, end)
    channel, subdir, start = _channel(text, start, end)
    match = _NAME.match(text, start, end)
    if match is None:
        raise _refuse(
            start,
            min(start + 1, max(end, start)),
            f"expected a package name, found `{text[start : start + 1]}`"
            if start < end
            else "a name is missing",
            "a name is made of letters, digits, `-`, `_` and `.`",
        )
    name = match[0].lower()
    found = tokens(text, match.end(), end)
    _touching(text, match, found)
    version, build, ones = _version_and_build(text, name, found, end)
    version, build, ones = _fold(text, keys, version, build, ones, start, end)
    channel = channel or keys.pop("channel", "")
    subdir = subdir or keys.pop("subdir", "")
    keys.pop("channel", None)
    keys.pop("subdir", None)
    spec = _canonical(channel, subdir, name, version, build, keys)
    if keys or channel or not all(one.operator == "any" or _USUAL_VERSION.match(one.version) for one in ones):
        _ask_rattler(text, spec, ones, start, end)
    return CondaPackage(name, spec)


def _foreign(text: str, start: int, end: int) -> None:
    """What belongs somewhere else."""
    body = text[start:end]
    if body.startswith("-"):
        raise _refuse(
            start,
            end,
            f"`{body.split()[0]}` is an option, not a package",
            "give it its own attribute",
            None,
            "E0307",
        )
    if re.match(r"(git\+|\.{0,2}/)", body) or " @ " in body:
        raise _refuse(start, end, "a path or direct reference is not a MatchSpec", "put it in `pip`")
    if "://" in body and "::" not in body:
        raise _refuse(
            start,
            end,
            "a package archive by URL cannot be locked",
            "name its channel and version: `conda-forge::numpy ==1.26.4`",
        )
    comment = re.search(r"\s#", body)
    if comment:
        raise _refuse(
            start + comment.start(), end, "a comment inside the string", "move it behind the string", ""
        )


def _brackets(text: str, start: int, end: int) -> tuple[dict[str, str], int]:
    """The keys of `[key=value, …]` at the end, and where the rest ends."""
    opening = text.find("[", start, end)
    if opening == -1:
        return {}, end
    if text[end - 1] != "]":
        raise _refuse(
            opening,
            end,
            "this `[` is never closed" if "]" not in text[opening:end] else "nothing may follow the brackets",
            'brackets come last: `numpy[version=">=1.26"]`',
        )
    keys: dict[str, str] = {}
    at = opening + 1
    while at < end - 1:
        match = _KEY.match(text, at, end - 1)
        if match is None:
            raise _refuse(
                opening,
                end,
                "expected `key=value` inside the brackets",
                "a conda package has no extras; name what they need as packages",
            )
        if match[1] in keys:
            raise _refuse(match.start(1), match.end(2), f"`{match[1]}` is given twice")
        keys[match[1]] = match[2][1:-1] if match[2][0] in "\"'" else match[2]
        at = match.end()
    if "build_string" in keys:
        keys.setdefault("build", keys.pop("build_string"))
    for refused in ("url", "fn", "file_name", "when", "license", "license_family", "track_features"):
        if refused in keys:
            raise _refuse(opening, end, f"the key `{refused}` is not taken", "name a version and a build")
    return keys, len(text[:opening].rstrip())


def _channel(text: str, start: int, end: int) -> tuple[str, str, int]:
    """Channel and subdir before `::`, and where the name begins."""
    at = text.find("::", start, end)
    if at == -1:
        colon = re.compile(r"[A-Za-z0-9_.-]+:").match(text, start, end)
        if colon:
            raise _refuse(colon.end() - 1, colon.end(), "one `:` after a channel", "write `::`", "::")
        return "", "", start
    channel = text[start:at]
    if not _CHANNEL.match(channel):
        raise _refuse(start, at, f"`{channel}` is not a channel", "write `conda-forge::numpy`")
    channel = channel.rstrip("/")
    head, slash, tail = channel.rpartition("/")
    if slash and _SUBDIR.fullmatch(tail):
        return head, tail, at + 2
    return channel, "", at + 2


def _touching(text: str, name: re.Match[str], found: list[Token]) -> None:
    """A character right after the name that no part of a MatchSpec begins with."""
    if found and found[0].start == name.end() and found[0].kind == "word":
        raise _refuse(
            found[0].start, found[0].end, f"`{found[0].text}` cannot follow the name", "leave a space between"
        )


def _version_and_build(text: str, name: str, found: list[Token], end: int) -> tuple[str, str, list[One]]:
    """The canonical version, the build and the comparisons of the part after the name."""
    for odd in found:
        if odd.kind == "other":
            raise _refuse(
                odd.start,
                odd.end,
                f"`{odd.text}` means nothing in a MatchSpec",
                "write a name and a version, such as `numpy >=1.26,<3`",
            )
    if not found:
        return "", "", []
    parser = VersionParser(found, end)
    node = parser.either()
    ones = versions(node)
    token = parser.take()
    glued = token is not None and token.text == "="  # name=version=build is exact
    if glued:
        token = parser.take()
        if token is None:
            raise _refuse(end, end, "a build is missing at the end")
    build = _build(text, token, found[parser.at :], end) if token else ""
    if build and isinstance(node, One):
        starred = "*" in text[node.start : node.end]
        if node.operator == "" or (glued and node.operator == "prefix" and not starred):
            node = One("==", node.version, node.start, node.end)
            ones = [node]
    for one in ones:
        if one.operator == "":
            raise _refuse(
                one.start,
                one.end,
                f"`{one.version}` can be read as exactly it or as the beginning of a version",
                f"write `{name} {one.version}.*`, or `{name} =={one.version}` for exactly {one.version}",
                f"{one.version}.*",
            )
    return text_of(node), build, ones


def _build(text: str, token: Token, rest: list[Token], end: int) -> str:
    if token.kind == "operator":
        raise _refuse(
            token.start,
            token.end,
            f"a comma is missing before `{token.text}`",
            "separate bounds by commas",
            f",{token.text}",
        )
    if token.kind != "word" or not _BUILD.match(token.text):
        raise _refuse(token.start, token.end, f"expected a build, found `{token.text}`")
    if rest:
        what = text[rest[0].start : end]
        raise _refuse(rest[0].start, end, f"`{what}` is too much: name, version and build are complete")
    return token.text


def _fold(
    text: str, keys: dict[str, str], version: str, build: str, ones: list[One], start: int, end: int
) -> tuple[str, str, list[One]]:
    """`version` and `build` of the brackets, which win over those before them, as in conda."""
    if "version" in keys:
        value = keys.pop("version")
        found = tokens(value, 0, len(value))
        parser = VersionParser(found, len(value))
        try:
            node = parser.either()
        except VersionError as error:
            raise _refuse(start, len(text.rstrip()), f"in `version`: {error.message}", error.help) from None
        if parser.peek():
            raise _refuse(start, len(text.rstrip()), f"`{value}` is not a version spec")
        # Inside brackets a bare version has one reading: there is no `name version` to confuse it with.
        ones = [One(o.operator or "==", o.version, start, end) for o in versions(node)]
        if isinstance(node, One):
            node = ones[0]
        elif any(o.operator == "" for o in versions(node)):
            raise _refuse(start, len(text.rstrip()), f"`{value}` has a version without an operator")
        version = text_of(node)
    if "build" in keys:
        build = keys.pop("build")
        if not _BUILD.match(build):
            raise _refuse(start, len(text.rstrip()), f"`{build}` is not a build")
    return version, build, ones


def _canonical(channel: str, subdir: str, name: str, version: str, build: str, keys: dict[str, str]) -> str:
    if version == "*" and not build:
        version = ""
    if build == "*":
        build, version = "", "" if version in ("", "*") else version
    place = f"{channel}/{subdir}::" if subdir and channel else f"{channel}::" if channel else ""
    if subdir and not channel:
        keys = {**keys, "subdir": subdir}
    words = [place + name]
    if version or build:
        words.append(version or "*")
    if build:
        words.append(build)
    brackets = ",".join(f"{k}={v}" if v.startswith("[") else f'{k}="{v}"' for k, v in sorted(keys.items()))
    return " ".join(words) + (f"[{brackets}]" if brackets else "")


def _ask_rattler(text: str, spec: str, ones: list[One], start: int, end: int) -> None:
    """Refuses what the solver would refuse, at the version where that is the reason."""
    from rattler import MatchSpec, VersionSpec

    try:
        MatchSpec(spec, strict=False)
    except Exception:  # noqa: BLE001 - the binding has an exception type for each of its layers
        for one in ones:
            try:
                VersionSpec(text_of(one))
            except Exception:  # noqa: BLE001
                raise _refuse(
                    one.start, one.end, f"`{one.version}` is not a version that conda understands"
                ) from None
        raise _refuse(
            start,
            len(text.rstrip()),
            "the solver does not understand this MatchSpec",
            "see `envspec explain E0301` for what is taken",
        ) from None
