"""`envspec plan`: what it says is what `up` does, and it changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.planned import SCHEMA, actions, done_by_up, hold, planned, reasons, tree
from tests.cli.test_check import envspec
from tests.cli.two_runs import with_second
from tests.engines.free_port import free_port

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

SPEC = """edition = 1

param word = "blue"

environment e {
    python    = ">=3.11"
    pip       = ["six ==1.16.0"]
    variables = { SHADE = "dark" }
}

environment alone {
    python = ">=3.11"
}

run first {
    environment = e
    source      = "src"
    command     = ["python", "first.py", inputs.data, outputs.text, param.word]
    inputs      = { data = "data.txt" }
    outputs     = { text = "text.txt" }
}
"""
FIRST = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + sys.argv[3])\n"
SECOND = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read())\n"
SCORE = "def init(): pass\ndef run(data): return data\n"

ALL = {
    "lock alone": "lock", "lock e": "lock", "environment alone": "build?", "environment e": "build?",
    "run first": "run", "run second": "run", "deployment scorer": "deploy",
}  # fmt: skip
STANDING = {
    "environment alone": "none", "environment e": "none", "run first": "none", "run second": "none",
    "deployment scorer": "none",
}  # fmt: skip


def make(project: Path, spec: str = "") -> Path:
    files = {
        "a.envspec": spec or with_second(SPEC, "served"),
        "data.txt": "data ",
        "src/first.py": FIRST,
        "more/second.py": SECOND,
        "served/score.py": SCORE,
        "served/other.py": SCORE,
    }
    for name, content in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(content)
    return project


def edit(project: Path, old: str, new: str, file: str = "a.envspec") -> None:
    text = (project / file).read_text()
    assert old in text
    (project / file).write_text(text.replace(old, new))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    yield make(tmp_path)
    envspec("deployments", "stop", "scorer", cwd=tmp_path)


Edit = Callable[[Path], None]


def spec(old: str, new: str, file: str = "a.envspec") -> Edit:
    return lambda project: edit(project, old, new, file)


EDITS: list[tuple[str, Edit, dict[str, str], dict[str, str]]] = [
    (
        "a package",
        spec("six ==1.16.0", "six ==1.17.0"),
        {
            "lock e": "lock",
            "environment e": "build?",
            "run first": "run?",
            "run second": "run?",
            "deployment scorer": "deploy?",
        },
        {
            "lock e": "`pip` asks for `six==1.17.0` where it was `six==1.16.0`",
            "environment e": "`pip` asks for `six==1.17.0` where it was `six==1.16.0`",
            "run first": "its environment went from e:1 to e:2 since first-1",
            "run second": "its input `text` comes from run `first`, which may run first",
        },
    ),
    (
        "the package back",
        spec("six ==1.17.0", "six ==1.16.0"),
        {
            "lock e": "lock",
            "environment e": "none?",
            "run first": "none?",
            "run second": "none?",
            "deployment scorer": "deploy?",
        },
        {"deployment scorer": "its environment went from e:2 to e:1"},
    ),
    (
        "a variable",
        spec('"dark"', '"light"'),
        {
            "lock e": "lock",
            "environment e": "none?",
            "run first": "run?",
            "run second": "run?",
            "deployment scorer": "deploy?",
        },
        {"lock e": "variable `SHADE` changed"},
    ),
    (
        "a bound that changes nothing, and what only an image has",
        spec('">=3.11"\n    pip', '">=3.10"\n    apt = ["git"]\n    docker { run = ["true"] }\n    pip'),
        {
            "lock e": "lock",
            "environment e": "none?",
            "run first": "none?",
            "run second": "none?",
            "deployment scorer": "none?",
        },
        {"lock e": "`python` went from >=3.11 to >=3.10"},
    ),
    (
        "a source that makes the same",
        spec("import sys;", "import sys, os;", "src/first.py"),
        {"run first": "run", "run second": "run?", "deployment scorer": "deploy?"},
        {
            "run first": "its source changed",
            "run second": "its input `text` comes from run `first`, which will run first",
            "deployment scorer": "its model `words` comes from run `second`, which may run first",
        },
    ),
    (
        "an input file",
        spec("data", "other", "data.txt"),
        {"run first": "run", "run second": "run?", "deployment scorer": "deploy?"},
        {"run first": "its input `data` changed since first-"},
    ),
    (
        "a command",
        spec('"second.py"', '"-B", "second.py"'),
        {"run second": "run", "deployment scorer": "deploy?"},
        {"run second": "its `command` changed since second-"},
    ),
    (
        "an entry",
        spec('"score.py"', '"other.py"'),
        {"deployment scorer": "deploy"},
        {"deployment scorer": "its `entry` went from score.py to other.py"},
    ),
    (
        "the code that is served",
        spec("return data", "return [data]", "served/other.py"),
        {"deployment scorer": "deploy"},
        {"deployment scorer": "its source changed"},
    ),
    (
        "replicas, and no model",
        spec("    models      = [words]\n", "    replicas = 2\n"),
        {"deployment scorer": "deploy"},
        {"deployment scorer": "model `words` was taken away, its `replicas` went from 1 to 2"},
    ),
]
"""What is changed; what of `STANDING` that changes in the plan; a part of the reason of some of it."""


@pytest.mark.index
def test_lock_and_build_say_the_words_of_the_plan(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text('edition = 1\nenvironment e {\n    python = ">=3.11"\n    pip = ["six ==1.16.0"]\n}\n')
    assert "environment e: it has not been built yet\n" in envspec("build", cwd=tmp_path).stderr
    edit(tmp_path, "1.16.0", "1.17.0")
    words = "`pip` asks for `six==1.17.0` where it was `six==1.16.0`"
    assert reasons(planned(tmp_path), "lock e") == [words]
    assert f"locking e: {words}\n" in envspec("lock", cwd=tmp_path).stderr
    why = "`six` went from 1.16.0 to 1.17.0 since e:1"
    assert reasons(planned(tmp_path), "environment e") == [why]
    assert f"environment e: {why}\n" in envspec("build", cwd=tmp_path).stderr
    again = envspec("build", cwd=tmp_path)
    assert "environment e" not in again.stderr and again.stdout.startswith("e:2  reused")


@pytest.mark.index
def test_what_a_plan_says_is_what_up_does(project: Path) -> None:
    first = planned(project)
    assert actions(first) == ALL
    assert not (project / ".envspec").exists()
    hold(first, done_by_up(project))
    for what, change, expected, said in EDITS:
        still = planned(project)
        assert (actions(still), still["changes"]) == (STANDING, False), what
        change(project)
        plan = planned(project)
        assert actions(plan) == {**STANDING, **expected}, what
        for name, reason in said.items():
            assert any(reason in one for one in reasons(plan, name)), (what, reasons(plan, name))
        hold(plan, done_by_up(project))
    port = free_port()
    edit(project, "    port ", f"    port = {port}\n    #")
    assert reasons(planned(project), "deployment scorer")[0].startswith("its `port` went from ")
    envspec("deployments", "stop", "scorer", cwd=project)
    assert reasons(planned(project), "deployment scorer") == ["it does not serve yet"]
    done_by_up(project)
    assert actions(planned(project)) == STANDING


def test_a_plan_of_some_names_has_what_they_need(project: Path) -> None:
    edit(project, '    pip       = ["six ==1.16.0"]\n', "")
    assert actions(planned(project, "alone")) == {"lock alone": "lock", "environment alone": "build?"}
    assert set(actions(planned(project, "second"))) == {
        "lock e", "environment e", "run first", "run second",
    }  # fmt: skip
    assert set(actions(planned(project, "scorer"))) == set(ALL) - {"lock alone", "environment alone"}
    unknown = envspec("plan", "secnd", cwd=project)
    assert (
        unknown.returncode == 2 and "E1204" in unknown.stderr and "did you mean `second`?" in unknown.stderr
    )


def test_what_waits_for_a_param_is_left_out_and_named(project: Path) -> None:
    edit(project, "edition = 1\n", "edition = 1\nparam data : path\nparam six : string\n")
    edit(project, '"data.txt"', "param.data")
    edit(
        project,
        "environment alone {",
        'environment open {\n    pip = ["six ==${param.six}"]\n}\nenvironment alone {',
    )
    edit(project, "run second {\n    environment = e", "run second {\n    environment = open")
    plan = planned(project)
    assert plan["skipped"] == [
        {"kind": "environment", "id": "open", "param": "six"},
        {"kind": "run", "id": "first", "param": "data"},
        {"kind": "run", "id": "second", "param": "six"},
    ]
    text = envspec("plan", cwd=project).stdout
    assert "= run first: left out, param `data` has no value (`--set data=…`)" in text
    named = envspec("plan", "first", cwd=project)
    assert named.returncode == 1 and "E0511" in named.stderr
    given = planned(project, "--set", "data=data.txt", "--set", "six=1.17.0")
    assert given["skipped"] == [] and {"run first", "run second"} <= set(actions(given))


SMALL = """edition = 1
environment e {
    python = ">=3.11"
}
run first {
    environment = e
    source      = "src"
    command     = ["python", "first.py", inputs.data, outputs.text, "x"]
    inputs      = { data = "data.txt" }
    outputs     = { text = "text.txt" }
}
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project after `up`: tests copy its folder."""
    folder = make(tmp_path_factory.mktemp("built"), SMALL)
    assert envspec("up", cwd=folder).returncode == 0
    return folder


@pytest.fixture
def small(built: Path, tmp_path: Path) -> Path:
    # The environment's folder stands where it was built, and is only looked at.
    return Path(shutil.copytree(built, tmp_path / "project", symlinks=True))


def test_a_copy_has_no_environment_and_says_so(small: Path) -> None:
    """An environment counts only where it was built, so in a copied folder it is gone."""
    plan = planned(small)
    assert actions(plan) == {"environment e": "build", "run first": "none"}
    assert reasons(plan, "environment e") == ["what was built is gone"]
    assert done_by_up(small)["environment e"] == "build"
    assert planned(small)["changes"] is False


def test_text_is_the_same_from_any_folder(small: Path) -> None:
    here = envspec("plan", cwd=small)
    assert here.returncode == 0
    assert here.stdout.splitlines() == [
        "~ environment e (e:1) on local: is built again",
        "    what was built is gone",
        "= run first on local: stays as it is",
        "",
        "Plan: 1 to build, 1 unchanged",
    ]
    assert envspec("plan", str(small / "a.envspec"), cwd=small.parent).stdout == here.stdout
    assert envspec("plan", "..", cwd=small / "src").stdout == here.stdout
    assert "\x1b" not in here.stdout


def test_every_way_to_end_with_a_detailed_status(small: Path) -> None:
    """2 says that there is something to do, so nothing else says it."""

    def status(*arguments: str, **variables: str) -> int:
        return envspec("plan", "--detailed-exitcode", *arguments, cwd=small, **variables).returncode

    assert status() == 2
    assert envspec("plan", cwd=small).returncode == 0
    assert (status("--nonsense"), envspec("plan", "--nonsense", cwd=small).returncode) == (1, 2)
    assert (status("nowhere.envspec"), envspec("plan", "nowhere.envspec", cwd=small).returncode) == (1, 2)
    assert (status("nothing"), envspec("plan", "nothing", cwd=small).returncode) == (1, 2)
    (small / "data.txt").unlink()
    assert status() in (1, 3)
    (small / "a.envspec").write_text(SMALL.replace("python = ", "pythn = "))
    assert status() == 1
    (small / "a.envspec").write_text("environment {")
    assert status() == 4


def test_two_environments_of_one_hash_are_built_once(small: Path) -> None:
    text = SMALL.partition("run first")[0]
    (small / "a.envspec").write_text(
        text + text.partition("\n")[2].replace("environment e", "environment twin")
    )
    assert envspec("lock", cwd=small).returncode == 0
    plan = planned(small)
    assert actions(plan) == {"environment e": "build", "environment twin": "none"}
    assert reasons(plan, "environment twin") == ["it is the same as `e`, which is built first"]
    did = envspec("build", cwd=small)
    assert "environment e: " in did.stderr and "environment twin: " not in did.stderr
    assert planned(small)["changes"] is False


def test_what_up_would_refuse_a_plan_refuses(small: Path) -> None:
    edit(small, 'python = ">=3.11"', 'python = ">=3.11"\n    docker { cuda = "12.4" }')
    for command in ("plan", "up"):
        done = envspec(command, cwd=small)
        assert (done.returncode, "E0810" in done.stderr) == (3, True), done.stderr
    (small / "data.txt").unlink()
    (small / "a.envspec").write_text(SMALL)
    for command in ("plan", "up"):
        assert "data.txt" in envspec(command, cwd=small).stderr


def test_the_schema_of_a_plan_is_printed(small: Path) -> None:
    printed = json.loads(envspec("schema", "plan", cwd=small).stdout)
    assert printed == json.loads(SCHEMA.read_text(encoding="utf-8"))


def test_without_docker_a_plan_says_what_it_cannot_know(small: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{small}/no.sock"}
    plan = planned(small, "--target", "docker", **nowhere)
    assert actions(plan) == {"environment e": "unknown?", "run first": "run"}
    assert [one["code"] for one in plan["trouble"]] == ["E0901"]
    (small / "a.envspec").write_text(SMALL.partition("run first")[0])
    only = planned(small, "--target", "docker", **nowhere)
    assert (actions(only), only["changes"]) == ({"environment e": "unknown?"}, False)
    text = envspec("plan", "--target", "docker", cwd=small, **nowhere)
    assert text.returncode == 0
    assert "? environment e (e:1) on docker: cannot be known" in text.stdout
    assert text.stdout.endswith("Plan: nothing to do, 1 not known\n")


def test_a_broken_lock_ends_a_plan_as_it_ends_up(small: Path) -> None:
    (small / "envspec.lock").write_text("version = [")
    for command in ("plan", "up"):
        done = envspec(command, cwd=small)
        assert "E0601" in done.stderr and done.stdout == ""
    assert envspec("plan", cwd=small).returncode == envspec("up", cwd=small).returncode


def test_a_workspace_that_cannot_be_read(small: Path) -> None:
    file = small / ".envspec" / "workspace.sqlite"
    whole = file.read_bytes()
    file.write_bytes(b"not a database, but long enough to be read" * 50)
    broken = envspec("plan", cwd=small)
    assert broken.returncode == 2 and "E1102" in broken.stderr and "Traceback" not in broken.stderr
    file.write_bytes(whole)
    with sqlite3.connect(file) as opened:
        version = opened.execute("PRAGMA user_version").fetchone()[0]
        opened.execute(f"PRAGMA user_version = {version - 1}")
    opened.close()
    older = envspec("plan", cwd=small)
    assert older.returncode == 2 and "E1220" in older.stderr
    file.unlink()
    file.mkdir()
    folder = envspec("plan", cwd=small)
    assert folder.returncode == 2 and "E1101" in folder.stderr


def test_a_plan_beside_somebody_who_writes(small: Path) -> None:
    """Everything that another process has committed counts, also what is still in its journal."""
    from envspec.workspace.database import Workspace

    with Workspace.open(small) as workspace:
        record = workspace.runs("first")[0]
        workspace.forget_run(record.id)
        assert (small / ".envspec" / "workspace.sqlite-wal").stat().st_size > 0
        done = envspec("plan", "--format", "json", cwd=small)
        plan: dict[str, Any] = json.loads(done.stdout)
        assert reasons(plan, "run first") == ["it has not succeeded yet"]


def test_another_recipe_is_said(small: Path) -> None:
    """What was built by an older envspec in another way: the marker of the environment says so."""
    (marker,) = (small / ".envspec" / "environments").glob("*/envspec-environment.json")
    value = json.loads(marker.read_text())
    preimage = json.loads(value["preimage"])
    preimage["value"]["recipe"] = 0
    marker.write_text(json.dumps({**value, "preimage": json.dumps(preimage)}))
    with sqlite3.connect(small / ".envspec" / "workspace.sqlite") as opened:
        opened.execute(
            "UPDATE images SET hash = 'sha256:' || substr(hash, 9) || '0', location = ?",
            (str(marker.parent),),
        )
    opened.close()
    plan = planned(small)
    assert reasons(plan, "environment e") == [
        "this envspec installs packages in another way since the last time"
    ]


def test_a_run_that_keeps_no_snapshot_always_runs(small: Path) -> None:
    edit(small, '    source      = "src"\n', '    source      = "src"\n    snapshot    = false\n')
    assert reasons(planned(small), "run first") == [
        "its source is not snapshotted, so nobody can say that it is the same"
    ]


def test_a_project_that_may_not_be_written_is_planned(small: Path) -> None:
    before = tree(small)
    for path in [small, *small.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o555)
    try:
        plan = planned(small)
        assert actions(plan)["run first"] == "none"
        assert tree(small) == before
    finally:
        for path in [small, *small.rglob("*")]:
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
