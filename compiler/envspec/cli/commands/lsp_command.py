"""`envspec lsp`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

import click

from envspec.cli.parameters import output_options


@click.command("lsp")
@click.option("--stdio", is_flag=True, help="Talk over stdin and stdout, as it always does; editors say it.")
@output_options
def command(stdio: bool) -> int:
    """Serve an editor, over stdin and stdout; see `docs/editors.md`.

    Needs `pip install "envspec[lsp]"`. Nothing is executed, built or fetched.
    """
    from envspec.diagnostics import Diagnostic, Failure

    try:
        import pygls  # noqa: F401
    except ImportError as error:
        raise Failure(
            Diagnostic(
                "E1209", "the language server is not installed", help='run `pip install "envspec[lsp]"`'
            )
        ) from error
    import gc
    import logging
    import signal
    from asyncio import IncompleteReadError

    if signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
        # There is nothing to put in order, and threads wait for the editor.
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.disable()  # half of the time of an answer, for nothing: see `language_server.rest`
    from envspec.language_server.server import make_server

    # Its records hold tracebacks, and what people write; what they need to know reaches them as messages.
    logging.getLogger("pygls").setLevel(logging.CRITICAL + 1)
    server = make_server()
    gc.freeze()
    with _own_stdout() as stdout, suppress(IncompleteReadError, ConnectionError):
        server.start_io(stdout=stdout)
    return (
        0 if server.protocol.ended else 1
    )  # as the protocol has it: 1 for a client that went without a word


@contextmanager
def _own_stdout() -> Iterator[BinaryIO]:
    """Stdout for the protocol alone: what anything else prints goes to stderr instead of between two messages.
    It is not `sys.stdout` either, which must still be there when the server has closed its own."""
    with os.fdopen(os.dup(1), "wb") as stdout:
        os.dup2(2, 1)
        yield stdout
