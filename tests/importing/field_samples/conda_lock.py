"""Fields of `conda-lock.yml`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_yaml, in_tree

NUMPY = {
    "name": "numpy", "version": "1.26.4", "manager": "conda", "platform": "linux-64",
    "url": "https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311_0.conda",
}  # fmt: skip
BASE = {"version": 1, "metadata": {"channels": [{"url": "conda-forge"}]}, "package": [NUMPY]}


def more(**keys: object) -> As:
    row = {
        **NUMPY,
        "name": "scipy",
        "url": "https://conda.anaconda.org/conda-forge/linux-64/scipy-1.14-py311_0.conda",
    }
    return As([NUMPY, {**row, **keys}], place="package")


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "conda-lock.yml",
        BASE,
        {
            "version": 1,
            "package[].name": more(),
            "package[].version": more(version="1.14"),
            "package[].manager": more(),
            "package[].url": more(),
            "package[].category": more(category="main"),
            "package[].categories": more(categories=["main"]),
            "package[].build": more(build="py311_0"),
            "package[].optional": more(optional=False),
            "package[].source": more(source=None),
            "package[].source.type: url": more(
                manager="pip", url="https://example.com/scipy-1.14.zip", source={"type": "url"}
            ),
            "package[].dependencies": more(dependencies={"python": ">=3.11"}),
            "metadata.channels[].url": "conda-forge",
            "metadata.channels[].used_env_vars": As(
                ["TOKEN"], base={**BASE, "metadata": {"channels": [{"url": "conda-forge"}]}}
            ),
            "metadata.platforms": ["linux-64"],
            "metadata.platforms #2": As(["osx-arm64"], when="it is not Linux"),
            "metadata.content_hash": {"linux-64": "a"},
            "metadata.sources": ["environment.yml"],
            "metadata.custom_metadata": {"a": 1},
            "metadata.git_metadata": {"a": 1},
            "metadata.inputs_metadata": {"a": 1},
            "metadata.time_metadata": {"a": 1},
            "metadata.any other key": As(1, place="metadata.zzz"),
            "package[].manager: conda": more(),
            "package[].manager: pip": more(
                manager="pip", url="https://index.example/scipy-1.14.whl", name="scipy"
            ),
            "package[].manager: pip #2": As(
                [
                    NUMPY,
                    {**NUMPY, "manager": "pip", "url": "https://example.com/scipy-1.14.whl", "name": "scipy"},
                ],
                place="package",
                when="its `url` is of another index",
            ),
            "package[].platform": As(
                [NUMPY, {**NUMPY, "platform": "osx-arm64"}],
                place="package",
                also=("carried",),
                when="it is not Linux",
            ),
            "package[].hash.*": As(
                [{**NUMPY, "hash": {"md5": "a" * 32}}], place="package", also=("carried",)
            ),
            "package[].any other key": As([{**NUMPY, "zzz": 1}], place="package", also=("carried",)),
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        section="conda-lock.yml",
    )
