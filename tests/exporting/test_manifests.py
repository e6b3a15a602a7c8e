"""`compose` and `kubernetes`: what the engine and the cluster make of the files."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from envspec.diagnostics import Failure
from envspec.exporting.kubernetes.parts import dns_name, quantity
from tests.exporting.exported import HOSTILE, exported, project, quoted

SCORE = {
    "src/score.py": "def init(): ...\ndef run(data): return data\n",
    "m/x.bin": "",
    "data/a.csv": "1",
    "r.json": "{}",
}
SPEC = """
secret token { variable = "TOKEN" }
secret key { file = "./r.json" }
environment e {
    pip       = ["six"]
    variables = { OMP = "1" }
    docker { registry = "registry.example:5000/team", user = "7:8", shm_size = 64MiB, image = "debian:12" }
}
model wine { from = "./m" }
model rose { from = run.train.outputs.model }
run train {
    environment = e
    source      = "src"
    command     = ["python", inputs.data, outputs.model, "$(HOME) $$x"]
    inputs      = { data = "./data/a.csv" }
    outputs     = { model = "out/model.bin" }
    variables   = { KEY = secret.key, OUT = "${outputs.model}" }
    timeout     = 90s
    retries     = 2
    resources   { cpu = 0.5, memory = 1500MB, gpu = 2, nodes = 3 }
}
run after {
    environment = e
    shell       = "cat $ENVSPEC_INPUT_MODEL"
    inputs      = { model = run.train.outputs.model }
}
deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    models      = [wine, rose]
    port        = 9000
    replicas    = 3
    variables   = { MODE = "$(HOME)", TOKEN = secret.token }
    auth        = secret.key
    sample      = "./r.json"
    traffic     = 40
    resources   { cpu = 2, memory = 1GiB }
    health      { start_period = 100s, interval = 20s, timeout = 2s, retries = 4 }
    limits      { concurrency = 2, body = 1MiB, timeout = 3s }
}
"""
_NAME = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")


def documents(text: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text))


def expanded(text: str) -> str:
    """What Kubernetes makes of a text in `env`, `command` and `args` (`k8s.io/kubernetes/third_party/forked/golang/
    expansion`), without any variable that is known."""
    return re.sub(r"\$(\$|\([^)]*\))", lambda match: "$" if match[1] == "$" else "EXPANDED", text)


def shape(document: dict[str, Any]) -> None:
    """What the API asks of every object that is made here."""
    assert _NAME.fullmatch(document["metadata"]["name"])
    for label in document["metadata"]["labels"].values():
        assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", label)
    if document["kind"] not in ("Job", "Deployment"):
        return
    template = document["spec"]["template"]["spec"]
    (container,) = template["containers"]
    volumes = {volume["name"] for volume in template.get("volumes", ())}
    mounts = container.get("volumeMounts", [])
    assert {mount["name"] for mount in mounts} == volumes and all(map(_NAME.fullmatch, volumes))
    places = [mount["mountPath"] for mount in mounts]
    assert len(set(places)) == len(places) and all(":" not in place for place in places)
    assert all(isinstance(one.get("value", ""), str) for one in container.get("env", ()))
    assert all(isinstance(one, str) for one in container.get("command", ()))


def test_a_run_is_a_job(tmp_path: Path) -> None:
    made = exported(project(tmp_path, SPEC, **SCORE), "kubernetes", "train")
    (job,) = documents(made.text)
    shape(job)
    spec = job["spec"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"]) == (2, 270)
    pod = spec["template"]["spec"]
    assert pod["securityContext"] == {"runAsUser": 7, "runAsGroup": 8, "fsGroup": 8}
    (container,) = pod["containers"]
    assert container["image"] == "registry.example:5000/team/e:latest"
    assert [expanded(word) for word in container["command"]] == [
        "python", "/inputs/data/a.csv", "/work/out/model.bin", "$(HOME) $$x",
    ]  # fmt: skip
    assert container["resources"]["limits"] == {"cpu": "0.5", "memory": "1500000000", "nvidia.com/gpu": "2"}
    env = {one["name"]: one for one in container["env"]}
    assert env["KEY"]["valueFrom"] == {"secretKeyRef": {"name": "key", "key": "value"}}
    assert (env["OMP"]["value"], env["OUT"]["value"]) == ("1", "/work/out/model.bin")
    assert env["ENVSPEC_OUTPUT_MODEL"]["value"] == "/work/out/model.bin"
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["shm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "67108864"}
    told = "\n".join(made.losses)
    for part in ("push it (`envspec build e --push`)", "put what is in `src` into a volume with the claim `work-train`",
                 "put `data/a.csv` into a volume with the claim `input-train-data`", "that of all tries together",
                 "--from-file=value=FILE", "`resources.nodes` of `train` (`3`)"):  # fmt: skip
        assert part in told


def test_what_a_run_left_is_mounted_for_the_next(tmp_path: Path) -> None:
    made = exported(project(tmp_path, SPEC, **SCORE), "kubernetes", "after")
    (job,) = documents(made.text)
    shape(job)
    pod = job["spec"]["template"]["spec"]
    mount = next(one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "work-train")
    assert (mount["subPath"], mount["mountPath"], mount["readOnly"]) == (
        "out/model.bin", "/inputs/model/model.bin", True,
    )  # fmt: skip
    assert [expanded(word) for word in pod["containers"][0]["command"]] == [
        "/bin/sh",
        "-c",
        "cat $ENVSPEC_INPUT_MODEL",
    ]


def test_a_deployment_is_served(tmp_path: Path) -> None:
    made = exported(project(tmp_path, SPEC, **SCORE), "kubernetes", "scorer")
    settings, deployment, service = documents(made.text)
    for one in (settings, deployment, service):
        shape(one)
    assert settings["data"]["MODE"] == "$(HOME)"
    assert settings["data"]["ENVSPEC_PORT"] == "9000" and settings["data"]["ENVSPEC_BODY_LIMIT"] == "1048576"
    assert deployment["spec"]["replicas"] == 3
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert service["spec"]["selector"].items() <= labels.items()
    pod = deployment["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["startupProbe"]["failureThreshold"] == 9
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "http"}
    assert container["envFrom"] == [{"configMapRef": {"name": "scorer"}}]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    assert volumes["secrets"]["projected"]["sources"] == [
        {"secret": {"name": "token", "items": [{"key": "value", "path": "TOKEN"}]}}
    ]
    assert volumes["auth"]["secret"] == {"secretName": "key", "items": [{"key": "value", "path": "token"}]}
    assert {"model-wine", "model-rose"} <= set(volumes)
    told = "\n".join(made.losses)
    assert "`traffic` of `scorer` (`40`)" in told and "`sample` of `scorer`" in told


def test_without_a_name_everything_is_there(tmp_path: Path) -> None:
    made = exported(project(tmp_path, SPEC, **SCORE), "kubernetes")
    kinds = [one["kind"] for one in documents(made.text)]
    assert kinds == ["Job", "Job", "ConfigMap", "Deployment", "Service"]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_text_in_a_manifest_is_a_text(tmp_path: Path, value: str) -> None:
    output = quoted(f"o/{value.strip().splitlines()[0]}")
    spec = f"""
