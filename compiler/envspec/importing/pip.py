"""Requirements files of pip, with everything that the format has.

Nested `-r` files are written out; a `-c` file is named in `constraints` where it lies in the project. Hashes are the
lock's business and are left out, as are options that choose among files; both are told.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from envspec.importing.asked import Asked, line_of, read_text, unread
from envspec.importing.comments import Remarks, comments_of
from envspec.importing.entries import Entry, Packages
from envspec.importing.fields.pip import REQUIREMENTS_TXT
from envspec.importing.fields.row import reason_of
from envspec.importing.findings import BROKEN, Mark
from envspec.importing.spec import Block, Spec
from envspec.packages.file_entries import Entry as FileEntry
from envspec.packages.requirements_file import parse_requirements


def read(asked: Asked) -> Spec:
    """One environment."""
    spec = Spec()
    environment = Block("environment", asked.name)
    packages = Packages(asked)
    rest = add_requirements(asked, packages, asked.path)
    if rest:
        environment.comments["end"] = list(rest)
    spec.blocks.append(environment)
    packages.fill(environment, spec)
    return spec


def add_requirements(
    asked: Asked, packages: Packages, path: Path, above: tuple[Path, ...] = ()
) -> tuple[str, ...]:
    """Adds the entries of a file, and of those that it includes; gives the comments at its end. `above` are the files
    that led here."""
    text = read_text(path)
    found, problems = parse_requirements(text)
    shown = asked.shown(path)
    adding: tuple[tuple[list[FileEntry], Callable[[Entry, str], None]], ...] = (
        (found.pip, lambda one, _: packages.add_pip(one)),
        (found.options, lambda one, _: packages.add_option(one)),
        (found.includes, lambda one, kind: include(asked, packages, one, kind, (*above, path))),
    )
    listed = [(entry, add) for entries, add in adding for entry in entries]
    listed.sort(key=lambda row: row[0].start)
    remarks, rest = comments_of(text, [(entry.start, entry.end) for entry, _ in listed], below=True)
    for entry, add in listed:
        line = line_of(text, entry.start)
        one = Entry(
            entry.text, shown, line, path.parent, remarks.get(entry.start, Remarks()),
            start=entry.start, end=entry.end,
        )  # fmt: skip
        add(one, entry.kind)
    asked.report.hashes(len(found.hashes), shown, line_of(text, found.hashes[0].start) if found.hashes else 0)
    for problem in problems:
        reason = f"{problem.message}; {problem.help}" if problem.help else problem.message
        what = text[problem.start : problem.end]
        broken = Mark(BROKEN, what, problem.start, problem.end) if problem.code == "E0403" else None
        asked.report.dropped(what, shown, line_of(text, problem.start), reason, broken)
    return rest


def include(asked: Asked, packages: Packages, entry: Entry, kind: str, above: tuple[Path, ...] = ()) -> None:
    """A `-r` or `-c` line (`kind` is `requirement` or `constraint`)."""
    path = Path(os.path.normpath(entry.folder / entry.text))
    option = "-r" if kind == "requirement" else "-c"
    what = f"{option} {entry.text}"
    place = asked.place(entry.text, entry.folder)
    packages.keep(entry.remarks)
    if path in above:
        asked.report.dropped(what, entry.file, entry.line, "it includes itself")
    elif (gone := unread(path, entry.text)) is not None:
        asked.report.dropped(what, entry.file, entry.line, gone.reason, entry.mark(gone.code, entry.text))
    elif kind == "requirement" and path in packages.included:
        asked.report.dropped(what, entry.file, entry.line, "it is included already")
    elif kind == "requirement":
        packages.included.add(path)
        rest = add_requirements(asked, packages, path, above)
        packages.waiting += rest
        asked.report.changed(what, entry.file, entry.line, "pip", reason_of(REQUIREMENTS_TXT, "`-r`"))
    elif place is None:
        asked.report.dropped(what, entry.file, entry.line, "it is outside of the project")
    else:
        packages.constraints.append(place)
        asked.report.carried(what, entry.file, entry.line, "constraints")
