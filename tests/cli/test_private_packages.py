"""Indexes and channels that want a login, and secrets of every kind: used by every command, and left nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from envspec.actions.loading import load
from envspec.actions.options import Options
from tests.cli import canary
from tests.cli.canary import VALUES
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok, serving
from tests.engines import docker_daemon
from tests.engines.conda_channel import CondaChannel
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port
from tests.engines.private_index import PrivateServer, basic, serve_private, write_index, write_wheel

pytestmark = [pytest.mark.index, pytest.mark.slow]

SPEC = """edition = 1

secret by_variable {{ variable = "CANARY" }}
secret by_file {{ file = "private/token" }}
secret by_keyring {{ keyring = "corp/ci" }}
secret by_command {{ command = ["python3", "private/token.py"] }}

index one {{
    url      = "{one}/simple"
    username = "ci"
    password = secret.by_variable
    packages = ["corp-one"]
}}

index two {{
    url      = "{two}/simple"
    username = "ci"
    password = secret.by_file
    packages = ["corp-two"]
}}

index three {{
    url      = "{three}/simple"
    password = secret.by_keyring
    packages = ["corp-three"]
}}

channel own {{
    url      = "{channel}"
    username = "ci"
    password = secret.by_command
}}

environment e {{
    python    = "{python}"
    channels  = [own]
    conda     = ["six"]
    pip       = ["corp-one", "corp-two", "corp-three", "./dist/local_wheel-1.0-py3-none-any.whl", "./tools"]
    indexes   = [one, two, three]
    variables = {{ FIRST = secret.by_variable, SECOND = secret.by_file }}
    docker {{ labels = {{ test = "private" }} }}
}}

run show {{
    environment = e
    source      = "src"
    command     = ["python", "show.py", outputs.said]
    variables   = {{ THIRD = secret.by_keyring, FOURTH = secret.by_command }}
    outputs     = {{ said = "said.txt" }}
}}

deployment scorer {{
    environment = e
    source      = "src"
    entry       = "score.py"
    port        = {port}
    sample      = "sample.json"
    variables   = {{ THIRD = secret.by_keyring, FOURTH = secret.by_command }}
    health      = {{ interval = 1s }}
}}
"""
SHOW = """import os
import sys
import corp_one, corp_two, corp_three, local_wheel, corptools, six
for name in ("FIRST", "SECOND", "THIRD", "FOURTH"):
    print(name, os.environ[name])
values = [m.VALUE for m in (corp_one, corp_two, corp_three, local_wheel, corptools)]
open(sys.argv[1], "w").write(" ".join(values))
"""
SCORE = """import os
import corp_one

def init():
    print("init", os.environ.get("FIRST", "none"))

def run(data):
    return {"result": corp_one.VALUE}
