"""The commands on a real Docker engine, as users call them: build, run, deploy and what goes wrong with them."""

from __future__ import annotations

import json
import os
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_imports import COMPILER, imported
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port

pytestmark = [pytest.mark.index, pytest.mark.slow]

SPEC = """edition = 1

secret door { variable = "FRONT_DOOR" }

environment e {
    python    = "3.11"
    pip       = ["six ==1.17.0"]
    variables = { GREETING = "a 'b' $HOME ; c" }
}

run train {
    environment = e
    source      = "src"
    command     = ["python", "train.py", outputs.weight]
    outputs     = { weight = "weight.txt" }
}

model weight { from = run.train.outputs.weight }

deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    models      = [weight]
    port        = PORT
    sample      = "sample.json"
    health      = { interval = 1s }
}
"""
SCORE = """import os
import pathlib
import six

def init():
    global weight, model
    model = pathlib.Path(os.environ["ENVSPEC_MODELS"]) / "weight"
    weight = float(model.read_text())

def run(data):
    try:
        model.write_text("0")
    except OSError as error:
        refused = error.strerror
    return {"result": weight * data["x"], "uid": os.getuid(), "refused": refused, "six": six.__version__,
            "greeting": os.environ["GREETING"]}
"""
TRAIN = "import sys; open(sys.argv[1], 'w').write('2.5')\n"


@pytest.fixture
def project(docker_env: DockerEngine, tmp_path: Path) -> Iterator[Path]:
    """The spec with a port of its own; what it deployed does not outlive the test."""
    (tmp_path / "a.envspec").write_text(SPEC.replace("PORT", str(free_port())))
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(SCORE)
    (tmp_path / "src" / "train.py").write_text(TRAIN)
    (tmp_path / "sample.json").write_text('{"x": 2}')
    yield tmp_path
    for container in docker_env.client.containers.list(
        all=True, ignore_removed=True, filters={"label": "dev.envspec.deployment"}
    ):
        if any(mount["Source"].startswith(f"{tmp_path}/") for mount in container.attrs["Mounts"]):
            container.remove(force=True)


def edit(project: Path, old: str, new: str) -> None:
    file = project / "a.envspec"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def docker(command: str, project: Path, *arguments: str, **variables: str) -> Any:
    done = envspec(command, "--target", "docker", *arguments, cwd=project, **variables)
    assert "E1299" not in done.stderr
    return done


def ok(done: Any) -> str:
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def serving(engine: DockerEngine, project: Path) -> list[Any]:
    found = engine.client.containers.list(ignore_removed=True, filters={"label": "dev.envspec.deployment"})
    return [c for c in found if any(m["Source"].startswith(f"{project}/") for m in c.attrs["Mounts"])]


def test_from_text_to_a_score(docker_env: DockerEngine, project: Path) -> None:
    ok(docker("run", project, "train"))
    said = ok(docker("deploy", project))
    assert '"result":5.0' in said.replace(" ", "")
    (container,) = serving(docker_env, project)
    (table,) = ok(envspec("deployments", "list", cwd=project)).splitlines()[1:]
    name, state, url, engine, version, *_ = table.split()
    assert (name, state, engine, version) == ("scorer", "serving", "docker", "e:1")

    answer = json.loads(ok(envspec("deployments", "invoke", "scorer", "sample.json", cwd=project)))
    assert answer == {
        "result": 5.0, "uid": 1000 if os.getuid() == 0 else os.getuid(), "refused": "Read-only file system",
        "six": "1.17.0", "greeting": "a 'b' $HOME ; c",
    }  # fmt: skip
    with urllib.request.urlopen(f"{url}/readyz", timeout=10) as ready:
        assert ready.status == 200

    deadline = time.monotonic() + 60
    while container.attrs["State"]["Health"]["Status"] != "healthy":
        assert time.monotonic() < deadline, container.attrs["State"]["Health"]
        time.sleep(0.2)
        container.reload()
    settings, image = container.attrs, container.image.attrs
    (bindings,) = [bound for bound in settings["NetworkSettings"]["Ports"].values() if bound]
    assert [b["HostIp"] for b in bindings] == ["127.0.0.1"]
    assert image["Config"]["User"] == "1000:1000"
    assert "health_probe.py" in " ".join(image["Config"]["Healthcheck"]["Test"])
    assert image["RepoTags"][0].startswith("envspec/scorer:")
    mounts = {mount["Destination"]: mount["RW"] for mount in settings["Mounts"]}
    assert mounts["/opt/envspec/models/weight"] is False
    assert set(mounts.values()) == {False}
    layers = image["Config"]["Labels"]["dev.envspec.preimage"]
    assert json.loads(layers)["value"]["entry"] == "score.py"

    assert "POST /score 200" in ok(envspec("deployments", "logs", "scorer", cwd=project))
    ok(envspec("deployments", "stop", "scorer", cwd=project))
    assert serving(docker_env, project) == []
    gone = envspec("deployments", "invoke", "scorer", "sample.json", cwd=project)
    assert gone.returncode == 2
    assert "nothing is deployed here" in gone.stderr


