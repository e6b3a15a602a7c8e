"""Steps whose program is not in their pipeline: components that only a workspace has, and pipelines inside others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envspec.diagnostics import Failure
from tests.importing.imported import compiled, imported, losses, project

ENVIRONMENT = "{image: 'debian:12'}"


def runs_of(folder: Path) -> dict[str, Any]:
    document, errors = compiled(folder)
    assert errors == []
    return document["runs"]  # type: ignore[no-any-return]


REGISTERED = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
inputs:
  data: {type: uri_folder, path: data}
  rounds: 3
jobs:
  prepare:
    type: command
    component: azureml:prepare_data:1
    inputs:
      raw: ${{parent.inputs.data}}
      rounds: ${{parent.inputs.rounds}}
      label: two words
    outputs:
      clean: {type: uri_folder}
  train:
    component: azureml://registries/azureml/components/train/labels/latest
    inputs: {clean: "${{parent.jobs.prepare.outputs.clean}}"}
    resources: {instance_count: 2, shm_size: 4g}
    distribution: {type: pytorch, process_count_per_instance: 4}
    limits: {timeout: 60}
    environment_variables: {A: b}
  gone:
    component: ./gone.yml
"""


def test_a_registered_component_is_a_run_whose_program_is_a_param(tmp_path: Path) -> None:
    project(tmp_path, {"p.yml": REGISTERED, "data/x": ""})
    made = imported("azureml", tmp_path / "p.yml")
    runs = runs_of(tmp_path)
    assert set(runs) == {"prepare", "train", "gone"}
    prepare, train = runs["prepare"], runs["train"]
    assert prepare["command"] == [{"$param": "prepare-program", "type": "string"}]
    assert prepare["variables"] == {"INPUT_ROUNDS": "3", "INPUT_LABEL": "two words"}
    assert prepare["inputs"] == {"raw": {"path": "data"}}
    assert train["inputs"] == {"clean": {"run": "prepare", "output": "clean"}}
    assert train["resources"]["nodes"] == 2 and train["resources"]["processes_per_node"] == 4
    assert (train["framework"], train["timeout"]) == ("pytorch", {"seconds": 60})
    assert train["variables"] == {"A": "b"}
    assert "# azureml:prepare_data:1" in made.text
    told = {what: (outcome, line) for outcome, what, line in losses(made)}
    assert told["jobs.prepare.component: azureml:prepare_data:1"] == ("changed", 9)
    assert told["jobs.gone.component: ./gone.yml"] == ("dropped", 24)
    assert made.text.count("Nothing is known of the environments of components") == 1


def test_a_sweep_over_a_registered_component(tmp_path: Path) -> None:
    text = """\
type: sweep
trial: azureml:train:2
search_space: {lr: {type: choice, values: [0.1, 0.2]}}
limits: {trial_timeout: 60}
"""
    project(tmp_path, {"s.yml": text})
    imported("azureml", tmp_path / "s.yml")
    runs = runs_of(tmp_path)
    assert [run["variables"] for run in runs.values()] == [{"INPUT_LR": "0.1"}, {"INPUT_LR": "0.2"}]


INNER = """\
type: pipeline
inputs:
  data: {type: uri_folder}
  rounds: {type: integer, default: 5}
outputs:
  best: {type: uri_folder, mode: upload}
jobs:
  fit:
    command: fit ${{inputs.data}} ${{inputs.rounds}} ${{outputs.model}}
    environment: ENVIRONMENT
    inputs: {data: "${{parent.inputs.data}}", rounds: "${{parent.inputs.rounds}}"}
    outputs: {model: "${{parent.outputs.best}}"}
""".replace("ENVIRONMENT", ENVIRONMENT)
OUTER = """\
type: pipeline
inputs:
  all: {type: uri_folder, path: data}
jobs:
  one:
    type: pipeline
    component: ./inner.yml
    inputs: {data: "${{parent.inputs.all}}", rounds: 7}
  two:
    type: pipeline
    component: ./inner.yml
    inputs: {data: "${{parent.jobs.one.outputs.best}}"}
  show:
    command: show ${{inputs.m}}
    environment: ENVIRONMENT
    inputs: {m: "${{parent.jobs.two.outputs.best}}"}
""".replace("ENVIRONMENT", ENVIRONMENT)


def test_a_pipeline_inside_another(tmp_path: Path) -> None:
    project(tmp_path, {"outer.yml": OUTER, "inner.yml": INNER, "data/x": ""})
    made = imported("azureml", tmp_path / "outer.yml")
    runs = runs_of(tmp_path)
    assert set(runs) == {"one-fit", "two-fit", "show"}
    assert [word for word in runs["one-fit"]["command"] if isinstance(word, str)][:2] == ["fit", "7"]
    assert [word for word in runs["two-fit"]["command"] if isinstance(word, str)][:2] == ["fit", "5"]
    assert runs["two-fit"]["inputs"] == {"data": {"run": "one-fit", "output": "model"}}
    assert runs["show"]["inputs"] == {"m": {"run": "two-fit", "output": "model"}}
    told = {(line.file, line.line) for line in made.report.lines}
    assert {("outer.yml", number) for number in (7, 8, 11, 12, 14, 15, 16)} <= told
    assert {("inner.yml", number) for number in (1, 3, 4, 6, 9, 10, 11, 12)} <= told


