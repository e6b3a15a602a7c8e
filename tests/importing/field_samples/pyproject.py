"""Fields of `pyproject.toml` and `setup.cfg`."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_toml, in_text, in_tree

BASE = {"project": {"name": "wine", "dependencies": ["numpy==1.26.4"]}}
POETRY = {"tool": {"poetry": {"name": "wine", "dependencies": {"numpy": ">=1.26"}}}}
SOURCES = {**BASE, "tool": {"uv": {"index": [{"name": "ours", "url": "https://packages.example/simple"}]}}}


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "pyproject.toml",
        BASE,
        {
            "project.name": "scorer",
            "project.name #2": As("Wine.Model", when="it is no name of ours"),
            "project.description": "what it does",
            "project.requires-python": ">=3.11",
            "project.dependencies": ["scipy==1.14"],
            "project.optional-dependencies.*": ["scipy==1.14"],
            "project.dynamic": As(["version"], when="it describes the package"),
            "project.dynamic #2": As(
                ["dependencies"],
                base={"project": {"name": "wine"}, "dependency-groups": {"a": ["b"]}},
                when="only the build backend knows it",
            ),
            **{f"project.{key}": "x" for key in ("version", "readme", "license")},
            **{f"project.{key}": ["x"] for key in ("license-files", "keywords", "classifiers")},
            **{f"project.{key}": [{"name": "x"}] for key in ("authors", "maintainers")},
            **{f"project.{key}": {"x": "y"} for key in ("urls", "scripts", "gui-scripts", "entry-points")},
            "project.any other key": As(1, place="project.zzz"),
            "dependency-groups.*": ["scipy==1.14"],
            "dependency-groups.*[].include-group": As(
                {"a": ["scipy==1.14"], "b": [{"include-group": "a"}]},
                place="dependency-groups",
                also=("carried",),
            ),
            "build-system": {"requires": ["hatchling"]},
            "tool.setuptools.dynamic.dependencies": As(
                {"file": ["requirements.txt"]},
                files={"requirements.txt": "scipy==1.14\n"},
                base={"project": {"name": "wine", "dynamic": ["dependencies"]}},
                also=("changed", "carried"),
            ),
            "tool.setuptools.any other key": As({"a": 1}, place="tool.setuptools.zzz"),
            "tool.pixi": {"a": 1},
            "tool.*": {"a": 1},
            "any other key": As(1, place="zzz"),
        },
        as_toml,
        section="[project] and [dependency-groups]",
    )
    yield from in_tree("pyproject.toml", BASE, dict(uv()), as_toml, section="[tool.uv]")
    yield from in_tree("pyproject.toml", POETRY, dict(poetry()), as_toml, section="[tool.poetry]")
    yield from in_tree("pyproject.toml", BASE, dict(pdm()), as_toml, section="[tool.pdm]")
    yield from in_tree("pyproject.toml", BASE, dict(hatch()), as_toml, section="[tool.hatch]")
    yield from in_text(
        "setup.cfg",
        {"setup.cfg": "[options]\ninstall_requires =\n  numpy==1.26.4\n"},
        {
            "options.python_requires": "python_requires = >=3.11",
            "options.install_requires": As({"setup.cfg": "[options]\ninstall_requires = scipy==1.14\n"}),
            "options.extras_require.*": "[options.extras_require]\nmore = scipy==1.14",
            "metadata.name": "[metadata]\nname = scorer",
            "metadata.description": "[metadata]\ndescription = what it does",
            "metadata.any other key": "[metadata]\nversion = 1",
            "options.any other key": "packages = find:",
            "any other section": "[flake8]\nmax = 100",
        },
        section="setup.cfg",
    )


def uv() -> Iterator[tuple[str, object]]:
    yield "index[].url", As("https://packages.example/simple", place="tool.uv.index[].url")
    yield (
        "index[].default",
        As(
            [{"url": "https://packages.example/simple", "default": True}],
            place="tool.uv.index",
            when="it is true",
        ),
    )
    yield "index[].explicit", As(
        {"index": [{"name": "ours", "url": "https://packages.example/simple", "explicit": True}],
         "sources": {"numpy": {"index": "ours"}}}, place="tool.uv", also=("carried",),
    )  # fmt: skip
    yield (
        "index[].name",
        As([{"name": "ours", "url": "https://packages.example/simple"}], place="tool.uv.index"),
    )
    yield "index[].any other key", As("x", base=SOURCES, place="tool.uv.index[].zzz")
    yield "index-url", As("https://packages.example/simple", place="tool.uv.index-url")
    yield "extra-index-url", As(["https://packages.example/simple"], place="tool.uv.extra-index-url")
    yield "dev-dependencies", As(["scipy==1.14"], place="tool.uv.dev-dependencies")
    yield "sources.*.git", As({"git": "https://example.com/a/numpy", "rev": "v1"}, place="tool.uv.sources.numpy",
                              also=("carried",))  # fmt: skip
    yield "sources.*.index", As({"index": "ours"}, base=SOURCES, place="tool.uv.sources.numpy")
    yield (
        "sources.*.workspace",
        As(
            {"workspace": True},
            place="tool.uv.sources.numpy",
            when="no member has the name",
            also=("changed",),
        ),
    )
    for key in (
        "constraint-dependencies", "build-constraint-dependencies", "override-dependencies", "environments",
        "required-environments", "default-groups", "find-links",
    ):  # fmt: skip
        yield key, As(["x"], place=f"tool.uv.{key}")
    for key in ("package", "managed", "no-index"):
        yield key, As(True, place=f"tool.uv.{key}")
    for key in ("exclude-newer", "prerelease", "resolution"):
        yield key, As("x", place=f"tool.uv.{key}")
    yield "workspace", As({"members": ["a"]}, place="tool.uv.workspace")
    yield "conflicts", As([[{"extra": "a"}]], place="tool.uv.conflicts")
    yield "any other key", As("x", place="tool.uv.zzz")


def poetry() -> Iterator[tuple[str, object]]:
    yield (
        "source[].name",
        As(
            [{"name": "ours", "url": "https://packages.example/simple", "priority": "supplemental"}],
            place="tool.poetry.source",
        ),
    )
    yield (
        "source[].default",
        As(
            [{"name": "ours", "url": "https://packages.example/simple", "default": False}],
            place="tool.poetry.source",
        ),
    )
    yield (
        "group.*.include-groups",
        As(
            {"a": {"dependencies": {"scipy": ">=1.0"}}, "b": {"include-groups": ["a"]}},
            place="tool.poetry.group",
            also=("carried",),
        ),
    )
    yield "name", As("scorer", place="tool.poetry.name")
    yield "description", As("what it does", place="tool.poetry.description")
    yield "dependencies.*", As(">=1.0", place="tool.poetry.dependencies.scipy")
    yield (
        "dependencies.* #2",
        As("^1.0", place="tool.poetry.dependencies.scipy", when="it is a constraint of Poetry's"),
    )
    yield (
        "dependencies.* #3",
        As(
            {"version": ">=1.0", "optional": True},
            place="tool.poetry.dependencies.scipy",
            when="no extra asks for it",
        ),
    )
    yield (
        "dependencies.*.allow-prereleases",
        As(
            {"version": ">=1.0", "allow-prereleases": True},
            place="tool.poetry.dependencies.scipy",
            also=("carried",),
        ),
    )
    yield (
        "dependencies.*.any other key",
        As({"version": ">=1.0", "zzz": 1}, place="tool.poetry.dependencies.scipy", also=("carried",)),
    )
    yield "dependencies.python", As(">=3.11", place="tool.poetry.dependencies.python")
    yield (
        "dependencies.python #2",
        As("^3.11", place="tool.poetry.dependencies.python", when="it is a constraint of Poetry's"),
    )
    yield "dev-dependencies.*", As(">=1.0", place="tool.poetry.dev-dependencies.scipy")
    yield "group.*.dependencies.*", As({"dependencies": {"scipy": ">=1.0"}}, place="tool.poetry.group.x")
    yield (
        "group.*.optional",
        As({"dependencies": {"scipy": ">=1.0"}, "optional": True}, place="tool.poetry.group.x"),
    )
    yield (
        "group.*.any other key",
        As({"dependencies": {"scipy": ">=1.0"}, "zzz": 1}, place="tool.poetry.group.x", also=("carried",)),
    )
    yield "extras.*", As(
        ["scipy"], place="tool.poetry.extras.more", also=("carried", "dropped"),
        base={"tool": {"poetry": {"dependencies": {"scipy": {"version": ">=1.0", "optional": True}}}}},
    )  # fmt: skip
    yield (
        "source[].url",
        As(
            [{"name": "ours", "url": "https://packages.example/simple", "priority": "supplemental"}],
            place="tool.poetry.source",
        ),
    )
    yield "source[].priority", As(
        [{"name": "ours", "url": "https://packages.example/simple", "priority": "primary"}], place="tool.poetry.source",
        when="it is `primary`",
    )  # fmt: skip
    yield "source[].any other key", As(
        [{"name": "ours", "url": "https://packages.example/simple", "zzz": 1}], place="tool.poetry.source",
        also=("carried",),
    )  # fmt: skip
    for key in (
        "version", "license", "readme", "homepage", "repository", "documentation", "build", "requires-poetry",
    ):  # fmt: skip
        yield key, As("x", place=f"tool.poetry.{key}")
    for key in ("authors", "maintainers", "keywords", "classifiers", "packages", "include", "exclude"):
        yield key, As(["x"], place=f"tool.poetry.{key}")
    for key in ("urls", "scripts", "plugins", "requires-plugins", "build-constraints"):
        yield key, As({"x": "y"}, place=f"tool.poetry.{key}")
    yield "package-mode", As(False, place="tool.poetry.package-mode")
    yield "any other key", As(1, place="tool.poetry.zzz")


def pdm() -> Iterator[tuple[str, object]]:
    yield (
        "source[].name",
        As([{"name": "ours", "url": "https://packages.example/simple"}], place="tool.pdm.source"),
    )
    yield "source[].url", As("https://packages.example/simple", place="tool.pdm.source[].url")
    yield "source[].include_packages", As(
        [{"name": "ours", "url": "https://packages.example/simple", "include_packages": ["a"]}], place="tool.pdm.source",
        also=("carried",),
    )  # fmt: skip
    yield "source[].type", As(
        [{"name": "ours", "url": "https://packages.example/links", "type": "find_links"}], place="tool.pdm.source",
        when="it is `find_links`",
    )  # fmt: skip
    yield "source[].any other key", As(
        [{"name": "ours", "url": "https://packages.example/simple", "zzz": 1}], place="tool.pdm.source",
        also=("carried",),
    )  # fmt: skip
    yield "dev-dependencies.*", As(["scipy==1.14"], place="tool.pdm.dev-dependencies.x")
    scripts = "tool.pdm.scripts"
    train = {**BASE, "tool": {"pdm": {"scripts": {"x": {"cmd": "python train.py"}}}}}
    yield "scripts.*", As("python train.py", place=f"{scripts}.x")
    yield "scripts.* #2", As("python a.py && python b.py", place=f"{scripts}.x", when="it needs a shell")
    yield "scripts._", As({"env": {"A": "b"}}, place=f"{scripts}._")
    yield "scripts.*.env.*", As("4", base=train, place=f"{scripts}.x.env.OMP_NUM_THREADS", also=("changed",))
    yield "scripts.*.help", As("trains it", base=train, place=f"{scripts}.x.help", also=("changed",))
    yield "scripts.*.any other key", As("x", base=train, place=f"{scripts}.x.zzz", also=("changed",))
    yield "resolution.overrides.*", As("==1.0", place="tool.pdm.resolution.overrides.numpy")
    yield "resolution.any other key", As(True, place="tool.pdm.resolution.zzz")
    for key in ("build", "version"):
        yield key, As({"x": "y"}, place=f"tool.pdm.{key}")
    yield "distribution", As(True, place="tool.pdm.distribution")
    yield "any other key", As(1, place="tool.pdm.zzz")


def hatch() -> Iterator[tuple[str, object]]:
    envs = "tool.hatch.envs.x"
    for key, value in {
        "dependencies": ["scipy==1.14"],
        "extra-dependencies": ["scipy==1.14"],
        "python": "3.11",
        "description": "what it does",
        "detached": True,
        "skip-install": True,
        "system-packages": True,
        "dev-mode": False,
        **dict.fromkeys(("type", "installer", "path", "builder", "matrix-name-format"), "x"),
        **{
            key: ["x"]
            for key in (
                "pre-install-commands",
                "post-install-commands",
                "env-include",
                "env-exclude",
                "platforms",
            )
        },
        **{key: {"x": "y"} for key in ("overrides", "workspace")},
    }.items():
        yield f"envs.*.{key}", As(value, place=f"{envs}.{key}")
    other = {**BASE, "tool": {"hatch": {"envs": {"other": {"dependencies": ["scipy==1.14"]}}}}}
    yield "envs.*.template", As("other", base=other, place=f"{envs}.template", also=("carried",))
    train = {**BASE, "tool": {"hatch": {"envs": {"x": {"scripts": {"train": "python train.py"}}}}}}
    yield "envs.*.scripts.*", As("python train.py", place=f"{envs}.scripts.x")
    yield "envs.*.scripts.* #2", As("a && b", place=f"{envs}.scripts.x", when="it needs a shell")
    yield (
        "envs.*.scripts.* #3",
        As("train --fast", base=train, place=f"{envs}.scripts.x", when="it begins with another one"),
    )
    yield "envs.*.env-vars.*", As("4", place=f"{envs}.env-vars.OMP_NUM_THREADS")
    yield "envs.*.matrix", As([{"x": ["y"]}], place=f"{envs}.matrix")
    yield "envs.*.any other key", As(1, place=f"{envs}.zzz")
    more = {**BASE, "project": {**BASE["project"], "optional-dependencies": {"more": ["scipy==1.14"]}}}
    yield "envs.*.features", As(["more"], base=more, place=f"{envs}.features")
    yield (
        "envs.*.dependency-groups",
        As(
            ["more"],
            base={**BASE, "dependency-groups": {"more": ["scipy==1.14"]}},
            place=f"{envs}.dependency-groups",
        ),
    )
    yield "any other key", As({"x": "y"}, place="tool.hatch.zzz")
