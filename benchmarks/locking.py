"""What locking costs over the solvers themselves, and how long a big lock takes.

Everything is made here: a conda channel of package lists only, and an index of small wheels, both on this disk, so that
nothing is measured but solving. The yardstick is a script that calls rattler and uv as a person would; ours does the
same work, checks it and writes it down.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benchmarks.measure import Case

BARE, BARE_COLD = "rattler and uv alone", "rattler and uv alone, empty caches"
_MOST = 1.1
"""The goal: how much of the yardstick's time locking may take."""
_SUBDIRS = {"linux-64": "linux/amd64", "linux-aarch64": "linux/arm64", "osx-arm64": "darwin/arm64"}
_CONDA, _PIP, _VERSIONS = 150, 150, 6


def cases(folder: Path, envspec: str, python: str, variables: dict[str, str]) -> list[Case]:
    """Makes what is locked below `folder`; the caches of uv and rattler are there too."""
    channel, index = write_channel(folder / "channel"), write_index(folder / "index")
    project = folder / "project"
    (project / ".git").mkdir(parents=True)
    conda, pip = ["conda-149 >=2", "conda-148", "numeric >=1"], ["pip-149 >=2", "pip-148", "pip-20 <5"]
    (project / "a.envspec").write_text(spec(channel, conda, pip, ["linux/amd64"]))
    script = folder / "bare.py"
    script.write_text(_SCRIPT.format(channel=channel.as_uri(), conda=conda, pip=pip))
    caches = folder / "caches"
    variables = {
        **variables,
        "UV_DEFAULT_INDEX": index.as_uri(),
        "UV_CACHE_DIR": str(caches / "uv"),
        "RATTLER_CACHE_DIR": str(caches / "rattler"),
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    }
    offline = {**variables, "DOCKER_CONFIG": str(folder)}

    def unlock() -> None:
        (project / "envspec.lock").unlink(missing_ok=True)

    def forget() -> None:
        unlock()
        shutil.rmtree(caches, ignore_errors=True)

    def case(name: str, *command: str, prepare: Callable[[], None] = unlock, when: str = "") -> Case:
        plain = Case(name, command, project, offline, prepare=prepare, peer=when)
        return replace(plain, goal=_MOST, when=when, takes=1.0) if when else plain

    return [
        case(BARE, python, str(script)),
        case("lock", envspec, "lock", "-q", when=BARE),
        case(BARE_COLD, python, str(script), prepare=forget),
        case("lock, empty caches", envspec, "lock", "-q", prepare=forget, when=BARE_COLD),
        Case(
            f"lock, {_CONDA + _PIP} packages on {len(_SUBDIRS)} platforms, empty caches",
            (sys.executable, "-m", "benchmarks.locking", str(folder)),
            Path(__file__).parents[1],
            offline,
            goal=10.0,
            prepare=forget,
        ),
    ]


def spec(channel: Path, conda: list[str], pip: list[str], platforms: list[str]) -> str:
    """One environment of both kinds. Its base image has a digest already, so no registry is asked."""
    return f"""edition = 1
channel own {{ url = "{channel.as_uri()}" }}

environment e {{
    channels = [own]
    python   = "3.11"
    conda    = {json.dumps(conda)}
    pip      = {json.dumps(pip)}
    docker {{ image = "base.example/e@sha256:{"0" * 64}", platforms = {json.dumps(platforms)} }}
}}
"""


def write_channel(folder: Path) -> Path:
    """Package lists for every subdir: `conda-N` needs some of those before it, `numeric` needs nothing."""
    for subdir in (*_SUBDIRS, "noarch"):
        packages = {} if subdir == "noarch" else dict(_records(subdir))
        (folder / subdir).mkdir(parents=True)
        (folder / subdir / "repodata.json").write_text(
            json.dumps({"info": {"subdir": subdir}, "packages": {}, "packages.conda": packages})
        )
    return folder


