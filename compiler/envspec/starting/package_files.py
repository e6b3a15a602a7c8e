"""Files that list packages: `pyproject.toml`, requirements files, `environment.yml`, `setup.cfg`."""

from __future__ import annotations

import configparser
import re

from envspec.lazy_pattern import lazy_pattern
from envspec.packages.file_entries import FileEntries
from envspec.packages.pyproject import parse_pyproject
from envspec.packages.requirements_file import parse_requirements
from envspec.starting.folder import Folder
from envspec.starting.found import Clue, Found, PackageFile

_ASIDE = lazy_pattern(r"dev|test|doc|lint|typing|ci|build|optional|example", re.IGNORECASE)
_REQUIREMENTS = lazy_pattern(r"requirements(?:[-_.][\w.-]+)?\.(?:txt|in)\Z|requirements/[\w.-]+\.txt\Z")


def look_at_pyproject(folder: Folder, found: Found) -> None:
    """`pyproject.toml` with `[project]`: the attribute `pyproject` takes it as it is."""
    text = folder.text("pyproject.toml")
    if text is None:
        return
    entries, _ = parse_pyproject(text)
    found.name = found.name or entries.name
    if entries.pip or entries.python is not None:
        found.packages.append(_package_file("pyproject.toml", "pyproject", entries))
    elif "[tool.poetry" in text:
        found.remarks.append(
            "`pyproject.toml` is Poetry's own form, whose dependencies are not read: list them in `pip`"
        )


def look_at_requirements(folder: Folder, found: Found) -> None:
    """`requirements.txt`, or the one of its kind that is not for developers alone."""
    names = [path for path in folder.files if _REQUIREMENTS.match(path)]
    main = [
        path for path in names if path.endswith(".txt") and not _ASIDE.search(path.rpartition("/")[2][12:])
    ]
    main.sort(key=lambda path: (path != "requirements.txt", path))
    for path in main[:1]:
        entries, _ = parse_requirements(folder.text(path) or "")
        if entries.pip or entries.includes:
            found.packages.append(_package_file(path, "requirements", entries))
    found.others += [path for path in names if path not in main[:1]]


def look_at_conda_files(folder: Folder, found: Found) -> None:
    """`environment.yml`, and files that look like one."""
    names = [
        path
        for path in folder.files
        if "/" not in path and re.match(r"(environment|conda|env)[\w.-]*\.ya?ml\Z", path)
    ]
    names.sort(key=lambda path: (not path.startswith("environment.y"), path))
    good: list[str] = []
    for path in names:
        text = folder.text(path)
        plain = re.match(r"environment\.ya?ml\Z", path)  # what others are called may be something else
        if text is None or "dependencies" not in text:
            if plain:
                why = "it is no UTF-8 text" if text is None else "it has no `dependencies`"
                found.remarks.append(f"`{path}` is not taken: {why}")
            continue
        from envspec.packages.conda_file import parse_conda_file

        entries, problems = parse_conda_file(text)
        if not (entries.conda or entries.pip):
            if plain and problems:
                found.remarks.append(f"`{path}` is not taken: {problems[0].message}")
            continue
        if not good:
            found.packages.append(_package_file(path, "conda_file", entries))
            found.name = found.name or entries.name
        good.append(path)
    found.others += good[1:]


def look_at_setup_cfg(folder: Folder, found: Found) -> None:
    """`setup.cfg` of setuptools, which no attribute can name."""
    text = folder.text("setup.cfg")
    if text is None:
        return
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    pip = tuple(
        line.partition(" #")[0].strip()
        for line in parser.get("options", "install_requires", fallback="").splitlines()
        if line.strip() and not line.strip().startswith(("#", "file:"))
    )
    python = parser.get("options", "python_requires", fallback="").strip()
    found.name = found.name or parser.get("metadata", "name", fallback="").strip()
    if pip:
        found.packages.append(PackageFile("setup.cfg", "", pip=pip, python=python))
    elif python:
        found.python.append(Clue(python, "setup.cfg"))


def _package_file(path: str, attribute: str, entries: FileEntries) -> PackageFile:
    return PackageFile(
        path,
        attribute,
        tuple(entry.text for entry in entries.pip),
        tuple(entry.text for entry in entries.conda),
        tuple(entry.text for entry in entries.channels),
        entries.python.text if entries.python is not None else "",
        tuple(entry.text for entry in entries.options),
        tuple((variable.name, variable.text) for variable in entries.variables),
        tuple(entry.text for entry in entries.includes),
    )
