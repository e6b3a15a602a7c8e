"""What is raised says what is wrong, and shows no credential: neither as text, nor one by one, nor in a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from envspec import Environment, EnvspecError

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
