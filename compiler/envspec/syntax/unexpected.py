"""What to say when the text is not what the grammar wants: one function for each thing people do.

Pure wording: who calls decides what is wrong and how parsing goes on.
"""

from __future__ import annotations

import re

from envspec.diagnostics import Diagnostic, Edit, Fix, Label, Span
from envspec.syntax.lexer import Scan, Token
from envspec.syntax.nodes import Identifier
from envspec.syntax.strings import quote
from envspec.syntax.tables import END

_SHAPES = {
    "NEWLINE": "the end of the line",
    END: "the end of the file",
    "STRING": "a string",
    "OPEN_STRING": "a string",
    "LONG_STRING": "a string",
    "OPEN_LONG_STRING": "a string",
    "FOREIGN_STRING": "a string",
}
_LONGEST_SHOWN = 40


def is_close(word: str, meant: str) -> bool:
    """Whether `word` is likely a slip for `meant`."""
    from difflib import get_close_matches

    return len(word) < 3 * len(meant) and bool(get_close_matches(word.lower(), [meant], cutoff=0.7))


def shown(scan: Scan, token: Token) -> str:
    """The token as a message names it."""
    if token.type in _SHAPES:
        return _SHAPES[token.type]
    text = scan.text[token.start : token.end]
    if len(text) > _LONGEST_SHOWN:
        text = text[: _LONGEST_SHOWN - 1] + "…"
    return f"`{text}`"


def place(scan: Scan, token: Token) -> Span:
    """The token's own characters; for the end of a line or file the place right after what comes before."""
    if token.type == "NEWLINE":
        return scan.span(token.start, token.start)
    return scan.span(token.start, token.end)


def unterminated(scan: Scan, token: Token) -> Diagnostic:
    span = scan.span(token.start, token.end)
    if token.type == "OPEN_LONG_STRING":
        return Diagnostic(
            "E0003",
            'this `"""` is never closed',
            scan.span(token.start, token.start + 3),
            marker='no `"""` ends this string',
            help='add `"""` after the last line of the text',
            fixes=(Fix('add `"""`', (Edit(scan.span(token.end, token.end), '"""'),), safe=False),),
        )
    text = scan.text[token.start : token.end]
    end = token.start + len(text.rstrip())
    return Diagnostic(
        "E0002",
        "string without closing quote",
        span if end <= token.start else scan.span(token.start, end),
        marker='no `"` before the end of the line',
        help='add `"`; a text of several lines stands between `"""`',
        fixes=(Fix('add `"`', (Edit(scan.span(end, end), '"'),), safe=False),),
    )


def missing_equal(name: str, gap: Span, value: Span) -> Diagnostic:
    return Diagnostic(
        "E0019",
        f"no `=` after `{name}`",
        value,
        marker="a value without `=`",
        help=f"write `{name} = …`",
        fixes=(Fix("add `=`", (Edit(gap, " ="),)),),
    )


def wrong_equal(name: str, span: Span, written: str) -> Diagnostic:
    return Diagnostic(
        "E0019",
        f"`{written}` after `{name}` instead of `=`",
        span,
        marker="`=` belongs here",
        help=f"write `{name} = …`",
        fixes=(Fix("write `=`", (Edit(span, " ="),)),),
    )


def missing_value(name: str, operator: Span) -> Diagnostic:
    return Diagnostic(
        "E0018",
        f"`{name}` has no value",
        operator,
        marker="nothing follows this",
        help="give it a value, or delete the line",
    )


def line_break(scan: Scan, newline: Token, token: Token) -> Diagnostic:
    fixes: tuple[Fix, ...] = ()
    if scan.text[newline.start : newline.end].isspace():
        fixes = (Fix("join the lines", (Edit(scan.span(newline.start, newline.end), " "),)),)
    return Diagnostic(
        "E0029",
        f"{shown(scan, token)} begins a line of its own",
        place(scan, token),
        marker="belongs to the line before",
        help="write it on the line that it belongs to",
        fixes=fixes,
    )


def missing_parent(word: Identifier) -> Diagnostic:
    return Diagnostic(
        "E0018",
        "`extends` names no block",
        word.span,
        marker="nothing follows this",
        help="name the block to take over, or take the word away",
    )


def neither(keyword: Identifier, name: Identifier) -> Diagnostic:
    span = Span(keyword.span.file, keyword.span.start, name.span.end)
    return Diagnostic(
        "E0027",
        f"`{keyword.text} {name.text}` is neither an attribute nor a block",
        span,
        marker="`=` or `{` is missing",
        help=f"write `{keyword.text} = {name.text}`, or `{keyword.text} {name.text} {{ … }}`",
    )


def missing_comma(scan: Scan, previous: Token, token: Token) -> Diagnostic:
    at = scan.span(previous.end, previous.end)
    return Diagnostic(
        "E0007",
        f"no comma before {shown(scan, token)}",
        place(scan, token),
        marker="the elements of a list are separated by commas",
        help="add a comma",
        fixes=(Fix("add a comma", (Edit(at, ","),)),),
    )


