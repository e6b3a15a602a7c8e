"""Why a deployment is put in its place again: the same words for `deploy`, `up` and `plan`.

In comes what served so far (`DeploymentRecord`) and what is to serve (`Serving`); out comes a clause, empty when
what serves is right. The record keeps everything that decides, so each of its parts can be named; records of
older versions keep less, and then less is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from envspec.frozen import Frozen, frozen
from envspec.ir.canonical import canonical_json, digest
from envspec.workspace.deployments import DeploymentRecord

_SCHEMA = "envspec.deployment.serving/1"


@frozen
class Serving(Frozen):
    """`layer` is the value in the preimage of the deployment's image; `value` all that decides what serves and
    how, secrets by name; `environment` the label of the environment's version (`sklearn:3`)."""

    layer: Mapping[str, Any]
    value: Mapping[str, Any]
    environment: str

    @property
    def key(self) -> str:
        return digest(_SCHEMA, self.value)

    def text_with(self, snapshot: str) -> str:
        """What the workspace keeps of it; `snapshot` is its source in the store."""
        return canonical_json({"layer": self.layer, "serving": self.value, "snapshot": snapshot}).decode()


def what_moved(older: DeploymentRecord, now: Serving) -> list[str]:
    """Clauses; at least one when the keys are not the same."""
    if older.key == now.key:
        return []
    if older.begun_only:
        return ["its last `deploy` did not come to an end"]
    try:
        before = json.loads(older.definition)
    except ValueError:
        before = {}
    layer = before.get("layer", before.get("value", {}))
    moved = _environment(older, now, layer)
    moved += [
        words
        for part, words in _LAYER.items()
        if part in layer and _same(layer[part]) != _same(now.layer.get(part))
    ]
    moved += _models(older.models, now.value["models"])
    moved += _settings(before.get("serving"), now.value)
    return moved or ["its settings changed"]


_LAYER = {
    "source": "its source changed",
    "server": "this envspec brings another scoring server",
    "recipe": "this envspec makes its image in another way",
}
"""Part of the image → how it is said that it moved. `entry` is among the settings."""


def _environment(older: DeploymentRecord, now: Serving, layer: Mapping[str, Any]) -> list[str]:
    was = f"{older.environment}:{older.environment_number}"
    if was != now.environment:
        return [f"its environment went from {was} to {now.environment}"]
    if "image" in layer and layer["image"] != now.layer.get("image"):
        return ["what its environment was built to changed"]
    return []


def _models(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    found = []
    for name in sorted(before.keys() | now.keys()):
        if name not in before:
            found.append(f"model `{name}` was added")
        elif name not in now:
            found.append(f"model `{name}` was taken away")
        elif before[name] != now[name]:
            found.append(f"its model `{name}` changed")
    return found


def _settings(before: Mapping[str, Any] | None, now: Mapping[str, Any]) -> list[str]:
    if before is None:
        return []
    found = ["its sample changed"] if before.get("sample") != now["sample"] else []
    if _same(before.get("shm_size")) != _same(now["shm_size"]):
        found.append("its `shm_size` changed")
    # Otherwise the version of the environment moved with them, and that is said.
    old, new = before.get("settings", {}), now["settings"]
    for name in sorted(old.keys() | new.keys()):
        was, one = old.get(name), new.get(name)
        if _same(was) == _same(one) or name == "sample":
            continue
        found.append(_went(name, was, one) if _is_plain(was) and _is_plain(one) else f"its `{name}` changed")
    return found


def _went(name: str, was: object, one: object) -> str:
    before, after = (json.loads(_same(value)) for value in (was, one))
    return f"its `{name}` went from {before} to {after}"


def _is_plain(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and value != ""


def _same(value: object) -> str:
    """Canonical, so that 1.0 and 1 are the same number."""
    return canonical_json(json.loads(json.dumps(value))).decode()


def why_not_serving(
    older: DeploymentRecord, alive: Callable[[], bool], ready: Callable[[], bool], secrets: Callable[[], bool]
) -> str:
    """Why what is right by its key has to be started again all the same; the questions are asked in this order."""
    if not alive():
        return "it no longer runs"
    if not ready():
        return f"it does not answer at {older.url}"
    return "" if secrets() else "a secret has another value"
