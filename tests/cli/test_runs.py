"""What runs log, and the commands that look at runs, end them and take them away."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC, envspec

pytestmark = pytest.mark.slow

SPEC = """edition = 1

param alpha = 0.5

environment e {
    python = ">=3.11"
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "train.py", param.alpha, outputs.model]
    outputs     = { model = "out/model.txt" }
}

run long {
    environment = e
    source      = "src"
    command     = ["python", "-c", "import time; print('begun', flush=True); time.sleep(600)"]
    retries     = 3
}
"""
TRAIN = """
import os, sys
from pathlib import Path
from envspec_run import log_file, log_metric, log_metrics, log_param

alpha = float(sys.argv[1])
log_param("alpha", alpha)
for step in range(5):
    log_metric("loss", alpha / (step + 1), step)
log_metrics({"accuracy": 0.9, "recall": 0.8})
Path("plots").mkdir()
Path("plots/curve.txt").write_text(f"{alpha}")
log_file("plots/curve.txt")
log_file("../outside")
with open(os.environ["ENVSPEC_METRICS"], "a") as file:
    file.write('{"loss": 0.01, "epoch": 9}\\nno json\\n{"metric": "bad", "value": "x"}\\n')
Path(sys.argv[2]).write_text("model")
print("done")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "train.py").write_text(TRAIN)
    return tmp_path


def test_what_runs_logged_is_shown_and_compared(project: Path) -> None:
    first = envspec("run", "train", cwd=project)
    assert first.returncode == 0, first.stderr
    assert "line 12 of its metrics is not counted: no JSON" in first.stderr
    assert "line 13 of its metrics is not counted: a metric is a number" in first.stderr
    assert "`../outside` is not kept" in first.stderr
    assert envspec("run", "train", "--set", "alpha=2", cwd=project).returncode == 0

    shown = envspec("runs", "show", "train-1", cwd=project).stdout
    assert "parameter alpha      0.5\n" in shown
    assert "metric loss          0.01  (the last of 6)\n" in shown
    logged = json.loads(envspec("runs", "show", "train-1", "--format", "json", cwd=project).stdout)["logged"]
    assert logged["parameters"] == {"alpha": 0.5}
    assert logged["metrics"]["loss"] == [[0, 0.5], [1, 0.25], [2, 0.5 / 3], [3, 0.125], [4, 0.1], [9, 0.01]]

    compared = envspec("runs", "compare", "train-1", "train-2", "--svg", "runs.svg", cwd=project)
    assert compared.returncode == 0, compared.stderr
    rows = {
        tuple(line.split()[:2]): line.split()[2:]
        for line in compared.stdout.splitlines()
        if line[:1].isalpha()
    }
    assert rows["parameter", "alpha"] == ["0.5", "2"]
    assert ("metric", "accuracy") not in rows  # it is the same
    assert "more are the same" in compared.stderr
    assert "o train-1  x train-2" in compared.stdout
    picture = ET.fromstring((project / "runs.svg").read_text())
    assert len(picture.findall(".//{*}polyline")) == 6
    one = envspec("runs", "compare", "train-1", "1", cwd=project)
    assert one.returncode == 2 and "name at least two runs: train-1 and 1 are one\n" in one.stderr
    both = json.loads(envspec("runs", "compare", "1", "2", "--format", "json", cwd=project).stdout)
    assert both["runs"] == ["train-1", "train-2"]
    assert both["series"]["accuracy"] == {"train-1": [[0, 0.9]], "train-2": [[0, 0.9]]}

    listed = json.loads(envspec("runs", "outputs", "train-1", "--format", "json", cwd=project).stdout)
    assert [(one["name"], one["path"], one["kept"]) for one in listed["outputs"]] == [
        ("model", "out/model.txt", True), ("files/plots/curve.txt", "plots/curve.txt", True),
    ]  # fmt: skip
    assert envspec("runs", "outputs", "train-2", "-o", "results", cwd=project).returncode == 0
    assert (project / "results/model/model.txt").read_text() == "model"
    assert (project / "results/files/plots/curve.txt").read_text() == "2.0"
    again = envspec("runs", "outputs", "train-2", "-o", "results", cwd=project)
    assert again.returncode == 2 and "is there already" in again.stderr

    other = envspec("runs", "list", "tarin", cwd=project)
    assert other.returncode == 2 and "did you mean `train`?" in other.stderr

    assert envspec("runs", "delete", "train-1", cwd=project).returncode == 0
    assert not (project / ".envspec/runs/train-1").exists()
    gone = envspec("runs", "show", "train-1", cwd=project)
    assert gone.returncode == 2 and "E1105" in gone.stderr
    alone = envspec("runs", "compare", "train-2", "train-2", cwd=project)
    assert alone.returncode == 2 and "at least two" in alone.stderr


