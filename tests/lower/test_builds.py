"""What is lowered is built for real: by the classic builder and by BuildKit of a Docker engine."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from envspec.ir.identity import definition_hash
from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage
from envspec.lock.model import LockedEnvironment
from envspec.lock.solve import LockOptions, lock_project
from envspec.lower.context import BuildContext
from envspec.lower.environment import BUILDKIT, PORTABLE, lower_environment
from envspec.lower.files import ProjectFiles
from tests.engines.conda_channel import CondaChannel
from tests.engines.docker_engine import DockerEngine
from tests.lower import specimens
from tests.lower.specimens import DictFiles, requirement

pytestmark = [pytest.mark.slow, pytest.mark.index]

PLATFORMS = {"linux-64": "linux/amd64", "linux-aarch64": "linux/arm64"}
NO_FILES = DictFiles()

LEFT_OVER = (
    "find / -xdev -path /opt/envspec/build -o -path /opt/envspec/installer -o -name uv -o -path */.cache/* "
    "-o -path /tmp/* -o -path /opt/envspec/env/.lock"
)
"""Finds what an installer could have left behind; to be run as root, who sees all folders."""


class Images:
    """Builds contexts by the docker command and runs what came out."""

    def __init__(self, engine: DockerEngine, folder: Path) -> None:
        self.engine = engine
        self.folder = folder

    def build(
        self, context: BuildContext, tag: str, files: ProjectFiles = NO_FILES, *, buildkit: bool
    ) -> str:
        """The log of `docker build` on the folder, and nothing else: as anybody would do it."""
        folder = specimens.write(context, self.folder / tag.replace(":", "-") / str(buildkit), files)
        done = self._docker(
            "build", "--force-rm", "--network=host", "-t", tag, str(folder), buildkit=buildkit
        )
        assert done.returncode == 0, done.stdout[-4000:]
        return done.stdout

    def run(self, tag: str, *command: str, user: str = "") -> str:
        options = [f"--user={user}"] if user else []
        done = self._docker("run", "--rm", "--network=none", *options, tag, *command)
        assert done.returncode == 0, done.stdout
        return done.stdout.strip()

    def inspect(self, tag: str) -> dict[str, object]:
        config: dict[str, object] = self.engine.client.images.get(tag).attrs["Config"]
        return config

    def _docker(self, *arguments: str, buildkit: bool = False) -> subprocess.CompletedProcess[str]:
        assert self.engine.cli is not None, "no docker command here builds with BuildKit"
        variables = {
            **self.engine.environment,
            "DOCKER_BUILDKIT": str(int(buildkit)),
            "PATH": "/usr/bin:/bin",
        }
        variables["BUILDKIT_PROGRESS"] = "plain"
        return subprocess.run(
            [self.engine.cli, *arguments],
            env={**variables, "HOME": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture
def images(docker_engine: DockerEngine, tmp_path: Path) -> Images:
    return Images(docker_engine, tmp_path)


def lock(environment: Environment, root: Path, platform: str = "linux/amd64") -> LockedEnvironment:
    """What the real lock says, but for the base image: those of the tests are in no registry."""

    def no_secrets(_: object) -> str:
        raise AssertionError

    locked = lock_project(
        specimens.project(environment),
        None,
        LockOptions(root, (platform,)),
        definition_hash=definition_hash,
        secrets=no_secrets,
    ).environments[environment.id]
    return replace(locked, digest="")


VARIANTS = pytest.mark.parametrize("variant", [PORTABLE, BUILDKIT])

HOSTILE = {
    "a": 'quote " and \\ and `tick` and $HOME ${HOME:-x} $(id)',
    "b": "# syntax=x",
    "c": "  leading and trailing  ",
    "d": "é \u202e \t <<EOF \\",
    "e": "'single' && id; FROM scratch",
    "f": "",
}


@VARIANTS
def test_pip_only(images: Images, tmp_path: Path, variant: str) -> None:
    environment = Environment(
        "pips",
        "pips",
        python="3.11",
        pip=(requirement("six ==1.16.0"), requirement("idna")),
        docker=Docker(
            labels=HOSTILE,
            arguments={"ARGUMENT": HOSTILE["a"]},
            run=('printf %s "$ARGUMENT" > /opt/argument', "python -c 'import six' && id -u > /opt/uid"),
        ),
    )
    context = lower_environment(environment, lock(environment, tmp_path), NO_FILES, builder=variant)
    tag = f"lowered-pips:{variant}"
    images.build(context, tag, buildkit=variant == BUILDKIT)
    script = "import six, sys, os; print(six.__version__, sys.prefix, os.getuid(), os.getcwd(), os.environ['HOME'])"
    assert images.run(tag, "python", "-c", script) == "1.16.0 /opt/envspec/env 1000 /work /home/envspec"
    assert images.run(tag, "sh", "-c", "touch ~/a ./b && id -un") == "envspec"
    assert images.run(tag, "cat", "/opt/argument", "/opt/uid") == HOSTILE["a"] + "0"
    config = images.inspect(tag)
    assert config["User"] == "1000:1000"
    labels = config["Labels"]
    assert isinstance(labels, dict)
    assert {key: labels[key] for key in HOSTILE} == HOSTILE
    # nothing of the installer: no pip in the environment, no uv, no cache
    assert images.run(tag, *LEFT_OVER.split(), user="0") == ""
    none = "import importlib.util as u; print([n for n in ('pip', 'uv', 'setuptools') if u.find_spec(n)])"
    assert images.run(tag, "python", "-c", none) == "[]"
    # bytecode is there, because the user may not write it
    assert "six.cpython-311.pyc" in images.run(
        tag, "sh", "-c", "ls /opt/envspec/env/lib/python3.11/site-packages/__pycache__"
    )
    # a change after the packages uses them from the cache
    changed = replace(environment, docker=replace(environment.docker, labels={"a": "another"}))
    context = lower_environment(changed, lock(changed, tmp_path), NO_FILES, builder=variant)
    log = images.build(context, tag, buildkit=variant == BUILDKIT)
    assert "Downloading" not in log
    assert "CACHED" in log or "Using cache" in log


@VARIANTS
def test_conda_with_pip(images: Images, conda_channel: CondaChannel, tmp_path: Path, variant: str) -> None:
    environment = Environment(
        "condas",
        "condas",
        python=conda_channel.python_version,
        channels=(PackageSource("own", conda_channel.http_url),),
        conda=(CondaPackage("numpy", "numpy =2.1"), CondaPackage("six", "six")),
        pip=(requirement("idna"),),
    )
    locked = lock(environment, tmp_path, PLATFORMS[conda_channel.subdir])
    context = lower_environment(environment, locked, NO_FILES, builder=variant)
    tag = f"lowered-condas:{variant}"
    images.build(context, tag, buildkit=variant == BUILDKIT)
    script = "import numpy, six, idna, sys, os; print(numpy.arange(3).sum(), sys.prefix, os.getuid())"
    assert images.run(tag, "python", "-c", script) == "3 /opt/envspec/env 1000"
    assert images.run(tag, *LEFT_OVER.split(), user="0") == ""
    assert images.run(tag, "sh", "-c", "command -v uv micromamba conda || true") == ""


def test_conda_without_a_lock(images: Images, conda_channel: CondaChannel) -> None:
    environment = Environment(
        "open",
        "open",
        python=conda_channel.python_version,
        channels=(PackageSource("own", conda_channel.http_url),),
        conda=(CondaPackage("six", "six"),),
    )
    images.build(lower_environment(environment, None, NO_FILES), "lowered-open:1", buildkit=False)
    assert images.run("lowered-open:1", "python", "-c", "import six; print(six.__name__)") == "six"


def test_base_of_ones_own_with_local_packages(images: Images, tmp_path: Path) -> None:
    files = DictFiles(
        {
            "libs/tools/pyproject.toml": (
                b'[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
                b'[project]\nname = "tools"\nversion = "1"\n'
            ),
            "libs/tools/corptools/__init__.py": b"VALUE = 41\n",
        }
    )
    for path, content in files.contents.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    environment = Environment(
        "own",
        "own",
        python="3.11",
        pip=(requirement("six ==1.16.0"), PipPackage("path", "tools", "libs/tools")),
        docker=Docker(image=images.engine.base),
    )
    context = lower_environment(environment, lock(environment, tmp_path), files)
    images.build(context, "lowered-own:1", files, buildkit=False)
    assert (
        images.run("lowered-own:1", "python", "-c", "import corptools, six; print(corptools.VALUE)") == "41"
    )


def test_a_base_without_the_python_says_so(images: Images) -> None:
    environment = Environment("old", "old", python="3.9", docker=Docker(image=images.engine.base))
    with pytest.raises(AssertionError, match=r"the base image has no Python 3\.9 on its PATH"):
        images.build(lower_environment(environment, None, NO_FILES), "lowered-old:1", buildkit=False)


def test_both_variants_give_the_same_image(images: Images, tmp_path: Path) -> None:
    environment = Environment("same", "same", python="3.11", pip=(requirement("six ==1.16.0"),))
    locked = lock(environment, tmp_path)
    listings, configurations = [], []
    for variant in (PORTABLE, BUILDKIT):
        context = lower_environment(environment, locked, NO_FILES, builder=variant)
        tag = f"lowered-same:{variant}"
        images.build(context, tag, buildkit=variant == BUILDKIT)
        listing = "find /opt /work /home -type f -not -name RECORD -exec sha256sum {} + | sort -k2"
        listings.append(images.run(tag, "sh", "-c", listing))
        config = images.inspect(tag)
        configurations.append({key: config[key] for key in ("Env", "User", "WorkingDir", "Cmd", "Labels")})
    assert listings[0] == listings[1]
    assert json.dumps(configurations[0], sort_keys=True) == json.dumps(configurations[1], sort_keys=True)


def test_environments_share_the_layers_that_are_the_same(images: Images, tmp_path: Path) -> None:
    """A child with one small package more has its parent's layers but the last; the other package is not copied."""
    parent = Environment(
        "parent", "parent", python="3.11", pip=(requirement("numpy ==2.2.6"), requirement("six"))
    )
    child = replace(parent, id="child", name="child", pip=(*parent.pip, requirement("idna")))
    layers = []
    for environment in (parent, child):
        context = lower_environment(environment, lock(environment, tmp_path), NO_FILES, builder=BUILDKIT)
        tag = f"lowered-{environment.id}:layers"
        images.build(context, tag, buildkit=True)
        layers.append(images.engine.client.images.get(tag).attrs["RootFS"]["Layers"])
    one, other = layers
    assert len(one) == len(other)
    same = [a == b for a, b in zip(one, other, strict=True)]
    assert (
        same.index(False)
        >= len(images.engine.client.images.get("python:3.11-slim").attrs["RootFS"]["Layers"]) + 4
    )
    assert images.run("lowered-child:layers", "python", "-c", "import numpy, six, idna; print(1)") == "1"
