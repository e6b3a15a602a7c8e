"""`action.yml`: held to the published schema, its scripts to shellcheck, and run as GitHub runs them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ci.checkout import ROOT, copy_project
from tests.ci.composite_action import CompositeAction
from tests.diagnostics.test_published_schemas import valid_sarif

pytestmark = pytest.mark.slow

ACTION = ROOT / "action.yml"
PROGRAMS = Path(sys.executable).parent
WARNING = 'edition = 1\nenvironment e {\n    python = "3.12"\n    pip = ["pillow"]\n}\n'
ERROR = 'edition = 1\nenvironment e {\n    pithon = "3.12"\n}\n'

Make = Callable[..., CompositeAction]


@pytest.fixture
def action(tmp_path: Path) -> Make:
    def make(**inputs: str) -> CompositeAction:
        for name in ("workspace", "temporary"):
            (tmp_path / name).mkdir(exist_ok=True)
        known = {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        known["steps.install.outputs.programs"] = str(PROGRAMS)
        return CompositeAction(ACTION, tmp_path / "workspace", tmp_path / "temporary", known)

    return make


def test_it_fits_the_published_schema() -> None:
    done = subprocess.run(
        [PROGRAMS / "check-jsonschema", "--builtin-schema", "vendor.github-actions", ACTION],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_no_input_is_part_of_a_script(action: Make) -> None:
    for step in action().shell_steps():
        assert "${{" not in step["run"] and step["shell"] == "bash"


def test_the_scripts_pass_shellcheck(action: Make, tmp_path: Path) -> None:
    for at, step in enumerate(action().shell_steps()):
        script = tmp_path / f"{at}.sh"
        script.write_text("#!/bin/bash\nset -eo pipefail\n" + step["run"])
        done = subprocess.run(
            [PROGRAMS / "shellcheck", script], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout


def test_an_example_is_right(action: Make) -> None:
    one = action()
    shutil.copytree(ROOT / "examples" / "wine", one.workspace, dirs_exist_ok=True)
    done = one.run("check")
    assert done.returncode == 0, done.stderr
    valid_sarif(Path(one.output("sarif")).read_text())
    assert (one.output("status"), one.output("errors")) == ("0", "0")
    assert one.run("Result").returncode == 0


def test_findings_are_written_before_the_job_fails(action: Make) -> None:
    one = action()
    (one.workspace / "a.envspec").write_text(ERROR)
    (one.workspace / "b.envspec").write_text(WARNING)
    done = one.run("check")
    assert done.returncode == 0, "the step with the findings must not stop the upload"
    text = Path(one.output("sarif")).read_text()
    valid_sarif(text)
    results = json.loads(text)["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"E0203", "W0301"}
    assert (
        done.stdout.startswith("::error file=a.envspec,line=3,") and "::warning file=b.envspec" in done.stdout
    )
    assert one.output("errors") == "1"
    assert one.run("Result").returncode == 1


@pytest.mark.parametrize(
    ("text", "fail_on", "status"),
    [(WARNING, "warning", 1), (WARNING, "error", 0), (WARNING, "never", 0), (ERROR, "error", 1), (ERROR, "never", 0),
     ("edition = 1\nenvironment e {\n", "error", 4), (WARNING, "sometimes", 2)],
)  # fmt: skip
def test_what_fails_the_job(action: Make, text: str, fail_on: str, status: int) -> None:
    one = action(fail_on=fail_on)
    (one.workspace / "a.envspec").write_text(text)
    assert one.run("check").returncode == 0
    assert one.run("Result").returncode == status


def test_inputs_choose_and_are_no_shell(action: Make) -> None:
    one = action(
        path="a.envspec\nfolder with blanks/$(touch executed);.envspec\n", select="W0301", format="concise"
    )
    (one.workspace / "a.envspec").write_text(WARNING)
    (one.workspace / "folder with blanks").mkdir()
    (one.workspace / "folder with blanks" / "$(touch executed);.envspec").write_text(WARNING)
    (one.workspace / "not_asked.envspec").write_text(ERROR)
    done = one.run("check")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2 and "W0301" in done.stdout
    assert not list(one.workspace.rglob("executed"))
    one = action(ignore="ALL'; touch executed; '")
    assert one.run("check").returncode == 2
    assert not list(one.workspace.rglob("executed"))
    one = action(path="--fix")
    assert one.run("check").returncode == 2


def test_where_nothing_can_be_checked_the_job_fails_at_once(action: Make) -> None:
    one = action(path="nowhere.envspec")
    done = one.run("check")
    assert done.returncode == 2 and "E1201" in done.stdout + done.stderr
    assert one.output("sarif") == ""


@pytest.mark.index
@pytest.mark.slow
def test_it_installs_itself(action: Make, tmp_path: Path) -> None:
    source = tmp_path / "source"
    copy_project(source)
    one = action()
    one.known |= {"steps.python.outputs.python-path": sys.executable, "github.action_path": str(source)}
    (one.workspace / "a.envspec").write_text(WARNING)
    done = one.run("install")
    assert done.returncode == 0, done.stdout + done.stderr
    assert one.known["steps.install.outputs.programs"] == str(one.temporary / "envspec" / "bin")
    done = one.run("check")
    assert "::warning file=a.envspec" in done.stdout, done.stderr
    assert one.run("Result").returncode == 1
