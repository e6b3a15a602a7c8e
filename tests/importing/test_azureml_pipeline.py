"""Sweeps, Spark jobs and pipelines of Azure ML, as people write them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.importing.imported import compiled, imported, losses, project
from tests.importing.test_azureml_job import shown

SWEEP = """\
$schema: https://azuremlschemas.azureedge.net/latest/sweepJob.schema.json
type: sweep
trial:
  code: src
  command: python t.py --data ${{inputs.data}} --k ${{search_space.kernel}} --n ${{search_space.n}} --lr ${{search_space.lr}}
  environment: azureml:e:1
  resources: {instance_count: 2}
  environment_variables: {A: b}
inputs:
  data: {type: uri_folder, path: data}
compute: azureml:cpu
search_space:
  kernel: {type: choice, values: [rbf, linear, rbf]}
  n: {type: choice, values: [1, 0.5, "1", "two words", two-words, true, -1]}
  lr: {type: loguniform, min_value: -6, max_value: -1}
sampling_algorithm: {type: random, seed: 1}
objective: {goal: maximize, primary_metric: f1}
limits: {max_total_trials: 4, trial_timeout: 600}
early_termination: {type: bandit, slack_factor: 0.1}
"""


def test_a_sweep(tmp_path: Path) -> None:
    project(tmp_path, {"job.yml": SWEEP, "src/t.py": "", "data/x": ""})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    runs = list(document["runs"].values())
    assert len(runs) == 2 * 4
    assert {run["cell"]["kernel"] for run in runs} == {"rbf", "linear"}
    assert {run["cell"]["n"] for run in runs} == {1, 0.5, "two words"}
    words = [shown(word) for word in document["runs"][f"{runs[0]['name']}-kernel-rbf-n-1"]["command"]]
    assert words[:8] == ["python", "t.py", "--data", "<data>", "--k", "rbf", "--n", "1"]
    assert float(words[9]) == pytest.approx(math.exp(-3.5), rel=1e-5)
    assert runs[0]["resources"] == {"nodes": 2, "machine": "azureml:cpu"}
    assert runs[0]["timeout"] == {"seconds": 600}
    assert runs[0]["variables"] == {"A": "b"}
    assert runs[0]["source"] == "src"
    dropped = {what.partition(":")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert dropped == {
        "search_space.kernel.values", "search_space.n.values",
    }  # fmt: skip
    changed = {what.partition(":")[0] for outcome, what, _ in losses(made) if outcome == "changed"}
    assert {
        "search_space.lr.min_value", "search_space.lr.max_value", "sampling_algorithm", "objective",
        "limits.max_total_trials", "early_termination",
    } <= changed  # fmt: skip


@pytest.mark.parametrize(
    ("written", "default"),
    [
        ("{type: uniform, min_value: 0.1, max_value: 1}", "number = 0.55"),
        ("{type: uniform, min_value: 2, max_value: 4}", "number = 3"),
        ("{type: quniform, min_value: 0, max_value: 101, q: 10}", "number = 50"),
        ("{type: randint, upper: 10}", "integer = 4"),
        ("{type: normal, mu: 3.5, sigma: 1}", "number = 3.5"),
        ("{type: lognormal, mu: 0, sigma: 1}", "number = 1"),
        (
            "{type: loguniform, min_value: -11.512925464970229, max_value: -11.512925464970229}",
            "number = 0.00001",
        ),
        ("{type: lognormal, mu: 1000, sigma: 1}", "string"),
        ("{type: uniform, min_value: a}", "string"),
        ("{type: strange}", "string"),
        ("{}", "string"),
        ("3", "string"),
        ("{type: choice, values: []}", "string"),
        ("{type: choice, values: [{a: 1}]}", "string"),
    ],
)
def test_distributions(written: str, default: str, tmp_path: Path) -> None:
    text = f"trial: {{command: 'a ${{{{search_space.x}}}}', environment: azureml:e:1}}\nsearch_space:\n  x: {written}\n"
    project(tmp_path, {"job.yml": text})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert made.spec.params == [f"x : {default}"]
    assert len(document["runs"]) == 1
    assert ("changed", 3) in {(line.outcome, line.line) for line in made.report.lines}


SPARK = """\
$schema: https://azuremlschemas.azureedge.net/latest/sparkJob.schema.json
type: spark
code: ./src
entry: {file: titanic.py}
py_files: [utils.zip, more.py]
jars: [a.jar]
conf:
  spark.driver.cores: 1
  spark.dynamicAllocation.enabled: true
  spark.jars.packages: com.x:y:1,com.x:z:2
  fs.azure.account.key.store.dfs.core.windows.net: c2VjcmV0
