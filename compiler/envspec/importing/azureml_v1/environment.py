"""The environment of Azure ML's SDK v1, as `Environment.save_to_directory` and `RunConfiguration.save` write it.

The names are those of `azureml.core.Environment`: sections `python`, `docker`, `spark`, `databricks` and `r`. Of
packages, those of conda dependencies come over, inline or in a file; a registry's credentials never do.
"""

from __future__ import annotations

import re
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, read_text, unread
from envspec.importing.azureml.environment import fill, text_alone
from envspec.importing.azureml.fields import add_name
from envspec.importing.azureml.variables import variables_of
from envspec.importing.azureml_v1.docker import add_docker
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.conda import read_conda
from envspec.importing.entries import Packages
from envspec.importing.fields.azureml_v1 import AZUREML_ENVIRONMENT_JSON
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.json_text import as_yaml
from envspec.importing.spec import Block, Spec, Table, Text, Written, texts
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.starting.names import unique

_REASONS = reasons(AZUREML_ENVIRONMENT_JSON)
_CONDA_FILE, _DOCKERFILE = "conda_dependencies.yml", "BaseDockerfile"


def add_environment(fields: V1Fields, spec: Spec, name: str, folder: Path, *, saved: bool = False) -> str:
    """Adds a block for the keys of an environment, and gives its label. Paths are relative to `folder`; of one that is
    `saved`, conda dependencies and Dockerfile are files of that folder."""
    asked = fields.asked
    block = Block("environment", name)
    packages = Packages(asked)
    add_name(fields, block, inline=False)
    _version(fields, block)
    managed = _python(fields, block, packages, folder, saved=saved)
    add_docker(fields, block, folder / _DOCKERFILE if saved else None)
    _spark(fields, block)
    variables = fields.mapping("environmentVariables")
    found = Variables(asked, spec)
    if variables is not None:
        above = f"{fields.path('environmentVariables')}."
        found = variables_of(asked, variables, fields.shown, spec, above)
    _r(fields)
    fields.drop_known(_REASONS)
    order = ("docker", "spark")
    records = [(key, block.attributes.pop(key)) for key in order if key in block.attributes]
    if managed:
        fill(packages, block, spec)
    found.fill(block, spec)
    for key, record in records:
        block.attributes[key] = record
    block.label = unique(block.label, spec.labels("environment"))
    spec.blocks.append(block)
    return block.label


def _version(fields: V1Fields, block: Block) -> None:
    node = fields.scalar("version")
    if node is not None:
        block.add("tags", Table({"version": Text(node.text)}))
        fields.changed("version", node, "tags.version", reason_of(AZUREML_ENVIRONMENT_JSON, "version"))


def _python(fields: V1Fields, block: Block, packages: Packages, folder: Path, *, saved: bool) -> bool:
    """The section `python`; whether envspec makes the environment."""
    inner = fields.inner("python")
    python = inner if inner is not None else V1Fields.of(fields.asked, Node(), fields.file, "python.")
    own = python.flag("userManagedDependencies")
    interpreter = python.scalar("interpreterPath")
    if own is not None and own[1]:
        path = interpreter.text if interpreter is not None else "python"
        block.add("managed", Written("false"))
        block.add("interpreter", Text(path))
        python.carried("userManagedDependencies", own[0], "managed")
        if interpreter is not None:
            python.carried("interpreterPath", interpreter, "interpreter")
        reason = "with `userManagedDependencies` nothing is installed"
        for key in ("condaDependencies", "condaDependenciesFile"):
            if python.has(key):
                python.dropped(key, python.take(key), reason)
        if saved and (folder / _CONDA_FILE).is_file():
            fields.asked.report.dropped(_CONDA_FILE, fields.asked.shown(folder / _CONDA_FILE), 0, reason)
    else:
        if own is not None:
            python.carried("userManagedDependencies", own[0], "the default")
        if interpreter is not None and interpreter.text in ("python", "python3"):
            python.carried("interpreterPath", interpreter, "the default")
        elif interpreter is not None:
            reason = reason_of(AZUREML_ENVIRONMENT_JSON, "python.interpreterPath", "the environment is made")
            python.dropped("interpreterPath", interpreter, reason)
        _conda(python, block, packages, folder, saved=saved)
    base = python.scalar("baseCondaEnvironment")
    if base is not None:
        python.dropped(
            "baseCondaEnvironment", base, reason_of(AZUREML_ENVIRONMENT_JSON, "python.baseCondaEnvironment")
        )
    python.drop_known(reasons(AZUREML_ENVIRONMENT_JSON, "python."))
    return not (own is not None and own[1])


