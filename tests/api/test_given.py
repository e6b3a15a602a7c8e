"""What is no text is refused where it is given, with what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envspec import CondaDependencies, Environment, ScriptRunConfig, Secret

WRONG: dict[str, tuple[Callable[[Any], object], str]] = {
    "a text for a list": (lambda e: Environment("e", pip="numpy"), r"pip: 'numpy' is one text; write a list"),
    "a text set as a list": (lambda e: setattr(e, "conda", "numpy"), r"conda: 'numpy' is one text"),
    "a text to extend by": (lambda e: e.channels.extend("main"), r"channels: 'main' is one text"),
    "a text for a slice": (lambda e: e.apt.__setitem__(slice(0, 0), "git"), r"apt: 'git' is one text"),
    "a number in a list": (lambda e: e.pip.append(3), r"pip: 3 is no text; write '3'"),
    "a number as a variable": (
        lambda e: e.variables.update(THREADS=4),
        r"variables\['THREADS'\]: 4 is no text; write '4'",
    ),
    "nothing as a variable": (lambda e: e.variables.update(A=None), r"None is no text"),
    "a number as a version": (
        lambda e: Environment("e", python=3.10),  # type: ignore[arg-type]
        r"3\.1 is no text; write it in quotes",
    ),
    "a number as Azure ML's version": (
        lambda e: CondaDependencies().set_python_version(3.1),  # type: ignore[arg-type]
        r"3\.1 is no text",
    ),
    "a number as a description": (lambda e: setattr(e, "description", 5), r"description: 5 is no text"),
    "arguments as one text": (
        lambda e: ScriptRunConfig("src", "a.py", "--a 3", environment=e),
        "is one text",
    ),
    "a secret as an argument": (
        lambda e: ScriptRunConfig("src", "a.py", [Secret("t", variable="T")], environment=e),  # type: ignore[list-item]
        "the secret `t` would be seen among the arguments",
    ),
    "nothing as an argument": (
        lambda e: ScriptRunConfig("src", "a.py", [None], environment=e),  # type: ignore[list-item]
        "None is no argument",
    ),
}


@pytest.mark.parametrize(("call", "said"), WRONG.values(), ids=WRONG)
def test_another_type_is_refused(call: Callable[[Any], object], said: str, project: Path) -> None:
    environment = Environment("e", pip=["numpy >=2"], variables={"A": "b"})
    before = str(environment)
    with pytest.raises(TypeError, match=said):
        call(environment)
    assert str(environment) == before


@pytest.mark.parametrize(
    ("size", "said"),
    [
        ("2g", "shm_size: '2g' is no size; did you mean `2GB`?"),
        ("2 GiB", "shm_size: '2 GiB' is no size; did you mean `2GiB`?"),
        ("much", "shm_size: 'much' is no size; write a size such as `2GiB`"),
        ("30s", "write a size such as"),
        ('2GiB\nimage = "x"', "write a size such as"),
        ("2GiB # x", "write a size such as"),
    ],
)
def test_a_size_is_one(size: str, said: str, project: Path) -> None:
    environment = Environment("e")
    before = str(environment)
    with pytest.raises(ValueError, match=re.escape(said)):
        environment.docker.shm_size = size
    assert str(environment) == before
    with pytest.raises(TypeError, match="shm_size: 5 is no text"):
        environment.docker.shm_size = 5  # type: ignore[assignment]


@pytest.mark.parametrize("seconds", [-1, 0, float("inf"), float("nan")])
def test_a_run_takes_some_time(seconds: float, project: Path) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        ScriptRunConfig("src", "a.py", environment="e:1", max_run_duration_seconds=seconds)


def test_numbers_and_paths_are_arguments(project: Path) -> None:
    config = ScriptRunConfig("src", "a.py", [3, 0.5, Path("a/b")], environment="e:1")
    assert '"a.py", "3", "0.5", "a/b"' in str(config)
