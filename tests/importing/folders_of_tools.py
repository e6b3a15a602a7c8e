"""A folder for each kind of `envspec import`, as its tool leaves one, by the files in it."""

from __future__ import annotations

from pathlib import Path

from tests.importing.imported import CORPUS, project
from tests.importing.made_environments import conda_record

SCHEMAS = "https://azuremlschemas.azureedge.net/latest"
COG = (
    'build:\n  python_version: "3.11"\n  python_packages: ["six==1.17.0"]\npredict: "predict.py:Predictor"\n'
)
DEPLOYMENT = f"""\
$schema: {SCHEMAS}/managedOnlineDeployment.schema.json
name: blue
endpoint_name: iris
model: {{path: ./model}}
code_configuration: {{code: src, scoring_script: score.py}}
environment: {{image: registry.example/base:1}}
instance_type: Standard_DS2_v2
instance_count: 1
"""
JOB = "command: python work.py\ncode: ./src\nenvironment: {image: registry.example/base:1}\ncompute: azureml:cpu\n"
LOCKED = """\
version: 1
metadata:
  channels: [{url: conda-forge, used_env_vars: []}]
  platforms: [linux-64]
  sources: [environment.yml]
  content_hash: {linux-64: "0"}
package:
- {name: zlib, version: "1.3", manager: conda, platform: linux-64, dependencies: {}, hash: {md5: "0"}, category: main,
   url: "https://conda.example/conda-forge/linux-64/zlib-1.3-h0_0.conda", optional: false}
"""
PIXI_LOCK = """\
version: 6
environments:
  default:
    channels: [{url: "https://conda.example/conda-forge/"}]
    packages: {linux-64: [{conda: "https://conda.example/conda-forge/linux-64/zlib-1.3-h0_0.conda"}]}
packages:
- {conda: "https://conda.example/conda-forge/linux-64/zlib-1.3-h0_0.conda", sha256: "00"}
"""
SAVED = """\
{"name": "a", "version": "1", "docker": {"baseImage": "registry.example/base:1"},
 "python": {"condaDependencies": {"dependencies": ["python=3.11"]}}}
"""
SCRIPT = '# /// script\n# dependencies = ["six ==1.17.0"]\n# ///\nimport six\nprint(six.PY3)\n'


def corpus(path: str) -> str:
    return (CORPUS / path).read_text(encoding="utf-8")


TOOLS: dict[str, tuple[str, str, dict[str, str]]] = {
    "conda": ("conda", "project-env.yaml", {"project-env.yaml": "name: a\ndependencies:\n  - numpy=1.26\n"}),
    "pip": ("pip", "reqs.txt", {"reqs.txt": "six ==1.17.0\n"}),
    "pyproject": (
        "pyproject",
        "pyproject.toml",
        {"pyproject.toml": '[tool.poetry]\nname = "a"\n[tool.poetry.dependencies]\npython = "^3.11"\n'
                'six = "1.17.0"\n'},
    ),
    "uv": ("uv", "uv.lock", {"uv.lock": corpus("uv/uv.lock")}),
    "pylock": ("pylock", "pylock.dev.toml", {"pylock.dev.toml": corpus("pylock/pylock.toml")}),
    "poetry": ("poetry", "poetry.lock", {"poetry.lock": corpus("poetry/poetry.lock")}),
    "pipfile": ("pipfile", "Pipfile", {"Pipfile": '[packages]\nsix = "==1.17.0"\n'}),
    "pipfile, its lock": ("pipfile", "Pipfile.lock", {"Pipfile.lock": corpus("pipfile/Pipfile.lock")}),
    "pixi": (
        "pixi",
        "pixi.toml",
        {"pixi.toml": '[workspace]\nname = "a"\nchannels = ["conda-forge"]\nplatforms = ["linux-64"]\n'
                '[dependencies]\nnumpy = "1.26.*"\n'},
    ),
    "pixi in a pyproject": (
        "pixi",
        "pyproject.toml",
        {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["six ==1.17.0"]\n[tool.pixi.workspace]\n'
                'channels = ["conda-forge"]\nplatforms = ["linux-64"]\n[tool.pixi.dependencies]\n'
                'numpy = "1.26.*"\n'},
    ),
    "pixi, its lock": ("pixi", "pixi.lock", {"pixi.lock": PIXI_LOCK}),
    "conda-lock": ("conda-lock", "conda-lock.yml", {"conda-lock.yml": LOCKED}),
    "binder": ("binder", ".", {"binder/environment.yml": "dependencies:\n  - numpy=1.26\n",
        "binder/postBuild": "echo hello\n"}),
    "binder, without its folder": ("binder", ".", {"requirements.txt": "six ==1.17.0\n", "apt.txt": "git\n"}),
    "cog": ("cog", "cog.yaml", {"cog.yaml": COG}),
    "mlproject": (
        "mlproject",
        "MLproject",
        {"MLproject": "name: a\npython_env: python_env.yaml\nentry_points:\n"
                "  main: {command: python work.py}\n",
            "python_env.yaml": 'python: "3.11"\ndependencies: ["six==1.17.0"]\n'},
    ),
    "mlproject, a model": (
        "mlproject",
        "MLmodel",
        {"MLmodel": "flavors:\n  python_function:\n    env: {virtualenv: python_env.yaml}\n"
                "    loader_module: mlflow.sklearn\n",
            "python_env.yaml": 'python: "3.11"\ndependencies: ["six==1.17.0"]\n'},
    ),
    "mlproject, its environment": ("mlproject",
        "python_env.yaml", {"python_env.yaml": 'python: "3.11"\ndependencies: ["six==1.17.0"]\n'}),
    "bentofile": ("bentofile",
        "bentofile.yaml", {"bentofile.yaml": 'service: "service:svc"\npython:\n  packages: ["six==1.17.0"]\n'}),
    "bentofile in a pyproject": (
        "bentofile",
        "pyproject.toml",
        {"pyproject.toml": '[project]\nname = "a"\ndependencies = ["six ==1.17.0"]\n[tool.bentoml.build]\n'
                'service = "service:svc"\n'},
    ),
    "truss": ("truss",
        "config.yaml", {"config.yaml": "model_name: a\npython_version: py311\nrequirements: [six==1.17.0]\n"}),
    "devcontainer": ("devcontainer",
        ".devcontainer/devcontainer.json", {".devcontainer/devcontainer.json": '{"image": "python:3.12"} // ours\n'}),
    "dockerfile": ("dockerfile", "Dockerfile", {"Dockerfile": "FROM python:3.12\nRUN pip install six==1.17.0\n"}),
    "azureml": ("azureml", ".", {"blue.yml": DEPLOYMENT,
        "src/score.py": "def init(): pass\ndef run(data): return data\n", "model/m": "m"}),
    "azureml, a job without a schema": ("azureml", ".", {"train.yml": JOB, "src/work.py": "print(1)\n"}),
    "azureml, an environment": ("azureml",
        ".", {"env-a.yml": f"$schema: {SCHEMAS}/environment.schema.json\nname: a\nimage: registry.example/base:1\n"}),
    "azureml-v1": ("azureml-v1", "azureml_environment.json", {"azureml_environment.json": SAVED}),
    "azureml-v1, a run": ("azureml-v1",
        ".", {".azureml/train.runconfig": "script: work.py\nframework: Python\nenvironment:\n  name: a\n"
            "  docker: {baseImage: \"registry.example/base:1\"}\n"
            "  python: {condaDependencies: {dependencies: [python=3.11]}}\n", "work.py": "x = 1\n"}),
    "script": ("script", "hello.py", {"hello.py": SCRIPT}),
}  # fmt: skip
"""Kind, the path that its importer is given, and the files."""

