"""What becomes of the keys of `pixi.toml` and `pixi.lock`."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, read, table

PIXI_TOML: Rows = table(
    carried("environment", "workspace.name"),
    carried("description", "workspace.description"),
    carried("channels", "workspace.channels", "feature.*.channels"),
    carried("docker.platforms", "workspace.platforms"),
    carried(
        "conda",
        "dependencies.*",
        "host-dependencies.*",
        "build-dependencies.*",
        "target.linux-64.dependencies.*",
        "environments.*",
        "environments.*.dependencies.*",
    ),
    carried("pip", "pypi-dependencies.*"),
    carried("index", "pypi-options.extra-index-urls"),
    carried("variables", "activation.env.*", "tasks.*.env.*"),
    carried("run", "tasks.*"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "workspace.name",
        when="it is no name of ours",
    ),
    changed("docker.cuda", "the base image has it, where pixi asks for a driver", "system-requirements.cuda"),
    changed("source", "the run has this folder only", "tasks.*.cwd"),
    dropped(
        "an image is for Linux; on another machine `envspec lock` locks for it too",
        "workspace.platforms",
        when="it is not Linux",
    ),
    dropped(
        "it describes the project, not what it needs",
        "workspace.version",
        "workspace.license",
        "workspace.license-file",
        "workspace.readme",
        "workspace.homepage",
        "workspace.repository",
        "workspace.documentation",
        "workspace.authors",
    ),
    dropped("channels are strict, in their order", "workspace.channel-priority"),
    dropped("the lock keeps the versions it found", "workspace.exclude-newer"),
    dropped("`envspec lock` takes the newest versions", "workspace.solve-strategy"),
    dropped("it is about pixi itself", "workspace.requires-pixi", "workspace.preview"),
    dropped("the lock finds out itself what conda brings", "workspace.conda-pypi-map"),
    dropped("it is about building packages", "workspace.build-variants", "workspace.target"),
    dropped(
        "pixi has no such setting",
        "workspace.any other key",
        "tasks.*.any other key",
        "environments.*.any other key",
        "feature.*.any other key",
    ),
    dropped(
        "a conda package that is built from source cannot be locked: build it, and name its channel",
        "dependencies.*.path",
    ),
    dropped("a MatchSpec has no such key here", "dependencies.*.any other key"),
    dropped("pixi has no such key", "pypi-dependencies.*.any other key"),
    dropped("it is about how pixi installs from an index", "pypi-options.any other key"),
    dropped("an image is for Linux", "target.*", when="it is not Linux"),
    dropped(
        "an environment runs no scripts when something starts; put them into `shell` of a run",
        "activation.scripts",
    ),
    dropped("an image is for Linux", "system-requirements.macos"),
    dropped("what the lock may assume of a machine is the same for all", "system-requirements.any other key"),
    dropped(
        "it is more than one plain command: write it in `shell` of a `run`",
        "tasks.*",
        when="it needs a shell",
    ),
    dropped("runs follow each other by `inputs` that are another's outputs", "tasks.*.depends-on"),
    dropped(
        "it says when pixi may skip the task; `inputs` of a run are files that it gets", "tasks.*.inputs"
    ),
    dropped("it says when pixi may skip the task; name what the run leaves in `outputs`", "tasks.*.outputs"),
    dropped("a run has only the variables of its environment", "tasks.*.clean-env"),
    dropped("values that are given are a `param`", "tasks.*.args"),
    dropped("a run names its environment", "tasks.*.default-environment"),
    dropped("environments are locked one by one", "environments.*.solve-group"),
    dropped("no environment has the feature", "feature.*", when="no environment has it"),
    dropped("it is about building the package", "package", "dev"),
    dropped("constraints on conda packages stand in `conda`, with the package", "constraints"),
    dropped("it is for editors", "$schema"),
    dropped("pixi has no such table", "any other key"),
)

PIXI_LOCK: Rows = table(
    read("how the file is read", "version"),
    read("the platform", "platforms[].name", "platforms[].subdir"),
    carried("channels", "environments.*.channels"),
    carried("conda", "environments.*.packages.*[].conda"),
    carried("pip", "environments.*.packages.*[].pypi"),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "environments.*.indexes",
    ),
    dropped("an image is for Linux", "environments.*.packages.*", when="it is not Linux"),
    dropped("it says how pixi chose the versions", "environments.*.options"),
    dropped("a page of links is no index", "environments.*.find-links"),
    dropped(
        "a conda package that is built from source cannot be locked",
        "environments.*.packages.*[].conda_source",
    ),
    dropped("what the lock may assume of a machine is the same for all", "platforms[].virtual-packages"),
    dropped(
        "it is not known in a `pixi.lock`",
        "environments.*.any other key",
        "platforms[].any other key",
        "any other key",
    ),
    dropped("`envspec lock` keeps its own", "packages[].sha256"),
)

TABLES: Mapping[str, Rows] = {"pixi.toml": PIXI_TOML, "pixi.lock": PIXI_LOCK}
