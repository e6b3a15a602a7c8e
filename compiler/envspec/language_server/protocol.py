"""What a client gets that sends nonsense: the error that the protocol has for it, and never silence.

pygls answers well-formed requests; a message that is no JSON, no message, or not what its method takes would leave
its sender waiting. Its hooks for that have no public names, so `pyproject.toml` holds its major version.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

_INVALID_REQUEST = -32600
_PARSE_ERROR = -32700
_NOT_INITIALIZED = types.ErrorCodes.ServerNotInitialized.value
_INTERNAL = types.ErrorCodes.InternalError.value


class _Refused:
    """Stands for a message that has had its answer; it is of no version of JSON-RPC, so it is ignored."""

    jsonrpc = ""


class Protocol(LanguageServerProtocol):
    """The protocol, for any client."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message that a JSON object is; an object inside one is itself."""
        try:
            message = super().structure_message(data)
        except JsonRpcException as error:
            if "id" in data and "method" in data:
                self.refuse(data["id"], error.code, f"`{data['method']}`: {error.message.lower()}")
            return _Refused()
        if message is data and isinstance(data.get("method"), str):
            self.refuse(data.get("id"), _INVALID_REQUEST, 'a message says `"jsonrpc": "2.0"`')
            return _Refused()
        return message

    def handle_message(self, message: Any) -> None:
        """A message that arrived. What is no JSON-RPC, or comes at the wrong time, is refused."""
        if isinstance(message, _Refused):
            return
        if not hasattr(message, "jsonrpc"):
            self.refuse(None, _INVALID_REQUEST, "a message is a JSON object of JSON-RPC 2.0")
            return
        method, number = getattr(message, "method", None), getattr(message, "id", None)
        if method is not None and method != types.EXIT:
            ready = self._workspace is not None or method == types.INITIALIZE
            if not ready and number is not None:
                self.refuse(number, _NOT_INITIALIZED, "`initialize` comes first")
            if self._shutdown and number is not None:
                self.refuse(number, _INVALID_REQUEST, "nothing comes after `shutdown` but `exit`")
            if not ready or self._shutdown:
                return
            if method == types.INITIALIZE and self._workspace is not None:
                self.refuse(number, _INVALID_REQUEST, "`initialize` comes once")
                return
        super().handle_message(message)

    @lsp_method(types.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(
        self, params: types.DidChangeTextDocumentParams
    ) -> Generator[Any, Any, None]:
        """Hands a change on. pygls would apply it to a text of its own first, whose lines end where Python's do:
        behind a form feed or a U+2028 that fails, and nobody would hear of the change."""
        known = self.workspace.text_documents.get(params.text_document.uri)
        if known is not None:
            known.version = params.text_document.version
        yield self.fm.features[types.TEXT_DOCUMENT_DID_CHANGE], (params,), None

    @property
    def ended(self) -> bool:
        """Whether the client has asked for the end, with `shutdown`."""
        return self._shutdown

    def unreadable(self) -> None:
        """The body of a message was no JSON."""
        self.refuse(None, _PARSE_ERROR, "a message is JSON in UTF-8")

    def refuse(self, number: Any, code: int, message: str) -> None:
        """The error response to a message; `number` is null when its id is not known."""
        self._send_data({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})

    def _send_response(self, msg_id: Any, result: Any = None, error: Any = None) -> None:
        """A bug is told like any other of ours: without its traceback, which is in a file."""
        if error is not None and error.code == _INTERNAL:
            error = types.ResponseError(code=error.code, message=error.message)
        super()._send_response(msg_id, result, error)
