"""`init`: a first spec from what a folder holds, proved by our own check before it is written.

A file of the folder that the language does not take as it is (an option in a requirements file, say) is not
named: what it says is written out instead, and told.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from envspec.actions.fixing import ChangedFiles
from envspec.actions.loading import compile_file
from envspec.actions.options import Options
from envspec.diagnostics import Diagnostic, Failure, Severity, Source
from envspec.formatting.format import format_text
from envspec.frozen import Frozen, field, frozen
from envspec.kept.questions import SUFFIX
from envspec.resolve.files import find_root
from envspec.starting.draft import Draft
from envspec.starting.folder import Folder
from envspec.starting.found import Found
from envspec.starting.names import name_of
from envspec.starting.plan import plan
from envspec.starting.questions import Ask, Question
from envspec.starting.table import look
from envspec.starting.writing import text_of


@frozen
class Started(Frozen):
    """`findings` are those of `check` that are left; they lie in files of the folder, with `sources` to show
    them in. Nothing is written yet."""

    file: Path
    text: str
    draft: Draft
    found: Found
    findings: tuple[Diagnostic, ...]
    sources: Mapping[str, Source] = field(default_factory=dict)


def start(folder: Path, file: Path | None, ask: Ask) -> Started:
    """The spec of a folder. `file` is where it is to be, `FOLDER/NAME.envspec` when not given.

    Raises `Failure` E1201 when there is no such folder, E1210 when it has a spec already."""
    if not os.path.isdir(folder):  # noqa: PTH112 - no, and no error, for a name that is too long
        raise Failure(
            Diagnostic("E1201", f"there is no folder `{folder}`", help="make it, or name another one")
        )
    seen = Folder(Path(os.path.abspath(folder)))  # noqa: PTH100 - keeps symlinks
    found = look(seen)
    name = name_of(found.name, "") or name_of(seen.root.name, "project")
    target = seen.root / f"{name}{SUFFIX}" if file is None else Path(os.path.abspath(file))  # noqa: PTH100
    if file is None:
        _refuse_second(seen.root)
    answers: dict[str, str] = {}

    def once(question: Question) -> str:
        if question.key not in answers:
            answers[question.key] = ask(question)
        return answers[question.key]

    written_out: frozenset[str] = frozenset()
    while True:
        trial = replace(found, remarks=list(found.remarks))
        draft = plan(name, seen, trial, once, written_out)
        text, findings, sources = _checked(seen.root, target, text_of(draft))
        again = _refused(draft, findings, seen.root, target) - written_out
        if not again:
            return Started(target, text, draft, trial, findings, sources)
        written_out |= again


def write(started: Started) -> None:
    """Writes the spec. Raises `Failure` E1210 when the file is there, E1207 when it cannot be written."""
    from envspec.atomic_file import write_atomically

    if os.path.lexists(started.file):
        raise Failure(_there(started.file))
    try:
        write_atomically(started.file, started.text.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1207", f"`{started.file}` cannot be written: {reason}")) from error


def _refuse_second(folder: Path) -> None:
    there = sorted(p for p in folder.iterdir() if p.name.endswith(SUFFIX) and p.name != SUFFIX)
    if there:
        raise Failure(_there(there[0]))


def _there(file: Path) -> Diagnostic:
    return Diagnostic(
        "E1210",
        f"there is a spec already: `{file.name}`",
        help="look at it with `envspec check`; see what `init` would write with `--print`, or give another file "
        "with `-o FILE`",
    )


def _checked(
    folder: Path, target: Path, raw: str
) -> tuple[str, tuple[Diagnostic, ...], Mapping[str, Source]]:
    """The formatted text and what `check` finds when it is in its place."""
    text, errors = format_text(Source.of(target.name, raw))
    assert not errors, errors
    inside = target if target.is_relative_to(folder) else folder / target.name
    root = find_root(inside.parent)
    name = inside.relative_to(root).as_posix()
    checked = compile_file(root, name, Options(), ChangedFiles(root, changed={name: text}))
    serious = tuple(d for d in checked.diagnostics if d.severity is not Severity.INFO)
    return text, serious, checked.resolution.sources


def _refused(draft: Draft, findings: tuple[Diagnostic, ...], folder: Path, target: Path) -> frozenset[str]:
    """The files named by the draft because of which it has errors."""
    root = find_root(target.parent if target.is_relative_to(folder) else folder)
    if not any(d.severity is Severity.ERROR for d in findings):
        return frozenset()
    named = {
        path for e in draft.environments for path in (*e.requirements, e.pyproject, e.conda_file) if path
    }
    wrong = {d.span.file for d in findings if d.severity is Severity.ERROR and d.span is not None}
    places = {(folder / path).relative_to(root).as_posix(): path for path in named}
    blamed = frozenset(path for place, path in places.items() if place in wrong)
    return blamed or frozenset(named)
