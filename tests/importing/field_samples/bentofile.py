"""Fields of `bentofile.yaml`, and of `[tool.bentoml.build]`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, as_yaml, in_tree

BASE = {"service": "service:Wine", "python": {"packages": ["numpy==1.26.4"]}}
FILES = {
    "requirements.txt": "scipy==1.14\n",
    "environment.yml": "dependencies: [numpy=1.26]\n",
    "a.whl": "",
    "setup.sh": "#!/bin/sh\necho ready\n",
}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "bentofile.yaml",
        BASE,
        {
            "service": "service:Wine",
            "name": "wine",
            "name #2": As("Wine Model", when="it is no name of ours"),
            "description": "what it does",
            "description #2": As("file: README.md", when="it names a file"),
            "labels.*": "team",
            "include": ["*"],
            "include #2": As(["*.py"], when="it is not everything"),
            "exclude": ["tests/"],
            "models": ["iris:latest"],
            "args": {"a": 1},
            "schema": "v2",
            "envs[].name": As("OMP_NUM_THREADS", base={**BASE, "envs": [{"name": "A", "value": "4"}]}),
            "envs[].name #2": As("OMP_NUM_THREADS", when="it has no value"),
            "envs[].value": As("4", base={**BASE, "envs": [{"name": "A"}]}),
            "envs[].stage": As("build", base={**BASE, "envs": [{"name": "A", "value": "4"}]}),
            "envs[].any other key": As(
                1, base={**BASE, "envs": [{"name": "A", "value": "4"}]}, place="envs[].zzz"
            ),
            "python.requirements_txt": As("requirements.txt", also=("dropped",)),
            "python.packages": ["torch==2.4.0"],
            "python.packages #2": As(
                ["torch==2.4.0"],
                base={**BASE, "python": {"requirements_txt": "requirements.txt"}},
                when="there is `requirements_txt`",
            ),
            "python.wheels": As(["a-1.0-py3-none-any.whl"], files={"a-1.0-py3-none-any.whl": ""}),
            "python.index_url": "https://packages.example/simple",
            "python.extra_index_url": ["https://packages.example/simple"],
            "python.no_index": True,
            "python.trusted_host": ["packages.example"],
            "python.find_links": ["https://packages.example/links"],
            "python.pip_args": "--no-cache-dir",
            "python.pip_args #2": As(
                "--extra-index-url https://packages.example/simple", when="it names an index"
            ),
            "python.lock_packages": True,
            "python.lock_packages #2": As(False, when="it is false"),
            "python.pack_git_packages": True,
            "python.any other key": As(1, place="python.zzz"),
            "conda.environment_yml": "environment.yml",
            "conda.channels": ["conda-forge"],
            "conda.dependencies": ["scipy=1.14"],
            "conda.pip": ["scipy==1.14"],
            "conda.any other key": As(1, place="conda.zzz"),
            "docker.distro": "debian",
            "docker.distro #2": As("alpine", when="it is not Debian"),
            "docker.python_version": "3.11",
            "docker.system_packages": ["git"],
            "docker.cuda_version": As("12.4", base={**BASE, "conda": {"dependencies": ["pip"]}}),
            "docker.cuda_version #2": As("12.4", when="there are no conda packages"),
            "docker.base_image": "debian:bookworm-slim",
            "docker.env.*": "4",
            "docker.setup_script": "setup.sh",
            "docker.dockerfile_template": "Dockerfile.j2",
            "docker.any other key": As(1, place="docker.zzz"),
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        FILES,
        section="bentofile.yaml",
    )
    yield from in_tree(
        "pyproject.toml",
        {"tool": {"bentoml": {"build": {"service": "service:Wine"}}}},
        {
            "project.name": "wine",
            "project.requires-python": ">=3.11",
            "project.dependencies": ["scipy==1.14"],
            "project.optional-dependencies.*": ["scipy==1.14"],
        },
        as_toml,
        section="pyproject.toml",
    )
