"""Words by what they mean, for colours."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from envspec.editor.analysis import Analysis
from envspec.editor.token_types import MODIFIERS, TYPES
from envspec.editor.tokens import Token, tokens
from envspec.language_server.server import EnvspecServer
from envspec.language_server.session import Session


def on_full(server: EnvspecServer, params: types.SemanticTokensParams) -> types.SemanticTokens:
    analysis = server.session.document(params.text_document.uri).analysis
    if analysis is None:
        return types.SemanticTokens([])
    return _encoded(server.session, analysis, tokens(analysis))


def on_range(server: EnvspecServer, params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return types.SemanticTokens([])
    start = session.offset(analysis.source, params.range.start)
    end = session.offset(analysis.source, params.range.end)
    found = (token for token in tokens(analysis) if token.span.end > start and token.span.start < end)
    return _encoded(session, analysis, found)


def _encoded(session: Session, analysis: Analysis, wanted: Iterable[Token]) -> types.SemanticTokens:
    """Five numbers a token: lines and units since the one before, units, type, bits of modifiers."""
    data: list[int] = []
    line = character = 0
    for token in wanted:
        place = session.range(analysis.source, token.span)
        if place.start.line != place.end.line:
            continue
        if place.start.line != line:
            character = 0
        data += [
            place.start.line - line,
            place.start.character - character,
            place.end.character - place.start.character,
            TYPES.index(token.type),
            sum(1 << MODIFIERS.index(modifier) for modifier in token.modifiers),
        ]
        line, character = place.start.line, place.start.character
    return types.SemanticTokens(data)
