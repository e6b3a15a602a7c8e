r"""String literals: in comes what stands between the quotes, out come decoded parts and where they came from.

Escapes are `\n`, `\t`, `\"`, `\\` and `\u{…}` (one to six hexadecimal digits, a Unicode scalar value).
`${name.name}` is a hole, `$${` stands for `${`; a `$` before anything else is a dollar.

`\"\"\"…\"\"\"` spans lines. A line end right after the opening quotes is dropped. Then the longest run of
blanks and tabs that begins every line with something else on it is taken from each of them; text on the
line of the opening quotes is not looked at and keeps its blanks. Lines of nothing but blanks become empty.
All that happens before escapes are decoded, and `\r\n` reads as `\n`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from envspec.diagnostics import Diagnostic, Edit, Fix, Span
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.nodes import Hole, Reference, Segment, StringValue

_SPECIAL = lazy_pattern(r"\\u\{[^}\n\"\\]*\}?|\\[\s\S]|\$\$\{|\$\{[^}\"\n\\]*\}?")
_HOLE = lazy_pattern(r"\$\{[ \t]*([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)[ \t]*\}", re.ASCII)
_NAME = lazy_pattern(r"[A-Za-z_][\w-]*", re.ASCII)
_HEXADECIMAL = lazy_pattern(r"\\u\{([0-9A-Fa-f]{1,6})\}")
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}

Report = Callable[[Diagnostic], None]


def decode_string(file: str, text: str, start: int, end: int, report: Report) -> StringValue:
    """A one-line literal at `text[start:end]`, quotes included; a trouble in it is reported, never raised."""
    span = Span(file, start, end)
    inner = text[start + 1 : end - 1]
    if "\\" not in inner and "${" not in inner:
        return StringValue(span, (inner,) if inner else (), False, ((0, start + 1),))
    return _assemble(span, [(start + 1, end - 1)], text, False, report)


def decode_long_string(file: str, text: str, start: int, end: int, report: Report) -> StringValue:
    """A literal in three quotes at `text[start:end]`."""
    return _assemble(Span(file, start, end), list(_dedented(text, start + 3, end - 3)), text, True, report)


def _dedented(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The ranges of the text that stay when the common indentation and carriage returns go."""
    lines: list[tuple[int, int]] = []
    at = start
    while at <= end:
        stop = text.find("\n", at, end)
        lines.append((at, end if stop == -1 else stop + 1))
        if stop == -1:
            break
        at = stop + 1
    margin = _margin(text[a:b] for a, b in lines[1:])
    for number, (a, b) in enumerate(lines):
        content = text[a:b]
        ended = content.endswith("\n")
        bare = content.rstrip("\r\n") if ended else content
        if number == 0 and ended and not bare.strip(" \t"):
            continue
        if bare.strip(" \t"):
            yield (a + (margin if number else 0), a + len(bare))
        if ended:
            yield (b - 1, b)


def _margin(lines: Iterator[str]) -> int:
    common: str | None = None
    for line in lines:
        stripped = line.lstrip(" \t")
        if not stripped.strip("\r\n"):
            continue
        indent = line[: len(line) - len(stripped)]
        if common is None:
            common = indent
            continue
        length = 0
        for mine, other in zip(common, indent, strict=False):
            if mine != other:
                break
            length += 1
        common = common[:length]
    return len(common or "")


