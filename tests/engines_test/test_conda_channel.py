"""The conda channel solves and installs, over both addresses, into an environment that works."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from rattler import RepoDataRecord, VirtualPackage, install, solve

from tests.engines.conda_channel import CondaChannel

SPECIFIC = "import numpy, ssl, sqlite3, ctypes, bz2, lzma, sys; print(sys.prefix, numpy.__version__)"


def solved(channel: CondaChannel, address: str, *specs: str) -> list[RepoDataRecord]:
    python = f"python {channel.python_version}.*"
    virtual = VirtualPackage.detect()
    return asyncio.run(
        solve([address], [python, *specs], platforms=[channel.subdir, "noarch"], virtual_packages=virtual)
    )


def installed(records: list[RepoDataRecord], folder: Path) -> Path:
    prefix = folder / "prefix"
    asyncio.run(install(records, prefix, cache_dir=folder / "cache", show_progress=False))
    return prefix


@pytest.mark.parametrize("address", ["url", "http_url"])
def test_an_environment_installs_and_works(conda_channel: CondaChannel, address: str, tmp_path: Path) -> None:
    records = solved(conda_channel, getattr(conda_channel, address), "numpy 2.1.*", "six")
    prefix = installed(records, tmp_path)
    output = subprocess.check_output([prefix / "bin/python", "-I", "-c", SPECIFIC], text=True)
    assert output.split() == [str(prefix), "2.1.3"]


@pytest.mark.parametrize(("spec", "version"), [("six", "1.17.0"), ("six <1.17", "1.16.0")])
def test_a_version_can_be_held_back(conda_channel: CondaChannel, spec: str, version: str) -> None:
    records = solved(conda_channel, conda_channel.url, spec)
    assert {record.name.normalized: str(record.version) for record in records}["six"] == version


def test_every_record_can_be_locked(conda_channel: CondaChannel) -> None:
    records = solved(conda_channel, conda_channel.url, "scikit-learn 1.5.*", "flask", "pip")
    assert {"python", "scikit-learn", "scipy", "numpy", "joblib", "flask"} <= {
        record.name.normalized for record in records
    }
    assert all(record.sha256 and str(record.url).startswith("file://") for record in records)


def test_pip_and_scripts_see_the_packages(conda_channel: CondaChannel, tmp_path: Path) -> None:
    prefix = installed(solved(conda_channel, conda_channel.url, "six", "numpy", "pip"), tmp_path)
    python = [str(prefix / "bin/python"), "-I", "-m", "pip", "list", "--format=json"]
    listing = json.loads(subprocess.check_output(python, text=True))
    assert {"six", "numpy", "pip"} == {entry["name"] for entry in listing}
    installer = next(prefix.glob("lib/*/site-packages/six-*.dist-info/INSTALLER"))
    assert installer.read_text().strip() == "conda"
    version = subprocess.check_output([prefix / "bin/numpy-config", "--version"], text=True)
    assert version.strip().startswith("2.")


def test_nothing_of_the_old_prefix_is_left(conda_channel: CondaChannel, tmp_path: Path) -> None:
    prefix = installed(solved(conda_channel, conda_channel.url), tmp_path)
    script = "import sys, sysconfig; print(sysconfig.get_paths(), sysconfig.get_config_vars(), sys.path)"
    output = subprocess.check_output([prefix / "bin/python", "-I", "-c", script], text=True)
    assert "placehold" not in output
    if sys.base_prefix != "/usr":
        assert sys.base_prefix + "/" not in output
