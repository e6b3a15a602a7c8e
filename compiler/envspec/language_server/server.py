"""The server: what it can do, one file a feature in `features/`, each with a function `register(server)`."""

from __future__ import annotations

from importlib import import_module

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from envspec import __version__
from envspec.language_server.session import Session

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
        super().__init__("envspec", __version__)
        self.session = Session()


def make_server() -> EnvspecServer:
    """A server with all its features, not started."""
    server = EnvspecServer()

    @server.feature(types.INITIALIZE)
    def _initialize(params: types.InitializeParams) -> None:
        agreed = server.workspace.position_encoding
        if agreed is not None:
            server.session.encoding = types.PositionEncodingKind(agreed).value

    for name in FEATURES:
        import_module(f"envspec.language_server.features.{name}").register(server)
    return server
