"""The edge: every way in which a command can end becomes an exit status here, and nowhere else.

0 fine, 1 findings or drift, 2 usage or configuration, 3 an engine failed, 4 a file does not parse, 70 our
bug, 130 interrupted. `run` and `exec` pass on the program's own status. No traceback is shown: that of a bug
is kept in a file, which is named.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

_COMPLETING = "_ENVSPEC_COMPLETE"
"""`shell_completion.VARIABLE`, without importing it."""


def run(arguments: Sequence[str]) -> int:
    """Runs one command line. Never raises."""
    if _COMPLETING in os.environ:
        from envspec.cli.shell_completion import answer

        return answer()
    from envspec.cli.app import app

    try:
        result = app.main(list(arguments), prog_name="envspec", standalone_mode=False, obj=list(arguments))
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        error.show()
        return 2
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except BrokenPipeError:
        # The reader has gone, as `head` does: that is no error. Nothing more can be flushed to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence
        return _known_or_bug(error)


def _known_or_bug(error: Exception) -> int:
    from envspec.diagnostics import Failure

    if isinstance(error, Failure):
        from envspec.cli.show import show_failure

        return show_failure(error, {})
    return _bug(error)


def _bug(error: Exception) -> int:
    from envspec.cli.show import show_failure
    from envspec.diagnostics import Failure
    from envspec.diagnostics.bug import bug

    return show_failure(Failure(bug(error)), {})
