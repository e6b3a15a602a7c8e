"""Tags for what the language has no word for and Azure ML needs again: an import makes them, `envspec export azureml` writes
them back.

A tag is called `azureml.` and the path of keys in the file of its block, and holds the text that the key has there; JSON
where it is no text, or would be read as JSON. `null` stands for a key that is not to be written. Tags are in no hash and
change nothing here.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from envspec.lazy_pattern import lazy_pattern

PREFIX = "azureml."
MARK = "azureml"
"""The tag of a block that came from Azure ML whole, so that its export says no more than it did."""
INLINE = "inline"
"""That of an environment which is written inside of what uses it."""
NAMES = "names"
"""The path of the names that inputs, outputs and choices have in the file, by those that they have here."""
REFERENCE = "reference"
"""The path of what a deployment calls a model that is no file here."""
REGISTERED = "registered"
"""That of an endpoint which a workspace has, and no file."""
NOT_WRITTEN = "null"


_WITH_PATHS = frozenset({
    "inputs", "code", "trial", "code_configuration", "model", "path", "local_path", "build", "conda_file",
})  # fmt: skip
_PATHS = frozenset({"code", "conda_file", "path", "local_path"})
_ADDRESS = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:|/|~|\$\{\{|\s*\Z")


def text_of(value: Any) -> str:
    """A value as a tag holds it."""
    if isinstance(value, str) and not _is_json(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def with_paths(path: str, value: Any, placed: Callable[[str], str]) -> Any:
    """The value of a key with every path in it as `placed` has it: texts of keys that hold one, unless they are addresses
    or absolute."""
    top, key = path.partition(".")[0], path.rpartition(".")[2]
    if isinstance(value, dict):
        return {name: with_paths(f"{path}.{name}", one, placed) for name, one in value.items()}
    is_path = isinstance(value, str) and top in _WITH_PATHS and key in _PATHS
    return placed(value) if is_path and not _ADDRESS.match(value) else value


def value_of(text: str) -> Any:
    """What the text of a tag stands for."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def values_of(tags: Mapping[str, str]) -> dict[str, Any]:
    """By path, what tags keep."""
    return {tag.removeprefix(PREFIX): value_of(text) for tag, text in tags.items() if tag.startswith(PREFIX)}


def names_in(kept: Mapping[str, Any]) -> dict[str, str]:
    """The names that a file has for inputs, outputs and choices, by ours; what people broke is left out."""
    names = kept.get(NAMES, {})
    pairs = names.items() if isinstance(names, dict) else ()
    return {one: name for one, name in pairs if isinstance(name, str)}


def other_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that are people's own."""
    return {tag: text for tag, text in tags.items() if tag != MARK and not tag.startswith(PREFIX)}


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
