"""A real conda channel on this machine: the running CPython and a few wheels, repackaged and indexed.

What is in it follows from `WHEELS`, the running Python and this package's own code; it is made once for
each (about a minute) and kept in the cache. Tests have it as `file://` and over loopback HTTP.
"""

from __future__ import annotations

import asyncio
import hashlib
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.engines import EngineMissingError
from tests.engines.conda_package import write_package
from tests.engines.conda_python import VERSION, stage_python
from tests.engines.conda_wheel import stage_wheel
from tests.engines.paths import cache_dir, lock

WHEELS = (
    *("six==1.16.0", "six==1.17.0"),
    *("numpy==2.1.3", "numpy==2.2.6", "scipy==1.15.3"),
    *("scikit-learn==1.5.2", "scikit-learn==1.6.1", "joblib==1.4.2", "threadpoolctl==3.5.0"),
    *("pip==25.0.1", "setuptools==80.9.0"),
    *("flask==3.1.0", "werkzeug==3.1.3", "jinja2==3.1.6", "markupsafe==3.0.2", "itsdangerous==2.2.0"),
    *("click==8.1.8", "blinker==1.9.0"),
)
"""The packages of the channel besides `python`, as requirements that name one version each."""

Subdir = Literal["linux-64", "linux-aarch64"]
"""The platforms, in conda's words, that a channel is made for."""

_SUBDIRS: Mapping[tuple[str, str], Subdir] = {
    ("Linux", "x86_64"): "linux-64",
    ("Linux", "aarch64"): "linux-aarch64",
}


@dataclass(frozen=True, slots=True)
class CondaChannel:
    """A conda channel in the folder `path`, for the platform `subdir` and Python `python_version`.

    `url` is its `file://` address; `http_url` its loopback HTTP address, empty when it is not served.
    """

    path: Path
    subdir: Subdir
    python_version: str = VERSION
    http_url: str = ""

    @property
    def url(self) -> str:
        """The `file://` address."""
        return self.path.as_uri()


def make_channel() -> CondaChannel:
    """The channel from the cache, made first when it is not there.

    Raises EngineMissingError when this platform has none or the wheels cannot be had.
    """
    subdir = _SUBDIRS.get((platform.system(), platform.machine()))
    if subdir is None:
        raise EngineMissingError(f"no conda channel is made on {platform.system()} {platform.machine()}")
    folder = cache_dir() / "channels" / _key(subdir)
    with lock("conda-channel"):
        if not folder.is_dir():
            folder.parent.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder.parent, prefix="unfinished-") as scratch:
                finished = _build(Path(scratch), subdir)
                finished.rename(folder)
    return CondaChannel(folder, subdir)


def _key(subdir: str) -> str:
    """Of everything that decides what is in the channel."""
    code = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("conda_*.py"))]
    inputs = (subdir, sys.version, sys.base_prefix, *WHEELS)
    return hashlib.sha256(b"\0".join((*code, *(text.encode() for text in inputs)))).hexdigest()[:16]


def _build(scratch: Path, subdir: str) -> Path:
    from rattler.index import index_fs

    channel = scratch / "channel"
    (channel / "noarch").mkdir(parents=True)
    prefix = scratch / "python"
    prefix.mkdir()
    write_package(stage_python(prefix, subdir), prefix, channel)
    for number, wheel in enumerate(_download(scratch)):
        prefix = scratch / f"wheel-{number}"
        write_package(stage_wheel(wheel, prefix, subdir), prefix, channel)
    shutil.rmtree(scratch / "wheels")
    asyncio.run(index_fs(channel))
    return channel


def _download(scratch: Path) -> list[Path]:
    """The wheels; one call of pip takes one version of each package, so it is called until all are had."""
    left, folder = list(WHEELS), scratch / "wheels"
    while left:
        batch = list({requirement.partition("==")[0]: requirement for requirement in left}.values())
        left = [requirement for requirement in left if requirement not in batch]
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        command += ["--no-deps", "--only-binary=:all:", f"--dest={folder}", *batch]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            last = "\n".join(done.stderr.strip().splitlines()[-3:])
            raise EngineMissingError(f"the wheels of the conda channel cannot be had: {last}")
    return sorted(folder.glob("*.whl"))
