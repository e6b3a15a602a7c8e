"""`pixi.toml`, `[tool.pixi]` and `pixi.lock`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from envspec.diagnostics import Failure
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.test_locks import check_any
from tests.importing.wrong_types import as_toml, documents, mutations, scalars, well_formed

PIXI = """\
# Training and serving of the churn model.

[workspace]
name = "churn"
version = "0.1.0"
description = "Churn"
authors = ["A <a@example.org>"]
channels = ["conda-forge", { channel = "nvidia", priority = 2 }, "bioconda"]
platforms = ["linux-64", "osx-arm64", "win-64"]
requires-pixi = ">=0.40"

[dependencies]
python = "3.11.*"
numpy = ">=1.26,<3"  # arrays
# frames
pandas = { version = "2.2.*", channel = "conda-forge" }
scipy = "1.11.4"
zlib = "*"
blas = { version = "*", build = "*mkl" }
mkl = "2024.0|2024.1"
pytorch = { version = ">=2.1", build = "*cuda12*", build-number = ">=1" }
mine = { path = "recipe" }
exact = "==1.2.3 py311_0"

[host-dependencies]
pip = "*"

[pypi-dependencies]
requests = "*"
fastapi = { version = ">=0.110", extras = ["all"] }
tool = { git = "https://github.com/x/tool.git", rev = "abc" }
here = { path = ".", editable = true }
torchx = { version = "==1.0", index = "https://wheels.example/whl/cpu" }
uvloop = { version = "*", env-markers = "sys_platform == 'linux'" }
wheel = { url = "https://example.org/wheel-1.0-py3-none-any.whl" }

[pypi-options]
extra-index-urls = ["https://user:secret@pypi.example.com/simple"]
no-build-isolation = ["tool"]

[target.linux-64.dependencies]
scipy = "1.12.*"
[target.win-64.dependencies]
pywin32 = "*"

[activation]
scripts = ["activate.sh"]
[activation.env]
MODE = "train"
HOME_DIR = "$HOME/x"

[system-requirements]
cuda = "12.4"
libc = { family = "glibc", version = "2.28" }

[feature.test.dependencies]
pytest = ">=8"
numpy = "<2.2"
[feature.test.tasks]
test = "pytest -q tests"

[feature.gpu]
channels = ["pytorch"]
platforms = ["linux-64"]
[feature.gpu.dependencies]
cuda-version = "12.4.*"
[feature.gpu.activation.env]
CUDA = "1"

[feature.lint.dependencies]
ruff = "*"

[feature.unused.dependencies]
black = "*"

[environments]
default = { solve-group = "all" }
test = ["test"]
gpu = { features = ["gpu", "test", "nothing"], solve-group = "all" }
lint = { features = ["lint"], no-default-feature = true }

[tasks]
train = { cmd = "python train.py --epochs 3", env = { SEED = "1", DATA = "$PWD" }, description = "Trains" }
all = [{ task = "train" }, "test"]
both = { cmd = "a && b", depends-on = ["train"] }
build = { cmd = ["make", "all"], cwd = "src", inputs = ["src/*"], depends-on = ["train"] }
alias = { depends-on = ["train"] }

