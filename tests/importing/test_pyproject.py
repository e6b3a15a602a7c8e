"""`pyproject.toml` and `setup.cfg`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from envspec.diagnostics import Failure
from envspec.importing.report import Report
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.wrong_types import allowed, as_toml, documents, mutations, scalars, well_formed

UV = """\
# The service that scores customers.
# Owned by the growth team.

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "churn-model"
version = "1.2.0"
description = "Predicts churn"
requires-python = ">=3.10,<3.13"
authors = [{ name = "A" }]
dependencies = [
    # models
    "scikit-learn>=1.4,<2",  # pinned by the model
    "torch==2.3.1",
    "core-lib[fast]",
    "tool @ git+https://github.com/x/tool@v1",
    'tomli>=2; python_version < "3.11"',
    "flash.attn>=2",
]

[project.optional-dependencies]
gpu = ["cupy-cuda12x>=13", "churn-model[plots]"]
plots = ["matplotlib>=3.8"]
all = ["churn-model[gpu,plots]", "scikit-learn>=1.5"]

[project.scripts]
churn = "churn:main"

[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]

[tool.uv]
dev-dependencies = ["ipython"]
constraint-dependencies = ["grpcio<1.65"]
required-version = ">=0.5"

[tool.uv.sources]
torch = { index = "pytorch-cpu" }
core-lib = { workspace = true }
flash-attn = { git = "https://github.com/x/flash", tag = "v2.5", marker = "sys_platform == 'linux'" }

[tool.uv.workspace]
members = ["packages/*"]

[[tool.uv.index]]
name = "pytorch-cpu"
url = "https://wheels.example/whl/cpu"
explicit = true

[[tool.uv.index]]
name = "company"
url = "https://build:${COMPANY_TOKEN}@pypi.example.com/simple"

[tool.ruff]
line-length = 100
"""


def packages(environment: dict[str, Any]) -> dict[str, str]:
    return {package["name"]: package["text"] for package in environment["pip"]}


@pytest.fixture
def uv(tmp_path: Path) -> Path:
    return project(
        tmp_path,
        {
            "pyproject.toml": UV,
            "packages/core/pyproject.toml": '[project]\nname = "Core_Lib"\n',
            "packages/notes/README.md": "",
        },
    )


def test_a_project_of_uv(uv: Path) -> None:
    made = imported("pyproject", uv)
    document, errors = compiled(uv)
    assert errors == []
    environments = document["environments"]
    assert list(environments) == [
        "churn-model", "churn-model-all", "churn-model-dev", "churn-model-gpu", "churn-model-lint", "churn-model-plots",
        "churn-model-test",
    ]  # fmt: skip
    main = environments["churn-model"]
    assert main["description"] == "Predicts churn"
    assert main["python"] == ">=3.10,<3.13"
    texts = [package["text"] for package in main["pip"]]
    assert texts == [
        "scikit-learn>=1.4,<2", "torch==2.3.1", "packages/core", "tool @ git+https://github.com/x/tool@v1",
        'tomli>=2 ; python_version < "3.11"', 'flash-attn @ git+https://github.com/x/flash@v2.5 ; sys_platform == "linux"',
        'flash-attn>=2 ; sys_platform != "linux"',
    ]  # fmt: skip
    assert document["indexes"]["pytorch-cpu"]["packages"] == ["torch"]
    assert document["indexes"]["company"]["password"] == {"secret": "company-password"}
    assert document["secrets"]["company-password"] == {"variable": "COMPANY_TOKEN"}
    assert "# The service that scores customers.\n# Owned by the growth team.\n" in made.text
    assert '# models\n        "scikit-learn>=1.4,<2",  # pinned by the model' in made.text


def test_extras_and_groups_extend_it(uv: Path) -> None:
    imported("pyproject", uv)
    environments = compiled(uv)[0]["environments"]
    main = {package["text"] for package in environments["churn-model"]["pip"]}

    def added(name: str) -> set[str]:
        return {package["text"] for package in environments[name]["pip"]} - main

    assert added("churn-model-gpu") == {"cupy-cuda12x>=13", "matplotlib>=3.8"}
    assert added("churn-model-test") == {"pytest>=8", "ruff"}
    assert added("churn-model-dev") == {"ipython"}
    both = packages(environments["churn-model-all"])["scikit-learn"]
    assert Requirement(both).specifier == Requirement("scikit-learn>=1.4,<2,>=1.5").specifier


def test_everything_is_told(uv: Path) -> None:
    made = imported("pyproject", uv)
    told = {line.line for line in made.report.lines}
    document = tomllib.loads(UV)
    silent = {"", "[", "]"}
    for number, line in enumerate(UV.splitlines(), start=1):
        key = line.strip().split(" =")[0]
        header = line.startswith("[") or key in silent or key.startswith("#")
        inside = key in {
            "requires",
            "build-backend",
            "churn",
            "line-length",
            "members",
            "dependencies",
            "name",
            "url",
        }
        if not header and not inside:
            assert number in told, f"nothing is said of line {number}: {line}"
    assert document["project"]["name"] == "churn-model"
    well_formed(made.report.lines, UV.count("\n"))
    lost = {what.split(" =")[0]: line for outcome, what, line in losses(made) if outcome == "dropped"}
    assert lost == {
        "build-system": 4, "project.version": 10, "project.authors": 13, "project.scripts": 29,
        "tool.uv.constraint-dependencies": 38, "tool.uv.required-version": 39, "tool.uv.workspace": 46, "tool.ruff": 58,
    }  # fmt: skip


POETRY = """\
[tool.poetry]
name = "churn"
version = "0.1.0"
description = "Churn,\\nweekly"
authors = ["A <a@example.org>"]

