"""`envspec import KIND PATH`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from envspec.cli.parameters import output_options
from envspec.importing.table import KINDS

_WIDTH = max(map(len, KINDS)) + 2
_KINDS = "\n".join(f"  {name.ljust(_WIDTH)}{kind.summary}" for name, kind in KINDS.items())


@click.command(
    "import",
    help=f"""Write a spec from what another tool has, to stdout or FILE.

PATH may be the file or its folder. Nothing is executed or fetched. What became of everything is reported on stderr:
what was dropped or changed, at its line, with the reason. KIND is one of

\b
{_KINDS}
""",
)
@click.argument("kind", type=click.Choice(list(KINDS)), metavar="KIND")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="The spec to write; `-` is stdout. Paths in it are relative to it.",
)  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Write over a FILE that is there.")
@click.option(
    "--name", default="", metavar="NAME", help="What a block is called that has no name in the file."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the report as JSON.",
)
@click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]),
              help="`json`: the spec and the report as one document on stdout.")  # fmt: skip
@click.option("--strict", is_flag=True, help="Fail, and write no spec, when anything is dropped or changed.")
@output_options
def command(
    kind: str, path: Path, output: Path | None, overwrite: bool, name: str, report: Path | None, format_: str,
    strict: bool,
) -> int:  # fmt: skip
    from envspec.actions.importing import import_spec, write_spec
    from envspec.cli.echo import echo
    from envspec.cli.show import printable, result_json, say
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.importing.report import as_json, as_text
    from envspec.resolve.names import is_name

    if name and not is_name(name):
        raise click.UsageError(f"`--name {printable(name)}`: write lower-case letters, digits, `_` and `-`")
    target = None if output == Path("-") else output
    if report is not None and (
        report == Path("-") or any(one and _same(report, one) for one in (path, target))
    ):
        raise click.UsageError(f"`--report {printable(str(report))}`: name a file of its own")
    made = import_spec(kind, path, output=target, name=name)
    told = as_json(made.report)
    for line in as_text(made.report):
        say(printable(line))
    if report is not None:
        write_spec(report, json.dumps(told, indent=2, ensure_ascii=False) + "\n", overwrite=True)
    if strict and made.report.loses:
        raise Failure(
            Diagnostic(
                "E1304", "not everything came over as it was", help="the lines above say what, and why"
            )
        )
    if target is not None:
        write_spec(target, made.text, overwrite=overwrite)
    if format_ == "json":
        result_json({"schema": 1, "spec": made.text, "report": told})
    elif target is None:
        echo(made.text, nl=False)
    else:
        say(f"wrote {target}")
    return 0


def _same(one: Path, other: Path) -> bool:
    return one.absolute() == other.absolute() or (
        os.path.exists(one) and os.path.exists(other) and one.samefile(other)  # noqa: PTH110 - names of any length
    )
