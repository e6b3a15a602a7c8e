"""`envspec check [PATH…]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.parameters import options_of, project_options, selectors
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
    help="Show only these: codes or their beginnings, with commas between them, or ALL.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="CODES",
    callback=selectors,
    help="Do not show these; the longer of two selectors wins.",
)
@project_options
def command(
    paths: tuple[Path, ...],
    format_: str,
    fix: bool,
    unsafe_fixes: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    **parameters: Any,
) -> int:
    """Check files; nothing is executed, built or fetched.

    A folder means every `.envspec` file below it. Errors are shown whatever is selected. Exit status: 0 when
    nothing was found, 1 with findings (with --diff: when something would change), 4 when a file does not parse.
    """
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    from envspec.actions.check_settings import selection
    from envspec.actions.loading import compile_file, find_files
    from envspec.check.project import used_after_all
    from envspec.cli.show import relocated, say, show_findings
    from envspec.diagnostics import Diagnostic, Failure, Source, in_order
    from envspec.resolve.files import find_root

    options = options_of(paths[0] if paths else Path(), parameters)
    found: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    files = [file for path in paths or (Path(),) for file in find_files(path)]
    if not files:
        raise Failure(
            Diagnostic(
                "E1201",
                "there is no `.envspec` file here",
                help="name a file or a folder that has one, or have one written: `envspec init`",
            )
        )
    roots: dict[Path, list[str]] = {}
    for file in dict.fromkeys(files):
        root = find_root(file)
        roots.setdefault(root, []).append(file.absolute().relative_to(root).as_posix())
    selections = {root: selection(root, select, ignore) for root in roots}
    if fix or diff:
        changed = _mend(roots, selections, options, unsafe_fixes, diff)
        if diff:
            return int(changed)
    for root, names in roots.items():
        results = [compile_file(root, name, options) for name in names]
        wanted = [d for checked in results for d in checked.diagnostics if selections[root].wants(d)]
        wanted = used_after_all(wanted, results)
        texts = {name: source for checked in results for name, source in checked.resolution.sources.items()}
        diagnostics, texts = relocated(wanted, texts, root)
        found += diagnostics
        sources.update(texts)
    status = show_findings(in_order(found), sources, format=format_, to_stdout=True)
    if not found and format_ == "full":
        say(f"{len(files)} {'file' if len(files) == 1 else 'files'} checked, nothing found")
    return status


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
