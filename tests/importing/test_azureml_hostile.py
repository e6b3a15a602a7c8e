"""Files of Azure ML that mean harm, or are of the wrong types anywhere: a `Failure` or lines of the report, never more."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.diagnostics import Failure
from tests.importing.imported import compiled, imported, project
from tests.importing.test_azureml_pipeline import PIPELINE, SCORE, SPARK, SWEEP, TUNE

COMMAND = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
name: x
display_name: y
experiment_name: exp
description: Trains.
tags: {team: nlp}
code: ./src
command: python train.py --lr ${{inputs.lr}} --data ${{inputs.data}} -o ${{outputs.model}}
inputs:
  lr: 0.001
  n: {type: integer, default: 1, optional: true}
  data: {type: uri_folder, path: azureml:x, mode: ro_mount}
outputs:
  model: {type: mlflow_model, mode: rw_mount, path: azureml://datastores/x/paths/m, name: Iris}
environment:
  name: e
  version: 1
  image: a:1
  build: {path: ctx, dockerfile_path: Dockerfile}
  conda_file: {name: c, channels: [conda-forge], dependencies: [python=3.11, {pip: [numpy]}]}
  tags: {a: b}
distribution: {type: PyTorch, process_count_per_instance: 4, worker_count: 2}
resources: {instance_count: 2, instance_type: Standard_NC6, shm_size: 2g}
limits: {timeout: 5400}
environment_variables: {WANDB_PROJECT: iris}
"""
DOCUMENTS = [yaml.safe_load(text) for text in (COMMAND, SWEEP, SPARK, PIPELINE)]
FILES = {"components/score.yml": SCORE, "components/tune.yml": TUNE, "src/a.py": "", "data/x": ""}

odd = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        [
            "${{inputs.lr}}",
            "${{parent.inputs.lr}}",
            "${x}",
            '"',
            "\\",
            "a\nb",
            "../x",
            "file:.",
            "src",
            ".",
            "0",
        ]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=5) | st.sampled_from(["type", "path", "a", "true"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


def places(value: Any, above: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document."""
    found = [above] if above else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        found += places(one, (*above, key))
    return found


def changed(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    if isinstance(value, dict):
        return {key: changed(one, place[1:], new) if key == place[0] else one for key, one in value.items()}
    return [changed(one, place[1:], new) if key == place[0] else one for key, one in enumerate(value)]


def imports_or_fails(folder: Path, text: str) -> None:
    project(folder, {**FILES, "job.yml": text})
    try:
        made = imported("azureml", folder / "job.yml")
    except Failure as failure:
        assert {one.code for one in failure.diagnostics} <= {"E1301", "E1302", "E1303"}
        return
    document, errors = compiled(folder)
    assert errors == [], (errors, made.text)
    assert document


@pytest.mark.parametrize("document", DOCUMENTS, ids=["command", "sweep", "spark", "pipeline"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_wrong_types_anywhere(document: dict[str, Any], data: st.DataObject) -> None:
    changed_ = document
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places(changed_)))
        changed_ = changed(changed_, place, data.draw(odd))
    with tempfile.TemporaryDirectory() as folder:
        imports_or_fails(Path(folder), yaml.safe_dump(changed_, allow_unicode=True, sort_keys=False))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(command=st.text("ab 'x\"\\$`{}[]|&;<>()*?!#~=\n\t${{inputs.lr}}", max_size=40))
def test_any_command(command: str) -> None:
    text = yaml.safe_dump({"command": command, "environment": "azureml:e:1", "inputs": {"lr": 1}})
    with tempfile.TemporaryDirectory() as folder:
        imports_or_fails(Path(folder), text)


@pytest.mark.parametrize(
    "text",
    [
        "command: " + "a " * 5_000_000,
        "command: a\ninputs:\n" + "".join(f"  i{n}: {n}\n" for n in range(100_000)),
        "jobs:\n" + "".join(f"  j{n}: {{command: a}}\n" for n in range(4_500)),
        "command: a\ninputs: " + "{a: " * 500 + "1" + "}" * 500,
        "command: " + "[" * 5000,
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "".join(
            f"{chr(100 + n)}: &{chr(100 + n)} [*{chr(99 + n)}, *{chr(99 + n)}]\n" for n in range(20)
        ),
        "a: &a {<<: *a}\ncommand: x\n",
        "command: !!python/object/apply:os.system [ls]\n",
        "? [a]\n: b\ncommand: x\n",
        "command: x\n---\ncommand: y\n",
        'command: x\nenvironment: azureml:x:1\ninputs: {"\\x1f": {}}\n',
    ],
)  # fmt: skip
def test_large_and_deep(text: str, tmp_path: Path) -> None:
    imports_or_fails(tmp_path, text)


def test_bytes(tmp_path: Path) -> None:
    for content in (
        b"\xff\xfe",
        b"\x00\x01\x02",
        b"command: \xe9\nenvironment: azureml:e:1\n",
        b"\xef\xbb\xbfcommand: a\n",
    ):
        project(tmp_path, {"job.yml": content})
        try:
            imported("azureml", tmp_path / "job.yml")
        except Failure as failure:
            assert {one.code for one in failure.diagnostics} <= {"E1301", "E1302", "E1303"}


def test_keys_of_a_merge(tmp_path: Path) -> None:
    text = """\
base: &base {code: src, environment: azureml:e:1}
<<: *base
command: python a.py
"""
    project(tmp_path, {**FILES, "job.yml": text})
    imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    assert (run["source"], run["environment"]) == ("src", "e:1")


def test_a_spec_that_would_be_too_large(tmp_path: Path) -> None:
    inputs = "".join(f"  i{n}: {'x' * 104}\n" for n in range(4_380))
    project(tmp_path, {"job.yml": f"command: a\nenvironment: azureml:e:1\ninputs:\n{inputs}"})
    with pytest.raises(Failure) as failure:
        imported("azureml", tmp_path / "job.yml")
    assert [one.code for one in failure.value.diagnostics] == ["E1303"]
