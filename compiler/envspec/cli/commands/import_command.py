"""`envspec import KIND PATH...`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from envspec.cli.kinds import Kinds
from envspec.cli.parameters import output_options
from envspec.importing.table import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = max(map(len, KINDS)) + 2
_KINDS = "\n".join(f"  {name.ljust(_WIDTH)}{kind.summary}" for name, kind in KINDS.items())


class _Kind(Kinds):
    """A kind. Where a file stands in its place, the command that has both is named."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in KINDS and os.path.exists(value):  # noqa: PTH110 - names of any length
            self.fail(_kind_missing(Path(value)), param, ctx)
        return super().convert(value, param, ctx)


def _kind_missing(path: Path) -> str:
    from envspec.cli.show import printable
    from envspec.importing.detecting import kind_of

    seen, shown = kind_of(path), printable(str(path))
    if seen is None:
        return f"`{shown}` stands where KIND is expected, and nothing says what it is"
    file = path if seen.path in (".", path.name) else path / seen.path
    return (
        f"`{shown}` stands where KIND is expected. It looks like `{seen.kind}`: "
        f"`envspec import {seen.kind} {printable(str(file))}`"
    )


@click.command(
    "import",
    help=f"""Write a spec from what another tool has, to stdout or FILE.

PATH may be the file or its folder. Nothing is executed or fetched. What became of everything is reported on stderr:
what was dropped or changed, at its line, with the reason. Several PATHs become a spec each in the folder that
`-o FOLDER/` names; one that cannot be imported is told and keeps no other from it. KIND is one of

\b
{_KINDS}
""",
)
@click.argument("kind", type=_Kind(list(KINDS)), metavar="KIND")
@click.argument("paths", type=click.Path(path_type=Path), metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=click.Path(), metavar="FILE",
    help="The spec to write; `-` is stdout; `FOLDER/` is where each PATH becomes a spec. Paths in it are relative to it.",
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
    kind: str, paths: tuple[Path, ...], output: str | None, overwrite: bool, name: str, report: Path | None,
    format_: str, strict: bool,
) -> int:  # fmt: skip
    from envspec.cli.show import printable
    from envspec.resolve.names import is_name

    if name and not is_name(name):
        raise click.UsageError(f"`--name {printable(name)}`: write lower-case letters, digits, `_` and `-`")
    in_folder = output is not None and (output.endswith(("/", os.sep)) or os.path.isdir(output))  # noqa: PTH112
    target = None if output in (None, "-") else Path(str(output))
    if report is not None and (
        report == Path("-") or any(one and _same(report, one) for one in (*paths, target))
    ):
        raise click.UsageError(f"`--report {printable(str(report))}`: name a file of its own")
    if in_folder and target is not None:
        if name:
            raise click.UsageError("`--name`: blocks of several files are called after their files")
        return _many(kind, paths, target, overwrite, report, format_, strict)
    if len(paths) > 1:
        raise click.UsageError("several PATHs become a spec each: name their folder with `-o FOLDER/`")
    return _one(kind, paths[0], target, overwrite, name, report, format_, strict)


def _one(
    kind: str, path: Path, target: Path | None, overwrite: bool, name: str, report: Path | None, format_: str,
    strict: bool,
) -> int:  # fmt: skip
    from envspec.actions.importing import import_spec, not_as_it_was, write_spec
    from envspec.cli.echo import echo
    from envspec.cli.importing import failed_as_json, show_report
    from envspec.cli.show import result_json, say
    from envspec.diagnostics import Failure
    from envspec.importing.report import as_json

    try:
        made = import_spec(kind, path, output=target, name=name)
    except Failure as failure:
        if format_ == "json":
            result_json(failed_as_json(failure))
        raise
    told = as_json(made.report)
    show_report(made.report, findings=not (strict and made.report.loses))
    if report is not None:
        write_spec(report, json.dumps(told, indent=2, ensure_ascii=False) + "\n", overwrite=True)
    if strict and made.report.loses:
        lost = not_as_it_was(made.report, help_="what is told here says what, and why")
        if format_ == "json":
            result_json({**failed_as_json(lost), "report": told})
        raise lost
    if target is not None:
        write_spec(target, made.text, overwrite=overwrite)
    if format_ == "json":
        result_json({"schema": 1, "spec": made.text, "report": told, "diagnostics": told["diagnostics"]})
    elif target is None:
        echo(made.text, nl=False)
    else:
        say(f"wrote {target}")
    return 0


def _many(
    kind: str, paths: Sequence[Path], folder: Path, overwrite: bool, report: Path | None, format_: str,
    strict: bool,
) -> int:  # fmt: skip
    from envspec.actions.importing import write_spec
    from envspec.actions.importing_many import all_as_json, import_many, summary, tasks
    from envspec.cli.show import printable, result_json, say, show_failure, show_findings
    from envspec.counted import counted
    from envspec.diagnostics import Diagnostic, Failure, in_order

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1305", f"the folder `{folder}` cannot be made: {reason}")) from error
    done = import_many(kind, tasks(paths, folder), overwrite=overwrite, strict=strict)
    for one in done:
        if one.task.instead_of:
            say(
                printable(
                    f"{one.task.path}: `{one.task.instead_of}` is another's, so it is `{one.task.output.name}`"
                )
            )
        if one.lines[:-1]:
            say(printable(f"{one.task.path}:"))
        for line in one.lines[:-1]:
            say(printable(f"  {line}"))
    told = all_as_json(done)
    if report is not None:
        write_spec(report, json.dumps(told, indent=2, ensure_ascii=False) + "\n", overwrite=True)
    if format_ == "json":
        result_json(told)
    count = summary(done)
    say(f"{count['carried']} carried, {count['changed']} changed, {count['dropped']} dropped")
    say(printable(f"wrote {count['written']} of {counted(count['files'], 'spec')} to {folder}"))
    sources = {name: source for one in done for name, source in one.sources.items()}
    warnings = [found for one in done for found in one.warnings]
    if not count["failed"]:
        show_findings(in_order(warnings), sources)
        return 0
    return show_failure(Failure((*warnings, *(found for one in done for found in one.findings))), sources)


def _same(one: Path, other: Path) -> bool:
    return one.absolute() == other.absolute() or (
        os.path.exists(one) and os.path.exists(other) and one.samefile(other)  # noqa: PTH110 - names of any length
    )
