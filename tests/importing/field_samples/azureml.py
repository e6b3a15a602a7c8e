"""Fields of the YAML of Azure ML's CLI v2."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_tree

SCHEMA = "https://azuremlschemas.azureedge.net/latest/{}.schema.json"
FILES = {
    "src/train.py": "",
    "src/score.py": "def init():\n    pass\n\n\ndef run(data):\n    return data\n",
    "conda.yml": "dependencies: [numpy=1.26]\n",
    "docker/Dockerfile": "FROM debian:bookworm-slim\n",
    "data/a.csv": "x\n",
    "component.yml": "command: python train.py\nenvironment: azureml:sklearn:1\n",
}
RESOURCE = "/subscriptions/a/resourceGroups/b/environments/sklearn/versions/1"
COMMAND = {"command": "python train.py", "environment": "azureml:sklearn:1"}
SPACE = {"x": {"type": "choice", "values": [1, 2]}}
SWEEP = {"trial": COMMAND, "search_space": SPACE}
SPARK = {"entry": {"file": "train.py"}, "code": "src", "environment": "azureml:sklearn:1"}
MODEL = {"$schema": SCHEMA.format("model")}
OF_A_REGISTRY = (
    "creation_context", "intellectual_property", "system_metadata", "default_deployment_template",
    "allowed_deployment_templates",
)  # fmt: skip
SERVING = {
    "code_configuration": {"code": "src", "scoring_script": "score.py"},
    "environment": "azureml:sklearn:1",
}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "a.yml",
        {"image": "debian:bookworm-slim"},
        {
            "$schema": SCHEMA.format("environment"),
            "name": "sklearn",
            "name #2": As("Wine Model", when="it is no name of ours"),
            "version": 3,
            "description": "what it does",
            "tags.*": "team",
            "image": As("debian:bookworm-slim", base={"conda_file": "conda.yml"}),
            "image #2": As("debian:12", base={"build": {"path": "docker"}}, when="there is `build`"),
            "conda_file": As("conda.yml", also=("carried",)),
            "conda_file #2": As({"dependencies": ["numpy=1.26"]}, when="its packages stand here"),
            "build.path": As("docker", base={"$schema": SCHEMA.format("environment")}),
            "build.dockerfile_path": As("Dockerfile", base={"build": {"path": "docker"}}),
            "docker.image": As("debian:12", base={"conda_file": "conda.yml"}),
            "docker.any other key": As("x", place="docker.zzz"),
            "build.args": As("x", base={"build": {"path": "docker"}}),
            "build.target": As("x", base={"build": {"path": "docker"}}),
            "os_type": "linux",
            "os_type #2": As("windows", when="it is not Linux"),
            "inference_config": {"liveness_route": {"port": 1}},
            "datastore": "x",
            "properties": {"x": "y"},
            "creation_context": {"x": "y"},
            "id": "x",
            "resources": {"x": "y"},
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        FILES,
        section="environment",
    )
    yield from in_tree(
        "a.yml", COMMAND,
        {"$schema": SCHEMA.format("commandJob"), "type": "command", **job(), **of_a_command()},
        as_yaml, FILES, section="command job",
    )  # fmt: skip
    yield from in_tree("a.yml", SWEEP, dict(sweep()), as_yaml, FILES, section="sweep job")
    yield from in_tree("a.yml", SPARK, dict(spark()), as_yaml, FILES, section="Spark job")
    yield from in_tree(
        "a.yml", {"jobs": {"x": COMMAND}}, dict(pipeline()), as_yaml, FILES, section="pipeline job"
    )
    yield from in_tree("a.yml", SERVING, dict(deployment()), as_yaml, FILES, section="deployment")
    yield from in_tree("a.yml", {"path": "data"}, dict(model()), as_yaml, FILES, section="model")
    yield from in_tree("a.yml", {"auth_mode": "key"}, dict(endpoint()), as_yaml, section="endpoint")


def job() -> dict[str, object]:
    """What all jobs have."""
    return {
        "name": "train",
        "name #2": As("Wine Model", when="it is no name of ours"),
        "display_name": As("wine_score", base={**COMMAND, "name": "other"}, when="there is `name`"),
        "display_name #2": "wine",
        "description": "what it does",
        "tags.*": "team",
        "experiment_name": "wine",
        "code": "src",
        "environment": As("azureml:sklearn:1", base={"command": "python train.py"}),
        "environment #registry": As(
            "azureml://registries/ours/environments/sklearn/versions/1",
            base={"command": "python train.py"},
            when="it is in a registry",
        ),
        "environment #id": As(RESOURCE, base={"command": "python train.py"}, when="it is the id of a resource"),
        "environment #2": As(
            {"image": "debian:12"}, base={"command": "python train.py"}, when="it is written here"
        ),
        "inputs.*": 1,
        "inputs.* #2": As(True, when="it is a boolean"),
        "inputs.*.type": As("uri_file", base={**COMMAND, "inputs": {"x": {"path": "data/a.csv"}}}),
        "inputs.*.type #2": As(
            "mltable", base={**COMMAND, "inputs": {"x": {"path": "data/a.csv"}}}, when="it is a kind of data"
        ),
        "inputs.*.path": As("data/a.csv", base={**COMMAND, "inputs": {"x": {"type": "uri_file"}}}),
        "inputs.*.path #2": As(
            "azureml:wine:1", base={**COMMAND, "inputs": {"x": {"type": "uri_file"}}}, when="only a cloud has it"
        ),
        "inputs.*.data": As("data/a.csv", base={**COMMAND, "inputs": {"x": {"type": "uri_file"}}}),
        "inputs.*.default": As(1, base={**COMMAND, "inputs": {"x": {"type": "integer"}}}),
        "inputs.*.optional": As(True, base={**COMMAND, "inputs": {"x": {"type": "integer", "default": 1}}}),
        **{
            f"inputs.*.{key}": As(value, base={**COMMAND, "inputs": {"x": {"type": "integer", "default": 1}}})
            for key, value in {
                "mode": "ro_mount", "min": 1, "max": 2, "enum": [1], "description": "a number", "datastore": "x",
                "intellectual_property": "x",
            }.items()
        },
        "inputs.*.any other key": As(
            1, place="inputs.x.zzz", base={**COMMAND, "inputs": {"x": {"type": "integer", "default": 1}}}
        ),
        "outputs.*": As({"type": "uri_folder"}, also=("carried",)),
        "outputs.*.type": As("uri_folder", base={**COMMAND, "outputs": {"x": {"mode": "upload"}}}),
        "outputs.*.type #2": As(
            "mltable", base={**COMMAND, "outputs": {"x": {"mode": "upload"}}}, when="it is no folder"
        ),
        **{
            f"outputs.*.{key}": As("x", base={**COMMAND, "outputs": {"x": {"type": "uri_folder"}}})
            for key in (
                "mode", "path", "description", "version", "early_available", "intellectual_property", "is_control",
                "datastore", "name",
            )
        },
        "outputs.*.name #2": As("wine", base={**COMMAND, "outputs": {"x": {"type": "mlflow_model"}}}, when="it is a model"),
        "environment_variables.*": "4",
        "environment_variables.* #2": As("abc", place="environment_variables.API_TOKEN", when="it is a secret"),
        "compute": "local",
        "compute #2": As("azureml:cpu-cluster", when="it is `azureml:NAME`"),
        "identity": {"type": "managed"},
        "services": {"x": {"type": "ssh"}},
        "queue_settings": {"job_tier": "spot"},
        "properties": {"x": "y"},
        "is_deterministic": True,
        "version": 1,
        "id": "x",
        "creation_context": {"x": "y"},
        "parent_job_name": "x",
        "schedule": {"x": "y"},
        "retry_settings": {"x": "y"},
        "notification_settings": {"x": "y"},
        "docker_args": "--x",
        "intellectual_property": {"x": "y"},
        "any other key": As(1, place="zzz"),
    }  # fmt: skip


def of_a_command() -> dict[str, object]:
    inputs = {"inputs": {"x": 1}}
    return {
        "command": As("python train.py", base={"environment": "azureml:sklearn:1"}, also=("changed",)),
        "command #2": As(
            "python train.py && echo ${{inputs.x}}",
            when="it needs a shell",
            base={"environment": "azureml:sklearn:1", **inputs},
            also=("carried",),
        ),
        "component": As(
            "component.yml", base={"$schema": SCHEMA.format("commandJob")}, also=("carried", "changed")
        ),
        "environment #3": As(
            "component.yml",
            place="component",
            when="the step has one too",
            also=("carried",),
            base={"$schema": SCHEMA.format("commandJob"), **COMMAND},
        ),
        "component #2": As("azureml:wine:1", when="only a workspace has it"),
        **machines(COMMAND),
        "limits.timeout": 3600,
        "limits.any other key": As(1, place="limits.zzz"),
    }


def machines(base: object) -> dict[str, object]:
    found: dict[str, object] = {
        "resources.instance_count": 2,
        "resources.shm_size": "2g",
        "resources.instance_type": "Standard_DS3_v2",
        "resources.docker_args": "--x",
        "resources.locations": ["x"],
        "resources.max_instance_count": 4,
        "resources.properties": {"x": "y"},
        "resources.priority": "low",
        "resources.any other key": As(1, place="resources.zzz"),
        "distribution.type": "pytorch",
        "distribution.process_count_per_instance": 2,
        "distribution.worker_count": 2,
    }
    for key in (
        "parameter_server_count", "added_parameters", "port", "address", "include_dashboard", "dashboard_port",
        "head_node_additional_args", "worker_node_additional_args",
    ):  # fmt: skip
        found[f"distribution.{key}"] = "x"
    found["distribution.any other key"] = As(1, place="distribution.zzz")
    return found


def sweep() -> Iterator[tuple[str, object]]:
    yield "trial", As("component.yml", base={"$schema": SCHEMA.format("sweepJob"), "search_space": SPACE},
                      also=("carried", "changed"))  # fmt: skip
    yield "trial.command", As("python train.py", base={"trial": {"environment": "azureml:sklearn:1", "code": "src"}},
                              also=("carried", "changed"))  # fmt: skip
    yield "trial.code", As("src")
    yield "trial.resources.instance_count", 2
    yield "trial.limits.timeout", 60
    yield "search_space.*.values", As(SPACE, base={"trial": COMMAND}, place="search_space")
    uniform = {"type": "uniform", "min_value": 0, "max_value": 1}
    drawn = {"type": "qlognormal", "mu": 0, "sigma": 1, "q": 1, "upper": 3}
    for name, value in (
        *((f"search_space.*.{key}", uniform) for key in ("min_value", "max_value")),
        *((f"search_space.*.{key}", drawn) for key in ("upper", "mu", "sigma", "q")),
    ):
        yield name, As(value, place="search_space.y", base=SWEEP, also=("changed",))
    yield (
        "search_space.*.type #2",
        As(uniform, place="search_space.y", base=SWEEP, also=("dropped",), when="it is a distribution"),
    )
    yield "search_space.*.type", As(SPACE, base={"trial": COMMAND}, place="search_space")
    yield "sampling_algorithm", As("grid", when="it is `grid`")
    yield "sampling_algorithm #2", "random"
    yield "objective", {"goal": "maximize", "primary_metric": "x"}
    yield "early_termination", {"type": "bandit"}
    yield "limits.trial_timeout", 60
    yield "limits.max_total_trials", 10
    yield "limits.max_concurrent_trials", 2
    yield "limits.timeout", 60


def spark() -> Iterator[tuple[str, object]]:
    yield "$schema", SCHEMA.format("sparkJob")
    yield (
        "entry.file",
        As(
            "train.py",
            base={"$schema": SCHEMA.format("sparkJob"), "code": "src"},
            also=("carried", "changed"),
        ),
    )
    yield "entry.class_name", As("Main", base={**SPARK, "entry": {"file": "a.jar"}})
    for key in ("py_files", "jars", "files", "archives"):
        yield key, ["a.zip"]
    yield "conf.*", As("4", place="conf.spark~cores")
    for key in ("driver_cores", "executor_cores", "executor_instances", "dynamic_allocation_min_executors",
                "dynamic_allocation_max_executors"):  # fmt: skip
        yield key, 2
    for key in ("driver_memory", "executor_memory"):
        yield key, "2g"
    yield "dynamic_allocation_enabled", True
    yield "args", "--a 1"
    yield (
        "resources.runtime_version",
        As("3.4", base={key: one for key, one in SPARK.items() if key != "environment"}),
    )
    yield "resources.instance_type", "Standard_E4S_V3"
    yield "resources.any other key", As(1, place="resources.zzz")
    yield "limits.timeout", 60


def pipeline() -> Iterator[tuple[str, object]]:
    yield "$schema", SCHEMA.format("pipelineJob")
    yield "type", "pipeline"
    yield "display_name", "wine"
    yield "description", "what it does"
    yield "inputs.*", 1
    yield "outputs.*", As({"type": "uri_folder"}, also=("dropped",))
    yield "outputs.*.type", As("uri_folder", also=("changed",))
    yield "jobs.*", As(COMMAND, place="jobs.y", also=("carried", "changed"))
    yield "jobs.* #2", As({"type": "parallel"}, place="jobs.y", when="it is `parallel`")
    yield "jobs.* #3", As({"type": "automl"}, place="jobs.y", when="it is `automl`")
    yield (
        "jobs.* #4",
        As(
            {"type": "pipeline", "jobs": {"z": COMMAND}},
            place="jobs.y",
            when="it is a pipeline",
            also=("changed",),
        ),
    )
    yield (
        "jobs.*.component",
        As(
            {"component": "azureml:wine:1"}, place="jobs.y", when="only a workspace has it", also=("carried",)
        ),
    )
    yield (
        "jobs.*.outputs.*",
        As({**COMMAND, "outputs": {"z": "${{parent.outputs.z}}"}}, place="jobs.y", also=("carried",)),
    )
    for kind in ("automl_component", "finetuning", "distillation"):
        yield f"jobs.* #{kind}", As({"type": kind}, place="jobs.y", when=f"it is `{kind}`")
    for kind in ("data_transfer", "import"):
        yield f"jobs.* #{kind}", As({"type": kind}, place="jobs.y", when=f"it is `{kind}`")
    yield "jobs.* #5", As({"type": "if_else"}, place="jobs.y", when="it is `if_else`")
    for kind in ("do_while", "parallel_for"):
        yield f"jobs.* #{kind}", As({"type": kind}, place="jobs.y", when=f"it is `{kind}`")
    for key in ("settings", "identity", "tags", "properties", "schedule"):
        yield key, {"x": "y"}
    for key in ("compute", "experiment_name", "name", "version", "timeout"):
        yield key, "x"
    yield "any other key", As(1, place="zzz")


def deployment() -> Iterator[tuple[str, object]]:
    yield "$schema", SCHEMA.format("managedOnlineDeployment")
    yield "type", "managed"
    yield "name", "blue"
    yield "name #2", As("Blue One", when="it is no name of ours")
    yield "description", "what it does"
    yield "tags.*", "team"
    yield "endpoint_name", "wine"
    yield (
        "environment",
        As(
            "azureml:sklearn:1", base={"code_configuration": SERVING["code_configuration"]}, also=("changed",)
        ),
    )
    for when, text in (
        ("it is in a registry", "azureml://registries/ours/environments/sklearn/versions/1"),
        ("it is the id of a resource", RESOURCE),
    ):
        yield (
            f"environment #{when}",
            As(text, base={"code_configuration": SERVING["code_configuration"]}, when=when),
        )
    yield "environment_variables.*", "4"
    yield (
        "environment_variables.* #2",
        As("abc", place="environment_variables.API_TOKEN", when="it is a secret"),
    )
    yield "code_configuration.code", As("src", base={"endpoint_name": "wine", **SERVING})
    yield (
        "code_configuration.code #2",
        As("gone", base={"endpoint_name": "wine", **SERVING}, when="it is not there", also=("carried",)),
    )
    yield "code_configuration.scoring_script", As("score.py", base={"endpoint_name": "wine", **SERVING})
    yield "code_configuration.any other key", As(1, place="code_configuration.zzz")
    yield "model", "azureml:wine:1"
    yield "model #2", As("data", when="it is a path")
    yield "model.path", As("data", base={**SERVING, "model": {"name": "wine"}})
    yield (
        "model.path #2",
        As("azureml://datastores/x", base={**SERVING, "model": {"name": "wine"}}, when="only a cloud has it"),
    )
    named = {**SERVING, "model": {"path": "data"}}
    yield "model.name", As("wine", base=named)
    yield "model.version", As(1, base=named)
    yield "model.description", As("what it does", base=named)
    yield "model.tags.*", As("x", base=named)
    yield "model.type", As("mlflow_model", base=named, when="it is a framework")
    yield "model.type #2", As("custom_model", base=named)
    served = {"endpoint_name": "wine", "model": {"path": "data"}, "environment": "azureml:sklearn:1"}
    yield "model.type #3", As("mlflow_model", base=served, when="no script is named", also=("carried",))
    for key in ("flavors", "stage", "properties", "datastore", "job_name", "id", *OF_A_REGISTRY):
        yield f"model.{key}", As("x", base=named)
    yield "model.any other key", As(1, base=named, place="model.zzz")
    yield "instance_count", 2
    yield "scale_settings.type", As("default", when="it is `default`")
    yield "scale_settings.type #2", "target_utilization"
    yield "scale_settings.min_instances", 2
    yield "scale_settings.any other key", As(1, place="scale_settings.zzz")
    for kind in ("limits", "requests"):
        yield f"resources.{kind}.cpu", "500m"
        yield f"resources.{kind}.memory", "1Gi"
        yield f"resources.{kind}.nvidia.com/gpu", As("1", place=f"resources.{kind}.nvidia~com/gpu")
        yield f"resources.{kind}.any other key", As("1", place=f"resources.{kind}.zzz")
    yield "resources.instance_count", 2
    yield "request_settings.request_timeout_ms", 5000
    yield "request_settings.max_concurrent_requests_per_instance", 4
    yield "request_settings.max_queue_wait_ms", 500
    yield "request_settings.any other key", As(1, place="request_settings.zzz")
    for probe in ("liveness_probe", "readiness_probe", "startup_probe"):
        for key in ("initial_delay", "period", "timeout", "failure_threshold", "success_threshold"):
            yield f"{probe}.{key}", 1
        yield f"{probe}.success_threshold #2", As(2, when="it is more than 1")
        for key in ("path", "port", "scheme", "method"):
            yield f"{probe}.{key}", "x"
        yield f"{probe}.any other key", As(1, place=f"{probe}.zzz")
    for key in (
        "instance_type", "egress_public_network_access", "public_network_access", "model_mount_path", "provisioning_state",
        "id", "location", "pre_inference_script", "output_action", "output_file_name", "logging_level", "component",
        "compute",
    ):  # fmt: skip
        yield key, "x"
    for key in ("data_collector", "properties", "retry_settings", "settings"):
        yield key, {"x": "y"}
    for key in ("app_insights_enabled", "private_network_connection"):
        yield key, True
    for key in ("mini_batch_size", "max_concurrency_per_instance", "error_threshold"):
        yield key, 1
    yield "any other key", As(1, place="zzz")


def model() -> Iterator[tuple[str, object]]:
    """A file of its own has what stands below `model` in that of a deployment."""
    yield "$schema", SCHEMA.format("model")
    for name, one in deployment():
        if name.startswith("model.") and not (isinstance(one, As) and one.when == "no script is named"):
            given = one if isinstance(one, As) else As(one)
            base = given.base["model"]
            place = given.place.removeprefix("model.")
            yield name.removeprefix("model."), replace(given, base={**MODEL, **base}, place=place)


def endpoint() -> Iterator[tuple[str, object]]:
    yield "$schema", SCHEMA.format("managedOnlineEndpoint")
    base = {"auth_mode": "key", "$schema": SCHEMA.format("managedOnlineEndpoint")}
    yield "name", As("wine", base=base, also=("changed",))
    yield "name #2", As("Wine_1", base=base, when="it is no name of ours")
    yield "auth_mode", As("key", base={"$schema": SCHEMA.format("managedOnlineEndpoint")}, when="it is `key`")
    yield (
        "auth_mode #2",
        As("aml_token", base={"$schema": SCHEMA.format("managedOnlineEndpoint")}, when="it is `aml_token`"),
    )
    yield (
        "auth_mode #3",
        As("aad_token", base={"$schema": SCHEMA.format("managedOnlineEndpoint")}, when="it is `aad_token`"),
    )
    yield "traffic.*", As(100, when="its deployment is not read along")
    yield "tags.*", "team"
    for key in ("identity", "mirror_traffic", "keys", "properties"):
        yield key, {"x": "y"}
    for key in (
        "public_network_access", "compute", "location", "scoring_uri", "swagger_uri", "openapi_uri", "provisioning_state",
        "kind", "id", "description", "type",
    ):  # fmt: skip
        yield key, "x"
    yield "any other key", As(1, place="zzz")
