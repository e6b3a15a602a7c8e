"""What becomes of the keys of Truss's `config.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

CONFIG_YAML: Rows = table(
    carried("environment", "model_name"),
    carried("description", "description"),
    carried("python", "python_version"),
    carried("pip", "requirements", "requirements_file"),
    carried("apt", "system_packages"),
    carried("docker.image", "base_image.image"),
    carried("variables", "environment_variables.*"),
    carried("model", "data_dir"),
    carried("resources", "resources.use_gpu", when="it is false"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "model_name",
        when="it is no name of ours",
    ),
    changed(
        "docker.run",
        "it runs when the system packages are there, before Python and its packages",
        "build_commands",
    ),
    changed(
        "secret",
        "a spec holds no secret values: set this variable when something runs",
        "environment_variables.*",
        when="it is a secret",
    ),
    changed(
        "secret",
        "Truss gives it as `self._secrets`; here it is a variable, read when something runs",
        "secrets.*",
    ),
    changed(
        "cpu", "it is a comment: a deployment needs a script with `init()` and `run(data)`", "resources.cpu"
    ),
    changed(
        "memory",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "resources.memory",
    ),
    changed(
        "gpu",
        "which GPU it is, the machine decides; it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "resources.accelerator",
    ),
    changed(
        "gpu",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "resources.use_gpu",
    ),
    changed(
        "concurrency",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "runtime.predict_concurrency",
    ),
    changed(
        "start_period",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "runtime.health_checks.startup_threshold_seconds",
    ),
    changed(
        "source",
        "it is a comment: a deployment needs a script with `init()` and `run(data)`",
        "model_module_dir",
    ),
    dropped(
        "an environment has a Python of its own; `managed = false` uses that of the image",
        "base_image.python_executable_path",
    ),
    dropped("the login of the engine is used: `docker login`", "base_image.docker_auth"),
    dropped(
        "Truss has no such key that a spec could hold",
        "base_image.any other key",
        "resources.any other key",
        "any other key",
    ),
    dropped(
        "nothing is fetched when it starts: download it, and name the folder in a `model` block",
        "external_data",
        "model_cache",
        "hf_cache",
        "weights",
        "training_checkpoints",
    ),
    dropped("a deployment is on one machine; `replicas` says how many serve", "resources.node_count"),
    dropped("it is a kind of Baseten's machines", "resources.instance_type"),
    dropped("what a deployment has of this is `health`", "runtime.health_checks.any other key"),
    dropped("it is for Truss's own server", "runtime.any other key", "live_reload", "apply_library_patches"),
    dropped(
        "a deployment has envspec's own server: write a script with `init()` and `run(data)`",
        "docker_server.*",
    ),
    dropped("a script of `docker.run` gets no secrets", "build.secret_to_path_mapping"),
    dropped("it is how Baseten builds", "build.any other key"),
    dropped(
        "Truss's class is no `init()` and `run(data)`: write a script with these, and a deployment",
        "model_class_name",
        "model_class_filename",
    ),
    dropped("it is Truss's own word for how the model is loaded", "model_framework", "model_type"),
    dropped("`run(data)` takes what the request has", "input_type"),
    dropped("it is read by the class of the model: keep it in the code", "model_metadata"),
    dropped("`sample` of a deployment is one request that it must answer", "examples_filename"),
    dropped(
        "the code is one folder, `source`: move them there, or make a package of them",
        "external_package_dirs",
    ),
    dropped(
        "Truss puts it on the path: move it into `source`, or make a package of it", "bundled_packages_dir"
    ),
    dropped("it is the version of Truss's own format", "spec_version"),
    dropped("it is for developing Truss", "use_local_chains_src", "use_local_src"),
    dropped(
        "an engine of TensorRT-LLM is built by Baseten: build it, and name its folder in a `model` block",
        "trt_llm",
    ),
    dropped("it is how long Baseten waits", "deploy_timeout_minutes"),
)

TABLES: Mapping[str, Rows] = {"config.yaml": CONFIG_YAML}
