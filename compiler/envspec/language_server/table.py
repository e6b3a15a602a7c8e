"""What the server can do: a row a method. Adding a feature is a file in `features/` and a row.

The files are imported when a client first asks for something, so that the server can say at once that it is there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lsprotocol import types

from envspec.editor.token_types import MODIFIERS, TYPES

_LEGEND = types.SemanticTokensLegend(list(TYPES), list(MODIFIERS))


class Row(NamedTuple):
    """`module` is one of `features/`, `function` what it has for `method`: it takes the server and the parameters."""

    method: str
    module: str
    function: str
    options: Any = None


PULL = Row(
    types.TEXT_DOCUMENT_DIAGNOSTIC,
    "diagnostics",
    "on_pull",
    types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="envspec"),
)
"""Offered to some clients only: see `features.diagnostics`."""

FEATURES: tuple[Row, ...] = (
    Row(types.INITIALIZED, "documents", "on_initialized"),
    Row(types.TEXT_DOCUMENT_DID_OPEN, "documents", "on_open"),
    Row(types.TEXT_DOCUMENT_DID_CHANGE, "documents", "on_change"),
    Row(types.TEXT_DOCUMENT_DID_SAVE, "documents", "on_save"),
    Row(types.TEXT_DOCUMENT_DID_CLOSE, "documents", "on_close"),
    Row(types.WORKSPACE_DID_CHANGE_WATCHED_FILES, "documents", "on_disk"),
    Row(types.WORKSPACE_DID_CHANGE_CONFIGURATION, "documents", "on_configuration"),
    Row(
        types.TEXT_DOCUMENT_COMPLETION,
        "completion",
        "on_complete",
        types.CompletionOptions(trigger_characters=[".", '"', "/", "=", "{", "[", ","]),
    ),
    Row(types.TEXT_DOCUMENT_HOVER, "hover", "on_hover"),
    Row(
        types.TEXT_DOCUMENT_SIGNATURE_HELP,
        "signatures",
        "on_signature",
        types.SignatureHelpOptions(trigger_characters=["{", "[", ",", "=", " "]),
    ),
    Row(types.TEXT_DOCUMENT_DEFINITION, "navigation", "on_definition"),
    Row(types.TEXT_DOCUMENT_REFERENCES, "navigation", "on_references"),
    Row(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT, "navigation", "on_highlights"),
    Row(types.TEXT_DOCUMENT_PREPARE_RENAME, "renaming", "on_prepare"),
    Row(types.TEXT_DOCUMENT_RENAME, "renaming", "on_rename", types.RenameOptions(prepare_provider=True)),
    Row(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, "symbols", "on_document"),
    Row(types.WORKSPACE_SYMBOL, "symbols", "on_workspace"),
    Row(types.TEXT_DOCUMENT_FORMATTING, "formatting", "on_format"),
    Row(types.TEXT_DOCUMENT_RANGE_FORMATTING, "formatting", "on_format_range"),
    Row(
        types.TEXT_DOCUMENT_CODE_ACTION,
        "code_actions",
        "on_actions",
        types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix]),
    ),
    Row(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, "tokens", "on_full", _LEGEND),
    Row(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, "tokens", "on_range", _LEGEND),
    Row(types.TEXT_DOCUMENT_FOLDING_RANGE, "folding", "on_folding"),
    Row(types.TEXT_DOCUMENT_SELECTION_RANGE, "selection", "on_selection"),
    Row(types.TEXT_DOCUMENT_DOCUMENT_LINK, "links", "on_links"),
    Row(types.TEXT_DOCUMENT_INLAY_HINT, "hints", "on_hints"),
    Row(types.TEXT_DOCUMENT_CODE_LENS, "lenses", "on_lenses"),
)