[package]
name = "churn"
"""


def names(environment: dict[str, Any], key: str) -> list[str]:
    return [package["spec"] if key == "conda" else package["text"] for package in environment.get(key, [])]


def channels(environment: dict[str, Any]) -> list[str]:
    return [channel if isinstance(channel, str) else channel["name"] for channel in environment["channels"]]


@pytest.fixture
def pixi(tmp_path: Path) -> Path:
    return project(tmp_path, {"pixi.toml": PIXI, "setup.py": "", "src/Makefile": "", "train.py": ""})


def test_a_manifest(pixi: Path) -> None:
    made = imported("pixi", pixi)
    document, errors = compiled(pixi)
    assert errors == []
    assert sorted(document["environments"]) == ["churn", "churn-gpu", "churn-lint", "churn-test"]
    main = document["environments"]["churn"]
    assert main["description"] == "Churn"
    assert channels(main) == ["nvidia", "conda-forge", "bioconda"]
    assert names(main, "conda") == [
        "python 3.11.*", "numpy >=1.26,<3", "conda-forge::pandas 2.2.*", "scipy 1.12.*", "zlib", "blas * *mkl",
        "mkl ==2024.0|==2024.1", 'pytorch >=2.1 *cuda12*[build_number=">=1"]', "exact ==1.2.3 py311_0", "pip",
    ]  # fmt: skip
    assert names(main, "pip") == [
        "requests", "fastapi[all]>=0.110", "tool @ git+https://github.com/x/tool.git@abc", ".", "torchx==1.0",
        'uvloop ; sys_platform == "linux"', "wheel @ https://example.org/wheel-1.0-py3-none-any.whl",
    ]  # fmt: skip
    assert main["variables"] == {"MODE": "train"}
    assert main["docker"]["cuda"] == "12.4" and "platforms" not in main["docker"]
    assert document["indexes"]["wheels-example"]["packages"] == ["torchx"]
    assert "secret@" not in made.text
    assert "# Training and serving" in made.text and '"numpy >=1.26,<3",  # arrays' in made.text
    assert '# frames\n        "conda-forge::pandas' in made.text


def test_environments_are_made_of_features(pixi: Path) -> None:
    imported("pixi", pixi)
    environments = compiled(pixi)[0]["environments"]
    test, gpu, lint = environments["churn-test"], environments["churn-gpu"], environments["churn-lint"]
    assert {"pytest >=8", "numpy >=1.26,<2.2,<3", "zlib"} <= set(names(test, "conda"))
    assert {"pytest >=8", "cuda-version 12.4.*", "zlib"} <= set(names(gpu, "conda"))
    assert channels(gpu) == ["pytorch", "nvidia", "conda-forge", "bioconda"]
    assert gpu["variables"] == {"MODE": "train", "CUDA": "1"}
    assert names(lint, "conda") == ["ruff"] and "pip" not in lint
    assert channels(lint) == ["conda-forge", "nvidia", "bioconda"]


def test_tasks_that_are_plain_commands_are_runs(pixi: Path) -> None:
    imported("pixi", pixi)
    runs = compiled(pixi)[0]["runs"]
    assert {name: (run["command"], run["environment"]) for name, run in runs.items()} == {
        "train": (["python", "train.py", "--epochs", "3"], {"environment": "churn"}),
        "test": (["pytest", "-q", "tests"], {"environment": "churn-test"}),
        "build": (["make", "all"], {"environment": "churn"}),
    }
    assert runs["train"]["variables"] == {"SEED": "1"} and runs["train"]["description"] == "Trains"
    assert runs["build"]["source"] == "src"


def test_everything_is_told(pixi: Path) -> None:
    made = imported("pixi", pixi)
    well_formed(made.report.lines, PIXI.count("\n"))
    told = {line.line for line in made.report.lines}
    for number, line in enumerate(PIXI.splitlines(), start=1):
        inside = {26, 27} | set(range(1, 4)) | {70, 73, 75, 76} if line.startswith("[") else set()
        if "=" in line and number not in told and number not in inside:
            parent = {"black", "pywin32", "name"}
            assert line.split(" =")[0] in parent, f"nothing is said of line {number}: {line}"
    dropped = {what.split(" =")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert {
        "workspace.version", "workspace.authors", "workspace.requires-pixi", "platforms: osx-arm64", "platforms: win-64",
        "dependencies.mine", "dependencies.scipy", "pypi-options.no-build-isolation", "target.win-64.dependencies.pywin32",
            "activation.scripts",
        "activation.env.HOME_DIR", "system-requirements.libc", "feature.unused", "environments.gpu: nothing", "tasks.all",
        "tasks.both", "tasks.alias", "tasks.build.inputs", "tasks.build.depends-on", "tasks.train.env.DATA", "package",
        "environments.gpu.solve-group",
    } <= dropped  # fmt: skip


PYPROJECT = """\
[project]
name = "churn"
requires-python = ">=3.11,<3.13"
dependencies = ["requests>=2", "rich"]
[project.optional-dependencies]
web = ["flask>=3"]
[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]
[build-system]
requires = ["setuptools"]
[tool.pixi.workspace]
channels = ["conda-forge"]
platforms = ["linux-64", "linux-aarch64"]
[tool.pixi.dependencies]
numpy = "*"
[tool.pixi.pypi-dependencies]
churn = { path = ".", editable = true }
[tool.pixi.environments]
test = ["test", "web"]
[tool.pixi.target.linux-64.dependencies]
mkl = "*"
[tool.pixi.tasks]
serve = "flask run"
[tool.ruff]
line-length = 100
"""


def test_a_pyproject(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": PYPROJECT})
    made = imported("pixi", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    main = document["environments"]["churn"]
    assert names(main, "conda") == ["python >=3.11,<3.13", "numpy", "mkl"]
    assert names(main, "pip") == [".", "requests>=2", "rich"]
    assert main["docker"]["platforms"] == ["linux/amd64", "linux/arm64"]
    assert {"pytest>=8", "ruff", "flask>=3"} <= set(names(document["environments"]["churn-test"], "pip"))
    assert document["runs"]["serve"]["command"] == ["flask", "run"]
    dropped = {what.split(" =")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert dropped == {"ruff", "build-system", "tool.ruff"}


LOCK = """\
version: 6
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    - url: https://conda.anaconda.org/nvidia/
    indexes:
    - https://index.example/simple
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2
      - conda: https://conda.anaconda.org/conda-forge/linux-64/python-3.11.9-hb806964_0_cpython.conda
      - conda: https://conda.anaconda.org/nvidia/noarch/cuda-version-12.4-h3060b56_3.conda
      - pypi: https://files.example.org/requests-2.31.0-py3-none-any.whl
      - pypi: git+https://github.com/x/tool.git?rev=main#0123456789abcdef0123456789abcdef01234567
      - pypi: ./
      linux-aarch64:
      - conda: https://conda.anaconda.org/conda-forge/linux-aarch64/python-3.11.9-hddfb980_0_cpython.conda
      osx-arm64:
      - conda: https://conda.anaconda.org/conda-forge/osx-arm64/python-3.11.9-h932a869_0_cpython.conda
  test:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/pytest-8.3.2-pyhd8ed1ab_0.conda
      - conda: ./recipe
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/_libgcc_mutex-0.1-conda_forge.tar.bz2
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
  md5: d7c89558ba9fa0495403155b64376d81
