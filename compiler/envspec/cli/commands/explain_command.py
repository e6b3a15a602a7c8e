"""`envspec explain CODE`."""

from __future__ import annotations

import click

from envspec.cli.completing import codes
from envspec.cli.parameters import output_options


@click.command("explain")
@click.argument("code", shell_complete=codes)
@output_options
def command(code: str) -> int:
    """Explain a code such as E0203."""
    from envspec.cli.show import result
    from envspec.diagnostics.codes import CODES

    row = CODES.get(code.upper())
    if row is None:
        from envspec.resolve.suggest import did_you_mean

        hint = did_you_mean(code.upper(), [*CODES, *(known.lower() for known in CODES)])
        raise click.UsageError(f"there is no code `{code}`" + (f"; {hint}" if hint else ""))
    result(f"{row.code} ({row.severity}): {row.title}\n\n{row.explanation}")
    return 0
