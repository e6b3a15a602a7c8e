"""How registered environments are named: what is a reference, what it means, and the id it has on disk."""

from __future__ import annotations

import re
import string

import jsonschema
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from envspec.ir.types import RegisteredEnvironment
from envspec.language.environment_reference import (
    EnvironmentReference,
    label_problem,
    meant_reference,
    parse_reference,
)
from envspec.language.schema import ir_schema

REF = EnvironmentReference
HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("sklearn", REF("sklearn")),
        ("sklearn@latest", REF("sklearn")),
        ("sklearn:latest", REF("sklearn")),
        ("sklearn:3", REF("sklearn", number=3)),
        ("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu@latest", REF("AzureML-sklearn-1.0-ubuntu20.04-py38-cpu")),
        ("my_env:1.0.0", REF("my_env", label="1.0.0")),
        ("my_env:20231115", REF("my_env", number=20231115)),
        ("e:007", REF("e", label="007")),
        ("e:" + "9" * 19, REF("e", label="9" * 19)),
        ("e@stable", REF("e", label="stable")),
        ("e@1.0", REF("e", label="1.0")),
        ("e@sha256:" + HEX, REF("e", digest="sha256:" + HEX)),
        ("e@sha256:01234567", REF("e", digest="sha256:01234567")),
        ("e@01234567", REF("e", digest="sha256:01234567")),
        ("e@deadbeef", REF("e", digest="sha256:deadbeef")),
        ("e@deadbee", REF("e", label="deadbee")),
        ("n" * 255, REF("n" * 255)),
        ("e:3:4", None),
        ("e@3", None),
        ("e@a@b", None),
        ("e:3@latest", None),
        ("e@sha256:abc", None),
        ("e@sha256:" + "A" * 64, None),
        ("e@sha256:" + "a" * 65, None),
        ("n" * 256, None),
        (".e", None),
        ("e:", None),
        ("e\n", None),
        ("é", None),
        ("e/f", None),
        ("", None),
    ],
)
def test_what_a_text_means(text: str, meaning: EnvironmentReference | None) -> None:
    assert parse_reference(text) == meaning


_SIGNS = st.text(alphabet=string.ascii_letters + string.digits + "._-:@ /\n", max_size=30)


@given(st.one_of(_SIGNS, st.builds("{}@sha256:{}".format, _SIGNS, st.text("0123456789abcdef", max_size=66))))
@example("e@1234567")
@example("e@12345678")
def test_the_schema_and_the_parser_agree(text: str) -> None:
    accepts = jsonschema.Draft202012Validator(ir_schema()["$defs"]["environment_ref"]).is_valid(text)
    assert accepts == (parse_reference(text) is not None)
    meant = meant_reference(text)
    assert not meant or parse_reference(meant) is not None


@pytest.mark.parametrize(
    "label", ["latest", "Latest", "3", "007", "deadbeef", "a b", "", "x" * 256, "-x", "é"]
)
def test_what_cannot_be_a_label(label: str) -> None:
    assert label_problem(label)


@pytest.mark.parametrize("label", ["stable", "1.0.0", "2023-11-15", "deadbee", "v3", "X" * 255])
def test_a_label_is_found_by_its_name(label: str) -> None:
    assert label_problem(label) == ""
    assert parse_reference(f"e@{label}") == REF("e", label=label)


_NAME = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,6}", fullmatch=True)
_REFERENCES = st.one_of(
    _NAME,
    st.builds("{}{}{}".format, _NAME, st.sampled_from(":@"), _NAME),
    st.builds("{}:{}".format, _NAME, st.integers(1, 30)),
).filter(lambda text: parse_reference(text) is not None)


@given(st.lists(_REFERENCES, min_size=2, max_size=12, unique=True))
@example(["a.b:1", "a-b:1", "a_b:1", "A.b:1", "A-B:1", "a:b.1", "a.b@1.0", "a.b:1.0", "a", "A", "a@latest"])
@example(["e-py-3:11", "e:3", "e@v3", "E:3"])
def test_ids_are_unique_and_safe_as_names_of_files(references: list[str]) -> None:
    ids = [RegisteredEnvironment(reference).id for reference in references]
    assert len({one.lower() for one in ids}) == len(references)
    for one in ids:
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,99}", one) and ".." not in one
        # no block: neither `alias.name`, nor a cell `name-key-value`, nor a name alone
        before, dot, after = one.partition(".")
        assert dot and after[0].isdigit() and before.count("-") < 2


def test_ids_stay_what_they_are() -> None:
    """They are in locks and name folders."""
    assert RegisteredEnvironment("sklearn:3").id == "sklearn.3"
    assert RegisteredEnvironment("my-env_2:12").id == "my-env_2.12"
    assert RegisteredEnvironment("AzureML-x-1.0@latest").id == "azureml_x_1_0_latest.0a80d149cfa7e"
