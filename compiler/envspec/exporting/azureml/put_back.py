"""What an import from Azure ML kept in tags, put back where it was (see `packages.azureml_tags`). A tag wins over what the
spec says, because it is about what the spec cannot say; those of what it says by now are not among them any more."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any

from envspec.exporting.interface import SpecRequest
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.azureml_tags import NAMES, names_in, values_of, with_paths

_EXPRESSION = lazy_pattern(r"\$\{\{(inputs|outputs|search_space)\.([A-Za-z0-9_]+)\}\}")


def put_back(request: SpecRequest, document: Mapping[str, Any], tags: Mapping[str, str]) -> dict[str, Any]:
    """The document with the names and values that tags keep; what they say is not to be written is not there."""
    kept = values_of(tags)
    found = _renamed(dict(document), names_in(kept))
    kept.pop(NAMES, None)
    folder = posixpath.dirname(request.source)

    def placed(path: str) -> str:
        return request.place(posixpath.normpath(posixpath.join(folder, path)))

    for path, value in kept.items():
        *above, key = path.split(".")
        inner: Any = found
        for one in above:
            inner = inner.setdefault(one, {}) if isinstance(inner, dict) else None
        if not isinstance(inner, dict):
            continue
        if value is None:
            inner.pop(key, None)
        else:
            inner[key] = with_paths(path, value, placed)
    return {key: value for key, value in found.items() if value != {}}


def _renamed(document: dict[str, Any], named: Mapping[str, str]) -> dict[str, Any]:
    """With the names that the file had for inputs, outputs and choices, in all expressions too."""
    names = {
        f"{one.partition('.')[0]}.{one.partition('.')[2].replace('-', '_')}": name
        for one, name in named.items()
    }
    if not names:
        return document

    def written(match: re.Match[str]) -> str:
        name = names.get(f"{match[1]}.{match[2]}")
        return match[0] if name is None else f"${{{{{match[1]}.{name}}}}}"

    def renamed(value: Any, at: str) -> Any:
        if isinstance(value, str):
            return type(value)(_EXPRESSION.sub(written, value))  # a text of several lines stays one
        if isinstance(value, dict):
            return {names.get(f"{at}.{key}", key): renamed(one, key) for key, one in value.items()}
        return [renamed(one, "") for one in value] if isinstance(value, list) else value

    found = renamed(document, "")
    assert isinstance(found, dict)
    return found
