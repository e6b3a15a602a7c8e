"""Giving a name another name, in every file of the project."""

from __future__ import annotations

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from envspec.editor.names import name_at
from envspec.editor.renaming import CannotRename, rename
from envspec.language_server.server import EnvspecServer

_REQUEST_FAILED = types.LSPErrorCodes.RequestFailed.value


def on_prepare(
    server: EnvspecServer, params: types.PrepareRenameParams
) -> types.PrepareRenamePlaceholder | None:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return None
    name = name_at(analysis.module, session.offset(analysis.source, params.position))
    if name is None:
        return None
    return types.PrepareRenamePlaceholder(session.range(analysis.source, name.span), name.target.name)


def on_rename(server: EnvspecServer, params: types.RenameParams) -> types.WorkspaceEdit:
    session = server.session
    document = session.document(params.text_document.uri)
    analysis = document.analysis
    offset = 0 if analysis is None else session.offset(analysis.source, params.position)
    try:
        edits = rename(document.project, document.file, offset, params.new_name)
    except CannotRename as reason:
        raise JsonRpcException(str(reason), _REQUEST_FAILED) from None
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in edits:
        other = document.project.analyse(edit.span.file)
        assert other is not None  # an edit comes from an analysis
        uri = session.uri(document.project, edit.span.file)
        changes.setdefault(uri, []).append(types.TextEdit(session.range(other.source, edit.span), edit.text))
    return types.WorkspaceEdit(changes=changes)
