"""Packages of any list, as the language has them.

An entry comes in as its file has it; it goes into a list of `Packages`, mended where the language wants another form,
and what became of it into the report. The same package twice is one entry with both bounds: the language has a name
once in a list, where conda and pip hold them all.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.importing.asked import Asked
from envspec.importing.comments import Remarks
from envspec.importing.conda_forms import conda_form
from envspec.importing.default_index import is_public
from envspec.importing.fields.pip import REQUIREMENTS_TXT
from envspec.importing.fields.row import reason_of
from envspec.importing.findings import ABSENT, BROKEN, Mark
from envspec.importing.path_extras import needs_of_extras
from envspec.importing.requirement_forms import Form, requirement_form
from envspec.importing.secret_values import has_credential
from envspec.importing.spec import Block, Item, Items, Spec, Text, Written, references, texts
from envspec.importing.variables import Variables
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.conda import parse_match_spec
from envspec.packages.package import PackageProblem
from envspec.packages.pip import parse_requirement
from envspec.packages.requirements_file import option_help
from envspec.packages.sources import parse_channel, parse_url

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_VARIABLE = lazy_pattern(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_TOKEN = lazy_pattern(r".{21,}|(?=.*[0-9]).{16,}")
"""What could be a token, where a user stands in an address without a password."""
_INDEX_OPTIONS = {"--index-url": True, "-i": True, "--pypi-url": True, "--extra-index-url": False}
_LONGEST = 4_000
"""Characters of one package: the parsers of single packages are not made for more."""
_MOST_INDEXES = 100
"""Addresses of indexes of one file; each is asked about every package."""
_LONGEST_BOUNDS = 1_000
"""Characters up to which the bounds of a package that is listed again and again are put together."""
NO_CREDENTIALS = "a spec holds no credentials: give the secret its value before it is locked"


@frozen
class Entry(Frozen):
    """A package on `line` of `file`; `folder` is what paths in it are relative to. `text` is a MatchSpec or a line of a
    requirements file; where the file has it in another form, that is `what`, and `why` says what is different. `start`
    and `end` are its characters in the file, where they are known."""

    text: str
    file: str
    line: int
    folder: Path
    remarks: Remarks = field(default_factory=Remarks)
    what: str = ""
    why: str = ""
    start: int = 0
    end: int = 0

    def mark(self, code: str, text: str) -> Mark:
        """A part of it that a finding is about."""
        return Mark(code, text, self.start, self.end)

    @property
    def written(self) -> str:
        """As the report names it."""
        return self.what or self.text.strip() or '""'


@mutable
class Packages(Mutable):
    """What an environment is made of, put together entry by entry."""

    asked: Asked
    conda: dict[str, Item] = field(default_factory=dict)
    pip: dict[str, Item] = field(default_factory=dict)
    channels: list[str] = field(default_factory=list)
    constraints: list[str] = field(default_factory=list)
    indexes: list[Block] = field(default_factory=list)
    secrets: list[Block] = field(default_factory=list)
    included: set[Path] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)
    """Comments of what is in no list: an option, a file that is included, what was dropped. The next package has them."""
    channels_of_conda: bool = False
    """Whether a file leaves the channels to the configuration of conda, which an empty list says in a spec."""
    variables: Variables | None = None

    def add_conda(self, entry: Entry) -> None:
        if self._too_long(entry):
            return
        form = conda_form(" ".join(entry.text.split()))
        spec, text = form.package, form.text
        if spec is None:
            assert form.problem is not None
            self._dropped(entry, form.problem)
            return
        before = self.conda.get(spec.name)
        if before is None:
            why = "; ".join(filter(None, (entry.why, form.why)))
            self._put(self.conda, spec.name, text, entry, "conda", why)
            return
        both = _both_conda(_text(before), text)
        self._join(self.conda, spec.name, spec.name, before, both, entry, "conda")

    def add_pip(self, entry: Entry) -> None:
        if self._too_long(entry):
            return
        form = requirement_form(self.asked, entry.text, entry.folder)
        text = form.text
        if not text:
            self.keep(entry.remarks)
            absent = entry.mark(ABSENT, form.absent) if form.absent else None
            self.asked.report.dropped(
                entry.written, entry.file, entry.line, form.why or "a package is missing", absent
            )
            return
        why = "; ".join(filter(None, (entry.why, form.why)))
        package = parse_requirement(text)
        if isinstance(package, PackageProblem):
            mended = _mended(text, package)
            other = parse_requirement(mended) if mended else package
            if isinstance(other, PackageProblem):
                self._dropped(entry, package)
                return
            package, text, why = other, mended, why or "it was not a requirement as PEP 508 has them"
        if package.kind != "requirement":
            self._add_path(entry, form, why)
            return
        key = f"{package.name};{package.text.partition(';')[2].strip()}"
        before = self.pip.get(key)
        if before is None:
            self._put(self.pip, key, text, entry, "pip", why)
            return
        self._join(self.pip, key, package.name, before, _both_pip(_text(before), text), entry, "pip")

    def _add_path(self, entry: Entry, form: Form, why: str) -> None:
        """A project or a wheel that lies in the project, once, with what the extras that are asked of it need."""
        key = form.text.removeprefix("-e ")
        needs = needs_of_extras(form.folder, form.extras) if form.extras and form.folder else None
        if form.extras:
            extras = f"[{','.join(form.extras)}]"
            when = "it has other extras" if needs is None else "it has extras that its project says"
            said = reason_of(REQUIREMENTS_TXT, "a path", when).replace("…", extras)
            why = "; ".join(filter(None, (why, said)))
        before = self.pip.get(key)
        if before is None:
            self._put(self.pip, key, form.text, entry, "pip", why)
        else:
            self._path_again(entry, form.text, _text(before), why)
        for need in needs or ():
            self.add_pip(Entry(need.text, self.asked.shown(need.file), need.line, need.file.parent))

    def _path_again(self, entry: Entry, text: str, before: str, why: str) -> None:
        """A path that is listed already as `before`, perhaps editable there."""
        self.keep(entry.remarks)
        if why:
            self.asked.report.changed(entry.written, entry.file, entry.line, before, why)
        elif before == text:
            self.asked.report.carried(entry.written, entry.file, entry.line, "pip")
        else:
            self.asked.report.dropped(entry.written, entry.file, entry.line, f"`{before}` is listed already")

    def add_channel(self, channel: str, file: str, line: int) -> None:
        if isinstance(problem := parse_channel(channel), PackageProblem):
            self.asked.report.dropped(channel, file, line, problem.message)
            return
        if channel not in self.channels:
            self.channels.append(channel)
        self.asked.report.carried(channel, file, line, "channels")

    def add_option(self, entry: Entry) -> None:
        """An option of a requirements file, such as `--index-url URL`."""
        name, _, value = re.sub(r"[\s=]+", " ", entry.text, count=1).partition(" ")
        value = value.strip().strip("'\"")
        self.keep(entry.remarks)
        if name in _INDEX_OPTIONS:
            self.add_index(value, entry, only=_INDEX_OPTIONS[name])
        else:
            self.asked.report.dropped(entry.text, entry.file, entry.line, option_help(entry.text))

    def add_index(self, url: str, entry: Entry, *, only: bool = False, name: str = "") -> None:
        """`only` for one that took the place of the default index; `name` is what its file calls it."""
        bare, username, password = _without_credentials(url)
        if is_public(bare) and not (username or password):
            self.asked.report.carried(entry.text, entry.file, entry.line, "the default index")
            return
        if isinstance(problem := parse_url(bare, "an index"), PackageProblem) or "${" in bare:
            reason = (
                problem.message if isinstance(problem, PackageProblem) else "its address has a variable in it"
            )
            self.asked.report.dropped(entry.text, entry.file, entry.line, reason)
            return
        known = next((block for block in self.indexes if block.attributes["url"] == Text(bare)), None)
        if known is None and len(self.indexes) >= _MOST_INDEXES:
            reason = f"there are more than {_MOST_INDEXES} indexes"
            self.asked.report.dropped(entry.text.replace(url, bare), entry.file, entry.line, reason)
            return
        if known is not None:
            self._again(known, username, password, entry, entry.text.replace(url, bare))
            return
        label = _unique(
            _word(name or urlsplit(bare).hostname or "index"), [block.label for block in self.indexes]
        )
        block = Block("index", label, {"url": Text(bare)})
        shown = entry.text.replace(url, bare)
        self._log_in(block, username, password)
        self.indexes.append(block)
        if password or username:
            unsaid = bool(_VARIABLE.match(url.partition("://")[2])) and not username
            why = f"{NO_CREDENTIALS}; and say its `username`" if unsaid else NO_CREDENTIALS
            self.asked.report.changed(shown, entry.file, entry.line, f"index {label}", why)
        elif only:
            self.asked.report.changed(
                shown, entry.file, entry.line, f"index {label}",
                reason_of(REQUIREMENTS_TXT, "`--index-url`"),
            )  # fmt: skip
        else:
            self.asked.report.carried(shown, entry.file, entry.line, f"index {label}")

    def _log_in(self, block: Block, username: str, password: str) -> None:
        if username:
            block.add("username", Text(username))
        if password:
            variable = _VARIABLE.fullmatch(password)
            secret = f"{block.label}-password"
            source = variable[1] if variable else re.sub(r"[^A-Z0-9]", "_", secret.upper())
            self.secrets.append(Block("secret", secret, {"variable": Text(source)}))
            block.add("password", Written(f"secret.{secret}"))

    def _again(self, known: Block, username: str, password: str, entry: Entry, shown: str) -> None:
        """An address that is there already, perhaps without the login that it has here."""
        has = known.attributes.get("username"), "password" in known.attributes
        if (username or password) and has == (None, False):
            self._log_in(known, username, password)
            self.asked.report.changed(shown, entry.file, entry.line, f"index {known.label}", NO_CREDENTIALS)
        elif username and has[0] not in (None, Text(username)):
            self.asked.report.dropped(
                shown, entry.file, entry.line, f"`{known.label}` has this address with another login"
            )
        else:
            self.asked.report.carried(shown, entry.file, entry.line, f"index {known.label}")

    def add_variable(self, name: str, value: str, file: str, line: int) -> None:
        if self.variables is None:
            self.variables = Variables(self.asked)
        self.variables.add(name, value, file, line)

    def fill(self, environment: Block, spec: Spec) -> None:
        """Writes what was gathered into a block, and the indexes and secrets before it."""
        spec.blocks[:0] = [*self.secrets, *self.indexes]
        if self.waiting:
            environment.comments["end"] = [*self._waited(), *environment.comments.get("end", ())]
        environment.add("channels", texts(self.channels))
        if self.channels_of_conda and self.conda and not self.channels:
            environment.add("channels", Items(()))
            environment.comments["channels"] = [
                "the file leaves them to conda's own settings; here conda-forge is taken"
            ]
        environment.add("conda", _items(self.conda))
        environment.add("pip", _items(self.pip))
        environment.add("constraints", texts(self.constraints))
        environment.add("indexes", references(block.label for block in self.indexes))
        if self.variables is not None:
            self.variables.fill(environment, spec)

    def _put(
        self, into: dict[str, Item], key: str, text: str, entry: Entry, attribute: str, why: str = ""
    ) -> None:
        into[key] = Item(Text(text), (*self._waited(), *entry.remarks.above), entry.remarks.behind)
        if why:
            self.asked.report.changed(entry.written, entry.file, entry.line, text, why)
        else:
            self.asked.report.carried(entry.written, entry.file, entry.line, attribute)

    def _join(
        self,
        into: dict[str, Item],
        key: str,
        name: str,
        before: Item,
        both: str | None,
        entry: Entry,
        attribute: str,
    ) -> None:
        """A package that is listed already, as `before`; `both` has the bounds of both, where one entry can."""
        if both is None:
            self.keep(entry.remarks)
            self.asked.report.dropped(
                entry.written, entry.file, entry.line,
                f"`{name}` is listed twice, and `{_text(before)}` came first",
            )  # fmt: skip
            return
        behind = "; ".join(filter(None, (before.behind, entry.remarks.behind)))
        into[key] = Item(Text(both), (*before.above, *self._waited(), *entry.remarks.above), behind)
        if both == _text(before) and not entry.why:
            self.asked.report.carried(entry.written, entry.file, entry.line, attribute)
        else:
            reason = entry.why if both == _text(before) else "it is listed twice; both bounds hold"
            self.asked.report.changed(entry.written, entry.file, entry.line, both, reason)

    def keep(self, remarks: Remarks) -> None:
        """The comments of what has no place of its own."""
        self.waiting += filter(None, (*remarks.above, remarks.behind))

    def _waited(self) -> tuple[str, ...]:
        waited, self.waiting = tuple(self.waiting), []
        return waited

    def _too_long(self, entry: Entry) -> bool:
        if len(entry.text) <= _LONGEST:
            return False
        self.asked.report.dropped(
            entry.text, entry.file, entry.line, f"it has more than {_LONGEST:,} characters"
        )
        return True

    def _dropped(self, entry: Entry, problem: PackageProblem) -> None:
        self.keep(entry.remarks)
        reason = f"{problem.message}; {problem.help}" if problem.help else problem.message
        broken: Mark | None = entry.mark(BROKEN, entry.text)
        if "{{" in entry.text:
            reason, broken = reason_of(REQUIREMENTS_TXT, "a requirement", "it is a template"), None
        self.asked.report.dropped(entry.written, entry.file, entry.line, reason, broken)


def _items(found: dict[str, Item]) -> Items | None:
    return Items(tuple(found.values())) if found else None


def _text(item: Item) -> str:
    assert isinstance(item.value, Text)
    return item.value.value


def _mended(text: str, problem: PackageProblem) -> str:
    """The text with the replacement that the parser suggests, empty when it has none."""
    if problem.replacement is None:
        return ""
    return text[: problem.start] + problem.replacement + text[problem.end :]


def _both_conda(one: str, other: str) -> str | None:
    """One MatchSpec with the bounds of both; None when they have more than a version, or too many."""
    if len(one) + len(other) > _LONGEST_BOUNDS:
        return one if one == other else None
    first, second = parse_match_spec(one), parse_match_spec(other)
    assert not isinstance(first, PackageProblem) and not isinstance(second, PackageProblem)
    if first.spec == second.spec:
        return one
    names, versions = zip(*(spec.partition(" ")[::2] for spec in (first.spec, second.spec)), strict=True)
    if names[0] != names[1] or any(" " in version or "|" in version for version in versions):
        return None
    both = ",".join(filter(None, versions))
    joined = f"{names[0]} {both}" if both else names[0]
    return joined if not isinstance(parse_match_spec(joined), PackageProblem) else None


def _both_pip(one: str, other: str) -> str | None:
    """One requirement with the bounds and extras of both; None for direct references, and for too many bounds."""
    if one == other:
        return one
    if len(one) + len(other) > _LONGEST_BOUNDS:
        return None
    from packaging.requirements import Requirement

    first, second = (Requirement(_canonical(text)) for text in (one, other))
    if first.url or second.url:
        return one if first.url == second.url else None
    if (
        _exact(first.specifier) != _exact(second.specifier)
        and _exact(first.specifier)
        and _exact(second.specifier)
    ):
        return None  # two versions: pip would find neither
    if first.specifier == second.specifier and first.extras == second.extras:
        return one
    extras = f"[{','.join(sorted(first.extras | second.extras))}]" if first.extras or second.extras else ""
    listed = [bound for one in (first, second) for bound in str(one.specifier).split(",")]
    bounds = ",".join(filter(None, dict.fromkeys(listed)))
    marker = f" ; {first.marker}" if first.marker else ""
    joined = f"{first.name}{extras}{bounds}{marker}"
    return joined if not isinstance(parse_requirement(joined), PackageProblem) else None


def _canonical(text: str) -> str:
    """The address of a wheel alone is a requirement too."""
    package = parse_requirement(text)
    return text if isinstance(package, PackageProblem) else package.text


def _exact(bounds: SpecifierSet) -> str:
    """The version of `==1.2`, nothing of other bounds."""
    (first, *more) = [*bounds] or [None]
    return "" if more or first is None or first.operator != "==" or "*" in first.version else first.version


def _without_credentials(url: str) -> tuple[str, str, str]:
    """The address, the user and the password (or its `${VARIABLE}`)."""
    match = re.fullmatch(r"([A-Za-z][A-Za-z0-9+.-]*://)([^/@]*)@(.*)", url)
    if match is None:
        return url, "", ""
    user, _, password = match[2].partition(":")
    if has_credential(user) or (not password and (_VARIABLE.fullmatch(user) or _TOKEN.fullmatch(user))):
        return match[1] + match[3], "__token__", user
    return match[1] + match[3], "" if "${" in user else unquote(user), password


def _word(text: str) -> str:
    from envspec.starting.names import name_of

    return name_of(text.replace(".", "-"), "index")


def _unique(name: str, taken: list[str]) -> str:
    from envspec.starting.names import unique

    return unique(name, taken)
