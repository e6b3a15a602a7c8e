"""PEP 508 requirements, wheels and projects: the strings of `pip`.

In: one string. Out: a `PipPackage` with our canonical text, or a `PackageProblem` that points into the
string. What is taken:

    name[extra, …] version-specifiers ; marker        a requirement; parentheses around the versions too
    name[extra] @ URL ; marker                        a direct reference; so is the URL of a wheel alone
    ./dist/x-1.2-py3-none-any.whl    ../lib    ./x    a wheel or a project folder by path
    -e ./proj                                         a project folder that stays editable

The canonical text of a requirement is `name[a,b]>=1,<2 ; marker`: name as in PEP 503, extras sorted,
specifiers as in `pip_versions`, the marker with single spaces and double quotes. A path keeps its text; the
caller makes it root-relative. The usual forms are decided here; `packaging` is asked about the others (its
import costs as much as checking a small file).
"""

from __future__ import annotations

import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import PackageProblem, PipPackage
from envspec.packages.pip_versions import canonical_specifiers, is_usual, split_clause
from envspec.packages.text import control_character, credentials_span

_USUAL = lazy_pattern(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*"
    r"(?:\[\s*(?P<extras>[A-Za-z0-9][A-Za-z0-9_]*(?:\s*,\s*[A-Za-z0-9][A-Za-z0-9_]*)*)\s*\]\s*)?"
    r"(?P<versions>[<>=!~][^;@()\[\]#]*)?\Z"
)
_NAME = lazy_pattern(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?:\s*\[[^\]]*\])?")
_EDITABLE = lazy_pattern(r"(?:-e|--editable)(?:\s+|=|(?=[./]))")
_SCHEME = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*://")
_ARCHIVE = lazy_pattern(r"\.(?:whl|zip|tar\.gz|tgz|tar\.bz2|tar\.xz)\Z", re.IGNORECASE)
_MARKER_TOKEN = lazy_pattern(r"\s+|\"[^\"]*\"|'[^']*'|[()]|===|~=|==|!=|<=|>=|<|>|[A-Za-z_][A-Za-z0-9_.]*|.")


