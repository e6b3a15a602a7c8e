"""What is raised says what is wrong, and shows no credential: neither as text, nor one by one, nor in a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from envspec import CondaDependencies, Environment, EnvspecError, Model, Run, ScriptRunConfig

PASSWORD = "-".join(("correct", "horse"))  # in no line of a traceback
URL = f"https://scott:{PASSWORD}@host.example"

WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "a package": (lambda: Environment("e", pip=[f"x @ {URL}/x.whl", "y ?"]).lock(), "E0306"),
    "a channel": (lambda: Environment("e", channels=[URL], conda=["x ="]).lock(), "E0306"),
    "an image": (lambda: Environment("e", image=f"{URL}/x").lock(), "E0305"),
    "a registry": (lambda: Environment("e", python="3.12").push(f"{URL}/x"), "E1110"),
    "an engine": (
        lambda: Environment("e", python="3.12").build(target="docker").wait_for_completion(),
        "E0902",
    ),
}


@pytest.mark.parametrize(("call", "code"), WRONG.values(), ids=WRONG)
def test_no_credential_is_in_an_error(
    call: Callable[[], object], code: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"tcp://scott:{PASSWORD}@127.0.0.1:1")
    with pytest.raises(EnvspecError) as raised:
        call()
    assert code in {one.code for one in raised.value.diagnostics}
    for text in (
        str(raised.value),
        repr(raised.value.diagnostics),
        "".join(traceback.format_exception(raised.value)),
    ):
        assert PASSWORD not in text


GIVEN: dict[str, Callable[[CondaDependencies], object]] = {
    "a package": lambda c: c.add_pip_package(f"x @ {URL}/x.whl"),
    "no package": lambda c: c.add_pip_package(f"git+{URL}/x.git y"),
    "a conda package": lambda c: c.add_conda_package(f"{URL}/main::x"),
    "a package that is not there": lambda c: c.remove_pip_package("y"),
    "one beside it": lambda c: (c.pip_packages.append(f"x @ {URL}"), c.add_pip_package("y")),
    "one beside a channel": lambda c: (c.conda_packages.append(f"{URL}::x"), c.remove_conda_package("y")),
    "a text for a list": lambda c: c.pip_packages.extend(f"{URL}/x.whl"),
    "bytes for a text": lambda c: c.pip_packages.append(f"{URL}/x.whl".encode()),  # type: ignore[arg-type]
    "one text for arguments": lambda c: ScriptRunConfig(".", "a.py", f"--to {URL}", environment="e"),
    "a list as an argument": lambda c: ScriptRunConfig(".", "a.py", [[URL]], environment="e"),  # type: ignore[list-item]
    "a value of another type": lambda c: Environment("e").variables.update({URL: 3}),  # type: ignore[dict-item]
    "a size": lambda c: setattr(Environment("e").docker, "shm_size", URL),
    "a run to look for": lambda c: Run(URL),
    "a name": lambda c: Environment(URL),
    "a name to register": lambda c: Model.register("model.bin", URL),
    "a name to look for": lambda c: Environment.get(URL),
    "a model to look for": lambda c: Model(f"{URL}:3"),
}


@pytest.mark.parametrize("call", GIVEN.values(), ids=GIVEN)
def test_what_was_given_is_shown_without_credentials(
    call: Callable[[CondaDependencies], object], project: Path
) -> None:
    (project / "model.bin").write_bytes(b"")
    with pytest.raises((ValueError, TypeError, LookupError)) as raised:
        call(CondaDependencies())
    assert PASSWORD not in "".join(traceback.format_exception(raised.value))