def _assemble(
    span: Span, ranges: list[tuple[int, int]], text: str, multiline: bool, report: Report
) -> StringValue:
    parts: list[str | Hole] = []
    plain: list[str] = []
    origins: list[tuple[int, int]] = []
    length = 0
    # Where the next character would come from if it followed the last one without a gap.
    follows = -1

    def add(piece: str, offset: int, width: int) -> None:
        nonlocal length, follows
        if offset != follows:
            origins.append((length, offset))
        plain.append(piece)
        length += len(piece)
        follows = offset + width if len(piece) == width else -1

    for start, end in ranges:
        at = start
        for match in _SPECIAL.finditer(text, start, end):
            if match.start() > at:
                add(text[at : match.start()], at, match.start() - at)
            at = match.end()
            written = match[0]
            if written.startswith("${"):
                hole = _hole(span, match.start(), written, report)
                if hole is None:
                    add(written, match.start(), len(written))
                    continue
                if plain:
                    parts.append("".join(plain))
                    plain.clear()
                parts.append(hole)
                follows = -1
            elif written == "$${":
                add("${", match.start() + 1, 2)
            else:
                add(_escape(span, match.start(), written, report), match.start(), len(written))
        if at < end:
            add(text[at:end], at, end - at)
    if plain:
        parts.append("".join(plain))
    return StringValue(span, tuple(parts), multiline, tuple(origins))


def _escape(span: Span, at: int, written: str, report: Report) -> str:
    if written in _ESCAPES:
        return _ESCAPES[written]
    place = Span(span.file, at, at + len(written))
    if written.startswith("\\u"):
        match = _HEXADECIMAL.fullmatch(written)
        number = int(match[1], 16) if match else -1
        if 0 <= number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF:
            return chr(number)
        report(
            Diagnostic(
                "E0009",
                f"bad escape `{written}`",
                place,
                marker="not the number of a character",
                help="`\\u{…}` takes one to six hexadecimal digits, as in `\\u{e9}`",
            )
        )
        return "\N{REPLACEMENT CHARACTER}"
    shown = written if written[1] > " " else "\\ before a line end" if written[1] in "\r\n" else written
    report(
        Diagnostic(
            "E0009",
            f"unknown escape `{shown}`",
            place,
            marker="not an escape",
            help='the escapes are `\\n`, `\\t`, `\\"`, `\\\\` and `\\u{…}`; a backslash is written `\\\\`',
            fixes=(Fix("double the backslash", (Edit(Span(span.file, at, at), "\\"),)),),
        )
    )
    return written


def _hole(span: Span, at: int, written: str, report: Report) -> Hole | None:
    place = Span(span.file, at, at + len(written))
    match = _HOLE.fullmatch(written)
    if match:
        offset = at + match.start(1)
        segments = tuple(
            Segment(Span(span.file, offset + name.start(), offset + name.end()), name[0])
            for name in _NAME.finditer(match[1])
        )
        return Hole(place, Reference(Span(span.file, offset, offset + len(match[1])), segments))
    literal = Fix("keep it as text", (Edit(Span(span.file, at, at), "$"),), safe=False)
    if not written.endswith("}"):
        marker, advice = "no `}` follows", "close it with `}`"
    elif not written[2:-1].strip():
        marker, advice = "nothing is named here", "name what to put in, as in `${param.epochs}`"
    elif "[" in written:
        marker, advice = "a cell cannot be named in a string", "name a value, as in `${param.epochs}`"
    else:
        marker, advice = "not a reference", "name a value, as in `${param.epochs}`"
    report(
        Diagnostic(
            "E0010",
            f"bad placeholder `{written}`",
            place,
            marker=marker,
            help=f"{advice}; a literal `${{` is written `$${{`",
            fixes=(literal,),
        )
    )
    return None


def quote(text: str) -> str:
    r"""The one-line literal that means `text`, in its canonical form."""
    out: list[str] = []
    for character in text:
        if character == "\\":
            out.append("\\\\")
        elif character == '"':
            out.append('\\"')
        elif character == "\n":
            out.append("\\n")
        elif character == "\t":
            out.append("\\t")
        elif _hidden(character):
            out.append(f"\\u{{{ord(character):x}}}")
        else:
            out.append(character)
    return '"' + "".join(out).replace("${", "$${") + '"'


def _hidden(character: str) -> bool:
    code = ord(character)
    return code < 0x20 or 0x7F <= code < 0xA0 or 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
