"""Fields of Truss's `config.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_tree

BASE = {"requirements": ["numpy==1.26.4"], "resources": {"cpu": "1"}}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "config.yaml",
        BASE,
        {
            "model_name": "wine",
            "model_name #2": As("Wine Model", when="it is no name of ours"),
            "description": "what it does",
            "python_version": "py311",
            "requirements": ["torch==2.4.0"],
            "requirements_file": As("requirements.txt", files={"requirements.txt": "scipy==1.14\n"}),
            "system_packages": ["git"],
            "base_image.image": "debian:bookworm-slim",
            "base_image.python_executable_path": "/usr/bin/python3",
            "base_image.docker_auth": {"auth_method": "GCP"},
            "base_image.any other key": As(1, place="base_image.zzz"),
            "build_commands": ["mkdir /weights"],
            "environment_variables.*": "4",
            "environment_variables.* #2": As(
                "abc", place="environment_variables.API_TOKEN", when="it is a secret"
            ),
            "secrets.*": "null",
            "data_dir": As("files", files={"files/a.txt": "x"}),
            "external_data": [{"url": "https://example.com/a"}],
            "model_cache": [{"repo_id": "a/b"}],
            "hf_cache": [{"repo_id": "a/b"}],
            "weights": [{"source": "hf://a/b"}],
            "resources.cpu": "2",
            "resources.memory": "4Gi",
            "resources.accelerator": "A10G:2",
            "resources.use_gpu": True,
            "resources.use_gpu #2": As(False, when="it is false"),
            "resources.node_count": 2,
            "resources.instance_type": "A10Gx8",
            "resources.any other key": As(1, place="resources.zzz"),
            "runtime.predict_concurrency": 4,
            "runtime.health_checks.startup_threshold_seconds": 90,
            "runtime.health_checks.any other key": As(1, place="runtime.health_checks.zzz"),
            "runtime.any other key": As(1, place="runtime.zzz"),
            "model_module_dir": As("app", files={"app/model.py": ""}),
            "docker_server.*": "/predict",
            "build.secret_to_path_mapping": {"a": "/a"},
            "build.any other key": As(1, place="build.zzz"),
            "model_class_name": "Model",
            "model_class_filename": "model.py",
            "model_framework": "custom",
            "model_type": "Model",
            "input_type": "Any",
            "model_metadata": {"a": 1},
            "examples_filename": "examples.yaml",
            "external_package_dirs": ["../shared"],
            "bundled_packages_dir": "packages",
            "spec_version": "2.0",
            "live_reload": True,
            "apply_library_patches": True,
            "use_local_chains_src": True,
            "use_local_src": True,
            "training_checkpoints": {"a": 1},
            "trt_llm": {"build": {"base_model": "llama"}},
            "deploy_timeout_minutes": 30,
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        section="config.yaml",
    )
