"""Findings, pushed after each change and pulled when asked for.

Editors show what was pushed and what was pulled side by side, so a client gets one of the two. One that can be told
to pull again pulls. Any other is pushed to: Neovim 0.11, for one, pulls only the buffer in which somebody types, and
would never hear what that did to another that imports it. To such a client pulling is not offered.
"""

from __future__ import annotations

from lsprotocol import types

from envspec.diagnostics import Diagnostic, Severity
from envspec.editor.analysis import Analysis
from envspec.editor.findings import findings
from envspec.language_server.document import Document
from envspec.language_server.server import EnvspecServer, pulls_again
from envspec.language_server.session import Session

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.INFO: types.DiagnosticSeverity.Information,
}
_UNNECESSARY = frozenset({"W0308", "W0309", "W0310", "W0311", "W0390"})
"""What could be deleted: editors fade it."""


def of_document(session: Session, document: Document, *, whole: bool = False) -> list[types.Diagnostic]:
    """The findings in one file, as the protocol has them. Unless the `whole` is asked for, those of a long file that
    has just changed may be early ones: see `early`."""

    def wanted(document: Document, analysis: Analysis) -> list[types.Diagnostic]:
        found = findings(document.project, analysis, session.settings.of(document.project.root))
        return [translate(session, document, diagnostic) for diagnostic in found]

    early = None if whole else session.early.findings(document, wanted)
    if early is not None:
        return early
    analysis = document.analysis
    if analysis is None:
        return []
    found = wanted(document, analysis)
    session.early.complete(document, analysis, found)
    return found


def translate(session: Session, document: Document, finding: Diagnostic) -> types.Diagnostic:
    """A finding that is in this document."""
    analysis = document.analysis
    assert analysis is not None and finding.span is not None
    related = [
        types.DiagnosticRelatedInformation(location, label.text)
        for label in finding.labels
        if (location := session.location(document, label.span)) is not None
    ]
    message = "\n".join(
        text for text in (finding.message, finding.marker, finding.help, *finding.notes) if text
    )
    return types.Diagnostic(
        range=session.range(analysis.source, finding.span),
        message=message,
        severity=_SEVERITIES[finding.severity],
        code=finding.code,
        source="envspec",
        tags=[types.DiagnosticTag.Unnecessary] if finding.code in _UNNECESSARY else None,
        related_information=related or None,
    )


def publish(server: EnvspecServer, *, whole: bool = False) -> None:
    """Tells the client the findings of every open document: one may import another. With `whole`, of those alone whose
    last findings were early ones, all of them. A client that pulls is told when to pull again."""
    session = server.session
    waiting = [uri for uri in session.open if not whole or uri in session.early.waiting]
    if pulls_again(server.client_capabilities):
        for uri in waiting if whole else ():
            of_document(session, session.open[uri], whole=True)
        if waiting and whole:
            server.workspace_diagnostic_refresh(None)
        return
    for uri in waiting:
        version = server.workspace.get_text_document(uri).version
        server.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, of_document(session, session.open[uri], whole=whole), version)
        )


def on_pull(server: EnvspecServer, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
    document = server.session.document(params.text_document.uri)
    return types.RelatedFullDocumentDiagnosticReport(of_document(server.session, document))
