"""Files that are much longer than any that people write: read in time that grows with their length, not with its square.

What is quadratic takes a minute of a processor with these, what is not a second or two. It is the processor's time that has
a limit, which a busy machine does not lengthen.
"""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from envspec.importing.table import KINDS
from envspec.packages.pyproject import parse_pyproject
from envspec.starting.names import unique
from tests.importing.imported import DEFAULT_INDEX, project

_LIMIT = 18
N = 5_000
_ARCHIVES = "https://c.example/x/linux-64/"
_JOB = (
    "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: python a.py\n"
    "environment: azureml:x:1\n"
)


@pytest.fixture(autouse=True)
def _limit() -> Iterator[None]:
    def hangs(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError(f"more than {_LIMIT} s of a processor")

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(signal.ITIMER_PROF, _LIMIT)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


def lines(line: Callable[[int], str], head: str = "", count: int = N) -> str:
    return head + "".join(line(number) for number in range(count))


FILES: dict[str, tuple[str, str, Callable[[], str]]] = {
    "pip, the same": ("pip", "requirements.txt", lambda: lines(lambda _: "numpy\n")),
    "pip, the same with other bounds": (
        "pip",
        "requirements.txt",
        lambda: lines(lambda n: f"numpy>=1.{n}  # c\n"),
    ),
    "pip, many": ("pip", "requirements.txt", lambda: lines(lambda n: f"p{n}==1.{n}\n")),
    "pip, indexes": (
        "pip",
        "requirements.txt",
        lambda: lines(lambda n: f"--extra-index-url https://h{n}.example/s\n"),
    ),
    "conda, the same with other bounds": (
        "conda",
        "environment.yml",
        lambda: lines(lambda n: f"- numpy>=1.{n}\n", "dependencies:\n"),
    ),
    "conda, variables": (
        "conda",
        "environment.yml",
        lambda: lines(lambda n: f"  V{n}: x\n", "dependencies: [a]\nvariables:\n"),
    ),
    "dockerfile, variables that double": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"ENV V{n + 1}=${{V{n}}}${{V{n}}}\n", "FROM python:3.12\nENV V0=x\n", 200),
    ),
    "dockerfile, stages": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"FROM s{n} AS s{n + 1}\n", "FROM python:3.12 AS s0\n"),
    ),
    "dockerfile, one stage": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"ENV V{n}=x\n", "FROM python:3.12\n"),
    ),
    "truss, secrets": (
        "truss",
        "config.yaml",
        lambda: lines(lambda n: f"  s{n}: null\n", "model_class_name: X\nsecrets:\n", N // 4),
    ),
    "pyproject, groups in groups": (
        "pyproject",
        "pyproject.toml",
        lambda: lines(
            lambda n: f'g{n + 1} = [{{include-group = "g{n}"}}, {{include-group = "g{n}"}}]\n',
            '[project]\nname = "x"\n[dependency-groups]\ng0 = ["six"]\n',
            200,
        ),
    ),
    "pip, nothing there": ("pip", "requirements.txt", lambda: lines(lambda n: f"-r gone-{n}.txt\n", "a\n")),
    "pip, broken lines": ("pip", "requirements.txt", lambda: lines(lambda n: f"a b c{n}\n", "a\n")),
    "dockerfile, nothing there": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"COPY f{n} /x/\n", "FROM python:3.12\n"),
    ),
    "dockerfile, installs": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"RUN pip install p{n}\n", "FROM python:3.12\n"),
    ),
    "dockerfile, scripts": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(lambda n: f"RUN make x{n}\n", "FROM python:3.12\n"),
    ),
    "dockerfile, copies": (
        "dockerfile",
        "Dockerfile",
        lambda: lines(
            lambda n: f"COPY Dockerfile /x{n}/\nRUN cat /x{n}/Dockerfile\n", "FROM python:3.12\n", N // 4
        ),
    ),
    "pyproject, extras": (
        "pyproject",
        "pyproject.toml",
        lambda: lines(
            lambda n: f'e{n} = ["p{n}"]\n', '[project]\nname = "x"\n[project.optional-dependencies]\n', N // 4
        ),
    ),
    "pyproject, dependencies": (
        "pyproject",
        "pyproject.toml",
        lambda: lines(lambda n: f'  "p{n}",\n', '[project]\nname = "x"\ndependencies = [\n') + "]\n",
    ),
    "pyproject, sources of uv": (
        "pyproject",
        "pyproject.toml",
        lambda: (
            lines(lambda n: f'  "p{n}",\n', '[project]\nname = "x"\ndependencies = [\n', N // 4)
            + lines(lambda n: f'p{n} = {{ path = "p{n}" }}\n', "]\n[tool.uv.sources]\n", N // 4)
        ),
    ),
    "pyproject, Poetry": (
        "pyproject",
        "pyproject.toml",
        lambda: lines(
            lambda n: f'p{n} = "^1.{n}"\n', '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\n'
        ),
    ),
    "setup.cfg": (
        "pyproject",
        "setup.cfg",
        lambda: lines(lambda n: f"  p{n}\n", "[metadata]\nname = x\n[options]\ninstall_requires =\n"),
    ),
    "uv": (
        "uv",
        "uv.lock",
        lambda: lines(
            lambda n: (
                f'[[package]]\nname = "p{n}"\nversion = "1"\nsource = {{ registry = "{DEFAULT_INDEX}" }}\n'
                f'dependencies = [{{ name = "p{n + 1}" }}]\n'
            ),
            'version = 1\n[[package]]\nname = "x"\nversion = "1"\nsource = { virtual = "." }\n'
            'dependencies = [{ name = "p0" }]\n',
        ),
    ),
    "pylock": (
        "pylock",
        "pylock.toml",
        lambda: lines(
            lambda n: f'[[packages]]\nname = "p{n}"\nversion = "1"\n',
            'lock-version = "1.0"\ncreated-by = "x"\n',
        ),
    ),
    "poetry": (
        "poetry",
        "poetry.lock",
        lambda: lines(
            lambda n: f'[[package]]\nname = "p{n}"\nversion = "1"\n[package.dependencies]\np{n + 1} = "*"\n',
            '[metadata]\nlock-version = "2.0"\npython-versions = "^3.11"\n',
        ),
    ),
    "pipfile": ("pipfile", "Pipfile", lambda: lines(lambda n: f'p{n} = "*"\n', "[packages]\n")),
    "pipfile, categories": (
        "pipfile",
        "Pipfile",
        lambda: lines(lambda n: f'[c{n}]\np{n} = "*"\n', '[packages]\na = "*"\n', N // 4),
    ),
    "Pipfile.lock": (
        "pipfile",
        "Pipfile.lock",
        lambda: (
            '{"_meta": {}, "default": {' + ",".join(f'"p{n}": {{"version": "==1"}}' for n in range(N)) + "}}"
        ),
    ),
    "pixi": (
        "pixi",
        "pixi.toml",
        lambda: lines(
            lambda n: f'p{n} = "*"\n',
            '[workspace]\nname = "x"\nchannels = []\nplatforms = ["linux-64"]\n[dependencies]\n',
        ),
    ),
    "pixi, environments and tasks": (
        "pixi",
        "pixi.toml",
        lambda: (
            '[workspace]\nname = "x"\nchannels = []\nplatforms = ["linux-64"]\n[tasks]\n'
            + lines(lambda n: f't{n} = "python a{n}.py"\n', count=N // 4)
            + lines(lambda n: f'e{n} = ["f{n}"]\n', "[environments]\n", N // 10)
            + lines(lambda n: f'[feature.f{n}.dependencies]\np{n} = "*"\n', count=N // 10)
        ),
    ),
    "pixi.lock": (
        "pixi",
        "pixi.lock",
        lambda: (
            "version: 6\nenvironments:\n  default:\n    channels: [{url: https://c.example/x/}]\n    packages:\n"
            + lines(lambda n: f"      - conda: {_ARCHIVES}p{n}-1-0.conda\n", "      linux-64:\n")
            + lines(lambda n: f"- conda: {_ARCHIVES}p{n}-1-0.conda\n  sha256: aa\n", "packages:\n")
        ),
    ),
    "conda-lock": (
        "conda-lock",
        "conda-lock.yml",
        lambda: lines(
            lambda n: (
                f"- {{name: p{n}, version: '1', manager: conda, platform: linux-64, url: {_ARCHIVES}p{n}-1-0.conda}}\n"
            ),
            "version: 1\nmetadata: {platforms: [linux-64], channels: [{url: x}]}\npackage:\n",
        ),
    ),
    "script": (
        "script",
        "x.py",
        lambda: lines(lambda n: f'#   "p{n}",\n', "# /// script\n# dependencies = [\n") + "# ]\n# ///\n",
    ),
    "binder": ("binder", "apt.txt", lambda: lines(lambda n: f"p{n} # why\n")),
    "cog": (
        "cog",
        "cog.yaml",
        lambda: lines(lambda n: f"    - p{n}==1\n", "build:\n  python_packages:\n"),
    ),
    "cog, steps": ("cog", "cog.yaml", lambda: lines(lambda n: f"    - make x{n}\n", "build:\n  run:\n")),
    "mlproject, entry points": (
        "mlproject",
        "MLproject",
        lambda: lines(
            lambda n: f"  e{n}:\n    parameters: {{a: {n}}}\n    command: python x.py {{a}}\n",
            "name: x\nentry_points:\n",
            N // 4,
        ),
    ),
    "python_env.yaml": (
        "mlproject",
        "python_env.yaml",
        lambda: lines(lambda n: f"- p{n}\n", "python: 3.11\ndependencies:\n"),
    ),
    "bentofile": (
        "bentofile",
        "bentofile.yaml",
        lambda: lines(lambda n: f"  - p{n}\n", "service: s:S\npython:\n  packages:\n"),
    ),
    "truss": ("truss", "config.yaml", lambda: lines(lambda n: f"- p{n}\n", "model_name: x\nrequirements:\n")),
    "devcontainer": (
        "devcontainer",
        "devcontainer.json",
        lambda: '{"image": "a:1", "containerEnv": {' + ",".join(f'"V{n}": "x"' for n in range(N)) + "}}",
    ),
    "azureml, a job": (
        "azureml",
        "job.yml",
        lambda: lines(lambda n: f"  V{n}: x\n", f"{_JOB}environment_variables:\n", N // 5),
    ),
    "azureml, inputs": (
        "azureml",
        "job.yml",
        lambda: lines(lambda n: f"  i{n}: {n}\n", f"{_JOB}inputs:\n", N // 5),
    ),
    "azureml, tags": (
        "azureml",
        "job.yml",
        lambda: lines(lambda n: f"  t{n}: x\n", f"{_JOB}tags:\n", N // 5),
    ),
    "azureml, a pipeline": (
        "azureml",
        "pipeline.yml",
        lambda: lines(
            lambda n: f"  j{n}: {{type: command, command: python a.py, environment: 'azureml:x:1'}}\n",
            "type: pipeline\njobs:\n",
            N // 10,
        ),
    ),
    "azureml-v1": (
        "azureml-v1",
        "azureml_environment.json",
        lambda: (
            '{"name": "x", "environmentVariables": {' + ",".join(f'"V{n}": "x"' for n in range(N // 4)) + "}}"
        ),
    ),
    "azureml-v1, packages": (
        "azureml-v1",
        "azureml_environment.json",
        lambda: (
            '{"name": "x", "python": {"userManagedDependencies": false, "condaDependencies": {"dependencies": ['
            + ",".join(f'"p{n}"' for n in range(N))
            + "]}}}"
        ),
    ),
}


def test_every_kind_of_file_has_a_case() -> None:
    """Environments that are there are folders, and have a test of their own."""
    assert {kind for kind, _, _ in FILES.values()} == set(KINDS) - {"conda-env", "venv"}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["conda-env", "venv"])
def test_an_environment_of_many_packages(kind: str, tmp_path: Path) -> None:
    folder = tmp_path / "env"
    site = folder / "lib/python3.11/site-packages"
    (folder / "conda-meta").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\nversion = 3.11.4\n")
    for number in range(2_000):
        (site / f"p{number}-1.dist-info").mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: p{number}\nVersion: 1\nRequires-Dist: p{number + 1}\n"
        (site / f"p{number}-1.dist-info" / "METADATA").write_text(text)
        record = {"name": f"c{number}", "version": "1", "build": "0", "depends": [f"c{number + 1}"]}
        (folder / "conda-meta" / f"c{number}-1-0.json").write_text(json.dumps(record))
    made = import_spec(kind, folder, output=tmp_path / "made.envspec")
    assert len(made.report.lines) >= 2_000


@pytest.mark.slow
def test_a_folder_of_many_files_of_azure(tmp_path: Path) -> None:
    """Each with an environment of its own, of which half are the same."""
    for number in range(200):
        image = f"{{image: 'x:{number // 2}', conda_file: {{dependencies: [python=3.11, p{number // 2}]}}}}"
        text = f"{_JOB}name: job{number}\nenvironment: {image}\n".replace("environment: azureml:x:1\n", "")
        project(tmp_path, {f"j{number}.yml": text})
    made = import_spec("azureml", tmp_path, output=tmp_path / "made.envspec")
    assert len(made.spec.labels("run")) == 200


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_it_is_read_in_time(name: str, tmp_path: Path) -> None:
    kind, file, text = FILES[name]
    project(tmp_path, {file: text()})
    made: Imported | None = None
    try:
        made = import_spec(kind, tmp_path / file, output=tmp_path / "made.envspec")
    except Failure as failure:
        assert {one.code for one in failure.diagnostics} <= {"E1302", "E1303"}
    assert made is None or made.report.lines


def test_bounds_of_the_same_package_are_joined_up_to_a_length(tmp_path: Path) -> None:
    """What does not fit is told, line by line."""
    project(tmp_path, {"requirements.txt": lines(lambda n: f"numpy!=1.{n}\n", count=500)})
    made = import_spec("pip", tmp_path / "requirements.txt", output=tmp_path / "made.envspec")
    kept = [line for line in made.report.lines if line.outcome != "dropped"]
    lost = [line for line in made.report.lines if line.outcome == "dropped"]
    assert len(kept) + len(lost) == 500 and kept and lost
    assert all(f"!=1.{number}" in made.text for number in range(len(kept)))
    assert {line.reason.partition(",")[0] for line in lost} == {"`numpy` is listed twice"}


def test_a_group_that_is_included_again_and_again_is_there_once() -> None:
    text = '[dependency-groups]\na = ["x"]\nb = [{include-group = "a"}, "y", {include-group = "a"}]\n'
    entries, problems = parse_pyproject(text)
    assert problems == []
    assert sorted(one.text for one in entries.groups["b"]) == ["x", "y"]


def test_a_name_that_is_taken_thousands_of_times() -> None:
    taken = {"a"}
    for number in range(2, N // 4):
        taken.add(unique("a", taken))
        assert f"a-{number}" in taken
    assert unique("b", ["a"]) == "b" and unique("a", ["a", "a-2", "a-4"]) == "a-3"
