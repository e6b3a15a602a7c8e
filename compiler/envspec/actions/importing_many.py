"""Many files imported at once: a spec each, in one folder, and what became of all of them.

Every file is for itself: one that cannot be imported keeps no other from it. Names are given before anything is read, in
the order of the files, so the same files always get the same names. Where it pays, processes share the work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from envspec.actions.checking import in_processes, processors
from envspec.actions.importing import import_spec, name_for, not_as_it_was, write_spec
from envspec.diagnostics import Diagnostic, Failure, Source
from envspec.frozen import Frozen, field, frozen, replace
from envspec.importing.report import CARRIED, CHANGED, DROPPED, as_json, as_text, findings_as_json
from envspec.kept.questions import SUFFIX

_WORTH_PROCESSES = 40
"""Files from which on a second process is worth its start."""


@frozen
class Task(Frozen):
    """A file `path`, the `output` that its spec becomes, and what it is called when that name was taken (else empty)."""

    path: Path
    output: Path
    instead_of: str = ""


@frozen
class Done(Frozen):
    """What became of one file: the report for machines and for people, with `warnings`, or `findings`, and then nothing
    is written. `sources` are what both are shown in."""

    task: Task
    report: dict[str, Any]
    lines: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()


def tasks(paths: Sequence[Path], folder: Path) -> list[Task]:
    """A task for each path, the same path once. A name that another has already gets a number."""
    found: dict[Path, Task] = {}
    taken: set[str] = set()
    last: dict[str, int] = {}
    for path in paths:
        key = path.absolute()
        if key in found:
            continue
        name = wanted = name_for(key)
        while name in taken:
            last[wanted] = last.get(wanted, 1) + 1
            name = f"{wanted}-{last[wanted]}"
        taken.add(name)
        found[key] = Task(path, folder / f"{name}{SUFFIX}", "" if name == wanted else f"{wanted}{SUFFIX}")
    return list(found.values())


def import_many(kind: str, work: Sequence[Task], *, overwrite: bool, strict: bool) -> list[Done]:
    """In the order of `work`. `strict`: what is dropped or changed is a finding, and that spec is not written."""
    processes = min(processors(), len(work) // (_WORTH_PROCESSES // 2))
    if processes < 2:
        return _part(kind, work, overwrite, strict)
    count = processes * 4
    calls = [(kind, work[at::count], overwrite, strict) for at in range(count)]
    done = {one.task.output: one for part in in_processes(processes, _part, calls) for one in part}
    return [done[task.output] for task in work]


def summary(done: Sequence[Done]) -> dict[str, int]:
    """How many files were written and how many not, and how many lines all reports have of each outcome."""
    failed = sum(bool(one.findings) for one in done)
    counts = {
        outcome: sum(one.report.get("summary", {}).get(outcome, 0) for one in done)
        for outcome in (CARRIED, CHANGED, DROPPED)
    }
    return {"files": len(done), "written": len(done) - failed, "failed": failed, **counts}


def all_as_json(done: Sequence[Done]) -> dict[str, Any]:
    """One report of all files."""
    return {"schema": 1, "summary": summary(done), "files": [_as_json(one) for one in done]}


def _as_json(one: Done) -> dict[str, Any]:
    written: dict[str, Any] = {
        "path": str(one.task.path),
        "spec": "" if one.findings else str(one.task.output),
    }
    if one.findings:
        written["errors"] = [{"code": found.code, "message": found.message} for found in one.findings]
    report = {key: value for key, value in one.report.items() if key != "schema"}
    return {**written, **report, "diagnostics": findings_as_json(one.findings or one.warnings, one.sources)}


def _part(kind: str, work: Sequence[Task], overwrite: bool, strict: bool) -> list[Done]:
    return [_one(kind, task, overwrite, strict) for task in work]


def _one(kind: str, task: Task, overwrite: bool, strict: bool) -> Done:
    report: dict[str, Any] = {}
    lines: tuple[str, ...] = ()
    try:
        made = import_spec(kind, task.path, output=task.output)
        report, lines = as_json(made.report), tuple(as_text(made.report))
        if strict and made.report.loses:
            raise not_as_it_was(made.report)
        write_spec(task.output, made.text, overwrite=overwrite)
    except Failure as failure:
        found = tuple(_named(task, one) for one in failure.diagnostics)
        return Done(task, report, lines, found, failure.sources)
    except Exception as error:  # noqa: BLE001 - a bug that one file shows is no reason to leave out the others
        from envspec.diagnostics.bug import bug

        return Done(task, report, lines, (_named(task, bug(error)),))
    return Done(task, report, lines, (), made.report.sources, tuple(made.report.findings))


def _named(task: Task, finding: Diagnostic) -> Diagnostic:
    """The finding with the file in it, so that it can be told from those of others."""
    if finding.span or any(f"`{path}`" in finding.message for path in (task.path, task.path.absolute())):
        return finding
    return replace(finding, message=f"`{task.path}`: {finding.message}")
