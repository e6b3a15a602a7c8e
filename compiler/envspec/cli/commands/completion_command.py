"""`envspec completion bash|zsh|fish`."""

from __future__ import annotations

import click

from envspec.cli.parameters import output_options
from envspec.cli.shell_completion import SHELLS


@click.command("completion")
@click.argument("shell", type=click.Choice(SHELLS))
@output_options
def command(shell: str) -> int:
    """Print the script that completes `envspec` in a shell.

    \b
    bash  envspec completion bash > ~/.local/share/bash-completion/completions/envspec
    zsh   envspec completion zsh > DIR/_envspec, where DIR is in $fpath and before `compinit`
    fish  envspec completion fish > ~/.config/fish/completions/envspec.fish

    Commands, options and their values are completed, and the names that the spec defines; nothing is executed.
    """  # fmt: skip
    from envspec.cli.shell_completion import script
    from envspec.cli.show import result

    result(script(shell).strip("\n"))
    return 0
