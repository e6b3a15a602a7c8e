"""`envspec check [PATH…]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.parameters import options_of, project_options
from envspec.diagnostics.render import FORMATS

if TYPE_CHECKING:
    from envspec.actions.options import Options


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "format_", default="full", type=click.Choice(tuple(FORMATS)))
@click.option("--fix", is_flag=True, help="Apply the safe fixes, then show what is left.")
@click.option(
    "--unsafe-fixes", is_flag=True, help="With --fix or --diff: apply also those that may change the meaning."
)
@click.option("--diff", is_flag=True, help="Show what --fix would change, and write nothing.")
@project_options
def command(
    paths: tuple[Path, ...], format_: str, fix: bool, unsafe_fixes: bool, diff: bool, **parameters: Any
) -> int:
    """Check files; nothing is executed, built or fetched.

    A folder means every `.envspec` file below it. Exit status: 0 when nothing was found, 1 with findings (with
    --diff: when something would change), 4 when a file does not parse.
    """
    if unsafe_fixes and not (fix or diff):
        raise click.UsageError("`--unsafe-fixes` goes with `--fix` or `--diff`")
    from envspec.actions.loading import compile_file, find_files
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
    if fix or diff:
        changed = _mend(files, options, unsafe_fixes, diff)
        if diff:
            return int(changed)
    for file in dict.fromkeys(files):
        root = find_root(file)
        checked = compile_file(root, file.absolute().relative_to(root).as_posix(), options)
        diagnostics, texts = relocated(checked.diagnostics, checked.resolution.sources, root)
        found += diagnostics
        sources.update(texts)
    status = show_findings(in_order(found), sources, format=format_, to_stdout=True)
    if not found and format_ == "full":
        say(f"{len(files)} {'file' if len(files) == 1 else 'files'} checked, nothing found")
    return status


def _mend(files: list[Path], options: Options, unsafe: bool, diff: bool) -> bool:
    """Applies fixes, or shows them; whether there was something to change."""
    from envspec.actions.fixing import mend, write
    from envspec.cli.show import say, show_difference
    from envspec.resolve.files import find_root

    roots: dict[Path, list[str]] = {}
    for file in files:
        root = find_root(file)
        roots.setdefault(root, []).append(file.absolute().relative_to(root).as_posix())
    any_change = False
    for root, names in roots.items():
        mended = mend(root, list(dict.fromkeys(names)), options, unsafe=unsafe)
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