def test_the_image_of_a_deployment_is_built_without_its_model(
    docker_env: DockerEngine, project: Path
) -> None:
    def built() -> Any:
        rows = json.loads(ok(docker("build", project, "scorer", "--format", "json")))
        assert rows["environments"] == []
        (row,) = rows["deployments"]
        docker_env.client.images.get(row["location"])
        return row

    def change(what: str) -> None:
        (project / "src" / "score.py").write_text(f"{SCORE}# {what} {mark}\n")

    mark = uuid.uuid4().hex  # the engine outlives the tests, and has what was built before
    change("no line")
    first = built()
    assert (first["deployment"], first["engine"], first["reused"]) == ("scorer", "docker", False)
    assert built() == {**first, "reused": True}
    change("one line")
    found = imported("build scorer --target docker", project)
    assert {"jinja2", "envspec.engines.docker.build"} <= found, "it was built"
    assert found & {"docker", "requests", "lark", *COMPILER} == set(), "it is waited for again and again"
    change("another line")
    second = built()
    assert not second["reused"]
    assert second["location"] != first["location"]
    assert ok(docker("build", project, "scorer")) == f"scorer  reused  {second['location']}\n"
    assert serving(docker_env, project) == []


def test_what_is_unchanged_is_left_alone(docker_env: DockerEngine, project: Path) -> None:
    """And whatever decides what is served is noticed: code, sample, limits, model, secrets."""
    ok(docker("run", project, "train"))
    ok(docker("deploy", project))
    (first,) = serving(docker_env, project)
    edit(project, "model weight {", '# a comment\n\nmodel weight {\n    description = "new"\n')
    (project / "src" / ".gitignore").write_text("*.tmp\n")
    again = docker("deploy", project)
    assert "unchanged" not in again.stdout, "the ignore file is a file of the source"
    (second,) = serving(docker_env, project)
    (project / "src" / "left.tmp").write_text("is ignored")
    (project / "out").mkdir()
    again = docker("deploy", project)
    assert ok(again).endswith("/score  unchanged\n")
    assert [c.id for c in serving(docker_env, project)] == [second.id]
    assert first.id != second.id

    seen = {first.id, second.id}
    (project / "sample.json").write_text('{"x": 3}')
    assert "7.5" in ok(docker("deploy", project))
    edit(project, "port ", "replicas    = 2\n    port ")
    ok(docker("deploy", project))
    (third,) = serving(docker_env, project)
    assert third.id not in seen
    third.kill()
    assert "unchanged" not in ok(docker("deploy", project)), "a server that has gone is started again"


def test_a_new_value_of_a_secret_is_noticed(docker_env: DockerEngine, project: Path) -> None:
    ok(docker("run", project, "train"))
    edit(project, "port ", "auth        = secret.door\n    port ")
    ok(docker("deploy", project, FRONT_DOOR="value-one"))
    assert "unchanged" in ok(docker("deploy", project, FRONT_DOOR="value-one"))
    invoke = ("deployments", "invoke", "scorer", "sample.json")
    assert "5.0" in ok(envspec(*invoke, cwd=project, FRONT_DOOR="value-one"))
    assert envspec(*invoke, cwd=project, FRONT_DOOR="value-two").returncode == 1
    assert "unchanged" not in ok(docker("deploy", project, FRONT_DOOR="value-two"))
    assert "5.0" in ok(envspec(*invoke, cwd=project, FRONT_DOOR="value-two"))
    (container,) = serving(docker_env, project)
    assert "value-" not in json.dumps(container.attrs) + json.dumps(container.image.attrs)
    kept = [p for p in (project / ".envspec").rglob("*") if p.is_file() and b"value-two" in p.read_bytes()]
    assert [p.name for p in kept] == ["token"]
    ok(envspec("deployments", "stop", "scorer", cwd=project))
    assert not any(path.exists() for path in kept)


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "said"),
    [
        ("weight = float(", "weight = float('x' + ", "E1010", "a.envspec:23:", "in `src/score.py`, line 8, in `init`"),
        ("weight * data", "1 / 0 * data", "E1012", "a.envspec:26:", "ZeroDivisionError"),
        ("    global weight", "    os._exit(7)\n    global weight", "E1010", "a.envspec:23:", "exit status 7"),
    ],
)  # fmt: skip
def test_a_script_that_fails_is_shown_at_its_line_and_changes_nothing(
    docker_env: DockerEngine, project: Path, old: str, new: str, code: str, place: str, said: str
) -> None:
    ok(docker("run", project, "train"))
    ok(docker("deploy", project))
    (before,) = serving(docker_env, project)
    script = project / "src" / "score.py"
    assert old in SCORE
    script.write_text(SCORE.replace(old, new))
    failed = docker("deploy", project)
    assert failed.returncode == 3
    for part in (code, place, said):
        assert part in failed.stderr
    assert [c.id for c in serving(docker_env, project)] == [before.id]
    assert "5.0" in ok(envspec("deployments", "invoke", "scorer", "sample.json", cwd=project))


