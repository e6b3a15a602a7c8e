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
    from envspec.diagnostics.codes import codes

    row = codes().get(code.upper())
    if row is None:
        hint = _hint(code.upper(), list(codes()))
        raise click.UsageError(f"there is no code `{code}`" + (f"; {hint}" if hint else ""))
    result(f"{row.code} ({row.severity}): {row.title}\n\n{row.explanation}")
    return 0


def _hint(code: str, codes: list[str]) -> str:
    """Codes that begin as it does, those of its group at least."""
    for length in range(len(code), 2, -1):
        begin = [known for known in codes if known.startswith(code[:length])]
        if begin:
            shown = ", ".join(begin[:8]) + (" …" if len(begin) > 8 else "")
            return f"those that begin with `{code[:length]}`: {shown}"
    return "`docs/codes.md` lists them"
