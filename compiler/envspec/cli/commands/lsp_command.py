"""`envspec lsp`."""

from __future__ import annotations

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
    from envspec.language_server.server import make_server

    make_server().start_io()
    return 0
