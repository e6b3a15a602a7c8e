"""Balancing: in comes the scan, its tokens go out with every bracket closed, in order, at most 100 deep.

The parser relies on that: its recovery can skip to the end of an entry without losing the ones around it.
A file whose brackets are in order passes through untouched, however it is laid out. In any other file the
layout tells where a bracket was forgotten:

- a list ends before a line that can only be an entry (`name = …`, `name {`);
- as long as there are more `}` than `{`, one that stands alone on a line, with the block going on further
  right below it, closes nothing;
- as long as some `{` of the file has no partner, a `}` further left than the line of its `{` closes the
  block around it as well, and so does a line that can only be an entry and stands too far left.

Closing brackets that are put in cover no characters; those that close nothing are taken out.
"""

from __future__ import annotations

from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Edit, Fix, Label
from envspec.syntax.lexer import MOST_DIAGNOSTICS, Scan, Token
from envspec.syntax.tables import END

DEEPEST = 100

_CLOSER = {"LBRACE": "RBRACE", "LSQB": "RSQB"}
_OPENER = {"RBRACE": "LBRACE", "RSQB": "LSQB"}
_WRITTEN = {"LBRACE": "{", "LSQB": "[", "RBRACE": "}", "RSQB": "]"}


class _Frame(NamedTuple):
    token: Token
    indent: int
    header: int
    ends_line: bool


def balance(scan: Scan) -> None:
    """Mend the brackets of `scan.tokens` in place and report what had to be mended."""
    missing = _missing_braces(scan.tokens)
    if missing is not None:
        scan.tokens = _Mender(scan, missing).mended()


def _missing_braces(tokens: list[Token]) -> int | None:
    """None when all is well, else by how many the `{` exceed the `}`."""
    stack: list[str] = []
    well = True
    braces = 0
    for token in tokens:
        kind = token[0]
        if kind in _CLOSER:
            stack.append(kind)
            braces += kind == "LBRACE"
            if len(stack) > DEEPEST:
                well = False
        elif kind in _OPENER:
            braces -= kind == "RBRACE"
            if stack and stack[-1] == _OPENER[kind]:
                stack.pop()
            else:
                well = False
    return None if well and not stack else braces