[tool.poetry.dependencies]
python = "^3.9"
pandas = "^2.0"  # frames
scikit-learn = "1.4.*"
numpy = [
  {version = "^1.21", python = "<3.12"},
  {version = "^2.0", python = ">=3.12"},
]
uvicorn = {version = "~0.23", extras = ["standard"]}
lib = {git = "https://github.com/x/lib.git", rev = "abc123", subdirectory = "py"}
ssh = {git = "git@github.com:x/ssh.git", branch = "main"}
local = {path = "./local", develop = true}
gone = {path = "../gone"}
whl = {url = "https://example.org/whl-1.0-py3-none-any.whl"}
psycopg2 = {version = ">=2.9 || <2.5", optional = true}
torch = {version = "2.3.1+cpu", source = "pytorch"}
pywin32 = {version = "*", platform = "win32"}
unused = {version = "1.0", optional = true}
wrong = "latest"

[tool.poetry.dependencies.tables]
version = "^1"
allow-prereleases = true

[tool.poetry.extras]
pg = ["psycopg2"]

[tool.poetry.group.dev.dependencies]
pytest = "^8"
pandas = "<2.2"

[tool.poetry.group.docs]
optional = true

[tool.poetry.group.docs.dependencies]
mkdocs = "*"

[tool.poetry.dev-dependencies]
black = "*"

[tool.poetry.scripts]
churn = "churn:main"

[[tool.poetry.source]]
name = "pytorch"
url = "https://user:secret@wheels.example/whl/cpu"
priority = "explicit"

