"""`envspec fmt [--check] [--diff] [PATH…]`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from envspec.cli.parameters import output_options

if TYPE_CHECKING:
    from envspec.diagnostics import Diagnostic, Source


@click.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a file is not formatted.")
@click.option(
    "--diff", is_flag=True, help="Write nothing; show what would change, and exit 1 when something would."
)
@output_options
def command(paths: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Give files the one layout that they all have. `-` reads stdin and writes stdout.

    There are no options for the layout. A file that does not parse is left alone and its errors are shown.
    """
    if paths == (Path("-"),):
        return _stdin(check, diff)
    from envspec.actions.loading import find_files
    from envspec.cli.show import printable, say, show_difference, show_findings
    from envspec.diagnostics import Diagnostic, Failure

    files = [file for path in paths or (Path(),) for file in find_files(path)]
    if not files:
        raise Failure(Diagnostic("E1201", "there is no `.envspec` file here", help="name a file or a folder"))
    changed = 0
    errors: list[Diagnostic] = []
    sources: dict[str, Source] = {}
    for file in dict.fromkeys(files):
        try:
            data = _read(file)
        except Failure as failure:  # the others are formatted nevertheless
            errors += failure.diagnostics
            continue
        text, found, source = _formatted(str(file), data)
        if found:
            errors += found
            sources[source.file] = source
        elif text.encode() != data:
            changed += 1
            if diff:
                show_difference(source.text, text, str(file), "formatted")
            elif check:
                say(f"would format {printable(str(file))}")
            else:
                _write(file, text)
                say(f"formatted {printable(str(file))}")
    if not errors:
        many = "file" if len(files) == 1 else "files"
        say(f"{changed} of {len(files)} {many} {'would change' if check or diff else 'changed'}")
    status = show_findings(errors, sources) if errors else 0
    return status or int(bool(changed) and (check or diff))


def _stdin(check: bool, diff: bool) -> int:
    from envspec.cli.show import show_difference, show_findings

    data = sys.stdin.buffer.read()
    text, found, source = _formatted("<stdin>", data)
    if found:
        # An editor that replaces its buffer with our output must not lose it.
        if not (check or diff):
            sys.stdout.buffer.write(data)
        return show_findings(found, {source.file: source})
    if diff:
        show_difference(source.text, text, "<stdin>", "formatted")
    elif not check:
        sys.stdout.buffer.write(text.encode())
    return int((check or diff) and text.encode() != data)


def _formatted(name: str, data: bytes) -> tuple[str, list[Diagnostic], Source]:
    from envspec.formatting.format import format_text
    from envspec.syntax.text import decode

    source, found = decode(name, data)
    if found:
        return source.text, found, source
    text, errors = format_text(source)
    return text, errors, source


def _read(file: Path) -> bytes:
    from envspec.diagnostics import Diagnostic, Failure
    from envspec.plain_file import read_plain

    try:
        return read_plain(file)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1201", f"`{file}` cannot be read: {reason}")) from error


def _write(file: Path, text: str) -> None:
    from envspec.atomic_file import write_atomically
    from envspec.diagnostics import Diagnostic, Failure

    try:
        write_atomically(file.resolve(), text.encode(), file.stat().st_mode & 0o7777)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1207", f"`{file}` cannot be written: {reason}")) from error
