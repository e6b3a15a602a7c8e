"""`envspec up`: does what is stale, says why, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.two_runs import with_second
from tests.engines.free_port import free_port

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

SPEC = """edition = 1

param word = "blue"

environment e {
    python = ">=3.11"
    variables = { SHADE = "dark" }
}

run first {
    environment = e
    source      = "src"
    command     = ["python", "first.py", outputs.text, param.word]
    outputs     = { text = "text.txt" }
}
"""
SCORE = """import os, pathlib

def init():
    global text
    text = pathlib.Path(os.environ["ENVSPEC_MODEL_WORDS"]).read_text()

def run(data):
    return {"text": text}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "a.envspec").write_text(with_second(SPEC, "more"))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "first.py").write_text("import sys; open(sys.argv[1], 'w').write(sys.argv[2])\n")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "second.py").write_text(
        "import os, sys\nopen(sys.argv[2], 'w').write(os.environ['SHADE'] + ' ' + open(sys.argv[1]).read())\n"
    )
    (tmp_path / "more" / "score.py").write_text(SCORE)
    return tmp_path


def runs(project: Path) -> list[str]:
    done = envspec("runs", "list", "--format", "json", cwd=project)
    return [record["id"] for record in json.loads(done.stdout)["runs"]]


def answer(project: Path) -> str:
    (project / "request.json").write_text("{}")
    done = envspec("deployments", "invoke", "scorer", "request.json", cwd=project)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["text"])


@pytest.mark.slow  # fifteen commands, one after the other
def test_only_what_is_stale_is_done(project: Path) -> None:
    try:
        done = envspec("up", cwd=project)
        assert done.returncode == 0, done.stderr
        assert answer(project) == "dark blue"
        assert runs(project) == ["second-2", "first-1"]
        assert (project / ".envspec/compiled/a/manifest.json").is_file()
        before = {
            p: p.stat().st_mtime_ns for p in (project / ".envspec" / "compiled").rglob("*") if p.is_file()
        }

        again = envspec("up", cwd=project)
        assert again.returncode == 0, again.stderr
        for line in (
            "run first: unchanged since first-1",
            "run second: unchanged since second-2",
            "deployment scorer: unchanged",
        ):
            assert line in again.stderr
        assert "compiled" not in again.stderr
        assert runs(project) == ["second-2", "first-1"]
        assert before == {p: p.stat().st_mtime_ns for p in before}

        source = project / "more" / "second.py"
        source.write_text(source.read_text() + "# changed\n")
        third = envspec("up", cwd=project)
        assert "run first: unchanged since first-1" in third.stderr
        assert "run second: its source changed since second-2" in third.stderr
        assert runs(project) == ["second-3", "second-2", "first-1"]

        fourth = envspec("up", "--set", "word=green", cwd=project)
        assert "run first: its `command` changed since first-1" in fourth.stderr
        assert "run second: its input `text` changed since second-3" in fourth.stderr
        assert answer(project) == "dark green"

        spec = project / "a.envspec"
        spec.write_text(spec.read_text().replace('"dark"', '"light"'))
        fifth = envspec("up", "--set", "word=green", cwd=project)
        assert "run first: its environment went from e:1 to e:2 since" in fifth.stderr
        assert answer(project) == "light green"
    finally:
        envspec("deployments", "stop", "scorer", cwd=project)
    stopped = envspec("up", "--set", "word=green", cwd=project)
    try:
        assert "run second: unchanged" in stopped.stderr
        assert answer(project) == "light green"
    finally:
        envspec("deployments", "stop", "scorer", cwd=project)


def test_a_lost_output_is_made_again(project: Path) -> None:
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().partition("model words")[0])
    assert envspec("up", cwd=project).returncode == 0
    digests = json.loads(envspec("runs", "show", "first-1", "--format", "json", cwd=project).stdout)
    digest = digests["run"]["outputs"]["text"]["digest"].removeprefix("sha256:")
    lost = [p for p in (project / ".envspec" / "store").rglob("*") if p.is_file() and digest[4:] in p.name]
    assert lost
    for path in lost:
        path.unlink()
    done = envspec("up", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "run first: the output `text` of first-1 is gone" in done.stderr


def test_a_failing_run_ends_it_with_its_own_status(project: Path) -> None:
    (project / "src" / "first.py").write_text("import sys; sys.exit(7)\n")
    done = envspec("up", cwd=project)
    assert done.returncode == 7
    assert "first-1: failed with status 7" in done.stderr
    assert runs(project) == ["first-1"]


def test_a_run_that_waits_for_a_param_is_named(project: Path) -> None:
    spec = project / "a.envspec"
    spec.write_text(
        spec.read_text().partition("model words")[0]
        + "param data : path\n"
        + 'run third { environment = e, source = "src", command = ["true"], inputs = { d = param.data } }\n'
    )
    done = envspec("up", cwd=project)
    assert done.returncode == 0, done.stderr
    assert "third: skipped, param `data` has no value (`--set data=…`)" in done.stderr


def test_invoke_sends_the_token_that_the_spec_asks_for(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nsecret tok { variable = "MY_TOKEN" }\nenvironment e { python = ">=3.11" }\n'
        f'deployment d {{ environment = e, entry = "s.py", port = {free_port()}, auth = secret.tok }}\n'
    )
    (tmp_path / "s.py").write_text(
        "def init(): pass\ndef run(data, request_headers): return [data, dict(request_headers).get('X-Shade')]\n"
    )
    (tmp_path / "r.json").write_text("1")
    token = "canary-5f0c1a6e"
    try:
        assert envspec("deploy", cwd=tmp_path, MY_TOKEN=token).returncode == 0
        invoke = ("deployments", "invoke", "d", "r.json")
        done = envspec(*invoke, "-H", "X-Shade: dark", cwd=tmp_path, MY_TOKEN=token)
        assert (done.returncode, json.loads(done.stdout)) == (0, [1, "dark"])
        refused = envspec(*invoke, "-H", "Authorization: Bearer other", cwd=tmp_path, MY_TOKEN=token)
        assert refused.returncode == 1 and "wants its token" in refused.stdout
        absent = envspec(*invoke, cwd=tmp_path)
        assert absent.returncode == 2 and "`export MY_TOKEN=…`" in absent.stderr
    finally:
        envspec("deployments", "stop", "d", cwd=tmp_path)
    kept = [p for p in tmp_path.rglob("*") if p.is_file() and token.encode() in p.read_bytes()]
    assert kept == []


def test_deployments_are_listed_as_json(tmp_path: Path) -> None:
    assert json.loads(envspec("deployments", "list", "--format", "json", cwd=tmp_path).stdout) == {
        "schema": 1, "deployments": [],
    }  # fmt: skip
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e { python = ">=3.11" }\n'
        f'deployment d {{ environment = e, entry = "s.py", port = {free_port()} }}\n'
    )
    (tmp_path / "s.py").write_text("def init(): pass\ndef run(data): return data\n")
    try:
        assert envspec("deploy", cwd=tmp_path).returncode == 0
        (listed,) = json.loads(envspec("deployments", "list", "--format", "json", cwd=tmp_path).stdout)[
            "deployments"
        ]
        assert (listed["name"], listed["state"], listed["engine"]) == ("d", "serving", "local")
    finally:
        envspec("deployments", "stop", "d", cwd=tmp_path)
