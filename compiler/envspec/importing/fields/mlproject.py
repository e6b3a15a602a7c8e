"""What becomes of the keys of MLflow's files."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table

MLPROJECT: Rows = table(
    carried("environment", "name", "conda_env", "python_env"),
    carried("docker.image", "docker_env.image"),
    carried("variables", "docker_env.environment"),
    carried("run", "entry_points.*.command"),
    carried("param x: number", "entry_points.*.parameters.*"),
    carried("a comment of param x", "entry_points.*.parameters.*.description"),
    changed("environment", "the name is that of the environment", "name", when="it is no name of ours"),
    changed(
        "secret",
        "MLflow takes it from whoever starts it; so does the secret",
        "docker_env.environment",
        when="it has no value",
    ),
    changed(
        "run",
        "it needs a shell: `/bin/sh` reads it where MLflow has bash, with its params as variables",
        "entry_points.*.command",
        when="only bash understands it",
    ),
    dropped("a run has `inputs`: files and folders by name", "docker_env.volumes"),
    dropped(
        "MLflow does not read this key",
        "docker_env.any other key",
        "entry_points.*.any other key",
        "any other key",
    ),
    dropped(
        "its command has no place for it",
        "entry_points.*.parameters.*",
        when="its command has no place for it",
    ),
    dropped("MLflow reads `type` and `default`", "entry_points.*.parameters.*.any other key"),
    dropped("it is a job of Databricks", "databricks_spark_job"),
)

PYTHON_ENV_YAML: Rows = table(
    carried("python", "python"),
    carried("pip", "build_dependencies", "dependencies"),
    dropped("an environment is called after what it is for", "name"),
    dropped("MLflow does not read this key", "any other key"),
)

MLMODEL: Rows = table(
    carried(
        "environment",
        "flavors.python_function.env",
        "flavors.python_function.env.virtualenv",
        "flavors.python_function.env.conda",
    ),
    carried("python", "flavors.python_function.python_version"),
    carried("model.framework", "flavors.*"),
    carried(
        "model.tags",
        "run_id",
        "model_uuid",
        "model_id",
        "mlflow_version",
        "utc_time_created",
        "artifact_path",
        "databricks_runtime",
        "metadata.*",
    ),
    changed(
        "secret",
        "MLflow found it in use when the model was saved; it is read when something runs",
        "env_vars",
    ),
    dropped(
        "write `init()` that loads the model with this package and `run(data)` that asks it, and a deployment",
        "flavors.python_function",
    ),
    dropped("a model has one framework, and `…` came first", "flavors.*", when="there is another"),
    dropped(
        "`run(data)` takes what the request has; `sample` of a deployment is a request that it must answer",
        "signature",
    ),
    dropped("`sample` of a deployment is a request that it must answer", "saved_input_example_info"),
    dropped("it is counted when it is needed", "model_size_bytes"),
    dropped("it is about the signature", "is_signature_from_type_hint", "type_hint_from_example"),
    dropped("they belong to Databricks", "resources"),
    dropped("it belongs to Databricks", "auth_policy"),
    dropped("they are in MLflow's registry", "prompts"),
    dropped("it is MLflow's own", "any other key"),
)

TABLES: Mapping[str, Rows] = {"MLproject": MLPROJECT, "python_env.yaml": PYTHON_ENV_YAML, "MLmodel": MLMODEL}
