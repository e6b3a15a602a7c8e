"""The edge: every way in which a command can end becomes an exit status here, and nowhere else.

0 fine, 1 findings or drift, 2 usage or configuration, 3 an engine failed, 4 a file does not parse, 70 our
bug, 130 interrupted, 143 and 129 ended by SIGTERM and SIGHUP. `run` and `exec` pass on the program's own status. No
traceback is shown: that of a bug is kept in a file, which is named.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from envspec.cli.echo import echo
from envspec.cli.plain import plain_command

_COMPLETING = "_ENVSPEC_COMPLETE"
"""`shell_completion.VARIABLE`, without importing it."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command line. Never raises."""
    try:
        return _run(arguments)
    except OSError:  # stderr is full or gone too: nothing can be said any more
        return 2


def _run(arguments: Sequence[str]) -> int:
    if _COMPLETING in os.environ:
        from envspec.cli.shell_completion import answer

        return answer()
    try:
        plain = plain_command(arguments)
        result = _command(arguments) if plain is None else plain()
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except KeyboardInterrupt as error:
        return _interrupted(error)
    except BrokenPipeError as error:
        # The reader has gone, as `head` does: that is no error. Nothing more can be flushed to it.
        if not _nobody_reads():
            return _bug(error)
        _drop_output()
        return 0
    except OSError as error:
        if error.errno not in _FULL or error.filename is not None:
            return _bug(error)
        _drop_output()
        return _known_or_bug(_full(error))
    except Exception as error:  # noqa: BLE001 - the last line of defence
        status = _said_by_click(error)
        return _known_or_bug(error) if status is None else status


_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
"""What writing to an open file fails with when its disk is full or broken."""


_SIGNALS = {1: "SIGHUP", 2: "", 15: "SIGTERM"}


def _interrupted(error: KeyboardInterrupt) -> int:
    number = getattr(error, "number", 2)
    name = _SIGNALS.get(number, f"signal {number}")
    # The terminal has shown `^C`.
    begin = "\n" if not name and sys.stderr.isatty() else ""
    with suppress(OSError):  # the terminal has gone
        echo(f"{begin}ended by {name}" if name else f"{begin}interrupted", err=True)
    return 128 + number


def _nobody_reads() -> bool:
    """Whether it is stdout whose reader has gone, not that of a pipe or a socket of ours."""
    import select

    try:
        waiting = select.poll()
        waiting.register(sys.stdout.fileno(), 0)
        return bool(waiting.poll(0))
    except (OSError, ValueError, AttributeError):  # a system without `poll`
        return False


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _full(error: OSError) -> Exception:
    from envspec.diagnostics import Diagnostic, Failure

    reason = (error.strerror or str(error)).lower()
    return Failure(Diagnostic("E1207", f"the output, or a file, cannot be written: {reason}"))


def _command(arguments: Sequence[str]) -> object:
    from envspec.cli.app import app

    # As `app.main` does it, which makes an exit status of its own of a reader that has gone, and of Ctrl-C.
    with app.make_context("envspec", list(arguments), obj=list(arguments)) as context:
        return app.invoke(context)


def _said_by_click(error: Exception) -> int | None:
    """The status of an ending that click knows, when it is one; says what is to be said."""
    if "click" not in sys.modules:
        return None
    import click

    match error:
        case click.exceptions.NoArgsIsHelpError():
            click.echo(error.format_message(), err=True)
            return 2
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            from envspec.cli.show import printable

            # Names that were typed, or pasted, are in it.
            shown = io.StringIO()
            error.show(shown)
            click.echo(printable(shown.getvalue()), err=True, nl=False)
            return 2
        case click.Abort():  # Ctrl-C, or the end of stdin, at a question
            cause = error.__context__
            return _interrupted(cause if isinstance(cause, KeyboardInterrupt) else KeyboardInterrupt())
        case _:
            return None


def _known_or_bug(error: Exception) -> int:
    from envspec.diagnostics import Failure

    if isinstance(error, Failure):
        from envspec.cli.show import show_failure

        return show_failure(error, error.sources)
    return _bug(error)


def _bug(error: Exception) -> int:
    from envspec.cli.show import show_failure
    from envspec.diagnostics import Failure
    from envspec.diagnostics.bug import bug

    return show_failure(Failure(bug(error)), {})
