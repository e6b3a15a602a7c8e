"""Words by what they mean, for colours."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol import types

from envspec.editor.analysis import Analysis
from envspec.editor.tokens import MODIFIERS, TYPES, Token, tokens
from envspec.language_server.server import EnvspecServer

_LEGEND = types.SemanticTokensLegend(list(TYPES), list(MODIFIERS))


def register(server: EnvspecServer) -> None:
    session = server.session

    def encoded(analysis: Analysis, wanted: Iterable[Token]) -> types.SemanticTokens:
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

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, _LEGEND)
    def _full(params: types.SemanticTokensParams) -> types.SemanticTokens:
        analysis = session.document(params.text_document.uri).analysis
        return types.SemanticTokens([]) if analysis is None else encoded(analysis, tokens(analysis))

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, _LEGEND)
    def _range(params: types.SemanticTokensRangeParams) -> types.SemanticTokens:
        analysis = session.document(params.text_document.uri).analysis
        if analysis is None:
            return types.SemanticTokens([])
        start = session.offset(analysis.source, params.range.start)
        end = session.offset(analysis.source, params.range.end)
        return encoded(analysis, (t for t in tokens(analysis) if t.span.end > start and t.span.start < end))
