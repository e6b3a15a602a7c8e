"""What people fold: blocks, long values, comments of several lines."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.structure import folds
from envspec.language_server.server import EnvspecServer


def on_folding(server: EnvspecServer, params: types.FoldingRangeParams) -> list[types.FoldingRange]:
    analysis = server.session.document(params.text_document.uri).analysis
    if analysis is None:
        return []
    return [
        types.FoldingRange(first - 1, last - 1, kind=types.FoldingRangeKind.Comment if comment else None)
        for first, last, comment in folds(analysis.module.module, analysis.source)
    ]
