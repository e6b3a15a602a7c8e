"""Fields of `MLproject`, `python_env.yaml` and `MLmodel`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_tree

MAIN = {"entry_points": {"main": {"command": "python train.py"}}}
WITH_A_HOLE = {"entry_points": {"main": {"command": "python train.py {x}"}}}
FILES = {
    "conda.yml": "dependencies: [numpy=1.26]\n",
    "python_env.yml": "python: '3.11'\ndependencies: [numpy==1.26]\n",
}
ENVIRONMENT = {"python": "3.11", "dependencies": ["numpy==1.26"]}
MODEL = {"flavors": {"python_function": {"loader_module": "mlflow.sklearn"}}, "run_id": "1a"}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "MLproject",
        MAIN,
        {
            "name": As("main", also=("changed",)),
            "name #2": As("My Project", when="it is no name of ours"),
            "conda_env": As("conda.yml", also=("carried",)),
            "python_env": As("python_env.yml", also=("carried",)),
            "docker_env.image": As("debian:bookworm-slim", drop=()),
            "docker_env.environment": As([["A", "b"]], base={**MAIN, "docker_env": {"image": "debian:12"}}),
            "docker_env.environment #2": As(
                ["A"], base={**MAIN, "docker_env": {"image": "debian:12"}}, when="it has no value"
            ),
            "docker_env.volumes": As(["/a:/a"], base={**MAIN, "docker_env": {"image": "debian:12"}}),
            "docker_env.any other key": As(
                1, place="docker_env.zzz", base={**MAIN, "docker_env": {"image": "debian:12"}}
            ),
            "entry_points.*.command": As("python train.py", base={"conda_env": "conda.yml"}),
            "entry_points.*.command #2": As(
                "python train.py && echo ready",
                base={"conda_env": "conda.yml"},
                when="only bash understands it",
            ),
            "entry_points.*.parameters.*": As(
                {"type": "float", "default": 0.5}, base=WITH_A_HOLE, place="entry_points.main.parameters.x"
            ),
            "entry_points.*.parameters.* #2": As(
                "float",
                base=MAIN,
                place="entry_points.main.parameters.x",
                when="its command has no place for it",
            ),
            "entry_points.*.parameters.*.description": As(
                "a number",
                place="entry_points.main.parameters.x.description",
                base={
                    "entry_points": {
                        "main": {"command": "python {x}", "parameters": {"x": {"type": "float"}}}
                    }
                },
            ),
            "entry_points.*.parameters.*.any other key": As(
                1,
                place="entry_points.main.parameters.x.zzz",
                base={
                    "entry_points": {
                        "main": {"command": "python {x}", "parameters": {"x": {"type": "float"}}}
                    }
                },
            ),
            "entry_points.*.any other key": As(1, place="entry_points.main.zzz"),
            "databricks_spark_job": {"python_file": "a.py"},
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        FILES,
        section="MLproject",
    )
    yield from in_tree(
        "python_env.yaml",
        ENVIRONMENT,
        {
            "python": "3.11",
            "build_dependencies": ["setuptools"],
            "dependencies": ["scipy==1.14"],
            "name": "wine",
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        section="python_env.yaml",
    )
    yield from in_tree(
        "MLmodel",
        MODEL,
        {
            "flavors.python_function": As({"loader_module": "mlflow.sklearn"}, also=("carried",)),
            "flavors.python_function.env": As("conda.yml", also=("carried", "dropped")),
            "flavors.python_function.env.virtualenv": As("python_env.yml", also=("carried", "dropped")),
            "flavors.python_function.env.conda": As("conda.yml", also=("carried", "dropped")),
            "flavors.python_function.python_version": As("3.11.4", also=("dropped",)),
            "flavors.*": As({"sklearn_version": "1.5"}, place="flavors.sklearn"),
            "flavors.* #2": As(
                {"code": None},
                place="flavors.xgboost",
                when="there is another",
                base={"flavors": {"sklearn": {"sklearn_version": "1.5"}}},
            ),
            "run_id": "1a2b",
            "model_uuid": "1a2b",
            "model_id": "1a2b",
            "mlflow_version": "2.15.1",
            "utc_time_created": "2024-08-01",
            "artifact_path": "model",
            "databricks_runtime": "15.4",
            "metadata.*": "team",
            "env_vars": ["API_TOKEN"],
            "signature": {"inputs": "[]"},
            "saved_input_example_info": {"artifact_path": "input.json"},
            "model_size_bytes": 100,
            "is_signature_from_type_hint": False,
            "type_hint_from_example": False,
            "resources": {"api_version": "1"},
            "auth_policy": {"a": 1},
            "prompts": ["a"],
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        FILES,
        section="MLmodel",
    )