def same_line(scan: Scan, previous: Token, token: Token, top: bool) -> Diagnostic:
    at = scan.span(previous.end, token.start)
    text = "\n" + " " * scan.indent(token.start) if top else ", "
    return Diagnostic(
        "E0008",
        f"{shown(scan, token)} begins on the line of another entry",
        place(scan, token),
        marker="needs a line of its own" if top else "needs a comma or a line of its own",
        help="begin a new line" if top else "begin a new line, or put a comma between",
        fixes=(Fix("begin a new line" if top else "add a comma", (Edit(at, text),)),),
    )


def top_level_comma(scan: Scan, token: Token, last: bool) -> Diagnostic:
    fix = Fix("delete the comma", (Edit(place(scan, token), ""),))
    if not last:
        fix = Fix("begin a new line", (Edit(place(scan, token), "\n"),))
    return Diagnostic(
        "E0023",
        "comma between statements",
        place(scan, token),
        marker="not at the top level of a file",
        help="statements end at a newline",
        fixes=(fix,),
    )


def extra_comma(scan: Scan, token: Token) -> Diagnostic:
    return Diagnostic(
        "E0023",
        "comma with nothing before it",
        place(scan, token),
        marker="separates nothing",
        help="delete it",
        fixes=(Fix("delete the comma", (Edit(place(scan, token), ""),)),),
    )


def quoted_label(scan: Scan, keyword: str, token: Token, is_name: bool) -> Diagnostic:
    """`is_name` is whether the text in quotes could be one."""
    name = scan.text[token.start + 1 : token.end - 1]
    if not is_name:
        words = re.findall(r"[a-z0-9_]+", name.lower()) if name.isascii() else []
        name = "-".join(words) if words and words[0][0].isalpha() else "name"
    return Diagnostic(
        "E0024",
        f"name of `{keyword}` in quotes",
        place(scan, token),
        marker="a plain name belongs here",
        help=f"write `{keyword} {name} {{`",
        fixes=(Fix("take the quotes away", (Edit(place(scan, token), name),)),) if is_name else (),
    )


def wrong_level(keyword: str, span: Span) -> Diagnostic:
    return Diagnostic(
        "E0025",
        f"`{keyword}` inside a block",
        span,
        marker="only at the top level of a file",
        help=f"move the `{keyword}` out of the block",
    )


def foreign_string(scan: Scan, token: Token) -> Diagnostic:
    better = quote(scan.text[token.start + 1 : token.end - 1])
    span = place(scan, token)
    return Diagnostic(
        "E0020",
        'string in other quotes than `"`',
        span,
        marker="not a string here",
        help=f"write `{better}`",
        fixes=(Fix(f"write `{better}`", (Edit(span, better),)),),
    )


def bare_text(scan: Scan, start: int, end: int) -> Diagnostic:
    span = scan.span(start, end)
    text = scan.text[start:end]
    short = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
    return Diagnostic(
        "E0021",
        f"text without quotes: `{short}`",
        span,
        marker="a string needs quotes",
        help=f"write `{quote(short)}`",
        fixes=(Fix("put it in quotes", (Edit(span, quote(text)),)),),
    )


def unknown_character(scan: Scan, token: Token) -> Diagnostic:
    text = scan.text[token.start : token.end]
    span = place(scan, token)
    if text.startswith(("//", "/*")):
        opening = scan.span(token.start, token.start + 2)
        return Diagnostic(
            "E0004",
            f"`{text[:2]}` does not begin a comment",
            span,
            marker="not part of the language",
            help="a comment begins with `#`",
            fixes=(Fix("write `#`", (Edit(opening, "#"),)),),
        )
    if text.isspace():
        return Diagnostic(
            "E0004",
            f"unusual blank U+{ord(text[0]):04X}",
            span,
            marker="looks like a blank and is none",
            help="use plain blanks",
            fixes=(Fix("write a plain blank", (Edit(span, " "),)),),
        )
    if text.startswith(";"):
        return Diagnostic(
            "E0004",
            "`;` after an entry",
            span,
            marker="not part of the language",
            help="entries end at a newline or a comma",
            fixes=(Fix("delete it", (Edit(span, ""),)),),
        )
    one = len(text) == 1
    return Diagnostic(
        "E0004",
        f"unknown character{'' if one else 's'} {shown(scan, token)}",
        span,
        marker="not part of the language",
        help="text needs quotes; a comment begins with `#`",
    )


def apart(scan: Scan, number: Token, word: Token, unit: str) -> Diagnostic:
    """`30 minutes`."""
    text = f"{scan.text[number.start : number.end]}{unit}"
    return Diagnostic(
        "E0001",
        f"unexpected {shown(scan, word)} after {shown(scan, number)}",
        place(scan, word),
        marker="the unit belongs to the number",
        help=f"write `{text}`",
        fixes=(Fix(f"write `{text}`", (Edit(scan.span(number.start, word.end), text),)),),
    )


def unexpected(scan: Scan, token: Token, where: str, advice: str, label: Label | None = None) -> Diagnostic:
    return Diagnostic(
        "E0001",
        f"unexpected {shown(scan, token).removeprefix('a ').removeprefix('the ')}{where}",
        place(scan, token),
        marker="not expected here",
        labels=(label,) if label else (),
        help=advice,
    )
