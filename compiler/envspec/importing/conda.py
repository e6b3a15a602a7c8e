"""`environment.yml` of conda, and an environment that conda or micromamba exported.

conda's own format and conda-lock's additions (`platforms`, `category`). What conda reads as a comment, such as a
selector of conda-lock (`# [linux64]`), stays one, and is told. Channels, MatchSpecs, every `pip:` list with what it
includes, and variables come over; `prefix` is a place on one machine and does not. `python_env.yaml` of MLflow, which
people keep beside it, is read too.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from envspec.frozen import replace
from envspec.importing.asked import Asked, line_of, read_text, unreadable, unreadable_parts
from envspec.importing.comments import Remarks, comments_of
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.conda import ENVIRONMENT_YML
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.findings import BROKEN, Mark
from envspec.importing.pip import include
from envspec.importing.spec import Block, Spec, Text, texts
from envspec.packages import file_entries
from envspec.packages.conda_file import parse_conda_file
from envspec.packages.lock_platform import BY_SUBDIR
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python
from envspec.starting.names import name_of

_PLATFORMS = {
    "linux-64": "linux/amd64",
    "linux-aarch64": "linux/arm64",
    "linux-ppc64le": "linux/ppc64le",
    "linux-s390x": "linux/s390x",
}
_SELECTOR = re.compile(r"\[[a-z0-9_ -]+\]\Z")
_OF_LINUX = ("linux", "unix")
_REASONS = reasons(ENVIRONMENT_YML)
_SELECTED, _NOT_SELECTED = (
    reason_of(ENVIRONMENT_YML, "dependencies[].`sel(…)`", when)
    for when in ("it holds for Linux", "it holds elsewhere")
)


def read(asked: Asked) -> Spec:
    """One environment."""
    spec = Spec()
    environment = Block("environment", asked.name)
    packages = Packages(asked)
    read_conda(asked, packages, environment, asked.path, spec)
    spec.blocks.append(environment)
    packages.fill(environment, spec)
    _platforms_last(environment)
    return spec


def read_conda(
    asked: Asked,
    packages: Packages,
    environment: Block,
    path: Path,
    spec: Spec | None = None,
    text: str | None = None,
) -> None:
    """Adds what `path` says to an environment; its name and first comments to the spec that is only of it. `text` is
    what stands for the file's when only a part of it is a conda file."""
    text = read_text(path) if text is None else text
    found, problems = parse_conda_file(text)
    python_env = any(entry.kind == "build_dependencies" for entry in found.others)
    says = (
        found.conda,
        found.selected,
        found.pip,
        found.includes,
        found.options,
        found.channels,
        found.variables,
    )
    broken = [problem for problem in problems if problem.code == "E0403"]
    if broken and not python_env and not any(says):
        rows = [(one.message, line_of(text, one.start), one.start, one.end) for one in broken]
        raise unreadable_parts(asked, path, rows)
    if spec is not None and not found.name and not any(says) and any(one.code == "W0408" for one in problems):
        raise unreadable(asked, path, _what_else({one.kind for one in found.others}), 1)
    if python_env:
        from envspec.importing.python_env import add_python_env

        add_python_env(asked, packages, environment, path, text)
        return
    shown = asked.shown(path)
    if spec is not None and found.name:
        environment.label = name_of(found.name, asked.name)
        if environment.label == found.name:
            asked.report.carried(
                f"name: {found.name}", shown, 1 + text[: text.find(found.name)].count("\n"), "environment"
            )
        else:
            asked.report.changed(
                f"name: {found.name}", shown, 1 + text[: text.find(found.name)].count("\n"),
                f"environment {environment.label}", "a name is lower-case letters, digits, `_` and `-`",
            )  # fmt: skip
    reader = _Reader(asked, packages, path, text, found)
    reader.read_all(spec)
    packages.channels_of_conda |= bool(found.conda) and not found.channels
    for problem in problems:
        if problem.code != "W0408" and not (found.selected and "micromamba's" in problem.message):
            _told(asked, shown, text, problem)
    _others(asked, environment, found, shown, text)


def _what_else(keys: set[str]) -> str:
    """What a file is that has these keys and none of conda's."""
    if {"metadata", "package"} <= keys:
        return "it is a lock: `envspec import conda-lock` reads it"
    return "an `environment.yml` has `name`, `channels` and `dependencies`"


