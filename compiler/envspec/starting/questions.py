"""What cannot be seen in a folder and is asked for, with what is assumed when nobody answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from envspec.packages.package import PackageProblem
from envspec.packages.pip import parse_requirement
from envspec.packages.python_version import MINORS, parse_python

DEFAULT_PYTHON = f">={MINORS[-5].version},<{MINORS[-1].version}"
"""The four minor versions before the newest known one."""


@dataclass(frozen=True, slots=True)
class Question:
    """`key` names it for whoever keeps answers. `wrong` gives what is wrong with an answer, empty when nothing
    is. `assumed` is the sentence for people when the default was taken."""

    key: str
    text: str
    default: str
    wrong: Callable[[str], str]
    assumed: str
    choices: tuple[str, ...] = ()


Ask: TypeAlias = Callable[[Question], str]


def which_python() -> Question:
    return Question(
        "python",
        "Which Python",
        DEFAULT_PYTHON,
        _wrong_python,
        f"Python `{DEFAULT_PYTHON}`, since nothing here says which",
    )


def which_packages(seen: list[str]) -> Question:
    default = ", ".join(seen)
    assumed = f"the packages {default}, from what the programs import" if seen else "no packages"
    return Question(
        "packages", "Which packages (with commas between them)", default, _wrong_packages, assumed
    )


def which_file(files: tuple[str, ...]) -> Question:
    return Question(
        "file",
        "Which file lists the packages",
        files[0],
        lambda answer: "" if answer in files else f"one of {', '.join(files)}",
        f"`{files[0]}` lists the packages, not {' or '.join(f'`{f}`' for f in files[1:])}",
        files,
    )


def which_value(script: str, argument: str, likely: str) -> Question:
    return Question(
        f"{script} {argument}",
        f"`{script}` needs a value for `{argument}`",
        likely or "TODO",
        lambda answer: "" if answer else "it must have a value",
        f"`{likely or 'TODO'}` for `{argument}`, which `{script}` needs",
    )


def _wrong_python(answer: str) -> str:
    found = parse_python(answer)
    return found.message if isinstance(found, PackageProblem) else ""


def packages_in(answer: str) -> list[str]:
    """The packages of an answer. A comma before a bound belongs to the package before it."""
    parts: list[str] = []
    for part in answer.split(","):
        text = part.strip()
        if text[:1] in "<>=!~" and text and parts:
            parts[-1] += f",{text}"
        elif text:
            parts.append(text)
    return parts


def _wrong_packages(answer: str) -> str:
    for part in packages_in(answer):
        found = parse_requirement(part)
        if isinstance(found, PackageProblem):
            return found.message
    return ""
