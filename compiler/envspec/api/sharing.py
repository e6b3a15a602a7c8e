"""Pushing and pulling as the objects do it: what fails is an `EnvspecError`, and nothing is printed unasked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from envspec.api.errors import told
from envspec.api.names import registered_as
from envspec.api.workspace import Workspace

if TYPE_CHECKING:
    from envspec.actions.sharing.exchange import Pulled, Pushed, Say
    from envspec.workspace.models import ModelVersion


def push_environment(workspace: Workspace, name: str, number: int, place: str, *, show: bool) -> Pushed:
    """Raises `LookupError` for a version that is not registered any more."""
    from envspec.actions.sharing.environments import push

    with told(), workspace.open() as database:
        version = database.environment(name, number)
        if version is None:
            raise LookupError(f"{name}:{number} is not in {workspace.root} any more")
        return push(database, version, place, _say(show))


def pull_environment(workspace: Workspace, place: str, name: str, *, show: bool) -> Pulled:
    from envspec.actions.sharing.environments import pull

    with told():
        return pull(workspace.root, place, registered_as(name) if name else "", _say(show))


def push_model(workspace: Workspace, version: ModelVersion, place: str, *, show: bool) -> Pushed:
    from envspec.actions.sharing.models import push

    with told(), workspace.open() as database:
        return push(database, version, place, _say(show))


def pull_model(workspace: Workspace, place: str, name: str, *, show: bool) -> Pulled:
    from envspec.actions.sharing.models import pull

    with told():
        return pull(workspace.root, place, registered_as(name) if name else "", _say(show))


def _say(show: bool) -> Say:
    return print if show else _nobody


def _nobody(_line: str) -> None:
    pass