def test_a_run_is_followed_and_ended_by_another_process(project: Path) -> None:
    assert envspec("build", cwd=project).returncode == 0
    run = subprocess.Popen(
        [*ENVSPEC, "run", "long"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(600):
            log = project / ".envspec/runs/long-1/log.txt"
            if log.is_file() and "begun" in log.read_text():
                break
            time.sleep(0.1)
        follower = subprocess.Popen(
            [*ENVSPEC, "runs", "logs", "-f", "long-1"], cwd=project, stdout=subprocess.PIPE, text=True
        )
        refused = envspec("runs", "delete", "long-1", cwd=project)
        assert (
            refused.returncode == 2 and "E1108" in refused.stderr and "runs cancel long-1" in refused.stderr
        )
        ended = envspec("runs", "cancel", "long-1", cwd=project)
        assert (ended.returncode, ended.stderr) == (0, "long-1: cancelled\n")
        assert follower.communicate(timeout=60)[0] == "begun\n"
        assert "ended by `envspec runs cancel`" in run.communicate(timeout=60)[1]
        assert run.returncode != 0
    finally:
        run.kill()
    twice = envspec("runs", "cancel", "long-1", cwd=project)
    assert twice.returncode == 2 and "has ended already: cancelled" in twice.stderr


def test_a_run_without_history_is_followed_and_ended(project: Path) -> None:
    spec = SPEC.replace("    retries     = 3\n", "    history     = false\n")
    (project / "a.envspec").write_text(spec)
    assert envspec("build", cwd=project).returncode == 0
    run = subprocess.Popen(
        [*ENVSPEC, "run", "long"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert run.stdout is not None and run.stdout.readline() == "begun\n"
        follow = [*ENVSPEC, "runs", "logs", "-f", "long-1"]
        follower = subprocess.Popen(
            follow, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert follower.stdout is not None and follower.stdout.readline() == "begun\n"
        ended = envspec("runs", "cancel", "long-1", cwd=project)
        assert (ended.returncode, ended.stderr) == (0, "long-1: cancelled\n")
        stdout, stderr = follower.communicate(timeout=60)
        # It looks ten times a second: it may see the end, or only that the run is not there any more.
        assert (stdout, follower.returncode) == ("", 0)
        assert stderr in ("", "long-1 is not remembered any more\n")
        said = run.communicate(timeout=60)[1]
        assert "ended by `envspec runs cancel`" in said and "envspec runs logs" not in said
    finally:
        run.kill()
    assert not (project / ".envspec/runs/long-1").exists()


def test_a_secret_that_a_program_logs_is_masked(project: Path) -> None:
    spec = SPEC.replace(
        "run train {",
        'secret token { variable = "TOKEN" }\n\nrun train {\n    variables = { T = secret.token }',
    )
    (project / "a.envspec").write_text(spec)
    (project / "src" / "train.py").write_text("""
import os, sys
from envspec_run import log_metric, log_params
log_params(dict(os.environ))
log_metric(os.environ["T"], 1)
print(os.environ["T"])
open(sys.argv[2], "w").write("model")
""")
    canary = 'canary-"5f1c"-\xe9'
    done = envspec("run", "train", cwd=project, TOKEN=canary)
    assert done.returncode == 0, done.stderr
    shown = envspec("runs", "show", "train-1", cwd=project).stdout
    assert "parameter T          ***\n" in shown
    assert "metric ***           1\n" in shown
    kept = [path for path in (project / ".envspec").rglob("*") if path.is_file()]
    assert any(path.name == "metrics.jsonl" for path in kept)
    assert not [path for path in kept if b"canary" in path.read_bytes()]


def test_no_name_that_a_program_logs_is_in_the_way_of_its_end(project: Path) -> None:
    """A program has run for hours when these are looked at."""
    names = ["a\\0b", "\xe9" * 250, "loop", "pipe", "link", "/etc/passwd", "..", "\x1b[31m", "kept.txt"]
    (project / "src" / "train.py").write_text(f"""
import os, sys
from envspec_run import log_metric
os.symlink("loop", "loop")
os.mkfifo("pipe")
os.symlink("/etc/passwd", "link")
open("kept.txt", "w").write("kept")
open(sys.argv[2], "w").write("model")
with open(os.environ["ENVSPEC_METRICS"], "a") as file:
    for name in {names!r}:
        file.write('{{"file": ' + __import__("json").dumps(name.replace("\\\\0", chr(0))) + "}}\\n")
""")
    done = envspec("run", "train", cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("is not kept") == len(names) - 1
    assert "the file `pipe` is not kept: it is neither a file nor a folder" in done.stderr
    assert "the file `loop` is not kept: no file can have that name" in done.stderr
    assert "\x1b" not in done.stderr
    listed = json.loads(envspec("runs", "outputs", "train-1", "--format", "json", cwd=project).stdout)
    assert [one["name"] for one in listed["outputs"]] == ["model", "files/kept.txt"]


@pytest.mark.parametrize(
    "run",
    [
        {},
        {"command": 5, "source": 7, "outputs": [1]},
        {"command": ["python"], "outputs": {"model": "../../out"}},
        {"command": ["python"], "outputs": {"model": "/tmp/out"}},
        {"command": ["python"], "timeout": "x"},
        {"command": ["python", {"x": 1}], "variables": [1]},
    ],
)
def test_a_description_that_was_changed_is_refused(project: Path, run: object) -> None:
    assert envspec("run", "train", cwd=project).returncode == 0
    file = project / ".envspec/runs/train-1/run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "run": run}))
    refused = envspec("runs", "rerun", "train-1", cwd=project)
    assert refused.returncode == 2, refused.stderr
    assert "error[E1108]: what the run was told to do cannot be read any more" in refused.stderr
    assert not (project / ".envspec/runs/train-2").exists()


def test_the_module_works_where_no_run_is(tmp_path: Path) -> None:
    from envspec.engines.in_run import write_module

    place = write_module(tmp_path)
    code = "import envspec_run as run; run.log_metric('a', 1); run.log_params({'b': [1]}); run.log_file('c')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=place, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_run_is_repeated_from_what_is_remembered(project: Path) -> None:
    (project / "data.txt").write_text("one")
    text = """edition = 1
environment e {
    python    = ">=3.11"
    variables = { WORD = "then" }
}
run copy {
    environment = e
    source      = "src"
    command     = ["python", "copy.py", inputs.data, outputs.out]
    inputs      = { data = "data.txt" }
    outputs     = { out = "out.txt" }
}
"""
    program = "import os, sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + os.environ['WORD']); print('copied')"
    (project / "a.envspec").write_text(text)
    (project / "src/copy.py").write_text(program)
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@a.example", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", *command], cwd=project, check=True)
    (project / "src/new.py").write_text("")
    first = envspec("run", cwd=project)
    assert first.returncode == 0, first.stderr
    record = json.loads(envspec("runs", "show", "copy-1", "--format", "json", cwd=project).stdout)["run"]
    assert len(record["git"]["commit"]) == 40 and record["git"]["dirty"] is True

    # The spec, the source and the lock are others now.
    (project / "a.envspec").write_text("edition = 1\n")
    (project / "src/copy.py").write_text("raise SystemExit('not this')")
    (project / "envspec.lock").unlink()
    again = envspec("runs", "rerun", "copy-1", cwd=project)
    assert (again.returncode, again.stdout) == (0, "copied\n"), again.stderr
    assert "copy-2: its outputs are those of copy-1" in again.stderr
    assert not (project / "envspec.lock").exists()
    second = json.loads(envspec("runs", "show", "copy-2", "--format", "json", cwd=project).stdout)["run"]
    assert (second["key"], second["snapshot"]) == (record["key"], record["snapshot"])

    (project / "data.txt").write_text("two")
    shutil.rmtree(project / ".envspec/store")
    refused = envspec("runs", "rerun", "1", cwd=project)
    assert refused.returncode == 2
    assert refused.stderr.count("error[E1108]") == 2
    assert "its source sha256:" in refused.stderr and "its input `data` is not what it was" in refused.stderr
    assert envspec("runs", "show", "3", cwd=project).returncode == 2


@pytest.mark.parametrize(
    "command", [["runs", "list"], ["env", "list"], ["models", "list"], ["deployments", "list"], ["graph"]]
)
def test_looking_makes_no_workspace(command: list[str], tmp_path: Path) -> None:
    done = envspec(*command, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert list(tmp_path.iterdir()) == []
    elsewhere = envspec(*command, "-f", str(tmp_path / "nope"), cwd=tmp_path)
    assert elsewhere.returncode == 2
    assert "error[E1201]: there is no file or folder" in elsewhere.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["show", "logs", "outputs", "cancel", "rerun", "delete"])
def test_there_is_no_run_where_nothing_was_run(verb: str, tmp_path: Path) -> None:
    done = envspec("runs", verb, "train-1", cwd=tmp_path)
    assert done.returncode == 2
    assert "error[E1105]: there is no run `train-1`" in done.stderr
    assert list(tmp_path.iterdir()) == []
