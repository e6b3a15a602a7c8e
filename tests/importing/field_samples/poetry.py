"""Fields of `poetry.lock`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, in_tree

NUMPY = {
    "name": "numpy",
    "version": "1.26.4",
    "optional": False,
    "python-versions": "*",
    "groups": ["main"],
    "files": [],
}
BASE = {"package": [NUMPY], "metadata": {"lock-version": "2.0"}}
PROJECT = {"pyproject.toml": '[tool.poetry]\nname = "wine"\n[tool.poetry.dependencies]\nnumpy = "*"\n'}


def one(**keys: object) -> As:
    return As([NUMPY, {**NUMPY, "name": "scipy", **keys}], place="package")


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "poetry.lock",
        BASE,
        {
            "package[].version": one(version="1.14"),
            "package[].markers": one(markers="sys_platform == 'linux'"),
            "package[].groups": one(groups=["dev"]),
            "package[].source: an index": one(
                source={"type": "legacy", "url": "https://packages.example/simple"}
            ),
            "package[].source: git": one(
                source={"type": "git", "url": "https://example.com/a/numpy", "resolved_reference": "a" * 40}
            ),
            "package[].source: an address": one(
                source={"type": "url", "url": "https://example.com/numpy-1.0.zip"}
            ),
            "package[].source: a folder": As(
                [NUMPY, {**NUMPY, "name": "scipy", "source": {"type": "directory", "url": "lib"}}],
                place="package",
                files={"lib/pyproject.toml": ""},
            ),
            "package[].files[].hash": As(
                [{**NUMPY, "files": [{"file": "a.whl", "hash": "sha256:" + "a" * 64}]}],
                place="package",
                also=("carried",),
            ),
            "a package that nothing needs": As(
                [NUMPY, {**NUMPY, "name": "scipy", "version": "1.14", "groups": []}],
                place="package",
                also=("carried",),
            ),
            "extras.*": ["numpy"],
            "metadata.python-versions": ">=3.11",
            "metadata.python-versions #2": As("^3.11", when="it is a constraint of Poetry's"),
            "metadata.any other key": As("a" * 64, place="metadata.content-hash"),
            "metadata.files.*[].hash": As(
                [{"file": "a.whl", "hash": "sha256:" + "a" * 64}], place="metadata.files.numpy"
            ),
            "metadata.hashes.*": As(["sha256:" + "a" * 64], place="metadata.hashes.numpy"),
            "any other key": As(1, place="zzz"),
        },
        as_toml,
        PROJECT,
        section="poetry.lock",
    )
    without = {"poetry.lock": as_toml(BASE)}
    yield Sample("pyproject.toml", without, {**without, **PROJECT}, "poetry.lock", "it is not beside the lock",
                 section="poetry.lock")  # fmt: skip
