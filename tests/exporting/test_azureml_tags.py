"""Tags that keep what only Azure ML needs, as people may write or break them by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.importing.azureml.kept import keep
from envspec.importing.spec import Block
from envspec.importing.yaml_text import Node
from envspec.packages.azureml_tags import other_tags, text_of, value_of, values_of
from envspec.syntax.strings import quote
from tests.exporting.exported import exported, project

SPEC = """
environment e { managed = false, interpreter = "python", docker { image = "debian:12" } }
endpoint shop { tags = TAGS }
model m { from = "./m", tags = TAGS }
run train { environment = e, source = "src", command = ["python", "t.py"], tags = TAGS }
run tune { environment = e, source = "src", matrix = { x = [1, 2] }, command = ["python", "t.py", matrix.x], tags = TAGS }
deployment blue { environment = e, source = "src", entry = "score.py", models = [m], endpoint = shop, tags = TAGS }
"""
FILES = {"src/score.py": "def init(): ...\ndef run(data): return data\n", "src/t.py": "", "m/x": ""}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
PATHS = st.sampled_from([
    "code", "inputs", "inputs.x", "inputs.x.path", "names", "limits.a.b", "trial.code", "search_space.x", "search_space",
    "reference", "", ".", "a..b", "command", "command.x", "environment", "tags", "name", "path", "resources", "$schema",
    "conda_file", "code_configuration", "model.path", "endpoint_name", "type",
])  # fmt: skip


def spec_with(tags: dict[str, str]) -> str:
    written = ", ".join(f"{quote(key)} = {quote(value)}" for key, value in tags.items())
    return SPEC.replace("TAGS", f"{{ {written} }}")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=st.dictionaries(PATHS, JSON, max_size=4))
def test_whatever_a_tag_says_the_files_are_yaml(kept: dict[str, Any], tmp_path: Path) -> None:
    tags = {f"azureml.{path}": text_of(value) for path, value in kept.items()}
    project(tmp_path, spec_with(tags), **FILES)
    made = exported(tmp_path, "azureml", output=tmp_path / "azure")
    for text in made.files.values():
        assert isinstance(yaml.safe_load(text), dict)


@given(value=JSON)
def test_a_value_is_what_its_text_says(value: Any) -> None:
    assert value_of(text_of(value)) == value
    assert values_of({"azureml.a.b": text_of(value), "azureml": "x", "b": "1"}) == {"a.b": value}
    assert other_tags({"azureml.a.b": "1", "azureml": "x", "b": "1"}) == {"b": "1"}


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a": ' * 50_000, "1e999", "NaN", "\ud83d"])
def test_json_that_is_none_is_a_text(text: str) -> None:
    assert value_of(text) is not None


def test_a_tag_wins_and_null_is_not_written(tmp_path: Path) -> None:
    tags = {
        "azureml.experiment_name": "wine",
        "azureml.display_name": "null",
        "azureml.limits.timeout": "60",
        "team": "a",
    }
    made = exported(project(tmp_path, spec_with(tags), **FILES), "azureml", output=tmp_path / "azure")
    job = yaml.safe_load(made.files["job-train.yml"])
    assert (job["experiment_name"], job["limits"], job["tags"]) == ("wine", {"timeout": 60}, {"team": "a"})
    assert "display_name" not in job


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties", {"password": "hunter2hunter2"}),
        ("identity", {"client_secret": "hunter2hunter2"}),
        ("path", "https://x.blob.core.example/c?sig=abcdef"),
        ("notes", "ghp_" + "a1B2" * 9),
        ("inputs.x.path", "${{parent.inputs.y}}"),
        ("a b", "x"),
        ("properties", {"a": "x" * 5000}),
    ],
)
def test_what_is_not_kept(path: str, value: Any) -> None:
    """Secrets, addresses with a signature, what only what stands around it could fill, names that are no path, and more
    than a tag should have."""
    block = Block("run", "r")
    assert keep(block, path, node_of(value)) == ""
    assert block.attributes == {}


def node_of(value: Any) -> Node:
    if isinstance(value, dict):
        return Node("mapping", entries={key: node_of(one) for key, one in value.items()})
    return Node("scalar", value if isinstance(value, str) else json.dumps(value))