class _Mender:
    def __init__(self, scan: Scan, missing: int) -> None:
        self.scan = scan
        self.tokens = scan.tokens
        self.missing = missing
        self.out: list[Token] = []
        self.stack: list[_Frame] = []
        self.open = {"LBRACE": 0, "LSQB": 0}
        self.deep_reported = False
        self.open_text = any(
            token.type == "OPEN_LONG_STRING" and token.end == len(scan.text) for token in scan.tokens[-2:]
        )

    def mended(self) -> list[Token]:
        line_begins = True
        for index, token in enumerate(self.tokens):
            kind = token.type
            if kind in _CLOSER:
                self._open(index)
            elif kind in _OPENER:
                self._close(index, line_begins)
            elif kind == END:
                while self.stack:
                    self._close_forgotten(token, at_end=True)
                self._emit(token)
            elif kind == "NEWLINE":
                self._next_line(index)
                self._open_forgotten(index)
                self._emit(token)
            else:
                self._emit(token)
            line_begins = kind == "NEWLINE"
        return self.out

    def _emit(self, token: Token) -> None:
        if len(self.stack) <= DEEPEST:
            self.out.append(token)

    def _open(self, index: int) -> None:
        token = self.tokens[index]
        if len(self.stack) == DEEPEST:
            self._emit(token)
            self.out.append(Token(_CLOSER[token.type], token.end, token.end))
            if not self.deep_reported:
                self.deep_reported = True
                self.scan.diagnostics.append(
                    Diagnostic(
                        "E0013",
                        f"nesting deeper than {DEEPEST} levels",
                        self.scan.span(token.start, token.end),
                        marker="too deep",
                        help="flatten the value",
                    )
                )
        else:
            self._emit(token)
        begin = index
        while begin and self.tokens[begin - 1].type not in (
            "NEWLINE",
            "COMMA",
            "LBRACE",
            "LSQB",
            "RBRACE",
            "RSQB",
        ):
            begin -= 1
        self.open[token.type] += 1
        self.stack.append(
            _Frame(
                token,
                self.scan.indent(token.start),
                self.tokens[begin].start,
                self.tokens[index + 1].type == "NEWLINE"
                and self.tokens[index - 1].type not in ("EQUAL", "PLUS_EQUAL"),
            )
        )

    def _open_forgotten(self, index: int) -> None:
        """`environment sklearn` without its `{`, when a `}` is over and what follows stands further right."""
        if self.missing >= 0 or len(self.stack) >= DEEPEST or self.tokens[index + 1].type != "NAME":
            return
        begin = index
        while begin and self.tokens[begin - 1].type in ("NAME", "DOT"):
            begin -= 1
        if index - begin < 2 or (begin and self.tokens[begin - 1].type not in ("NEWLINE", "LBRACE")):
            return
        first, last = self.tokens[begin], self.tokens[index - 1]
        indent = self.scan.indent(first.start)
        if self.scan.indent(self.tokens[index + 1].start) <= indent:
            return
        self.missing += 1
        header = self.scan.text[first.start : last.end]
        end = self.scan.span(last.end, last.end)
        self.scan.diagnostics.append(
            Diagnostic(
                "E0027",
                f"`{header}` is neither an attribute nor a block",
                self.scan.span(first.start, last.end),
                marker="`{` is missing",
                help=f"write `{header} {{`",
                fixes=(Fix("add `{`", (Edit(end, " {"),), safe=False),),
            )
        )
        self.open["LBRACE"] += 1
        opening = Token("LBRACE", last.end, last.end)
        self._emit(opening)
        self.stack.append(_Frame(opening, indent, first.start, True))

    def _close(self, index: int, line_begins: bool) -> None:
        token = self.tokens[index]
        opener = _OPENER[token.type]
        if not self.open[opener] or (line_begins and self._too_early(index)):
            self._stray(token)
            return
        while self.stack[-1].token.type != opener:
            self._close_forgotten(token)
        if line_begins and token.type == "RBRACE":
            indent = self.scan.indent(token.start)
            while self.missing > 0 and self.open[opener] > 1 and indent < self.stack[-1].indent:
                self._close_forgotten(token)
            while self.stack[-1].token.type != opener:
                self._close_forgotten(token)
        self._pop(token)

    def _too_early(self, index: int) -> bool:
        """Whether this `}` is one too many: the block goes on below it, further right than its header."""
        if self.missing >= 0 or self.tokens[index].type != "RBRACE" or self.stack[-1].token.type != "LBRACE":
            return False
        after = self.tokens[index + 1 : index + 3]
        if len(after) < 2 or after[0].type != "NEWLINE" or after[1].type not in ("NAME", "STRING"):
            return False
        return self.scan.indent(after[1].start) > self.stack[-1].indent

    def _pop(self, closer: Token) -> None:
        """The frame ends; what is deeper than allowed was never emitted, nor is its end."""
        if len(self.stack) <= DEEPEST:
            self.out.append(closer)
        self.open[self.stack.pop().token.type] -= 1

    def _close_forgotten(self, before: Token, at_end: bool = False) -> None:
        frame = self.stack[-1]
        if frame.token.type == "LBRACE":
            self.missing -= 1
        if not (at_end and self.open_text) and len(self.stack) <= DEEPEST:
            self._report_unclosed(frame, before)
        at = self.out[-1].end if self.out else 0
        self._pop(Token(_CLOSER[frame.token.type], at, at))

    def _report_unclosed(self, frame: _Frame, before: Token) -> None:
        scan, token = self.scan, frame.token
        written = self.out[-2] if len(self.out) > 1 and self.out[-1].type == "NEWLINE" else self.out[-1]
        if scan.line(written.start) in scan.quiet or len(scan.diagnostics) > MOST_DIAGNOSTICS:
            # A string without closing quote has swallowed the bracket.
            return
        closer = _WRITTEN[_CLOSER[token.type]]
        block = (
            token.type == "LBRACE"
            and frame.header < token.start
            and scan.text[frame.header].isidentifier()
            and "=" not in scan.text[frame.header : token.start]
        )
        cell = (
            token.type == "LSQB" and frame.header < token.start and scan.text[token.start - 1].isidentifier()
        )
        what = "cell" if cell else "block" if block else "map" if token.type == "LBRACE" else "list"
        labels = []
        if block:
            header = scan.text[frame.header : token.start].rstrip()
            labels.append(Label(scan.span(frame.header, frame.header + len(header)), "the block begins here"))
        if before.type != END:
            labels.append(Label(scan.span(before.start, before.end), f"`{closer}` should come before this"))
        at = self.out[-1].end if self.out else token.end
        # Directly after a line, not after the newline token that also covers the comments below it.
        if self.out and self.out[-1].type == "NEWLINE":
            at = self.out[-1].start
        inserted = f"\n{' ' * frame.indent}}}" if block and frame.ends_line else closer
        scan.diagnostics.append(
            Diagnostic(
                "E0005",
                f"this {what} is never closed",
                scan.span(token.start, token.end),
                marker=f"no `{closer}` for this",
                labels=tuple(labels),
                help=f"add `{closer}`",
                fixes=(Fix(f"add `{closer}`", (Edit(scan.span(at, at), inserted),), safe=False),),
            )
        )

    def _stray(self, token: Token) -> None:
        scan = self.scan
        if token.type == "RBRACE":
            self.missing += 1
        if scan.line(token.start) in scan.quiet or len(scan.diagnostics) > MOST_DIAGNOSTICS:
            return
        written = _WRITTEN[token.type]
        scan.diagnostics.append(
            Diagnostic(
                "E0006",
                f"`{written}` closes nothing",
                scan.span(token.start, token.end),
                marker=f"no `{_WRITTEN[_OPENER[token.type]]}` is open here",
                help="delete it, or look above for a bracket that closes too early",
                fixes=(
                    Fix(f"delete `{written}`", (Edit(scan.span(token.start, token.end), ""),), safe=False),
                ),
            )
        )

    def _next_line(self, index: int) -> None:
        """Before a new line: close what this line shows to have been forgotten."""
        shape = self._shape(index + 1)
        if not shape or not self.stack:
            return
        first = self.tokens[index + 1]
        while self.stack and self.stack[-1].token.type == "LSQB":
            self._close_forgotten(first)
        indent = self.scan.indent(first.start)
        while self.stack and self.missing > 0:
            frame = self.stack[-1]
            too_far_left = indent < frame.indent or (
                indent == frame.indent and (not frame.ends_line or shape == "statement")
            )
            if not too_far_left:
                break
            self._close_forgotten(first)

    def _shape(self, index: int) -> str:
        """Whether an entry starts at this token: "" for no, `statement` for one of the top level's shapes."""
        kinds = [token.type for token in self.tokens[index : index + 4]]
        kinds += [END] * (4 - len(kinds))
        if kinds[0] == "STRING" and kinds[1] == "EQUAL":
            return "entry"
        if kinds[0] != "NAME":
            return ""
        if kinds[1] in ("EQUAL", "PLUS_EQUAL", "LBRACE"):
            return "entry"
        if kinds[1] == "NAME" and kinds[2] in ("LBRACE", "EQUAL", "COLON"):
            return "statement"
        if kinds[1] == "NAME" and kinds[2] == "NAME" and self._text(index + 2) == "extends":
            return "statement"
        if kinds[1] == "STRING" and self._text(index) == "import":
            return "statement"
        return ""

    def _text(self, index: int) -> str:
        token = self.tokens[index]
        return self.scan.text[token.start : token.end]
