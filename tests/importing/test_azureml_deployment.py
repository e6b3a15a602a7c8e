"""Online deployments and endpoints of Azure ML's CLI v2: the files of its examples, compared with what PyYAML reads, and
files as people write them."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.actions.importing import Imported, import_spec
from envspec.diagnostics import Failure
from envspec.importing.azureml.serving import quantity, size_text
from tests.importing.imported import CORPUS, compiled, losses, project

DEPLOYMENTS = sorted((CORPUS / "azureml" / "deployment").iterdir())
ENDPOINTS = sorted((CORPUS / "azureml" / "endpoint").iterdir())
SCORE = "def init():\n    pass\n\n\ndef run(data):\n    return data\n"
CONDA = "channels: [conda-forge]\ndependencies:\n- python=3.11\n- pip:\n  - azureml-inference-server-http\n"
UNITS = {"": 1, "m": Fraction(1, 1000), "Mi": 2**20, "Gi": 2**30, "G": 10**9}


def imported(path: Path, root: Path | None = None) -> Imported:
    """What is made of a file or folder, written at the root of its project."""
    root = root or (path if path.is_dir() else path.parent)
    made = import_spec("azureml", path, output=root / "made.envspec")
    (root / "made.envspec").write_text(made.text)
    return made


def document_of(folder: Path) -> dict[str, Any]:
    document, errors = compiled(folder)
    assert [error for error in errors if "registered" not in error[1]] == []
    return document


def plain(file: Path) -> dict[str, Any]:
    """The file as PyYAML has it, with names for holes."""
    loaded: dict[str, Any] = yaml.safe_load(re.sub(r"\{\{\s*(\w+)\s*\}\}", r"\1", file.read_text()))
    return loaded


def amount(text: Any) -> Fraction:
    """A quantity of Kubernetes, by other means than the importer's."""
    number = re.match(r"[0-9.]+", str(text))
    assert number is not None
    return Fraction(number[0]) * UNITS[str(text)[number.end() :]]


def around(folder: Path, file: Path) -> Path:
    """The file, deep in a project that has everything it names."""
    content = plain(file)
    files: dict[str, str | bytes] = {"a/b/c/deploy.yml": file.read_text()}
    code = content.get("code_configuration", {})
    if code:
        files[f"a/b/c/{code['code']}/{code['scoring_script']}"] = SCORE
    model = content.get("model")
    if isinstance(model, dict) and "{{" not in file.read_text():
        files[f"a/b/c/{model['path']}/model.pkl"] = b"\x80"
    environment = content.get("environment")
    if isinstance(environment, dict) and "conda_file" in environment:
        files[f"a/b/c/{environment['conda_file']}"] = CONDA
    return project(folder, files) / "a/b/c/deploy.yml"


