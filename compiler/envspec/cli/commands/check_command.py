"""`envspec check [PATH…]`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli import completing
from envspec.cli.parameters import options_of, project_options, selectors
from envspec.cli.show import quiet
from envspec.diagnostics.render import FORMATS

if TYPE_CHECKING:
    from envspec.actions.options import Options
    from envspec.diagnostics.selection import Selection


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "format_", default="full", type=click.Choice(tuple(FORMATS)))
@click.option("--fix", is_flag=True, help="Apply the safe fixes, then show what is left.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: apply also those that may change the meaning."
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@click.option(
    "--select",
    multiple=True,
    metavar="CODES",
    callback=selectors,
    shell_complete=completing.selectors,
    help="Show only these: codes or their beginnings, with commas between them, or ALL.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODES",
    callback=selectors,
    shell_complete=completing.selectors,
    help="Do not show these; the longer of two selectors wins.",
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep results.")
@project_options
def command(
    paths: tuple[Path, ...],
    format_: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    no_cache: bool,
    **parameters: Any,
) -> int:
    """Check files; nothing is executed, built or fetched.

    A folder means every `.envspec` file below it. Errors are shown whatever is selected. Exit status: 0 when
    nothing was found, 1 with findings (with --diff: when something would change), 4 when a file does not parse.
    """
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    from envspec.actions.check_settings import selection
    from envspec.actions.checking import check_files
    from envspec.cli.show import findings_text, relocated
    from envspec.diagnostics import Diagnostic, Source, exit_code, in_order

    options = options_of(paths[0] if paths else Path(), parameters)
    paths = paths or (Path(),)
    roots = _roots(paths)
    selections = {root: selection(root, select, ignore) for root in roots}
    if fix or diff:
        changed = _mend(roots, selections, options, unsafe_fixes, diff)
        if diff:
            return int(changed)
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    answers: dict[str, dict[str, str]] = {}
    complete = not fix and not any(given.source for given in options.given.values())
    for root, names in roots.items():
        report = check_files(root, names, options, selections[root], keep=not no_cache)
        diagnostics, texts = relocated(report.diagnostics, report.sources, root)
        found += diagnostics
        sources.update(texts)
        answers[str(root)] = report.answers
        complete = complete and report.complete
    found = in_order(found)
    output = findings_text(found, sources, format=format_, stream=sys.stdout)
    summary = "" if found or format_ != "full" or quiet() else f"{_files(roots)} checked, nothing found\n"
    click.echo(output, nl=False)
    click.echo(summary, nl=False, err=True)
    status = exit_code(found)
    if complete and not no_cache:
        from envspec.kept.invocation import remember

        answers.setdefault(os.sep, {}).update(_asked_of_paths(paths, roots))
        remember(click.get_current_context().find_root().obj or (), status, output, summary, answers)
    return status


def _files(roots: dict[Path, list[str]]) -> str:
    count = sum(len(names) for names in roots.values())
    return f"{count} {'file' if count == 1 else 'files'}"


def _roots(paths: Sequence[Path]) -> dict[Path, list[str]]:
    """The project roots of all files that the paths mean, and the files of each, root-relative."""
    from envspec.actions.loading import find_files
    from envspec.diagnostics import Diagnostic, Failure
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


def _asked_of_paths(paths: Sequence[Path], roots: dict[Path, list[str]]) -> dict[str, str]:
    """What was asked of the file system to find the files and their roots, with the answers."""
    from envspec.kept.questions import QUESTIONS
    from envspec.resolve.files import root_questions

    questions: set[str] = set()
    for path in paths:
        questions |= {f"is_dir {path.absolute()}"} | (
            {f"specs {path.absolute()}"} if path.is_dir() else set()
        )
    folders = {(root / name).parent: root for root, names in roots.items() for name in names}
    for folder, root in folders.items():
        questions.update(root_questions(folder, root))
    asked = (question.partition(" ") for question in sorted(questions))
    return {f"{kind} {path}": QUESTIONS[kind](path, os.sep) for kind, _, path in asked}


def _mend(
    roots: dict[Path, list[str]],
    selections: dict[Path, Selection],
    options: Options,
    unsafe: bool,
    diff: bool,
) -> bool:
    """Applies fixes, or shows them; whether there was something to change."""
    from envspec.actions.fixing import mend, write
    from envspec.cli.show import say, show_difference

    any_change = False
    for root, names in roots.items():
        mended = mend(root, names, options, unsafe=unsafe, selection=selections[root])
        any_change = any_change or bool(mended.texts)
        if diff:
            for name, text in mended.texts.items():
                show_difference(mended.before[name].text, text, name, "mended")
        elif mended.texts:
            write(mended)
            say(
                f"{mended.fixes} {'fix' if mended.fixes == 1 else 'fixes'} applied to {', '.join(mended.texts)}"
            )
    return any_change
