"""Text to nodes: in comes a `Source`, out come its `Module` and every mistake in it. Never raises.

The tables of `grammar/envspec.lark` drive a plain LALR(1) automaton over balanced tokens. A token that does
not fit may be a known slip (`slips`: a comma, an `=`); then parsing goes on as if it were cured and loses
nothing. Otherwise one entry is lost (`recovery`). Each mistake gives one diagnostic, and what follows from it
gives none.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Source, Span, in_order
from envspec.syntax.automaton import Automaton
from envspec.syntax.brackets import balance
from envspec.syntax.builder import Builder
from envspec.syntax.lexer import MOST_DIAGNOSTICS, scan
from envspec.syntax.nodes import Module
from envspec.syntax.recovery import Recovery
from envspec.syntax.tables import load
from envspec.syntax.text import LARGEST_FILE, decode, too_large

__all__ = ["decode", "parse"]

# What makes a line quiet is itself told.
_CAUSES = frozenset({"E0002", "E0003"})
# After these, where a block ends is a guess.
_TEARS = frozenset({"E0003", "E0005", "E0006", "E0013", "E0015", "E0016", "E0017", "E0026"})


def parse(source: Source) -> tuple[Module, list[Diagnostic]]:
    """The healthy part of a file and its diagnostics, in the order of their places."""
    whole = Span(source.file, 0, len(source.text))
    if len(source.text) > LARGEST_FILE:
        return Module(whole, (), (), damaged=True), [too_large(source.file, len(source.text))]
    tables = load()
    scanned = scan(source, tables)
    balance(scanned)

    def report(diagnostic: Diagnostic) -> None:
        span = diagnostic.span
        if diagnostic.code in _CAUSES or span is None or scanned.line(span.start) not in scanned.quiet:
            scanned.diagnostics.append(diagnostic)

    builder = Builder(scanned, report)
    automaton = Automaton(tables, builder)
    recovery = Recovery(scanned, automaton)
    statements = recovery.run()
    diagnostics = in_order(scanned.diagnostics)
    if len(diagnostics) > MOST_DIAGNOSTICS:
        last = Diagnostic(
            "E0026",
            f"more than {MOST_DIAGNOSTICS} mistakes in this file",
            diagnostics[MOST_DIAGNOSTICS].span,
            marker="from here on they are not shown",
            help="is it an `.envspec` file?",
        )
        diagnostics = [*diagnostics[:MOST_DIAGNOSTICS], last]
    damaged = builder.damaged or bool(diagnostics)
    lost = frozenset(builder.lost_names | recovery.lost_names())
    torn = any(diagnostic.code in _TEARS for diagnostic in diagnostics)
    return Module(whole, tuple(statements), tuple(scanned.comments), damaged, lost, torn), diagnostics
