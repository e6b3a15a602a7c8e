"""Showing things: findings, progress, tables, JSON. The only place that writes to the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from envspec.cli.echo import echo
from envspec.diagnostics import Diagnostic, Failure, Source, Span, exit_code, in_order
from envspec.frozen import replace
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from envspec.actions.progress import Progress


_UNSEEN = lazy_pattern(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
"""What JSON may hold as it is, and a terminal takes for a command or does not show."""


def _context() -> Any:
    """click's context; None where the command line was read without click."""
    click = sys.modules.get("click")
    return None if click is None else click.get_current_context(silent=True)


def use_colour(stream: IO[str]) -> bool:
    """Colour only on a terminal, never with `NO_COLOR` or `--no-color`."""
    context = _context()
    forbidden = context is not None and bool(context.meta.get("envspec.no_color"))
    return not forbidden and not os.environ.get("NO_COLOR") and stream.isatty()


def quiet() -> bool:
    context = _context()
    return context is not None and context.meta.get("envspec.verbosity", 0) < 0


def verbose() -> bool:
    context = _context()
    return context is not None and context.meta.get("envspec.verbosity", 0) > 0


def say(line: str) -> None:
    """A line of progress for people. Whatever names are in it, it sends no command to a terminal."""
    if not quiet():
        echo(printable(line), err=True)


def progress() -> Progress:
    """What is told of builds: redrawn where that works, else lines."""
    from envspec.actions.progress import Lines

    if quiet() or not sys.stderr.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return Lines(say)
    from envspec.cli.live import Live

    return Live(sys.stderr, colour=use_colour(sys.stderr))


def result(text: str) -> None:
    """A result, to stdout."""
    echo(text)


def result_json(value: Any) -> None:
    """A result as JSON; `value` has its `schema` number."""
    echo(json_shown(json.dumps(value, indent=2, ensure_ascii=False)))


def json_shown(text: str) -> str:
    """JSON with escapes for what a terminal would take for a command: the same value."""
    return text if text.isascii() else _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def table(rows: Sequence[Sequence[str]], header: Sequence[str]) -> None:
    """Aligned columns with a header; control characters are shown, not sent."""
    clean = [[one_line(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in clean) for column in range(len(header))]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in clean]
    echo("\n".join(lines))


def one_line(text: str) -> str:
    """As `printable`, with newlines and tabs escaped too: nothing in it begins a line that it forges."""
    return text if text.isprintable() else printable(text).replace("\n", "\\n").replace("\t", "\\t")


def show_difference(before: str, after: str, name: str, how: str) -> None:
    """A unified diff between a file as it is and as it would be."""
    import difflib

    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), f"{name} as it is", f"{name} {how}", lineterm=""
    )
    result("\n".join(printable(line) for line in lines))


def printable(text: str) -> str:
    """The text with control characters escaped, so that no name or log can drive a terminal."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\t\n" else f"\\x{ord(character):02x}"
        for character in text
    )


def relocated(
    diagnostics: Iterable[Diagnostic], sources: Mapping[str, Source], root: Path
) -> tuple[list[Diagnostic], dict[str, Source]]:
    """Findings with files named from where the caller stands, as editors and terminals open them."""
    prefix = os.path.relpath(root)
    if prefix == ".":
        return list(diagnostics), dict(sources)

    def name(file: str) -> str:
        return os.path.normpath(os.path.join(prefix, file)).replace(os.sep, "/")  # noqa: PTH118

    def place(span: Span | None) -> Span | None:
        return None if span is None else span._replace(file=name(span.file))

    moved = []
    for d in diagnostics:
        labels = tuple(
            replace(label, span=label.span._replace(file=name(label.span.file))) for label in d.labels
        )
        fixes = tuple(
            replace(
                fix, edits=tuple(replace(e, span=e.span._replace(file=name(e.span.file))) for e in fix.edits)
            )
            for fix in d.fixes
        )
        moved.append(replace(d, span=place(d.span), labels=labels, fixes=fixes, context=place(d.context)))
    return moved, {name(f): Source(name(f), s.text, s.line_starts) for f, s in sources.items()}


def show_findings(
    diagnostics: Sequence[Diagnostic],
    sources: Mapping[str, Source],
    *,
    format: str = "full",
    to_stdout: bool = False,
) -> int:
    """Shows findings and gives the exit status they mean."""
    stream = sys.stdout if to_stdout else sys.stderr
    text = findings_text(diagnostics, sources, format=format, stream=stream)
    if text:
        echo(text, file=stream, nl=False)
    return exit_code(diagnostics)


def findings_text(
    diagnostics: Sequence[Diagnostic], sources: Mapping[str, Source], *, format: str, stream: IO[str]
) -> str:
    """What `show_findings` shows, with the line end."""
    from envspec.diagnostics.render import render

    text = render(format, diagnostics, sources, colour=use_colour(stream))
    return text if not text or text.endswith("\n") else text + "\n"


def show_failure(failure: Failure, sources: Mapping[str, Source], root: Path | None = None) -> int:
    """Shows a failure on stderr and gives its exit status."""
    from envspec.diagnostics.credentials import without_credentials

    # An address in a message may be of the caller's, such as `DOCKER_HOST`, with a password that no rule has seen.
    diagnostics: Sequence[Diagnostic] = [without_credentials(one) for one in in_order(failure.diagnostics)]
    if root is not None:
        diagnostics, sources = relocated(diagnostics, sources, root)
    return show_findings(diagnostics, sources)
