"""`envspec plan [NAME…] [PATH]`."""

from __future__ import annotations

from typing import Any

import click

from envspec.cli import completing
from envspec.cli.arguments import names_and_path
from envspec.cli.parameters import options_of, project_options

_SOMETHING_TO_DO = 2
_WRONG = 1
_ENGINE = 3


class _Detailed(click.Command):
    """With `--detailed-exitcode` 2 means that there is something to do, so what is 2 elsewhere (usage) is 1."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        detailed = "--detailed-exitcode" in args
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            if not detailed:
                raise
            error.show()
            raise click.exceptions.Exit(_WRONG) from None

    def invoke(self, ctx: click.Context) -> Any:
        from envspec.cli.show import show_failure
        from envspec.diagnostics import Failure

        if not ctx.params.get("detailed_exitcode"):
            return super().invoke(ctx)
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            error.show()
            return _WRONG
        except Failure as failure:
            status = show_failure(failure, failure.sources)
            return _WRONG if status == _SOMETHING_TO_DO else status


@click.command("plan", cls=_Detailed)
@click.argument(
    "names", nargs=-1, metavar="[NAME]... [PATH]",
    shell_complete=completing.blocks("environment", "run", "deployment", or_file=True),
)  # fmt: skip
@click.option("--format", "format_", default="text", type=click.Choice(["text", "json"]))
@click.option(
    "--target", "engine", default="", metavar="ENGINE", shell_complete=completing.engines,
    help="`local`, `docker`, or a target of the spec; the spec's own by default.",
)  # fmt: skip
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="0: nothing to do; 2: something to do; 1, 3, 4, 70: an error, usage too.",
)
@project_options
def command(names: tuple[str, ...], format_: str, detailed_exitcode: bool, **parameters: Any) -> int:
    """Say what `up` would do and why; nothing is locked, built, run or written.

    With names only for these environments, runs and deployments, and what they need.
    """
    from envspec.actions.loading import Loaded
    from envspec.cli.show import result, result_json
    from envspec.cli.working import with_project

    wanted, path = names_and_path(names)
    answered = False

    def work(loaded: Loaded) -> int:
        nonlocal answered
        from envspec.actions.planning.make import plan
        from envspec.actions.planning.step import as_json
        from envspec.cli.plan_text import show_plan

        made = plan(loaded, wanted)
        answered = True
        if format_ == "json":
            result_json(as_json(made))
        else:
            show_plan(made, result)
        if not detailed_exitcode:
            return 0
        return _SOMETHING_TO_DO if made.acts else _ENGINE if made.trouble else 0

    status = with_project(options_of(path, parameters), work, keep=False)
    return _WRONG if detailed_exitcode and not answered and status == _SOMETHING_TO_DO else status