class _Reader:
    """The entries of one file, in the order in which it has them."""

    def __init__(
        self, asked: Asked, packages: Packages, path: Path, text: str, found: file_entries.FileEntries
    ) -> None:
        self._asked, self._packages, self._path, self._text, self._found = asked, packages, path, text, found
        self._shown = asked.shown(path)

    def read_all(self, spec: Spec | None) -> None:
        found, text = self._found, self._text
        listed = (*found.channels, *found.conda, *found.selected, *found.pip, *found.options, *found.includes)
        places = [(one.start, one.end) for one in listed]
        remarks, rest = comments_of(text, places)
        first = min((start for start, _ in places), default=0)
        if spec is not None and first in remarks:  # what stands before everything is about the file
            head, below = _head(text, remarks[first])
            spec.above += head
            remarks = {**remarks, first: below}
        if spec is not None and rest:
            spec.above += rest
        for channel in found.channels:
            self._packages.add_channel(channel.text, self._shown, line_of(text, channel.start))
        for entry in found.conda:
            self._packages.add_conda(self._entry(entry, remarks))
            self._selector(entry, remarks)
        for entry in found.selected:
            self._selected(entry, remarks)
        for variable in found.variables:
            self._packages.add_variable(
                variable.name, variable.text, self._shown, line_of(text, variable.start)
            )
        for entry in found.options:
            self._packages.add_option(self._entry(entry, remarks))
        for entry in found.includes:
            include(self._asked, self._packages, self._entry(entry, remarks), entry.kind)
        for entry in found.pip:
            self._packages.add_pip(self._entry(entry, remarks))
            self._selector(entry, remarks)

    def _entry(self, entry: file_entries.Entry, remarks: Any) -> Entry:
        line = line_of(self._text, entry.start)
        return Entry(
            entry.text, self._shown, line, self._path.parent, remarks.get(entry.start, Remarks()),
            start=entry.start, end=entry.end,
        )  # fmt: skip

    def _selected(self, entry: file_entries.Entry, remarks: Any) -> None:
        """A package of a `sel(…)` of micromamba."""
        given, selector = self._entry(entry, remarks), f"sel({entry.kind})"
        what = f"{selector}: {entry.text}"
        if entry.kind in _OF_LINUX:
            why = _SELECTED.replace("…", selector)
            self._packages.add_conda(replace(given, what=what, why=why))
        else:
            reason = _NOT_SELECTED.replace("…", selector)
            self._asked.report.dropped(what, given.file, given.line, reason)

    def _selector(self, entry: file_entries.Entry, remarks: Any) -> None:
        behind = remarks.get(entry.start, Remarks()).behind
        if _SELECTOR.match(behind):
            self._asked.report.changed(
                f"{entry.text}  # {behind}", self._shown, line_of(self._text, entry.start), f"# {behind}",
                reason_of(ENVIRONMENT_YML, "a selector in a comment"),
            )  # fmt: skip


def _head(text: str, remarks: Remarks) -> tuple[list[str], Remarks]:
    """The comments at the very beginning of the file, and those that belong to the first entry."""
    count = 0
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            count += 1
        elif line.strip() and line.strip() != "---":
            break
    return list(remarks.above[:count]), Remarks(remarks.above[count:], remarks.behind)


def _told(asked: Asked, shown: str, text: str, problem: PackageProblem) -> None:
    what = text[problem.start : problem.end].strip() or text.splitlines()[0]
    reason = f"{problem.message}; {problem.help}" if problem.help else problem.message
    broken = Mark(BROKEN, what, problem.start, problem.end) if problem.code == "E0403" else None
    asked.report.dropped(what, shown, line_of(text, problem.start), reason, broken)


def _others(asked: Asked, environment: Block, found: file_entries.FileEntries, shown: str, text: str) -> None:
    platforms: list[str] = []
    machines: list[str] = []
    for entry in found.others:
        line = line_of(text, entry.start)
        what = f"{entry.kind}: {entry.text}".strip()
        if entry.kind == "platforms" and entry.text in _PLATFORMS:
            platforms.append(_PLATFORMS[entry.text])
            asked.report.carried(what, shown, line, "docker.platforms")
        elif entry.kind == "platforms" and entry.text in BY_SUBDIR:
            machines.append(BY_SUBDIR[entry.text])
            asked.report.carried(what, shown, line, "lock_platforms")
        elif entry.kind == "platforms":
            asked.report.dropped(what, shown, line, reason_of(ENVIRONMENT_YML, "platforms", "it is Windows"))
        else:
            if entry.kind not in _REASONS:
                what = entry.kind  # its value may be anything
            asked.report.dropped(what, shown, line, _REASONS.get(entry.kind, _REASONS[OTHER]))
    environment.add("lock_platforms", texts(machines))
    if platforms:
        environment.inner("docker").add("platforms", texts(platforms))


def _platforms_last(environment: Block) -> None:
    """`docker { … }` at the end, as people write it."""
    docker = environment.attributes.pop("docker", None)
    if docker is not None:
        environment.attributes["docker"] = docker


def python_of(asked: Asked, version: str, shown: str, line: int, environment: Block) -> None:
    """`python` from another tool's text."""
    problem = parse_python(version)
    if isinstance(problem, PackageProblem):
        asked.report.dropped(f"python {version}", shown, line, problem.message)
    else:
        environment.add("python", Text(version))
        asked.report.carried(f"python {version}", shown, line, "python")
