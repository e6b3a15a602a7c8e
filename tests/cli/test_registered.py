"""Registered environments and models, as users see and use them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.cli.test_check import envspec

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

SPEC = """edition = 1
environment e {
    description = "The one"
    python = ">=3.11"
    variables = { SHADE = "dark" }
}
"""
USER = """edition = 1
run shade {
    environment = "e:1"
    source      = "src"
    command     = ["python", "-c", "import os; print(os.environ['SHADE'])"]
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "b.envspec").write_text(USER)
    (tmp_path / "src").mkdir()
    assert envspec("build", "a.envspec", cwd=tmp_path).returncode == 0
    return tmp_path


def test_building_registers_and_the_same_is_the_same_version(project: Path) -> None:
    assert envspec("build", "a.envspec", cwd=project).stdout.startswith("e:1  reused")
    (project / "a.envspec").write_text(SPEC.replace("dark", "light"))
    assert envspec("build", "a.envspec", cwd=project).stdout.startswith(
        "e:2  reused"
    )  # variables are set later
    (project / "a.envspec").write_text(SPEC.replace("The one", "Another word"))
    assert envspec("build", "a.envspec", cwd=project).stdout.startswith("e:1  reused")
    listed = json.loads(envspec("env", "list", "--format", "json", cwd=project).stdout)
    assert [(e["name"], e["number"]) for e in listed["environments"]] == [("e", 2), ("e", 1)]
    shown = envspec("env", "show", "e:1", cwd=project).stdout
    assert '{"SHADE": "dark"}' in shown and "Python 3." in shown and "built" in shown
    digest = listed["environments"][1]["digest"]
    assert envspec("env", "show", f"e@{digest[:20]}", cwd=project).stdout == shown


def test_two_versions_and_what_they_differ_in(project: Path) -> None:
    text = SPEC.replace("dark", "light").replace('">=3.11"', '">=3.11"\n    apt = ["git"]')
    (project / "a.envspec").write_text(text)
    assert envspec("build", "a.envspec", cwd=project).returncode == 0
    done = envspec("env", "diff", "e:1", "e", cwd=project)
    assert (done.returncode, done.stdout) == (
        0,
        "+ system package `git` was added\n~ variable `SHADE` changed\n",
    )
    back = json.loads(envspec("env", "diff", "e:2", "e:1", "--format", "json", cwd=project).stdout)
    assert (back["schema"], back["before"], back["after"]) == (1, "e:2", "e:1")
    assert [(c["kind"], c["action"], c["name"]) for c in back["changes"]] == [
        ("apt", "removed", "git"), ("variable", "changed", "SHADE"),
    ]  # fmt: skip
    assert "light" not in json.dumps(back)
    assert envspec("env", "diff", "e:1", "e:1", cwd=project).stdout == "e:1 and e:1 are the same\n"
    nowhere = envspec("env", "diff", "e:1", "f:2", cwd=project)
    assert nowhere.returncode == 2 and "E1105" in nowhere.stderr


def test_a_run_uses_a_registered_version_through_the_lock(project: Path) -> None:
    (project / "a.envspec").write_text(SPEC.replace("dark", "light"))
    done = envspec("run", "b.envspec", cwd=project)
    assert (done.returncode, done.stdout) == (0, "dark\n"), done.stderr
    assert "environment e:1, log in" in done.stderr
    (run,) = json.loads(envspec("runs", "list", "--format", "json", cwd=project).stdout)["runs"]
    assert (run["environment"], run["environment_number"]) == ("e", 1)
    lock = (project / "envspec.lock").read_text()
    assert "e:1" in lock
    # A colleague has the files and the lock, and no workspace.
    shutil.rmtree(project / ".envspec")
    (project / "a.envspec").unlink()
    done = envspec("run", "--frozen", "b.envspec", cwd=project)
    assert (done.returncode, done.stdout) == (0, "dark\n"), done.stderr
    assert (project / "envspec.lock").read_text() == lock
    out = envspec("compile", "-o", "out", "b.envspec", cwd=project)
    assert out.returncode == 0, out.stderr
    assert (project / "out/environments/e.1/Dockerfile").is_file()


