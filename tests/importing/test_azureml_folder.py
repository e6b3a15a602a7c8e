"""A folder of Azure ML's jobs, which becomes one spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.diagnostics import Failure
from envspec.importing.detecting import seen_in
from tests.exporting.exported import written
from tests.exporting.test_azureml_again import with_values
from tests.importing.imported import compiled, imported, project

SCHEMAS = "https://azuremlschemas.azureedge.net/latest"


def job(kind: str, **keys: Any) -> str:
    return yaml.safe_dump({"$schema": f"{SCHEMAS}/{kind}.schema.json", **keys}, sort_keys=False)


SHARED = {"image": "debian:12", "conda_file": {"channels": ["conda-forge"], "dependencies": ["python=3.11"]}}
FILES = {
    "a-train.yml": "# Trains.\n" + job(
        "commandJob", command="python t.py ${{inputs.epochs}} ${{inputs.data}}", code="src",
        environment="azureml:shared@latest",
        inputs={"epochs": 3, "data": {"type": "uri_folder", "path": "data"}},
    ),
    "b-train.yml": job(
        "commandJob", display_name="a-train", command="python t.py ${{inputs.epochs}}", code="src", inputs={"epochs": 50},
        environment={"image": "debian:11"},
    ),
    "broken.yml": job("commandJob", inputs={"left": 1}, environment={"image": "debian:10"}),
    "component.yml": job(
        "commandComponent", name="fit", command="python f.py ${{inputs.rate}}", code="src",
        inputs={"rate": {"type": "number"}}, environment="azureml:shared:3",
    ),
    "conda.yml": "dependencies: [python]\n",
    "environment.yml": job("environment", name="shared", **SHARED),
    "etl.yml": job("sparkJob", type="spark", code="src", entry={"file": "t.py"}, resources={"runtime_version": "3.4"}),
    "pipeline.yml": job(
        "pipelineJob", type="pipeline", inputs={"epochs": 9},
        jobs={"fit": {"type": "command", "component": "./component.yml", "inputs": {"rate": "${{parent.inputs.epochs}}"}}},
    ),
    "tune.yml": job(
        "sweepJob", type="sweep", trial={"command": "python t.py ${{search_space.x}}", "environment": "azureml:shared:1"},
        search_space={"x": {"type": "choice", "values": [1, 2]}}, sampling_algorithm="grid",
    ),
    "src/t.py": "", "src/f.py": "", "data/x": "",
}  # fmt: skip


def test_all_jobs_of_a_folder(tmp_path: Path) -> None:
    """Each has its own values and a name of its own; environments are shared by name, and a component is a part of the
    pipeline that names it."""
    project(tmp_path, dict(FILES))
    made = imported("azureml", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    commands = {name: run["command"][:3] for name, run in document["runs"].items()}
    assert commands == {
        "a-train": ["python", "t.py", "3"], "a-train-2": ["python", "t.py", "50"], "fit": ["python", "f.py", "9"],
        "etl": ["spark-submit", "t.py"], "tune-x-1": ["python", "t.py", "1"], "tune-x-2": ["python", "t.py", "2"],
    }  # fmt: skip
    environments = {name: run["environment"]["environment"] for name, run in document["runs"].items()}
    assert {environments[name] for name in ("a-train", "fit", "tune-x-1")} == {"shared"}
    images = {name: one.get("docker", {}).get("image") for name, one in document["environments"].items()}
    assert images == {
        "shared": "debian:12",
        environments["a-train-2"]: "debian:11",
        environments["etl"]: None,
    }
    assert "left" not in made.text
    files = {line.file for line in made.report.lines}
    assert files == {name for name in FILES if name.endswith(".yml")} - {"conda.yml"}
    told = {(line.file, line.what): line for line in made.report.lines}
    assert "a command job has a `command`" in told["broken.yml", "broken.yml"].reason
    assert told["a-train.yml", "environment: azureml:shared@latest"].outcome == "carried"
    assert "# Trains.\nrun a-train {" in made.text


def test_a_folder_of_jobs_is_exported_as_jobs(tmp_path: Path) -> None:
    """Every one has its file again, and these say the same when they are imported together once more."""
    project(tmp_path, dict(FILES))
    imported("azureml", tmp_path)
    once = with_values(tmp_path, tmp_path / "out")
    names = {name for name in once.files if name.startswith("job-")}
    assert names == {"job-a-train.yml", "job-a-train-2.yml", "job-fit.yml", "job-etl.yml", "job-tune.yml"}
    written(once, tmp_path / "out")
    imported("azureml", tmp_path / "out")
    (tmp_path / "out" / "given").mkdir()
    again = with_values(tmp_path / "out", tmp_path / "out")
    assert {name: again.files[name] for name in names} == {name: once.files[name] for name in names}


@pytest.mark.parametrize("name", ["a-train.yml", "pipeline.yml", "etl.yml", "tune.yml"])
def test_a_folder_with_nothing_but_a_job(name: str, tmp_path: Path) -> None:
    """`init` takes the folder."""
    kept = {key: text for key, text in FILES.items() if key in (name, "component.yml") or "/" in key}
    project(tmp_path, dict(kept))
    assert {(one.kind, one.path) for one in seen_in(tmp_path)} == {("azureml", ".")}
    assert imported("azureml", tmp_path).spec.labels("run")


def test_a_folder_without_any(tmp_path: Path) -> None:
    project(tmp_path, {"conda.yml": FILES["conda.yml"]})
    with pytest.raises(Failure, match="there is no job, deployment, endpoint, environment or model"):
        imported("azureml", tmp_path)
