"""`bentofile.yaml` of BentoML, and the same under `[tool.bentoml.build]` of a `pyproject.toml` (BentoML's
`bento/build_config.py`, and "Bento build options" of its documentation).

What a Bento is built of becomes an environment. Its service is a class, which no deployment can start, and its models
are in BentoML's own store: both are told.
"""

from __future__ import annotations

import os
from pathlib import Path

from envspec.importing.asked import Asked, unread, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.bentofile import BENTOFILE_YAML, PYPROJECT_TOML
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.secret_values import why_no_tag
from envspec.importing.spec import Block, Script, Spec, Table, Text, Value
from envspec.importing.tools.bentofile_docker import add_docker
from envspec.importing.tools.document import Document, Keys, read_document
from envspec.importing.tools.image_parts import add_cuda, in_order
from envspec.importing.tools.requirement_lines import add_file, add_indexes, add_lines, add_options
from envspec.importing.variables import Variables
from envspec.starting.names import name_of

_ROOT, _PYTHON = reasons(BENTOFILE_YAML), reasons(BENTOFILE_YAML, "python.")
_UNKNOWN = _ROOT[OTHER]
_OWN = frozenset(
    {"service", "name", "description", "labels", "include", "exclude", "docker", "python", "conda", "models", "envs",
     "args", "schema"}
)  # fmt: skip


def read(asked: Asked) -> Spec:
    """One environment."""
    document = read_document(asked, asked.path)
    root = document.keys()
    project = Keys(document, root.node.get("project"))
    if asked.path.suffix.lower() == ".toml":
        root = root.keys("tool").keys("bentoml").keys("build")
        if not root.node.entries:
            raise unreadable(asked, asked.path, "it has no `[tool.bentoml.build]`")
    elif not root.node.entries.keys() & _OWN:
        raise unreadable(asked, asked.path, "a `bentofile.yaml` has `service`", 1)
    spec = Spec(above=list(document.head) if asked.path.suffix.lower() != ".toml" else [])
    environment = Block("environment", _label(root, project, asked))
    packages, variables = Packages(asked), Variables(asked)
    _about(root, environment)
    docker, conda = root.keys("docker"), root.keys("conda")
    add_docker(docker, environment, packages, variables)
    _conda(conda, environment, packages, asked)
    _project(project, environment, packages)
    _python(root.keys("python"), packages)
    _envs(root, variables)
    packages.fill(environment, spec)
    variables.fill(environment, spec)
    if "cuda_version" not in docker.taken:
        add_cuda(docker, "cuda_version", environment)
    _others(root)
    docker.rest(_UNKNOWN)
    root.rest(_UNKNOWN)
    in_order(environment)
    spec.blocks.append(environment)
    return spec


def _label(root: Keys, project: Keys, asked: Asked) -> str:
    for keys in (root, project):
        node = keys.scalar("name")
        label = name_of(node.text, asked.name)
        if node.text and label == node.text:
            keys.carried("name", f"environment {label}")
        elif node.text:
            keys.changed("name", f"environment {label}", "a name is lower-case letters, digits, `_` and `-`")
        if node.text:
            return label
    return asked.name


def _about(root: Keys, environment: Block) -> None:
    description = root.scalar("description").text.strip()
    if description.startswith("file:"):
        root.dropped("description", reason_of(BENTOFILE_YAML, "description", "it names a file"))
    elif description:
        lines = "\n" in description
        environment.add("description", Script(f"{description}\n") if lines else Text(description))
        root.carried("description", "description")
    labels = root.keys("labels")
    tags: dict[str, Value] = {}
    for name in labels.node.entries:
        value = labels.scalar(name)
        if value.kind and (reason := why_no_tag(name, value.text)):
            labels.dropped(name, reason, value=False)
        elif value.kind:
            tags[name] = Text(value.text)
            labels.carried(name, "tags")
    if tags:
        environment.add("tags", Table(tags))


def _conda(conda: Keys, environment: Block, packages: Packages, asked: Asked) -> None:
    from envspec.importing.tools.environment_file import read_environment

    file = conda.scalar("environment_yml")
    if file.text:
        path = _inside(conda.document, file.text)
        gone = unread(path, file.text) if path is not None else None
        for name in ("channels", "dependencies", "pip"):
            conda.dropped(name, "BentoML reads `environment_yml` instead", value=False)
        if path is None:
            conda.dropped(
                "environment_yml", "there is no such file in the project", mark=absent(file.text, file)
            )
        elif gone is not None:
            conda.dropped("environment_yml", gone.reason, mark=gone.mark(file.text, file))
        else:
            conda.carried("environment_yml", "conda")
            read_environment(asked, packages, environment, path)
    else:
        for node in conda.scalars("channels"):
            packages.add_channel(node.text, conda.document.shown, node.line)
        for node in conda.items("dependencies"):
            if node.kind == "scalar":
                packages.add_conda(conda.document.entry(node))
            else:
                inner = Keys(conda.document, node, "conda.dependencies.")
                add_lines(inner, "pip", packages, inner.scalars("pip"))
                inner.rest("only `pip` has a list of its own")
                if node.kind != "mapping":
                    conda.dropped("dependencies", "a package was expected", node, value=False)
        add_lines(conda, "pip", packages, conda.scalars("pip"))
    conda.rest(_UNKNOWN)


