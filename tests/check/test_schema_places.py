"""Every violation of the IR's schema is mapped to the place that wrote the value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from envspec.check.schema import check_schema
from envspec.language.schema import ir_schema
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import Resolution, resolve

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[1] / "conformance" / "cases"
WRONG: tuple[Any, ...] = (None, True, -1, 1.5, "", "text", [], [None], {}, {"x": 1}, {"bytes": 1}, [[{}]])


def parts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from parts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from parts(inner, (*path, index))


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(document)
    inside = changed
    for token in path[:-1]:
        inside = inside[token]
    inside[path[-1]] = value
    return changed


def alone(document: Any, path: tuple[Any, ...]) -> Any:
    """The document with no other block than the one that the path leads into: the schema ties no block to another."""
    blocks = {key for key, value in document.items() if isinstance(value, dict)}
    return {
        key: value if key not in blocks else {path[1]: value[path[1]]} if key == path[0] else {}
        for key, value in document.items()
    }


@pytest.mark.parametrize("kind", ["environment", "run", "deployment"])
def test_any_wrong_value_anywhere_is_found_at_its_place(kind: str) -> None:
    folder = CASES / f"every_attribute_of_{kind}"
    resolution: Resolution = resolve("main.envspec", ProjectFiles(folder))
    document, origins = resolution.document, resolution.origins
    validator = Draft202012Validator(ir_schema())
    assert check_schema(document, origins, resolution.sources) == ([], [])
    tried = 0
    for path in parts(document):
        # What the compiler writes itself (`name`, `cell`) cannot be wrong, nor what is inside of one value.
        if len(path) < 3 or path[2] in ("name", "cell") or pointer(path) not in origins.values:
            continue
        for wrong in WRONG:
            changed = replaced(alone(document, path), path, wrong)
            errors = list(validator.iter_errors(changed))
            if not errors:
                continue
            found, paths = check_schema(changed, origins, resolution.sources)
            assert [list(error.absolute_path) for error in errors] == paths
            assert found, (path, wrong)
            tried += 1
            places = {origins.locate(pointer(error.absolute_path)) for error in errors}
            for diagnostic in found:
                assert diagnostic.code != "E0212" or wrong in ("", []), (path, wrong, diagnostic.message)
                assert diagnostic.span is not None
                assert diagnostic.span in places, (path, wrong, diagnostic)
    assert tried > 100


def pointer(path: Iterable[Any]) -> str:
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in path)


def test_the_schema_file_is_what_the_table_makes() -> None:
    file = Path(__file__).parents[2] / "grammar" / "ir.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    assert schema == ir_schema()
    Draft202012Validator.check_schema(schema)
