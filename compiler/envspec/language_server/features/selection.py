"""Growing a selection: from a name to its value, its attribute, its block, the file."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.structure import enclosing
from envspec.language_server.server import EnvspecServer


def on_selection(
    server: EnvspecServer, params: types.SelectionRangeParams
) -> list[types.SelectionRange] | None:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return None
    answers: list[types.SelectionRange] = []
    for position in params.positions:
        offset = session.offset(analysis.source, position)
        grown: types.SelectionRange | None = None
        for span in reversed(enclosing(analysis.module.module, offset)):
            grown = types.SelectionRange(session.range(analysis.source, span), grown)
        assert grown is not None
        answers.append(grown)
    return answers
