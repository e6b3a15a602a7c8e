"""The server: what a client gets that says who it is, and who answers for each method (`table`)."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import FeatureRequestError, JsonRpcException
from pygls.lsp.server import LanguageServer

from envspec import __version__
from envspec.language_server.protocol import Protocol
from envspec.language_server.rest import Rest
from envspec.language_server.table import FEATURES, PULL, Row

if TYPE_CHECKING:
    from pygls.server import ServerErrors

    from envspec.language_server.session import Session


class EnvspecServer(LanguageServer):
    """One client, one session."""

    protocol: Protocol

    def __init__(self) -> None:
        super().__init__("envspec", __version__, protocol_cls=Protocol)
        self.rest = Rest()
        self.given: Any = None
        """What the client has set, with `initialize`."""

    @cached_property
    def session(self) -> Session:
        """Made when it is first needed: with it comes all that knows the language."""
        from envspec.language_server.session import Session

        session = Session()
        session.settings.set(self.given)
        agreed = self.workspace.position_encoding
        if agreed is not None:
            session.encoding = types.PositionEncodingKind(agreed).value
        return session

    def report_server_error(self, error: Exception, source: ServerErrors) -> None:
        """What nobody waits for an answer to: the client is told, in one line."""
        if source is FeatureRequestError:
            return  # has had its answer
        if isinstance(error, ValueError | RecursionError) and source is JsonRpcException:
            self.protocol.unreadable()
            return
        if isinstance(error, JsonRpcException):
            self.window_log_message(types.LogMessageParams(types.MessageType.Warning, error.message))
            return
        from envspec.diagnostics.bug import bug

        found = bug(error)
        text = f"{found.message}; {found.help}"
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, text))

    def offer(self, row: Row) -> None:
        """The client may use a feature."""
        self.feature(row.method, row.options)(_answering(self, row))


def _answering(server: EnvspecServer, row: Row) -> Callable[[Any], Any]:
    def answer(params: Any) -> Any:
        feature = import_module(f"envspec.language_server.features.{row.module}")
        return getattr(feature, row.function)(server, params)

    return answer


def pulls_again(client: types.ClientCapabilities) -> bool:
    """Whether a client pulls findings, and can be told to."""
    wide = client.workspace.diagnostics if client.workspace else None
    return _pulls(client) and bool(wide and wide.refresh_support)


def _pulls(client: types.ClientCapabilities) -> bool:
    return client.text_document is not None and client.text_document.diagnostic is not None


def make_server() -> EnvspecServer:
    """A server with all its features, not started."""
    server = EnvspecServer()

    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        server.given = params.initialization_options
        if pulls_again(params.capabilities) or not _pulls(params.capabilities):
            server.offer(PULL)

    for row in FEATURES:
        server.offer(row)
    return server
