"""From MatchSpecs to a Python that runs: locked, written, read, installed, with pip beside conda."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest

from envspec.diagnostics import Failure, Span
from envspec.ir.identity import definition_hash
from envspec.ir.types import PackageSource, Project
from envspec.lock.export import repodata_records, requirements_lines
from envspec.lock.solve import LockOptions, lock_project
from envspec.lock.text import read, write
from tests.engines.conda_channel import CondaChannel
from tests.lock.conftest import environment, no_secrets
from tests.lock.test_pypi import write_index

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


@pytest.mark.parametrize(
    ("conda", "line", "brings"),
    [
        (("six", "numpy =2.1"), 1, "this brings `numpy 2.1.3`"),
        (("six", "scikit-learn =1.6"), 1, "this brings `numpy 2.2.6`"),
    ],
)
def test_a_clash_of_pip_with_conda_is_told_at_both_lines(
    conda_channel: CondaChannel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    conda: tuple[str, ...],
    line: int,
    brings: str,
) -> None:
    """`old-tool` wants a NumPy that the one of conda is not, which is asked for or comes with something else."""
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    wheels = (("old-tool", "1.0", "py3-none-any", ("numpy<2",)), ("plain", "1.0", "py3-none-any", ()))
    monkeypatch.setenv("UV_DEFAULT_INDEX", write_index(tmp_path / "index", wheels).as_uri())
    subject = environment(
        conda_packages=conda,
        pip_packages=("plain", "old-tool"),
        channels=(PackageSource("own", conda_channel.url),),
        python=conda_channel.python_version,
    )
    pointers: dict[int, str] = {}

    def locate(pointer: str) -> Span:
        at = len(pointers)
        pointers[at] = pointer
        return Span("train.envspec", at, at + 1)

    with pytest.raises(Failure) as caught:
        lock_project(
            Project({"sklearn": subject}, {}, {}, {}, {}, {}),
            None,
            LockOptions(tmp_path, (HERE[conda_channel.subdir],)),
            definition_hash=definition_hash,
            secrets=no_secrets,
            locate=locate,
        )
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("E0606", "/environments/sklearn/pip/1")
    assert "contradict" in found.message
    assert [(pointers[label.span.start], label.text) for label in found.labels] == [
        (f"/environments/sklearn/conda/{line}", brings)
    ]
    version = brings.split("`")[1].split(" ")[1]
    assert any(f"`numpy` is {version} here, from conda" in note for note in found.notes)
