"""W0325: a package that `envspec.lock` does not know, one slip away from one that it knows.

Neither a network nor a cache of this machine is asked, so that the finding is the same everywhere. Without a lock
nothing is known, and nothing said.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.locked_names import locked_names
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Edit, Fix, Span
from envspec.packages.pip import normalized_name
from envspec.resolve.evaluated import escape

_SHORTEST = 5
"""Of shorter names, too many are a letter away from another."""


def _check(subject: Subject) -> Iterator[Diagnostic]:
    asked = [
        (attribute, name, f"/environments/{escape(key)}/{attribute}/{index}")
        for key, environment in subject.project.environments.items()
        for attribute, names_asked in (
            ("conda", [package.name for package in environment.conda]),
            ("pip", [package.name for package in environment.pip]),
        )
        for index, name in enumerate(names_asked)
    ]
    if not asked:
        return
    known = locked_names(subject.files)
    names = {"conda": known.conda, "pip": known.pip}
    said = {(attribute, name) for attribute, name, _ in asked}
    for attribute, name, pointer in asked:
        if not names[attribute] or name in known.conda or name in known.pip or len(name) < _SHORTEST:
            continue
        # Who asks for the near one too knows both.
        near = [
            other for other in names[attribute] if _one_slip(name, other) and (attribute, other) not in said
        ]
        if len(near) == 1:
            yield _finding(subject, name, near[0], pointer)


def _finding(subject: Subject, name: str, meant: str, pointer: str) -> Diagnostic:
    values = subject.resolution.origins.values
    place = values.get(pointer)
    word = _word(subject, name, place)
    return Diagnostic(
        "W0325",
        f"`{name}` is not in `envspec.lock`, but `{meant}` is",
        word or place,
        "one slip away from it",
        help=f"did you mean `{meant}`?",
        notes=("lock again when it is meant: `envspec lock`",),
        fixes=(Fix(f"write `{meant}`", (Edit(word, meant),), safe=False),) if word is not None else (),
    )


def _word(subject: Subject, name: str, place: Span | None) -> Span | None:
    """The name inside the string that asks for it."""
    source = subject.resolution.sources.get(place.file) if place is not None else None
    if place is None or source is None:
        return None
    text = source.text[place.start : place.end]
    at = normalized_name(text).find(normalized_name(name)) if len(normalized_name(text)) == len(text) else -1
    return Span(place.file, place.start + at, place.start + at + len(name)) if at >= 0 else None


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter was left out, added, replaced, or exchanged with its neighbour. A digit is no slip: it
    tells `boto` from `boto3`. Neither is a letter at the end (`torch`, `torchx`)."""
    if abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if not (left + right).isalpha() or start == 0:
        return False
    if len(left) + len(right) == 1 or len(left) == len(right) == 1:
        return end > 0
    return len(left) == 2 and left == right[::-1]


RULE = Rule("misspelt-package", ("W0325",), _check, fix="unsafe")