@pytest.mark.parametrize("file", DEPLOYMENTS, ids=lambda file: file.stem[-10:])
def test_a_deployment_of_the_examples(file: Path, tmp_path: Path) -> None:
    content = plain(file)
    made = imported(around(tmp_path, file), tmp_path)
    document = document_of(tmp_path)
    told = {line.line for line in made.report.lines}
    for key, value in content.items():
        if key == "$schema":
            continue
        assert value is None or any(
            line.what.startswith(key) or key in line.what for line in made.report.lines
        ), key
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if (
            line.strip()
            and not line.startswith(("#", "$"))
            and not line.startswith(" ")
            and not line.rstrip().endswith(":")
        ):
            assert number in told, f"nothing is said of line {number}: {line}"
    if "code_configuration" not in content and ("model" in content or "inference_config" in file.read_text()):
        assert document["deployments"].popitem()[1]["entry"] == {"$param": "entry", "type": "string"}
        assert any(what == "code_configuration" for _, what, _ in losses(made))
        assert "models" in document or "environments" in document
        return
    (deployment,) = document["deployments"].values()
    assert deployment["name"] == content.get("name", "deploy")
    scale = content.get("scale_settings", {})
    assert deployment["replicas"] == content.get("instance_count", scale.get("min_instances"))
    assert deployment.get("variables", {}) == content.get("environment_variables", {})
    probe = content.get("liveness_probe", {})
    health = deployment.get("health", {})
    pairs = (("initial_delay", "start_period"), ("period", "interval"), ("timeout", "timeout"))
    assert [health.get(name, {}).get("seconds") for _, name in pairs] == [probe.get(key) for key, _ in pairs]
    assert health.get("retries") == probe.get("failure_threshold")
    timeout = content.get("request_settings", {}).get("request_timeout_ms")
    assert deployment.get("limits", {}).get("timeout", {}).get("seconds") == (timeout and timeout / 1000)
    asked = content.get("resources", {}).get("requests", {})
    if asked:
        assert deployment["resources"]["cpu"] == float(amount(asked["cpu"]))
        assert deployment["resources"]["memory"]["bytes"] == -(-amount(asked["memory"]) // 1)
    code = content.get("code_configuration")
    if code:
        folder = (tmp_path / "a/b/c" / code["code"]).resolve().relative_to(tmp_path.resolve())
        assert (deployment["source"], deployment["entry"]) == (folder.as_posix(), code["scoring_script"])
    else:
        assert deployment["entry"] == {"$param": "entry", "type": "string"}
    model = content.get("model")
    if isinstance(model, dict):
        (found,) = document["models"].values()
        path = (tmp_path / "a/b/c" / model["path"]).resolve().relative_to(tmp_path.resolve())
        assert found["from"] == {"path": path.as_posix()}
    elif model:
        assert document["models"]["azureml-infschema"]["from"] == {
            "$param": "azureml-infschema",
            "type": "path",
        }


@pytest.mark.parametrize("file", DEPLOYMENTS, ids=lambda file: file.stem[-10:])
def test_a_deployment_alone(file: Path, tmp_path: Path) -> None:
    """What it names is not there: it compiles all the same."""
    project(tmp_path, {"deploy.yml": file.read_text()})
    made = imported(tmp_path / "deploy.yml")
    document_of(tmp_path)
    if "code_configuration" in plain(file):
        assert "source      = param.code" in made.text


@pytest.mark.parametrize("file", ENDPOINTS, ids=lambda file: file.stem[-10:])
def test_an_endpoint_of_the_examples(file: Path, tmp_path: Path) -> None:
    content = plain(file)
    project(tmp_path, {"endpoint.yml": file.read_text()})
    made = imported(tmp_path / "endpoint.yml")
    (secret,) = document_of(tmp_path)["secrets"].items()
    kind = "token" if content["auth_mode"] == "aml_token" else "key"
    assert secret == (
        f"{content['name']}-{kind}",
        {"variable": f"{content['name']}-{kind}".upper().replace("-", "_")},
    )
    (endpoint,) = document_of(tmp_path)["endpoints"].items()
    assert endpoint[0] == content["name"] and endpoint[1]["auth"] == {"secret": secret[0]}
    assert {f"name: {content['name']}", f"auth_mode: {content['auth_mode']}"} <= {
        line.what for line in made.report.lines
    }


ENDPOINT = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineEndpoint.schema.json
name: my-endpoint
auth_mode: key
traffic:
  blue: 90
  green: 10
  gone: 0
mirror_traffic: {green: 10}
public_network_access: disabled
description: Scores.
tags: {team: risk}
keys: {primary_key: hunter2}
"""
ENVIRONMENT = """\
$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json
name: sklearn
version: 3
image: mcr.microsoft.com/azureml/minimal-py312-inference:latest
conda_file: conda.yml
"""
BLUE = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue
endpoint_name: my-endpoint
model: {path: ./model}
code_configuration: {code: ./src, scoring_script: score.py}
environment: azureml:sklearn:3
instance_type: Standard_DS3_v2
instance_count: 2
"""


def test_a_folder_of_an_endpoint_and_its_deployments(tmp_path: Path) -> None:
    project(
        tmp_path,
        {
            "endpoint.yml": ENDPOINT,
            "env.yaml": ENVIRONMENT,
            "conda.yml": CONDA,
            "blue-deployment.yml": BLUE,
            "green-deployment.yml": BLUE.replace("blue", "green").replace(
                "azureml:sklearn:3", "azureml:sklearn@latest"
            ),
            "job.yaml.txt": "not YAML: [",
            "broken.yml": "$schema: https://azuremlschemas.azureedge.net/latest/x\na: [",
            "train.yml": "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json\ncommand: ls\n",
            "src/score.py": SCORE,
            "model/m.pkl": b"1",
        },
    )
    made = imported(tmp_path)
    document = document_of(tmp_path)
    assert set(document["environments"]) == {"sklearn", "train-environment"}
    assert set(document["secrets"]) == {"my-endpoint-key"}
    assert {
        name: (one["traffic"], one["endpoint"], one["environment"])
        for name, one in document["deployments"].items()
    } == {
        "blue": (90, {"endpoint": "my-endpoint"}, {"environment": "sklearn"}),
        "green": (10, {"endpoint": "my-endpoint"}, {"environment": "sklearn"}),
    }
    endpoint = document["endpoints"]["my-endpoint"]
    assert (endpoint["auth"], endpoint["description"]) == ({"secret": "my-endpoint-key"}, "Scores.")
    assert (
        endpoint["tags"]["team"] == "risk" and endpoint["tags"]["azureml.mirror_traffic"] == '{"green": 10}'
    )
    assert document["deployments"]["blue"]["replicas"] == 2
    told = {(line.file, line.what): line.outcome for line in made.report.lines}
    assert told["endpoint.yml", "traffic.blue: 90"] == "carried"
    assert told["endpoint.yml", "traffic.gone: 0"] == "changed"
    assert told["broken.yml", "broken.yml"] == "dropped"
    assert told["train.yml", "command: ls"] == "carried" and list(document["runs"]) == ["train"]
    assert told["env.yaml", "name: sklearn"] == "carried"
    assert {
        ("endpoint.yml", key) for key in ("keys", "mirror_traffic", "public_network_access: disabled")
    } <= set(told)
    assert "hunter2" not in made.text + str(made.report)


FULL = """\
$schema: https://azuremlschemas.azureedge.net/latest/kubernetesOnlineDeployment.schema.json
name: Blue_1
type: kubernetes
endpoint_name: ep
description: >
  Scores what
  comes.
tags: {team: risk, 'a b': 1}
model:
  name: Churn
  version: 12
  type: custom_model
  path: azureml://datastores/store/paths/churn
  description: Who leaves.
  tags: {stage: prod}
  flavors: {python_function: {}}
code_configuration:
  code: src
  scoring_script: deep/score.py
  surprise: 1
environment:
  image: python:3.12-slim
environment_variables:
  LOG_LEVEL: debug
  WORKERS: 2
  API_KEY: abcdef123456
  CONNECTION: ${{azureml://connections/aoai/credentials/api_key}}
  1BAD: x
  EMPTY:
instance_type: gpu-large
instance_count: "3"
app_insights_enabled: false
egress_public_network_access: disabled
data_collector: {collections: {model_inputs: {enabled: 'True'}}}
model_mount_path: /var/models
resources:
  requests: {cpu: 500m, memory: 1.5Gi, nvidia.com/gpu: 1}
  limits: {cpu: 2, memory: 4G, ephemeral-storage: 1Gi}
scale_settings: {type: default}
request_settings: {request_timeout_ms: 1500, max_concurrent_requests_per_instance: 4, max_queue_wait_ms: 500}
liveness_probe: {initial_delay: PT1M30S, period: 10, timeout: PT0.5S, success_threshold: 1, failure_threshold: 30}
readiness_probe: {initial_delay: 5, success_threshold: 2, path: /ready}
surprise: {a: 1}
"""


def test_everything_that_a_deployment_may_say(tmp_path: Path) -> None:
    project(tmp_path, {"d.yml": FULL, "src/deep/score.py": SCORE})
    made = imported(tmp_path / "d.yml")
    document = document_of(tmp_path)
    tags = document["deployments"]["blue_1"]["tags"]
    kept = {tag: tags.pop(tag) for tag in [*tags] if tag.startswith("azureml.")}
    assert kept["azureml.name"] == "Blue_1" and kept["azureml.app_insights_enabled"] == "false"
    assert document["deployments"] == {
        "blue_1": {
            "name": "blue_1",
            "description": "Scores what comes.",
            "environment": {"environment": "blue_1"},
            "source": "src",
            "entry": "deep/score.py",
            "models": [{"model": "churn"}],
            "replicas": 3,
            "variables": {
                "LOG_LEVEL": "debug", "WORKERS": "2", "API_KEY": {"secret": "api-key"},
                "CONNECTION": {"secret": "connection"},
            },
            "resources": {"cpu": 2, "memory": {"bytes": 4 * 10**9}, "gpu": 1, "machine": "gpu-large"},
            "limits": {"timeout": {"seconds": 1.5}, "concurrency": 4},
            "health": {
                "start_period": {"seconds": 90}, "interval": {"seconds": 10}, "timeout": {"seconds": 0.5}, "retries": 30,
            },
            "endpoint": {"endpoint": "ep"},
            "tags": {"team": "risk", "a b": "1", "azureml": "kubernetes"},
        }
    }  # fmt: skip
    assert document["models"]["churn"] == {
        "from": {"$param": "churn", "type": "path"}, "description": "Who leaves.",
        "tags": {
            "stage": "prod", "azureml.name": "Churn", "azureml.version": "12", "azureml.type": "custom_model",
            "azureml.path": "azureml://datastores/store/paths/churn", "azureml.flavors": '{"python_function": {}}',
        },
    }  # fmt: skip
    assert "abcdef123456" not in made.text + str(made.report)
    dropped = {what.partition(":")[0] for outcome, what, _ in losses(made) if outcome == "dropped"}
    changed = {what.partition(":")[0] for outcome, what, _ in losses(made) if outcome == "changed"}
    assert {
        "surprise", "code_configuration.surprise", "environment_variables.1BAD", "environment_variables.EMPTY",
    } <= dropped  # fmt: skip
    assert {
        "app_insights_enabled", "egress_public_network_access", "data_collector", "model_mount_path",
        "resources.limits.ephemeral-storage", "request_settings.max_queue_wait_ms", "readiness_probe.initial_delay",
        "readiness_probe.success_threshold", "readiness_probe.path", "model.flavors", "model.type",
        "resources.requests.cpu", "resources.requests.memory",
    } <= changed  # fmt: skip
    lines = FULL.splitlines()
    for line in made.report.lines:
        if line.line and "." not in line.what:
            assert line.what.partition(":")[0] in lines[line.line - 1] or line.line == 1


@pytest.mark.parametrize(
    ("text", "label", "params"),
    [
        ("model: azureml:churn:3", "churn", ["churn"]),
        ("model: azureml:Churn@latest", "churn", ["churn"]),
        ("model: azureml://registries/azureml/models/gpt2/versions/7", "gpt2", ["gpt2"]),
        ("model: {name: churn, version: 3}", "churn", ["churn"]),
        ("model: ./m", "blue", []),
        ("model: m", "blue", []),
        ("model: ../m", "blue", ["model"]),
        ("model: {path: ./gone}", "blue", ["model"]),
        ("model: {path: 'https://x.blob.core.windows.net/c/m'}", "blue", ["model"]),
        ("model: {local_path: m}", "blue", []),
        ("model: {path: m, type: mlflow_model}", "blue", []),
    ],
)
def test_where_a_model_comes_from(tmp_path: Path, text: str, label: str, params: list[str]) -> None:
    project(
        tmp_path,
        {"d.yml": f"{BLUE.replace('model: {path: ./model}', text)}", "m/x": "1", "src/score.py": SCORE},
    )
    made = imported(tmp_path / "d.yml")
    (name,) = document_of(tmp_path)["models"]
    assert name == label
    assert re.findall(r"^param (\S+) : path", made.text, re.M) == params
    assert len([line for line in made.report.lines if line.what.startswith("model")]) >= 1


@pytest.mark.parametrize(
    ("code", "source", "entry", "params"),
    [
        ("{code: ., scoring_script: score.py}", None, "score.py", []),
        ("{scoring_script: score.py}", None, "score.py", []),
        ("{code: src/, scoring_script: ./in/../score.py}", "src", "score.py", []),
        ("{code: src, scoring_script: gone.py}", "src", None, ["entry"]),
        ("{code: src, scoring_script: ../score.py}", "src", None, ["entry"]),
        ("{code: src, scoring_script: /score.py}", "src", None, ["entry"]),
        ("{code: /opt/src, scoring_script: score.py}", None, "score.py", ["code"]),
        ("{code: 'azureml:code:1', scoring_script: score.py}", None, "score.py", ["code"]),
        ("{code: score.py, scoring_script: score.py}", None, "score.py", ["code"]),
    ],
)
def test_where_the_script_is(
    tmp_path: Path, code: str, source: str | None, entry: str | None, params: list[str]
) -> None:
    text = BLUE.replace("{code: ./src, scoring_script: score.py}", code)
    project(tmp_path, {"d.yml": text, "score.py": SCORE, "src/score.py": SCORE, "model/m": "1"})
    made = imported(tmp_path / "d.yml")
    deployment = document_of(tmp_path)["deployments"]["blue"]
    assert re.findall(r"^param (\S+) :", made.text, re.M) == params
    assert deployment["entry"] == (entry or {"$param": "entry", "type": "string"})
    if "code" not in params:
        assert deployment["source"] == (source or ".")


def test_comments_stay_where_they_belong(tmp_path: Path) -> None:
    token = "hf_" + "aB3dE5gH7jK9" * 3
    text = f"""\
# Who answers.
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: blue  # the stable one
# From the run of May.
model:
  path: ./model  # a folder
code_configuration: {{code: ./src, scoring_script: score.py}}
environment:
  image: debian:12
  conda_file:
    dependencies:
    - python=3.11  # as trained
instance_count: 2 # two zones
# token: {token}
"""
    project(tmp_path, {"d.yml": text, "src/score.py": SCORE, "model/m": "1"})
    made = imported(tmp_path / "d.yml")
    document_of(tmp_path)
    assert token not in made.text
    assert "# Who answers.\n# the stable one\ndeployment blue {" in made.text
    assert "# From the run of May.\n    # a folder\n    models      = [blue]" in made.text
    assert "# two zones\n    replicas    = 2" in made.text
    assert made.text.count("as trained") == 1


def test_a_script_that_the_server_cannot_use(tmp_path: Path) -> None:
    project(tmp_path, {"d.yml": BLUE, "src/score.py": "def init():\n    pass\n", "model/m": "1"})
    made = imported(tmp_path / "d.yml")
    (line,) = [line for line in made.report.lines if "scoring_script" in line.what]
    assert (line.outcome, line.became) == ("changed", "param entry")
    assert "`run`" in line.reason or "run(" in line.reason
    (deployment,) = document_of(tmp_path)["deployments"].values()
    assert deployment["entry"] == {"$param": "entry", "type": "string"}
    assert "# score.py" in made.text


def test_a_model_that_azure_serves(tmp_path: Path) -> None:
    text = BLUE.replace(
        "code_configuration: {code: ./src, scoring_script: score.py}\n",
        "environment_variables: {T: hunter2}\n",
    )
    text = text.replace("{path: ./model}", "{path: ./model, type: mlflow_model}")
    project(tmp_path, {"d.yml": text, "model/MLmodel": ""})
    made = imported(tmp_path / "d.yml")
    document = document_of(tmp_path)
    assert document["deployments"]["blue"]["entry"] == {"$param": "entry", "type": "string"}
    assert document["models"]["blue"]["from"] == {"path": "model"}
    assert document["models"]["blue"]["framework"] == "mlflow"
    (line,) = [line for line in made.report.lines if line.what == "code_configuration"]
    assert "MLflow" in line.reason and "`init()`" in line.reason
    assert "hunter2" not in str(made.report)


def test_batch_deployments_and_endpoints(tmp_path: Path) -> None:
    text = """\
$schema: https://azuremlschemas.azureedge.net/latest/modelBatchDeployment.schema.json
name: mnist
type: model
endpoint_name: batch
model: {path: model}
code_configuration: {code: src, scoring_script: score.py}
environment: {image: 'python:3.12', conda_file: conda.yml}
compute: azureml:cluster
settings: {mini_batch_size: 10}
"""
    project(tmp_path, {"d.yml": text, "conda.yml": CONDA, "model/m": "1"})
    made = imported(tmp_path / "d.yml")
    document = document_of(tmp_path)
    assert set(document) == {"edition", "environments", "models"}
    assert ("dropped", "deployment mnist", 1) in losses(made)
    endpoint = "$schema: https://azuremlschemas.azureedge.net/latest/batchEndpoint.schema.json\nname: b\n"
    project(tmp_path, {"e.yml": endpoint})
    with pytest.raises(Failure, match="batch endpoint"):
        imported(tmp_path / "e.yml")


def test_holes_of_a_template(tmp_path: Path) -> None:
    text = """\
$schema: https://azuremlschemas.azureedge.net/latest/managedOnlineDeployment.schema.json
name: {{ deployment name }}
endpoint_name: {{ENDPOINT_NAME}}
model: {path: "{{dir}}/m"}
code_configuration:
  code: src
  scoring_script: {{script}}.py
environment:
  image: {{acr}}.azurecr.io/x:{{ tag }}
  conda_file: conda.yml
environment_variables:
  {{KEY}}: x
  A: pre-{{a}}-post
  B: ${{secrets.x}}
instance_count: {{count}}
"""
    text = text.replace("{{ deployment name }}", "{{ deployment_name }}")
    project(tmp_path, {"d.yml": text, "conda.yml": CONDA, "src/score.py": SCORE})
    made = imported(tmp_path / "d.yml")
    (deployment,) = document_of(tmp_path)["deployments"].values()
    assert deployment["name"] == "deployment_name"
    assert deployment["variables"] == {"A": "pre-{{a}}-post", "B": "${{secrets.x}}"}
    dropped = {(what, line) for outcome, what, line in losses(made) if outcome == "dropped"}
    assert ("environment_variables.{{KEY}}", 12) in dropped
    assert ("changed", "instance_count: {{count}}", 15) in losses(made)
    assert deployment["tags"]["azureml.instance_count"] == "{{count}}"
    assert any(what.startswith("environment.image: {{acr}}.azurecr.io/x:{{ tag }}") for what, _ in dropped)
    assert not any("\ue000" <= sign <= "\ue001" for sign in made.text + str(made.report))


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("0.1Gi", Fraction(2**30, 10)), ("128974848", 128974848), ("129e6", 129 * 10**6), ("129M", 129 * 10**6),
     ("128974848000m", 128974848), ("123Mi", 123 * 2**20), ("1E", 10**18), ("", None), ("-1", None), ("1 Gi", None),
     ("Gi", None), ("1gi", None), ("9" * 400, None)],
)  # fmt: skip
def test_quantities_of_kubernetes(text: str, bytes_: Fraction | int | None) -> None:
    assert quantity(text) == bytes_


