"""`envspec check [PATH…]`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli import completing
from envspec.cli.parameters import options_of, project_options, selectors
from envspec.diagnostics.render import FORMATS

if TYPE_CHECKING:
    from envspec.actions.options import Options
    from envspec.cli.check_round import Round


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
@click.option("--watch", is_flag=True, help="Check again whenever a file changes that was read; Ctrl-C ends.")
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
    watch: bool,
    no_cache: bool,
    **parameters: Any,
) -> int:
    """Check files; nothing is executed, built or fetched.

    A folder means every `.envspec` file below it. Errors are shown whatever is selected. Exit status: 0 when
    nothing was found, 1 with findings (with --diff: when something would change), 4 when a file does not parse,
    130 after --watch.
    """
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    if watch and (fix or diff):
        raise click.UsageError(
            "`--watch` shows findings and changes nothing: leave `--fix` and `--diff` away"
        )
    from envspec.cli.check_round import check_and_show, check_round

    paths = paths or (Path(),)

    def options() -> Options:
        return options_of(paths[0], dict(parameters))

    def one_round() -> Round:
        return check_round(paths, options(), select, ignore, keep=not no_cache)

    if watch:
        from envspec.cli.watching import watch as watch_files

        watch_files(paths, parameters["params_files"], one_round, format_)
    if fix or diff:
        changed = _mend(paths, options(), select, ignore, unsafe_fixes, diff)
        if diff:
            return int(changed)
    kept = not no_cache and not fix and not parameters["params_files"]
    return check_and_show(
        paths, options(), select=select, ignore=ignore, format=format_, keep=not no_cache,
        arguments=click.get_current_context().find_root().obj or () if kept else None,
    )  # fmt: skip


def _mend(
    paths: Sequence[Path],
    options: Options,
    select: Sequence[str],
    ignore: Sequence[str],
    unsafe: bool,
    diff: bool,
) -> bool:
    """Applies fixes, or shows them; whether there was something to change."""
    from envspec.actions.check_settings import selection
    from envspec.actions.fixing import mend, write
    from envspec.cli.check_round import roots_of
    from envspec.cli.show import say, show_difference

    any_change = False
    roots = roots_of(paths)
    selections = {root: selection(root, select, ignore) for root in roots}
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
