"""Fields of `cog.yaml`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_tree

BASE = {"build": {"python_packages": ["numpy==1.26.4"]}, "predict": "predict.py:Predictor"}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "cog.yaml",
        BASE,
        {
            "build.python_version": "3.11",
            "build.python_packages": ["torch==2.4.0"],
            "build.python_requirements": As(
                "requirements.txt", files={"requirements.txt": "scipy==1.14\n"}, also=("carried",)
            ),
            "build.system_packages": ["git"],
            "build.base_image": "debian:bookworm-slim",
            "build.pre_install": ["mkdir /weights"],
            "build.run": ["echo ready"],
            "build.run[].command": "echo ready",
            "build.run[].mounts": As(
                [{"type": "secret", "id": "x", "target": "/x"}],
                base={"build": {"run": [{"command": "true"}]}},
            ),
            "build.run[].any other key": As(
                1, place="build.run[].zzz", base={"build": {"run": [{"command": "true"}]}}
            ),
            "build.gpu": True,
            "build.gpu #2": As(False, when="it is false"),
            "build.cuda": As("12.4", base={"build": {"base_image": "debian:bookworm-slim"}}),
            "build.cuda #2": As("12.4", when="there is no base image"),
            "build.cudnn": "9",
            "build.python_overrides": "numpy<2",
            "build.fast": True,
            "build.cog_runtime": True,
            "build.sdk_version": "0.16",
            "build.torch": "2.4",
            "build.tensorflow": "2.16",
            "build.environment": ["A=b"],
            "build.any other key": As(1, place="build.zzz"),
            "environment": ["OMP_NUM_THREADS=4"],
            "environment #2": As(["API_TOKEN=abc"], when="it is a secret"),
            "image": "registry.example.com/team/model",
            "image #2": As("r8.im/someone/model", when="it is Replicate's registry"),
            "predict": "predict.py:Predictor",
            "run": "run.py:Runner",
            "model": "r8.im/someone/model",
            "train": "train.py:train",
            "concurrency.max": 4,
            "concurrency.any other key": As(1, place="concurrency.zzz"),
            "weights": [{"source": "hf://x", "target": "weights"}],
            "tests": ["cog predict"],
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        section="cog.yaml",
    )
