"""`envspec init [PATH]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.parameters import output_options

if TYPE_CHECKING:
    from envspec.actions.first_spec import Started
    from envspec.starting.questions import Ask, Question


@click.command("init")
@click.argument("path", default=".", type=click.Path(path_type=Path))
@click.option("-y", "--yes", is_flag=True, help="Ask nothing; take what is usual.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write; `-` prints. `NAME.envspec` in the folder by default.",
)
@click.option("--print", "print_", is_flag=True, help="Print the spec; write nothing.")
@output_options
def command(path: Path, yes: bool, output: Path | None, print_: bool) -> int:
    """Write a first spec from what a folder, or one file, holds.

    Takes what other tools have there (the kinds of `envspec import`; `docs/import.md` has the order), and says what of it
    was lost. Lists of packages (pyproject.toml, requirements files, environment.yml) stay where they are and are named.
    Python files with a main guard become runs. Nothing is executed. What cannot be seen is asked for on a terminal, and
    assumed elsewhere or with --yes. A spec that is there is never overwritten.
    """  # fmt: skip
    from envspec.actions.starting import start, write
    from envspec.cli.show import printable, result, say

    print_ = print_ or output == Path("-")
    assumed: list[str] = []
    interactive = not yes and sys.stdin.isatty() and sys.stderr.isatty()
    ask = _ask if interactive else _assume(assumed)
    # What is only printed may stand beside a spec that is there.
    file = None if output == Path("-") else output
    if print_ and file is None:
        file = (path.parent if path.is_file() else path) / "printed.envspec"
    started = start(path, file, ask)
    _imported(started)
    if print_:
        result(started.text.rstrip("\n"))
    else:
        write(started)
        say(f"wrote {printable(_shown(started.file))}")
    for sentence in assumed:
        say(f"assumed: {printable(sentence)}")
    for sentence in dict.fromkeys(started.remarks):
        say(f"to do: {printable(sentence)}")
    _report(started)
    for one in started.aside:
        say(f"set aside: {printable(one.file)}: `envspec import {one.kind} {printable(one.path)}` reads it")
    if not print_:
        _next(started)
    return 0


def _imported(started: Started) -> None:
    """Which file was taken, as which kind, and what became of all that it says."""
    from envspec.cli.importing import show_report
    from envspec.cli.show import printable, say

    if started.taken is None or started.report is None:
        return
    say(f"took {printable(started.taken.file)}, as `envspec import {started.taken.kind}` does")
    show_report(started.report)


def _ask(question: Question) -> str:
    """Asks on the terminal until the answer is right; the default is taken with Enter."""

    def right(answer: str) -> str:
        wrong = question.wrong(answer.strip())
        if wrong:
            raise click.BadParameter(wrong)
        return answer.strip()

    kind = click.Choice(question.choices) if question.choices else None
    if kind is not None:
        return str(click.prompt(question.text, default=question.default, type=kind, err=True))
    return str(
        click.prompt(
            question.text,
            default=question.default,
            show_default=bool(question.default),
            value_proc=right,
            err=True,
        )
    )


def _assume(assumed: list[str]) -> Ask:
    def ask(question: Question) -> str:
        assumed.append(question.assumed)
        return question.default

    return ask


def _shown(file: Path) -> str:
    import os

    return os.path.relpath(file)


def _report(started: Started) -> None:
    """What `check` has to say about the files that the spec names."""
    from envspec.cli.show import printable, say

    files = sorted({d.span.file for d in started.findings if d.span is not None})
    if started.findings:
        count = len(started.findings)
        say(
            f"to do: {count} {'finding' if count == 1 else 'findings'} in {printable(', '.join(files))}: "
            "see `envspec check`"
        )


def _next(started: Started) -> None:
    """What to do with it: commands that work as they are."""
    from envspec.cli.show import printable, say

    place = _shown(started.file)
    where = "" if place == started.file.name else f" {printable(place)}"
    say("next:")
    say(f"  envspec check{where}")
    if started.next.run:
        given = "".join(f" --set {name}=PATH" for name in started.next.missing)
        say(f"  envspec run {started.next.run}{where}{given}")
    if started.next.deployment:
        say(f"  envspec deploy {started.next.deployment}{where}")
    if not started.next.run and not started.next.deployment:
        say(f"  envspec build{where}")
