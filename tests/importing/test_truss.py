"""`config.yaml` of Truss: an environment, secrets by name, and the rest in a comment or told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from envspec.diagnostics import Failure
from envspec.importing.tools.deployment_outline import cores, memory_size
from tests.importing.imported import environment_of, imported, losses, project
from tests.importing.outlines import finished

FULL = """\
description: Says what is in a picture
model_name: Picture Reader
model_module_dir: model
model_class_name: Reader
python_version: py311
requirements:
  - transformers==4.44.0  # pinned by the paper
  - torch>=2.3
  - git+https://github.com/example/reader.git@v1#egg=reader
system_packages: [ffmpeg, libsm6]
environment_variables:
  HF_HUB_ENABLE_HF_TRANSFER: true
  WORKERS: 3
  EMPTY:
  DB_PASSWORD: not-for-a-spec-1
  "not a name": x
secrets:
  hf_access_token: "hf_not_for_a_spec_either"
resources:
  cpu: "3500m"
  memory: 14.5Gi
  use_gpu: true
  accelerator: A10G:2
  node_count: 1
runtime:
  predict_concurrency: 16
  streaming_read_timeout: 60
  health_checks: {startup_threshold_seconds: 1800, restart_check_delay_seconds: 5}
base_image:
  image: nvcr.io/nvidia/pytorch:24.05-py3
  python_executable_path: /usr/bin/python3
build_commands:
  - mkdir -p /opt/weights
  - python download.py
external_data:
  - url: https://user:word@example.com/weights.bin
    local_data_path: weights.bin
model_cache:
  - {repo_id: example/reader, revision: main}
model_metadata: {example_model_input: {prompt: hi}}
external_package_dirs: []
surprise: {password: kept-to-itself}
"""


def test_everything_that_there_is(tmp_path: Path) -> None:
    project(tmp_path, {"config.yaml": FULL})
    made = imported("truss", tmp_path)
    environment = environment_of(tmp_path)
    written = yaml.safe_load(FULL)
    assert environment["name"] == "picture-reader" and environment["description"] == written["description"]
    named = [Requirement(line).name for line in written["requirements"][:2]]
    assert [one["name"] for one in environment["pip"]] == [*named, "reader"]
    assert environment["apt"] == written["system_packages"] and environment["python"] == "3.11"
    assert environment["variables"] == {
        "HF_HUB_ENABLE_HF_TRANSFER": "true", "WORKERS": "3", "EMPTY": "",
        "DB_PASSWORD": {"secret": "db-password"}, "HF_ACCESS_TOKEN": {"secret": "hf-access-token"},
    }  # fmt: skip
    assert environment["docker"] == {
        "image": written["base_image"]["image"],
        "run": written["build_commands"],
    }
    for kept_out in ("not-for-a-spec", "hf_not_for", "user:word", "kept-to-itself"):
        assert kept_out not in made.text + str(made.report)
    dropped = {(what, line) for outcome, what, line in losses(made) if outcome == "dropped"}
    assert dropped == {
        ("model_class_name: Reader", 4),
        ("not a name", 16),
        ("resources.node_count: 1", 24),
        ("runtime.streaming_read_timeout", 27),
        ("runtime.health_checks.restart_check_delay_seconds", 28),
        ("base_image.python_executable_path: /usr/bin/python3", 31),
        ("external_data: https://…@example.com/weights.bin", 36),
        ("model_cache: example/reader", 39),
        ("model_metadata", 40),
        ("surprise", 42),
    }


def test_the_comment_is_a_deployment_when_the_script_is_there(tmp_path: Path) -> None:
    project(tmp_path, {"config.yaml": FULL, "data/weights.bin": ""})
    deployment = finished(tmp_path, imported("truss", tmp_path), "model")
    assert deployment["resources"] == {"cpu": 3.5, "memory": {"bytes": int(14.5 * 2**30)}, "gpu": 2}
    assert deployment["limits"] == {"concurrency": 16}
    assert deployment["health"] == {"start_period": {"seconds": 1800}}
    assert deployment["source"] == "model" and deployment["models"] == [{"model": "data"}]


def test_what_truss_init_writes(tmp_path: Path) -> None:
    text = """\
build_commands: []
environment_variables: {}
external_package_dirs: []
model_metadata: {}
model_name: first
python_version: py311
requirements: []
resources:
  accelerator: null
  cpu: '1'
  memory: 2Gi
  use_gpu: false
secrets: {}
system_packages: []
"""
    project(tmp_path, {"config.yaml": text})
    made = imported("truss", tmp_path)
    assert [what for _, what, _ in losses(made)] == ["resources.cpu: 1", "resources.memory: 2Gi"]
    assert environment_of(tmp_path) == {"name": "first", "python": "3.11"}


def test_a_server_of_ones_own(tmp_path: Path) -> None:
    text = """\
model_name: vllm
base_image: {image: "vllm/vllm-openai:v0.6.0"}
docker_server:
  start_command: sh -c "vllm serve"
  server_port: 8000
requirements_file: requirements.txt
python_version: "3.12"
"""
    project(tmp_path, {"config.yaml": text, "requirements.txt": "uvloop\n"})
    made = imported("truss", tmp_path)
    assert [one["name"] for one in environment_of(tmp_path)["pip"]] == ["uvloop"]
    assert [line.what.split(":")[0] for line in made.report.of("dropped")] == [
        "docker_server.start_command", "docker_server.server_port"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [("4", "4"), ("500m", "0.5"), ("1500m", "1.5"), ("0.25", "0.25"), ("2.0", "2"), ("010", "10"),
     ("x", None), ("", None), ("1.5m", None), ("-1", None), ("1e3", None)],
)  # fmt: skip
def test_cores(written: str, expected: str | None) -> None:
    found = cores(written)
    assert (found.text if found else None) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [("16Gi", "16GiB"), ("512Mi", "512MiB"), ("2G", "2GB"), ("1.5Gi", "1.5GiB"), ("1024", "1024B"), ("1Ki", "1KiB"),
     ("8GB", "8GB"), ("0.3", None), ("x", None), ("9999999999Ti", None), ("-1Gi", None)],
)  # fmt: skip
def test_memory(written: str, expected: str | None) -> None:
    found = memory_size(written)
    assert (found.text if found else None) == expected


@pytest.mark.parametrize("text", ["", "[]", "a: b", "hello", "requirements: {"])
def test_another_file(tmp_path: Path, text: str) -> None:
    project(tmp_path, {"config.yaml": text})
    with pytest.raises(Failure) as caught:
        imported("truss", tmp_path)
    assert caught.value.diagnostics[0].code == "E1302"


def test_the_folders_that_truss_makes(tmp_path: Path) -> None:
    project(tmp_path, {"config.yaml": "model_name: m\npython_version: py311\n"})
    for name in ("data", "packages", "model"):
        (tmp_path / name).mkdir()
    made = imported("truss", tmp_path)
    assert "model data" not in made.text and losses(made) == []
    project(tmp_path, {"packages/helper.py": "", "data/weights.bin": ""})
    made = imported("truss", tmp_path)
    assert "model data" in made.text and losses(made) == [("dropped", "packages", 0)]
