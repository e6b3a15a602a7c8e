"""`envspec init [PATH]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.parameters import output_options

if TYPE_CHECKING:
    from envspec.actions.starting import Started
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
    """Write a first spec from what a folder holds.

    Looks at pyproject.toml, requirements files, environment.yml, setup.cfg, .python-version, a Dockerfile, wheels
    in dist/ and the Python files; executes nothing. What cannot be seen is asked for on a terminal, and assumed
    elsewhere or with --yes. A spec that is there is never overwritten.
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
        file = path / "printed.envspec"
    started = start(path, file, ask)
    if print_:
        result(started.text.rstrip("\n"))
    else:
        write(started)
        say(f"wrote {printable(_shown(started.file))}")
    for sentence in assumed:
        say(f"assumed: {printable(sentence)}")
    for sentence in dict.fromkeys(started.found.remarks):
        say(f"to do: {printable(sentence)}")
    _report(started)
    if not print_:
        _next(started)
    return 0


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
    runs = [run for run in started.draft.runs if not any(v.startswith("run.") for v in run.inputs.values())]
    for run in runs[:1]:
        missing = [
            p for p in started.draft.params if not p.default and f"param.{p.name}" in run.inputs.values()
        ]
        given = "".join(f" --set {p.name}=PATH" for p in missing)
        say(f"  envspec run {run.name}{where}{given}")
    for deployment in started.draft.deployments[:1]:
        say(f"  envspec deploy {deployment.name}{where}")