[[tool.poetry.source]]
name = "PyPI"
priority = "primary"
"""


def test_a_project_of_poetry(tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": POETRY, "local/pyproject.toml": ""})
    made = imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    environments = document["environments"]
    assert sorted(environments) == ["churn", "churn-dev", "churn-docs", "churn-pg"]
    main = environments["churn"]
    assert main["python"] == ">=3.9,<4.0"
    assert main["description"] == "Churn, weekly"
    assert [package["text"] for package in main["pip"]] == [
        "pandas>=2.0,<3.0", "scikit-learn==1.4.*", 'numpy>=1.21,<2.0 ; python_version < "3.12"',
        'numpy>=2.0,<3.0 ; python_version >= "3.12"', "uvicorn[standard]>=0.23,<0.24",
        "lib @ git+https://github.com/x/lib.git@abc123#subdirectory=py", "ssh @ git+ssh://git@github.com/x/ssh.git@main",
        "local", "whl @ https://example.org/whl-1.0-py3-none-any.whl", "torch==2.3.1+cpu",
        'pywin32 ; sys_platform == "win32"', "tables>=1,<2",
    ]  # fmt: skip
    assert packages(environments["churn-pg"])["psycopg2"] == "psycopg2!=2.5.*,!=2.6.*,!=2.7.*,!=2.8.*"
    dev = packages(environments["churn-dev"])
    assert dev["pandas"] == "pandas>=2.0,<2.2,<3.0" and {"pytest", "black"} <= set(dev)
    assert document["indexes"]["pytorch"]["packages"] == ["torch"]
    assert "secret@" not in made.text and not any("secret@" in line.what for line in made.report.lines)
    dropped = {
        what.split(" =")[0].rpartition(".")[2]: line
        for outcome, what, line in losses(made)
        if outcome == "dropped"
    }
    assert {"gone", "unused", "wrong", "allow-prereleases", "scripts", "version", "authors", "source"} <= set(
        dropped
    )
    well_formed(made.report.lines, POETRY.count("\n"))


def test_poetry_two_says_the_place_of_what_the_project_asks_for(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "a"\nrequires-python = ">=3.11"\ndependencies = ["torch>=2,<3", "lib", "six"]\n'
        '[tool.poetry.dependencies]\ntorch = {source = "cpu"}\nlib = {git = "https://github.com/x/lib"}\n'
        'python = "^3.12"\n[[tool.poetry.source]]\nname = "cpu"\nurl = "https://example.org/cpu"\npriority = "explicit"\n'
    )
    project(tmp_path, {"pyproject.toml": text})
    imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    found = packages(document["environments"]["a"])
    assert found == {"torch": "torch>=2,<3", "lib": "lib @ git+https://github.com/x/lib", "six": "six"}
    assert document["indexes"]["cpu"]["packages"] == ["torch"]


def test_pdm_and_hatch(tmp_path: Path) -> None:
    text = """\
[project]
name = "a"
dependencies = ["numpy>=1.26"]
[project.optional-dependencies]
plots = ["matplotlib>=3"]
[tool.pdm]
distribution = true
[tool.pdm.dev-dependencies]
test = ["pytest>=8", "-e file:///${PROJECT_ROOT}/libs/core#egg=core"]
[[tool.pdm.source]]
name = "private"
url = "https://pypi.example.com/simple"
include_packages = ["a-*"]
verify_ssl = true
[tool.hatch.version]
path = "a/__init__.py"
[tool.hatch.envs.default]
dependencies = ["coverage"]
python = "3.12"
[tool.hatch.envs.default.scripts]
cov = "pytest --cov"
[tool.hatch.envs.lint]
detached = true
dependencies = ["ruff"]
[tool.hatch.envs.nb]
features = ["plots", "nothing"]
extra-dependencies = ["jupyter", "x @ {root:uri}/x"]
[tool.hatch.envs.nb.env-vars]
MODE = "nb"
ROOT = "{root}"
[[tool.hatch.envs.nb.matrix]]
python = ["3.11", "3.12"]
"""
    project(tmp_path, {"pyproject.toml": text, "libs/core/setup.py": ""})
    made = imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    environments = document["environments"]
    assert sorted(environments) == ["a", "a-default", "a-lint", "a-nb", "a-plots", "a-test"]
    assert [package["text"] for package in environments["a-test"]["pip"]] == [
        "numpy>=1.26",
        "pytest>=8",
        "libs/core",
    ]
    assert set(packages(environments["a-default"])) == {"numpy", "coverage"}
    assert environments["a-default"]["python"] == "3.12" == environments["a-nb"]["python"]
    assert set(packages(environments["a-lint"])) == {"ruff"}
    assert set(packages(environments["a-nb"])) == {"numpy", "coverage", "jupyter", "matplotlib"}
    assert environments["a-nb"]["variables"] == {"MODE": "nb"}
    assert document["indexes"]["private"]["packages"] == ["a-*"]
    dropped = {what.split(" =")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    assert {
        "tool.hatch.envs.nb.features: nothing", "tool.hatch.envs.nb.matrix",
        "tool.hatch.version", "tool.hatch.envs.nb.env-vars.ROOT", "tool.pdm.distribution", "tool.pdm.source.verify_ssl",
        "x @ {root:uri}/x",
    } <= dropped  # fmt: skip


SETUP_CFG = """\
[metadata]
name = old-project
version = attr: old.__version__
description = It is old

