"""What becomes of the keys of BentoML's build options."""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.fields.row import Rows, carried, changed, dropped, table
from envspec.packages.requirements_file import option_help

BENTOFILE_YAML: Rows = table(
    carried("environment", "name"),
    carried("description", "description"),
    carried("tags", "labels.*"),
    carried("source", "include"),
    carried("variables", "envs[].name", "envs[].value", "docker.env.*"),
    carried("pip", "python.requirements_txt", "python.packages", "python.wheels", "conda.pip"),
    carried("index", "python.extra_index_url"),
    carried("index", "python.pip_args", when="it names an index"),
    carried("envspec.lock", "python.lock_packages"),
    carried("conda", "conda.environment_yml", "conda.dependencies"),
    carried("channels", "conda.channels"),
    carried("docker", "docker.distro"),
    carried("python", "docker.python_version"),
    carried("apt", "docker.system_packages"),
    carried("docker.cuda", "docker.cuda_version"),
    carried("docker.image", "docker.base_image"),
    changed(
        "environment",
        "a name is lower-case letters, digits, `_` and `-`",
        "name",
        when="it is no name of ours",
    ),
    changed(
        "secret",
        "it has no value here: it is read when something runs",
        "envs[].name",
        when="it has no value",
    ),
    changed(
        "index",
        "what it does not have is looked for on the default index; `packages` says what comes from where",
        "python.index_url",
    ),
    changed(
        "docker.cuda",
        "a base with CUDA has no Python, so conda brings it",
        "docker.cuda_version",
        when="there are no conda packages",
    ),
    changed(
        "docker.run",
        "it is written out; it runs when the system packages are there, before Python and its packages",
        "docker.setup_script",
    ),
    dropped(
        "BentoML's class is no `init()` and `run(data)`: write a script with these, and a deployment",
        "service",
    ),
    dropped("a description is one sentence, written here", "description", when="it names a file"),
    dropped(
        "the source is the whole folder: what is not part of it belongs into `.envspecignore`",
        "include",
        when="it is not everything",
    ),
    dropped("write it into `.envspecignore` of the source", "exclude"),
    dropped(
        "it is in BentoML's store: `bentoml models export` it, and name the folder in a `model` block",
        "models",
    ),
    dropped("BentoML fills them into its own file; a spec has `param`", "args"),
    dropped("it is the version of BentoML's own format", "schema"),
    dropped("it holds while BentoML builds: write it into a script of `docker.run`", "envs[].stage"),
    dropped(
        "BentoML has no such key that a spec could hold",
        "envs[].any other key",
        "python.any other key",
        "conda.any other key",
        "docker.any other key",
        "any other key",
    ),
    dropped(
        "BentoML reads `requirements_txt` instead", "python.packages", when="there is `requirements_txt`"
    ),
    dropped("give every package as a path to its wheel", "python.no_index"),
    dropped("give the index a certificate that the machine trusts", "python.trusted_host"),
    dropped("write an `index` block, or give the paths of the wheels", "python.find_links"),
    dropped(option_help("--other", in_file=False), "python.pip_args"),
    dropped("`envspec.lock` always locks all packages", "python.lock_packages", when="it is false"),
    dropped(
        "a package of git is fetched when it is built, at the commit of the lock", "python.pack_git_packages"
    ),
    dropped(
        "the base is Debian, for which `apt` has names; another one is `docker.image`",
        "docker.distro",
        when="it is not Debian",
    ),
    dropped(
        "it is a template of BentoML's: a plain Dockerfile can be `docker.dockerfile`",
        "docker.dockerfile_template",
    ),
)

PYPROJECT_TOML: Rows = table(
    carried("environment", "project.name"),
    carried("python", "project.requires-python"),
    carried("pip", "project.dependencies"),
    dropped("BentoML does not install it: name what is needed in `pip`", "project.optional-dependencies.*"),
)

TABLES: Mapping[str, Rows] = {"bentofile.yaml": BENTOFILE_YAML, "pyproject.toml": PYPROJECT_TOML}
