"""`# envspec: allow W0301, W0302 -- reason`: findings that somebody has decided to live with.

The comment speaks for the line on which it stands, or, alone on its line, for the next line that is no comment.
It works in every file of which there can be findings: modules, and the requirements, YAML and TOML files that
they name. Errors cannot be silenced. A comment that silences nothing, says no reason, or is not understood is a
finding itself; those cannot be silenced by a comment.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

from envspec.diagnostics import Diagnostic, Edit, Fix, Severity, Source, Span
from envspec.diagnostics.codes import codes
from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.lazy_pattern import lazy_pattern
from envspec.resolve.project import Resolution

UNUSED, WITHOUT_REASON, NOT_UNDERSTOOD = "W0390", "W0391", "W0392"

_COMMENT = lazy_pattern(r"#[^\r\n]*")
_MARK = lazy_pattern(r"#\s*envspec\s*:\s*(?P<word>[A-Za-z-]+)\b:?(?P<rest>.*)")
_TOKEN = lazy_pattern(r"[^\s,]+")
_CODE = lazy_pattern(r"[A-Z]\d{4}\Z")


@mutable
class Allowance(Mutable):
    """One comment. `codes` are those that it may silence, with their places; `wrong` has the places of those
    that it cannot. `line` is the one that it speaks for, `verb` the place of a word that is not `allow`."""

    comment: Span
    line: int
    reason: str
    codes: list[tuple[str, Span]] = field(default_factory=list)
    wrong: list[tuple[str, Span]] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    verb: Span | None = None


@frozen
class Silenced(Frozen):
    """`found` is what is left; `used` are the places of the codes in comments that silenced something."""

    found: list[Diagnostic]
    used: frozenset[Span]


def silence(found: Iterable[Diagnostic], resolution: Resolution, *, certain: bool) -> Silenced:
    """Takes away what is allowed, and adds what is wrong with the comments. `certain` is False when a mistake
    may have kept findings away: then nothing is called unused."""
    allowances = _allowances(resolution)
    if not allowances:
        return Silenced(list(found), frozenset())
    left = [finding for finding in found if not _silenced(finding, allowances, resolution.sources)]
    for file, some in allowances.items():
        module = resolution.modules.get(file)
        for allowance in some.values() if module is not None else ():
            source = resolution.sources[file]
            left.extend(_about(allowance, source, certain and file == resolution.file))
    places = frozenset(
        place
        for some in allowances.values()
        for allowance in some.values()
        for code, place in allowance.codes
        if code in allowance.used
    )
    return Silenced(left, places)


def _silenced(
    finding: Diagnostic, allowances: Mapping[str, Mapping[Span, Allowance]], sources: Mapping[str, Source]
) -> bool:
    if finding.span is None or finding.severity is Severity.ERROR or finding.span.file not in allowances:
        return False
    line = _line(sources[finding.span.file], finding.span.start)
    for allowance in allowances[finding.span.file].values():
        if allowance.line == line and any(code == finding.code for code, _ in allowance.codes):
            allowance.used.add(finding.code)
            return True
    return False


def _allowances(resolution: Resolution) -> dict[str, dict[Span, Allowance]]:
    found: dict[str, dict[Span, Allowance]] = {}
    for file, source in resolution.sources.items():
        if "envspec" not in source.text:
            continue
        for comment in _comments(file, source, resolution):
            allowance = _read(comment, source)
            if allowance is not None:
                found.setdefault(file, {})[comment] = allowance
    return found


def _comments(file: str, source: Source, resolution: Resolution) -> Iterator[Span]:
    module = resolution.modules.get(file)
    if module is not None:
        yield from (comment.span for comment in module.module.comments)
    elif not file.endswith((".py", ".json")):
        for match in _COMMENT.finditer(source.text):
            yield Span(file, match.start(), match.end())


def _read(comment: Span, source: Source) -> Allowance | None:
    """The comment as an allowance; None when it only speaks about something."""
    text = source.text[comment.start : comment.end]
    match = _MARK.match(text)
    if match is None:
        return None
    listed, _, reason = match["rest"].partition("--")
    tokens = [
        (token[0], Span(comment.file, at + token.start(), at + token.end()))
        for at in (comment.start + match.start("rest"),)
        for token in _TOKEN.finditer(listed)
    ]
    if match["word"] != "allow" and not any(_CODE.match(word) for word, _ in tokens):
        return None
    allowance = Allowance(comment, _line_meant(comment, source), reason.strip())
    if match["word"] != "allow":
        at = comment.start + match.start("word")
        allowance.verb = Span(comment.file, at, at + len(match["word"]))
        return allowance
    for word, place in tokens:
        known = codes().get(word)
        silenceable = known is not None and known.severity != "error" and not word.startswith("W039")
        (allowance.codes if silenceable else allowance.wrong).append((word, place))
    return allowance


def _line(source: Source, offset: int) -> int:
    return bisect_right(source.line_starts, offset)


def _line_meant(comment: Span, source: Source) -> int:
    line = _line(source, comment.start)
    if source.text[source.line_starts[line - 1] : comment.start].strip():
        return line
    line += 1
    while source.line(line).lstrip().startswith("#"):
        line += 1
    return line


def _about(allowance: Allowance, source: Source, certain: bool) -> Iterator[Diagnostic]:
    """What is wrong with a comment itself."""
    written = source.text[allowance.comment.start : allowance.comment.end]
    if allowance.verb is not None:
        word = source.text[allowance.verb.start : allowance.verb.end]
        fix = Fix("write `allow`", (Edit(allowance.verb, "allow"),), safe=False)
        message = f"`{word}` means nothing here"
        yield Diagnostic(NOT_UNDERSTOOD, message, allowance.verb, help="write `allow`", fixes=(fix,))
        return
    for word, place in allowance.wrong:
        yield _not_understood(word, place, allowance, source)
    if not allowance.codes and not allowance.wrong:
        yield Diagnostic(
            NOT_UNDERSTOOD,
            "this comment names no code to allow",
            allowance.comment,
            help="write `# envspec: allow CODE -- reason`",
            fixes=(_without(allowance, None, source),),
        )
    if allowance.codes and not allowance.reason:
        yield Diagnostic(
            WITHOUT_REASON,
            "this comment says no reason",
            allowance.comment,
            "the next reader will want it",
            help=f"write `{written.partition('--')[0].rstrip()} -- why`",
        )
    seen: set[str] = set()
    for code, place in allowance.codes:
        if code in seen or (certain and code not in allowance.used):
            yield Diagnostic(
                UNUSED,
                f"`{code}` is not found here",
                place,
                "silences nothing",
                help="take it away",
                fixes=(_without(allowance, place, source),),
            )
        seen.add(code)


def _not_understood(word: str, place: Span, allowance: Allowance, source: Source) -> Diagnostic:
    from envspec.resolve.suggest import did_you_mean

    row = codes().get(word)
    if row is None:
        warnings = [code for code, known in codes().items() if known.severity != "error"]
        message, help_ = f"there is no code `{word}`", did_you_mean(word, warnings) or "take it away"
    elif row.severity == "error":
        message, help_ = f"`{word}` is an error, which cannot be silenced", "mend what it is about"
    else:
        message, help_ = f"`{word}` is about comments, which cannot silence it", "mend the comment"
    return Diagnostic(NOT_UNDERSTOOD, message, place, help=help_, fixes=(_without(allowance, place, source),))


def _without(allowance: Allowance, place: Span | None, source: Source) -> Fix:
    """Takes one code out of a comment, or the whole comment when it has no other, with its line if it has one."""
    places = [where for _, where in (*allowance.codes, *allowance.wrong)]
    if place is not None and len(places) > 1:
        start, end = place.start, place.end
        after = re.compile(r"[ \t]*,?[ \t]*").match(source.text, end)
        if place != max(places) and after is not None:
            end = after.end()
        else:
            start = len(source.text[:start].rstrip(" \t,"))
        return Fix("take the code away", (Edit(Span(place.file, start, end), ""),))
    start, end = allowance.comment.start, allowance.comment.end
    line_start = source.line_starts[_line(source, start) - 1]
    if source.text[line_start:start].strip():
        start = len(source.text[:start].rstrip(" \t"))
    else:
        start = line_start
        end += 2 if source.text.startswith("\r\n", end) else 1 if source.text.startswith("\n", end) else 0
    return Fix("take the comment away", (Edit(Span(allowance.comment.file, start, end), ""),))
