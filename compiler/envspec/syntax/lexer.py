"""Text to tokens: in comes a `Source`, out come its tokens, its comments and what is wrong with characters.

The terminals of the grammar match every text, so nothing is ever left over: characters that belong to no
token become UNKNOWN tokens, an unterminated string becomes an OPEN_STRING, and the parser deals with them.
Tokens are places in `Scan.text`, which has the length of the source: control characters are blanks in it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Source, Span
from envspec.frozen import Mutable, field, mutable
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.nodes import Comment
from envspec.syntax.tables import END, Tables

# C0 without tab and line ends, DEL, C1, lone surrogates, and the marks that turn the direction of writing
# (with those a line can read otherwise than it is: CVE-2021-42574).
_CONTROL = lazy_pattern(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]+|\r(?!\n)"
)
_COMMENT = lazy_pattern(r"#[^\r\n]*")
_CLOSING = {"LSQB": "]", "LBRACE": "}"}
# A line that can only be the beginning of an entry, or the end of a block.
_ENTRY_LINE = lazy_pattern(
    r"(?P<indent>[ \t]*)(?:\}|[A-Za-z_][\w-]*[ \t]*(?:\+?=|\{|[ \t][A-Za-z_][\w-]*[ \t]*(?:\{|extends\b)))"
)
_OPENS_LONG = lazy_pattern(r"(?:[=,\[(]|^)[ \t]*$")
_MOST_RESTARTS = 20

MOST_DIAGNOSTICS = 500
"""What a file gets at most; nobody reads more, and a file of noise would take minutes."""


class Token(NamedTuple):
    """A terminal's name and the characters it covers; a token that was put in covers none."""

    type: str
    start: int
    end: int


@mutable
class Scan(Mutable):
    """`quiet` are lines whose tokens are so spoilt that only the first trouble on them is worth telling."""

    source: Source
    text: str
    tokens: list[Token] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    quiet: set[int] = field(default_factory=set)

    def line(self, offset: int) -> int:
        """The number of the line, from 1."""
        return bisect_right(self.source.line_starts, offset)

    def line_start(self, offset: int) -> int:
        return self.source.line_starts[self.line(offset) - 1]

    def indent(self, offset: int) -> int:
        """How far the line of `offset` is indented, in characters."""
        start = self.line_start(offset)
        at = start
        while self.text[at : at + 1] in (" ", "\t"):
            at += 1
        return at - start

    def span(self, start: int, end: int) -> Span:
        return Span(self.source.file, start, end)


def scan(source: Source, tables: Tables) -> Scan:
    """All tokens of a source; the last one is `END`."""
    result = Scan(source, source.text)
    if _CONTROL.search(source.text):
        _blank_controls(result)
    pattern = tables.pattern()
    _scan_from(result, pattern, tables.ignored, 0)
    restarts = 0
    while result.tokens and result.tokens[-1].type == "OPEN_LONG_STRING" and restarts < _MOST_RESTARTS:
        restarts += 1
        at = _end_long_string(result)
        if at is None:
            break
        _scan_from(result, pattern, tables.ignored, at)
    result.tokens.append(Token(END, len(result.text), len(result.text)))
    return result


def _scan_from(result: Scan, pattern: re.Pattern[str], ignored: frozenset[str], start: int) -> None:
    text = result.text
    append = result.tokens.append
    new, kind_of = tuple.__new__, Token
    at: int | None = start
    while at is not None:
        begin, at = at, None
        for match in pattern.finditer(text, begin):
            kind = match.lastgroup
            if kind in ignored:
                if kind == "COMMENT":
                    _comment(result, match.start(), match.end())
                continue
            token = new(kind_of, (kind, match.start(), match.end()))
            if kind == "NEWLINE":
                if "#" in match[0]:
                    for comment in _COMMENT.finditer(text, match.start(), match.end()):
                        _comment(result, comment.start(), comment.end())
            elif kind == "OPEN_STRING":
                result.quiet.add(result.line(token.start))
                end = _end_of_open_string(result, token)
                append(Token("OPEN_STRING", token.start, end))
                if end != token.end:
                    at = end
                    break
                continue
            append(token)


def _comment(result: Scan, start: int, end: int) -> None:
    result.comments.append(Comment(result.span(start, end), result.text[start:end]))


def _blank_controls(result: Scan) -> None:
    seen: set[int] = set()
    for match in _CONTROL.finditer(result.text):
        line = result.line(match.start())
        if line in seen:
            continue
        seen.add(line)
        if len(seen) > MOST_DIAGNOSTICS + 1:
            break
        character = match[0][0]
        what = "a carriage return without a line feed" if character == "\r" else f"U+{ord(character):04X}"
        result.diagnostics.append(
            Diagnostic(
                "E0014",
                f"control character in the text: {what}",
                result.span(match.start(), match.end()),
                marker="this cannot be seen",
                help=f"delete it, or write `\\u{{{ord(character):x}}}` if a string needs it",
            )
        )
    result.quiet |= seen
    result.text = _CONTROL.sub(lambda match: " " * len(match[0]), result.text)


def _end_of_open_string(result: Scan, token: Token) -> int:
    """Where a string without closing quote most likely ends: before the brackets that its line must close."""
    text = result.text
    open_brackets: list[str] = []
    for earlier in reversed(result.tokens):
        if earlier.type == "NEWLINE":
            break
        if earlier.type in ("RSQB", "RBRACE"):
            open_brackets.append("")
        elif earlier.type in _CLOSING:
            if open_brackets and open_brackets[-1] == "":
                open_brackets.pop()
            else:
                open_brackets.insert(0, _CLOSING[earlier.type])
    expected = "".join(reversed([bracket for bracket in open_brackets if bracket]))
    written = text[token.start + 1 : token.end]
    tail = written[len(written.rstrip(" \t]},")) :]
    closers = re.sub(r"[ \t,]", "", tail)
    if closers and expected.startswith(closers):
        return token.end - len(tail.lstrip())
    if "," in tail and not closers:
        return token.end - len(tail.lstrip())
    return token.end


def _end_long_string(result: Scan) -> int | None:
    r"""End the `\"\"\"` that was never closed before the next line that looks like an entry; where to go on.

    When a later `\"\"\"` seems to have closed it, as in `description = \"\"\"`, that one is an opening.
    """
    text, tokens = result.text, result.tokens
    at = len(tokens) - 1
    for index, token in enumerate(tokens):
        if token.type == "LONG_STRING":
            last_line = text.rfind("\n", token.start, token.end)
            if last_line != -1 and _OPENS_LONG.search(text[last_line + 1 : token.end - 3]):
                before = text[last_line + 1 : token.end - 3].strip()
                if before:
                    at = index
                    break
    start = tokens[at].start
    indent = result.indent(start)
    end = len(text)
    line = text.find("\n", start)
    while line != -1:
        match = _ENTRY_LINE.match(text, line + 1)
        if match and len(match["indent"]) <= indent:
            end = line - 1 if text[line - 1] == "\r" else line
            break
        line = text.find("\n", line + 1)
    del tokens[at:]
    tokens.append(Token("OPEN_LONG_STRING", start, end))
    while result.comments and result.comments[-1].span.start >= end:
        result.comments.pop()
    if end == len(text):
        return None
    return end