@given(st.integers(0, 2**53 - 1))
def test_a_size_says_its_bytes(number: int) -> None:
    match = re.fullmatch(r"([0-9]+)([KMGT]iB|B)", size_text(number))
    assert match is not None
    assert (
        int(match[1]) * {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}[match[2]] == number
    )


def test_a_folder_without_any(tmp_path: Path) -> None:
    project(tmp_path, {"conda.yml": CONDA})
    with pytest.raises(Failure) as raised:
        imported(tmp_path)
    assert raised.value.diagnostics[0].code == "E1301"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
KEYS = """
    name endpoint_name model path version type code_configuration code scoring_script environment image conda_file build
    inference_config environment_variables instance_type instance_count resources requests limits cpu memory
    nvidia.com/gpu scale_settings min_instances request_settings request_timeout_ms liveness_probe readiness_probe
    max_concurrent_requests_per_instance initial_delay period timeout failure_threshold tags description auth_mode traffic
    keys identity data_collector x
""".split()  # noqa: SIM905
TREES = st.recursive(
    ANYTHING,
    lambda inner: st.dictionaries(st.sampled_from(KEYS), inner, max_size=6) | st.lists(inner, max_size=2),
    max_leaves=25,
)
SCHEMAS = (
    "managedOnlineDeployment",
    "kubernetesOnlineEndpoint",
    "modelBatchDeployment",
    "managedOnlineEndpoint",
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    root=st.dictionaries(st.sampled_from(KEYS), TREES, max_size=8),
    schema=st.sampled_from(SCHEMAS),
    folder=st.booleans(),
)
def test_wrong_types_at_every_key(tmp_path: Path, root: dict[str, Any], schema: str, folder: bool) -> None:
    address = f"https://azuremlschemas.azureedge.net/latest/{schema}.schema.json"
    project(tmp_path, {"any.yml": json.dumps({"$schema": address, **root})})
    try:
        made = imported(tmp_path if folder else tmp_path / "any.yml", tmp_path)
    except Failure as failure:
        assert failure.diagnostics[0].code in {"E1301", "E1302", "E1303"}
        return
    made.text.encode()
    document_of(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"name: [",
        b"name: {{a}",
        b"- 1",
        b"\0\1\xff",
        b"auth_mode: " + b"[" * 5000,
        b"auth_mode: key\n" + b"x: y\n" * 200_000,
        b"auth_mode: key\nx: &x {a: *x}\n",
        b'auth_mode: key\nname: "\\ud83d"\ntraffic: {"\\ud83d": 5}\n',
    ],
)
def test_bad_files(tmp_path: Path, content: bytes) -> None:
    project(tmp_path, {"e.yml": content})
    try:
        imported(tmp_path / "e.yml").text.encode()
    except Failure as failure:
        assert failure.diagnostics[0].code in {"E1301", "E1302", "E1303"}
