"""What the workspace knows of a deployment whose `deploy` failed, by what its engine says of it then."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from envspec.actions import deploying
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


class Hangs:
    """An engine that cannot end the second that it is asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def stop(self, handle: str) -> str:
        self.asked.append(handle)
        if len(self.asked) == 2:
            raise Failure(Diagnostic("E1018", "a process of a deployment does not end"))
        return f"note: {handle} kept no log"


def test_what_cannot_be_stopped_keeps_nothing_else_from_being_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, said = Hangs(), list[str]()
    monkeypatch.setattr(deploying, "engine_at", lambda _root, _name: engine)
    with Workspace.open(tmp_path) as workspace:
        for handle in ("1", "2", "3"):
            workspace.begin_deployment("scorer", engine="local", handle=handle, url="", definition="{}")
        newest = workspace.deployment("scorer")
        assert newest is not None
        with pytest.raises(Failure, match="E1018"):
            deploying.stop(workspace, newest, said.append)
        assert engine.asked == ["3", "2", "1"]
        assert [one.handle for one in workspace.deployments()] == ["2"]
    assert said == ["note: 3 kept no log", "note: 1 kept no log"]
