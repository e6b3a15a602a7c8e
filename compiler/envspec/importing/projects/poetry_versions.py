"""Poetry's constraints as PEP 440 has them.

Source of the rules: "Dependency specification" of Poetry's documentation. A caret allows what does not change the
left-most number that is not zero, a tilde what changes the last number given (the minor one of three), a bare version is
exact, `*` stands for any number, `||` for either of two. PEP 440 has no "either": ranges that meet become one, a gap of
whole releases becomes `!=1.*`, and any other gap is closed, which is told.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from packaging.version import Version

_CLAUSE = lazy_pattern(r"(\^|~=|~|===|==|!=|>=|<=|<>|>|<|=)?\s*((?:[0-9]+!)?[^\s,|^~=!<>]+)")
_LARGEST_GAP, _LONGEST = 12, 2_000


class NoConstraintError(ValueError):
    """The text is not a constraint; the message says why."""


@frozen
class Bounds(Frozen):
    """Clauses of PEP 440 joined by commas (empty for any version); `lost` says what they allow beyond the original."""

    clauses: str
    lost: str = ""


def pep440(text: str) -> Bounds:
    """Raises `NoConstraintError`."""
    if len(text) > _LONGEST:
        raise NoConstraintError(f"it has more than {_LONGEST:,} characters")
    parts = [part.strip() for part in re.split(r"\|\|?", text)]
    if len(parts) == 1:
        return Bounds(",".join(_clauses(parts[0])))
    ranges = [_clauses(part) for part in parts]
    if any(not clauses for clauses in ranges):
        return Bounds("")
    return _either(ranges)


def _clauses(text: str) -> list[str]:
    """The clauses of one alternative, all of which hold."""
    found: list[str] = []
    at = 0
    while at < len(text):
        if text[at] in " ,\t\n":
            at += 1
            continue
        match = _CLAUSE.match(text, at)
        if match is None:
            raise NoConstraintError(f"`{text}` is no constraint of Poetry")
        found += _clause(match[1] or "", match[2])
        at = match.end()
    if not found and not text.strip():
        raise NoConstraintError("an empty constraint")
    return [clause for clause in found if clause]


def _clause(operator: str, written: str) -> list[str]:
    operator = {"=": "==", "": "==", "<>": "!="}.get(operator, operator)
    if re.fullmatch(r"[xX*](?:\.[xX*])*", written):
        if operator == "!=":
            raise NoConstraintError("it excludes every version")
        return [""]
    starred = re.fullmatch(r"(v?[0-9]+(?:\.[0-9]+)*)(?:\.[xX*])+", written)
    if starred:
        base = str(_version(starred[1]))
        if operator in ("==", "!="):
            return [f"{operator}{base}.*"]
        if operator in ("^", "~"):
            return _clause(operator, base)
        return [f"{operator}{base}"]
    if operator == "===":
        return [f"==={written}"]
    version = _version(written)
    if operator == "^":
        return [f">={version}", f"<{_after_caret(version)}"]
    if operator == "~":
        return [f">={version}", f"<{_upper(version, 0 if len(version.release) == 1 else 1)}"]
    if operator == "~=" and len(version.release) < 2:
        return [f">={version}", f"<{_upper(version, 0)}"]
    return [f"{operator}{version}"]


def _version(text: str) -> Version:
    from packaging.version import Version

    try:
        return Version(text)
    except ValueError:  # also of a number with thousands of digits
        raise NoConstraintError(f"`{text}` is not a version") from None


def _after_caret(version: Version) -> str:
    """The first version that changes the left-most number that is not zero; of `0.0` the last one given."""
    for place, number in enumerate(version.release[:3]):
        if number:
            return _upper(version, place)
    return _upper(version, min(len(version.release), 3) - 1)


def _upper(version: Version, place: int) -> str:
    """The release with one more at a place and zeros after it, as many numbers as the version has."""
    numbers = [*version.release[:place], version.release[place] + 1]
    numbers += [0] * (len(version.release) - len(numbers))
    epoch = f"{version.epoch}!" if version.epoch else ""
    return epoch + ".".join(map(str, numbers))


def _either(ranges: list[list[str]]) -> Bounds:
    """Ranges of which one has to hold."""
    from packaging.version import Version

    spans = []
    excluded: list[list[str]] = []
    for clauses in ranges:
        span, others = _span(clauses)
        spans.append(span)
        excluded.append(others)
    lowest = Version("0.dev0")
    spans.sort(key=lambda span: (span[0] or lowest, not span[1]))
    merged = [spans[0]]
    gaps: list[tuple[Version, bool, Version, bool]] = []
    for span in spans[1:]:
        low, has_low, high, has_high = merged[-1]
        if high is None:
            break
        start = span[0]
        if start is None or start < high or (start == high and (has_high or span[1])):
            if span[2] is None or span[2] > high or (span[2] == high and span[3]):
                merged[-1] = (low, has_low, span[2], span[3])
        else:
            gaps.append((high, has_high, start, span[1]))
            merged.append(span)
    low, has_low, high, has_high = merged[0][0], merged[0][1], merged[-1][2], merged[-1][3]
    clauses = [f"{'>=' if has_low else '>'}{low}"] if low is not None else []
    lost = [f"`{clause}` of one of the alternatives" for others in excluded for clause in others]
    for gap in gaps:
        between = _releases(*gap)
        if between:
            clauses += between
        else:
            lost.append(f"what is between {gap[0]} and {gap[2]}")
    clauses += [f"{'<=' if has_high else '<'}{high}"] if high is not None else []
    return Bounds(",".join(clauses), " and ".join(lost))


_Span = tuple["Version | None", bool, "Version | None", bool]


def _span(clauses: list[str]) -> tuple[_Span, list[str]]:
    """Lower bound and whether it is in, upper bound and whether it is in; and the clauses that are neither."""
    low: Version | None = None
    high: Version | None = None
    has_low = has_high = True
    others: list[str] = []
    for clause in clauses:
        match = re.fullmatch(r"(===|~=|==|!=|>=|<=|>|<)(.*)", clause)
        assert match is not None
        operator, written = match[1], match[2]
        if operator in ("!=", "==="):
            others.append(clause)
            continue
        version = _version(written.removesuffix(".*"))
        if operator == "==":
            first, last = version, version
            inclusive = not written.endswith(".*")
            last = version if inclusive else _version(_upper(version, len(version.release) - 1))
            low, has_low = (first, True) if low is None or first > low else (low, has_low)
            high, has_high = (last, inclusive) if high is None or last < high else (high, has_high)
        elif operator == "~=":
            last = _version(_upper(version, len(version.release) - 2))
            low, has_low, high, has_high = version, True, last, False
        elif operator in (">=", ">"):
            if low is None or version >= low:
                low, has_low = version, operator == ">="
        elif high is None or version <= high:
            high, has_high = version, operator == "<="
    return (low, has_low, high, has_high), others


def _releases(low: Version, has_low: bool, high: Version, has_high: bool) -> list[str]:
    """The gap from `low` to `high` as releases that are excluded whole (`!=1.5.*`), none when it has no such form.
    `has_low`: the range before ends with `low` itself; `has_high`: the range after begins with `high` itself."""
    if has_low or not has_high or low.is_prerelease or high.is_prerelease or low.epoch != high.epoch:
        return []
    for places in range(1, 4):
        begins = [*low.release, 0, 0, 0][:places]
        ends = [*high.release, 0, 0, 0][:places]
        if any(low.release[places:]) or any(high.release[places:]) or begins[:-1] != ends[:-1]:
            continue
        count = ends[-1] - begins[-1]
        if 0 < count <= _LARGEST_GAP:
            epoch = f"{low.epoch}!" if low.epoch else ""
            head = "".join(f"{number}." for number in begins[:-1])
            return [f"!={epoch}{head}{begins[-1] + step}.*" for step in range(count)]
    return []


def python_marker(text: str) -> str:
    """`python = "^3.8"` of a dependency as a marker of PEP 508, empty for any Python. Raises `NoConstraintError`."""
    parts = [
        " and ".join(_python_comparison(clause) for clause in _clauses(alternative))
        for alternative in re.split(r"\|\|?", text)
    ]
    if not all(parts):
        return ""
    return parts[0] if len(parts) == 1 else " or ".join(f"({part})" for part in parts)


def _python_comparison(clause: str) -> str:
    """With three numbers it is about the full version, else about the minor one."""
    match = re.fullmatch(r"(===|~=|==|!=|>=|<=|>|<)(.*)", clause)
    assert match is not None
    version = match[2].removesuffix(".*")
    if version.count(".") >= 2:
        return f'python_full_version {match[1]} "{match[2]}"'
    if match[2].endswith(".*") and "." not in version:  # `==3.*`
        return f'python_full_version {match[1]} "{match[2]}"'
    return f'python_version {match[1]} "{version}"'
