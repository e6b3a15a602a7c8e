"""`setup.cfg` of setuptools: alone, or beside a `pyproject.toml` that leaves fields to it. `setup.py` is never run.

Source: setuptools' documentation, "Configuring setuptools using setup.cfg files".
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, is_there, read_text, unread, unreadable_parts
from envspec.importing.entries import Entry
from envspec.importing.fields.pyproject import SETUP_CFG
from envspec.importing.fields.row import reason_of
from envspec.importing.projects.document import Document
from envspec.importing.spec import Spec, Text
from envspec.importing.yaml_text import Node
from envspec.packages.package import PackageProblem
from envspec.packages.python_version import parse_python

if TYPE_CHECKING:
    from envspec.importing.entries import Packages
    from envspec.importing.projects.pyproject import Project

_FILE = re.compile(r"file:\s*(.+)", re.DOTALL)


def read_setup_cfg(asked: Asked) -> Spec:
    from envspec.importing.projects.pyproject import Project

    project = Project(asked, Document(asked, asked.path, "", Node()))
    reader = _Reader(project, asked.path)
    reader.alone = True
    reader.read()
    says = project.packages.pip or project.groups or "python" in project.environment.attributes
    return project.finished() if says else Spec()


def read_beside(project: Project, has_project: bool) -> frozenset[str]:
    """Reads the `setup.cfg` beside a `pyproject.toml`; gives the fields of PEP 621 that it has."""
    path = project.document.path.parent / "setup.cfg"
    if not is_there(path):
        return frozenset()
    gone = unread(path, path.name)
    if gone is not None:
        project.asked.report.dropped(path.name, project.asked.shown(path), 0, gone.reason)
        return frozenset()
    reader = _Reader(project, path)
    reader.alone = not has_project
    return reader.read()


class _Reader:
    def __init__(self, project: Project, path: Path) -> None:
        self._project, self._path = project, path
        self._report, self._shown = project.asked.report, project.asked.shown(path)
        self._text = read_text(path)
        self._lines: dict[tuple[str, str], int] = {}
        self.alone = False

    def read(self) -> frozenset[str]:
        from configparser import Error, RawConfigParser

        parser = RawConfigParser(delimiters=("=", ":"), strict=False)
        try:
            parser.read_string(self._text)
        except (Error, ValueError) as error:
            raise _unreadable(self._project.asked, self._path, error) from None
        found: set[str] = set()
        for section in parser.sections():
            for key, value in parser.items(section):
                field = self._field(section, key, value or "")
                if field:
                    found.add(field)
        return frozenset(found)

    def _field(self, section: str, key: str, value: str) -> str:
        """Reads an option; gives the field of PEP 621 that it is, empty when it is none that is taken."""
        project, line = self._project, self._line(section, key)
        what = f"[{section}] {key}"
        if (section, key) == ("metadata", "name") and self.alone and re.fullmatch(r"[\w.-]+", value):
            from envspec.starting.names import name_of

            project.environment.label = name_of(value, project.asked.name)
            self._report.carried(
                f"{what} = {value}", self._shown, line, f"environment {project.environment.label}"
            )
            return "name"
        if (section, key) == (
            "metadata",
            "description",
        ) and "description" not in project.environment.attributes:
            text = " ".join(value.split())
            if text and not text.startswith(("file:", "attr:")):
                project.environment.add("description", Text(text))
                self._report.carried(f"{what} = {text}", self._shown, line, "description")
                return "description"
        if (section, key) == ("options", "install_requires"):
            self._requirements(project.packages, value, section, key)
            return "dependencies"
        if (section, key) == ("options", "python_requires"):
            return self._python(what, value, line)
        if section == "options.extras_require":
            self._requirements(project.group(key, "extra"), value, section, key)
            return "optional-dependencies"
        other = section != "metadata" and not section.startswith("options")
        reason = reason_of(SETUP_CFG, "any other section" if other else "metadata.any other key")
        self._report.dropped(what, self._shown, line, reason)
        return ""

    def _python(self, what: str, value: str, line: int) -> str:
        problem = parse_python(value)
        if "python" in self._project.environment.attributes:
            self._report.dropped(f"{what} = {value}", self._shown, line, "`requires-python` is taken")
        elif isinstance(problem, PackageProblem):
            self._report.dropped(f"{what} = {value}", self._shown, line, problem.message)
        else:
            self._project.environment.add("python", Text(value))
            self._report.carried(f"{what} = {value}", self._shown, line, "python")
        return "requires-python"

    def _requirements(self, packages: Packages, value: str, section: str, key: str) -> None:
        """Requirements, one a line or between semicolons; or `file: requirements.txt`."""
        from envspec.importing.pip import include

        line = self._line(section, key)
        if named := _FILE.match(value.strip()):
            for name in re.split(r"[,\n]", named[1]):
                if name.strip():
                    include(
                        self._project.asked, packages,
                        Entry(name.strip(), self._shown, line, self._path.parent), "requirement",
                    )  # fmt: skip
            return
        lines = self._text.splitlines()
        rows = (
            value.splitlines()
            if "\n" in value
            else re.split(r";(?=\s*[A-Za-z0-9._-]+\s*(?:[<>=!~\[;]|$))", value)
        )
        at = line
        for row in rows:
            text = row.split(" #")[0].strip()
            if not text or text.startswith("#"):
                continue
            here = next((n for n in range(at, len(lines) + 1) if text in lines[n - 1]), line)
            at = here
            packages.add_pip(Entry(text, self._shown, here, self._path.parent))

    def _line(self, section: str, key: str) -> int:
        """The line of an option, which configparser does not tell."""
        if not self._lines:
            inside = ""
            for number, text in enumerate(self._text.splitlines(), start=1):
                if header := re.match(r"\[([^\]]+)\]", text):
                    inside = header[1]
                elif option := re.match(r"([^\s#;=:][^=:]*?)\s*[=:]", text):
                    self._lines.setdefault((inside, option[1].lower()), number)
        return self._lines.get((section, key.lower()), 0)


def _unreadable(asked: Asked, path: Path, error: Exception) -> Failure:
    """What configparser says, at each of the lines that it says it of."""
    listed = getattr(error, "errors", None) or [(getattr(error, "lineno", 0), "")]
    said = "neither a section nor an option" if getattr(error, "errors", None) else str(error).splitlines()[0]
    return unreadable_parts(asked, path, [(said, line, -1, -1) for line, _ in listed])
