"""Parsing that goes on: in come balanced tokens, out come all statements that can be saved.

`run` feeds the automaton. For a token that does not fit, the cures of `slips` are tried in order. Where none
knows the trouble one entry is lost: states are popped until one takes ERROR, and tokens are skipped up to the
end of the entry. When only the header of a block is wrong, its body is kept.
"""

from __future__ import annotations

from typing import Any

from envspec.diagnostics import Diagnostic
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax import unexpected as say
from envspec.syntax.automaton import Automaton
from envspec.syntax.lexer import MOST_DIAGNOSTICS, Scan, Token
from envspec.syntax.numbers import meant_unit
from envspec.syntax.slips import CLOSERS, CURES, ENDS, LOST, OPENERS, Slips, start_of
from envspec.syntax.tables import END

_ASSIGNED_BLOCKS = frozenset(
    {
        ("NAME", "EQUAL", "NAME", "LBRACE"),
        ("NAME", "NAME", "EQUAL", "LBRACE"),
        ("NAME", "NAME", "COLON", "LBRACE"),
    }
)
"""Headers of blocks as other languages have them."""
_MOST_TRIES = 4
_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_-]*")


class Recovery(Slips):
    """`at` is the index of the token that is being looked at; `lost` are the ranges of text that were lost."""

    def __init__(self, scan: Scan, automaton: Automaton) -> None:
        super().__init__(scan, automaton)
        self.stuck = -1
        self.tries = 0
        self.lost: list[tuple[int, int]] = []

    def run(self) -> list[Any]:
        tokens, automaton = self.tokens, self.automaton
        feed = automaton.feed
        at = 0
        last = len(tokens)
        while at < last:
            if len(self.scan.diagnostics) > MOST_DIAGNOSTICS:
                return self._finish()
            if tokens[at].type == "NEWLINE" and tokens[at + 1].type == "LBRACE":
                # `run train` alone on a line would do for the automaton: see the next line first.
                at = self.line_break(at) or at
            if feed(tokens[at]):
                at += 1
            else:
                at = self._recover(at)
        self._tell_open_strings()
        if automaton.states[-1] != automaton.final:
            return self._finish()
        statements: list[Any] = automaton.values[-1]
        return statements

    def _finish(self) -> list[Any]:
        """The statements that are complete, when there is no point in going on."""
        lines = [value for value in self.automaton.values[:1] if isinstance(value, list)]
        return lines[0] if lines else []

    def _tell_open_strings(self) -> None:
        """What kept a line quiet must be told even when the string itself was lost."""
        if not self.scan.quiet and self.tokens[-2:-1] and self.tokens[-2].type != "OPEN_LONG_STRING":
            return
        told = {self.scan.line(d.span.start) for d in self.scan.diagnostics if d.span}
        for token in self.tokens:
            if token.type in ("OPEN_STRING", "OPEN_LONG_STRING") and self.scan.line(token.start) not in told:
                self.scan.diagnostics.append(say.unterminated(self.scan, token))

    def _recover(self, at: int) -> int:
        # A cure goes on with a token that fits. Should one err, nothing may go round in circles.
        self.tries = self.tries + 1 if at == self.stuck else 0
        self.stuck = at
        if self.tries > _MOST_TRIES:
            return at + 1
        for cure in CURES:
            on = cure(self, at)
            if on is not None:
                return self._lose(at) if on == LOST else on
        return self._give_up(at)

    def lost_names(self) -> set[str]:
        """The names in what was lost."""
        return {name for start, end in self.lost for name in _NAME.findall(self.scan.text, start, end)}

    # Losing an entry

    def _give_up(self, at: int) -> int:
        if self.scan.line(self.tokens[at].start) != self.told_line:
            # What does not fit after a slip on the same line mostly follows from it.
            self.report(self._explain(at), at)
        return self._lose(at)

    def _explain(self, at: int) -> Diagnostic:
        token, scan = self.tokens[at], self.scan
        if token.type == "UNKNOWN":
            return say.unknown_character(scan, token)
        if token.type in ("OPEN_STRING", "OPEN_LONG_STRING"):
            return say.unterminated(scan, token)
        before = self.previous(at)
        where = "" if before.type in ("NEWLINE", END) else f" after {say.shown(scan, before)}"
        if before.type == "NEWLINE" and token.type not in ("NEWLINE", END):
            where = " at the beginning of a line"
        automaton = self.automaton
        if before.type == "NUMBER" and token.type == "NAME":
            unit = meant_unit(self.text(token))
            if unit:
                return say.apart(scan, before, token, unit)
        meant = self._meant_header(at)
        if meant:
            advice = f"a block is written `{meant} {{ … }}`"
        elif token.type == "DOT" and before.type == "NAME" and automaton.takes("EQUAL"):
            advice = f"what is nested stands in a block or a map: `{self.text(before)} {{ name = value }}`"
        elif automaton.takes("EQUAL") and automaton.takes("LBRACE"):
            advice = "a name is followed by `=` and a value, or by a block in `{ … }`"
        elif automaton.takes("LBRACE") and before.type != "EQUAL" and not automaton.takes("NUMBER"):
            advice = "a block is written `keyword name { … }` or `keyword name extends other { … }`"
        elif automaton.takes("NUMBER"):
            advice = "a value belongs here: text in quotes, a number, a list, a map or a name"
        elif automaton.takes("ERROR") and self.in_list():
            advice = "an element of the list belongs here"
        elif automaton.takes("ERROR"):
            advice = "an entry is written `name = value` or `keyword name { … }`"
        elif automaton.takes("EQUAL"):
            advice = "`=` and a value belong here"
        elif automaton.takes("COMMA") or automaton.takes("NEWLINE"):
            advice = "one entry ends before this; text needs quotes"
        else:
            advice = "a name belongs here"
        return say.unexpected(scan, token, where, advice)

    def _meant_header(self, at: int) -> str:
        """`environment e` of `environment e = {`, or empty."""
        if any(isinstance(value, Token) and value.type in OPENERS for value in self.automaton.values):
            return ""
        start = at
        while start and self.kind(start - 1) != "NEWLINE":
            start -= 1
        line = self.tokens[start : start + 4]
        if tuple(token.type for token in line) not in _ASSIGNED_BLOCKS:
            return ""
        return " ".join(self.text(token) for token in line if token.type == "NAME")

    def _lose(self, at: int) -> int:
        """Put ERROR in place of the entry around this token; the index of the token after the entry."""
        automaton = self.automaton
        body = self._resume_at_body(at)
        if body is not None:
            return body
        values = automaton.values
        top = values[-1] if values else None
        after_line = isinstance(top, Token) and top.type == "NEWLINE"
        after_block = self.kind(at - 1) == "RBRACE"
        for separator in ("COMMA", "NEWLINE"):
            # What stands before is whole: keep it, and lose only what begins here.
            if (
                (after_line or after_block)
                and automaton.takes(separator, "ERROR")
                and not automaton.takes("ERROR")
            ):
                self.put_in(separator, at)
                break
        length = len(values)
        depth = closed = 0
        while closed or not automaton.takes("ERROR", length=length):
            length -= 1
            value = values[length]
            if isinstance(value, Token) and value.type in CLOSERS:
                # Brackets that are closed but not yet one value: what is in them is over.
                closed += 1
            elif isinstance(value, Token) and value.type in OPENERS:
                depth, closed = (depth, closed - 1) if closed else (depth + 1, 0)
        start = start_of(values[length]) if length < len(values) else self.tokens[at].start
        automaton.cut(length)
        automaton.feed(Token("ERROR", start, start))
        takes = {kind for kind in ENDS if automaton.takes(kind)}
        while True:
            kind = self.tokens[at].type
            if kind == END or (depth == 0 and kind in takes):
                self.lost.append((start, self.tokens[at].start))
                return at
            if kind in OPENERS:
                depth += 1
            elif kind in CLOSERS:
                depth -= 1
            at += 1

    def _resume_at_body(self, at: int) -> int | None:
        """When only the header of a block is wrong: go on at its `{`, and keep what is inside."""
        automaton = self.automaton
        end = at
        while self.kind(end) not in ENDS and self.kind(end) != "LBRACE":
            if self.kind(end) in ("EQUAL", "PLUS_EQUAL", "LSQB"):
                return None
            end += 1
        if self.kind(end) != "LBRACE":
            return None
        length = len(automaton.values)
        while length and "HEADER_ERROR" not in automaton.actions[automaton.states[length]]:
            value = automaton.values[length - 1]
            if "ERROR" in automaton.actions[automaton.states[length]]:
                return None
            if isinstance(value, Token) and value.type in OPENERS | {"EQUAL", "PLUS_EQUAL"}:
                return None
            length -= 1
        if not automaton.takes("HEADER_ERROR", "LBRACE", length=length):
            return None
        header = start_of(automaton.values[length - 1]) if length else self.tokens[at].start
        automaton.cut(length)
        automaton.feed(Token("HEADER_ERROR", self.tokens[at].start, self.tokens[at].start))
        self.lost.append((header, self.tokens[end].start))
        return end
