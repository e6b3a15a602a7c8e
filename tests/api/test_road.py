"""The whole road in Python, on the local engine: lock, register, build, run, model, deployment."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from envspec import (
    Environment,
    EnvspecError,
    Experiment,
    InferenceConfig,
    Model,
    Run,
    RunFailedError,
    ScriptRunConfig,
    Secret,
    Webservice,
    inputs,
    outputs,
)
from tests.cli.test_check import envspec as command_line
from tests.engines.free_port import free_port

pytestmark = pytest.mark.slow

PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"
TRAIN = """
import json, os, sys
data, model, alpha = sys.argv[1:]
print("training on", open(data).read().strip())
json.dump({"alpha": float(alpha), "word": os.environ["WORD"]}, open(model, "w"))
"""
SCORE = """
import json, os

def init():
    global model
    model = json.load(open(os.environ["ENVSPEC_MODEL_LINE"]))

def run(data):
    return {"answer": model["alpha"] * data["x"]}
"""


@pytest.fixture
def sources(project: Path) -> Path:
    (project / "src").mkdir()
    (project / "src" / "train.py").write_text(TRAIN)
    (project / "src" / "score.py").write_text(SCORE)
    (project / "data.txt").write_text("some data\n")
    (project / "request.json").write_text('{"x": 2}')
    return project


def plain() -> Environment:
    return Environment("plain", python=PYTHON, variables={"WORD": "hello"})


def config(environment: Environment | str, alpha: float = 0.5) -> ScriptRunConfig:
    return ScriptRunConfig(
        "src", "train.py", [inputs.data, outputs.model, alpha], environment=environment,
        inputs={"data": "data.txt"}, outputs={"model": "outputs/model.json"}, max_run_duration_seconds=600,
    )  # fmt: skip


def test_a_config_is_a_spec(sources: Path) -> None:
    assert (
        str(config(plain()))
        == f"""edition = 1

environment plain {{
    python    = "{PYTHON}"
    variables = {{ WORD = "hello" }}
}}

