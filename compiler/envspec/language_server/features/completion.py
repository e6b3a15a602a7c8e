"""What could be written at the cursor."""

from __future__ import annotations

from collections.abc import Mapping

from lsprotocol import types

from envspec.diagnostics import Span
from envspec.editor.completion.complete import complete
from envspec.editor.completion.proposal import Proposal
from envspec.language_server.server import EnvspecServer

_KINDS: Mapping[str, types.CompletionItemKind] = {
    "keyword": types.CompletionItemKind.Keyword,
    "attribute": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "block": types.CompletionItemKind.Class,
    "param": types.CompletionItemKind.Variable,
    "import": types.CompletionItemKind.Module,
    "key": types.CompletionItemKind.Field,
    "file": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "package": types.CompletionItemKind.Module,
    "version": types.CompletionItemKind.Value,
    "value": types.CompletionItemKind.Value,
}


def on_complete(server: EnvspecServer, params: types.CompletionParams) -> types.CompletionList:
    session = server.session
    analysis = session.document(params.text_document.uri).analysis
    if analysis is None:
        return types.CompletionList(False, [])
    offset = session.offset(analysis.source, params.position)
    snippets = _knows_snippets(server)

    def item(order: int, proposal: Proposal) -> types.CompletionItem:
        span = Span(analysis.source.file, proposal.start, max(proposal.end, offset))
        with_stops = snippets and bool(proposal.snippet)
        text = proposal.snippet if with_stops else proposal.insert or proposal.label
        doc = types.MarkupContent(types.MarkupKind.Markdown, proposal.doc) if proposal.doc else None
        return types.CompletionItem(
            label=proposal.label,
            kind=_KINDS[proposal.kind],
            detail=proposal.detail or None,
            documentation=doc,
            sort_text=f"{order:04}",
            filter_text=proposal.label,
            insert_text_format=types.InsertTextFormat.Snippet
            if with_stops
            else types.InsertTextFormat.PlainText,
            text_edit=types.TextEdit(session.range(analysis.source, span), text),
        )

    found = complete(analysis, offset)
    return types.CompletionList(False, [item(order, one) for order, one in enumerate(found)])


def _knows_snippets(server: EnvspecServer) -> bool:
    text_document = server.client_capabilities.text_document
    completion = text_document.completion if text_document else None
    item = completion.completion_item if completion else None
    return bool(item and item.snippet_support)
