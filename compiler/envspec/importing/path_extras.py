"""What the extras of a local project need: a path of the language has none, so their packages are written out.

Read from `[project.optional-dependencies]` of `pyproject.toml`, or from `[options.extras_require]` of `setup.cfg`, and
never from `setup.py`, which would have to be run. An extra that names others of its project (`name[other]`) has theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from envspec.frozen import Frozen, frozen
from envspec.importing.asked import line_of, read_text, unread
from envspec.packages.pip import normalized_name


@frozen
class Needed(Frozen):
    """A requirement on `line` of `file`."""

    text: str
    file: Path
    line: int


def needs_of_extras(folder: Path, extras: Iterable[str]) -> list[Needed] | None:
    """What the extras of the project in `folder` need; None when its files do not say so."""
    for name, reader in (("pyproject.toml", _pyproject), ("setup.cfg", _setup_cfg)):
        file = folder / name
        if unread(file, name) is not None:
            continue
        text = read_text(file)
        project, groups = reader(text)
        known = {normalized_name(extra): needs for extra, needs in groups.items()}
        wanted = [normalized_name(extra) for extra in extras]
        if all(extra in known for extra in wanted):
            found = _with_own(project, known, wanted)
            return [Needed(one, file, line_of(text, max(text.find(one), 0))) for one in found]
    return None


def _with_own(project: str, known: Mapping[str, list[str]], wanted: list[str]) -> list[str]:
    found: dict[str, None] = {}
    done: set[str] = set()
    while wanted:
        extra = wanted.pop(0)
        if extra in done:
            continue
        done.add(extra)
        for need in known.get(extra, ()):
            own = re.fullmatch(r"([A-Za-z0-9._-]+)\s*\[([^\]]*)\]\s*", need)
            if own and normalized_name(own[1]) == project:
                wanted += [normalized_name(one.strip()) for one in own[2].split(",")]
            else:
                found[need] = None
    return list(found)


def _pyproject(text: str) -> tuple[str, dict[str, list[str]]]:
    import tomllib

    try:
        project = tomllib.loads(text).get("project")
    except (tomllib.TOMLDecodeError, RecursionError):
        return "", {}
    if not isinstance(project, dict):
        return "", {}
    extras = project.get("optional-dependencies")
    groups = extras.items() if isinstance(extras, dict) else ()
    return normalized_name(str(project.get("name", ""))), {
        extra: [need for need in needs if isinstance(need, str)]
        for extra, needs in groups
        if isinstance(needs, list)
    }


def _setup_cfg(text: str) -> tuple[str, dict[str, list[str]]]:
    from configparser import Error, RawConfigParser

    parser = RawConfigParser(delimiters=("=", ":"), strict=False)
    try:
        parser.read_string(text)
    except (Error, ValueError):
        return "", {}
    section = "options.extras_require"
    options = parser.items(section) if parser.has_section(section) else []
    name = parser.get("metadata", "name", fallback="")
    return normalized_name(name), {
        extra: [line.strip() for line in value.splitlines() if line.strip()] for extra, value in options
    }
