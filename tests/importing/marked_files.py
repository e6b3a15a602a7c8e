"""Files of tests with the places of findings in them: what is between `«` and `»` is what a finding marks.

A case is a text file: a line with the kind and what is imported, then files, each after a line `=== NAME`. `@HERE@` is the
folder that they are in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from envspec.diagnostics import Diagnostic, Source
from tests.importing.imported import project

Place = tuple[str, int, int, str]
"""A file, the line and the column in it, and the text there."""


@dataclass(frozen=True)
class Case:
    kind: str
    read: str
    files: Mapping[str, str]


def cases(folder: str) -> dict[str, Case]:
    """Those of a folder beside this file, by name."""
    return {path.stem: _case(path) for path in sorted((Path(__file__).parent / folder).glob("*.txt"))}


def _case(path: Path) -> Case:
    head, *parts = re.split(r"^=== (.+)\n", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    kind, read = head.split()
    return Case(kind, read, dict(zip(parts[::2], parts[1::2], strict=True)))


def marked_project(folder: Path, files: Mapping[str, str]) -> list[Place]:
    """Writes the files without the marks, into the project `folder`, and gives the places that were marked."""
    places: list[Place] = []
    for name, given in files.items():
        text = given.replace("@HERE@", folder.as_posix())
        plain = re.sub("[«»]", "", text)
        project(folder, {name: plain})
        at = 0
        for part in re.split("(«[^»]*»)", text):
            inner = part.strip("«»")
            if part.startswith("«"):
                before = plain[:at]
                places.append((name, before.count("\n") + 1, at - before.rfind("\n"), inner))
            at += len(inner)
    return sorted(places)


def places_of(findings: Iterable[Diagnostic], sources: Mapping[str, Source], folder: Path) -> list[Place]:
    """Where the findings are. Every one of them has a place, in a source whose text is that of the file."""
    places: list[Place] = []
    for one in findings:
        assert one.span is not None, one
        source = sources[one.span.file]
        path = Path(one.span.file)
        name = (path if path.is_absolute() else Path.cwd() / path).relative_to(folder).as_posix()
        position = source.position(one.span.start)
        places.append((name, position.line, position.column, source.text[one.span.start : one.span.end]))
    return sorted(places)