def normalized_name(name: str) -> str:
    """The name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def parse_requirement(text: str) -> PipPackage | PackageProblem:
    """The package that `text` asks for, or what is wrong with it."""
    problem = control_character(text, "a package") or credentials_span(text)
    if problem:
        return problem
    start = len(text) - len(text.lstrip())
    end = len(text.rstrip())
    if start >= end:
        return _problem(0, len(text), "a package is missing", "write its name, such as `pillow`")
    body = text[start:end]
    if body.startswith("-"):
        return _dashed(text, start, end)
    if is_path(body):
        return _path("path", text, start, end)
    if _SCHEME.match(body):
        return _url(text, start, end)
    usual = _USUAL.match(body)
    if usual:
        name, extras, versions = usual.group("name", "extras", "versions")
        clauses = [c.strip() for c in versions.split(",")] if versions else []
        if clauses and clauses[-1] == "" and len(clauses) > 1:
            clauses.pop()  # PEP 508 as packaging reads it lets one comma trail
        if all(is_usual(clause) for clause in clauses):
            listed = sorted({normalized_name(e.strip()) for e in extras.split(",")}) if extras else []
            return _requirement(name, listed, canonical_specifiers(clauses), "", "")
    return _by_packaging(text, start, end)


def is_path(text: str) -> bool:
    """Whether an entry names a file or folder: it begins as a path does, or is a file name of a package."""
    if text.startswith(("./", "../", "/", ".\\", "~/")) or text in (".", ".."):
        return True
    if _SCHEME.match(text) or "@" in text or ";" in text:
        return False
    return bool(_ARCHIVE.search(text)) or ("/" in text and not re.search(r"[\s<>=!~\[]", text))


def _problem(
    start: int, end: int, message: str, help: str = "", replacement: str | None = None, code: str = "E0302"
) -> PackageProblem:
    return PackageProblem(code, start, end, message, help, replacement)


def _dashed(text: str, start: int, end: int) -> PipPackage | PackageProblem:
    body = text[start:end]
    editable = _EDITABLE.match(body)
    if editable:
        at = start + editable.end()
        if _SCHEME.match(text, at):
            return _problem(
                at, end, "an editable from a URL has no folder to edit", "clone it and write `-e ./folder`"
            )
        return _path("editable", text, at, end)
    option = re.split(r"[\s=]", body)[0]
    return _problem(
        start,
        end,
        f"`{option}` is an option, not a package",
        _OPTION_HELP.get(option, "take it out; only packages, paths and `-e` paths belong here"),
        code="E0307",
    )


_OPTION_HELP = {
    "-r": 'write `requirements = ["FILE"]` in the environment',
    "--requirement": 'write `requirements = ["FILE"]` in the environment',
    "-c": 'write `constraints = ["FILE"]` in the environment',
    "--constraint": 'write `constraints = ["FILE"]` in the environment',
    "-i": "write an `index` block and name it in `indexes`",
    "--index-url": "write an `index` block and name it in `indexes`",
    "--extra-index-url": "write an `index` block and name it in `indexes`",
    "-f": "write an `index` block and name it in `indexes`",
    "--find-links": "write an `index` block and name it in `indexes`",
    "--hash": "take it out; `envspec.lock` keeps the hash of every file",
}


def _path(kind: str, text: str, start: int, end: int) -> PipPackage | PackageProblem:
    body = text[start:end]
    if not body:
        return _problem(start, end, "a path is missing after `-e`", "write `-e ./folder`")
    if "\\" in body:
        return _problem(
            start, end, "a path is written with `/`", "replace every backslash", body.replace("\\", "/")
        )
    if body.startswith("~"):
        return _problem(start, end, "`~` is not read in a path", "write the path relative to this file")
    bracket = re.search(r"\[[^\]]*\]\Z", body)
    if bracket:
        return _problem(
            start + bracket.start(),
            end,
            "a path takes no extras",
            "name what the extra needs as packages of its own",
        )
    if not body.lower().endswith(".whl"):
        if kind == "path" and _ARCHIVE.search(body):
            return _problem(
                start, end, "a source archive by path is not taken", "give its folder, or build a wheel of it"
            )
        return PipPackage(kind, "", body)
    if kind == "editable":
        return _problem(start, end, "a wheel cannot be editable", "leave `-e` out")
    name = wheel_name(body.rsplit("/", 1)[-1])
    if name is None:
        at = start + body.rfind("/") + 1
        return _problem(
            at,
            end,
            f"`{text[at:end]}` is not the name of a wheel",
            "keep the name it was built with: `name-version-py3-none-any.whl`",
            code="E0312",
        )
    return PipPackage(kind, name, body)


def wheel_name(filename: str) -> str | None:
    """The normalised package name in the file name of a wheel, None when that is not one."""
    from packaging.utils import InvalidWheelFilename, parse_wheel_filename

    try:
        return str(parse_wheel_filename(filename)[0])
    except InvalidWheelFilename:
        return None


def _url(text: str, start: int, end: int) -> PipPackage | PackageProblem:
    """A URL without a name before it."""
    body = text[start:end]
    egg = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", body)
    if egg:
        base, _, fragment = body.partition("#")
        kept = [part for part in fragment.split("&") if part and not part.startswith("egg=")]
        plain = f"{base}#{'&'.join(kept)}" if kept else base
        return _problem(
            start, end, "a URL has its name before it", f"write `{egg[1]} @ {plain}`", f"{egg[1]} @ {plain}"
        )
    if body.lower().startswith("file:"):
        return _problem(start, end, "a file has a path, not a URL", "write the path relative to this file")
    filename = re.split(r"[?#]", body)[0].rsplit("/", 1)[-1].replace("%2B", "+").replace("%2b", "+")
    if filename.lower().endswith(".whl"):
        name = wheel_name(filename)
        if name is not None:
            return PipPackage("requirement", name, f"{name} @ {body}")
        at = start + body.rfind(filename)
        return _problem(at, at + len(filename), f"`{filename}` is not the name of a wheel", code="E0312")
    from packaging.utils import InvalidSdistFilename, parse_sdist_filename

    if filename.endswith((".tar.gz", ".zip")) and not body.startswith("git+"):
        try:
            name = str(parse_sdist_filename(filename)[0])
        except InvalidSdistFilename:
            pass
        else:
            return PipPackage("requirement", name, f"{name} @ {body}")
    return _problem(start, end, "the name of the package is missing", f"write `name @ {body}`")


def _by_packaging(text: str, start: int, end: int) -> PipPackage | PackageProblem:
    from packaging.requirements import InvalidRequirement, Requirement

    body = text[start:end]
    try:
        found = Requirement(body)
    except InvalidRequirement:
        return _why_not(text, start, end)
    if found.url and _SCHEME.match(found.url) is None and not found.url.startswith("file:"):
        at = text.find(found.url, start)
        return _problem(
            at, at + len(found.url), "a URL is expected after `@`", "write a path without `name @`"
        )
    if found.url and found.url.startswith("file:"):
        at = text.find(found.url, start)
        return _problem(at, at + len(found.url), "a file has a path, not a URL", "write the path alone")
    marker = _canonical_marker(body) if found.marker else ""
    specifiers = canonical_specifiers([str(s) for s in found.specifier])
    extras = sorted({normalized_name(extra) for extra in found.extras})
    return _requirement(found.name, extras, specifiers, found.url or "", marker)


def _requirement(name: str, extras: list[str], specifiers: str, url: str, marker: str) -> PipPackage:
    name = normalized_name(name)
    text = name + (f"[{','.join(extras)}]" if extras else "") + specifiers
    if url:
        text += f" @ {url}"
    return PipPackage("requirement", name, text + (f" ; {marker}" if marker else ""))


def _canonical_marker(body: str) -> str:
    """The marker with our spacing and quotes. After a URL it begins at ` ;`, else at the first `;`."""
    at = re.search(r"\s;", body) if re.match(r"[^;]*@", body) else re.search(r";", body)
    if at is None:
        return ""
    words = []
    for token in _MARKER_TOKEN.findall(body[at.end() :]):
        if token[0] == "'" and '"' not in token:
            token = f'"{token[1:-1]}"'
        if not token.isspace():
            words.append(token)
    return " ".join(words).replace("( ", "(").replace(" )", ")")


def _why_not(text: str, start: int, end: int) -> PackageProblem:
    """The nearest reason why `packaging` refused, in our words."""
    match = _NAME.match(text, start, end)
    if match is None:
        if text[start] in "'\"":
            inner = text[start:end].rstrip(",").strip("'\"")
            return _problem(
                start, end, "quotes do not belong to a requirement here", f"write `{inner}`", inner
            )
        return _problem(
            start,
            end,
            f"`{text[start:end]}` does not begin with a package name",
            "a name is made of letters, digits, `-`, `_` and `.`, and begins and ends with a letter or digit",
        )
    at = match.end()
    rest, gap = text[at:end].lstrip(), len(text[at:end]) - len(text[at:end].lstrip())
    at += gap
    name = match[0]
    if rest.startswith("::"):
        return _problem(start, end, "a channel belongs to conda", "put it in `conda`")
    if rest.startswith("["):
        return _problem(at, end, "the extras are not closed or not names", "write `name[extra,other]`")
    if re.match(r"=[^=<>]", rest):
        return _problem(at, at + 1, "`=` is an operator of conda, not of pip", "write `==`", "==")
    if rest.startswith(("=>", "=<")):
        meant = rest[1] + "="
        return _problem(at, at + 2, f"there is no operator `{rest[:2]}`", f"write `{meant}`", meant)
    if rest.startswith("^"):
        return _problem(at, end, "there is no operator `^`", "write both bounds, such as `>=1.5,<2`")
    if re.match(r"[0-9]", rest) and gap:
        return _problem(
            at, end, "an operator is missing before the version", f"write `{name} =={rest}`", f"=={rest}"
        )
    comment = re.search(r"\s#", text[start:end])
    if comment:
        return _problem(
            start + comment.start(), end, "a comment inside the string", "move it behind the string", ""
        )
    return _bad_clause(text, at, end)


def _bad_clause(text: str, at: int, end: int) -> PackageProblem:
    """The first version clause that is wrong, else the marker."""
    from packaging.specifiers import InvalidSpecifier, Specifier

    semicolon = text.find(";", at, end)
    stop = end if semicolon == -1 else semicolon
    for match in re.finditer(r"[^,()]+", text[at:stop]):
        clause = match[0].strip()
        first = at + match.start() + len(match[0]) - len(match[0].lstrip())
        last = first + len(clause)
        operator, version = split_clause(clause)
        try:
            Specifier(clause)
        except InvalidSpecifier:
            second = re.search(r"\s+(?=[<>=!~])", clause[len(operator) + 1 :])
            if operator and second:
                gap = first + len(operator) + 1 + second.start()
                return _problem(gap, gap + len(second[0]), "a comma is missing between two bounds", "", ",")
            if not operator:
                return _problem(first, last, f"`{clause}` is neither a version bound nor a marker")
            if not version:
                return _problem(first, last, f"no version after `{operator}`")
            if version.endswith(".*"):
                meant = operator + version[:-2]
                return _problem(
                    first, last, f"`*` is not understood after `{operator}`", f"write `{meant}`", meant
                )
            if operator == "~=":
                return _problem(
                    first,
                    last,
                    "`~=` needs a version of two numbers or more",
                    f"write `~={version}.0`, or `>={version}`",
                )
            return _problem(first, last, f"`{version}` is not a version", "see PEP 440 for what is one")
    if semicolon != -1:
        return _problem(
            semicolon,
            end,
            f"`{text[semicolon + 1 : end].strip()}` is not an environment marker",
            'a marker compares, as in `python_version < "3.12"`',
        )
    if at >= end:
        return _problem(0, end, "it is not a requirement", "see PEP 508")
    return _problem(at, end, f"`{text[at:end]}` does not belong to a requirement", "see PEP 508")
