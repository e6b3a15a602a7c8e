"""Makes `docs/commands.md` of the commands themselves: `python -m envspec.cli.reference docs/commands.md`.

A test holds the page to the code. Options that several commands share are told once.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from envspec.cli import parameters
from envspec.cli.app import COMMANDS, app
from envspec.cli.examples import EXAMPLES

_HEAD = """\
# Commands

This page is made from the commands: `python -m envspec.cli.reference docs/commands.md`. `envspec COMMAND --help` says the
same. PATH may be a file or a folder; none means here. Results go to stdout, everything else to stderr.

| status | |
| --- | --- |
| 0 | fine |
| 1 | findings |
| 2 | usage |
| 3 | an engine failed |
| 4 | a file does not parse |
| 70 | a bug of envspec; the message names the file with its details |
| 130 | interrupted (Ctrl-C) |
| 143, 129 | ended by SIGTERM, by SIGHUP: 128 and the number of the signal |

`run` and `exec` end with the status of the program. However a run is ended, it is recorded ([durability.md](durability.md)).
A reader that goes away (`envspec runs list | head`) is no error, and no reason for a run to end.
"""

_SHARED = (
    ("Every command", parameters.output_options),
    ("Commands that read a spec", parameters.project_options),
    ("Commands that are for an engine", parameters.target_options),
    ("Commands that build", parameters.engine_options),
)


def page() -> str:
    context = click.Context(app, info_name="envspec", max_content_width=100)
    parts = [_HEAD, "\n## Options that commands share\n", *_shared(context)]
    for name in COMMANDS:
        command = app.get_command(context, name)
        assert command is not None
        parts.append(f"\n## {name}\n")
        parts += _command(command, context, name)
        parts.append("\n```sh\n" + "\n".join(EXAMPLES[name]) + "\n```\n")
    return "".join(parts)


def _shared(context: click.Context) -> Iterator[str]:
    told: set[str] = set()
    for title, decorate in _SHARED:

        @click.command()
        @decorate
        def empty() -> None:
            pass

        rows = [row for row in _rows(empty, context) if row not in told]
        told.update(rows)
        yield f"\n{title}:\n\n" + _table(rows)


def _command(command: click.Command, above: click.Context, name: str) -> Iterator[str]:
    context = click.Context(command, above, info_name=name)
    text = inspect.cleandoc(command.help or "").replace("\b\n", "")
    yield f"\n{text}\n"
    yield f"\n    {context.command_path} {' '.join(command.collect_usage_pieces(context))}\n"
    rows = _rows(command, context)
    common = next((title for title, decorate in reversed(_SHARED) if _has(rows, decorate, context)), "")
    known = {row for title, decorate in _SHARED for row in _own(decorate, context) if common}
    own = [row for row in rows if row not in known and not row.startswith("| `-h")]
    if own:
        yield "\n" + _table(own)
    if common:
        yield f"\nAnd those of: {common[0].lower()}{common[1:]}.\n"
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            part = command.get_command(context, inner)
            assert part is not None
            yield f"\n### {name} {inner}\n"
            yield from _command(part, context, inner)


def _has(rows: list[str], decorate: object, context: click.Context) -> bool:
    return set(_own(decorate, context)) <= set(rows)


def _own(decorate: object, context: click.Context) -> list[str]:
    assert callable(decorate)
    return _rows(click.command()(decorate(lambda: None)), context)


def _rows(command: click.Command, context: click.Context) -> list[str]:
    found = []
    for option in command.params:
        record = option.get_help_record(context) if isinstance(option, click.Option) else None
        if record is not None:
            names, text = (part.replace("|", "\\|") for part in record)
            found.append(f"| `{names}` | {text} |\n")
    return found


def _table(rows: list[str]) -> str:
    return "| option | |\n| --- | --- |\n" + "".join(rows)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
