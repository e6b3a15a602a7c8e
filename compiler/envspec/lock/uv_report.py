"""What uv says when it cannot resolve, as diagnostics at the lines that caused it.

uv explains itself in sentences on its error output. `_CAUSES` has a row for each kind of trouble, the certain before
the likely; the names of packages in the sentences tell which entries of the spec take part. A package that is in no
entry is told at the entry that needs it. Anything that is not recognised becomes E0616 with uv's own words: nothing
is swallowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from packaging.utils import canonicalize_name

from envspec.diagnostics import Diagnostic
from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.lock.index_arguments import PROJECT
from envspec.lock.places import Places
from envspec.lock.sentences import SENTENCES
from envspec.lock.uv_builds import build_failure

_CREDENTIALS = lazy_pattern(
    r"(?<=://)(?:[^/\s@]+|[^/\s@?#:\"'`]*:(?![0-9]*(?:[/?#\s\"'`]|\Z))[^\s\"'`]{0,200})@"
)
"""Also such as have a `/` in the password, which makes them no addresses: then uv says so, and repeats them."""
_METADATA_WHEEL = lazy_pattern(r" \(from file://[^)]*\)| @ file://[^\s`]+")
_PROJECT_NEEDS = lazy_pattern(rf"{PROJECT}(?:==0)? depends on")
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_BOUND = r"(?:\[[^\]]*\])?(?P<bound>[=<>!~][^\s]*)"
_TAIL_LINES = 30
_SOURCE = "the package index"

_NOT_FOUND = lazy_pattern(rf"({_NAME}) was not found in the (?:package registry|cache)")
_NEEDS = r"(?:all versions of )?(?P<user>{name}?)(?:[=<>!~]\S+)? depends? on {package}(?P<bound>[=<>!~]\S*)?"


def without_credentials(text: str) -> str:
    """The text without credentials in addresses."""
    return _CREDENTIALS.sub("***@", text)


def scrub(text: str) -> str:
    """The text without credentials in addresses, without the addresses of our own temporary wheels and without the
    project of our own that assigns packages to indexes: what it needs is what the spec requires."""
    return _PROJECT_NEEDS.sub("you require", _METADATA_WHEEL.sub("", without_credentials(text)))


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


def not_found(errors: str) -> set[str]:
    """Names that uv could not find on any index."""
    return {canonicalize_name(match.group(1)) for match in _NOT_FOUND.finditer(scrub(errors))}


@frozen
class Asked(Frozen):
    """What was asked of uv. `mentions` are addresses (of local packages, of indexes) with the pointer of the entry
    that each stands for; `meant` gives a suggestion for a name, `versions` what there is of a package near a bound,
    both empty for nothing; `keep` writes a whole output into a log and gives its name."""

    places: Places
    python: str
    platform: str
    provided: Mapping[str, str] = {}
    mentions: Mapping[str, str] = {}
    offline: bool = False
    meant: Callable[[str], str] = lambda _name: ""
    versions: Callable[[str, str], str] = lambda _name, _bound: ""
    keep: Callable[[str], str] = lambda _output: ""


def diagnose(errors: str, asked: Asked) -> Diagnostic:
    """One diagnostic for a failed `uv pip compile`."""
    report = _Report(errors, asked)
    for pattern, tell in _CAUSES:
        match = pattern.search(report.body)
        told = tell(report, match) if match is not None else None
        if told is not None:
            return told
    first = report.said[0] if report.said else "uv said nothing"
    return report.make(
        "E0616", f"uv could not resolve the packages: {first}", "see the notes for what uv said"
    )


class _Report:
    """One failure: what uv said, and the entries that it speaks of."""

    def __init__(self, errors: str, asked: Asked) -> None:
        self.asked = asked
        self.errors = errors
        self.text = scrub(errors)
        self.said = sentences(self.text)
        self.body = " ".join(self.said)
        places = asked.places
        self._pip = places.packages("pip") | {}
        for name, pointers in places.packages("constraints").items():
            self._pip.setdefault(name, []).extend(pointers)
        self._pointers = [
            pointer for name in packages_named(self.body, self._pip) for pointer in self._pip[name]
        ]
        self._sources = [pointer for address, pointer in asked.mentions.items() if address in errors]

    @property
    def place(self) -> str:
        return f"Python {self.asked.python} on {self.asked.platform}"

    @property
    def speaks_of_an_entry(self) -> bool:
        """Whether the address of a local package or of an index is in what uv said."""
        return bool(self._sources)

    def direct(self, name: str) -> bool:
        """Whether an entry of the spec names the package."""
        return canonicalize_name(name) in self._pip

    def needed_by(self, name: str) -> re.Match[str] | None:
        """Where uv says which package needs `name`: groups `user` and `bound`."""
        pattern = _NEEDS.format(name=_NAME, package=re.escape(name))
        return re.search(pattern + r"(?=[\s,.]|$)", self.body)

    def make(
        self,
        code: str,
        message: str,
        help: str,
        subject: str = "",
        *,
        marker: str = "",
        notes: list[str] | None = None,
        log: str = "",
        source_first: bool = False,
    ) -> Diagnostic:
        own = self._pip.get(canonicalize_name(subject), []) if subject else []
        sources = self._sources
        pointers = [*sources, *self._pointers] if source_first else [*own, *self._pointers, *sources]
        said = self.said[1:] if notes is None else notes
        provided = self.asked.provided
        said += [
            f"`{name}` is {provided[name]} here, from conda"
            for name in packages_named(self.body, {k: [] for k in provided})
        ]
        return self.asked.places.diagnostic(
            code, message, pointers, marker=marker, notes=said, help=help, log=log
        )

    def trouble(self, code: str, cause: str, help: str, detail: str = "") -> Diagnostic:
        """Trouble with where packages come from, at the `index` that uv names."""
        message = SENTENCES[cause].format(source=_SOURCE, detail=detail, machine="this machine")
        return self.make(code, message, help, source_first=True)


def _disk_full(report: _Report, _match: re.Match[str]) -> Diagnostic:
    message = SENTENCES["disk full"].format(machine="this machine")
    help = "free some space, for example with `uv cache prune`"
    return report.asked.places.diagnostic("E0643", message, notes=report.said, help=help)


def _refused(report: _Report, _match: re.Match[str]) -> Diagnostic:
    help = "give `username` and `password` of the `index` block, and check the secret they name"
    return report.trouble("E0620", "credentials refused", help)


def _not_cached(report: _Report, _match: re.Match[str]) -> Diagnostic | None:
    if not report.asked.offline:
        return None
    message = "the packages are not in the cache, and the network is not to be used"
    return report.make("E0608", message, "lock without `--offline`")


def _must_be_built(report: _Report, match: re.Match[str]) -> Diagnostic:
    subject = match.group(1).split(" @ ")[0]
    return report.make(
        "E0607",
        f"`{subject}` must be built before its requirements are known",
        "write `dependencies` and `version` into its `pyproject.toml`, build a wheel of it, or lock with "
        "`--build-sdists`, which runs its build backend",
        subject,
    )


def _build_failed(report: _Report, _match: re.Match[str]) -> Diagnostic | None:
    failure = build_failure(report.text)
    if failure is None:
        return None
    package = f"`{failure.package}`"
    log = "\n".join(report.text.rstrip().splitlines()[-_TAIL_LINES:])
    kept = report.asked.keep(without_credentials(report.errors))
    whole = [f"the whole output is in {kept}"] if kept else []
    if failure.missing:
        message = SENTENCES["needs a compiler"].format(package=package, detail=failure.missing)
        help = "choose a version that has a wheel, take it from conda, or install it on this machine"
        return report.make("E0641", message, help, failure.package, notes=whole, log=log)
    said = [f"its build backend says: {failure.said}", *whole] if failure.said else whole
    message = SENTENCES["build fails"].format(package=package)
    help = "the output below is from its own build backend"
    return report.make("E0642", message, help, failure.package, notes=said, log=log)


def _bad_path(report: _Report, match: re.Match[str]) -> Diagnostic | None:
    if match.group().startswith("No such") and not report.speaks_of_an_entry:
        return None
    message = "a local package of the environment cannot be read"
    return report.make("E0615", message, "check the path and its project", notes=list(report.said))


def _no_package(report: _Report, match: re.Match[str]) -> Diagnostic:
    name = match.group(1)
    help = report.asked.meant(name) or "check the name; a private package needs its `index`"
    return report.make(
        "E0604", f"there is no package `{name}` on the index", help, name, marker=_user(report, name)
    )


def _no_wheel(report: _Report, match: re.Match[str]) -> Diagnostic:
    name, version = match.group(1), match.group(2)
    what = f"`{name} {version}`" if version else f"`{name}`"
    near = report.asked.versions(name, version or "")
    return report.make(
        "E0607",
        f"{what} has no wheel for {report.place}",
        (f"{near}; " if near else "")
        + "choose another version or Python, or lock with `--build-sdists` to build it from source",
        name,
        marker=_user(report, name),
    )


def _no_version(report: _Report, match: re.Match[str]) -> Diagnostic | None:
    name = match["package"]
    needed = report.needed_by(name)
    wanted = re.search(rf"(?:you require|and) {re.escape(name)}{_BOUND}", report.body)
    bound = needed["bound"] if needed and needed["bound"] else wanted["bound"] if wanted else match["bound"]
    if canonicalize_name(name) in report.asked.provided or not (needed or report.direct(name)):
        return None
    if needed and report.direct(name):  # more than one asks for it: a contradiction, not an absence
        return None
    bound = (bound or "at all").rstrip(",.")
    near = report.asked.versions(name, bound)
    return report.make(
        "E0605",
        f"there is no version `{bound}` of `{name}` on the index",
        near or f"see which versions of `{name}` there are, and loosen the requirement",
        name,
        marker=_user(report, name),
    )


def _contradiction(report: _Report, _match: re.Match[str]) -> Diagnostic:
    message = f"the `pip` packages contradict each other for {report.place}"
    return report.make("E0606", message, "loosen one of the requirements that take part")


def _in_trouble(report: _Report, match: re.Match[str]) -> Diagnostic:
    help = "the server is in trouble, not the spec: lock again later, or use a mirror"
    return report.trouble("E0640", "index in trouble", help, match.group(1))


def _no_index_page(report: _Report, _match: re.Match[str]) -> Diagnostic:
    help = "check the address of the index; it is that of its PEP 503 pages, and often ends in `/simple`"
    return report.trouble("E0640", "index in trouble", help, "what it gave is no page of an index")


def _broken_off(report: _Report, _match: re.Match[str]) -> Diagnostic:
    help = "lock again; when it happens again, look at the proxy or the mirror between"
    return report.trouble("E0608", "broken off", help)


def _unreachable(report: _Report, _match: re.Match[str]) -> Diagnostic:
    help = "check the network, the proxy and the index's address; behind a mirror set `UV_DEFAULT_INDEX`"
    return report.trouble("E0608", "network", help)


def _user(report: _Report, name: str) -> str:
    """Who needs a package that no entry names, for the marker at that entry."""
    needed = None if report.direct(name) else report.needed_by(name)
    return f"`{needed['user']}` needs `{name}{(needed['bound'] or '').rstrip(',.')}`" if needed else ""


_Tell = Callable[[_Report, re.Match[str]], Diagnostic | None]
_CAUSES: tuple[tuple[re.Pattern[str], _Tell], ...] = (
    (re.compile(r"No space left on device|os error 28\b|Disk quota exceeded|os error 122\b"), _disk_full),
    (
        re.compile(
            r"40[13] (?:Unauthorized|Forbidden)|authentication credentials|status client error \(40[13]"
        ),
        _refused,
    ),
    (re.compile(r"network was disabled"), _not_cached),
    (re.compile(r"Building source distributions for `([^`]+)` is disabled"), _must_be_built),
    (re.compile(r"Failed to build `"), _build_failed),
    (
        re.compile(r"(?:Distribution not found at|does not appear to be a Python project|No such file)"),
        _bad_path,
    ),
    (_NOT_FOUND, _no_package),
    (
        re.compile(
            rf"No solution found.*?({_NAME}?)(?:==(\S+))? has no (?:usable wheels|wheels with a matching)"
        ),
        _no_wheel,
    ),
    (
        re.compile(
            rf"there (?:is|are) no versions? of (?P<package>{_NAME}?)(?:\[[^\]]*\])?(?P<bound>[=<>!~]\S*)? and"
        ),
        _no_version,
    ),
    (re.compile(rf"Because only (?P<package>{_NAME}?)(?P<bound>[<>=!~]\S+) is available"), _no_version),
    (
        re.compile(
            rf"Because only the following versions of (?P<package>{_NAME}) are available: (?P=package)(?P<bound>[<>=!~]\S+)"
        ),
        _no_version,
    ),
    (re.compile(r"No solution found"), _contradiction),
    (re.compile(r"HTTP status server error \((5\d\d[^)]*)\)"), _in_trouble),
    (re.compile(r"Expected JSON or HTML"), _no_index_page),
    (
        re.compile(r"error decoding response body|end of file before message length|error reading a body"),
        _broken_off,
    ),
    (
        re.compile(
            r"Failed to fetch|Request failed after|error sending request|dns error|Could not connect|timed out"
        ),
        _unreachable,
    ),
)
"""The first row that fits and tells something counts."""
