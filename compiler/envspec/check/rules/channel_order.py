"""W0318 and W0319: conda channels that do not go together, or not in this order.

The solver takes a package from the first channel that has it (strict channel priority), so the order decides which
build is had, and a channel behind another that has the same packages is asked in vain.
"""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.edits import without_element
from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Edit, Fix, Label, Span
from envspec.ir.types import Environment
from envspec.packages.conda_hosts import usual_name

_DEFAULTS = frozenset({"defaults", "anaconda", "main", "pkgs/main", "pkgs/r"})
_FORGE = "conda-forge"
_BEFORE_FORGE = {
    "pytorch": ("pytorch", "torchvision", "torchaudio", "torchtext", "pytorch-cuda"),
    "pyg": ("pyg", "pytorch-scatter", "pytorch-sparse", "pytorch-cluster"),
}
"""Channels, and their packages that conda-forge has too, in builds that do not fit the others of the channel."""
_AFTER_FORGE = {"bioconda": "its packages are built on those of conda-forge"}


def _check(subject: Subject) -> Iterator[Diagnostic]:
    for key, environment in subject.project.environments.items():
        names = [usual_name(channel.url or channel.name).strip("/") for channel in environment.channels]
        if _FORGE in names:
            places = [
                subject.resolution.origins.values.get(f"/environments/{key}/channels/{index}")
                for index in range(len(names))
            ]
            yield from _mixed(subject, names, places)
            yield from _order(subject, environment, names, places)


def _mixed(subject: Subject, names: list[str], places: list[Span | None]) -> Iterator[Diagnostic]:
    forge = places[names.index(_FORGE)]
    for name, place in zip(names, places, strict=True):
        if name in _DEFAULTS:
            yield Diagnostic(
                "W0318",
                f"`{name}` and `{_FORGE}` are not built to be mixed",
                place,
                "built against other libraries",
                (Label(forge, "with this"),) if forge is not None else (),
                help=f"take `{name}` away; `{_FORGE}` has its packages too",
                fixes=_without(subject, place),
            )


def _order(
    subject: Subject, environment: Environment, names: list[str], places: list[Span | None]
) -> Iterator[Diagnostic]:
    at = names.index(_FORGE)
    asked = {package.name for package in environment.conda if "::" not in package.spec}
    for index, (name, place) in enumerate(zip(names, places, strict=True)):
        if index > at and asked & set(_BEFORE_FORGE.get(name, ())):
            package = next(package for package in _BEFORE_FORGE[name] if package in asked)
            message, marker = f"`{name}` stands behind `{_FORGE}`", f"`{package}` comes from `{_FORGE}`"
            help_ = f"put `{name}` first, or take it away"
        elif index < at and name in _AFTER_FORGE:
            message, marker = f"`{name}` stands before `{_FORGE}`", _AFTER_FORGE[name]
            help_ = f"put `{name}` behind `{_FORGE}`"
        else:
            continue
        other = places[at]
        fixes: tuple[Fix, ...] = ()
        if place is not None and other is not None and place.file == other.file:
            fixes = (_swapped(subject, place, other),)
        labels = (Label(other, "the first that has a package is taken"),) if other is not None else ()
        yield Diagnostic("W0319", message, place, marker, labels, help=help_, fixes=fixes)


def _swapped(subject: Subject, one: Span, other: Span) -> Fix:
    text = subject.resolution.sources[one.file].text
    edits = (Edit(one, text[other.start : other.end]), Edit(other, text[one.start : one.end]))
    return Fix("change places", edits, safe=False)


def _without(subject: Subject, place: Span | None) -> tuple[Fix, ...]:
    source = subject.resolution.sources.get(place.file) if place is not None else None
    if place is None or source is None or place.file not in subject.resolution.modules:
        return ()
    return (Fix("take it away", (without_element(source, place),), safe=False),)


RULE = Rule("channel-order", ("W0318", "W0319"), _check, fix="unsafe")
