"""`envspec check [PATH…]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from envspec.cli.parameters import options_of, project_options
from envspec.diagnostics.render import FORMATS


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "format_", default="full", type=click.Choice(tuple(FORMATS)))
@project_options
def command(paths: tuple[Path, ...], format_: str, **parameters: Any) -> int:
    """Check files; nothing is executed, built or fetched.

    A folder means every `.envspec` file below it. Exit status: 0 when nothing was found, 1 with findings, 4
    when a file does not parse.
    """
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
                "E1201", "there is no `.envspec` file here", help="name a file or a folder that has one"
            )
        )
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