"""
WANTED = "one two three wheel tools"


@dataclass
class Corporation:
    """The project, its servers by name, and how the commands are called."""

    folder: Path
    outside: Path
    servers: dict[str, PrivateServer]
    variables: dict[str, str]
    said: list[str]

    def call(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        done = envspec(*arguments, cwd=self.folder, **{**self.variables, **more})
        self.said += [done.stdout, done.stderr]
        return done


@pytest.fixture
def corporation(conda_channel: CondaChannel, tmp_path: Path) -> Iterator[Corporation]:
    """Three indexes, each with a decoy of what the next one has, and a channel; a login of its own for each."""
    folder, outside = tmp_path / "project", tmp_path / "outside"
    (folder / "src").mkdir(parents=True)
    logins = {
        "one": basic("ci", VALUES["by_variable"]),
        "two": basic("ci", VALUES["by_file"]),
        "three": basic("__token__", VALUES["by_keyring"]),
        "channel": basic("ci", VALUES["by_command"]),
    }
    roots = {"channel": conda_channel.path}
    for name, other in (("one", "two"), ("two", "three"), ("three", "one")):
        packages = ((f"corp-{name}", "1.0", name), (f"corp-{other}", "99.0", "decoy"))
        roots[name] = write_index(tmp_path / "indexes" / name, *packages)
    variables = canary.prepare(folder, outside)
    subprocess.run(canary.store_in_keyring(), env={**os.environ, **variables}, check=True)
    with ExitStack() as stack:
        servers = {name: stack.enter_context(serve_private(roots[name], logins[name])) for name in logins}
        addresses = {name: server.address for name, server in servers.items()}
        text = SPEC.format(**addresses, python=conda_channel.python_version, port=free_port())
        (folder / "a.envspec").write_text(text)
        (folder / "src" / "show.py").write_text(SHOW)
        (folder / "src" / "score.py").write_text(SCORE)
        (folder / "sample.json").write_text("{}")
        write_wheel(folder / "dist", "local-wheel", "1.0", "wheel")
        (folder / "tools" / "corptools").mkdir(parents=True)
        (folder / "tools" / "corptools" / "__init__.py").write_text('VALUE = "tools"\n')
        (folder / "tools" / "pyproject.toml").write_text(
            '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
            '[project]\nname = "tools"\nversion = "1"\n[tool.setuptools]\npackages = ["corptools"]\n'
        )
        yield Corporation(folder, outside, servers, variables, [])


def found_in_engine(engine: DockerEngine, since: float) -> list[str]:
    """What the engine keeps on disk, its build cache among it; as far as it is on this machine and ours."""
    root = docker_daemon.data_root()
    return canary.found_below(root, since=since) if engine.private and root.is_dir() else []


def test_no_secret_is_left_anywhere(docker_env: DockerEngine, corporation: Corporation) -> None:
    began = time.time()
    call, folder = corporation.call, corporation.folder
    ok(call("lock"))
    ok(call("compile", "-o", "out"))
    ok(call("run", "show"))
    (said,) = (folder / ".envspec").rglob("said.txt")
    assert said.read_text() == WANTED
    image = ok(call("build", "--target", "docker", "--network", "host")).split()[-1]
    ok(call("run", "show", "--target", "docker"))
    ok(call("deploy", "--target", "docker", "--network", "host"))
    (container,) = serving(docker_env, folder)
    deployed = container.attrs["Config"]["Image"]
    for command in (
        ("runs", "list"),
        ("deployments", "list"),
        ("deployments", "logs", "scorer"),
        ("env", "list"),
    ):
        ok(call(*command))
    call("check", "--format", "json")
    ok(call("schema"))
    assert any("***" in text for text in corporation.said), "the run printed them, masked"

    # the packages are the right ones, and nobody was asked for what another one has
    script = (
        "import corp_one, corp_two, corp_three, six; print(corp_one.VALUE, corp_two.VALUE, corp_three.VALUE)"
    )
    shown = docker_env.client.containers.run(image, ["python", "-c", script], remove=True)
    assert shown == b"one two three\n"
    for name, server in corporation.servers.items():
        others = {"one", "two", "three"} - {name}
        assert server.asked
        assert not [request for other in others for request in server.about(f"corp-{other}")]

    assert canary.found_below(folder / "private"), "what is there is found"
    left = [what for tag in (image, deployed) for what in canary.found_in_image(docker_env.client, tag)]
    left += canary.found_below(folder, but=("private/", ".envspec/secrets/"))
    left += canary.found_below(corporation.outside, but=("keyring/",))
    left += [text for text in corporation.said if canary.found_in_value(text)]
    if canary.found_in_value(json.dumps(container.attrs)) or canary.found_in_value(container.logs()):
        left.append("container")
    loaded = load(Options(path=folder))
    if canary.found_in_value(json.dumps(loaded.document)):
        left.append("document")
    ok(call("deployments", "stop", "scorer"))
    left += canary.found_below(folder, but=("private/",))
    left += found_in_engine(docker_env, began)
    assert left == []


def test_what_is_compiled_builds_with_plain_docker_and_its_secrets(
    docker_env: DockerEngine, corporation: Corporation
) -> None:
    call, folder = corporation.call, corporation.folder
    ok(call("lock"))
    ok(call("compile", "-o", "out"))
    manifest = json.loads((folder / "out" / "manifest.json").read_text())
    ids = manifest["environments"]["e"]["secrets"]
    assert ids == ["secret.by_command", "secret.by_file", "secret.by_keyring", "secret.by_variable"]
    assert manifest["deployments"]["scorer"]["secrets"] == ids
    context = folder / "out" / "environments" / "e"
    for name in ids:
        assert f"--secret id={name},src=FILE" in (context / "Dockerfile").read_text()
        (corporation.outside / name).write_text(VALUES[name.removeprefix("secret.")])
    given = [f"--secret=id={name},src={corporation.outside / name}" for name in ids]
    failed = docker_build(docker_env, context, [option for option in given if "by_file" not in option])
    assert failed.returncode != 0
    assert "this step needs the build secret secret.by_file: docker build --secret id=" in failed.stdout
    built = docker_build(docker_env, context, [*given, "--tag=envspec-test/private:1"])
    assert built.returncode == 0, built.stdout
    assert not canary.found_in_value(failed.stdout + built.stdout)
    assert canary.found_in_image(docker_env.client, "envspec-test/private:1") == []
    docker_env.client.images.remove("envspec-test/private:1", force=True)


def docker_build(engine: DockerEngine, context: Path, options: list[str]) -> subprocess.CompletedProcess[str]:
    assert engine.cli is not None
    return subprocess.run(
        [engine.cli, "build", "--network=host", "--progress=plain", *options, str(context)],
        env={**os.environ, **engine.environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def test_the_classic_builder_is_refused_before_anything_starts(
    docker_env: DockerEngine, corporation: Corporation
) -> None:
    ok(corporation.call("lock"))
    for server in corporation.servers.values():
        server.asked.clear()
    missing = {"CANARY": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    done = corporation.call("build", "--target", "docker", "--builder", "classic", **missing)
    assert done.returncode == 3
    assert done.stderr.count("error[E0910]") == 4, "one for each, at its place; no secret was read"
    assert "help: let the builder be `auto`" in done.stderr, "it is there, and was not wanted"
    for line in ("indexes   = [one", "channels  = [own"):
        number = (corporation.folder / "a.envspec").read_text().split(line)[0].count("\n") + 1
        assert f"a.envspec:{number}:" in done.stderr
    assert not any(server.asked for server in corporation.servers.values())
    (corporation.folder / "private" / "token").unlink()
    done = corporation.call("build", "--target", "docker")
    assert done.returncode == 2 and "E0815" in done.stderr
