"""Numbers, sizes and durations: in comes a token that starts like one, out comes the value or what is wrong.

Whole numbers stay within what JSON carries exactly (RFC 8785, section 3.2.2.3: ±(2^53 - 1)). Sizes are whole
bytes: `1.5GiB` is fine, `0.3B` is not. Durations are seconds.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

from envspec.diagnostics import Diagnostic, Edit, Fix, Span
from envspec.lazy_pattern import lazy_pattern
from envspec.syntax.nodes import DurationValue, NumberValue, SizeValue, StringValue

LARGEST = 2**53 - 1

SIZES = {
    "B": 1,
    "KB": 10**3,
    "MB": 10**6,
    "GB": 10**9,
    "TB": 10**12,
    "KiB": 2**10,
    "MiB": 2**20,
    "GiB": 2**30,
    "TiB": 2**40,
}
# In milliseconds.
DURATIONS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}

# What people write for them, in lower case; `m` is a minute and `mb` a megabyte, whatever their case.
_MEANT = {unit.lower(): unit for unit in SIZES} | {
    "k": "KB", "g": "GB", "t": "TB", "ki": "KiB", "mi": "MiB", "gi": "GiB", "ti": "TiB",
    "byte": "B", "bytes": "B",
    "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
    "minutes": "m", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d",
    "msec": "ms", "millis": "ms", "s": "s", "h": "h", "d": "d", "ms": "ms",
}  # fmt: skip

_NUMBER = lazy_pattern(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WITH_UNIT = lazy_pattern(r"([-+]?)([0-9]+)(?:\.([0-9]+))?([ \t]*)([A-Za-z]+)")
_LEADING_ZEROS = lazy_pattern(r"(-?)0+([0-9].*)")
_MOST_DIGITS = 400

NumberLike: TypeAlias = NumberValue | SizeValue | DurationValue
Parsed: TypeAlias = tuple[NumberLike | StringValue | None, Diagnostic | None]


def meant_unit(word: str) -> str:
    """The unit that a word stands for: `m` for `minutes`, empty for any other word."""
    return _MEANT.get(word.lower(), "")


def read_number(span: Span, text: str) -> Parsed:
    """The value, or the best guess at it or None together with what is wrong."""
    if len(text) > _MOST_DIGITS:
        return None, _wrong(
            "E0012", "number with too many digits", span, "nobody can mean this", "text needs quotes"
        )
    match = _NUMBER.fullmatch(text)
    if match:
        return _plain(span, text, whole=match[1] is None and match[2] is None)
    match = _WITH_UNIT.fullmatch(text)
    if match:
        return _united(span, text, match)
    return _malformed(span, text)


def _wrong(code: str, message: str, span: Span, marker: str, advice: str = "", fix: str = "") -> Diagnostic:
    fixes = (Fix(f"write `{fix}`", (Edit(span, fix),)),) if fix else ()
    return Diagnostic(code, message, span, marker=marker, help=advice, fixes=fixes)


def _plain(span: Span, text: str, whole: bool) -> Parsed:
    if whole:
        number = int(text)
        if abs(number) > LARGEST:
            return None, Diagnostic(
                "E0028",
                f"number out of range: `{text}`",
                span,
                marker=f"beyond ±{LARGEST}",
                help="larger numbers lose digits in JSON: write a smaller one, or a string where there can be one",
                fixes=(Fix(f'write `"{text}"`', (Edit(span, f'"{text}"'),), safe=False),),
            )
        return NumberValue(span, number, text), None
    value = float(text)
    if math.isinf(value):
        return None, _wrong(
            "E0028", f"number out of range: `{text}`", span, "too large", "write a smaller one"
        )
    return NumberValue(span, value, text), None


def _united(span: Span, text: str, match: re.Match[str]) -> Parsed:
    sign, digits, fraction, blank, unit = match.groups()
    fraction = fraction or ""
    amount = f"{digits}.{fraction}" if fraction else digits
    known = unit in SIZES or unit in DURATIONS
    if not known:
        meant = _MEANT.get(unit.lower())
        if meant is None:
            return None, _wrong(
                "E0011",
                f"unknown unit `{unit}`",
                Span(span.file, span.end - len(unit), span.end),
                "not a unit",
                "sizes end in B, KB, MB, GB, TB, KiB, MiB, GiB or TiB, durations in ms, s, m, h or d; "
                "anything else is text and needs quotes",
            )
        value, problem = read_number(span, f"{sign}{amount}{meant}")
        better = f"{amount}{meant}"
        return value, problem or Diagnostic(
            "E0011",
            f"unknown unit `{unit}`",
            Span(span.file, span.end - len(unit), span.end),
            marker="not a unit",
            help=f"did you mean `{better}`?",
            fixes=(Fix(f"write `{better}`", (Edit(span, better),)),),
        )
    if sign:
        kind = "size" if unit in SIZES else "duration"
        return None, _wrong(
            "E0012", f"{kind} with a sign: `{text}`", span, "less than nothing", "take the sign away"
        )
    if blank:
        value, problem = read_number(span, f"{amount}{unit}")
        return value, problem or _wrong(
            "E0012",
            f"blank between a number and its unit: `{text}`",
            span,
            "one word",
            f"write `{amount}{unit}`",
            f"{amount}{unit}",
        )
    if len(digits) > 1 and digits.startswith("0"):
        better = f"{digits.lstrip('0') or '0'}{text[len(digits) :]}"
        value, problem = read_number(span, better)
        return value, problem or _wrong(
            "E0012",
            f"number with leading zeros: `{text}`",
            span,
            "leading zeros",
            f"write `{better}`",
            better,
        )
    return _scaled(span, text, unit, int(digits + fraction), 10 ** len(fraction))


def _scaled(span: Span, text: str, unit: str, amount: int, divisor: int) -> Parsed:
    if unit in SIZES:
        size, rest = divmod(amount * SIZES[unit], divisor)
        if rest:
            return None, _wrong(
                "E0012",
                f"size that is no whole number of bytes: `{text}`",
                span,
                "a part of a byte",
                "write a whole number" if unit == "B" else "use a smaller unit",
            )
        if size > LARGEST:
            return None, _wrong(
                "E0028",
                f"size out of range: `{text}`",
                span,
                f"beyond {LARGEST} bytes",
                "write a smaller one",
            )
        return SizeValue(span, size, text), None
    milliseconds, rest = divmod(amount * DURATIONS[unit], divisor)
    if rest:
        return None, _wrong(
            "E0012",
            f"duration that is no whole number of milliseconds: `{text}`",
            span,
            "too fine",
            "write a whole number" if unit == "ms" else "use a smaller unit",
        )
    if milliseconds > LARGEST:
        return None, _wrong(
            "E0028", f"duration out of range: `{text}`", span, "too long", "write a smaller one"
        )
    seconds = milliseconds // 1000 if milliseconds % 1000 == 0 else milliseconds / 1000
    return DurationValue(span, seconds, text), None


def _malformed(span: Span, text: str) -> Parsed:
    better = text.removeprefix("+").replace("_", "")
    if re.match(r"-?\.[0-9]", better):
        better = better.replace(".", "0.", 1)
    if re.fullmatch(r"-?[0-9]+\.", better):
        better = better.removesuffix(".")
    zeros = _LEADING_ZEROS.fullmatch(better)
    if zeros:
        better = f"{zeros[1]}{zeros[2]}"
    if better != text and _NUMBER.fullmatch(better):
        value, problem = _plain(span, better, whole=better.lstrip("-").isdigit())
        what = "number with leading zeros" if zeros else "number in another notation"
        return value, problem or _wrong(
            "E0012",
            f"{what}: `{text}`",
            span,
            f"`{better}` here",
            f"write `{better}`; text needs quotes",
            better,
        )
    if re.fullmatch(r"0[xXoObB][0-9A-Fa-f]+", text):
        number = int(text, 0) if re.fullmatch(r"0([xX].*|[oO][0-7]+|[bB][01]+)", text) else None
        if number is not None and number <= LARGEST:
            return NumberValue(span, number, str(number)), _wrong(
                "E0012", f"number in another notation: `{text}`", span, "decimal only",
                f"write `{number}`", str(number),
            )  # fmt: skip
    return None, _wrong(
        "E0012",
        f"malformed number `{text}`",
        span,
        "neither a number nor a size nor a duration",
        "a version, a date or any other text needs quotes",
        f'"{text}"',
    )