def _records(subdir: str) -> list[tuple[str, dict[str, object]]]:
    found = []
    wanted: list[tuple[str, str, list[str]]] = [("python", f"3.{minor}.9", []) for minor in (10, 11, 12)]
    wanted += [("numeric", f"{version}.0", []) for version in range(1, 4)]
    wanted += [
        (f"conda-{number}", f"{version}.0", _needs("conda", number))
        for number in range(_CONDA)
        for version in range(1, _VERSIONS)
    ]
    for name, version, needs in wanted:
        depends = [*needs, *(["python >=3.10"] if name.startswith("conda") else [])]
        file = f"{name}-{version}-0.conda"
        digest = hashlib.sha256(f"{subdir}/{file}".encode()).hexdigest()
        record: dict[str, object] = {
            "name": name, "version": version, "build": "0", "build_number": 0, "depends": depends,
            "subdir": subdir, "sha256": digest, "md5": digest[:32], "size": 1000, "timestamp": 0,
        }  # fmt: skip
        found.append((file, record))
    return found


def _needs(kind: str, number: int) -> list[str]:
    """The one before, and two others before it, by chance that is the same every time."""
    chance = random.Random(number)
    others = {number - 1, *(chance.randrange(number) for _ in range(2))} if number else set()
    operator = " >=2" if kind == "conda" else ">=2"
    return [f"{kind}-{other}{operator}" for other in sorted(others)]


def write_index(folder: Path) -> Path:
    from tests.lock.test_pypi import write_index as write

    wheels = tuple(
        (f"pip-{number}", f"{version}.0", "py3-none-any", tuple(_needs("pip", number)))
        for number in range(_PIP)
        for version in range(1, _VERSIONS)
    )
    return write(folder, wheels)


_SCRIPT = """\
import asyncio, os, subprocess, sys
import rattler, uv

async def solve():
    return await rattler.solve(
        [{channel!r}], [*{conda!r}, "python 3.11.*"],
        gateway=rattler.Gateway(cache_dir=os.environ["RATTLER_CACHE_DIR"], show_progress=False),
        platforms=["linux-64", "noarch"],
        virtual_packages=[rattler.GenericVirtualPackage(
            rattler.PackageName("__glibc"), rattler.Version("2.28"), rattler.BuildString("0"))],
    )

assert asyncio.run(solve())
subprocess.run(
    [uv.find_uv_bin(), "pip", "compile", "-q", "--no-build", "--no-header", "--python-version=3.11",
     "--python-platform=x86_64-manylinux_2_28", "--format=pylock.toml",
     "--output-file=" + os.path.join(os.path.dirname(sys.argv[0]), "pylock.toml"), "-"],
    input="\\n".join({pip!r}).encode(), check=True,
)
"""


def big(folder: Path) -> None:
    """One environment of everything, for the platforms of the channel: one of them is no Docker platform, so no spec
    asks for it, only somebody's machine."""
    from envspec.ir.identity import definition_hash
    from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage, Project
    from envspec.lock.solve import LockOptions, lock_project

    environment = Environment(
        id="e",
        name="e",
        python="3.11",
        channels=(PackageSource("own", (folder / "channel").as_uri()),),
        conda=(CondaPackage(f"conda-{_CONDA - 1}", f"conda-{_CONDA - 1}"),),
        pip=(PipPackage("requirement", f"pip-{_PIP - 1}", f"pip-{_PIP - 1}"),),
        docker=Docker(platforms=tuple(_SUBDIRS.values())),
    )
    lock = lock_project(
        Project({"e": environment}, {}, {}, {}, {}, {}),
        None,
        LockOptions(folder),
        definition_hash=definition_hash,
        secrets=lambda _reference: "",
    )
    for platform in lock.environments["e"].platforms:
        assert len(platform.conda) + len(platform.pip) >= _CONDA + _PIP, platform.platform


def main() -> None:
    big(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