environment e {{ pip = ["six"], variables = {{ A = {quoted(value)} }} }}
run one {{ environment = e, command = ["show", {quoted(value)}], outputs = {{ o = {output} }} }}
run two {{ environment = e, shell = {quoted(value)} }}
deployment d {{ environment = e, source = "src", entry = "score.py", variables = {{ B = {quoted(value)} }} }}
"""
    folder = project(tmp_path, spec, **SCORE)
    one, two, settings, *_ = documents(exported(folder, "kubernetes").text)
    shape(one)
    (container,) = one["spec"]["template"]["spec"]["containers"]
    assert [expanded(word) for word in container["command"]] == ["show", value]
    assert {row["name"]: expanded(row["value"]) for row in container["env"]}["A"] == value
    (container,) = two["spec"]["template"]["spec"]["containers"]
    assert expanded(container["command"][2]) == value
    assert (settings["data"]["A"], settings["data"]["B"]) == (value, value)
    service = yaml.safe_load(exported(folder, "compose").text)["services"]["d"]
    assert service["environment"]["A"].replace("$$", "$") == value
    assert "$" not in service["environment"]["A"].replace("$$", "")


def test_names_are_those_of_dns_and_never_the_same() -> None:
    identifiers = ["a_b", "a.b", "a-b", "9a", "run-", "x" * 100, "x" * 99, "é", "A", "a"]
    names = [dns_name(identifier) for identifier in identifiers]
    assert all(map(_NAME.fullmatch, names)) and len(set(names)) == len(names)
    assert (names[2], names[9]) == ("a-b", "a")


def test_quantities_are_whole() -> None:
    assert [quantity(amount) for amount in (0, 1, 1024, 1536, 1 << 30, 3 << 40)] == [
        "0",
        "1",
        "1Ki",
        "1536",
        "1Gi",
        "3Ti",
    ]


def test_compose_is_that_of_a_deployment(tmp_path: Path) -> None:
    folder = project(tmp_path, SPEC, **SCORE)
    made = exported(folder, "compose", output=folder / "deep" / "compose.yaml")
    document = yaml.safe_load(made.text)
    found = files("check_jsonschema.builtin_schemas.vendor").joinpath("compose-spec.json").read_text()
    jsonschema.validate(document, json.loads(found))
    service = document["services"]["scorer"]
    assert service["build"] == "../build/deployments/scorer"
    assert service["environment"]["MODE"] == "$$(HOME)"
    assert document["secrets"] == {"key": {"file": "./secrets/key"}, "token": {"environment": "TOKEN"}}
    told = "\n".join(made.losses)
    for part in ("`envspec compile` writes it to `build/deployments/scorer`", "model `rose`: put it into `./models/rose`",
                 "put its value into `./secrets/key`", "`traffic` of `scorer` (`40`)", "`sample` of `scorer`"):  # fmt: skip
        assert part in told
    assert "`token`" not in told


def test_compose_needs_to_know_the_environment(tmp_path: Path) -> None:
    spec = 'deployment d { environment = "sklearn:3", source = "src", entry = "score.py" }'
    folder = project(tmp_path, spec, **SCORE)
    with pytest.raises(Failure, match="does not say what it is made of"):
        exported(folder, "compose")
    assert "image: registry.example/d:latest" in exported(folder, "kubernetes").text


def test_a_registered_name_is_no_image_of_anybody(tmp_path: Path) -> None:
    """`sklearn:3` would be pulled from Docker Hub, and `AzureML-x@latest` is no image reference at all."""
    folder = project(tmp_path, 'run r { environment = "AzureML-x-1.0@latest", command = ["x"] }')
    text = exported(folder, "kubernetes").text
    assert re.search(r"image: registry\.example/[a-z0-9._-]+:latest\n", text)
