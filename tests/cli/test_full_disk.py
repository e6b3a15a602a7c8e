"""An engine whose disk is full (a small tmpfs): one message, status 3, nothing registered, and then it works."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.cli.test_killed_builds import registered
from tests.engines.docker_engine import image_ids
from tests.engines.private_docker import PrivateDocker, private_docker

pytestmark = [pytest.mark.docker, pytest.mark.slow]

MEGABYTES = 64
SPEC = """edition = 1
environment e {
    managed     = false
    interpreter = "python3"
    docker { image = "BASE", run = ["dd if=/dev/zero of=/large bs=1M count=COUNT"] }
}
"""


@pytest.fixture(scope="module")
def small_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateDocker]:
    folder = tmp_path_factory.mktemp("small")
    data = folder / "data"
    data.mkdir()
    size = f"size={MEGABYTES}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "envspec-tests", str(data)], check=True)
    try:
        with private_docker(folder, data_root=data) as engine:
            engine.load_tiny_base()
            yield engine
    finally:
        subprocess.run(["umount", "-l", str(data)], check=False)


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_a_build_that_fills_the_engines_disk(
    small_engine: PrivateDocker, tmp_path: Path, builder: str
) -> None:
    text = SPEC.replace("BASE", small_engine.load_tiny_base())
    (tmp_path / "a.envspec").write_text(text.replace("COUNT", str(2 * MEGABYTES)))
    options = ("--target", "docker", "--network", "host", "--builder", builder)
    before = image_ids(small_engine.client, "envspec/e")
    done = envspec("build", *options, cwd=tmp_path, DOCKER_HOST=small_engine.host)
    assert (done.returncode, done.stdout) == (3, "")
    assert len(re.findall(r"^error\[(?:E0909|E0911)\]", done.stderr, re.MULTILINE)) == 1, done.stderr
    assert re.search(r"disk (of the docker engine )?is full", done.stderr), done.stderr
    assert registered(tmp_path) == set()
    assert image_ids(small_engine.client, "envspec/e") == before
    assert small_engine.client.containers.list(all=True) == []
    small = {"buildkit": "1", "classic": "2"}[builder]  # another image for each: the engine is the same
    (tmp_path / "a.envspec").write_text(text.replace("COUNT", small))
    assert "built in" in ok(envspec("build", *options, cwd=tmp_path, DOCKER_HOST=small_engine.host))
