"""`envspec export KIND [ENV] [PATH]`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli import completing
from envspec.cli.arguments import names_and_path
from envspec.cli.kinds import Kinds
from envspec.cli.parameters import options_of, project_options
from envspec.exporting.table import KINDS

if TYPE_CHECKING:
    from envspec.actions.loading import Loaded

_WIDTH = max(map(len, KINDS)) + 2


def _rows(*, locked: bool) -> str:
    return "\n".join(
        f"  {name.ljust(_WIDTH)}{kind.summary}" for name, kind in KINDS.items() if kind.locked == locked
    )


@click.command(
    "export",
    help=f"""Write what the spec says, or a locked environment, in the form of another tool: to stdout, FILE or FOLDER.

What the form has no place for is said on stderr. NAME is an environment, or for some kinds a run or a deployment. KIND is
one of these, which write what is locked, and lock first when that is needed,

\b
{_rows(locked=True)}

or of these, which write what the spec says and need no lock and no network:

\b
{_rows(locked=False)}

{" and ".join(f"`{name}`" for name, kind in KINDS.items() if kind.folder).replace(" and ", ", ", 1)} write several files into
a FOLDER.
""",
)
@click.argument("kind", type=Kinds(list(KINDS)), metavar="KIND")
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME] [PATH]",
    shell_complete=completing.blocks("environment", "run", "deployment", or_file=True),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE|FOLDER",
    help="Where to write; `-` is stdout.",
)
@click.option(
    "--platform",
    default="",
    metavar="PLATFORM",
    help="Of the lock only this platform, such as `linux/arm64`.",
)
@click.option("--frozen", is_flag=True, help="Fail rather than change envspec.lock.")
@click.option("--offline", is_flag=True, help="Use only what is in the caches.")
@project_options
def command(kind: str, names: tuple[str, ...], output: Path | None, platform: str, **parameters: Any) -> int:
    from envspec.cli.working import with_project

    found, path = names_and_path(names)
    if len(found) > 1:
        what = "environment" if KINDS[kind].takes == "environment" else "block"
        raise click.UsageError(
            f"one {what} is exported, and these are several: {', '.join(found)}; "
            "what to write to is given with `--output`"
        )
    target = None if output == Path("-") else output
    if KINDS[kind].folder and target is None:
        raise click.UsageError(
            f"`{kind}` writes several files: name a folder for them with `--output FOLDER`"
        )
    if not KINDS[kind].folder and target is not None and target.is_dir():
        raise click.UsageError(f"`{target}` is a directory, and `{kind}` writes a file")
    if KINDS[kind].folder and target is not None and target.exists() and not target.is_dir():
        raise click.UsageError(f"`{target}` is a file, and `{kind}` writes several: name a folder")
    if platform and not KINDS[kind].locked:
        raise click.UsageError(f"`--platform` is for kinds of the lock; `{kind}` writes what the spec says")

    def work(loaded: Loaded) -> int:
        from envspec.actions.exporting import export, write_export
        from envspec.cli.echo import echo
        from envspec.cli.show import printable, say

        made = export(loaded, kind, found[0] if found else "", platform=platform, output=target)
        if target is None:
            echo(made.text, nl=False)
        else:
            write_export(kind, made, target)
        if KINDS[kind].folder:
            say(f"{target}: {len(made.files)} file{'s' * (len(made.files) != 1)}: {', '.join(made.files)}")
        for loss in made.losses:
            say(printable(f"not in it: {loss}"))
        return 0

    return with_project(options_of(path, parameters), work)
