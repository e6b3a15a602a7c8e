"""E1001 to E1004: the entry of a deployment must have `init()` and `run(data[, request_headers])`.

The script is read and parsed, never run.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label, Source, Span
from envspec.packages.text import control_character


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, deployment in subject.project.deployments.items():
        written = subject.resolution.origins.locate(f"/deployments/{key}/entry")
        path = posixpath.normpath(posixpath.join(deployment.source, deployment.entry))
        if deployment.entry.startswith("/") or posixpath.normpath(deployment.entry).startswith(".."):
            yield Diagnostic(
                "E0402",
                f"the entry `{deployment.entry}` is not inside `source`",
                written,
                "",
                help="`entry` is relative to `source`",
            )
            continue
        unfit = control_character(deployment.entry, "the name of a script")
        if unfit is not None:
            yield Diagnostic(unfit.code, unfit.message, written, help="rename the file")
            continue
        if not subject.files.is_dir(deployment.source):
            continue
        if not subject.files.is_file(path):
            yield Diagnostic(
                "E0401",
                f"there is no file `{deployment.entry}` in `{deployment.source}`",
                written,
                "relative to `source`",
                help=_similar(subject, path),
            )
            continue
        yield from _read(subject, path, written)


def _read(subject: Subject, path: str, written: Span | None) -> Iterator[Diagnostic]:
    from envspec.server.entry import check_entry

    try:
        text = subject.files.read_entry(path).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        yield Diagnostic("E0403", f"`{path}` cannot be read as text", written, notes=(str(error),))
        return
    source = Source.of(path, text)
    for problem in check_entry(text, path):
        subject.resolution.sources.setdefault(path, source)
        span: Span | None = written
        labels: tuple[Label, ...] = ()
        if problem.end > problem.start:
            span = Span(path, problem.start, problem.end)
            labels = (Label(written, "this is the entry"),) if written is not None else ()
        yield Diagnostic(problem.code, problem.message, span, problem.marker, labels, help=problem.help)


def _similar(subject: Subject, path: str) -> str:
    from envspec.resolve.suggest import did_you_mean, known

    folder, name = posixpath.split(path)
    try:
        names = [entry.name for entry in subject.files.path(folder).iterdir() if entry.suffix == ".py"]
    except OSError:
        return ""
    return did_you_mean(name, names) or known(names, "the folder holds no Python file")


RULE = Rule("entry-script", ("E0310", "E0401", "E0402", "E0403", "E1001", "E1002", "E1003", "E1004"), _check)
