"""What is accepted without jsonschema is what jsonschema accepts: on documents that are right, nearly right, and not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from envspec.check.acceptance import Acceptance

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "grammar" / "ir.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
ACCEPTANCE = Acceptance(SCHEMA)
DOCUMENTS = [
    document
    for path in sorted((ROOT / "tests" / "conformance" / "cases").glob("*/expected.json"))
    if (document := json.loads(path.read_text()).get("document"))
]
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 70000), st.floats(-2, 2), st.text(max_size=4),
    st.sampled_from(["docker", "local", "requirement", "sklearn:3", "3.11", "a", "x86"]),
    st.sampled_from([{}, [], {"$param": "p", "type": "string"}, {"secret": "s"}, {"path": "p"}, {"bytes": 1}]),
)  # fmt: skip


def test_there_are_documents() -> None:
    assert len(DOCUMENTS) > 20
    assert all(ACCEPTANCE.accepts(document) for document in DOCUMENTS)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in places(one, (*path, key)))]


@given(st.data())
def test_both_accept_the_same(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(DOCUMENTS)))
    for _ in range(data.draw(st.integers(1, 3))):
        left = [place for place in places(document) if place]
        if not left:
            break
        *above, last = data.draw(st.sampled_from(left))
        inside = document
        for key in above:
            inside = inside[key]
        match data.draw(st.sampled_from(["change", "remove", "add", "rename"])):
            case "change":
                inside[last] = data.draw(LEAVES)
            case "remove":
                del inside[last]
            case "add" if isinstance(inside, list):
                inside.append(data.draw(LEAVES))
            case _ if isinstance(inside, dict):
                inside[data.draw(st.sampled_from(["x", "Name", "pip", "image", "variables"]))] = inside.pop(
                    last
                )
    assert ACCEPTANCE.accepts(document) == VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    "schema", [{"minItems": 1}, {"const": [1]}, {"$ref": "other.json"}, {"type": "word"}]
)
def test_what_is_not_known_is_not_accepted(schema: dict[str, Any]) -> None:
    assert Acceptance(schema).accepts([]) is False