[options]
packages = find:
python_requires = >=3.9
install_requires =
    numpy>=1.26
    # frames
    pandas[excel] >= 2 ; python_version >= "3.9"
    requests

[options.extras_require]
test = pytest; coverage>=7
docs =
    sphinx

[flake8]
max-line-length = 100
"""


def test_setup_cfg_alone(tmp_path: Path) -> None:
    project(tmp_path, {"setup.cfg": SETUP_CFG, "setup.py": "raise SystemExit"})
    made = imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    environments = document["environments"]
    assert environments["old-project"]["python"] == ">=3.9"
    assert [package["text"] for package in environments["old-project"]["pip"]] == [
        "numpy>=1.26", 'pandas[excel]>=2 ; python_version >= "3.9"', "requests",
    ]  # fmt: skip
    assert {"pytest", "coverage"} <= set(packages(environments["old-project-test"]))
    lines = {line.what: line.line for line in made.report.lines}
    assert lines["numpy>=1.26"] == 10 and lines["requests"] == 13 and lines["sphinx"] == 18
    assert lines["[flake8] max-line-length"] == 21
    well_formed(made.report.lines, SETUP_CFG.count("\n"))


def test_setup_cfg_beside_and_files_of_setuptools(tmp_path: Path) -> None:
    pyproject = (
        '[project]\nname = "a"\ndynamic = ["version", "dependencies", "optional-dependencies", "requires-python"]\n'
        '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}\n'
        'optional-dependencies.dev = {file = "dev.txt"}\nversion = {attr = "a.v"}\n'
        '[tool.setuptools.packages.find]\nwhere = ["."]\n'
    )
    files = {
        "pyproject.toml": pyproject, "requirements.txt": "numpy\n-r more.txt\n", "more.txt": "six\n", "dev.txt": "pytest\n",
        "setup.cfg": "[options]\npython_requires = >=3.10\n",
    }  # fmt: skip
    project(tmp_path, dict(files))
    made = imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert set(packages(document["environments"]["a"])) == {"numpy", "six"}
    assert document["environments"]["a"]["python"] == ">=3.10"
    assert "pytest" in packages(document["environments"]["a-dev"])
    assert {line.file for line in made.report.lines} == set(files)


def test_dynamic_dependencies_that_nobody_knows(tmp_path: Path) -> None:
    project(
        tmp_path, {"pyproject.toml": '[project]\nname = "a"\ndynamic = ["dependencies"]\n', "setup.py": "1/0"}
    )
    made = imported("pyproject", tmp_path)
    assert [(line.outcome, line.line) for line in made.report.lines] == [("carried", 2), ("dropped", 3)]
    assert compiled(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[project\n", "E1302"), ("a = 1\na = 2\n", "E1302"), ("", "E1303"), ("[tool.ruff]\n", "E1303"),
        ("# only a comment\n", "E1303"), ("x = " + "[" * 3000, "E1302"), ("x = " + "[" * 200 + "]" * 200, "E1302"),
        (b"\xff\xfe\x00\x01", "E1302"), (b"\x00\xff", "E1301"), ("a." * 5000 + "b = 1", "E1302"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_project(text: str | bytes, code: str, tmp_path: Path) -> None:
    project(tmp_path, {"pyproject.toml": text})
    with pytest.raises(Failure) as failure:
        imported("pyproject", tmp_path)
    assert [one.code for one in failure.value.diagnostics] == [code]


def test_groups_that_all_include_each_other(tmp_path: Path) -> None:
    """Each is there once, however many ways lead to it."""
    names = [f"e{number}" for number in range(30)]
    text = '[project]\nname = "a"\n[project.optional-dependencies]\n'
    for name in names:
        text += (
            f'{name} = ["{name}-lib", '
            + ", ".join(f'"a[{other}]"' for other in names if other != name)
            + "]\n"
        )
    text += "[dependency-groups]\n"
    for name in names:
        rows = ", ".join(f'{{include-group = "g{other}"}}' for other in names if other != name)
        text += f'g{name} = ["g{name}-lib", {rows}]\n'
    project(tmp_path, {"pyproject.toml": text})
    imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert set(packages(document["environments"]["a-e3"])) == {f"{name}-lib" for name in names}
    assert set(packages(document["environments"]["a-ge3"])) == {f"g{name}-lib" for name in names}


def test_a_group_with_an_extra_of_the_project(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "a"\n[project.optional-dependencies]\nx = ["six"]\n'
        '[dependency-groups]\ndev = ["a[x,y]", "rich"]\n'
    )
    project(tmp_path, {"pyproject.toml": text})
    made = imported("pyproject", tmp_path)
    assert set(packages(compiled(tmp_path)[0]["environments"]["a-dev"])) == {"six", "rich"}
    assert [line.reason for line in made.report.lines if line.outcome == "dropped"] == [
        "there is no extra `y`"
    ]


def test_values_of_other_tools_are_not_shown(tmp_path: Path) -> None:
    text = (
        '[project]\nname = "a"\nsecret = "s3cr3t"\ndependencies = []\n[tool]\nmine = { token = "s3cr3t" }\n'
    )
    text += '[[tool.pdm.source]]\nname = "x"\nurl = "https://pypi.example.com/simple"\npassword = "s3cr3t"\n'
    project(tmp_path, {"pyproject.toml": text})
    made = imported("pyproject", tmp_path)
    assert "s3cr3t" not in made.text + "".join(line.what + line.reason for line in made.report.lines)


def test_a_large_file(tmp_path: Path) -> None:
    names = [f"package-{number}>=1.{number}" for number in range(5000)]
    text = '[project]\nname = "a"\ndependencies = [\n' + "".join(f'"{name}",\n' for name in names) + "]\n"
    project(tmp_path, {"pyproject.toml": text})
    made = imported("pyproject", tmp_path)
    assert [line.line for line in made.report.lines if line.what == names[-1]] == [5003]


KEYS = (
    "project", "tool", "poetry", "uv", "pdm", "hatch", "envs", "dependencies", "optional-dependencies", "dynamic", "name",
    "version", "description", "requires-python", "dependency-groups", "include-group", "sources", "index", "url", "group",
    "extras", "source", "dev-dependencies", "git", "path", "marker", "workspace", "members", "setuptools", "file", "python",
    "features", "env-vars", "template", "include-groups", "index-url", "a", "dev",
)  # fmt: skip


def check_any(folder: Path, document: Any) -> None:
    text = as_toml(document)
    tomllib.loads(text)
    (folder / "made.envspec").unlink(missing_ok=True)
    project(folder, {"pyproject.toml": text})
    try:
        made = imported("pyproject", folder)
    except Failure as failure:
        assert allowed(failure), failure
        return
    assert isinstance(made.report, Report)
    well_formed(made.report.lines, text.count("\n") + 1)
    assert compiled(folder)[1] == []


SETTINGS = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@SETTINGS
@given(documents(KEYS))
def test_any_document(tmp_path: Path, document: Any) -> None:
    check_any(tmp_path, document)


@SETTINGS
@given(mutations(tomllib.loads(UV), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_project_of_uv(tmp_path: Path, document: Any) -> None:
    check_any(tmp_path, document)


@SETTINGS
@given(mutations(tomllib.loads(POETRY), documents(KEYS) | scalars))
def test_a_wrong_value_anywhere_in_a_project_of_poetry(tmp_path: Path, document: Any) -> None:
    check_any(tmp_path, document)


def test_names_as_packaging_sees_them(uv: Path) -> None:
    """Every requirement of the file is in an environment under its name."""
    imported("pyproject", uv)
    document = tomllib.loads(UV)
    listed = [*document["project"]["dependencies"], *document["tool"]["uv"]["dev-dependencies"]]
    for extra in document["project"]["optional-dependencies"].values():
        listed += extra
    names = {canonicalize_name(Requirement(one).name) for one in listed} - {"churn-model", "core-lib"}
    found = {package["name"] for one in compiled(uv)[0]["environments"].values() for package in one["pip"]}
    assert names <= found


def test_an_index_for_each_platform_or_extra(tmp_path: Path) -> None:
    text = """\