def _conda(python: V1Fields, block: Block, packages: Packages, folder: Path, *, saved: bool) -> None:
    """The file of a saved environment, else what stands inline, else the file that is named."""
    asked = python.asked
    inline = python.take("condaDependencies")
    named = python.scalar("condaDependenciesFile")
    beside = folder / _CONDA_FILE
    if saved and beside.is_file():
        _conda_file(asked, packages, block, beside)
        for key, node in (("condaDependencies", inline), ("condaDependenciesFile", named)):
            if node is not None and node.kind:
                python.dropped(key, node, f"`{_CONDA_FILE}` beside it is what counts")
        return
    if inline.kind == "mapping":
        text = read_text(python.file)
        alone = text_alone(text, inline)
        text = as_yaml(alone) if text[inline.start] == "{" else alone
        if _conda_file(asked, packages, block, python.file, text):
            python.carried("condaDependencies", inline, "conda")
    elif inline.kind:
        python.dropped("condaDependencies", inline, "what a conda file has is expected here")
    if named is None:
        return
    if inline.kind == "mapping":
        python.dropped(
            "condaDependenciesFile", named, reason_of(AZUREML_ENVIRONMENT_JSON, "condaDependenciesFile")
        )
    elif asked.place(named.text, folder) is None:
        python.dropped("condaDependenciesFile", named, "it is outside of the project")
    elif (gone := unread(folder / named.text, named.text)) is not None:
        reason = f"{gone.reason}: write its packages into the environment"
        python.dropped("condaDependenciesFile", named, reason, gone.mark(named.text, named))
    elif _conda_file(asked, packages, block, folder / named.text):
        python.changed(
            "condaDependenciesFile",
            named,
            "conda",
            reason_of(AZUREML_ENVIRONMENT_JSON, "python.condaDependenciesFile"),
        )


def _conda_file(asked: Asked, packages: Packages, block: Block, path: Path, text: str | None = None) -> bool:
    try:
        read_conda(asked, packages, block, path, text=text)
    except Failure as failure:
        asked.report.broken(path.name, asked.shown(path), 0, failure)
        return False
    return True


def _spark(fields: V1Fields, block: Block) -> None:
    """Maven packages, given as `group`, `artifact` and `version`, and where they come from."""
    from envspec.packages.sources import parse_url

    spark = fields.inner("spark")
    if spark is None:
        return
    packages: list[str] = []
    listed = spark.sequence("packages")
    for one in listed.items if listed is not None else ():
        parts = [one.get(key).text for key in ("group", "artifact", "version")]
        text = one.text if one.kind == "scalar" else ":".join(parts)
        if re.fullmatch(r"[^:\s]+:[^:\s]+:[^:\s]+", text):
            packages.append(text)
            spark.asked.report.carried(
                f"{spark.path('packages')}: {text}", spark.shown, one.line, "spark.packages"
            )
        else:
            reason = "a package has a group, an artifact and a version"
            spark.asked.report.dropped(spark.path("packages"), spark.shown, one.line, reason)
    repositories: list[str] = []
    listed = spark.sequence("repositories")
    for one in listed.items if listed is not None else ():
        problem = parse_url(one.text, "a repository")
        what = f"{spark.path('repositories')}: {one.text}"
        if isinstance(problem, str):
            repositories.append(one.text)
            spark.asked.report.carried(what, spark.shown, one.line, "spark.repositories")
        else:
            hidden = spark.path("repositories") if problem.code == "E0306" else what
            spark.asked.report.dropped(hidden, spark.shown, one.line, problem.message)
    precache = spark.flag("precachePackages")
    if precache is not None and packages:
        spark.carried("precachePackages", precache[0], "spark.precache")
    elif precache is not None:
        spark.carried("precachePackages", precache[0], "the default")
    spark.drop_known(reasons(AZUREML_ENVIRONMENT_JSON, "spark."))
    if packages or repositories:
        inner = block.inner("spark")
        inner.add("packages", texts(packages))
        inner.add("repositories", texts(repositories))
        if packages and precache is not None and precache[1]:
            inner.add("precache", Written("true"))


def _r(fields: V1Fields) -> None:
    section = fields.inner("r")
    if section is not None:
        section.drop_all(reason_of(AZUREML_ENVIRONMENT_JSON, "r.*"))


__all__ = ["add_environment"]
