"""TOML as nodes with their places, as `yaml_text` has YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envspec.importing.asked import Asked, line_of, unreadable
from envspec.importing.yaml_text import Node

_DEEPEST = 64


def toml_nodes_of(asked: Asked, path: Path, text: str) -> Node:
    """The document of the text. Raises `Failure` E1302."""
    import tomllib

    from envspec.packages.toml_places import Places

    try:
        document = tomllib.loads(text.removeprefix("\ufeff"))
    except RecursionError:
        raise unreadable(asked, path, "it is nested too deeply") from None
    except ValueError as error:
        raise unreadable(asked, path, f"not TOML: {error}") from None
    places = Places(text)

    def made(value: Any, key: tuple[str, ...]) -> Node:
        if len(key) > _DEEPEST:
            raise unreadable(asked, path, "it is nested too deeply")
        start, end = places.key(key)
        line = line_of(text, start)
        if isinstance(value, Mapping):
            entries = {name: made(one, (*key, name)) for name, one in value.items()}
            return Node("mapping", "", (), entries, start, end, line)
        if isinstance(value, list):
            return Node("sequence", "", tuple(_elements(value, key)), {}, start, end, line)
        if isinstance(value, str):
            (place,) = places.strings(key, [value])
            return _string(value, place)
        written = str(value).lower() if isinstance(value, bool) else str(value)
        return Node("scalar", written, (), {}, start, end, line, True)

    def _elements(values: list[Any], key: tuple[str, ...]) -> list[Node]:
        texts = [one for one in values if isinstance(one, str)]
        found = iter(places.strings(key, texts))
        return [
            _string(one, next(found)) if isinstance(one, str) else made(one, (*key, "")) for one in values
        ]

    def _string(value: str, place: tuple[int, int]) -> Node:
        return Node("scalar", value, (), {}, place[0], place[1], line_of(text, place[0]), False)

    return made(document, ())
