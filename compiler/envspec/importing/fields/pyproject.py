"""What becomes of the keys of `pyproject.toml` and `setup.cfg`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table

PROJECT: Rows = table(
    carried("environment", "project.name"),
    carried("description", "project.description"),
    carried("python", "project.requires-python"),
    carried("pip", "project.dependencies", "project.optional-dependencies.*", "dependency-groups.*"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "project.name",
        when="it is no name of ours",
    ),
    changed("pip", "what `…` has is written out", "dependency-groups.*[].include-group"),
    changed("pip", "what setuptools reads is written out", "tool.setuptools.dynamic.dependencies"),
    dropped(
        "it describes the package, not what it needs", "project.dynamic", when="it describes the package"
    ),
    dropped(
        "only the build backend knows it: name the file it comes from, or the project itself in `pip`",
        "project.dynamic",
        when="only the build backend knows it",
    ),
    dropped(
        "it describes the package, not what it needs",
        "project.version",
        "project.readme",
        "project.license",
        "project.license-files",
        "project.keywords",
        "project.classifiers",
        "project.authors",
        "project.maintainers",
        "project.urls",
    ),
    dropped(
        "the project is not installed: a run starts a program by its command",
        "project.scripts",
        "project.gui-scripts",
    ),
    dropped('the project is not installed; `pip = ["-e ."]` does it', "project.entry-points"),
    dropped("PEP 621 has no such key", "project.any other key"),
    dropped('the project itself is not installed; `pip += ["-e ."]` does it', "build-system"),
    dropped("it is about building the package", "tool.setuptools.any other key"),
    dropped("`envspec import pixi` reads it", "tool.pixi"),
    dropped("settings of another tool", "tool.*"),
    dropped("PEP 518 and PEP 621 have no such key", "any other key"),
)

TOOL_UV: Rows = table(
    read("the index", "index[].name"),
    carried("index", "index[].url", "extra-index-url"),
    carried("packages", "index[].explicit"),
    carried("pip", "dev-dependencies"),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "index[].default",
        when="it is true",
    ),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "index-url",
    ),
    changed("pip", "`…` says where it comes from", "sources.*.git"),
    changed(
        "index",
        "any index may have it: `packages` of an index binds it, and then it serves nothing else",
        "sources.*.index",
    ),
    dropped("it is about how uv asks an index", "index[].any other key"),
    dropped(
        "no project of that name is in the workspace: name its folder in `pip`",
        "sources.*.workspace",
        when="no member has the name",
    ),
    dropped(
        "constraints are a file: write them there and name it in `constraints`", "constraint-dependencies"
    ),
    dropped(
        "it is about building packages; the lock takes wheels where there are any",
        "build-constraint-dependencies",
    ),
    dropped("a spec overrides nothing: give the package its bounds in `pip`", "override-dependencies"),
    dropped(
        "platforms are `docker.platforms`, Pythons are `python`", "environments", "required-environments"
    ),
    dropped("every group is an environment of its own: name the one you want", "default-groups"),
    dropped("a page of links is no index: name the wheels as paths or addresses in `pip`", "find-links"),
    dropped("the project itself is not installed; a run has its code by `source`", "package"),
    dropped("it is about uv's own commands", "managed"),
    dropped("an environment without an index has only paths and addresses in `pip`", "no-index"),
    dropped("the lock keeps the versions it found", "exclude-newer"),
    dropped("a bound that names a pre-release allows it", "prerelease"),
    dropped("`envspec lock` takes the newest versions", "resolution"),
    dropped("a workspace is no part of an environment; its members are paths in `pip`", "workspace"),
    dropped("extras and groups are environments of their own, which are solved one by one", "conflicts"),
    dropped("it is about how uv works", "any other key"),
)

TOOL_POETRY: Rows = table(
    read("the index", "source[].name", "source[].default"),
    changed("pip", "what `…` has is written out", "group.*.include-groups"),
    carried("environment", "name", "group.*.optional", "extras.*"),
    carried("description", "description"),
    carried("pip", "dependencies.*", "dev-dependencies.*", "group.*.dependencies.*"),
    carried("python", "dependencies.python"),
    carried("index", "source[].url"),
    changed(
        "pip",
        "Poetry's constraint as bounds (PEP 440)",
        "dependencies.*",
        when="it is a constraint of Poetry's",
    ),
    changed(
        "python",
        "Poetry's constraint as bounds (PEP 440)",
        "dependencies.python",
        when="it is a constraint of Poetry's",
    ),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "source[].priority",
        when="it is `primary`",
    ),
    dropped("it is optional, and no extra asks for it", "dependencies.*", when="no extra asks for it"),
    dropped("a bound that names a pre-release allows it", "dependencies.*.allow-prereleases"),
    dropped(
        "Poetry has no such setting", "dependencies.*.any other key", "group.*.any other key", "any other key"
    ),
    dropped("it is about how Poetry asks an index", "source[].any other key"),
    dropped(
        "it describes the package, not what it needs",
        "version",
        "license",
        "readme",
        "homepage",
        "repository",
        "documentation",
        "authors",
        "maintainers",
        "keywords",
        "classifiers",
        "packages",
        "include",
        "exclude",
        "urls",
    ),
    dropped("it is about building the package", "build"),
    dropped("it is about Poetry itself", "requires-poetry", "requires-plugins"),
    dropped("the project is not installed: a run starts a program by its command", "scripts"),
    dropped('the project is not installed; `pip = ["-e ."]` does it', "plugins"),
    dropped("it is about building packages; the lock takes wheels where there are any", "build-constraints"),
    dropped("the project itself is not installed; a run has its code by `source`", "package-mode"),
)

TOOL_PDM: Rows = table(
    read("the index", "source[].name"),
    carried("index", "source[].url"),
    carried("packages", "source[].include_packages"),
    carried("pip", "dev-dependencies.*"),
    dropped(
        "a page of links is no index: name the wheels in `pip`", "source[].type", when="it is `find_links`"
    ),
    dropped("it is about how PDM asks an index", "source[].any other key"),
    changed("run", "PDM has groups there too: name the environment that it needs", "scripts.*"),
    carried("variables", "scripts.*.env.*"),
    dropped("it is for all scripts of PDM", "scripts._"),
    dropped(
        "it is more than one plain command: write it in `shell` of a `run`",
        "scripts.*",
        when="it needs a shell",
    ),
    dropped("it is for `pdm run --list`", "scripts.*.help"),
    dropped("it is for PDM's own runs", "scripts.*.any other key"),
    dropped("a spec overrides nothing: give the package its bounds in `pip`", "resolution.overrides.*"),
    dropped("it is about how PDM chooses versions", "resolution.any other key"),
    dropped("it is about building the package", "build", "version"),
    dropped("the project itself is not installed; a run has its code by `source`", "distribution"),
    dropped("it is about how PDM works", "any other key"),
)

TOOL_HATCH: Rows = table(
    carried("pip", "envs.*.dependencies", "envs.*.extra-dependencies"),
    carried("python", "envs.*.python"),
    carried("description", "envs.*.description"),
    carried("without `extends`", "envs.*.detached", "envs.*.skip-install"),
    carried("variables", "envs.*.env-vars.*"),
    changed("pip", "what is inherited is written out; it is there", "envs.*.template"),
    changed("pip", "what the extra has is written out", "envs.*.features"),
    changed("pip", "what the group has is written out", "envs.*.dependency-groups"),
    dropped("an environment has its own packages only", "envs.*.system-packages"),
    dropped("the project itself is not installed; a run has its code by `source`", "envs.*.dev-mode"),
    dropped("it is about how Hatch makes environments", "envs.*.type", "envs.*.installer", "envs.*.path"),
    dropped("it is about building the package", "envs.*.builder", "any other key"),
    dropped("a cell is called after its values", "envs.*.matrix-name-format"),
    dropped(
        "a command is not part of an environment; `docker.run` has those of an image",
        "envs.*.pre-install-commands",
        "envs.*.post-install-commands",
    ),
    dropped("variables of whoever runs it are not read", "envs.*.env-include", "envs.*.env-exclude"),
    dropped("an image is for Linux: `docker.platforms`", "envs.*.platforms"),
    carried("run", "envs.*.scripts.*"),
    dropped(
        "it is more than one plain command: write it in `shell` of a `run`",
        "envs.*.scripts.*",
        when="it needs a shell",
    ),
    dropped(
        "it begins with another script of Hatch",
        "envs.*.scripts.*",
        when="it begins with another one",
    ),
    dropped(
        "write `matrix = { … }` in the environment, with what each value changes",
        "envs.*.overrides",
        "envs.*.matrix",
    ),
    dropped("members of a workspace are paths in `pip`", "envs.*.workspace"),
    dropped("Hatch has no such setting", "envs.*.any other key"),
)

SETUP_CFG: Rows = table(
    carried("python", "options.python_requires"),
    carried("pip", "options.install_requires", "options.extras_require.*"),
    carried("environment", "metadata.name"),
    carried("description", "metadata.description"),
    dropped("it describes the package, not what it needs", "metadata.any other key", "options.any other key"),
    dropped("settings of another tool", "any other section"),
)

TABLES: Mapping[str, Rows] = {
    "[project] and [dependency-groups]": PROJECT,
    "[tool.uv]": TOOL_UV,
    "[tool.poetry]": TOOL_POETRY,
    "[tool.pdm]": TOOL_PDM,
    "[tool.hatch]": TOOL_HATCH,
    "setup.cfg": SETUP_CFG,
}
