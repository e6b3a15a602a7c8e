"""`envspec schema`."""

from __future__ import annotations

import click

from envspec.cli.parameters import output_options


@click.command("schema")
@output_options
def command() -> int:
    """Print the JSON Schema of the IR."""
    from importlib.resources import files

    from envspec.cli.show import result

    result((files("envspec.grammar") / "ir.schema.json").read_text(encoding="utf-8").rstrip("\n"))
    return 0
