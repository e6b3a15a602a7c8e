"""One environment on the platforms that are wanted: conda first, then PyPI with what conda brought as a given.

The conda packages of each platform are a question of their own. Platforms that then have the same Python and the
same packages from conda share one resolution of PyPI (`universal`), the others are asked for one by one. What
always holds: every platform that can be locked is, and what is wrong with the others is told once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.lock.interpreter import python_minor
from envspec.lock.model import LockedConda, LockedPlatform
from envspec.lock.places import Places, Say, SecretReader
from envspec.lock.platforms import PLATFORMS
from envspec.lock.provided import provided_versions
from envspec.lock.pypi import PypiAnswer, solve_pypi
from envspec.lock.uv_resolution import PypiQuestion


def _silent(_doing: str) -> None:
    pass


class Wanted(NamedTuple):
    """A platform to lock. `previous` is what it, or another one, was locked to; pins of another platform are good
    preferences too."""

    platform: str
    previous: LockedPlatform | None


@frozen
class How(Frozen):
    """What the caller of `lock_project` wants, as it concerns one environment. `doing` is told what is done now."""

    root: Path
    secrets: SecretReader
    upgrade: frozenset[str] = frozenset()
    everything: bool = False
    allow_builds: bool = False
    offline: bool = False
    doing: Say = _silent


class Answers(NamedTuple):
    """`problems` are those of the platforms that are not in `platforms`."""

    platforms: Mapping[str, LockedPlatform]
    problems: Mapping[str, tuple[Diagnostic, ...]]

    def told_once(self) -> list[Diagnostic]:
        """The findings, without those that another platform has too."""
        found: dict[tuple[str, str, str], Diagnostic] = {}
        for diagnostics in self.problems.values():
            for one in diagnostics:
                found.setdefault((one.code, one.pointer, one.help), one)
        return list(found.values())


class _Part(NamedTuple):
    """A platform whose conda packages and Python are known."""

    wanted: Wanted
    conda: tuple[LockedConda, ...]
    python: str
    provided: tuple[tuple[str, str], ...]


def solve_environment(places: Places, wanted: Sequence[Wanted], how: How) -> Answers:
    """Locks the environment for each wanted platform."""
    problems: dict[str, tuple[Diagnostic, ...]] = {}
    parts: list[_Part] = []
    for one, part in zip(
        wanted, _side_by_side(lambda one: _conda_part(places, one, how), wanted), strict=True
    ):
        if isinstance(part, Failure):
            problems[one.platform] = part.diagnostics
        else:
            parts.append(part)
    platforms: dict[str, LockedPlatform] = {}
    for group in _alike(parts):
        for part, answer in zip(group, _pypi(places, group, how), strict=True):
            platform = part.wanted.platform
            if isinstance(answer, Failure):
                problems[platform] = answer.diagnostics
            else:
                platforms[platform] = LockedPlatform(
                    platform, part.python, part.conda, answer.pip, answer.paths
                )
    return Answers(
        {one.platform: platforms[one.platform] for one in wanted if one.platform in platforms}, problems
    )


def _side_by_side(work: Callable[[Wanted], _Part], wanted: Sequence[Wanted]) -> list[_Part | Failure]:
    def safely(one: Wanted) -> _Part | Failure:
        try:
            return work(one)
        except Failure as failure:
            return failure

    if len(wanted) < 2:
        return [safely(one) for one in wanted]
    with ThreadPoolExecutor(max_workers=len(wanted)) as pool:
        return list(pool.map(safely, wanted))


def _conda_part(places: Places, wanted: Wanted, how: How) -> _Part:
    environment, platform = places.environment, wanted.platform
    if platform not in PLATFORMS:
        raise Failure(
            places.diagnostic(
                "E0614",
                f"packages cannot be locked for `{platform}`",
                [places.pointer("docker", "platforms")],
                help=f"choose among {', '.join(f'`{name}`' for name in PLATFORMS)}",
            )
        )
    old = None if how.everything else wanted.previous
    if not environment.conda:
        return _Part(wanted, (), python_minor(places, old.python if old is not None else ""), ())
    from envspec.lock.conda import CondaQuestion, solve_conda  # rattler, which few environments need

    how.doing(f"conda for {platform}")
    pins = old.conda if old is not None and old.platform == platform else ()
    conda = solve_conda(CondaQuestion(places, platform, pins, how.upgrade, how.offline), how.secrets)
    python = next((package.version for package in conda if package.name == "python"), "")
    return _Part(wanted, conda, python, tuple(provided_versions(conda).items()))


def _alike(parts: Sequence[_Part]) -> list[list[_Part]]:
    """The platforms that one resolution can serve, in their order."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[_Part]] = {}
    for part in parts:
        groups.setdefault((part.python, part.provided), []).append(part)
    return list(groups.values())


def _pypi(places: Places, group: Sequence[_Part], how: How) -> list[PypiAnswer | Failure]:
    if not places.environment.pip:
        return [PypiAnswer((), ()) for _ in group]
    how.doing(f"pip for {', '.join(part.wanted.platform for part in group)}")
    questions = [_question(places, part, how) for part in group]
    if len(group) > 1:
        from envspec.lock.universal import preferences, solve_universal

        pins = preferences({question.platform: question.previous for question in questions})
        platforms = [part.wanted.platform for part in group]
        try:
            answers = solve_universal(questions[0]._replace(previous=pins), platforms, how.secrets)
        except Failure as failure:
            return [failure for _ in group]
        if answers is not None:
            return [answers[platform] for platform in platforms]
    found: list[PypiAnswer | Failure] = []
    for question in questions:
        try:
            found.append(solve_pypi(question, how.secrets))
        except Failure as failure:
            found.append(failure)
    return found


def _question(places: Places, part: _Part, how: How) -> PypiQuestion:
    old = None if how.everything else part.wanted.previous
    return PypiQuestion(
        places,
        part.python,
        part.wanted.platform,
        how.root,
        dict(part.provided),
        old.pip if old is not None else (),
        how.upgrade,
        how.allow_builds,
        how.offline,
        part.conda,
        how.everything,
    )
