"""Locking beside its two solvers alone: `python -m benchmarks locking`.

The conda channel is made here, of packages that depend on each other; what is asked of it is what a lock of that size
asks. The requirements are real ones and come from the package index that this machine uses. Both sides solve from
nothing each time; cold is an empty cache as well, and `--offline` is solving alone.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lock.small_channel import SmallPackage, make_channel

from benchmarks.installed import Installed, install
from benchmarks.measure import Case, Result, measure
from envspec.lock.file import read_lock
from envspec.lock.universal import marker_facts
from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment

_BARE = Path(__file__).with_name("bare_lock.py")
_PLATFORMS = {"linux/amd64": "linux-64", "linux/arm64": "linux-aarch64", "darwin/arm64": "osx-arm64"}
_LIBRARIES, _VERSIONS = 115, 4
_PYTHON = "3.11"
_MORE_THAN_SOLVERS = 1.1
_LARGE_SECONDS = 10.0
_LARGE_PACKAGES = 300
_SOLVING = "lock --offline"
"""Solving alone: what the index says is in the cache, so nobody waits for it."""

_SPEC = """edition = 1

environment locked {{
    python   = "{python}"
    channels = ["{channel}"]
    conda    = [{conda}]
    pip      = [{pip}]

    docker {{
        image     = "python:3.11-slim@sha256:{digest}"
        platforms = [{platforms}]
    }}
}}
"""


_AS_THERE = """import envspec.actions.locking
envspec.actions.locking.host_platform = lambda: "{platform}"
from envspec.__main__ import main
main()
"""
"""A lock is for the platforms of the spec and for the machine that locks; this is `envspec` on another one."""


@dataclass(frozen=True, slots=True)
class _Input:
    """`libraries` is how many packages of the channel are asked for by name; the others follow."""

    name: str
    libraries: int
    pip: Sequence[str]
    platforms: Sequence[str]


_INPUTS = (
    _Input(
        "20 packages, one platform",
        3,
        ("scikit-learn >=1.6,<2", "numpy >=2,<3", "joblib >=1.4,<2", "requests", "flask"),
        ("linux/amd64",),
    ),
    _Input(
        f"{_LARGE_PACKAGES} packages, three platforms",
        _LIBRARIES,
        ("dask[complete]", "fastapi[standard]", "django", "celery", "boto3", "sphinx", "pytest", "black", "mypy",
         "transformers", "mlflow", "sqlalchemy", "httpx", "rich", "polars", "xgboost"),
        tuple(_PLATFORMS),
    ),
)  # fmt: skip


def measure_locking(folder: Path, rounds: int, only: str) -> tuple[list[Result], str]:
    """Each input locked by envspec and by the solvers alone, in turn; and what to say of the largest."""
    installed = install(folder)
    channel = make_channel(folder / "channel", tuple(_packages())).as_uri()
    cases: list[Case] = []
    for number, given in enumerate(_INPUTS):
        cases += _cases(folder / f"project{number}", installed, channel, given)
    results = measure(cases, rounds, only)
    return results, _largest(results, folder / f"project{len(_INPUTS) - 1}")


def _largest(results: Sequence[Result], project: Path) -> str:
    lock = read_lock(project)
    if lock is None:
        return ""
    counts = [len(one.conda) + len(one.pip) for e in lock.environments.values() for one in e.platforms]
    times = {result.name: result.median for result in results}
    solving, all_ = times[f"{_SOLVING}, {_INPUTS[-1].name}"], times[f"lock, {_INPUTS[-1].name}"]
    reached = "reached" if solving <= _LARGE_SECONDS and min(counts) >= _LARGE_PACKAGES else "NOT reached"
    platforms = f"{', '.join(map(str, counts))} packages on {len(counts)} platforms"
    return (
        f"- {platforms}: {solving:.2f} s of solving (`--offline`, with the index's pages in the cache), {all_:.2f} s when "
        f"the index is asked; the goal is {_LARGE_SECONDS:.0f} s of solving: {reached}."
    )


def _packages() -> list[SmallPackage]:
    """Libraries in versions, each needing the one at half its number in a version not older than its own."""
    found = []
    for subdir in _PLATFORMS.values():
        found += [SmallPackage("python", f"{_PYTHON}.{patch}", subdir=subdir) for patch in range(3)]
        for number in range(_LIBRARIES):
            for version in range(_VERSIONS):
                needs = [f"python >={_PYTHON},<4"]
                if number:
                    needs.append(f"library{number // 2} >=1.{version}")
                name = f"library{number}"
                found.append(SmallPackage(name, f"1.{version}.0", tuple(needs), "py_0", subdir))
    return found


def _cases(project: Path, installed: Installed, channel: str, given: _Input) -> list[Case]:
    (project / ".git").mkdir(parents=True)
    conda = [f"library{number}" for number in range(given.libraries)]
    spec = _SPEC.format(
        python=_PYTHON,
        channel=channel,
        conda=_quoted(conda),
        pip=_quoted(given.pip),
        platforms=_quoted([name for name in given.platforms if name.startswith("linux/")]),
        digest="0" * 64,  # no registry is asked for one
    )
    (project / "a.envspec").write_text(spec)
    task = project / "task.json"
    asked = {"channel": channel, "conda": [f"python {_PYTHON}.*", *conda], "pip": list(given.pip)}
    subdirs = [_PLATFORMS[platform] for platform in given.platforms]
    uv = {"uv": _uv(given.platforms), "settings": _settings(given.platforms)}
    task.write_text(json.dumps({**asked, "subdirs": subdirs, **uv}))
    answers = project / "answers"
    answers.mkdir()
    lock, home = project / "envspec.lock", project / "home"
    settings = {**uv_environment(), **installed.variables, "HOME": str(home)}
    settings = {name: value for name, value in settings.items() if not name.endswith("_CACHE_DIR")}

    def case(name: str, command: Sequence[str], prepare: Callable[[], None], peer: str = "") -> Case:
        times = _MORE_THAN_SOLVERS if peer else 0.0
        return Case(name, command, project, settings, peer=peer, times=times, prepare=prepare)

    def anew() -> None:
        lock.unlink(missing_ok=True)

    def cold() -> None:
        anew()
        shutil.rmtree(home, ignore_errors=True)

    ours, name = (installed.python, "-c", _AS_THERE.format(platform=given.platforms[-1]), "lock"), given.name
    bare = (installed.python, str(_BARE), str(task), str(answers))
    alone = f"py-rattler and uv alone, {name}"
    return [
        case(f"{alone}, cold", bare, cold),
        case(f"lock, {name}, cold", ours, cold, f"{alone}, cold"),
        case(alone, bare, anew),
        case(f"lock, {name}", ours, anew, alone),
        case(f"{_SOLVING}, {name}", (*ours, "--offline"), anew),
    ]


def _uv(platforms: Sequence[str]) -> list[str]:
    where = "--universal" if len(platforms) > 1 else "--python-platform=x86_64-manylinux_2_28"
    command = [uv_program(), "pip", "compile", "--quiet", where, f"--python-version={_PYTHON}"]
    return [*command, "--generate-hashes", "--only-binary=:all:"]


def _settings(platforms: Sequence[str]) -> str:
    """What `--universal` is limited to, as whoever wants a lock for these platforms says it to uv."""
    if len(platforms) == 1:
        return ""
    facts = [marker_facts(_PYTHON, platform) for platform in platforms]
    names = ("sys_platform", "platform_machine")
    where = [" and ".join(f"{name} == '{one[name]}'" for name in names) for one in facts]
    minor = int(_PYTHON.split(".")[1])
    python = f"python_full_version >= '{_PYTHON}' and python_full_version < '3.{minor + 1}'"
    limited = ", ".join(f'"{python} and {one}"' for one in where)
    required = ", ".join(f'"{one}"' for one in where)
    return f"[tool.uv]\nenvironments = [{limited}]\nrequired-environments = [{required}]\n"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
