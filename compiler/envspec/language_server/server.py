"""The server: what it can do, one file a feature in `features/`, each with a function `register(server)`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from envspec import __version__
from envspec.diagnostics.bug import bug
from envspec.language_server.protocol import Protocol
from envspec.language_server.session import Session

if TYPE_CHECKING:
    from pygls.server import ServerErrors

FEATURES: tuple[str, ...] = (
    "documents",
    "completion",
    "diagnostics",
    "code_actions",
    "folding",
    "formatting",
    "hints",
    "hover",
    "lenses",
    "links",
    "navigation",
    "renaming",
    "selection",
    "signatures",
    "symbols",
    "tokens",
)
"""Modules of `features/`. Adding a feature is a file and a row."""


class EnvspecServer(LanguageServer):
    """One client, one session."""

    def __init__(self) -> None:
        super().__init__("envspec", __version__, protocol_cls=Protocol)
        self.session = Session()
        self.offers: list[Callable[[types.ClientCapabilities], None]] = []
        """What is registered only once it is known who the client is."""

    protocol: Protocol

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """What nobody waits for an answer to: the client is told, in one line."""
        if source is FeatureRequestError:
            return  # has had its answer
        if isinstance(error, ValueError | RecursionError) and source is JsonRpcException:
            self.protocol.unreadable()
            return
        if not isinstance(error, JsonRpcException):
            found = bug(error)
            self.window_log_message(
                types.LogMessageParams(types.MessageType.Error, f"{found.message}; {found.help}")
            )
            return
        self.window_log_message(types.LogMessageParams(types.MessageType.Warning, error.message))


def make_server() -> EnvspecServer:
    """A server with all its features, not started."""
    server = EnvspecServer()

    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        server.session.settings.set(params.initialization_options)
        agreed = server.workspace.position_encoding
        if agreed is not None:
            server.session.encoding = types.PositionEncodingKind(agreed).value

        for offer in server.offers:
            offer(params.capabilities)

    for name in FEATURES:
        import_module(f"envspec.language_server.features.{name}").register(server)
    return server
