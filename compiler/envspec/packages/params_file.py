"""Files of param values, by their ending: TOML, JSON, YAML. Pure: a text in, names and values with places out.

Tables nest as aliases do: `[common]` with `epochs = 5` is the value of `common.epochs`. What a value may be is
the param's matter; here it is only read.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

MOST_VALUES = 10_000


class ParamValue(NamedTuple):
    """`name` is dotted; `start` and `end` are the place of its key, both 0 where it is not known."""

    name: str
    value: Any
    start: int
    end: int


def parse_params_file(text: str, ending: str) -> list[ParamValue] | str:
    """The values in the order in which they are written, or one clause that says what is wrong. `ending` is
    the file's, with its dot; what is neither `.json` nor `.yaml` nor `.yml` is TOML."""
    read = {".json": _json, ".yaml": _yaml, ".yml": _yaml}.get(ending.lower(), _toml)
    try:
        return read(text)
    except RecursionError:
        return "it is nested too deeply"
    except (ValueError, TypeError, KeyError) as error:  # tomllib's and json's own errors are ValueErrors
        return str(error).partition("\n")[0] or "it cannot be read"


def _flat(table: Any, place: Any, prefix: tuple[str, ...] = ()) -> list[ParamValue]:
    if not isinstance(table, dict):
        raise ValueError("it holds no names with values")
    found: list[ParamValue] = []
    for key, value in table.items():
        path = (*prefix, str(key))
        if isinstance(value, dict):
            found += _flat(value, place, path)
        else:
            found.append(ParamValue(".".join(path), value, *place(path)))
        if len(found) > MOST_VALUES:
            raise ValueError(f"it holds more than {MOST_VALUES} values")
    return found


def _toml(text: str) -> list[ParamValue]:
    from envspec.packages.toml_places import Places
    from envspec.packages.toml_text import loads

    return _flat(loads(text), Places(text).key)


def _json(text: str) -> list[ParamValue]:
    values = json.loads(text)
    try:
        places = _yaml_places(text)
    except ValueError:  # JSON that is no YAML, such as one indented by tabs
        places = {}
    return _flat(values, lambda path: places.get(path, (0, 0)))


def _yaml(text: str) -> list[ParamValue]:
    import yaml

    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error
    places = _yaml_places(text)
    return _flat({} if values is None else values, lambda path: places.get(path, (0, 0)))


def _yaml_places(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    import yaml

    places: dict[tuple[str, ...], tuple[int, int]] = {}

    def walk(node: Any, prefix: tuple[str, ...]) -> None:
        if not isinstance(node, yaml.MappingNode) or len(places) > MOST_VALUES:
            return
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                path = (*prefix, key.value)
                places[path] = (key.start_mark.index, key.end_mark.index)
                walk(value, path)

    try:
        walk(yaml.compose(text, Loader=yaml.SafeLoader), ())
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
    return places
