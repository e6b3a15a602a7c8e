"""From MatchSpecs to a Python that runs: locked, written, read, installed, with pip beside conda."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from envspec.ir.identity import definition_hash
from envspec.ir.types import PackageSource, Project
from envspec.lock.export import repodata_records, requirements_lines
from envspec.lock.solve import LockOptions, lock_project
from envspec.lock.text import read, write
from tests.engines.conda_channel import CondaChannel
from tests.lock.conftest import environment, no_secrets

HERE = {"linux-64": "linux/amd64", "linux-aarch64": "linux/arm64"}


@pytest.mark.index
def test_a_locked_environment_runs(
    conda_channel: CondaChannel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    channel = PackageSource("own", conda_channel.http_url)
    subject = environment(
        conda_packages=("numpy =2.1", "six"),
        pip_packages=("python-dateutil",),
        channels=(channel,),
        python=conda_channel.python_version,
    )
    here = HERE[conda_channel.subdir]
    lock = lock_project(
        Project({"sklearn": subject}, {}, {}, {}, {}, {}),
        None,
        LockOptions(tmp_path, (here,)),
        definition_hash=definition_hash,
        secrets=no_secrets,
    )
    platform = read(write(lock)).environments["sklearn"].platform(here)
    assert platform is not None
    assert platform.python.startswith(f"{conda_channel.python_version}.")
    # six is conda's, so pip leaves it alone
    assert "six" not in {package.name for package in platform.pip}
    assert requirements_lines(platform)[0].startswith("python-dateutil==")

    from rattler import install

    prefix = tmp_path / "prefix"
    asyncio.run(
        install(repodata_records(platform), prefix, cache_dir=tmp_path / "cache", show_progress=False)
    )
    code = "import numpy, six; print(numpy.__version__, numpy.arange(3).sum())"
    done = subprocess.run(
        [prefix / "bin/python", "-I", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("2.1.")
    assert done.stdout.endswith(" 3\n")
