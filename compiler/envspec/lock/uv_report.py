"""What uv says when it cannot resolve, as diagnostics at the lines that caused it.

uv explains itself in sentences on its error output. The first line tells the kind of trouble; the names of
packages in the sentences tell which entries of the spec take part. Anything that is not recognised becomes
E0616 with uv's own words: nothing is swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from packaging.utils import canonicalize_name

from envspec.diagnostics import Diagnostic
from envspec.lock.places import Places

_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_METADATA_WHEEL = re.compile(r" \(from file://[^)]*\)| @ file://\S+")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"

_NOT_FOUND = re.compile(rf"({_NAME}) was not found in the (?:package registry|cache)")
_NO_VERSION = re.compile(rf"there (?:is|are) no versions? of ({_NAME}?)((?:\[[^\]]*\])?[=<>!~][^\s]*)? and")
_NO_WHEEL = re.compile(rf"({_NAME}?)(?:==(\S+))? has no (?:usable wheels|wheels with a matching)")
_ONLY = re.compile(rf"only ((?:{_NAME}?)(?:[<>=!~]\S+)) is available")
_NO_BUILD = re.compile(r"Building source distributions for `([^`]+)` is disabled")
_BAD_PATH = re.compile(r"(?:Distribution not found at|does not appear to be a Python project|No such file)")
_UNREACHABLE = re.compile(
    r"Failed to fetch|Request failed after|error sending request|dns error|Could not connect|timed out"
)
_REFUSED = re.compile(
    r"40[13] (?:Unauthorized|Forbidden)|authentication credentials|status client error \(40[13]"
)


def scrub(text: str) -> str:
    """The text without credentials in addresses and without the addresses of our own temporary wheels."""
    return _METADATA_WHEEL.sub("", _CREDENTIALS.sub("***@", text))


def sentences(text: str) -> list[str]:
    """uv's lines without its marks `error:` and `cause:`, and without warnings."""
    found: list[str] = []
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith("warning:"):
            continue
        found.append(stripped.removeprefix("error: ").removeprefix("cause: "))
    return found


def packages_named(text: str, known: dict[str, list[str]]) -> list[str]:
    """The keys of `known` in the order in which `text` names them."""
    at: dict[str, int] = {}
    for match in re.finditer(_NAME, text):
        # Greedy matching takes a version's operator off already; a trailing dot is the sentence's.
        name = canonicalize_name(match.group().rstrip(".-_"))
        if name in known:
            at.setdefault(name, match.start())
    return sorted(at, key=lambda name: at[name])


def diagnose(
    errors: str,
    places: Places,
    *,
    python: str,
    platform: str,
    provided: Mapping[str, str],
    mentions: Mapping[str, str],
    offline: bool,
    meant: Callable[[str], str],
) -> Diagnostic:
    """One diagnostic for a failed `uv pip compile`. `mentions` are addresses (of local packages, of indexes)
    with the pointer of the entry that each stands for; `meant` gives a suggestion for a name."""
    text = scrub(errors)
    said = sentences(text)
    body = " ".join(said)
    pip = places.packages("pip") | {}
    for name, pointers in places.packages("constraints").items():
        pip.setdefault(name, []).extend(pointers)
    named = packages_named(body, pip)
    pointers = [pointer for address, pointer in mentions.items() if address in errors]
    pointers += [pointer for name in named for pointer in pip[name]]
    notes = said[1:]
    notes += [
        f"`{name}` is {provided[name]} here, from conda"
        for name in packages_named(body, {k: [] for k in provided})
    ]
    place = f"Python {python} on {platform}"

    def make(code: str, message: str, help: str, subject: str = "", marker: str = "") -> Diagnostic:
        own = pip.get(canonicalize_name(subject), []) if subject else []
        return places.diagnostic(code, message, [*own, *pointers], marker=marker, notes=notes, help=help)

    if _REFUSED.search(body):
        return make(
            "E0620",
            "the package index refused the credentials",
            "give `username` and `password` of the `index` block, and check the secret they name",
        )
    if offline and "network was disabled" in body:
        return make(
            "E0608",
            "the packages are not in the cache, and the network is not to be used",
            "lock without `--offline`",
        )
    if match := _NO_BUILD.search(body):
        subject = match.group(1).split(" @ ")[0]
        return make(
            "E0607",
            f"`{subject}` must be built before its requirements are known",
            "write `dependencies` and `version` into its `pyproject.toml`, build a wheel of it, or lock with "
            "`--allow-builds`, which runs its build backend",
            subject,
        )
    if _BAD_PATH.search(body):
        return make(
            "E0615", "a local package of the environment cannot be read", "check the path and its project"
        )
    if match := _NOT_FOUND.search(body):
        name = match.group(1)
        return make(
            "E0604",
            f"there is no package `{name}` on the index",
            meant(name) or "check the name; a private package needs its `index`",
            name,
        )
    if "No solution found" in body:
        if match := _NO_WHEEL.search(body):
            name = match.group(1)
            what = f"`{name} {match.group(2)}`" if match.group(2) else f"`{name}`"
            return make(
                "E0607",
                f"{what} has no wheel for {place}",
                "choose another version or Python, or lock with `--allow-builds` to build it from source",
                name,
            )
        if (match := _NO_VERSION.search(body)) and _direct(match.group(1), pip):
            name = match.group(1)
            return make(
                "E0605",
                f"there is no version `{match.group(2) or 'at all'}` of `{name}` on the index",
                f"see which versions of `{name}` there are, and loosen the requirement",
                name,
            )
        return make(
            "E0606",
            f"the `pip` packages contradict each other for {place}",
            "loosen one of the requirements that take part",
        )
    if _UNREACHABLE.search(body):
        return make(
            "E0608",
            "the package index cannot be reached",
            "check the network, the proxy and the index's address; behind a mirror set `UV_DEFAULT_INDEX`",
        )
    first = said[0] if said else "uv said nothing"
    return make("E0616", f"uv could not resolve the packages: {first}", "see the notes for what uv said")


def _direct(name: str, pip: dict[str, list[str]]) -> bool:
    return canonicalize_name(name) in pip


def not_found(errors: str) -> set[str]:
    """Names that uv could not find on any index."""
    return {canonicalize_name(match.group(1)) for match in _NOT_FOUND.finditer(scrub(errors))}
