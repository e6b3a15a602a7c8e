"""`run` and `runs` on the local engine, as users call them."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.test_check import ENVSPEC, envspec

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

SPEC = """edition = 1

environment e {
    python = ">=3.11"
}

run first {
    environment = e
    source      = "src"
    command     = ["python", "first.py", outputs.number, "a 'b' $HOME ; c"]
    outputs     = { number = "out/number.txt" }
}

run second {
    environment = e
    source      = "src"
    command     = ["python", "second.py", inputs.number]
    inputs      = { number = run.first.outputs.number }
}

run fails {
    environment = e
    source      = "src"
    command     = ["python", "-c", "import sys; print('last words'); sys.exit(9)"]
}

run forgets {
    environment = e
    source      = "src"
    command     = ["python", "-c", "pass"]
    outputs     = { model = "model.bin" }
}

model number { from = run.first.outputs.number }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "first.py").write_text(
        "import sys, pathlib\nprint(sys.argv[2])\n"
        "p = pathlib.Path(sys.argv[1]); p.parent.mkdir(exist_ok=True); p.write_text('41')\n"
    )
    (tmp_path / "src" / "second.py").write_text(
        "import sys, pathlib\nprint(int(pathlib.Path(sys.argv[1]).read_text()) + 1)\n"
    )
    return tmp_path


def test_runs_follow_each_other_and_are_remembered(project: Path) -> None:
    done = envspec("run", "second", "first", cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "a 'b' $HOME ; c\n42\n"
    assert "model number:1" in done.stderr
    runs = json.loads(envspec("runs", "list", "--format", "json", cwd=project).stdout)["runs"]
    assert [(r["id"], r["outcome"]) for r in runs] == [("second-2", "success"), ("first-1", "success")]
    assert runs[0]["inputs"]["number"]["digest"] == runs[1]["outputs"]["number"]["digest"]
    assert envspec("runs", "logs", "second-2", cwd=project).stdout == "42\n"
    assert not (project / "src" / "out").exists()


def test_a_failing_program_gives_its_own_status(project: Path) -> None:
    done = envspec("run", "fails", cwd=project)
    assert done.returncode == 9
    assert "last words" in done.stdout and "Traceback" not in done.stderr
    assert "failed" in envspec("runs", "list", "fails", cwd=project).stdout


def test_a_missing_output_is_a_finding_at_its_line(project: Path) -> None:
    done = envspec("run", "forgets", cwd=project)
    assert done.returncode == 1
    assert "E0820" in done.stderr and "a.envspec:31:" in done.stderr


def test_what_an_input_needs_is_run_first_and_only_once(project: Path) -> None:
    done = envspec("run", "second", cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("42\n")
    assert "first first: second takes its `number`" in done.stderr
    again = envspec("run", "second", cwd=project)
    assert again.stdout == "42\n"
    assert "second-3" in again.stderr


def test_a_run_of_several_processes_is_refused_before_anything_is_built(project: Path) -> None:
    spec = project / "a.envspec"
    spec.write_text(SPEC.replace("run fails {", "run fails {\n    resources = { nodes = 2 }"))
    done = envspec("run", "fails", cwd=project)
    assert done.returncode == 3
    assert "E0823" in done.stderr and "a.envspec:22:" in done.stderr
    assert not (project / ".envspec" / "environments").exists()


def test_a_run_without_history_leaves_none(project: Path) -> None:
    spec = project / "a.envspec"
    spec.write_text(SPEC.replace("run fails {", "run fails {\n    history = false\n    snapshot = false"))
    done = envspec("run", "fails", cwd=project)
    assert done.returncode == 9 and "last words" in done.stdout
    assert ", nothing is kept of it\n" in done.stderr
    assert "log.txt" not in done.stderr and "runs logs" not in done.stderr, "there is none any more"
    assert envspec("runs", "list", cwd=project).stdout == ""
    assert list((project / ".envspec" / "runs").glob("fails*")) == []


def test_a_name_that_is_not_there_gets_a_suggestion(project: Path) -> None:
    done = envspec("run", "frist", cwd=project)
    assert done.returncode == 2
    assert "did you mean `first`?" in done.stderr


ALONE = """edition = 1
environment e {
    managed     = false
    interpreter = "PYTHON"
}
run train {
    environment = e
    command     = ["PYTHON", "-c", "import pathlib, time; pathlib.Path('RUNNING').touch(); time.sleep(WHILE); print('done')"]
}
"""


def test_runs_of_two_projects_that_have_one_id_leave_each_other_alone(tmp_path: Path) -> None:
    running = tmp_path / "running"
    for name, seconds in (("long", "4"), ("short", "0")):
        (tmp_path / name).mkdir()
        text = ALONE.replace("PYTHON", sys.executable).replace("WHILE", seconds)
        (tmp_path / name / "a.envspec").write_text(text.replace("RUNNING", f"{running}-{name}"))
    long = subprocess.Popen([*ENVSPEC, "run"], cwd=tmp_path / "long", stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not Path(f"{running}-long").exists():
        assert long.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    assert envspec("run", cwd=tmp_path / "short").returncode == 0
    assert long.communicate(timeout=120)[0] == "done\n"
    assert long.returncode == 0