def test_the_first_deployment_that_fails_leaves_nothing(docker_env: DockerEngine, project: Path) -> None:
    ok(docker("run", project, "train"))
    (project / "src" / "score.py").write_text(SCORE.replace("weight = float(", "weight = float('x' + "))
    before = {c.id for c in docker_env.client.containers.list(all=True, ignore_removed=True)}
    assert docker("deploy", project).returncode == 3
    left = [c for c in docker_env.client.containers.list(all=True, ignore_removed=True) if c.id not in before]
    assert [c for c in left if any(m["Source"].startswith(f"{project}/") for m in c.attrs["Mounts"])] == []
    assert ok(envspec("deployments", "list", cwd=project)) == ""


def test_compile_and_deploy_agree_on_the_hash(docker_env: DockerEngine, project: Path) -> None:
    ok(docker("run", project, "train"))
    (project / "src" / ".gitignore").write_text("*.tmp\n")
    (project / "src" / "left.tmp").write_text("x")
    (project / "src" / "dangling").symlink_to("nowhere")
    ok(docker("deploy", project))
    (container,) = serving(docker_env, project)
    ok(envspec("compile", "-o", "out", cwd=project))
    manifest = json.loads((project / "out" / "manifest.json").read_text())
    layers = manifest["deployments"]["scorer"]["platforms"]["linux/amd64"]
    assert container.image.attrs["Config"]["Labels"]["dev.envspec.hash"] == layers["deployment"]
    assert not (project / "out" / "deployments" / "scorer" / "source" / "left.tmp").exists()


def test_a_compiled_folder_is_no_source(docker_env: DockerEngine, project: Path) -> None:
    """With the project itself as the source, what `compile` wrote there is not part of it, nor of the next."""
    edit(
        project,
        'source      = "src"\n    entry       = "score.py"',
        'source      = "."\n    entry       = "src/score.py"',
    )
    ok(envspec("lock", cwd=project))
    ok(envspec("compile", "-o", "out", cwd=project))
    first = (project / "out" / "manifest.json").read_text()
    ok(envspec("compile", "-o", "out", cwd=project))
    assert (project / "out" / "manifest.json").read_text() == first
    assert "deployments/" not in first
    ok(envspec("compile", "-o", "elsewhere", cwd=project))
    assert (project / "elsewhere" / "manifest.json").read_text() == first


@pytest.mark.parametrize("user", ["1234", "1234:2345"])
def test_the_server_runs_as_the_user_of_the_spec(docker_env: DockerEngine, project: Path, user: str) -> None:
    """And reads its secrets, which nobody else may. Who is not root serves as themselves."""
    edit(project, "environment e {", f'environment e {{\n    docker {{ user = "{user}" }}')
    edit(project, "variables = {", "variables = { TOKEN = secret.door, ")
    edit(project, "    models      = [weight]\n", "")
    (project / "src" / "score.py").write_text(
        "import os\ndef init(): pass\ndef run(data): return [os.getuid(), os.getgid(), os.environ['TOKEN'][:5]]\n"
    )
    ok(docker("deploy", project, FRONT_DOOR="value-one"))
    answer = json.loads(ok(envspec("deployments", "invoke", "scorer", "sample.json", cwd=project)))
    wanted = [int(number) for number in user.split(":")]
    group = wanted[1] if len(wanted) > 1 else None
    if os.getuid() != 0:
        wanted, group = [os.getuid()], os.getgid()
    assert answer[0] == wanted[0] and (group is None or answer[1] == group)
    assert answer[2] == "value"
