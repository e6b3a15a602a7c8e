"""The requirements file format of pip.

In: the text of one file. Out: its entries with their places. Lines end with LF, CRLF or CR; a backslash at
the end continues a line; a comment begins with `#` at the start of a line or after white space (pip's own
rules, in that order). `-r`, `-c` and `-e` become entries, `--hash` goes to `hashes`, every other option to
`options` for the caller to refuse (`option_help` says what to do instead). `${VAR}` is left as it is, for
`variables_in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.file_entries import Entry, FileEntries, unreadable
from envspec.packages.package import PackageProblem

_LINE = lazy_pattern(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_COMMENT = lazy_pattern(r"(?:^|\s+)#.*$")
_OPTION = lazy_pattern(
    r"(?P<name>--[A-Za-z][A-Za-z0-9-]*|-[A-Za-z])(?:\s*=\s*|\s+|(?=\S)(?<!--)|\Z)(?P<value>[\s\S]*)\Z"
)
_PER_REQUIREMENT = lazy_pattern(r"\s+(--[A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+)((?:(?!\s--)[\s\S])*)")
_WORD = lazy_pattern(r"(?:\"[^\"]*\"|'[^']*'|[^\s\"']|[\"'])+")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "--pypi-url": "--index-url",
}
_HELP = {
    "--index-url": "write an `index` block and name it in `indexes`",
    "--extra-index-url": "write an `index` block and name it in `indexes`",
    "--find-links": "write an `index` block and name it in `indexes`, or give the paths of the wheels",
    "--no-index": "give every package as a path to its wheel",
    "--trusted-host": "give the index a certificate that the machine trusts",
    "--pre": "write a pre-release in the bound of the package that needs one, as in `>=2.0rc1`",
    "--no-binary": "build a wheel and give its path",
    "--only-binary": "take it out; only wheels are used unless building is asked for",
    "--require-hashes": "take it out; `envspec.lock` keeps the hash of every file and installs nothing else",
    "--prefer-binary": "take it out; only wheels are used unless building is asked for",
    "--use-feature": "take it out; it is about how pip works, which does not install here",
    **dict.fromkeys(
        ("--config-settings", "--config-setting", "--global-option", "--install-option"),
        "take it out; a spec says nothing to build backends: build a wheel and give its path",
    ),
}


def option_help(option: str, *, in_file: bool = True) -> str:
    """What to write in a spec in place of an option (`--index-url URL`) of a requirements file, or of the command
    `pip install`, which has more of them."""
    name = re.split(r"[\s=]", option, maxsplit=1)[0]
    other = (
        "take it out; pip has no such option in a requirements file"
        if in_file
        else "take it out; a spec has no word for it"
    )
    return _HELP.get(_LONG.get(name, name), other)


def parse_requirements(text: str) -> tuple[FileEntries, list[PackageProblem]]:
    """The entries of a requirements (or constraints) file."""
    entries = FileEntries()
    problems: list[PackageProblem] = []
    for start, end, logical in _logical_lines(text):
        _read(entries, problems, Entry(logical, start, end))
    return entries, problems


def _logical_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Lines after continuations and comments, with the characters they come from."""
    parts: list[str] = []
    start = end = -1
    for match in _LINE.finditer(text):
        line = match[0].rstrip("\r\n")
        is_comment = re.match(r"\s*#", line) is not None
        continued = line.endswith("\\") and not is_comment
        bare = line[:-1] if continued else line
        without = _COMMENT.sub("", bare)
        # pip puts a space before a comment line that ends a continuation, so that it is one
        parts.append(" " + without if is_comment and parts else without)
        if without.strip():
            end = match.start() + len(without.rstrip())
            if start < 0:
                start = match.start() + len(without) - len(without.lstrip())
        if continued and match.end() < len(text):
            continue
        logical = "".join(parts).strip()
        if logical:
            yield start, end, logical
        parts, start = [], -1


def _read(entries: FileEntries, problems: list[PackageProblem], line: Entry) -> None:
    if not line.text.startswith("-"):
        _requirement(entries, line)
        return
    match = _OPTION.match(line.text)
    if match is None:
        entries.options.append(line)
        return
    name = _LONG.get(match["name"], match["name"])
    value = match["value"].strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    inner = value[1:-1] if quoted else value
    first = line.text.find(inner, match.start("value"))
    place = _part(line, first, first + len(inner))
    if name in ("--requirement", "--constraint", "--editable") and not inner:
        problems.append(unreadable(line.start, line.end, f"nothing follows `{match['name']}`", "name a file"))
    elif name in ("--requirement", "--constraint") and "://" in inner:
        problems.append(
            PackageProblem(
                "E0408",
                place.start,
                place.end,
                "a requirements file by URL would say something else tomorrow",
                "copy it into the project and include it by path",
            )
        )
    elif name in ("--requirement", "--constraint"):
        entries.includes.append(place._replace(kind=name[2:]))
    elif name == "--editable":
        entries.pip.append(Entry(f"-e {inner}", line.start, line.end))
    else:
        entries.options += _options(line)


def _options(line: Entry) -> Iterator[Entry]:
    """A line of options, each with its value."""
    starts = [word.start() for word in _WORD.finditer(line.text) if re.match(r"--?[A-Za-z]", word[0])]
    for start, end in zip(starts, [*starts[1:], len(line.text)], strict=True):
        yield _part(line, start, start + len(line.text[start:end].rstrip()))


def _requirement(entries: FileEntries, line: Entry) -> None:
    """A package, and the options that pip takes behind one."""
    found = list(_PER_REQUIREMENT.finditer(line.text))
    body = line.text[: found[0].start()].rstrip() if found else line.text
    entries.pip.append(_part(line, 0, len(body)))
    for option in found:
        if option[1] == "--hash":
            entries.hashes.append(_part(line, option.start(2), option.start(2) + len(option[2].strip())))
        else:
            entries.options.append(_part(line, option.start(1), option.start(1) + len(option[0].strip())))


def _part(line: Entry, start: int, end: int) -> Entry:
    """A piece of a logical line; where that was put together from several, its place is the whole line."""
    if len(line.text) == line.end - line.start:
        return Entry(line.text[start:end], line.start + start, line.start + end)
    return Entry(line.text[start:end], line.start, line.end)
