"""One round of `check`: every file that the paths mean, whatever roots they belong to, and what was asked on the way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from envspec.actions.options import Options
from envspec.diagnostics import Diagnostic, Failure, Source, in_order

Answers = dict[str, dict[str, str]]


class Round:
    """`answers` are those of each root, by question; a round that is not `complete` is not kept.

    No dataclass: making one takes longer than all the rest of this module, whenever something is checked."""

    def __init__(self, findings: list[Diagnostic], files: int = 0) -> None:
        self.findings = findings
        self.sources: dict[str, Source] = {}
        self.answers: Answers = {}
        self.complete = True
        self.files = files


def check_round(
    paths: Sequence[Path],
    options: Options,
    select: Sequence[str],
    ignore: Sequence[str],
    *,
    keep: bool,
) -> Round:
    """Checks everything once. Raises `Failure` where there is nothing to check, or settings are wrong."""
    from envspec.actions.check_settings import selection
    from envspec.actions.checking import check_files
    from envspec.actions.snapshot_settings import check_limits
    from envspec.cli.show import relocated

    # What is asked here is asked before it is used: a change in between is seen by whoever asks again.
    listed = _listings(paths)
    roots = roots_of(paths)
    asked = listed | asked_of_paths(roots)
    selections = {}
    for root in roots:
        try:
            selections[root] = selection(root, select, ignore)
            check_limits(root)
        except Failure as failure:
            raise Failure(*relocated(failure.diagnostics, failure.sources, root)) from failure
    done = Round([], files=sum(map(len, roots.values())))
    for root, names in roots.items():
        report = check_files(root, names, options, selections[root], keep=keep)
        diagnostics, texts = relocated(report.diagnostics, report.sources, root)
        done.findings += diagnostics
        done.sources.update(texts)
        done.answers[str(root)] = report.answers
        done.complete = done.complete and report.complete
    done.findings = in_order(done.findings)
    done.answers.setdefault(os.sep, {}).update(asked)
    return done


def check_and_show(
    paths: Sequence[Path],
    options: Options,
    *,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    format: str = "full",
    keep: bool = True,
    arguments: Sequence[str] | None = None,
) -> int:
    """One round, shown on stdout, and its exit status. With `keep` the results of files are taken from and given
    to the cache; with `arguments`, the command line, what was printed is kept for it too."""
    from envspec.cli.echo import echo
    from envspec.cli.show import findings_text, quiet
    from envspec.diagnostics import exit_code

    done = check_round(paths, options, select, ignore, keep=keep)
    output = findings_text(done.findings, done.sources, format=format, stream=sys.stdout)
    files = f"{done.files} {'file' if done.files == 1 else 'files'}"
    summary = "" if done.findings or format != "full" or quiet() else f"{files} checked, nothing found\n"
    echo(output, nl=False)
    echo(summary, err=True, nl=False)
    status = exit_code(done.findings)
    if done.complete and arguments is not None:
        from envspec.kept.invocation import remember

        remember(arguments, status, output, summary, done.answers)
    return status


def roots_of(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """The project roots of all files that the paths mean, and the files of each, root-relative."""
    from envspec.actions.loading import find_files
    from envspec.resolve.files import find_root

    roots: dict[Path, list[str]] = {}
    known: dict[Path, Path] = {}
    for file in dict.fromkeys(file for path in paths for file in find_files(path)):
        whole = file.absolute()
        root = known.get(whole.parent)
        if root is None:
            root = known[whole.parent] = find_root(file)
        roots.setdefault(root, []).append(whole.relative_to(root).as_posix())
    if not roots:
        raise Failure(
            Diagnostic(
                "E1201",
                "there is no `.envspec` file here",
                help="name a file or a folder that has one, or have one written: `envspec init`",
            )
        )
    return roots


def _listings(paths: Sequence[Path]) -> dict[str, str]:
    """Which of the paths are folders, and which files are below those."""
    return _answered(
        f"{kind} {path.absolute()}"
        for path in paths
        for kind in (("is_dir", "specs") if os.path.isdir(path) else ("is_dir",))  # noqa: PTH112
    )


def asked_of_paths(roots: dict[Path, list[str]]) -> dict[str, str]:
    """What was asked of the file system to find the roots, with the answers."""
    from envspec.resolve.files import root_questions

    folders = {(root / name).parent: root for root, names in roots.items() for name in names}
    return _answered(
        question for folder, root in folders.items() for question in root_questions(folder, root)
    )


def asked_without_a_result(paths: Sequence[Path]) -> dict[str, str]:
    """What may lead to a `Failure` of `check_round`: which files there are, and the settings of their projects."""
    from envspec.resolve.files import find_root

    roots: dict[Path, list[str]] = {}
    for path in paths:
        is_folder = os.path.isdir(path)  # noqa: PTH112
        inside = path.absolute() / "any" if is_folder else path.absolute()
        roots.setdefault(find_root(path), []).append(str(inside))
    return _listings(paths) | asked_of_paths(roots)


def _answered(questions: Iterable[str]) -> dict[str, str]:
    from envspec.kept.questions import QUESTIONS

    asked = (question.partition(" ") for question in sorted(set(questions)))
    return {f"{kind} {path}": QUESTIONS[kind](path, os.sep) for kind, _, path in asked}
