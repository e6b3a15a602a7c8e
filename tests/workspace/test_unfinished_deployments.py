"""What the workspace knows of a deployment whose `deploy` failed, by what its engine says of it then."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from envspec.actions.deploying import _recorded
from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.interface import Deployed, DeployRequest, Engine
from envspec.frozen import Frozen, field, frozen
from envspec.workspace.database import Workspace


@frozen
class Request(Frozen):
    id: str
    begins: Any = field(default=None)


class Goes:
    """An engine that begins a server and goes away; `answers` whether it can be asked for its end."""

    def __init__(self, *, alive: bool, answers: bool) -> None:
        self._alive, self._answers = alive, answers
        self.stopped: list[str] = []

    def deploy(self, request: DeployRequest) -> Deployed:
        request.begins("container", "http://127.0.0.1:1")
        raise Failure(Diagnostic("E0904", "the docker engine went away"))

    def alive(self, handle: str) -> bool:
        return self._alive

    def stop(self, handle: str) -> None:
        if not self._answers:
            raise Failure(Diagnostic("E0904", "the docker engine does not answer"))
        self.stopped.append(handle)


@pytest.mark.parametrize(
    ("alive", "answers", "known", "stopped"),
    [(False, True, 0, ["container"]), (False, False, 1, []), (True, True, 1, [])],
    ids=["it is gone", "nobody can say", "it goes on"],
)
def test_it_is_forgotten_only_when_nothing_of_it_can_be_left(
    alive: bool, answers: bool, known: int, stopped: list[str], tmp_path: Path
) -> None:
    engine = Goes(alive=alive, answers=answers)
    record: dict[str, Any] = {"engine": "docker", "definition": "{}"}
    with Workspace.open(tmp_path) as workspace:
        with pytest.raises(Failure, match="went away"):
            _recorded(
                workspace, cast(Engine, engine), cast(DeployRequest, Request("scorer")), record, "sha256:k"
            )
        found = workspace.deployments()
        assert [one.begun_only for one in found] == [True] * known
    assert engine.stopped == stopped
