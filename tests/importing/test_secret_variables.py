"""Variables with a secret in them: the same in every kind of file that has variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from envspec.check.rules.variable_for_secret import RULE
from envspec.importing.asked import Asked
from envspec.importing.secret_values import is_secret
from envspec.importing.spec import Block, Spec, Text
from envspec.importing.variables import Variables, variable_name
from tests.importing.imported import compiled, imported, project
from tests.importing.made_environments import conda_record

Variable = tuple[str, str]


def lines(pairs: tuple[Variable, ...], between: str, indent: str = "  ") -> str:
    return "".join(f"{indent}{name}{between}{json.dumps(value)}\n" for name, value in pairs)


def conda(pairs: tuple[Variable, ...]) -> str:
    return f"name: x\ndependencies: [python=3.11]\nvariables:\n{lines(pairs, ': ')}"


def pixi(pairs: tuple[Variable, ...]) -> str:
    head = '[workspace]\nname = "x"\nchannels = ["conda-forge"]\nplatforms = ["linux-64"]\n[dependencies]\npython = "*"\n'
    return f"{head}[activation.env]\n{lines(pairs, ' = ', '')}"


def pixi_task(pairs: tuple[Variable, ...]) -> str:
    table = ", ".join(f"{name} = {json.dumps(value)}" for name, value in pairs)
    return pixi(()) + f'[tasks]\nt = {{ cmd = "python a.py", env = {{ {table} }} }}\n'


def hatch(pairs: tuple[Variable, ...]) -> str:
    head = '[project]\nname = "x"\nversion = "1"\n[tool.hatch.envs.test]\ndependencies = ["six"]\n'
    return f"{head}[tool.hatch.envs.test.env-vars]\n{lines(pairs, ' = ', '')}"


def cog(pairs: tuple[Variable, ...]) -> str:
    listed = "".join(f"  - {json.dumps(f'{name}={value}')}\n" for name, value in pairs)
    return f'build:\n  python_version: "3.11"\nenvironment:\n{listed}'


def mlproject(pairs: tuple[Variable, ...]) -> str:
    listed = json.dumps([list(pair) for pair in pairs])
    head = f"name: x\ndocker_env:\n  image: python:3.12\n  environment: {listed}\n"
    return f"{head}entry_points:\n  main:\n    command: python a.py\n"


def bentofile(pairs: tuple[Variable, ...]) -> str:
    listed = "".join(f"  - name: {name}\n    value: {json.dumps(value)}\n" for name, value in pairs)
    return f"service: a:S\npython:\n  packages: [six]\nenvs:\n{listed}"


def bentofile_docker(pairs: tuple[Variable, ...]) -> str:
    return f"service: a:S\npython:\n  packages: [six]\ndocker:\n  env:\n{lines(pairs, ': ', '    ')}"


def truss(pairs: tuple[Variable, ...]) -> str:
    return f"model_name: x\nrequirements: [six]\nenvironment_variables:\n{lines(pairs, ': ')}"


def devcontainer(pairs: tuple[Variable, ...]) -> str:
    return json.dumps({"image": "python:3.12", "containerEnv": dict(pairs)}, indent=1)


def dockerfile(pairs: tuple[Variable, ...]) -> str:
    return "FROM python:3.12\nRUN pip install six\n" + "".join(
        f"ENV {name}={json.dumps(value)}\n" for name, value in pairs
    )


def job(pairs: tuple[Variable, ...]) -> str:
    return (
        "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: python a.py\n"
        f"environment:\n  image: python:3.12\nenvironment_variables:\n{lines(pairs, ': ')}"
    )


def deployment(pairs: tuple[Variable, ...]) -> str:
    return (
        "$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json\nname: blue\n"
        "endpoint_name: e\nmodel:\n  path: model\ncode_configuration:\n  code: src\n  scoring_script: score.py\n"
        f"environment:\n  image: python:3.12\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n"
        f"environment_variables:\n{lines(pairs, ': ')}"
    )


def saved(pairs: tuple[Variable, ...]) -> str:
    return json.dumps({"name": "x", "environmentVariables": dict(pairs), "python": {}}, indent=1)


def runconfig(pairs: tuple[Variable, ...]) -> str:
    head = "script: a.py\ntarget: local\nenvironment:\n  name: x\n  docker:\n    baseImage: python:3.12\n"
    return f"{head}  environmentVariables:\n{lines(pairs, ': ', '    ')}"


FILES = {
    "conda": ("environment.yml", conda), "pixi": ("pixi.toml", pixi), "pixi task": ("pixi.toml", pixi_task),
    "pyproject": ("pyproject.toml", hatch), "cog": ("cog.yaml", cog), "mlproject": ("MLproject", mlproject),
    "bentofile": ("bentofile.yaml", bentofile), "bentofile docker": ("bentofile.yaml", bentofile_docker),
    "truss": ("config.yaml", truss), "devcontainer": ("devcontainer.json", devcontainer),
    "dockerfile": ("Dockerfile", dockerfile), "binder": ("environment.yml", conda), "azureml job": ("job.yml", job),
    "azureml deployment": ("deployment.yml", deployment), "azureml-v1": ("azureml_environment.json", saved),
    "azureml-v1 run": ("x.runconfig", runconfig),
}  # fmt: skip
BESIDE = {"a.py": "", "src/score.py": "def init(): pass\ndef run(data): return data\n", "model/x": ""}
PAIRS = (("DB_PASSWORD", "tr0ub4dor"), ("MODE", "train"), ("MAX_TOKENS", "512"), ("TOKEN_FILE", "/run/t"))


def variables_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in ("environments", "runs", "deployments"):
        for block in document.get(kind, {}).values():
            found.update(block.get("variables", {}))
    return found


@pytest.mark.parametrize("made_by", FILES)
@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("DB_PASSWORD", "x", False), ("DB_PASSWORD", "tr0ub4dor", False), ("API_KEY", "abc", False),
        ("PLAIN", "postgres://me:tr0ub4dor@db.example/x", False), ("HF_TOKEN", "<your token>", True),
        ("HF_TOKEN", "/run/secrets/hf", True), ("MAX_TOKENS", "512", True), ("EOS_TOKEN", "</s>", True),
    ],
)  # fmt: skip
def test_what_is_a_secret_is_one_in_every_kind(
    made_by: str, name: str, value: str, kept: bool, tmp_path: Path
) -> None:
    file, write = FILES[made_by]
    project(tmp_path, {file: write(((name, value), ("MODE", "train"))), **BESIDE})
    made = imported(made_by.split(" ")[0], tmp_path if made_by == "binder" else tmp_path / file)
    document, errors = compiled(tmp_path)
    assert errors == []
    label = name.lower().replace("_", "-")
    assert variables_of(document)["MODE"] == "train"
    assert variables_of(document)[name] == (value if kept else {"secret": label})
    assert document.get("secrets", {}).get(label) == (None if kept else {"variable": name})
    told = [line for line in made.report.lines if line.what.endswith(name)]
    assert [line.outcome for line in told] == ["carried" if kept else "changed"]
    assert kept or (told[0].became == f"secret {label}" and json.dumps(value) not in made.text)
    assert kept or len(value) < 4 or value not in made.text + repr(made.report.lines)


def test_a_conda_environment_that_is_there(tmp_path: Path) -> None:
    prefix = tmp_path / "env"
    conda_record(prefix, "python", "3.11.4")
    (prefix / "conda-meta" / "history").write_text("# update specs: ['python']\n")
    (prefix / "conda-meta" / "state").write_text(json.dumps({"version": 1, "env_vars": dict(PAIRS)}))
    (tmp_path / ".git").mkdir()
    made = imported("conda-env", prefix)
    assert '"tr0ub4dor"' not in made.text and "DB_PASSWORD = secret.db-password" in made.text


def test_what_is_imported_has_no_finding_of_the_rule_for_secrets(tmp_path: Path) -> None:
    from envspec.actions.loading import compile_file
    from envspec.actions.options import Options

    project(
        tmp_path, {"environment.yml": conda((*PAIRS, ("B_SECRET", "${B}"), ("C_TOKEN", "0"), ("D_KEY", "x")))}
    )
    imported("conda", tmp_path / "environment.yml")
    found = compile_file(tmp_path, "made.envspec", Options(path=tmp_path)).diagnostics
    assert not {"W0312", *RULE.codes} & {one.code for one in found}


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("my-endpoint-key", "x", False), ("my-api-key", "x", True), ("spark.x.password", "x", True), ("n", "x", False),
        ("password", "", False), ("password", "true", False), ("password", "***", False), ("password", "x\ny", True),
    ],
)  # fmt: skip
def test_a_name_of_any_form(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret


def asked() -> Asked:
    return Asked(Path("/p/x"), Path("/p"), Path("/p"), "x")


def test_a_variable_of_the_caller_has_one_secret_however_many_blocks_read_it() -> None:
    spec, blocks = Spec(), [Block("environment", "a"), Block("run", "b")]
    for block in blocks:
        variables = Variables(asked())
        variables.add("HF_TOKEN", "hf-word", "x", 1)
        variables.fill(block, spec)
    assert [(one.label, one.attributes) for one in spec.blocks] == [
        ("hf-token", {"variable": Text("HF_TOKEN")})
    ]


def test_secrets_that_would_be_called_alike_are_two() -> None:
    spec = Spec(blocks=[Block("secret", "hf-token", {"variable": Text("hf_token")})])
    for known in (asked(), None):
        block = Block("environment", "a")
        variables = Variables(asked(), spec) if known else Variables(asked())
        variables.read_from_caller("HF_TOKEN", "x", 1)
        variables.fill(block, spec)
        assert [one.label for one in spec.blocks] == ["hf-token-2", "hf-token"]
        assert str(block.attributes["variables"]).count("secret.hf-token-2") == 1


@pytest.mark.parametrize("text", ["my-endpoint-key", "my endpoint.key", "__my__endpoint__key"])
def test_a_name_for_a_variable(text: str) -> None:
    assert variable_name(text) == "MY_ENDPOINT_KEY"
    assert (variable_name("2fa"), variable_name("é")) == ("_2FA", "SECRET")


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("azureml", "job.yml", "command: a\nenvironment: {image: 'me:s3cr3t@x.azurecr.io/foo:1'}\n"),
        ("dockerfile", "Dockerfile", "FROM me:s3cr3t@x.azurecr.io/foo:1\nRUN pip install numpy\n"),
        ("devcontainer", "devcontainer.json", '{"image": "me:s3cr3t@x.azurecr.io/foo:1"}'),
        ("cog", "cog.yaml", "image: me:s3cr3t@x.azurecr.io/foo:1\nbuild: {python_version: '3.11'}\n"),
    ],
)
def test_the_login_of_an_image_stays_out(kind: str, name: str, text: str, tmp_path: Path) -> None:
    project(tmp_path, {name: text})
    made = imported(kind, tmp_path / name)
    assert "s3cr3t" not in made.text + str(made.report.lines)
    assert "…@x.azurecr.io/foo:1" in str(made.report.lines)
    assert compiled(tmp_path)[1] == []
