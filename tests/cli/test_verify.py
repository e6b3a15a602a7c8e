"""`build --verify`: two builds are compared, on every kind of engine, and what is said of them is true."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.conftest import have
from tests.engines import newer_docker
from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines.private_docker import PrivateDocker, private_docker
from tests.supply_chain.specimens import make_wheel

SPEC = """edition = 1
environment same {
    managed     = false
    interpreter = "python3"
    docker { image = "BASE", run = ["mkdir /d; echo here > /d/made; chmod 640 /d/made"] }
}
environment differs extends same {
    docker { run = ["cat /proc/sys/kernel/random/uuid > /etc/made"] }
}
"""


@pytest.fixture(scope="module")
def newer_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDocker]:
    """Docker with buildx, and with its images in containerd."""
    programs = have(newer_docker.programs)
    settings = {"features": {"containerd-snapshotter": True}}
    with private_docker(tmp_path_factory.mktemp("newer"), programs=programs, settings=settings) as engine:
        engine.load_tiny_base()
        yield engine


def verify(folder: Path, name: str, *arguments: str, **variables: str) -> Any:
    return envspec("build", name, "--verify", *arguments, cwd=folder, **variables)


@pytest.mark.docker
@pytest.mark.slow
def test_byte_for_byte_where_the_engine_can_rewrite_times(
    newer_engine: PrivateDocker, tmp_path: Path
) -> None:
    (tmp_path / "a.envspec").write_text(SPEC.replace("BASE", newer_engine.load_tiny_base()))
    assert newer_engine.programs is not None
    variables = {
        "DOCKER_HOST": newer_engine.host,
        "DOCKER_CONFIG": str(newer_docker.configuration(newer_engine.programs)),
        "PATH": f"{newer_engine.programs}{os.pathsep}{os.environ['PATH']}",
    }
    options = ("--target", "docker", "--network", "host")
    done = verify(tmp_path, "same", *options, "--format", "json", **variables)
    (row,) = json.loads(ok(done))["environments"]
    assert "byte for byte" in row["verified"]["proved"]
    assert row["verified"]["not_compared"] == ""
    before = image_ids(newer_engine.client)
    failed = verify(tmp_path, "differs", *options, **variables)
    assert failed.returncode == 1, failed.stderr
    assert "E0932" in failed.stderr and "a.envspec:7:1" in failed.stderr
    assert "etc/made: another content" in failed.stderr
    assert "proc" not in failed.stderr.partition("help:")[0]
    assert len(image_ids(newer_engine.client)) == len(before) + 1, "the second image does not stay"
    assert not list((tmp_path / ".envspec" / "verify").glob("*"))


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_file_by_file_elsewhere(docker_env: DockerEngine, tmp_path: Path, builder: str) -> None:
    """Each builder with an image of its own: BuildKit's mounts leave their traces in `/run`."""
    text = SPEC.replace("BASE", docker_env.base).replace("echo here", f"echo {uuid.uuid4().hex}")
    (tmp_path / "a.envspec").write_text(text)
    options = ("--target", "docker", "--builder", builder)
    said = ok(verify(tmp_path, "same", *options))
    assert "files above them have the same names, modes, owners and bytes" in said
    assert "not compared: the times of files" in said
    failed = verify(tmp_path, "differs", *options)
    assert failed.returncode == 1, failed.stderr
    assert "E0932" in failed.stderr and "etc/made: another content" in failed.stderr
    assert not [
        tag for image in docker_env.client.images.list() for tag in image.tags if tag.endswith("-verify")
    ]


LOCAL = """edition = 1
environment e {
    channels = ["CHANNEL"]
    python   = "3.11"
    conda    = ["numpy", "six =1.16"]
    pip      = ["./tools"]
}
"""
BACKEND = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
SETUP = '''"""A build backend that needs nothing."""
import os, pathlib, zipfile

def build_wheel(folder, settings=None, metadata=None):
    name = "tools-1-py3-none-any.whl"
    info = "Metadata-Version: 2.1\\nName: tools\\nVersion: 1\\n"
    wheel = "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    points = "[console_scripts]\\ntools = tools:main\\n"
    with zipfile.ZipFile(pathlib.Path(folder, name), "w") as made:
        made.writestr("tools.py", CODE)
        for file, text in {"METADATA": info, "WHEEL": wheel, "RECORD": "", "entry_points.txt": points}.items():
            made.writestr("tools-1.dist-info/" + file, text)
    return name
'''


@pytest.mark.conda
@pytest.mark.slow
def test_an_environment_of_this_machine(conda_channel: Any, tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(LOCAL.replace("CHANNEL", conda_channel.url))
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "pyproject.toml").write_text(BACKEND + "[project]\nname = 'tools'\nversion = '1'\n")
    (tools / "backend.py").write_text(SETUP.replace("CODE", '"def main(): pass\\n"'))
    said = ok(verify(tmp_path, "e"))
    assert "files and folders have the same names, modes and bytes" in said
    assert "not compared: times of files" in said
    (tools / "backend.py").write_text(SETUP.replace("CODE", '"# %s\\n" % os.urandom(8).hex()'))
    failed = verify(tmp_path, "e")
    assert failed.returncode == 1, failed.stderr
    assert "E0932" in failed.stderr and "site-packages/tools.py: another content" in failed.stderr
    folders = [p.name for p in (tmp_path / ".envspec" / "environments").iterdir() if p.is_dir()]
    assert len(folders) == 2 and not [name for name in folders if name.startswith("verify")]


def test_bytecode_of_what_ran_is_no_difference(tmp_path: Path) -> None:
    make_wheel(tmp_path / "dist", "f", "1.0", {"f.py": "VALUE = 1\n"})
    (tmp_path / "a.envspec").write_text(
        'environment e { python = "3.11", pip = ["./dist/f-1.0-py3-none-any.whl"] }\n'
    )
    ok(envspec("exec", "e", "--", "python", "-c", "import f", cwd=tmp_path, PYTHONDONTWRITEBYTECODE=""))
    site = next((tmp_path / ".envspec" / "environments").glob("*/lib/python3.11/site-packages"))
    assert list(site.glob("__pycache__/f.*.pyc"))
    said = ok(verify(tmp_path, "e"))
    assert "bytecode that programs left" in said
    (site / "f.pyc").write_bytes(b"")
    failed = verify(tmp_path, "e")
    assert failed.returncode == 1 and "site-packages/f.pyc: only in the first build" in failed.stderr


def test_what_is_not_built_cannot_be_built_twice(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC.replace("BASE", "unused"))
    done = verify(tmp_path, "same")
    assert done.returncode == 2
    assert "E1205" in done.stderr and "is not built by envspec" in done.stderr
