"""Deployments on this machine: only what answered its sample serves, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines import serving
from envspec.engines.interface import Built, Deployed, DeployRequest
from envspec.engines.local import deployment as local
from envspec.ir.types import Deployment, Environment, Health, Limits, SecretRef
from tests.engines.free_port import free_port
from tests.server.scoring import running, wait_for

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

GOOD = """
import os
def init(): print("value", os.environ.get("TOKEN"))
def run(data): return {"pid": os.getpid(), "data": data, "version": VERSION}
VERSION = 1
"""


class Project:
    """A project folder, and deploys that are all stopped in the end."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.state = root / ".envspec"
        self.deployed: list[Deployed] = []
        self.deployment = Deployment(
            id="scorer", name="scorer", environment="e", source="src", entry="score.py", port=free_port(),
            sample="tests/request.json", health=Health(start_period=20.0),
        )  # fmt: skip

    def request(self, script: str, **changes: Any) -> DeployRequest:
        models: Mapping[str, Path] = changes.pop("models", {})
        secrets: Mapping[str, str] = changes.pop("secrets", {})
        environment: Environment = changes.pop("environment", Environment("e", "e"))
        sample: bytes | None = changes.pop("sample", b'{"x": 1}')
        deployment: Deployment = changes.pop("deployment", self.deployment)
        identity: str = changes.pop("id", "scorer")
        source = self.root / "snapshots" / str(abs(hash(script)))
        source.mkdir(parents=True, exist_ok=True)
        source.joinpath("score.py").write_text(script, encoding="utf-8")
        return DeployRequest(
            id=identity, root=self.root, state=self.state,
            deployment=replace(deployment, **changes), environment=environment, locked=None,
            built=Built("local", sys.executable, "sha256:0", True), source=source, models=models,
            image_hash="sha256:0", preimage=b"", sample=sample, log=self.state / "logs" / "scorer.log",
            secrets=lambda reference: secrets[reference.name], say=lambda line: None,
        )  # fmt: skip

    def deploy(self, script: str, **changes: Any) -> Deployed:
        deployed = local.deploy(self.request(script, **changes))
        self.deployed.append(deployed)
        return deployed

    def refused(self, script: str, **changes: Any) -> Diagnostic:
        with pytest.raises(Failure) as caught:
            self.deploy(script, **changes)
        (diagnostic,) = caught.value.diagnostics
        return diagnostic

    @property
    def log(self) -> str:
        return (self.state / "logs" / "scorer.log").read_text(encoding="utf-8", errors="replace")

    def serving(self) -> int:
        return sum(json.loads((path / "record.json").read_bytes())["serving"] for path in self.instances())

    def instances(self) -> list[Path]:
        return sorted((self.state / "deployments").glob("*/*/"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project(tmp_path)
    yield made
    for deployed in made.deployed:
        local.stop(deployed.handle)


def score(deployed: Deployed, value: Any, **headers: str) -> Any:
    body = json.dumps(value).encode()
    status, body = serving.request("POST", f"{deployed.url}/score", body, headers, timeout=30.0)
    return json.loads(body) if status == 200 else status


def processes(project: Project) -> list[int]:
    """Processes whose variables name this project's folder."""
    mark = str(project.root).encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in path.read_bytes() and running(int(path.parent.name)):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_it_serves_after_its_sample_and_until_it_is_stopped(project: Project) -> None:
    deployed = project.deploy(GOOD)
    assert deployed.url == f"http://127.0.0.1:{project.deployment.port}"
    assert json.loads(deployed.sample_response)["data"] == {"x": 1}
    assert score(deployed, [2])["data"] == [2]
    assert local.alive(deployed.handle)
    assert "POST /score 200" in local.logs(deployed.handle, project.state / "logs" / "scorer.log")
    local.stop(deployed.handle)
    local.stop(deployed.handle)
    assert not local.alive(deployed.handle)
    assert project.instances() == []
    assert processes(project) == []


def test_replicas_models_and_variables(project: Project) -> None:
    model = project.root / "model.pkl"
    model.write_bytes(b"weights")
    script = """
import os
def init():
    global text
    text = open(os.environ["ENVSPEC_MODEL_WINE"]).read()
def run(data): return [text, os.environ["A"], os.environ["B"], os.environ["OMP_NUM_THREADS"], "SHELL_ONLY" in os.environ]
"""
    os.environ["SHELL_ONLY"] = "1"
    try:
        deployed = project.deploy(
            script,
            models={"wine": model},
            replicas=2,
            variables={"A": "ours"},
            environment=Environment("e", "e", variables={"A": "theirs", "B": "b"}),
            resources=replace(project.deployment.resources, cpu=1.0),
        )
    finally:
        del os.environ["SHELL_ONLY"]
    assert score(deployed, 1) == ["weights", "ours", "b", "1", False]
    status, body = serving.request("GET", f"{deployed.url}/readyz")
    assert (status, json.loads(body)["workers"]) == (200, {"ready": 2, "wanted": 2})


def test_a_crash_in_init_is_shown_with_its_own_traceback_and_paths(project: Project) -> None:
    found = project.refused("import os\ndef init():\n    open('model.pkl')\ndef run(data): pass\n")
    assert (found.code, found.pointer) == ("E1010", "/deployments/scorer/entry")
    assert found.message.endswith("FileNotFoundError: [Errno 2] No such file or directory: 'model.pkl'")
    assert found.log.startswith(
        'Traceback (most recent call last):\n  File "src/score.py", line 3, in init\n'
    )
    assert found.notes == ("in `src/score.py`, line 3, in `init`",)
    assert project.instances() == []
    assert processes(project) == []


def test_a_crash_on_the_sample_is_shown_with_its_own_traceback(project: Project) -> None:
    found = project.refused("def init(): pass\ndef run(data): return data['rows']\n")
    assert (found.code, found.pointer) == ("E1012", "/deployments/scorer/sample")
    assert found.message == "`run()` of deployment `scorer` failed on its sample: KeyError: 'rows'"
    assert found.notes == ("in `src/score.py`, line 2, in `run`",)
    assert processes(project) == []


def test_an_answer_other_than_200_refuses_the_sample(project: Project) -> None:
    found = project.refused(GOOD, sample=b"{broken")
    assert (found.code, found.message) == ("E1012", "deployment `scorer` answered its sample with status 400")
    assert "the body is not JSON" in found.log


def test_a_sample_that_hangs_is_refused(project: Project) -> None:
    script = "import time\ndef init(): pass\ndef run(data): time.sleep(1000)\n"
    found = project.refused(script, limits=Limits(timeout=0.5))
    assert (found.code, found.message) == ("E1012", "deployment `scorer` was too slow for its sample")
    assert processes(project) == []


def test_an_init_that_takes_too_long_is_ended(project: Project) -> None:
    script = "import time\ndef init():\n    print('loading', flush=True)\n    time.sleep(1000)\ndef run(data): pass\n"
    found = project.refused(script, health=Health(start_period=1.0))
    assert (found.code, found.pointer) == ("E1011", "/deployments/scorer/entry")
    assert found.message == "deployment `scorer` was not ready after 1 s"
    assert processes(project) == []


def test_what_served_before_goes_on_when_the_new_one_fails(project: Project) -> None:
    first = project.deploy(GOOD)
    project.refused("def init(): raise RuntimeError('no')\ndef run(data): pass\n")
    assert project.refused(GOOD.replace("return", "raise"), id="scorer-2").code == "E1012"
    assert score(first, 1)["version"] == 1
    assert local.alive(first.handle)


def test_the_new_one_takes_the_port_and_requests_in_flight_are_finished(project: Project) -> None:
    begun, until = project.root / "begun", project.root / "until"
    script = f"""
import os, time
def init(): pass
def run(data):
    if data == "wait":
        open({str(begun)!r}, "w").close()
        while not os.path.exists({str(until)!r}): time.sleep(0.01)
    return "old"
"""
    first = project.deploy(script)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(score, first, "wait")
        wait_for(begun.exists)
        deploying = threads.submit(project.deploy, GOOD)
        wait_for(lambda: project.serving() == 2)
        assert score(first, 1)["version"] == 1
        assert not slow.done(), (slow.result(), project.log)
        until.touch()
        assert slow.result() == "old"
        second = deploying.result()
    assert second.url == first.url
    assert not local.alive(first.handle)
    assert local.alive(second.handle)
    assert len(project.instances()) == 1


def test_another_port_moves_the_deployment(project: Project) -> None:
    first = project.deploy(GOOD)
    second = project.deploy(GOOD, port=free_port())
    assert first.url != second.url
    assert not local.alive(first.handle)


def test_a_port_of_somebody_else_is_said_before_anything_starts(project: Project) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", project.deployment.port))
        other.listen()
        found = project.refused(GOOD)
    assert (found.code, found.pointer) == ("E1013", "/deployments/scorer/port")
    assert found.message == (
        f"port {project.deployment.port} of deployment `scorer` cannot be used: address already in use"
    )
    assert not (project.state / "logs" / "scorer.log").exists()


def test_a_port_of_another_deployment_names_it(project: Project) -> None:
    project.deploy(GOOD)
    found = project.refused(GOOD, deployment=replace(project.deployment, id="other"))
    assert (found.code, found.pointer) == ("E1013", "/deployments/other/port")
    assert "deployment `scorer` of this project holds it" in found.message
    assert "envspec deployments stop scorer" in found.help


def test_a_model_that_is_not_there(project: Project) -> None:
    found = project.refused(GOOD, models={"wine": project.root / "no.pkl"})
    assert (found.code, found.pointer) == ("E1015", "/deployments/scorer/models")


def test_secrets_are_files_while_it_serves_and_never_in_the_log(project: Project) -> None:
    deployed = project.deploy(
        GOOD,
        variables={"TOKEN": SecretRef("corp")},
        auth=SecretRef("bearer"),
        secrets={"corp": "c0rp-value", "bearer": "b3arer-value"},
    )
    (instance,) = project.instances()
    for path in (instance / "secrets" / "TOKEN", instance / "token"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert score(deployed, 1) == 401
    assert score(deployed, 1, Authorization="Bearer b3arer-value")["data"] == 1
    for pid in processes(project):
        assert b"c0rp-value" not in Path(f"/proc/{pid}/environ").read_bytes()
        assert b"c0rp-value" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    wait_for(lambda: "value ***" in project.log)  # the log takes a moment longer than the answer
    assert "c0rp-value" not in project.log
    local.stop(deployed.handle)
    assert not instance.exists()


@pytest.mark.parametrize("token", ["", "  ", "a\nb", "a "])
def test_a_token_that_cannot_be_sent_is_refused(project: Project, token: str) -> None:
    found = project.refused(GOOD, auth=SecretRef("bearer"), secrets={"bearer": token})
    assert (found.code, found.pointer) == ("E1016", "/deployments/scorer/auth")


def test_an_environment_without_python(project: Project) -> None:
    request = replace(project.request(GOOD), built=Built("local", str(project.root), "sha256:0", True))
    with pytest.raises(Failure) as caught:
        local.deploy(request)
    assert caught.value.diagnostics[0].code == "E1017"


def test_a_process_id_that_came_back_is_not_ours(project: Project) -> None:
    deployed = project.deploy(GOOD)
    handle = json.loads(deployed.handle)
    another = json.dumps(
        {**handle, "start": handle["start"][:-1] + "x", "folder": str(project.root / "none")}
    )
    assert not local.alive(another)
    local.stop(another)
    assert local.alive(deployed.handle)
    for broken in ("", "{}", "[]", '"x"', '{"pid": "x", "start": "", "folder": ""}'):
        assert not local.alive(broken)
        local.stop(broken)


def test_a_server_that_was_killed_is_dead_and_is_deployed_again(project: Project) -> None:
    deployed = project.deploy(GOOD)
    os.kill(json.loads(deployed.handle)["pid"], signal.SIGKILL)
    wait_for(lambda: not local.alive(deployed.handle))
    wait_for(lambda: not processes(project))
    again = project.deploy(GOOD)
    assert score(again, 1)["data"] == 1
    assert len(project.instances()) == 1


def test_a_deploy_that_is_killed_leaves_nothing_that_serves(project: Project) -> None:
    """The command dies while `init()` runs: the staged server goes by itself, the next deploy works."""
    import subprocess

    script = f"""
import time
def init():
    open({str(project.root / "begun")!r}, "w").close()
    time.sleep(1000)
def run(data): pass
"""
    request = project.request(script, health=Health(start_period=100.0))
    code = (
        "import sys; sys.path.insert(0, sys.argv[3])\n"
        "from pathlib import Path\n"
        "from tests.server.test_local_deployment import Project, local\n"
        "project = Project(Path(sys.argv[1]))\n"
        "script = Path(sys.argv[2]).read_text()\n"
        "local.deploy(project.request(script))\n"
    )
    entry = request.source / "score.py"
    command = subprocess.Popen(
        [sys.executable, "-c", code, str(project.root), str(entry), str(Path(__file__).parents[2])]
    )
    wait_for((project.root / "begun").exists)
    command.kill()
    command.wait()
    wait_for(lambda: not processes(project))
    assert score(project.deploy(GOOD), 1)["data"] == 1
    assert len(project.instances()) == 1


def test_deploys_at_the_same_time_wait_for_each_other(project: Project) -> None:
    barrier = threading.Barrier(3)

    def deploy(_: int) -> Deployed:
        barrier.wait()
        return project.deploy(GOOD)

    with ThreadPoolExecutor(3) as threads:
        deployed = list(threads.map(deploy, range(3)))
    assert sum(local.alive(one.handle) for one in deployed) == 1
    assert len(project.instances()) == 1