executor_memory: 2g
inputs:
  titanic: {type: uri_file, path: azureml://datastores/x/paths/t.csv, mode: direct}
outputs:
  wrangled: {type: uri_folder, mode: direct}
args: >-
  --titanic ${{inputs.titanic}} --out ${{outputs.wrangled}}
identity: {type: user_identity}
resources: {instance_type: standard_e4s_v3, runtime_version: "3.4.2"}
"""


@pytest.mark.parametrize(
    "environment", ["", "environment: {image: 'a:1', conda_file: {dependencies: [pyspark]}}\n"]
)
def test_spark(environment: str, tmp_path: Path) -> None:
    project(tmp_path, {"job.yml": SPARK + environment, "src/titanic.py": ""})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    assert [shown(word) for word in run["command"]] == [
        "spark-submit", "--py-files", "utils.zip,more.py", "--jars", "a.jar", "titanic.py", "--titanic", "<titanic>",
        "--out", "<wrangled>",
    ]  # fmt: skip
    (made_of,) = document["environments"].values()
    assert made_of["spark"] == {
        "packages": ["com.x:y:1", "com.x:z:2"],
        "conf": {
            "spark.driver.cores": "1", "spark.dynamicAllocation.enabled": "true", "spark.executor.memory": "2g",
        },
    }  # fmt: skip
    if not environment:
        assert [package["text"] for package in made_of["pip"]] == ["pyspark==3.4.*"]
    assert "c2VjcmV0" not in made.text + str(made.report)


def test_a_class_is_in_the_first_of_the_jars(tmp_path: Path) -> None:
    text = "type: spark\ncode: src\nentry: {class_name: a.B}\njars: [a.jar, b.jar]\n"
    project(tmp_path, {"job.yml": text, "src/a.jar": ""})
    made = imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    assert run["command"] == ["spark-submit", "--class", "a.B", "--jars", "b.jar", "a.jar"]
    assert {line.outcome for line in made.report.lines} == {"carried"}


def test_spark_in_a_registered_environment_is_configured_by_options(tmp_path: Path) -> None:
    project(tmp_path, {"job.yml": SPARK + "environment: azureml:spark:3\n", "src/titanic.py": ""})
    imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    (run,) = document["runs"].values()
    assert "environments" not in document
    assert "--conf" in run["command"]
    assert "spark.driver.cores=1" in run["command"]


PIPELINE = """\
$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
type: pipeline
display_name: train-and-score
description: Train, then score.
experiment_name: e
settings: {default_compute: azureml:cpu}
inputs:
  data: {type: uri_folder, path: ./data}
  lr: 0.01
outputs:
  scored: {mode: upload}
jobs:
  score:
    component: file:./components/score.yml
    inputs:
      model: ${{parent.jobs.train.outputs.model}}
      other: ${{parent.jobs.tune.outputs.best}}
      threshold: 0.75
    outputs:
      scores: ${{parent.outputs.scored}}
  train:
    type: command
    code: ./src
    command: >-
      python train.py --lr ${{inputs.lr}} --data ${{inputs.data}} --seed ${{inputs.seed}} --out ${{outputs.model}}
    inputs:
      data:
        type: uri_folder
        path: ${{parent.inputs.data}}
      lr: ${{parent.inputs.lr}}
      seed: 1
    outputs:
      model: {type: mlflow_model}
    environment: &env
      image: a:1
  again:
    type: command
    command: python again.py ${{inputs.seed}}
    inputs: {seed: 2}
    environment: *env
  tune:
    type: sweep
    trial: ./components/tune.yml
    search_space:
      depth: {type: choice, values: [1, 2]}
    inputs:
      data: ${{parent.inputs.data}}
    outputs: {best: {type: uri_folder}}
    limits: {max_total_trials: 2}
  batches:
    type: parallel
    mini_batch_size: 1
  elsewhere:
    component: azureml:c:1
  odd: 3
"""
SCORE = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: score
version: 1
display_name: Score
type: command
description: Scores.
inputs:
  model: {type: mlflow_model}
  other: {type: uri_folder}
  threshold: {type: number, default: 0.5}
  extra: {type: string, optional: true}
  batch: {type: integer, default: 8}
outputs:
  scores: {type: uri_folder}
code: ../src
environment: azureml:e@latest
command: >-
  python score.py --model ${{inputs.model}} --threshold ${{inputs.threshold}} $[[--extra ${{inputs.extra}}]]
  --batch ${{inputs.batch}} --other ${{inputs.other}} --out ${{outputs.scores}}
"""
TUNE = """\
type: command
inputs:
  depth: {type: integer}
  data: {type: uri_folder}
  trees: {type: integer, default: 100}
outputs: {best: {type: uri_folder}}
command: python tune.py --depth ${{inputs.depth}} --data ${{inputs.data}} --trees ${{inputs.trees}} --to ${{outputs.best}}
environment: azureml:e:2
"""


def test_a_pipeline(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "components/score.yml": SCORE, "components/tune.yml": TUNE, "src/a.py": "", "data/x": "",
        "pipeline.yml": PIPELINE,
    }  # fmt: skip
    project(tmp_path, files)
    made = imported("azureml", tmp_path / "pipeline.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    runs = document["runs"]
    assert set(runs) == {"train", "again", "tune-depth-1", "tune-depth-2", "score", "elsewhere"}
    assert [shown(w) for w in runs["train"]["command"]] == [
        "python", "train.py", "--lr", "0.01", "--data", "<data>", "--seed", "1", "--out", "<model>",
    ]  # fmt: skip
    assert runs["train"]["inputs"] == {"data": {"path": "data"}}
    assert runs["again"]["command"] == ["python", "again.py", "2"]
    assert runs["again"]["environment"] == runs["train"]["environment"]
    assert [shown(w) for w in runs["tune-depth-2"]["command"]] == [
        "python", "tune.py", "--depth", "2", "--data", "<data>", "--trees", "100", "--to", "<best>",
    ]  # fmt: skip
    assert [shown(w) for w in runs["score"]["command"]] == [
        "python", "score.py", "--model", "<model>", "--threshold", "0.75", "--batch", "8", "--other", "<other>",
        "--out", "<scores>",
    ]  # fmt: skip
    assert runs["score"]["inputs"] == {
        "model": {"run": "train", "output": "model"}, "other": {"$param": "other", "type": "path"},
    }  # fmt: skip
    assert runs["score"]["source"] == "src"
    assert runs["score"]["description"] == "Scores."
    assert made.text.startswith("# train-and-score\n# Train, then score.\n")
    dropped = {what for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert {"jobs.batches", "jobs.odd: 3", "settings", "experiment_name: e"} <= dropped
    for file, text in (
        ("pipeline.yml", PIPELINE),
        ("components/score.yml", SCORE),
        ("components/tune.yml", TUNE),
    ):
        told = {line.line for line in made.report.lines if line.file == file}
        skipped = {"inputs", "outputs", "jobs", "data", "tune", "batches", "elsewhere", "search_space", "mini_batch_size",
                   "component: azureml", "path"}  # fmt: skip
        for number, line in enumerate(text.splitlines(), start=1):
            key = line.strip().partition(":")[0]
            if ":" in line and key not in skipped and "parallel" not in line and "*env" not in line:
                assert told & {number, number + 1}, f"nothing is said of {file}:{number}: {line}"


def test_steps_in_a_circle(tmp_path: Path) -> None:
    step = "{command: 'x ${{inputs.i}} ${{outputs.o}}', environment: azureml:e:1, outputs: {o: {}}, inputs: {i: '%s'}}"
    jobs = "".join(
        f"  {name}: {step % f'${{{{parent.jobs.{other}.outputs.o}}}}'}\n"
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    project(tmp_path, {"job.yml": f"jobs:\n{jobs}"})
    imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert set(document["runs"]) == {"a", "b", "c"}


def test_a_model_that_a_step_registers(tmp_path: Path) -> None:
    text = "jobs: {t: {command: a, environment: azureml:e:1, outputs: {m: {type: custom_model, name: Best Model}}}}"
    project(tmp_path, {"job.yml": text})
    imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert document["models"] == {"best-model": {"from": {"run": "t", "output": "m"}}}


def chain(length: int) -> dict[str, Any]:
    """Steps that each take what the next one in the file leaves."""
    jobs: dict[str, Any] = {}
    for number in range(length):
        jobs[f"s{number}"] = {
            "command": "x ${{inputs.i}}" if number + 1 < length else "x",
            "environment": "azureml:e:1",
            "outputs": {"o": {"type": "uri_folder"}},
        }
        if number + 1 < length:
            jobs[f"s{number}"]["inputs"] = {"i": f"${{{{parent.jobs.s{number + 1}.outputs.o}}}}"}
    return {"type": "pipeline", "jobs": jobs}


def test_a_long_chain(tmp_path: Path) -> None:
    project(tmp_path, {"job.yml": yaml.safe_dump(chain(150), sort_keys=False)})
    imported("azureml", tmp_path / "job.yml")
    document, errors = compiled(tmp_path)
    assert errors == []
    for number in range(149):
        assert document["runs"][f"s{number}"]["inputs"] == {"i": {"run": f"s{number + 1}", "output": "o"}}


def test_outputs_of_a_pipeline_and_empty_ones_of_its_steps_are_told(tmp_path: Path) -> None:
    text = """\
type: pipeline
outputs:
  best:
    type: uri_folder
    mode: upload
    path: azureml://datastores/store/paths/best
jobs:
  a:
    component: ./c.yml
    outputs:
      made:
      kept: ${{parent.outputs.best}}
"""
    component = "command: show ${{outputs.made}} ${{outputs.kept}}\nenvironment: azureml:e:1\noutputs: {made: , kept: }\n"
    project(tmp_path, {"p.yml": text, "c.yml": component})
    made = imported("azureml", tmp_path / "p.yml")
    told = {
        (line.outcome, line.what.partition(":")[0], line.line)
        for line in made.report.lines
        if line.file == "p.yml"
    }
    assert {
        ("changed", "outputs.best", 4), ("dropped", "outputs.best.type", 4), ("dropped", "outputs.best.mode", 5),
        ("dropped", "outputs.best.path", 6), ("carried", "jobs.a.outputs.made", 11), ("changed", "jobs.a.outputs.kept", 12),
    } <= told  # fmt: skip


def test_a_step_by_itself_is_told(tmp_path: Path) -> None:
    """It is in no pipeline any more; of a pipeline with one step, and of steps that are tied, nothing is said."""
    step = "type: command, command: 'x ${{outputs.o}}', environment: azureml:e:1, outputs: {o: {type: uri_folder}}"
    tied = (
        "type: command, command: 'x', environment: azureml:e:1, inputs: {i: '${{parent.jobs.a.outputs.o}}'}"
    )
    project(
        tmp_path, {"job.yml": f"type: pipeline\njobs:\n  a: {{{step}}}\n  b: {{{tied}}}\n  c: {{{step}}}\n"}
    )
    made = imported("azureml", tmp_path / "job.yml")
    told = {
        line.what: line.outcome for line in made.report.lines if line.what in ("jobs.a", "jobs.b", "jobs.c")
    }
    assert told == {"jobs.a": "carried", "jobs.b": "carried", "jobs.c": "changed"}
    project(tmp_path, {"one.yml": f"type: pipeline\njobs:\n  a: {{{step}}}\n"})
    made = imported("azureml", tmp_path / "one.yml")
    assert {line.what: line.outcome for line in made.report.lines}["jobs.a"] == "carried"
