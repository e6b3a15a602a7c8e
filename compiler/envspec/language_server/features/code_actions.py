"""Every fix of a finding as a quick fix at its place."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from envspec.diagnostics import Diagnostic, Fix
from envspec.language_server.document import Document
from envspec.language_server.features.diagnostics import translate
from envspec.language_server.server import EnvspecServer
from envspec.language_server.session import Session


def _action(session: Session, document: Document, finding: Diagnostic, fix: Fix) -> types.CodeAction | None:
    changes: dict[str, list[types.TextEdit]] = {}
    for edit in fix.edits:
        place = session.location(document, edit.span)
        if place is None:
            return None
        changes.setdefault(place.uri, []).append(types.TextEdit(place.range, edit.text))
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[translate(session, document, finding)],
        is_preferred=fix.safe and len(finding.fixes) == 1,
        edit=types.WorkspaceEdit(changes=changes),
    )


def _wanted(only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """A kind that was asked for stands for all below it; the empty one for every kind."""
    return only is None or any(str(getattr(kind, "value", kind)) in ("", "quickfix") for kind in only)


def on_actions(server: EnvspecServer, params: types.CodeActionParams) -> list[types.CodeAction]:
    session = server.session
    document = session.document(params.text_document.uri)
    analysis = document.analysis
    if analysis is None or not _wanted(params.context.only):
        return []
    start = session.offset(analysis.source, params.range.start)
    end = session.offset(analysis.source, params.range.end)
    found = (
        _action(session, document, finding, fix)
        for finding in analysis.diagnostics
        if finding.span is not None
        and finding.span.file == document.file
        and finding.span.start <= end
        and finding.span.end >= start
        for fix in finding.fixes
    )
    return [action for action in found if action is not None]
