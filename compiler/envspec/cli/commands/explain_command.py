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
    """Codes that begin so, else the nearest one."""
    begin = [known for known in codes if code and known.startswith(code)]
    if begin:
        return "those that begin so: " + ", ".join(begin[:8]) + (" …" if len(begin) > 8 else "")
    import difflib

    near = difflib.get_close_matches(code, codes, n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else "`docs/codes.md` lists them"
