"""The form of what is being written."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.signatures import signature
from envspec.language_server.server import EnvspecServer


def on_signature(server: EnvspecServer, params: types.SignatureHelpParams) -> types.SignatureHelp | None:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return None
    found = signature(analysis, session.offset(analysis.source, params.position))
    if found is None:
        return None
    parameters = [types.ParameterInformation(label, doc) for label, doc in found.parameters]
    one = types.SignatureInformation(found.label, found.doc, parameters, found.active)
    return types.SignatureHelp([one], 0, found.active)
