"""Known slips: a missing comma, an `=` too few, text without quotes, and how each is cured.

A cure looks at the token that does not fit. When it knows the slip it reports it, feeds what was missing and
answers at which token to go on (one that the automaton takes, so that every cure makes progress), or LOST when
the entry cannot be saved. Otherwise it leaves the automaton alone and answers None. `CURES` has them in the
order in which they are tried; a new one is a method and a row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from envspec.diagnostics import Diagnostic, Span
from envspec.syntax import unexpected as say
from envspec.syntax.automaton import Automaton
from envspec.syntax.lexer import Scan, Token
from envspec.syntax.nodes import Identifier
from envspec.syntax.numbers import DURATIONS, SIZES
from envspec.syntax.tables import END

LOST = -1

OPENERS = frozenset({"LBRACE", "LSQB"})
CLOSERS = frozenset({"RBRACE", "RSQB"})
STRINGS = frozenset({"STRING", "OPEN_STRING", "LONG_STRING", "OPEN_LONG_STRING", "FOREIGN_STRING"})
VALUE_STARTS = STRINGS | {"NUMBER", "NAME", "LSQB", "LBRACE"}
BARE = frozenset({"NAME", "NUMBER", "DOT", "COLON", "UNKNOWN"})
ENDS = frozenset({"NEWLINE", "COMMA", END}) | CLOSERS


class Slips:
    """What the cures share: the tokens, the automaton and where it stands."""

    def __init__(self, scan: Scan, automaton: Automaton) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.automaton = automaton
        self.told_line = 0

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
        if self.kind(at) != "NEWLINE" or self.in_list() or not self.automaton.takes(following):
            return None
        if following not in ("LBRACE", "EQUAL", "PLUS_EQUAL") and (
            self.kind(at - 1) not in ("EQUAL", "PLUS_EQUAL")
            or following not in VALUE_STARTS
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
            depth += (self.kind(at) in OPENERS) - (self.kind(at) in CLOSERS)
            if depth < 0:
                break
            at += 1
        return at

    def quoted_label(self, at: int) -> int | None:
        """`environment "sklearn" {`; what cannot be a name without its quotes either leaves the block without one."""
        at_string = at if self.kind(at) == "STRING" else at - 1
        if self.kind(at_string) != "STRING" or self.kind(at_string + 1) != "LBRACE":
            return None
        if self.kind(at_string - 1) != "NAME":
            return None
        string = self.tokens[at_string]
        name = self.scan.text[string.start + 1 : string.end - 1]
        values = self.automaton.values
        bare = name.isascii() and name.replace("-", "_").isidentifier()
        if at_string < at:
            if values[-1:] != [string]:
                return None
            self.automaton.cut(len(values) - 1)
        instead = "NAME" if bare else "HEADER_ERROR"
        if not self.automaton.takes(instead, "LBRACE"):
            return None
        self.report(say.quoted_label(self.scan, self.text(self.tokens[at_string - 1]), string, bare), at)
        self.automaton.feed(Token(instead, string.start + 1, string.end - 1))
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
        if self.kind(at + 1) not in ENDS:
            return None
        self.automaton.cut(len(values) - 1)
        self.automaton.feed(Token("NUMBER", number.start, token.end))
        return at + 1

    def foreign_string(self, at: int) -> int | None:
        """`import 'path' as x`, `{ 'a' = 1 }`: where only a string can stand. As a value it has a rule."""
        token = self.tokens[at]
        if token.type != "FOREIGN_STRING" or not self.automaton.takes("STRING"):
            return None
        if self.automaton.takes("NUMBER") or "\\" in self.text(token):
            return None
        keyword = at and self.text(self.tokens[at - 1]) == "import"
        if not keyword and self.kind(at + 1) != "EQUAL":
            return None
        self.report(say.foreign_string(self.scan, token), at)
        self.automaton.feed(Token("STRING", token.start, token.end))
        return at + 1

    def bare_text(self, at: int) -> int | None:
        """`image = python:3.11-slim`, `pip = [numpy >=1.26]`: text that begins like a name or a number."""
        begin = self._bare_text_begins(at)
        if begin is None:
            return None
        end = at
        while self.kind(end) not in ENDS and self.kind(end) not in STRINGS | OPENERS:
            end += 1
        if self.kind(end) not in ENDS or end == at:
            return None
        start = self.tokens[begin].start
        # The values since `begin`, whatever they have become by now, make place for one string.
        values = self.automaton.values
        length = len(values)
        while length and start_of(values[length - 1]) >= start:
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
        if kind in ENDS or kind in STRINGS or kind in OPENERS:
            return None
        if kind == "UNKNOWN" and self.text(self.tokens[at]).startswith((";", "//", "/*")):
            return None
        if self.automaton.takes("BARE_STRING"):
            return at
        begin = at
        while begin and self.adjacent(begin) and self.kind(begin - 1) in BARE:
            begin -= 1
        if begin == at and kind not in VALUE_STARTS and self.kind(at - 1) in ("NAME", "NUMBER"):
            # `numpy >=1.26`: a blank within the text.
            begin = at - 1
            while begin and self.adjacent(begin) and self.kind(begin - 1) in BARE:
                begin -= 1
        return begin if begin < at and self._begins_value(begin) else None

    def _begins_value(self, begin: int) -> bool:
        """Whether the value that is being read began at this token."""
        before = self.kind(begin - 1)
        return before in ("EQUAL", "PLUS_EQUAL", "LSQB") or (
            before in ("COMMA", "NEWLINE") and self.in_list()
        )

    def in_list(self) -> bool:
        return self._innermost() == "LSQB"

    def _innermost(self) -> str:
        """The innermost bracket that is open; "" at the top level."""
        closed = 0
        for value in reversed(self.automaton.values):
            if isinstance(value, Token):
                if value.type in CLOSERS:
                    closed += 1
                elif value.type in OPENERS:
                    if not closed:
                        return value.type
                    closed -= 1
        return ""

    def missing_comma(self, at: int) -> int | None:
        """`["a" "b"]`"""
        kind = self.kind(at)
        if kind not in VALUE_STARTS or not self.in_list():
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
            if word == "import" and self.kind(at) not in STRINGS:
                continue
            if word == "param" and self.kind(at) not in ("EQUAL", "COLON", "NEWLINE"):
                continue
            self.report(say.wrong_level(word, self._span(token)), at)
            return LOST
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
            if self.kind(at + 1) not in VALUE_STARTS:
                return None
            written = self.scan.text[token.start : self.tokens[at].end]
            span = self.scan.span(name.end, self.tokens[at].end)
            self.report(say.wrong_equal(self.text(name), span, written), at)
            self.automaton.feed(Token("EQUAL", token.start, self.tokens[at].end))
            return at + 1
        if token.type == "NUMBER" and (self.adjacent(at) or self.kind(at + 1) == "LBRACE"):
            return None
        if token.type in VALUE_STARTS and self.automaton.takes("EQUAL", token.type):
            gap = self.scan.span(name.end, name.end)
            self.report(say.missing_equal(self.text(name), gap, self._span(token)), at)
            self.put_in("EQUAL", at)
            return at
        return None

    def missing_value(self, at: int) -> int | None:
        """`python =`"""
        operator = self.previous(at)
        if self.kind(at) not in ENDS or operator.type not in ("EQUAL", "PLUS_EQUAL") or at < 2:
            return None
        before = at - 2
        while before > 0 and self.kind(before) == "NEWLINE":
            before -= 1
        name = self.tokens[before]
        if name.type not in ("NAME", "STRING"):
            return None
        self.report(say.missing_value(self.text(name), self._span(operator)), at)
        return LOST

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
        return LOST

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

    def _span(self, token: Token) -> Span:
        return self.scan.span(token.start, token.end)


def start_of(value: Any) -> int:
    """Where a value of the stack begins."""
    if isinstance(value, Token):
        return value.start
    if isinstance(value, list):
        return min((start_of(item) for item in value[:1]), default=-1)
    if isinstance(value, tuple):
        return start_of(value[0])
    span = getattr(value, "span", None)
    return span.start if isinstance(span, Span) else -1


CURES: tuple[Callable[[Slips, int], int | None], ...] = (
    Slips.empty_line,
    Slips.line_break,
    Slips.arrow,
    Slips.foreign_mark,
    Slips.quoted_label,
    Slips.number_and_unit,
    Slips.foreign_string,
    Slips.bare_text,
    Slips.wrong_level,
    Slips.missing_comma,
    Slips.same_line,
    Slips.missing_value,
    Slips.missing_equal,
    Slips.neither,
    Slips.comma,
)
