"""Params without a value in whose place an export to Azure ML writes what an import kept in tags: data, models and
programs that only a cloud has. Such a block can be exported before anybody says where these things are here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from envspec.actions.loading import Loaded
from envspec.frozen import replace
from envspec.ir.codec import project_from_json
from envspec.packages.azureml_tags import NAMES, REFERENCE, values_of

_DEPLOYMENT = {
    "entry": ("code_configuration", "code_configuration.scoring_script"),
    "source": ("code_configuration", "code_configuration.code"),
    "environment": ("environment",),
}
"""By attribute, the paths of which one says what Azure has in its place."""


def with_kept(loaded: Loaded) -> Loaded:
    """The same project, with something in the place of what tags know."""
    document = filled(loaded.document)
    return replace(loaded, project=project_from_json(document)) if document != loaded.document else loaded


def filled(document: Mapping[str, Any]) -> dict[str, Any]:
    """The same for a document."""
    return {
        plural: {key: _filled(plural, key, item) for key, item in items.items()}
        if plural in ("runs", "models", "deployments")
        else items
        for plural, items in document.items()
    }


def _filled(plural: str, key: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = item.get("tags", {})
    kept = values_of(tags) if isinstance(tags, dict) else {}
    if not kept:
        return item
    if plural == "models":
        known = not kept.keys().isdisjoint((REFERENCE, "path"))
        return {**item, "from": {"path": key}} if known and _is_open(item.get("from")) else item
    found = {**item}
    if plural == "runs":
        if _is_open(item.get("environment")) and "environment" in kept:
            found["environment"] = f"{key}:1"
        inputs = dict(_inputs(item.get("inputs", {}), kept))
        return {**found, "inputs": inputs} if inputs else found
    for attribute, paths in _DEPLOYMENT.items():
        if _is_open(item.get(attribute)) and not kept.keys().isdisjoint(paths):
            found[attribute] = f"{key}:1" if attribute == "environment" else "."
    return found


def _inputs(inputs: Mapping[str, Any], kept: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    names = kept.get(NAMES, {})
    for name, value in inputs.items():
        called = names.get(f"inputs.{name}", name.replace("-", "_")) if isinstance(names, dict) else name
        known = f"inputs.{called}" in kept
        yield name, {"path": name} if known and _is_open(value) else value


def _is_open(value: Any) -> bool:
    return isinstance(value, dict) and "$param" in value
