"""Fields of `pixi.toml` and `pixi.lock`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, as_yaml, in_tree

BASE = {"workspace": {"name": "wine", "channels": ["conda-forge"]}, "dependencies": {"numpy": "1.26.*"}}
URL = "https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311_0.conda"
LOCK = {
    "version": 6,
    "environments": {
        "default": {"channels": [{"url": "https://conda.anaconda.org/conda-forge/"}],
                    "packages": {"linux-64": [{"conda": URL}]}},
    },
    "packages": [{"conda": URL}],
}  # fmt: skip


def with_feature(**keys: object) -> dict[str, object]:
    return {
        **BASE,
        "feature": {"x": {"dependencies": {"scipy": "*"}, **keys}},
        "environments": {"more": ["x"]},
    }


def samples() -> Iterator[Sample]:
    metadata = (
        "version", "license", "license-file", "readme", "homepage", "repository", "documentation", "channel-priority",
        "exclude-newer", "solve-strategy", "requires-pixi",
    )  # fmt: skip
    yield from in_tree(
        "pixi.toml",
        BASE,
        {
            "workspace.name": "scorer",
            "workspace.name #2": As("Wine Model", when="it is no name of ours"),
            "workspace.description": "what it does",
            "workspace.channels": ["bioconda"],
            "workspace.platforms": ["linux-aarch64"],
            "workspace.platforms #2": As(["osx-arm64"], when="it is not Linux"),
            **{f"workspace.{key}": "x" for key in metadata},
            "workspace.authors": ["x"],
            "workspace.preview": ["x"],
            "workspace.conda-pypi-map": {"a": "b"},
            "workspace.build-variants": {"a": ["b"]},
            "workspace.target": {"a": {"b": "c"}},
            "workspace.any other key": As(1, place="workspace.zzz"),
            "dependencies.*": "1.14.*",
            "dependencies.*.path": As({"path": "../x"}, place="dependencies.x"),
            "dependencies.*.any other key": As(
                {"version": "1.*", "zzz": 1}, place="dependencies.x", also=("carried",)
            ),
            "host-dependencies.*": "1.14.*",
            "build-dependencies.*": "1.14.*",
            "pypi-dependencies.*": ">=1.14",
            "pypi-dependencies.*.any other key": As(
                {"version": ">=1", "zzz": 1}, place="pypi-dependencies.x", also=("carried",)
            ),
            "pypi-options.extra-index-urls": ["https://packages.example/simple"],
            "pypi-options.any other key": As(True, place="pypi-options.zzz"),
            "target.linux-64.dependencies.*": As("1.*", place="target.linux-64.dependencies.x"),
            "target.*": As({"dependencies": {"scipy": "*"}}, place="target.osx", when="it is not Linux"),
            "activation.env.*": "4",
            "activation.scripts": ["a.sh"],
            "system-requirements.cuda": "12.4",
            "system-requirements.macos": "13",
            "system-requirements.any other key": As("4.18", place="system-requirements.linux"),
            "tasks.*": "python train.py",
            "tasks.* #2": As("python a.py && python b.py", when="it needs a shell"),
            **{
                f"tasks.*.{key}": As(value, base={**BASE, "tasks": {"x": {"cmd": "python a.py"}}})
                for key, value in {
                    "depends-on": ["b"],
                    "inputs": ["a"],
                    "outputs": ["b"],
                    "clean-env": True,
                    "args": ["a"],
                    "default-environment": "a",
                }.items()
            },
            "tasks.*.cwd": As(
                "src", base={**BASE, "tasks": {"x": {"cmd": "python a.py"}}}, files={"src/a.py": ""}
            ),
            "tasks.*.env.*": As(
                "4",
                base={**BASE, "tasks": {"x": {"cmd": "python a.py"}}},
                place="tasks.x.env.OMP_NUM_THREADS",
            ),
            "tasks.*.any other key": As(
                1, base={**BASE, "tasks": {"x": {"cmd": "python a.py"}}}, place="tasks.x.zzz"
            ),
            "environments.*": As(
                ["x"], base={**BASE, "feature": {"x": {"dependencies": {"scipy": "*"}}}}, also=("carried",)
            ),
            "environments.*.solve-group": As(
                {"features": ["x"], "solve-group": "a"},
                base=with_feature(),
                place="environments.more",
                also=("carried",),
            ),
            "environments.*.dependencies.*": As(
                {"dependencies": {"scipy": "*"}}, place="environments.more", also=("carried",)
            ),
            "environments.*.any other key": As(
                {"features": ["x"], "zzz": "a"},
                base=with_feature(),
                place="environments.more",
                also=("carried",),
            ),
            "feature.*": As({"dependencies": {"scipy": "*"}}, when="no environment has it"),
            "feature.*.channels": As(["bioconda"], base=with_feature()),
            "feature.*.any other key": As(1, base=with_feature(), place="feature.x.zzz"),
            "package": {"name": "x"},
            "dev": {"a": {"path": "x"}},
            "constraints": {"a": "<2"},
            "$schema": "https://example.com",
            "any other key": As(1, place="zzz"),
        },
        as_toml,
        section="pixi.toml",
    )
    packages = {"linux-64": [{"conda": URL}]}
    yield from in_tree(
        "pixi.lock",
        LOCK,
        {
            "version": As(6, place="version"),
            "environments.*.channels": As([{"url": "bioconda"}], place="environments.default.channels"),
            "environments.*.packages.*[].conda": As(
                {"linux-64": [{"conda": URL}, {"conda": URL.replace("numpy-1.26.4", "scipy-1.14.0")}]},
                place="environments.default.packages",
            ),
            "environments.*.packages.*[].pypi": As(
                {"linux-64": [{"pypi": "https://files.example/scipy-1.14-py3-none-any.whl"}]},
                place="environments.default.packages",
            ),
            "environments.*.packages.*": As(
                {**packages, "osx-arm64": [{"conda": URL}]},
                place="environments.default.packages",
                also=("carried",),
                when="it is not Linux",
            ),
            "environments.*.packages.*[].conda_source": As(
                {"linux-64": [{"conda": URL}, {"conda_source": "wine[0123abcd] @ ."}]},
                place="environments.default.packages",
            ),
            "platforms[].name": As([{"name": "linux-64"}], place="platforms"),
            "platforms[].subdir": As([{"name": "linux-64", "subdir": "linux-64"}], place="platforms"),
            "platforms[].virtual-packages": As(
                [{"name": "linux-64", "virtual-packages": ["__glibc=2.28"]}], place="platforms"
            ),
            "platforms[].any other key": As([{"name": "linux-64", "zzz": 1}], place="platforms"),
            "environments.*.indexes": As(
                ["https://packages.example/simple"], place="environments.default.indexes"
            ),
            "environments.*.options": As({"a": 1}, place="environments.default.options"),
            "environments.*.find-links": As(["a"], place="environments.default.find-links"),
            "environments.*.any other key": As(1, place="environments.default.zzz"),
            "packages[].sha256": As([{"conda": URL, "sha256": "a" * 64}], place="packages"),
            "any other key": As(1, place="zzz"),
        },
        as_yaml,
        section="pixi.lock",
    )
