"""Fields of `Pipfile` and `Pipfile.lock`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_json, as_toml, in_tree
from tests.importing.imported import DEFAULT_INDEX

PYPI = {"name": "pypi", "url": DEFAULT_INDEX, "verify_ssl": True}
BASE = {"packages": {"numpy": "==1.26.4"}}
SHA = "sha256:" + "a" * 64


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "Pipfile",
        BASE,
        {
            "source[].url": As([{"name": "pypi", "url": DEFAULT_INDEX}], place="source"),
            "source[].url #2": As(
                [
                    {"name": "ours", "url": "https://packages.example/simple"},
                ],
                place="source",
                also=("carried",),
                when="it is another than the default one",
            ),
            "source[].any other key": As([PYPI], place="source", also=("carried",)),
            "source[].name": As([{"name": "pypi", "url": DEFAULT_INDEX}], place="source"),
            "packages.*": "*",
            "packages.* #2": As({"git": "https://example.com/a/wine.git", "ref": "v1"}, when="it is a table"),
            "packages.*.index": As(
                {"version": "==1.0", "index": "pypi"}, place="packages.x", also=("carried",)
            ),
            "packages.*.any other key": As(
                {"version": "==1.0", "zzz": 1}, place="packages.x", also=("carried",)
            ),
            "dev-packages.*": "==1.0",
            "another category.*": As("==1.0", place="docs.x"),
            "requires.python_version": "3.11",
            "requires.python_full_version": "3.11.4",
            "requires.any other key": As("x", place="requires.zzz"),
            "scripts.*": "python train.py",
            "scripts.* #2": As("python a.py && python b.py", when="it needs a shell"),
            "pipenv.*": True,
        },
        as_toml,
        section="Pipfile",
    )
    yield from in_tree(
        "Pipfile.lock",
        {"_meta": {"requires": {}}, "default": {"numpy": {"version": "==1.26.4"}}},
        {
            "_meta.requires.python_version": "3.11",
            "_meta.sources[].url": As([{"name": "pypi", "url": DEFAULT_INDEX}], place="_meta.sources"),
            "_meta.any other key": As(6, place="_meta.pipfile-spec"),
            "default.*.version": As({"version": "==1.0"}, place="default.x"),
            "default.*.git": As(
                {"git": "https://example.com/a/wine.git", "ref": "a" * 40}, place="default.x"
            ),
            "default.*.markers": As(
                {"version": "==1.0", "markers": "sys_platform == 'linux'"}, place="default.x"
            ),
            "default.*.hashes": As(
                {"version": "==1.0", "hashes": [SHA]}, place="default.x", also=("carried",)
            ),
            "develop.*": {"version": "==1.0"},
        },
        as_json,
        section="Pipfile.lock",
    )
