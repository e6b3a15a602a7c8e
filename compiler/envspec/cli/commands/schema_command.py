"""`envspec schema [ir|diagnostics|plan]`."""

from __future__ import annotations

import click

from envspec.cli.parameters import output_options

_FILES = {"ir": "ir.schema.json", "diagnostics": "diagnostics.schema.json", "plan": "plan.schema.json"}


@click.command("schema")
@click.argument("what", default="ir", type=click.Choice(tuple(_FILES)))
@output_options
def command(what: str) -> int:
    """Print a JSON Schema: of the IR, of `check --format json` and `jsonl`, or of `plan --format json`."""
    from importlib.resources import files

    from envspec.cli.show import result

    result((files("envspec.grammar") / _FILES[what]).read_text(encoding="utf-8").rstrip("\n"))
    return 0
