"""Runs of somebody who has MLflow: what the real one is told, and what envspec remembers of that."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC, envspec
from tests.engines.mlflow import PASSWORD, USER, Mlflow

SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "PYTHON"
}
run both { environment = e, source = "src", command = ["python", "both.py"] }
run ours { environment = e, source = "src", command = ["python", "ours.py"] }
run fails { environment = e, source = "src", command = ["python", "fails.py"] }
"""
BOTH = """import os
import mlflow
from envspec_run import log_metric, log_param

print("password", os.environ["MLFLOW_TRACKING_PASSWORD"])
log_param("alpha", 0.5)
log_param("depth", 3)
for number in range(2):
    with mlflow.start_run(run_name=f"part {number}"):
        mlflow.log_metric("theirs", number)
        mlflow.log_param("alpha", "theirs")
for step in range(3):
    log_metric("ours", 0.5 ** step)
"""
OURS = """from envspec_run import log_metric, log_param
log_param("alpha", 0.5)
for step in range(1100):
    log_metric("loss", 1 / (step + 1), step)
"""


@pytest.fixture
def project(tmp_path: Path, mlflow: Mlflow) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC.replace("PYTHON", str(mlflow.python)))
    (tmp_path / "src/both.py").write_text(BOTH)
    (tmp_path / "src/ours.py").write_text(OURS)
    (tmp_path / "src/fails.py").write_text(OURS + "raise ValueError('no')\n")
    return tmp_path


def run(project: Path, name: str, status: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*ENVSPEC, "run", name],
        cwd=project,
        env={**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true", **variables},
        capture_output=True,
        text=True,
        timeout=600,  # importing MLflow takes seconds where nothing else runs, and a minute where much does
        check=False,
    )
    assert done.returncode == status, done.stderr
    return done


def test_a_server_with_a_login(project: Path, mlflow: Mlflow) -> None:
    login = {"MLFLOW_TRACKING_USERNAME": USER, "MLFLOW_TRACKING_PASSWORD": PASSWORD}
    done = run(project, "both", MLFLOW_TRACKING_URI=mlflow.url, **login)
    assert "password ***" in done.stdout
    second, first = mlflow.runs("Default")
    assert [one["name"] for one in (first, second)] == ["part 0", "part 1"]
    assert first["tags"]["envspec.run"] == second["tags"]["envspec.run"] == "both-1"
    assert first["metrics"] == {"theirs": 0.0}
    assert second["metrics"] == {"theirs": 1.0, "ours": 0.25}, "what envspec_run logs is in the last of them"
    assert second["params"] == {"alpha": "theirs", "depth": "3"}
    points = mlflow.ask(f"metrics/get-history?run_id={second['id']}&metric_key=ours")
    assert [point["value"] for point in points["metrics"]] == [1, 0.5, 0.25]
    shown = json.loads(envspec("runs", "show", "both-1", "--format", "json", cwd=project).stdout)
    assert shown["mlflow"] == {"tracking_uri": mlflow.url, "runs": [first["id"], second["id"]]}
    assert shown["logged"]["parameters"] == {"alpha": 0.5, "depth": 3}
    lines = envspec("runs", "show", "both-1", cwd=project).stdout.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith("mlflow")] == [
        mlflow.url,
        first["id"],
        second["id"],
    ]
    kept = [path for path in (project / ".envspec").rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if PASSWORD.encode() in path.read_bytes()]


def test_a_login_in_the_address_is_not_kept(project: Path, mlflow: Mlflow) -> None:
    address = mlflow.url.replace("//", f"//{USER}:{PASSWORD}@")
    done = run(project, "fails", status=1, MLFLOW_TRACKING_URI=address, MLFLOW_EXPERIMENT_NAME="failed")
    assert PASSWORD not in done.stdout + done.stderr, "MLflow prints where its runs are"
    (found,) = mlflow.runs("failed")
    assert (found["name"], found["status"], found["params"]) == ("fails-1", "FAILED", {"alpha": "0.5"})
    shown = json.loads(envspec("runs", "show", "fails-1", "--format", "json", cwd=project).stdout)
    assert shown["mlflow"] == {"tracking_uri": mlflow.url, "runs": [found["id"]]}
    kept = [path for path in (project / ".envspec").rglob("*") if path.is_file()]
    assert kept and not [path for path in kept if PASSWORD.encode() in path.read_bytes()]


def test_a_file_is_the_one_of_where_the_user_is(project: Path) -> None:
    """The program works in a copy of its source; a path means what it means to its user."""
    run(project, "ours", MLFLOW_TRACKING_URI="sqlite:///runs.db")
    with closing(sqlite3.connect(project / "runs.db")) as database:
        ((identifier, name, status),) = database.execute("SELECT run_uuid, name, status FROM runs")
        assert (name, status) == ("ours-1", "FINISHED")
        tag = database.execute("SELECT value FROM tags WHERE key = 'envspec.run'").fetchall()
        assert tag == [("ours-1",)]
        assert database.execute("SELECT count(*), max(step) FROM metrics").fetchone() == (1100, 1099)
    shown = json.loads(envspec("runs", "show", "ours-1", "--format", "json", cwd=project).stdout)
    assert shown["mlflow"] == {"tracking_uri": f"sqlite:///{project}/runs.db", "runs": [identifier]}


def test_a_server_that_is_not_there_fails_no_training(project: Path) -> None:
    done = run(
        project,
        "ours",
        MLFLOW_TRACKING_URI="http://127.0.0.1:9",
        MLFLOW_HTTP_REQUEST_MAX_RETRIES="0",
    )
    assert "envspec_run: what was logged is not in MLflow: " in done.stdout
    shown = json.loads(envspec("runs", "show", "ours-1", "--format", "json", cwd=project).stdout)
    assert (shown["run"]["outcome"], shown["mlflow"]["runs"]) == ("success", [])
    assert len(shown["logged"]["metrics"]["loss"]) == 1100


def test_an_environment_without_it(project: Path) -> None:
    (project / "a.envspec").write_text(
        SPEC.replace('managed     = false\n    interpreter = "PYTHON"', 'python = ">=3.11"')
    )
    done = run(project, "ours", MLFLOW_TRACKING_URI="http://127.0.0.1:9")
    assert done.stdout == "envspec_run: what was logged is not in MLflow: this environment has no `mlflow`\n"
    assert run(project, "ours").stdout == ""