OTHERS: dict[str, dict[str, str]] = {
    "a config.yaml of a training": {"config.yaml": "model_name: bert\nlr: 0.1\nepochs: 3\n"},
    "a compose file": {"docker-compose.yml": "services:\n  a: {image: x, command: y, environment: {A: b}}\n"},
    "a compose file of version 1": {"compose.yml": "web:\n  image: x\n  command: y\n  environment: {A: b}\n"},
    "a manifest": {"pod.yaml": "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: x, command: [y]}]}\n"},
    "a chart": {"Chart.yaml": "apiVersion: v2\nname: a\ndependencies:\n  - name: b\n    version: 1.0.0\n"},
    "a workflow": {"ci.yml": "name: ci\non: push\njobs:\n  test:\n    runs-on: x\n    steps: [{run: pytest}]\n"},
    "an action": {"action.yml": "name: a\ninputs: {x: {required: true}}\nruns:\n  using: docker\n  image: Dockerfile\n"},
    "hooks of pre-commit": {".pre-commit-config.yaml": "repos:\n  - repo: x\n    hooks: [{id: y}]\n"},
    "a role": {"meta.yml": "dependencies:\n  - role: common\ngalaxy_info: {author: a}\n"},
    "a package of Dart": {"pubspec.yaml": "name: a\nenvironment: {sdk: x}\ndependencies:\n  http: ^1.0\n"},
    "settings of a tool": {"pyproject.toml": "[tool.ruff]\nline-length = 100\n"},
    "other JSON": {"package.json": '{"name": "a", "dependencies": {"b": "1"}}', "launch.json": "{}"},
    "notes": {"notes.txt": "hello\nworld\n", "LICENSE.txt": "Permission is granted.\n", "words.txt": "a >= b in c\n"},
    "a template of CMake": {"cfgcmd.txt.in": "cmd='@cmd@'\n"},
    "hidden in a folder of its own": {"deep/er/cog.yaml": COG},
    "a folder called MLproject": {"MLproject/readme": "x"},
}  # fmt: skip
"""What is of no kind, however it looks."""


def make_tool(name: str, folder: Path) -> Path:
    """The folder of `TOOLS`, as a project."""
    (folder / "made").mkdir()
    return project(folder / "made", {**TOOLS[name][2]})


def make_conda_prefix(folder: Path) -> Path:
    """A conda environment with one package that was asked for."""
    prefix = folder / "weather"
    (prefix / "conda-meta").mkdir(parents=True)
    conda_record(prefix, "numpy", "1.26.4", requested_spec="numpy")
    (prefix / "conda-meta" / "history").write_text(
        "==> 2024-01-05 10:00:00 <==\n# cmd: conda create -n weather numpy\n# conda version: 24.1.0\n"
        "+conda-forge/linux-64::numpy-1.26.4-h0_0\n# update specs: ['numpy']\n"
    )
    return prefix