[project]
name = "a"
dependencies = ["torch>=2", "vision"]
[project.optional-dependencies]
cpu = ["jax"]
[tool.uv.sources]
torch = [
    { index = "cpu", marker = "sys_platform != 'linux'" },
    { index = "cuda", marker = "sys_platform == 'linux'" },
]
vision = [{ index = "cuda" }, { index = "cpu" }]
jax = [{ index = "cpu", extra = "cpu" }]
[[tool.uv.index]]
name = "cpu"
url = "https://example.org/cpu"
explicit = true
[[tool.uv.index]]
name = "cuda"
url = "https://example.org/cuda"
explicit = true
"""
    project(tmp_path, {"pyproject.toml": text})
    made = imported("pyproject", tmp_path)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert packages(document["environments"]["a"]) == {"torch": "torch>=2", "vision": "vision"}
    assert {name: one["packages"] for name, one in document["indexes"].items()} == {
        "cpu": ["jax"], "cuda": ["torch", "vision"],
    }  # fmt: skip
    assert [line for outcome, _, line in losses(made) if outcome == "dropped"] == [8, 11]


SCRIPTS = """
[project]
name = "p"
version = "1"
dependencies = ["six"]
[tool.pdm.scripts]
_.env_file = ".env"
start = "python main.py --port 80"
lint = { cmd = ["ruff", "check", "a b"], env = { LEVEL = "2" }, help = "looks" }
both = { composite = ["start", "lint"] }
piped = "cat x | wc"
call = { call = "p:main" }
[tool.pdm.resolution.overrides]
idna = "3.10"
[tool.hatch.envs.default.scripts]
quick = "python -m p"
test = "pytest {args:tests}"
again = ["quick --now"]
cov = ["test", "coverage report"]
one = ["coverage report"]
"""


def test_scripts_of_pdm_and_hatch(tmp_path: Path) -> None:
    made = imported("pyproject", project(tmp_path, {"pyproject.toml": SCRIPTS}) / "pyproject.toml")
    document, errors = compiled(tmp_path)
    assert errors == []
    runs = {
        name: (run["environment"]["environment"], run["command"]) for name, run in document["runs"].items()
    }
    assert runs == {
        "start": ("p", ["python", "main.py", "--port", "80"]),
        "lint": ("p", ["ruff", "check", "a b"]),
        "quick": ("p-default", ["python", "-m", "p"]),
        "one": ("p-default", ["coverage", "report"]),
    }
    assert document["runs"]["lint"]["variables"] == {"LEVEL": "2"}
    dropped = {line.what.partition(" ")[0] for line in made.report.lines if line.outcome == "dropped"}
    assert dropped >= {
        "tool.pdm.scripts._", "tool.pdm.scripts.both", "tool.pdm.scripts.piped", "tool.pdm.scripts.call",
        "tool.pdm.scripts.lint.help", "tool.pdm.resolution.overrides.idna", "tool.hatch.envs.default.scripts.test",
        "tool.hatch.envs.default.scripts.again", "tool.hatch.envs.default.scripts.cov",
    }  # fmt: skip


def test_a_login_of_variables_says_what_it_leaves_out(tmp_path: Path) -> None:
    text = """[project]
name = "p"
version = "1"
[[tool.pdm.source]]
name = "corp"
url = "https://${PERSON}:${WORD}@packages.example/simple"
"""
    made = imported("pyproject", project(tmp_path, {"pyproject.toml": text}) / "pyproject.toml")
    (line,) = [line for line in made.report.lines if line.became == "index corp"]
    assert line.outcome == "changed" and "`username`" in line.reason
    assert 'variable = "WORD"' in made.text
