"""The `envspec` command and the table of its subcommands. A subcommand is imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

from envspec import __version__
from envspec.cli.examples import EXAMPLES

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS: dict[str, str] = {
    "init": "Write a first spec from what a folder holds",
    "check": "Check files; nothing is executed, built or fetched",
    "fmt": "Give files the one layout that they all have",
    "fix": "Move files to another edition of the language",
    "explain": "Explain a code such as E0203",
    "lsp": "Serve editors, over the Language Server Protocol",
    "schema": "Print the JSON Schema of the IR, of findings or of plans",
    "compile": "Write Dockerfiles, conda YAML and a manifest",
    "lock": "Resolve every environment to exact packages in envspec.lock",
    "plan": "Say what `up` would do, and why",
    "import": "Write a spec from what another tool has",
    "export": "Write a spec, or a locked environment, in the form of another tool",
    "build": "Build environments",
    "sbom": "Print the bill of materials of an environment",
    "verify": "Check that an image holds what its lock says",
    "audit": "Look for known vulnerabilities in a local database",
    "run": "Run training scripts and other programs",
    "runs": "List runs, look at one, compare, end or repeat them",
    "deploy": "Serve a scoring script behind HTTP",
    "deployments": "List deployments, show one, invoke and stop them",
    "up": "Compile, build, run what is stale, deploy",
    "env": "List registered environments, compare, label, push and pull them",
    "models": "List registered models, show the lineage of one, push and pull them",
    "images": "List what was built, and what uses it",
    "prune": "Take away what is not needed: old runs, images, content of the store",
    "graph": "Draw what came of what: data, environments, runs, models, deployments",
    "exec": "Run a command in an environment",
    "shell": "Open a shell in an environment",
    "kernel": "Make an environment a kernel of Jupyter",
    "completion": "Print the script that completes envspec in bash, zsh or fish",
}
"""Name → summary. Each is `command` in its own file `commands/NAME_command.py`; adding one is a file and a row."""


class Commands(click.Group):
    """Finds subcommands by name and suggests the nearest for one that is not there."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"envspec.cli.commands.{cmd_name}_command").command
        assert isinstance(command, click.Command)
        if command.epilog is None:
            command.epilog = "\b\nExamples:\n" + "\n".join(f"  {one}" for one in EXAMPLES[cmd_name])
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from envspec.resolve.suggest import did_you_mean

            hint = did_you_mean(name, COMMANDS)
            ctx.fail(f"there is no command `{name}`" + (f"; {hint}" if hint else ""))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """From the table: click would import every command for its summary."""
        from click.shell_completion import CompletionItem

        found = [
            CompletionItem(name, help=text) for name, text in COMMANDS.items() if name.startswith(incomplete)
        ]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="envspec %(version)s")
def app() -> None:
    """Environments, runs and deployments for machine learning, as code.

    PATH may be a file or a folder; none means here. Results go to stdout, everything else to stderr.
    Exit status: 0 fine, 1 findings, 2 usage, 3 an engine failed, 4 a file does not parse, 70 a bug of envspec,
    130 interrupted (Ctrl-C), 143 ended by SIGTERM, 129 by SIGHUP. `run` and `exec` pass on that of the program.
    """
