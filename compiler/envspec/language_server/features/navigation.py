"""From a name to its definition, to all its uses, and the same name lit up in a document."""

from __future__ import annotations

from lsprotocol import types

from envspec.diagnostics import Span
from envspec.editor.links import links
from envspec.editor.names import name_at, names_in
from envspec.editor.renaming import definitions, imported_file, places
from envspec.language_server.server import EnvspecServer


def on_definition(server: EnvspecServer, params: types.DefinitionParams) -> list[types.Location] | None:
    session = server.session
    document = session.document(params.text_document.uri)
    analysis = document.analysis
    if analysis is None:
        return None
    offset = session.offset(analysis.source, params.position)
    name = name_at(analysis.module, offset)
    if name is None:
        there = [link for link in links(analysis) if link.span.start <= offset <= link.span.end]
        return [_top(session.uri(document.project, link.file)) for link in there] or None
    file = imported_file(analysis, name.target)
    if file is not None:
        return [_top(session.uri(document.project, file))]
    spans = definitions(analysis, name.target)
    return [place for span in spans if (place := session.location(document, span)) is not None]


def on_references(server: EnvspecServer, params: types.ReferenceParams) -> list[types.Location] | None:
    session = server.session
    document = session.document(params.text_document.uri)
    analysis = document.analysis
    name = (
        None
        if analysis is None
        else name_at(analysis.module, session.offset(analysis.source, params.position))
    )
    if name is None:
        return None
    return [
        types.Location(session.uri(document.project, module.file), session.range(module.source, place.span))
        for place, module in places(document.project, name.target)
        if params.context.include_declaration or not place.defines
    ]


def on_highlights(
    server: EnvspecServer, params: types.DocumentHighlightParams
) -> list[types.DocumentHighlight] | None:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return None
    name = name_at(analysis.module, session.offset(analysis.source, params.position))
    if name is None:
        return None
    same: dict[Span, bool] = {
        other.span: other.defines for other in names_in(analysis.module) if other.target == name.target
    }
    return [
        types.DocumentHighlight(
            session.range(analysis.source, span),
            types.DocumentHighlightKind.Write if defines else types.DocumentHighlightKind.Read,
        )
        for span, defines in sorted(same.items())
    ]


def _top(uri: str) -> types.Location:
    return types.Location(uri, types.Range(types.Position(0, 0), types.Position(0, 0)))
