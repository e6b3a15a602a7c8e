"""`envspec fix --edition [N] [PATH…]`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.parameters import output_options

if TYPE_CHECKING:
    from envspec.actions.moving import Moved
    from envspec.editions.step import Step


@click.command("fix")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--edition",
    is_flag=False,
    flag_value="newest",
    metavar="[N]",
    help="Move to this edition of the language; without a number, to the newest.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file would move.")
@click.option(
    "--diff", is_flag=True, help="Write nothing; show what would change, and exit 1 when something would."
)
@click.option("--allow-path", "allow_outside", is_flag=True, help="Let paths leave the project root.")
@output_options
def command(
    paths: tuple[Path, ...], edition: str | None, check: bool, diff: bool, allow_outside: bool
) -> int:
    """Move files, and all that they import, to another edition of the language.

    Comments and what an edition did not change stay as they are written; nothing is written when one of the files has
    an error. Findings are fixed by `envspec check --fix`.
    """  # fmt: skip
    from envspec.editions.table import STEPS

    if edition is None:
        raise click.UsageError("say what to fix: `--edition`; findings are fixed by `envspec check --fix`")
    if edition != "newest" and not edition.isdecimal():
        # `fix --edition PATH`: click takes what follows for the number.
        paths, edition = (Path(edition), *paths), "newest"
    return fix(paths, edition, STEPS, check=check, diff=diff, allow_outside=allow_outside)


def fix(
    paths: Sequence[Path],
    edition: str,
    steps: Sequence[Step],
    *,
    check: bool = False,
    diff: bool = False,
    allow_outside: bool = False,
) -> int:
    """Moves along `steps`, and gives the exit status."""
    from envspec.actions.moving import move
    from envspec.cli.show import relocated, say, show_findings
    from envspec.diagnostics import in_order
    from envspec.editions.migrate import FIRST

    newest = max((step.edition + 1 for step in steps), default=FIRST)
    to = newest if edition == "newest" else int(edition)
    if not FIRST <= to <= newest:
        raise click.UsageError(f"there is no edition {to}; the newest that this envspec knows is {newest}")
    moved = []
    for root, names in _by_root(paths).items():
        try:
            moved.append(move(root, names, to, steps, allow_outside=allow_outside))
        except OSError as error:
            raise _unreadable(error) from error
    wrong = [(one, d) for one in moved for d in one.findings]
    if wrong:
        found, sources = [], {}
        for one in moved:
            diagnostics, texts = relocated(one.findings, one.sources, one.root)
            found += diagnostics
            sources.update(texts)
        return show_findings(in_order(found), sources)
    changes = sum(len(one.texts) for one in moved)
    for one in moved:
        _carry_out(one, to, check, diff)
    if not changes:
        say(
            f"every file is of edition {to} already"
            + (", the newest" if to == newest else ", or of a later one")
        )
    return int(bool(changes) and (check or diff))


def _by_root(paths: Sequence[Path]) -> dict[Path, list[str]]:
    from envspec.actions.loading import find_files
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.resolve.files import find_root

    files = list(dict.fromkeys(file for path in paths or (Path(),) for file in find_files(path)))
    if not files:
        raise Failure(Diagnostic("E1201", "there is no `.envspec` file here", help="name a file or a folder"))
    roots: dict[Path, list[str]] = {}
    for file in files:
        root = find_root(file)
        roots.setdefault(root, []).append(file.absolute().relative_to(root).as_posix())
    return roots


def _unreadable(error: OSError) -> Exception:
    from envspec.diagnostics import Diagnostic, Failure

    reason = (error.strerror or str(error)).lower()
    return Failure(Diagnostic("E1201", f"`{error.filename}` cannot be read: {reason}"))


def _carry_out(moved: Moved, to: int, check: bool, diff: bool) -> None:
    from envspec.actions.fixing import Mended, write
    from envspec.cli.show import printable, say, show_difference

    for file, text in moved.texts.items():
        if diff:
            show_difference(moved.sources[file].text, text, file, f"of edition {to}")
        elif check:
            say(f"would move {printable(file)} to edition {to}")
    if moved.texts and not (check or diff):
        write(Mended(moved.root, moved.texts, moved.sources, 0))
        for file in moved.texts:
            say(f"moved {printable(file)} to edition {to}")