def _project(project: Keys, environment: Block, packages: Packages) -> None:
    """BentoML installs the dependencies of the project too."""
    from envspec.importing.tools.image_parts import add_python

    if project.document.path.suffix.lower() != ".toml":
        return
    project.within = "project."
    version = project.scalar("requires-python").text
    if "python" in environment.attributes:
        project.dropped("requires-python", "`docker.python_version` says which")
    elif version:
        add_python(project, "requires-python", environment, version)
    add_lines(project, "dependencies", packages, project.scalars("dependencies"))
    optional = project.keys("optional-dependencies")
    optional.rest(reason_of(PYPROJECT_TOML, "project.optional-dependencies.*"))


def _python(python: Keys, packages: Packages) -> None:
    if python.scalar("requirements_txt").text:
        add_file(python, "requirements_txt", packages)
        for node in python.scalars("packages"):
            reason = reason_of(BENTOFILE_YAML, "python.packages", "there is `requirements_txt`")
            python.dropped("packages", reason, node)
    else:
        add_lines(python, "packages", packages, python.scalars("packages"))
    for node in python.scalars("wheels"):
        text = node.text if node.text.startswith((".", "/", "~")) else f"./{node.text}"
        if "\0" in text:
            python.dropped("wheels", "there is no such file", node, value=False)
        else:
            packages.add_pip(python.document.entry(node, text))
    no_index = python.scalar("no_index").value is True
    if no_index:
        python.dropped("no_index", _PYTHON["no_index"])
        python.dropped("index_url", "BentoML reads no index with `no_index`", value=False)
        python.dropped("extra_index_url", "BentoML reads no index with `no_index`", value=False)
    else:
        add_indexes(python, "index_url", packages, only=True)
        add_indexes(python, "extra_index_url", packages)
    python.dropped_each("trusted_host", _PYTHON["trusted_host"])
    python.dropped_each("find_links", _PYTHON["find_links"])
    add_options(python, "pip_args", packages)
    if python.scalar("lock_packages").value is True:
        python.carried("lock_packages", "envspec.lock")
    else:
        python.dropped("lock_packages", reason_of(BENTOFILE_YAML, "python.lock_packages", "it is false"))
    python.dropped("pack_git_packages", _PYTHON["pack_git_packages"])
    python.rest(_UNKNOWN)


def _envs(root: Keys, variables: Variables) -> None:
    """`name` and `value` each; without a value whoever deploys has to give it."""
    for number, node in enumerate(root.items("envs"), start=1):
        one = Keys(root.document, node, f"envs, element {number}, ")
        name, value = one.scalar("name"), one.scalar("value")
        shown = root.document.shown
        if node.kind != "mapping" or not name.text:
            root.dropped("envs", "it has no `name`", node, value=False)
        elif one.scalar("stage").text == "build":
            root.document.asked.report.dropped(
                name.text,
                shown,
                name.line,
                reason_of(BENTOFILE_YAML, "envs[].stage"),
            )
        elif value.text:
            variables.add(name.text, value.text, shown, name.line)
        else:
            reason = reason_of(BENTOFILE_YAML, "envs[].name", "it has no value")
            variables.read_from_caller(name.text, shown, name.line, reason=reason)
        one.rest(_UNKNOWN)


def _others(root: Keys) -> None:
    root.dropped("service", _ROOT["service"])
    include = root.scalars("include", alone=True)
    for node in include:
        if node.text in ("*", "**", "**/*", "."):
            root.carried("include", "source", node)
        else:
            root.dropped("include", reason_of(BENTOFILE_YAML, "include", "it is not everything"), node)
    for node in root.scalars("exclude", alone=True):
        root.dropped("exclude", _ROOT["exclude"], node)
    for node in root.items("models"):
        tag = node.text or node.get("tag").text
        root.document.asked.report.dropped(f"models: {tag}", root.document.shown, node.line, _ROOT["models"])
    root.dropped("args", _ROOT["args"], value=False)
    root.dropped("schema", _ROOT["schema"])


def _inside(document: Document, written: str) -> Path | None:
    """The path of what is there, in the project."""
    if "\0" in written or document.asked.place(written, document.folder) is None:
        return None
    path = document.folder / written
    return path if os.path.lexists(path) else None
