"""`init`: a first spec from what a folder holds, proved by our own check before it is written.

What there is of other tools is looked for first (`importing.detecting`, whose order counts). The first file that its
importer takes is the start, and programs of the folder that it does not speak of become runs of its environment
(`actions.starting_import`). Lists of packages that the language can name are not imported: they stay the source. A file
that the language does not take as it is (an option in a requirements file, say) is not named: what it says is written
out instead, and told.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from envspec.actions.first_spec import Next, Start, Started, checked, there_already
from envspec.actions.starting_import import imported_start
from envspec.actions.writing import write_file
from envspec.diagnostics import Diagnostic, Failure, Severity
from envspec.importing.detecting import Seen, kind_of, seen_in
from envspec.resolve.files import find_root
from envspec.starting.draft import Draft
from envspec.starting.folder import Folder
from envspec.starting.plan import plan
from envspec.starting.questions import Ask, Question
from envspec.starting.table import look
from envspec.starting.writing import text_of

_ENVIRONMENTS = ("conda-meta/history", "pyvenv.cfg")
"""What is in a folder that is an environment itself: its thousands of files are no project's."""


def start(path: Path, file: Path | None, ask: Ask) -> Started:
    """The spec of a folder, or of one file in a folder. `file` is where it is to be, `FOLDER/NAME.envspec` when not
    given.

    Raises `Failure` E1201 when there is no such folder, E1210 when it has a spec already, E1302 for a file that is nothing
    known; and what an importer raises for a file that was named."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 - keeps symlinks
    seen, named = _seen(path, whole)
    target = None if file is None else Path(os.path.abspath(file))  # noqa: PTH100
    answers: dict[str, str] = {}

    def once(question: Question) -> str:
        if question.key not in answers:
            answers[question.key] = ask(question)
        return answers[question.key]

    begun = Start(Folder(whole.parent if named else whole), target, seen, once, named)
    if not (seen and seen[0].file in _ENVIRONMENTS):
        begun = replace(begun, found=look(begun.folder))
    failed: list[Seen] = []
    for one in seen:
        if _is_own(begun, one):
            break
        if any((other.kind, other.path) == (one.kind, one.path) for other in failed):
            continue
        try:
            return imported_start(begun, one)
        except Failure as failure:
            if named or failure.diagnostics[0].code == "E1210":
                raise
            failed.append(one)
            begun.found.remarks.append(
                f"`{one.file}` looks like `{one.kind}` and is not imported: {failure.diagnostics[0].message}"
            )
    return _by_itself(begun, failed)


def _seen(path: Path, whole: Path) -> tuple[Sequence[Seen], bool]:
    """What there is, and whether it is a file that somebody named."""
    if os.path.isdir(path):  # noqa: PTH112 - no, and no error, for a name that is too long
        return seen_in(whole), False
    if not os.path.lexists(path):
        raise Failure(
            Diagnostic("E1201", f"there is no file or folder `{path}`", help="make it, or name another one")
        )
    one = kind_of(whole)
    if one is None:
        raise Failure(
            Diagnostic(
                "E1302",
                f"nothing says what kind of file `{path}` is",
                help=f"say it: `envspec import KIND {path}`; `envspec import --help` lists the kinds",
            )
        )
    return [one], True


def _is_own(begun: Start, one: Seen) -> bool:
    """Whether `starting` reads it. Of a file that was named only when it lists packages that can be named."""
    if not one.own:
        return False
    return not begun.named or any(file.path == one.file for file in begun.found.packages)


def _by_itself(begun: Start, failed: Sequence[Seen]) -> Started:
    """The folder as `starting` reads it."""
    seen, found = begun.folder, begun.found
    if begun.named:
        found = replace(found, packages=[one for one in found.packages if one.path == begun.seen[0].file])
    target = begun.target(seen.root)
    written_out: frozenset[str] = frozenset()
    while True:
        trial = replace(found, remarks=list(found.remarks))
        draft = plan(begun.name, seen, trial, begun.ask, written_out)
        text, findings, sources = checked(seen.root, target, text_of(draft))
        again = _refused(draft, findings, seen.root, target) - written_out
        if not again:
            break
        written_out |= again
    others = [] if begun.named else begun.seen
    aside = tuple(one for one in others if not one.own and one not in failed)
    return Started(target, text, tuple(trial.remarks), findings, sources, _next(draft), aside=aside)


def _next(draft: Draft) -> Next:
    """What can be tried first."""
    deployment = draft.deployments[0].name if draft.deployments else ""
    for run in draft.runs:
        if any(value.startswith("run.") for value in run.inputs.values()):
            continue
        given = run.inputs.values()
        missing = [one.name for one in draft.params if not one.default and f"param.{one.name}" in given]
        return Next(run.name, tuple(missing), deployment)
    return Next(deployment=deployment)


def write(started: Started) -> None:
    """Writes the spec. Raises `Failure` E1210 when the file is there, E1207 when it cannot be written."""
    if os.path.lexists(started.file):
        raise Failure(there_already(started.file))
    write_file(started.file, started.text)


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