run train {{
    environment = plain
    source      = "src"
    command     = ["python", "train.py", inputs.data, outputs.model, "0.5"]
    inputs      = {{ data = "data.txt" }}
    outputs     = {{ model = "outputs/model.json" }}
    timeout     = 600s
}}
"""
    )
    config(plain()).save("train.envspec")
    assert command_line("check", "train.envspec", cwd=sources).returncode == 0
    with pytest.raises(ValueError, match="one of them"):
        ScriptRunConfig("src", environment=plain())


def test_versions_are_those_of_the_command_line(sources: Path) -> None:
    first, second = plain(), plain()
    second.variables["WORD"] = "bye"
    assert (first.version, first.register(), first.version) == (None, 1, 1)
    assert (second.register(), plain().register()) == (2, 1)
    shown = json.loads(command_line("env", "list", "--format", "json", cwd=sources).stdout)
    assert sorted(one["number"] for one in shown["environments"]) == [1, 2]
    got = Environment.get("plain", 1)
    assert (str(got), got.reference) == (str(first), "plain:1")
    assert Environment.get("plain").variables["WORD"] == "bye"
    assert [*Environment.list()] == ["plain"]
    assert sorted(Environment.list("plain")) == ["plain:1", "plain:2"]
    got.variables["WORD"] = "again"
    assert got.reference == ""
    assert got.register() == 3
    with pytest.raises(LookupError, match=r"plain:9.*has no version 9"):
        Environment.get("plain", 9)


def test_what_is_written_down_is_locked_as_it_was(sources: Path) -> None:
    """Nothing is resolved a second time on the way from an object to a file: it might come out otherwise."""
    environment = plain()
    environment.register()
    environment.save("plain.envspec")
    assert command_line("lock", "--check", cwd=sources).returncode == 0
    built = command_line("build", "--frozen", "--format", "json", cwd=sources)
    (one,) = json.loads(built.stdout)["environments"]
    assert one["version"] == 1
    environment.variables["WORD"] = "bye"
    environment.save("plain.envspec", overwrite=True)
    assert command_line("lock", "--check", cwd=sources).returncode == 1, "what it was locked to is not that"
    Environment("other", workspace=environment.workspace).save("other.envspec")


def test_versions_have_labels_and_are_archived(sources: Path) -> None:
    first, second = plain(), plain()
    second.variables["WORD"] = "bye"
    first.register(), second.register()
    assert command_line("env", "tag", "plain:1", "stable", "1.0.0", cwd=sources).returncode == 0
    listed = json.loads(command_line("env", "list", "--format", "json", cwd=sources).stdout)["environments"]
    digest = listed[1]["digest"]
    for version in (1, "1", "stable", "1.0.0", digest, digest[:20], digest.removeprefix("sha256:")[:8]):
        assert Environment.get("plain", version).reference == "plain:1", version
    assert Environment.get("plain", "latest").reference == "plain:2"
    assert command_line("env", "archive", "plain:2", cwd=sources).returncode == 0
    assert Environment.get("plain").reference == "plain:1"
    assert Environment.get("plain", 2).reference == "plain:2"
    assert [*Environment.list("plain")] == ["plain:1"]
    for wrong in ("stabel", "a b", ""):
        with pytest.raises(LookupError):
            Environment.get("plain", wrong)


def test_a_registered_environment_says_all_that_it_said(sources: Path) -> None:
    environment = Environment(
        "everything", python=PYTHON, pip=[], apt=["git"], description="d", tags={"a": "b"},
        variables={"A": "1", "B": Secret("token", variable="TOKEN")},
    )  # fmt: skip
    environment.docker.base_image = "debian:bookworm-slim"
    environment.docker.shm_size = "1048576B"
    environment.docker.platforms.append("linux/amd64")
    environment.register()
    assert str(Environment.get("everything")) == str(environment)


def test_a_build_gives_what_was_built(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build = plain().build()
    built = build.wait_for_completion(show_output=True)
    assert (built.name, built.version, built.engine, built.reused) == ("plain", 1, "local", False)
    assert Path(built.location).is_dir()
    assert build.status == "succeeded"
    assert "plain" in capsys.readouterr().out
    assert plain().build().wait_for_completion().reused


def test_a_build_that_fails_says_where(sources: Path) -> None:
    environment = Environment("broken", python=PYTHON, pip=["./nothing-1.0-py3-none-any.whl"])
    with pytest.raises(EnvspecError, match=r"broken\.api\.envspec:5:") as caught:
        environment.build().wait_for_completion()
    assert [one.code for one in caught.value.diagnostics]


def test_from_a_script_to_an_answer(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Experiment("fit").submit(config(plain()))
    record = run.wait_for_completion(show_output=True)
    assert "training on some data" in capsys.readouterr().out
    assert "training on some data" in run.log
    assert (run.id, run.status, record.status) == ("fit-1", "success", 0)
    assert run.get_environment().reference == "plain:1"
    assert json.loads(run.get_file("model").read_text()) == {"alpha": 0.5, "word": "hello"}
    assert [one.id for one in Experiment("fit").get_runs()] == ["fit-1"]
    assert Run("fit-1").get_details()["name"] == "fit"

    again = Experiment("fit").submit(config(run.get_environment(), alpha=3))
    again.wait_for_completion()
    model = again.register_model("line", model_path="outputs/model.json", tags={"good": "yes"})
    assert (model.name, model.version, dict(model.record.tags)) == ("line", 1, {"good": "yes"})
    assert json.loads(model.download("copy").read_text())["alpha"] == 3
    with pytest.raises(FileExistsError):
        model.download("copy")
    with pytest.raises(ValueError, match="name one of its outputs: model"):
        again.register_model("line", model_path="elsewhere")
    other = Model.register("data.txt", "data")
    assert [one.name for one in Model.list()] == ["data", "line"]
    assert other.path.read_text() == "some data\n"

    with served(model) as service:
        assert service.state == "Healthy"
        assert service.run({"x": 7}) == {"answer": 21}
        assert service.scoring_uri.endswith("/score")
        with pytest.raises(EnvspecError, match="answered with status"):
            service.run("no json")
        assert [one.name for one in Webservice.list()] == ["scorer"]
        assert Webservice("scorer").run('{"x": 1}') == {"answer": 3}
        assert isinstance(service.get_logs(), str)
    with pytest.raises(LookupError):
        Webservice("scorer")


class served:  # noqa: N801 - reads as a sentence
    """A model behind the scoring script, on a port that nobody has."""

    def __init__(self, model: Model) -> None:
        inference = InferenceConfig("score.py", "plain:1", source_directory="src", sample="request.json")
        self._service = Model.deploy("scorer", [model], inference, port=free_port())

    def __enter__(self) -> Webservice:
        return self._service.wait_for_deployment(timeout=120)

    def __exit__(self, *_: object) -> None:
        self._service.delete()


def test_a_program_that_fails(sources: Path) -> None:
    failing = ScriptRunConfig(
        "src", command=["python", "-c", "print('so far'); raise SystemExit(3)"], environment=plain()
    )
    run = Experiment("bad").submit(failing)
    with pytest.raises(RunFailedError, match="failed with status 3\n  so far") as caught:
        run.wait_for_completion()
    assert (caught.value.run, caught.value.status) == ("bad-1", 3)
    assert run.wait_for_completion(raise_on_error=False).outcome == "failed"
    with pytest.raises(LookupError, match="bad-7"):
        Run("bad-7")
    with pytest.raises(KeyError, match="'model' is no output of bad-1: it has none"):
        run.get_file("model")
    assert command_line("runs", "delete", "bad-1", cwd=sources).returncode == 0
    assert repr(run) == "<envspec.Run bad-1: deleted>"
    with pytest.raises(LookupError, match=r"not in .* any more"):
        run.get_details()


def test_a_run_is_cancelled(sources: Path) -> None:
    endless = ScriptRunConfig(
        "src",
        command=["python", "-c", "import time; print('begun', flush=True); time.sleep(600)"],
        environment=plain(),
    )
    run = Experiment("long").submit(endless)
    with pytest.raises(TimeoutError):
        run.wait_for_completion(timeout=0.01)
    Run(run.id).cancel()
    with pytest.raises(RunFailedError, match="run `long-1` was cancelled") as caught:
        run.wait_for_completion(timeout=60)
    assert caught.value.outcome == "cancelled"
    assert run.status == "cancelled"
    with pytest.raises(EnvspecError, match="has ended already: cancelled"):
        run.cancel()


def test_what_is_wrong_with_a_config_is_told_before_it_begins(sources: Path) -> None:
    wrong = ScriptRunConfig("nowhere", "train.py", [inputs.data], environment=plain())
    with pytest.raises(EnvspecError, match=r"train\.api\.envspec|fit\.api\.envspec"):
        Experiment("fit").submit(wrong)
    assert Run.list() == []


def test_a_run_that_goes_on_is_ended_and_says_what_it_logged(sources: Path) -> None:
    code = "import time, envspec_run as run; run.log_metrics({'a': 1, 'b': 2}, step=4); time.sleep(600)"
    run = Experiment("long").submit(
        ScriptRunConfig("src", command=["python", "-c", code], environment=plain())
    )
    assert run.id == "long-1"
    for _ in range(600):
        if run.get_metrics().keys() == {"a", "b"}:
            break
        time.sleep(0.1)
    assert (run.get_metrics("a"), run.get_metrics("none")) == ({"4": 1.0}, {})
    assert run.status == "running"
    Run("long-1").cancel()
    with pytest.raises(RunFailedError, match="was cancelled") as caught:
        run.wait_for_completion()
    assert caught.value.outcome == "cancelled"
    with pytest.raises(EnvspecError, match="has ended already"):
        run.cancel()