- pypi: https://files.example.org/requests-2.31.0-py3-none-any.whl
  name: requests
  version: 2.31.0
  sha256: '00'
- pypi: git+https://github.com/x/tool.git?rev=main#0123456789abcdef0123456789abcdef01234567
  name: tool
  version: '0.1'
- pypi: ./
  name: churn
  version: 0.1.0
  editable: true
"""
OLD = """\
version: 4
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
      - pypi: https://files.example.org/Flask_Login-0.6.3-py3-none-any.whl
packages:
- kind: conda
  name: tzdata
  version: 2024a
  build: h0c530f3_0
  subdir: noarch
  url: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
- kind: pypi
  name: flask-login
  version: 0.6.3
  url: https://files.example.org/Flask_Login-0.6.3-py3-none-any.whl
"""


def test_secrets_stay_where_they_are(tmp_path: Path) -> None:
    token = "ghp_" + "aB3dE6gH9jK2" * 3
    text = (
        '[workspace]\nname = "a"\nchannels = ["c"]\nunknown = "s3cr3t-value"\n[dependencies]\npython = "*"\n'
        '[activation.env]\nAPI_TOKEN = "s3cr3t-value"\nMODE = "x"\n'
        f'[tasks]\npush = "curl -H {token} https://example.org"\nlist = {{ cmd = ["a", "{token}"] }}\n'
        'ok = { cmd = "a", env = { PASSWORD = "s3cr3t-value", N = "1" } }\n'
    )
    project(tmp_path, {"pixi.toml": text})
    made = imported("pixi", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    shown = made.text + "".join(f"{line.what} {line.reason} {line.became}" for line in made.report.lines)
    assert "s3cr3t" not in shown and token not in shown
    assert document["environments"]["a"]["variables"] == {"API_TOKEN": {"secret": "api-token"}, "MODE": "x"}
    assert document["runs"]["ok"]["variables"] == {"PASSWORD": {"secret": "password"}, "N": "1"}
    assert list(document["runs"]) == ["ok"]


def test_a_lock(tmp_path: Path) -> None:
    project(tmp_path, {"pixi.lock": LOCK, "setup.py": ""})
    made = imported("pixi", tmp_path, name="churn")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert sorted(document["environments"]) == ["churn", "churn-linux-aarch64", "churn-test"]
    main = document["environments"]["churn"]
    assert names(main, "conda") == [
        "conda-forge::_libgcc_mutex ==0.1 conda_forge", "conda-forge::python ==3.11.9 hb806964_0_cpython",
        "nvidia::cuda-version ==12.4 h3060b56_3",
    ]  # fmt: skip
    assert names(main, "pip") == [
        "requests==2.31.0", "tool @ git+https://github.com/x/tool.git@0123456789abcdef0123456789abcdef01234567", ".",
    ]  # fmt: skip
    arm = document["environments"]["churn-linux-aarch64"]
    assert names(arm, "conda") == ["conda-forge::python ==3.11.9 hddfb980_0_cpython"]
    assert arm["docker"]["platforms"] == ["linux/arm64"]
    assert names(document["environments"]["churn-test"], "conda") == ["pytest ==8.3.2 pyhd8ed1ab_0"]
    lost = [(what, line) for outcome, what, line in losses(made) if outcome == "dropped"]
    assert lost == [("1 package of osx-arm64", 20), ("./recipe", 27), ("3 hashes", 0)]
    document = yaml.safe_load(LOCK)
    count = sum(len(rows) for one in document["environments"].values() for rows in one["packages"].values())
    told = [
        line
        for line in made.report.lines
        if "conda" in line.became or line.became.startswith(("pip", "-e", "."))
    ]
    assert len(told) + 2 >= count


INLINE = """\
[workspace]
name = "p"
channels = ["conda-forge"]
platforms = ["linux-64", "win-64"]
[dependencies]
python = ">=3.11"
[target.win.dependencies]
pywin32 = "*"
[target.osx-arm64.pypi-dependencies]
mlx = "*"
[feature.lint.dependencies]
ruff = "*"
[environments.py312]
features = ["lint"]
solve-group = "one"
[environments.py312.dependencies]
python = "3.12.*"
[environments.py312.tasks]
look = "ruff check ."
[environments.bare]
no-default-feature = true
pypi-dependencies = { six = "==1.17.0" }
odd = 1
"""


def test_an_environment_with_dependencies_of_its_own(tmp_path: Path) -> None:
    made = imported("pixi", project(tmp_path, {"pixi.toml": INLINE}))
    document, errors = compiled(tmp_path)
    assert errors == []
    found = document["environments"]
    assert names(found["p"], "conda") == ["python >=3.11"]
    assert sorted(names(found["p-py312"], "conda")) == ["python >=3.11,3.12.*", "ruff"]
    assert (names(found["p-bare"], "conda"), names(found["p-bare"], "pip")) == ([], ["six==1.17.0"])
    assert document["runs"]["look"]["environment"]["environment"] == "p-py312"
    assert {what for outcome, what, _ in losses(made) if outcome == "dropped"} >= {
        "target.win.dependencies.pywin32", "target.osx-arm64.pypi-dependencies.mlx",
        'environments.py312.solve-group = "one"', "environments.bare.odd",
    }  # fmt: skip


NEWER = """\
version: 7
platforms:
- name: linux-64
  virtual-packages:
  - __glibc=2.28
