"""`docs/ci.md`: what it tells people to write fits what reads it, and the commands do what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from envspec.cli.app import COMMANDS
from tests.diagnostics.test_published_schemas import VALID

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
TEXT = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
FILES = {body.partition("\n")[0].lstrip("#/ "): body for kind, body in BLOCKS if kind in {"yaml", "groovy"}}
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
FINDING = 'edition = 1\nenvironment e {\n    pithon = "3.12"\n}\n'


def run(script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=cwd, env={**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "schema"),
    [(".github/workflows/envspec.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_a_workflow_fits_the_published_schema(file: str, schema: str, tmp_path: Path) -> None:
    (tmp_path / "file.yml").write_text(FILES[file])
    done = subprocess.run(
        [PROGRAMS / "check-jsonschema", "--builtin-schema", schema, tmp_path / "file.yml"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_the_action_takes_what_the_workflow_gives() -> None:
    steps = yaml.safe_load(FILES[".github/workflows/envspec.yml"])["jobs"]["check"]["steps"]
    (ours,) = [step for step in steps if step["uses"].startswith("example/envspec@")]
    assert set(ours["with"]) <= set(ACTION["inputs"])


def test_the_table_has_every_input_of_the_action() -> None:
    table = TEXT[TEXT.index("| input |") : TEXT.index("Its outputs are")]
    rows = [line for line in table.splitlines() if line.startswith("| `")]
    named = [name for row in rows for name in re.findall(r"`([\w-]+)`", row.split("|")[1])]
    assert named == list(ACTION["inputs"])
    assert all(f"`{name}`" in TEXT for name in ACTION["outputs"])


def test_gitlab_gets_its_report_also_when_there_are_findings(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(FINDING)
    job = yaml.safe_load(FILES[".gitlab-ci.yml"])["envspec"]
    script = "\n".join(line for line in job["script"] if not line.startswith("pip install"))
    assert run(script, tmp_path).returncode == 1
    report = tmp_path / job["artifacts"]["reports"]["codequality"]
    VALID["gitlab"](report.read_text())
    assert json.loads(report.read_text())[0]["location"]["path"] == "a.envspec"


def test_jenkins_gets_its_report_also_when_there_are_findings(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(FINDING)
    (script,) = re.findall(r"sh '(.*)'", FILES["Jenkinsfile"])
    (report,) = re.findall(r"testResults: '(.*?)'", FILES["Jenkinsfile"])
    assert run(script, tmp_path).returncode == 1
    VALID["junit"]((tmp_path / report).read_text())


def test_the_commands_for_github_without_the_action(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(FINDING)
    (lines,) = [body for kind, body in BLOCKS if kind == "sh" and "--format github" in body]
    first, second = lines.splitlines()
    assert run(first, tmp_path).stdout.startswith("::error file=a.envspec,")
    run(second, tmp_path)
    VALID["sarif"]((tmp_path / "envspec.sarif").read_text())


def test_what_reviewdog_reads(tmp_path: Path) -> None:
    """It is no Python package: here stands what it would be given."""
    (tmp_path / "a.envspec").write_text(FINDING)
    (line,) = [body for kind, body in BLOCKS if kind == "sh" and "reviewdog" in body]
    left, _, right = line.partition("|")
    assert "-f=rdjson" in right
    VALID["rdjson"](run(left, tmp_path).stdout)


def test_what_a_concise_line_is_made_of(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(FINDING)
    (shown,) = re.findall(r"`(FILE:LINE:.*?)`", TEXT)
    parts = {
        "FILE": r"a\.envspec",
        "LINE": r"\d+",
        "COLUMN": r"\d+",
        "SEVERITY": "error",
        "CODE": r"E\d{4}",
        "MESSAGE": ".+",
    }
    pattern = re.sub(
        "|".join(parts), lambda match: parts[match[0]], shown.replace("[", r"\[").replace("]", r"\]")
    )
    (line,) = run("envspec check --format concise || true", tmp_path).stdout.splitlines()
    assert re.fullmatch(pattern, line)


@pytest.mark.index
def test_what_a_pipeline_may_ask(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text('edition = 1\n\nenvironment e {\n    python = "3.12"\n}\n')
    assert run("envspec lock && envspec compile -o build", tmp_path).returncode == 0
    (lines,) = [body for kind, body in BLOCKS if kind == "sh" and "fmt --check" in body]
    done = run(lines, tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(line.split()[1] in COMMANDS for line in lines.splitlines())