def test_a_job_that_is_one_component(tmp_path: Path) -> None:
    job = "type: pipeline\ncomponent: ./inner.yml\ninputs: {data: {type: uri_folder, path: data}}\n"
    project(tmp_path, {"whole.yml": job, "inner.yml": INNER, "data/x": ""})
    imported("azureml", tmp_path / "whole.yml")
    assert set(runs_of(tmp_path)) == {"fit"}
    project(tmp_path, {"whole.yml": job.replace("./inner.yml", "azureml:whole:1")})
    imported("azureml", tmp_path / "whole.yml")
    (run,) = runs_of(tmp_path).values()
    assert run["command"] == [{"$param": "whole-program", "type": "string"}]
    assert list(run["inputs"]) == ["data"]


def test_a_pipeline_inside_itself_ends(tmp_path: Path) -> None:
    text = "type: pipeline\njobs:\n  a: {type: pipeline, component: ./p.yml}\n  b: {type: pipeline, component: ./p.yml}\n"
    project(tmp_path, {"p.yml": text})
    with pytest.raises(Failure) as failure:
        imported("azureml", tmp_path / "p.yml")
    (finding,) = failure.value.diagnostics
    assert finding.code == "E1303"
    assert finding.notes == (
        "p.yml:3: dropped `jobs.a.component: ./p.yml`: it is nested too deeply",
        "p.yml:4: dropped `jobs.b.component: ./p.yml`: it is nested too deeply",
    )


def test_pipelines_in_pipelines_of_one_file_end(tmp_path: Path) -> None:
    job = "{type: command, command: a, environment: 'azureml:x:1'}"
    for levels, read in ((9, True), (11, False)):
        text = "{type: pipeline, jobs: {a: " * levels + job + "}}" * levels
        project(tmp_path, {"p.yml": f"type: pipeline\njobs: {{a: {text}}}\n"})
        if read:
            imported("azureml", tmp_path / "p.yml")
            assert len(runs_of(tmp_path)) == 1
            continue
        with pytest.raises(Failure) as failure:
            imported("azureml", tmp_path / "p.yml")
        assert [note.rpartition(": ")[2] for note in failure.value.diagnostics[0].notes] == [
            "it is nested too deeply"
        ]


def test_what_a_file_is_its_type_says_before_its_schema(tmp_path: Path) -> None:
    text = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineComponent.schema.json
type: command
command: show
environment: {image: 'debian:12'}
"""
    project(tmp_path, {"c.yml": text})
    imported("azureml", tmp_path / "c.yml")
    (run,) = runs_of(tmp_path).values()
    assert run["command"] == ["show"]
    project(tmp_path, {"c.yml": text.replace("type: command", "type: parallel")})
    with pytest.raises(Failure, match="`parallel`: it splits its data"):
        imported("azureml", tmp_path / "c.yml")


def test_what_nothing_is_made_of_is_told_under_the_error(tmp_path: Path) -> None:
    steps = "".join(f"  s{number}: {{type: automl}}\n" for number in range(30))
    project(tmp_path, {"p.yml": f"type: pipeline\njobs:\n{steps}"})
    with pytest.raises(Failure) as failure:
        imported("azureml", tmp_path / "p.yml")
    (finding,) = failure.value.diagnostics
    assert finding.code == "E1303"
    assert finding.notes[0] == "p.yml:3: dropped `jobs.s0`: what it would run is chosen in the cloud"
    assert finding.notes[-1] == "and 10 more"


def test_older_names_of_steps_and_their_inputs(tmp_path: Path) -> None:
    text = """\
inputs: {rounds: 2}
jobs:
  a:
    type: component
    component: file:./c.yml
    inputs: {rounds: "${{inputs.rounds}}"}
"""
    component = "type: command\ninputs: {rounds: {type: integer}}\ncommand: show ${{inputs.rounds}}\nenvironment: ENV\n"
    project(tmp_path, {"p.yml": text, "c.yml": component.replace("ENV", ENVIRONMENT)})
    imported("azureml", tmp_path / "p.yml")
    assert runs_of(tmp_path)["a"]["command"] == ["show", "2"]


def test_variables_of_a_step_name_inputs_of_its_pipeline(tmp_path: Path) -> None:
    text = """\
inputs: {connection: /a/b, data: {type: uri_folder, path: data}}
jobs:
  a:
    command: show
    environment: ENVIRONMENT
    environment_variables: {ID: "id ${{parent.inputs.connection}}", WHERE: "${{parent.inputs.data}}"}
"""
    project(tmp_path, {"p.yml": text.replace("ENVIRONMENT", ENVIRONMENT), "data/x": ""})
    imported("azureml", tmp_path / "p.yml")
    assert runs_of(tmp_path)["a"]["variables"] == {"ID": "id /a/b", "WHERE": "${{parent.inputs.data}}"}


def test_environments_of_other_names_stay_apart(tmp_path: Path) -> None:
    """Two that are alike, of which one is called as that of its step would be."""
    files: dict[str, str | bytes] = {
        "one.yml": "name: one\nimage: debian:12\n",
        "b.yml": "name: b-environment\nimage: debian:12\n",
        "p.yml": "jobs:\n  a: {command: x, environment: 'file:one.yml'}\n  b: {command: x, environment: 'file:b.yml'}\n",
    }
    project(tmp_path, files)
    imported("azureml", tmp_path / "p.yml")
    runs = runs_of(tmp_path)
    assert [runs[one]["environment"]["environment"] for one in "ab"] == ["one", "b-environment"]
