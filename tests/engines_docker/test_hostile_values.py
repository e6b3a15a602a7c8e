"""Two hundred hostile strings go through builds and runs for real, and come out as they went in.

What is compared is what `docker inspect` says of images and containers, and what a program finds in its own
arguments and variables. Many values share a container, because a container takes longer than a comparison.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from envspec.engines.docker.build import make_image
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.engine import DockerEngine
from envspec.engines.docker.fast_path import PREIMAGE_LABEL
from envspec.engines.docker.options import BuildOptions
from envspec.engines.docker.run import RUN_LABEL, run_in_container
from envspec.engines.interface import BuildRequest
from envspec.ir.types import Docker, Environment, InputRef, Template
from envspec.lower.identity import image_layer, python_layer
from tests.engines.docker_engine import DockerEngine as Engine
from tests.engines_docker.hostile import HOSTILE, shared
from tests.engines_docker.requests import OURS, Heard, order, run_request, secret_value

VALUES = {f"HOSTILE_{number}": text for number, text in enumerate(HOSTILE)}
ONE_LINE = tuple(text for text in HOSTILE if not re.search(r"[\r\n\0]", text))
"""`check` lets no line break into a label or a build argument: a Dockerfile has no way to write one."""

REPORT = (
    "import json, os, sys, time\n"
    "json.dump({'argv': sys.argv[1:], 'environ': dict(os.environ)}, open('report.json', 'w'))\n"
    "print('up', flush=True)\n"
    "while not os.path.exists('go'): time.sleep(0.01)\n"
)


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(HOSTILE)) == 200


def test_arguments_and_variables_of_a_run(connection: Connection, base: str, tmp_path: Path) -> None:
    inspected: list[Mapping[str, Any]] = []

    def output(text: str) -> None:
        if inspected:  # the line end comes by itself
            return
        wanted = {"label": f"{RUN_LABEL}={request.id}"}
        (container,) = connection.client.api.containers(filters=wanted)
        inspected.append(connection.client.api.inspect_container(container["Id"]))
        (request.work / "go").touch()

    data = tmp_path / 'a "b" $(c)\n,src=x:ro'
    data.write_text("x")
    argv = (*HOSTILE, *(Template((text, InputRef("data"))) for text in HOSTILE[:20]))
    environment = dict(list(VALUES.items())[:100])
    own = dict(list(VALUES.items())[100:])
    request = run_request(
        tmp_path,
        base,
        output=output,
        inputs={"data": data},
        environment=Environment("e", "e", variables=environment),
        command=("python3", "-c", REPORT, *argv),
        variables=own,
        outputs={"out": "a 'b' $(c)\n`d`/e"},
    )
    assert run_in_container(connection, request).status == 0
    report = json.loads((request.work / "report.json").read_text())
    expected = [*HOSTILE, *(f"{text}/envspec/inputs/data" for text in HOSTILE[:20])]
    assert report["argv"] == expected
    seen = {name: os_text(value) for name, value in report["environ"].items()}
    assert {name: seen[name] for name in VALUES} == VALUES
    assert seen["ENVSPEC_OUTPUT_OUT"] == "/envspec/work/a 'b' $(c)\n`d`/e"
    (container,) = inspected
    assert [container["Path"], *container["Args"]] == ["python3", "-c", REPORT, *expected]
    assert {f"{name}={value}" for name, value in VALUES.items()} <= set(container["Config"]["Env"])
    assert not (request.work / "owned").exists()


def os_text(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8")


@pytest.mark.parametrize("number", range(0, 200, 40))
def test_shell_scripts_read_them_from_variables(
    connection: Connection, base: str, tmp_path: Path, number: int
) -> None:
    some = dict(list(VALUES.items())[number : number + 40])
    heard = Heard()
    shell = "".join(f'printf "%s\\0" "${name}"\n' for name in some)
    request = run_request(tmp_path, base, heard=heard, shell=shell, variables=some)
    assert run_in_container(connection, request).status == 0
    assert request.log.read_bytes().decode().split("\0")[:-1] == list(some.values())
    assert not (request.work / "owned").exists()


def test_a_preimage_with_all_of_them(connection: Connection, base: str, builder: str, tmp_path: Path) -> None:
    """The label of an image carries its preimage byte for byte."""
    preimage = f"{builder} {chr(10).join(HOSTILE)}".encode()
    wanted = order(tmp_path, f"FROM {base}\n", preimage=preimage)
    make_image(connection, BuildOptions(), wanted)
    labels = connection.client.images.get(wanted.reference).labels
    assert labels[PREIMAGE_LABEL].encode() == preimage
    assert make_image(connection, BuildOptions(), wanted).reused


def test_a_spec_full_of_them(
    docker_engine: Engine, connection: Connection, base: str, builder: str, tmp_path: Path
) -> None:
    """The whole way: a user-managed environment with hostile labels, arguments and scripts, lowered, built by
    both builders, inspected. The classic builder makes a container for each label and argument, so there several values
    share one; the parser of Dockerfiles is the same."""
    scripts = (
        "mkdir -p /hostile; printf '%s' '$(id) `id`' > '/hostile/a \"b\"'",
        "cat > \"/hostile/it's \\$(c)\" <<'EOF'\nFROM scratch\n# $HOME \\\nEOF\n",
        "env > /hostile/environ; printf '%s' \"$LAST\" > /hostile/last\n# syntax=evil/frontend\nRUN=1; echo \\\n done",
    )
    values = ONE_LINE if builder == "buildkit" else shared(ONE_LINE)
    arguments = {f"ARG_{number}": text for number, text in enumerate(values)} | {"LAST": ONE_LINE[-1]}
    docker = Docker(
        image=base,
        labels={f"test.{number}": text for number, text in enumerate(values)},
        arguments=arguments,
        run=scripts,
    )
    environment = Environment(
        OURS,
        "e",
        managed=False,
        interpreter="/usr/bin/python3",
        docker=docker,
        variables=VALUES,
    )
    preimage, image_hash = image_layer(environment, None, "linux/amd64", _NoFiles())
    heard = Heard()
    request = BuildRequest(
        root=tmp_path,
        state=tmp_path / ".envspec",
        environment=environment,
        locked=None,
        platform="linux/amd64",
        python_hash=python_layer(environment, None)[1],
        image_hash=image_hash,
        preimage=preimage,
        log=tmp_path / "build.log",
        secrets=secret_value,
        say=heard.said.append,
    )
    engine = DockerEngine(BuildOptions(no_cache=True), docker_engine.host)
    built = engine.build(request)
    assert DockerEngine(host=docker_engine.host).build(request).reused
    labels = connection.client.images.get(built.location).labels
    assert {name: labels.get(name) for name in docker.labels} == dict(docker.labels)
    assert labels[PREIMAGE_LABEL].encode() == preimage
    script = (
        "import json, pathlib\n"
        "files = {p.name: p.read_bytes().decode() for p in pathlib.Path('/hostile').iterdir()}\n"
        "print(json.dumps([files, pathlib.Path('/owned').exists()]))\n"
    )
    run = run_request(tmp_path, built.location, heard=heard, command=("python3", "-c", script))
    assert run_in_container(connection, run).status == 0
    files, owned = json.loads(heard.text)
    assert not owned
    assert files['a "b"'] == "$(id) `id`"
    assert files["it's $(c)"] == "FROM scratch\n# $HOME \\\n"
    assert files["last"] == ONE_LINE[-1]
    environ = files["environ"]
    for name, value in arguments.items():
        assert f"{name}={value}\n" in environ, name


class _NoFiles:
    def read_bytes(self, path: str) -> bytes:
        raise FileNotFoundError(path)

    def walk(self, path: str) -> tuple[tuple[str, int], ...]:
        return ()
