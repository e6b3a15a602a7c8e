"""The outline of a document, and names in the whole project."""

from __future__ import annotations

from lsprotocol import types

from envspec.editor.outline import Symbol, outline
from envspec.language_server.document import Document
from envspec.language_server.server import EnvspecServer
from envspec.language_server.session import Session

_KINDS = {
    "import": types.SymbolKind.Module,
    "param": types.SymbolKind.Variable,
    "block": types.SymbolKind.Class,
    "attribute": types.SymbolKind.Property,
}


def _of_document(session: Session, document: Document) -> list[types.DocumentSymbol]:
    analysis = document.analysis
    if analysis is None:
        return []

    def translate(symbol: Symbol) -> types.DocumentSymbol:
        return types.DocumentSymbol(
            name=symbol.name,
            kind=_KINDS[symbol.kind],
            range=session.range(analysis.source, symbol.span),
            selection_range=session.range(analysis.source, symbol.name_span),
            detail=symbol.detail or None,
            children=[translate(inner) for inner in symbol.inside],
        )

    return [translate(symbol) for symbol in outline(analysis.module.module)]


def _in_projects(session: Session, query: str) -> list[types.WorkspaceSymbol]:
    found: list[types.WorkspaceSymbol] = []
    for root, project in session.projects.items():
        for file in project.spec_files() if root.is_absolute() else sorted(project.buffers):
            analysis = project.analyse(file)
            if analysis is None:
                continue
            for symbol in outline(analysis.module.module):
                if symbol.kind in ("block", "param") and query.casefold() in symbol.name.casefold():
                    place = types.Location(
                        session.uri(project, file), session.range(analysis.source, symbol.name_span)
                    )
                    found.append(
                        types.WorkspaceSymbol(
                            location=place,
                            name=symbol.name,
                            kind=_KINDS[symbol.kind],
                            container_name=symbol.detail or None,
                        )
                    )
    return found


def on_document(server: EnvspecServer, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
    session = server.session
    return _of_document(session, session.document(params.text_document.uri))


def on_workspace(server: EnvspecServer, params: types.WorkspaceSymbolParams) -> list[types.WorkspaceSymbol]:
    session = server.session
    return _in_projects(session, params.query)