- name: gpu
  subdir: linux-64
  virtual-packages:
  - __cuda=12
- name: linux-aarch64
- name: mac
  subdir: osx-arm64
environments:
  default:
    channels:
    - url: https://conda.anaconda.org/conda-forge/
    packages:
      linux-64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
      - conda_source: native[38d076cf] @ .
      gpu:
      - conda: https://conda.anaconda.org/conda-forge/noarch/cuda-version-12.4-h3060b56_3.conda
      linux-aarch64:
      - conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
      - pypi: git+https://git.example/tool.git#0123456789abcdef0123456789abcdef01234567
      mac:
      - conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
packages:
- conda: https://conda.anaconda.org/conda-forge/noarch/tzdata-2024a-h0c530f3_0.conda
  sha256: fe51de6107f9edc7aa4f786a70f4a883943bc9d39b3bb7307c04c41410990726
- pypi: git+https://git.example/tool.git#0123456789abcdef0123456789abcdef01234567
  name: tool
  version: '0.1'
- conda_source: native[38d076cf] @ .
  variants: {}
"""


@pytest.mark.parametrize("libyaml", [True, False])
def test_a_lock_whose_platforms_have_names(
    libyaml: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not libyaml:  # as where PyYAML was built without it
        monkeypatch.delattr(yaml, "CSafeLoader")
    project(tmp_path, {"pixi.lock": NEWER})
    made = imported("pixi", tmp_path, name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert {
        name: (names(one, "conda"), names(one, "pip")) for name, one in document["environments"].items()
    } == {
        "p": (["tzdata ==2024a h0c530f3_0"], []),
        "p-gpu": (["cuda-version ==12.4 h3060b56_3"], []),
        "p-linux-aarch64": (
            ["tzdata ==2024a h0c530f3_0"],
            ["tool @ git+https://git.example/tool.git@0123456789abcdef0123456789abcdef01234567"],
        ),
    }
    assert document["environments"]["p-linux-aarch64"]["docker"]["platforms"] == ["linux/arm64"]
    assert [(what, line) for outcome, what, line in losses(made) if outcome == "dropped"] == [
        ("platforms.linux-64.virtual-packages", 5), ("platforms.gpu.virtual-packages", 9),
        ("1 package of mac", 27), ("native[38d076cf] @ .", 20), ("1 hash", 0),
    ]  # fmt: skip


def test_a_lock_for_other_machines_says_so(tmp_path: Path) -> None:
    text = NEWER.partition("      linux-64:\n")[0] + "      mac:\n" + NEWER.rpartition("      mac:\n")[2]
    with pytest.raises(Failure) as failed:
        imported("pixi", project(tmp_path, {"pixi.lock": text}) / "pixi.lock")
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.code == "E1303"
    assert "pixi.lock:19: dropped `1 package of mac`: an image is for Linux" in diagnostic.notes


def test_an_older_lock(tmp_path: Path) -> None:
    project(tmp_path, {"pixi.lock": OLD})
    imported("pixi", tmp_path, name="p")
    document, errors = compiled(tmp_path)
    assert errors == []
    assert names(document["environments"]["p"], "conda") == ["tzdata ==2024a h0c530f3_0"]
    assert names(document["environments"]["p"], "pip") == ["flask-login==0.6.3"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("pixi.toml", "", "E1303"), ("pixi.toml", "x = 1\n", "E1303"), ("pixi.toml", "[", "E1302"),
        ("pyproject.toml", "[project]\nname = 'a'\n", "E1302"), ("pixi.lock", "version: 6\n", "E1302"),
        ("pixi.lock", "version: 1\nenvironments: {}\n", "E1302"), ("pixi.lock", "a: [\n", "E1302"),
        ("pixi.lock", "version: 6\nenvironments: {}\n", "E1303"), ("pixi.lock", "[" * 5000, "E1302"),
        ("pixi.lock", "- " * 50_000 + "a", "E1302"), ("pixi.lock", b"\0", "E1302"),
        ("pixi.lock", "a: &a [*a]\nenvironments: {}\n", "E1302"),
    ],
)  # fmt: skip
def test_what_is_no_manifest(name: str, text: str | bytes, code: str, tmp_path: Path) -> None:
    project(tmp_path, {name: text})
    with pytest.raises(Failure) as failure:
        imported("pixi", tmp_path / name)
    assert [one.code for one in failure.value.diagnostics] == [code]


KEYS = (
    "workspace", "project", "name", "channels", "channel", "platforms", "dependencies", "pypi-dependencies", "target",
    "linux", "feature", "environments", "features", "tasks", "cmd", "env", "activation", "version", "build", "git", "path",
    "index", "default", "test", "system-requirements", "cuda", "pypi-options", "index-url", "packages", "conda", "pypi",
    "url", "kind", "linux-64", "priority", "build-number", "md5", "extras",
)  # fmt: skip
SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(mutations(tomllib.loads(PIXI), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_manifest(tmp_path: Path, document: Any) -> None:
    check_any("pixi", tmp_path, "pixi.toml", as_toml(document))


@SETTINGS
@given(mutations(tomllib.loads(PYPROJECT), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_pyproject(tmp_path: Path, document: Any) -> None:
    check_any("pixi", tmp_path, "pyproject.toml", as_toml(document))


@SETTINGS
@given(mutations(yaml.safe_load(LOCK), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_lock(tmp_path: Path, document: Any) -> None:
    check_any("pixi", tmp_path, "pixi.lock", yaml.safe_dump(document, sort_keys=False))
