"""Parsing that goes on: in come balanced tokens, out come all statements that can be saved.

`run` feeds the automaton. For a token that does not fit, the cures of `_CURES` are tried in order. Each
knows one slip; it reports it and says at which token to go on, having fed what was missing, or leaves the
automaton alone and answers None. A cure makes sure that the automaton takes the token it goes on with, so
every step makes progress. When there is no cure, `_give_up` loses one entry.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from envspec.diagnostics import Diagnostic, Span
from envspec.syntax import unexpected as say
from envspec.syntax.automaton import Automaton
from envspec.syntax.lexer import MOST_DIAGNOSTICS, Scan, Token
from envspec.syntax.nodes import Identifier
from envspec.syntax.numbers import DURATIONS, SIZES
from envspec.syntax.tables import END

_OPENERS = frozenset({"LBRACE", "LSQB"})
_CLOSERS = frozenset({"RBRACE", "RSQB"})
_STRINGS = frozenset({"STRING", "OPEN_STRING", "LONG_STRING", "OPEN_LONG_STRING", "FOREIGN_STRING"})
_VALUE_STARTS = _STRINGS | {"NUMBER", "NAME", "LSQB", "LBRACE"}
_BARE = frozenset({"NAME", "NUMBER", "DOT", "COLON", "UNKNOWN"})
_ENDS = frozenset({"NEWLINE", "COMMA", END}) | _CLOSERS
_MOST_TRIES = 4


class Recovery:
    """`at` is the index of the token that is being looked at."""

    def __init__(self, scan: Scan, automaton: Automaton) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.automaton = automaton
        self.stuck = -1
        self.tries = 0
        self.told_line = 0

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
        for cure in _CURES:
            on = cure(self, at)
            if on is not None:
                return on
        return self._give_up(at)

    # What the cures look at

    def kind(self, at: int) -> str:
        return self.tokens[at].type if 0 <= at < len(self.tokens) else END

    def text(self, token: Token) -> str:
        return self.scan.text[token.start : token.end]

    def previous(self, at: int) -> Token:
        """The token before; the one at the place itself at the beginning of the file."""
        return self.tokens[at - 1] if at else Token("NEWLINE", 0, 0)

    def entry_starts(self, at: int) -> bool:
        """Whether the tokens from here look like an attribute, a block or another statement."""
        first, second, third = self.kind(at), self.kind(at + 1), self.kind(at + 2)
        if first == "NAME":
            if second in ("EQUAL", "PLUS_EQUAL", "LBRACE", "STRING"):
                return True
            return second == "NAME" and third in ("LBRACE", "NAME", "EQUAL", "COLON")
        return first == "STRING" and second == "EQUAL"

    def adjacent(self, at: int) -> bool:
        """Whether nothing stands between this token and the one before."""
        return at > 0 and self.tokens[at - 1].end == self.tokens[at].start

    def put_in(self, kind: str, at: int) -> None:
        """Feed a token that was not written, after the token before `at`."""
        end = self.previous(at).end
        self.automaton.feed(Token(kind, end, end))

    def report(self, diagnostic: Diagnostic, at: int) -> None:
        """Report, unless the characters of this line are in such disorder that more would only confuse."""
        line = self.scan.line(self.tokens[at].start)
        if line not in self.scan.quiet:
            self.scan.diagnostics.append(diagnostic)
            self.told_line = line

    # The cures

    def empty_line(self, at: int) -> int | None:
        """A line of which a cure left nothing."""
        values = self.automaton.values
        if (
            self.kind(at) == "NEWLINE"
            and values
            and isinstance(values[-1], Token)
            and values[-1].type == "NEWLINE"
        ):
            return at + 1
        return None

    def line_break(self, at: int) -> int | None:
        """A `{`, a `=` or a value at the beginning of a line that belongs to the line before."""
        following = self.kind(at + 1)
        if self.kind(at) != "NEWLINE" or self._in_list() or not self.automaton.takes(following):
            return None
        if following not in ("LBRACE", "EQUAL", "PLUS_EQUAL") and (
            self.kind(at - 1) not in ("EQUAL", "PLUS_EQUAL")
            or following not in _VALUE_STARTS
            or self.entry_starts(at + 1)
        ):
            return None
        self.report(say.line_break(self.scan, self.tokens[at], self.tokens[at + 1]), at + 1)
        return at + 1

    def arrow(self, at: int) -> int | None:
        """`a => 1`"""
        if self.kind(at) != "UNKNOWN" or self.kind(at - 1) != "EQUAL" or not self.adjacent(at):
            return None
        if self.text(self.tokens[at]) != ">" or self.adjacent(at + 1) or at < 2:
            return None
        name, token = self.tokens[at - 2], self.tokens[at]
        self.report(say.wrong_equal(self.text(name), self.scan.span(name.end, token.end), "=>"), at)
        return at + 1

    def foreign_mark(self, at: int) -> int | None:
        """`;` after an entry, `// …` for a comment."""
        token = self.tokens[at]
        text = self.text(token)
        if token.type != "UNKNOWN" or not text.startswith((";", "//", "/*")):
            return None
        self.report(say.unknown_character(self.scan, token), at)
        if text == ";":
            at += 1
            for separator in ("COMMA", "NEWLINE"):
                if self.entry_starts(at) and self.automaton.takes(separator, self.kind(at)):
                    self.put_in(separator, at)
                    break
            return at
        depth = 0
        while self.kind(at) not in ("NEWLINE", END):
            depth += (self.kind(at) in _OPENERS) - (self.kind(at) in _CLOSERS)
            if depth < 0:
                break
            at += 1
        return at

    def quoted_label(self, at: int) -> int | None:
        """`environment "sklearn" {`"""
        at_string = at if self.kind(at) == "STRING" else at - 1
        if self.kind(at_string) != "STRING" or self.kind(at_string + 1) != "LBRACE":
            return None
        if self.kind(at_string - 1) != "NAME":
            return None
        string = self.tokens[at_string]
        name = self.scan.text[string.start + 1 : string.end - 1]
        values = self.automaton.values
        if not (name.isascii() and name.replace("-", "_").isidentifier()):
            return None
        if at_string < at:
            if values[-1:] != [string]:
                return None
            self.automaton.cut(len(values) - 1)
        if not self.automaton.takes("NAME", "LBRACE"):
            return None
        self.report(say.quoted_label(self.scan, self.text(self.tokens[at_string - 1]), string), at)
        self.automaton.feed(Token("NAME", string.start + 1, string.end - 1))
        return at_string + 1

    def number_and_unit(self, at: int) -> int | None:
        """`2 GiB`"""
        token, values = self.tokens[at], self.automaton.values
        if token.type != "NAME" or not values or not isinstance(values[-1], Token):
            return None
        number = values[-1]
        unit = self.text(token)
        if number.type != "NUMBER" or not (unit in SIZES or unit in DURATIONS) or self.adjacent(at):
            return None
        if self.kind(at + 1) not in _ENDS:
            return None
        self.automaton.cut(len(values) - 1)
        self.automaton.feed(Token("NUMBER", number.start, token.end))
        return at + 1

    def bare_text(self, at: int) -> int | None:
        """`image = python:3.11-slim`, `pip = [numpy >=1.26]`: text that begins like a name or a number."""
        begin = self._bare_text_begins(at)
        if begin is None:
            return None
        end = at
        while self.kind(end) not in _ENDS and self.kind(end) not in _STRINGS | _OPENERS:
            end += 1
        if self.kind(end) not in _ENDS or end == at:
            return None
        start = self.tokens[begin].start
        # The values since `begin`, whatever they have become by now, make place for one string.
        values = self.automaton.values
        length = len(values)
        while length and _start(values[length - 1]) >= start:
            length -= 1
        if not self.automaton.takes("BARE_STRING", length=length):
            return None
        last = self.tokens[end - 1].end
        self.report(say.bare_text(self.scan, start, last), at)
        self.automaton.cut(length)
        self.automaton.feed(Token("BARE_STRING", start, last))
        return end

    def _bare_text_begins(self, at: int) -> int | None:
        kind = self.kind(at)
        if kind in _ENDS or kind in _STRINGS or kind in _OPENERS:
            return None
        if kind == "UNKNOWN" and self.text(self.tokens[at]).startswith((";", "//", "/*")):
            return None
        if self.automaton.takes("BARE_STRING"):
            return at
        begin = at
        while begin and self.adjacent(begin) and self.kind(begin - 1) in _BARE:
            begin -= 1
        if begin == at and kind not in _VALUE_STARTS and self.kind(at - 1) in ("NAME", "NUMBER"):
            # `numpy >=1.26`: a blank within the text.
            begin = at - 1
            while begin and self.adjacent(begin) and self.kind(begin - 1) in _BARE:
                begin -= 1
        return begin if begin < at and self._begins_value(begin) else None

    def _begins_value(self, begin: int) -> bool:
        """Whether the value that is being read began at this token."""
        before = self.kind(begin - 1)
        return before in ("EQUAL", "PLUS_EQUAL", "LSQB") or (
            before in ("COMMA", "NEWLINE") and self._in_list()
        )

    def _in_list(self) -> bool:
        return self._innermost() == "LSQB"

    def _innermost(self) -> str:
        """The innermost bracket that is open; "" at the top level."""
        closed = 0
        for value in reversed(self.automaton.values):
            if isinstance(value, Token):
                if value.type in _CLOSERS:
                    closed += 1
                elif value.type in _OPENERS:
                    if not closed:
                        return value.type
                    closed -= 1
        return ""

    def missing_comma(self, at: int) -> int | None:
        """`["a" "b"]`"""
        kind = self.kind(at)
        if kind not in _VALUE_STARTS or not self._in_list():
            return None
        if not self.automaton.takes("COMMA", kind):
            return None
        before = at - 1
        while before and self.kind(before) == "NEWLINE":
            before -= 1
        self.report(say.missing_comma(self.scan, self.tokens[before], self.tokens[at]), at)
        self.put_in("COMMA", at)
        return at

    def same_line(self, at: int) -> int | None:
        """`a = 1 b = 2`"""
        if not self.entry_starts(at):
            return None
        for separator, top in (("COMMA", False), ("NEWLINE", True)):
            if self.automaton.takes(separator, self.kind(at)):
                self.report(say.same_line(self.scan, self.previous(at), self.tokens[at], top), at)
                self.put_in(separator, at)
                return at
        return None

    def wrong_level(self, at: int) -> int | None:
        """`param x = 1` or `import "x"` inside a block: lost."""
        values = self.automaton.values
        for back, word in ((2, "param"), (1, "import")):
            if len(values) < back or not isinstance(values[-back], Token):
                continue
            token = values[-back]
            if token.type != "NAME" or self.text(token) != word or self.automaton.takes(END):
                continue
            if word == "import" and self.kind(at) not in _STRINGS:
                continue
            if word == "param" and self.kind(at) not in ("EQUAL", "COLON", "NEWLINE"):
                continue
            self.report(say.wrong_level(word, self._span(token)), at)
            return self._lose(at)
        return None

    def missing_equal(self, at: int) -> int | None:
        """`python "3.11"`, `python: "3.11"`"""
        token, name = self.tokens[at], self.previous(at)
        if name.type not in ("NAME", "STRING") or not self.automaton.takes("EQUAL"):
            return None
        if token.type == "COLON" or (
            token.type == "UNKNOWN" and self.text(token) in ("=>", ":=", "->", "<-")
        ):
            if self.kind(at + 1) in ("COLON", "EQUAL") and self.adjacent(at + 1):
                at += 1
            if self.kind(at + 1) not in _VALUE_STARTS:
                return None
            written = self.scan.text[token.start : self.tokens[at].end]
            span = self.scan.span(name.end, self.tokens[at].end)
            self.report(say.wrong_equal(self.text(name), span, written), at)
            self.automaton.feed(Token("EQUAL", token.start, self.tokens[at].end))
            return at + 1
        if self.adjacent(at) and token.type == "NUMBER":
            return None
        if token.type in _VALUE_STARTS and self.automaton.takes("EQUAL", token.type):
            gap = self.scan.span(name.end, name.end)
            self.report(say.missing_equal(self.text(name), gap, self._span(token)), at)
            self.put_in("EQUAL", at)
            return at
        return None

    def missing_value(self, at: int) -> int | None:
        """`python =`"""
        operator = self.previous(at)
        if self.kind(at) not in _ENDS or operator.type not in ("EQUAL", "PLUS_EQUAL") or at < 2:
            return None
        name = self.tokens[at - 2]
        self.report(say.missing_value(self.text(name), self._span(operator)), at)
        return self._lose(at)

    def neither(self, at: int) -> int | None:
        """`environment sklearn` at the end of a line inside a block."""
        values = self.automaton.values
        if self.kind(at) not in ("NEWLINE", "COMMA", "RBRACE") or len(values) < 2:
            return None
        keyword, name = values[-2:]
        if not (isinstance(keyword, Token) and isinstance(name, Token)):
            return None
        if keyword.type != "NAME" or name.type != "NAME" or not self.automaton.takes("LBRACE"):
            return None
        words = [Identifier(self._span(token), self.text(token)) for token in (keyword, name)]
        self.report(say.neither(*words), at)
        return self._lose(at)

    def comma(self, at: int) -> int | None:
        """A comma too many, or one between statements."""
        if self.kind(at) != "COMMA":
            return None
        if not self._innermost():
            if self.automaton.takes("NEWLINE"):
                last = self.kind(at + 1) in ("NEWLINE", END)
                self.report(say.top_level_comma(self.scan, self.tokens[at], last), at)
                if not last:
                    self.automaton.feed(Token("NEWLINE", self.tokens[at].start, self.tokens[at].end))
                return at + 1
            return None
        if self.kind(at - 1) in ("COMMA", "NEWLINE", "LBRACE", "LSQB"):
            self.report(say.extra_comma(self.scan, self.tokens[at]), at)
            return at + 1
        return None

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
        if token.type == "DOT" and before.type == "NAME" and automaton.takes("EQUAL"):
            advice = f"what is nested stands in a block or a map: `{self.text(before)} {{ name = value }}`"
        elif automaton.takes("EQUAL") and automaton.takes("LBRACE"):
            advice = "a name is followed by `=` and a value, or by a block in `{ … }`"
        elif automaton.takes("LBRACE") and before.type != "EQUAL" and not automaton.takes("NUMBER"):
            advice = "a block is written `keyword name { … }` or `keyword name extends other { … }`"
        elif automaton.takes("NUMBER"):
            advice = "a value belongs here: text in quotes, a number, a list, a map or a name"
        elif automaton.takes("ERROR") and self._in_list():
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
            if isinstance(value, Token) and value.type in _CLOSERS:
                # Brackets that are closed but not yet one value: what is in them is over.
                closed += 1
            elif isinstance(value, Token) and value.type in _OPENERS:
                depth, closed = (depth, closed - 1) if closed else (depth + 1, 0)
        start = _start(values[length]) if length < len(values) else self.tokens[at].start
        automaton.cut(length)
        automaton.feed(Token("ERROR", start, start))
        takes = {kind for kind in _ENDS if automaton.takes(kind)}
        while True:
            kind = self.tokens[at].type
            if kind == END or (depth == 0 and kind in takes):
                return at
            if kind in _OPENERS:
                depth += 1
            elif kind in _CLOSERS:
                depth -= 1
            at += 1

    def _resume_at_body(self, at: int) -> int | None:
        """When only the header of a block is wrong: go on at its `{`, and keep what is inside."""
        automaton = self.automaton
        end = at
        while self.kind(end) not in _ENDS and self.kind(end) != "LBRACE":
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
            if isinstance(value, Token) and value.type in _OPENERS | {"EQUAL", "PLUS_EQUAL"}:
                return None
            length -= 1
        if not automaton.takes("HEADER_ERROR", "LBRACE", length=length):
            return None
        automaton.cut(length)
        automaton.feed(Token("HEADER_ERROR", self.tokens[at].start, self.tokens[at].start))
        return end

    def _span(self, token: Token) -> Span:
        return self.scan.span(token.start, token.end)


def _start(value: Any) -> int:
    """Where a value of the stack begins."""
    if isinstance(value, Token):
        return value.start
    if isinstance(value, list):
        return min((_start(item) for item in value[:1]), default=-1)
    if isinstance(value, tuple):
        return _start(value[0])
    span = getattr(value, "span", None)
    return span.start if isinstance(span, Span) else -1


_CURES: tuple[Callable[[Recovery, int], int | None], ...] = (
    Recovery.empty_line,
    Recovery.line_break,
    Recovery.arrow,
    Recovery.foreign_mark,
    Recovery.quoted_label,
    Recovery.number_and_unit,
    Recovery.bare_text,
    Recovery.wrong_level,
    Recovery.missing_comma,
    Recovery.same_line,
    Recovery.missing_value,
    Recovery.missing_equal,
    Recovery.neither,
    Recovery.comma,
)
