"""Params without a value in whose place an export to Azure ML writes what an import kept in tags: data, models and
programs that only a cloud has. Such a block can be exported before anybody says where these things are here."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Any

from envspec.actions.loading import Loaded
from envspec.frozen import replace
from envspec.importing.azureml.reference import reference_in
from envspec.ir.codec import project_from_json
from envspec.packages.azureml_tags import PREFIX, REFERENCE, names_in, values_of

_CODE = "code_configuration.code"
_ENVIRONMENTS = frozenset({"environment", "trial.environment"})
_CODES = frozenset({"code", "trial.code"})
_ATTRIBUTES = {
    "models": {},
    "runs": {"environment": {"environment"}},
    "deployments": {
        "entry": {"code_configuration", "code_configuration.scoring_script"},
        "source": {"code_configuration", _CODE},
        "environment": {"environment"},
    },
}
"""By kind and attribute, the paths of which one says what Azure has in its place."""


def with_kept(loaded: Loaded) -> Loaded:
    """The same project, with something in the place of what tags know."""
    document = filled(loaded.document, loaded.file)
    return replace(loaded, project=project_from_json(document)) if document != loaded.document else loaded


def filled(document: Mapping[str, Any], file: str) -> dict[str, Any]:
    """The same for the document of a root-relative file."""
    folder = posixpath.dirname(file) or "."  # the source where nothing is written
    return {
        plural: {key: _filled(plural, key, item, folder) for key, item in items.items()}
        if plural in ("runs", "models", "deployments")
        else items
        for plural, items in document.items()
    }


def _filled(plural: str, key: str, item: Mapping[str, Any], folder: str) -> Mapping[str, Any]:
    """Where the spec says by now what stands somewhere, it wins over the tag that was kept in the place of that."""
    tags = item.get("tags", {})
    kept = values_of(tags) if isinstance(tags, dict) else {}
    if not kept:
        return item
    found = {**item}
    told: set[str] = set()
    if plural == "models":
        paths = {REFERENCE, "path"} & kept.keys()
        if paths and _is_open(item.get("from")):
            found["from"] = {"path": key}
        else:
            told |= paths
    for attribute, paths in _ATTRIBUTES[plural].items():
        there = paths & kept.keys()
        if there and _is_open(item.get(attribute)):
            found[attribute] = f"{key}:1" if attribute == "environment" else "."
        elif attribute == "environment":
            told |= {path for path in there if kept[path] is None}
        elif attribute == "entry" or (attribute == "source" and kept.get(_CODE) is not None):
            told |= there
    if plural == "runs" and isinstance(item.get("inputs"), dict):
        names = names_in(kept)
        inputs = dict(item["inputs"])
        for name, value in inputs.items():
            called = names.get(f"inputs.{name}", name.replace("-", "_"))
            path = f"inputs.{called}"
            if path in kept and _is_open(value):
                inputs[name] = {"path": name}
            elif path in kept:
                told.add(path)
        found["inputs"] = inputs
    if plural != "models":
        told |= _others(found, kept, folder)
    if told:
        found["tags"] = {tag: text for tag, text in tags.items() if tag.removeprefix(PREFIX) not in told}
    return found


def _others(item: Mapping[str, Any], kept: Mapping[str, Any], folder: str) -> set[str]:
    """The paths of what a run or deployment has another of by now: a folder with code of its own, and another registered
    environment than the one that was imported."""
    used = item.get("environment")
    reference = used if isinstance(used, str) else ""
    found = set()
    for path, value in kept.items():
        if not isinstance(value, str):
            continue
        if path in _ENVIRONMENTS:
            there = reference_in(value)
            if there and there != reference:
                found.add(path)
        elif path in _CODES and item.get("source", ".") != folder:
            found.add(path)
    return found


def _is_open(value: Any) -> bool:
    return isinstance(value, dict) and "$param" in value