def test_a_label_is_followed_when_it_is_asked_for(project: Path) -> None:
    assert envspec("env", "tag", "e:1", "stable", cwd=project).returncode == 0
    (project / "b.envspec").write_text(USER.replace("e:1", "e@stable"))
    assert envspec("run", "b.envspec", cwd=project).stdout == "dark\n"
    lock = (project / "envspec.lock").read_text()
    [digest] = re.findall(r'^digest = "(sha256:[0-9a-f]{64})"', lock, re.MULTILINE)
    listed = json.loads(envspec("env", "list", "--format", "json", cwd=project).stdout)["environments"]
    assert digest == listed[0]["digest"]
    (project / "a.envspec").write_text(SPEC.replace("dark", "light"))
    assert envspec("build", "a.envspec", cwd=project).returncode == 0
    assert envspec("env", "tag", "e:2", "stable", cwd=project).returncode == 0
    # The lock says what it was, until it is asked for the label again, by name or with everything.
    assert envspec("run", "b.envspec", cwd=project).stdout == "dark\n"
    assert envspec("lock", "b.envspec", cwd=project).returncode == 0
    assert envspec("run", "b.envspec", cwd=project).stdout == "dark\n"
    upgraded = envspec("lock", "b.envspec", "--upgrade", "e@stable", cwd=project)
    assert upgraded.returncode == 0, upgraded.stderr
    assert envspec("run", "--frozen", "b.envspec", cwd=project).stdout == "light\n"
    # What ran is counted under the name that it was registered with.
    history = json.loads(envspec("env", "history", "e", "--format", "json", cwd=project).stdout)
    assert [(v["number"], v["uses"]["run_count"]) for v in history["versions"]] == [(2, 1), (1, 3)]
    assert [one["engine"] for one in history["versions"][0]["uses"]["images"]] == ["local"]
    plan = envspec("plan", "b.envspec", cwd=project)
    assert "(e:2)" in plan.stdout and plan.returncode == 0
    compiled = envspec("compile", "-o", "out", "b.envspec", cwd=project)
    assert compiled.returncode == 0, compiled.stderr
    [folder] = (project / "out" / "environments").iterdir()
    assert folder.name.startswith("e_stable.0") and (folder / "Dockerfile").is_file()


def test_the_newest_is_that_of_the_day_it_was_locked(project: Path) -> None:
    (project / "b.envspec").write_text(USER.replace("e:1", "e"))
    assert envspec("lock", "b.envspec", cwd=project).returncode == 0
    (project / "a.envspec").write_text(SPEC.replace("dark", "light"))
    assert envspec("build", "a.envspec", cwd=project).returncode == 0
    assert envspec("run", "b.envspec", cwd=project).stdout == "dark\n"
    assert envspec("lock", "b.envspec", "--upgrade", cwd=project).returncode == 0
    assert envspec("run", "b.envspec", cwd=project).stdout == "light\n"
    # A colleague without the workspace who upgrades everything keeps it, and is told.
    shutil.rmtree(project / ".envspec")
    done = envspec("lock", "b.envspec", "--upgrade", cwd=project)
    assert done.returncode == 0 and "`e` stays as it is locked" in done.stderr
    gone = envspec("lock", "b.envspec", "--upgrade", "e", cwd=project)
    assert gone.returncode == 1 and "E0621" in gone.stderr
    assert envspec("run", "b.envspec", cwd=project).stdout == "light\n"


def test_an_archived_one_is_used_by_its_name_and_number_with_a_note(project: Path) -> None:
    assert envspec("env", "archive", "e:1", cwd=project).returncode == 0
    done = envspec("run", "b.envspec", cwd=project)
    assert (done.returncode, done.stdout) == (0, "dark\n")
    assert re.search(r"`e:1` is e:1, which is archived since \d{4}", done.stderr)
    (project / "b.envspec").write_text(USER.replace("e:1", "e"))
    done = envspec("run", "b.envspec", cwd=project)
    assert done.returncode == 1 and "every version of `e` is archived" in done.stderr
    assert "`envspec env restore e`" in done.stderr


def test_a_block_may_have_been_meant(project: Path) -> None:
    (project / "b.envspec").write_text(
        USER.replace("e:1", "shadow") + 'environment shadows { python = ">=3.11" }\n'
    )
    done = envspec("lock", "b.envspec", cwd=project)
    assert done.returncode == 1
    assert "did you mean `shadows`, the environment of this file? It is written without quotes" in done.stderr


def test_one_that_is_not_registered_says_so_at_its_line(project: Path) -> None:
    (project / "b.envspec").write_text(USER.replace("e:1", "e:9"))
    done = envspec("run", "b.envspec", cwd=project)
    assert done.returncode == 1
    assert "error[E0621]: `e:9` is not a registered environment here" in done.stderr
    assert "b.envspec:3:" in done.stderr
    frozen = envspec("run", "--frozen", "b.envspec", cwd=project)
    assert frozen.returncode == 1 and "b.envspec:3:" in frozen.stderr


def test_a_name_that_is_not_there_gets_the_nearest(project: Path) -> None:
    done = envspec("env", "show", "e:7", cwd=project)
    assert done.returncode == 2
    assert "error[E1105]: `e` has no version 7" in done.stderr and "`e:1`" in done.stderr
    done = envspec("models", "list", "wine", cwd=project)
    assert done.returncode == 2
    assert "none is registered here" in done.stderr


def test_models_come_from_runs(project: Path) -> None:
    (project / "a.envspec").write_text(
        SPEC
        + 'run make { environment = e, source = "src", command = ["sh", "-c", "echo hello > $ENVSPEC_OUTPUT_M"], '
        'outputs = { m = "m.txt" } }\nmodel m { from = run.make.outputs.m, framework = "none" }\n'
    )
    assert envspec("run", "a.envspec", cwd=project).returncode == 0
    assert envspec("models", "list", cwd=project).stdout.splitlines()[1].startswith("m:1")
    shown = json.loads(envspec("models", "show", "m", "--format", "json", cwd=project).stdout)["model"]
    assert (shown["run"], shown["output"], shown["size"], shown["deployments"]) == ("make-1", "m", 6, [])
