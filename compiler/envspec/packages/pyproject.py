"""`pyproject.toml`: PEP 621 dependencies and `requires-python`, extras, and PEP 735 dependency groups.

In: the text. Out: the entries with their places. tomllib reads the values but tells no places, so they are
found by scanning the text for the strings of a table in order (`toml_places`); a value that cannot be found
that way gets the place of its key or table, never a wrong one.
"""

from __future__ import annotations

from typing import Any

from envspec.packages.file_entries import Entry, FileEntries, unreadable
from envspec.packages.package import PackageProblem
from envspec.packages.toml_places import Places


def parse_pyproject(text: str) -> tuple[FileEntries, list[PackageProblem]]:
    """The entries of a `pyproject.toml`. A file without `[project]` has none."""
    return parse_toml(text, script=False)


def parse_toml(text: str, *, script: bool) -> tuple[FileEntries, list[PackageProblem]]:
    """The same for inline script metadata (`script`), whose keys are at the top."""
    import tomllib

    from envspec.packages.toml_text import loads

    entries = FileEntries()
    try:
        document = loads(text)
    except tomllib.TOMLDecodeError as error:
        return entries, [_not_toml(text, str(error))]
    except RecursionError:
        return entries, [unreadable(0, len(text), "the file is nested too deeply")]
    reader = _Reader(text, entries)
    if script:
        reader.project(document, ())
    else:
        project = document.get("project", {})
        if isinstance(project, dict):
            reader.project(project, ("project",))
        else:
            reader.expected(("project",), "a table")
        reader.groups(document.get("dependency-groups", {}))
    return entries, reader.problems


def _not_toml(text: str, message: str) -> PackageProblem:
    """`… (at line 3, column 7)` of tomllib, as a place."""
    import re

    match = re.search(r"^(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)$", message, re.DOTALL)
    if match is None:
        return unreadable(0, len(text), f"not TOML: {message.lower()}")
    if match[2] is None:
        return unreadable(len(text), len(text), f"not TOML: {match[1].lower()}")
    lines = text.replace("\r\n", " \n").split("\n")  # the same length, so offsets stay
    at = sum(len(line) + 1 for line in lines[: int(match[2]) - 1]) + int(match[3]) - 1
    reason = match[1][0].lower() + match[1][1:]
    return unreadable(min(at, len(text)), min(at + 1, len(text)), f"not TOML: {reason}")


class _Reader:
    def __init__(self, text: str, entries: FileEntries) -> None:
        self.entries = entries
        self.places = Places(text)
        self.problems: list[PackageProblem] = []

    def expected(self, path: tuple[str, ...], what: str) -> None:
        start, end = self.places.key(path)
        self.problems.append(
            unreadable(
                start, end, f"`{'.'.join(path)}` is not {what}", "see the specification of pyproject.toml"
            )
        )

    def project(self, table: dict[str, Any], path: tuple[str, ...]) -> None:
        if isinstance(table.get("name"), str):
            self.entries.name = table["name"]
        self.entries.pip += self.strings(table.get("dependencies", []), (*path, "dependencies"), "")
        python = table.get("requires-python")
        if isinstance(python, str):
            place = (*path, "requires-python")
            self.entries.python = Entry(python, *self.places.strings(place, [python])[0])
        elif python is not None:
            self.expected((*path, "requires-python"), "a text")
        extras = table.get("optional-dependencies", {})
        if not isinstance(extras, dict):
            self.expected((*path, "optional-dependencies"), "a table")
            return
        for name, values in extras.items():
            self.entries.groups[name] = self.strings(values, (*path, "optional-dependencies", name), name)
        dynamic = table.get("dynamic", [])
        if isinstance(dynamic, list) and "dependencies" in dynamic:
            start, end = self.places.key((*path, "dynamic"))
            self.problems.append(
                PackageProblem(
                    "E0408",
                    start,
                    end,
                    "the dependencies are dynamic: only the build backend knows them",
                    "name the file they come from with `requirements`, or the project itself in `pip`",
                )
            )

    def strings(self, values: Any, path: tuple[str, ...], kind: str) -> list[Entry]:
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.expected(path, "a list of texts")
            return []
        places = self.places.strings(path, values)
        return [Entry(v, start, end, kind) for v, (start, end) in zip(values, places, strict=True)]

    def groups(self, table: Any) -> None:
        """PEP 735, with `{include-group = name}` filled in."""
        if not isinstance(table, dict):
            self.expected(("dependency-groups",), "a table")
            return
        own: dict[str, list[Entry]] = {}
        includes: dict[str, list[str]] = {}
        for name, values in table.items():
            path = ("dependency-groups", name)
            if not isinstance(values, list):
                self.expected(path, "a list")
                continue
            texts = [value for value in values if isinstance(value, str)]
            others = [value for value in values if not isinstance(value, str)]
            own[name] = self.strings(texts, path, name)
            includes[name] = [
                v["include-group"] for v in others if isinstance(v, dict) and "include-group" in v
            ]
            for missing in includes[name]:
                if missing not in table:
                    start, end = self.places.key(path)
                    self.problems.append(
                        PackageProblem("E0408", start, end, f"there is no dependency group `{missing}`")
                    )
        for name in own:
            self.entries.groups.setdefault(name, _filled(name, own, includes, set()))


def _filled(
    name: str, own: dict[str, list[Entry]], includes: dict[str, list[str]], there: set[str]
) -> list[Entry]:
    """What a group has and includes, each group once, however many include it; `there` are those that it has already."""
    found: list[Entry] = []
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in own and one not in there:
            there.add(one)
            found += own[one]
            waiting += reversed(includes[one])
    return found
