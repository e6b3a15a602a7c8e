"""Spark jobs of Azure ML, of runs that hand a program to `spark-submit`.

The command is an import's: options that a Spark job has a key for, the program, its arguments. A run that says anything
else (another option, such as the `--class` that Azure refuses, variables, a script) stays a command job, which runs the
same command. Configuration is that of the environment's `spark` block and of `--conf`. An environment that is nothing
but Spark is that of Azure, by its version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from envspec.exporting.azureml.command import hole_of
from envspec.exporting.azureml.environment import environment_in
from envspec.exporting.azureml.machine import cluster, is_cluster, kind_of
from envspec.exporting.azureml.registered import azure_reference
from envspec.exporting.interface import SpecRequest
from envspec.exporting.words import Word, shell_line, without_expressions, word_of
from envspec.frozen import Frozen, frozen, replace
from envspec.ir.types import Environment, RegisteredEnvironment, Run
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.azureml_tags import values_of

_RUNTIME = "resources.runtime_version"
"""Where an import keeps it."""
_FILES = {"--py-files": "py_files", "--jars": "jars", "--files": "files", "--archives": "archives"}
_PYSPARK = lazy_pattern(r"pyspark(?: ?==([0-9]+\.[0-9]+)(?:\.(?:\*|[0-9]+))?)?")
_WHOLE = lazy_pattern(r"0|[1-9][0-9]{0,8}")
_NEEDED = {
    "spark.driver.cores": "1", "spark.driver.memory": "2g", "spark.executor.cores": "2", "spark.executor.memory": "2g",
}  # fmt: skip
_FIXED = {"spark.executor.instances": "2"}
_DYNAMIC = {"spark.dynamicAllocation.minExecutors": "1", "spark.dynamicAllocation.maxExecutors": "2"}
_SIZE, _NEWEST = "standard_e4s_v3", "3.4"


@frozen
class _Submitted(Frozen):
    """What `spark-submit` is given."""

    options: dict[str, list[str]]
    conf: dict[str, str]
    entry: str
    arguments: tuple[Word, ...]


def is_spark(request: SpecRequest, run: Run) -> bool:
    """Whether a Spark job says all of the run."""
    environment = request.environment_of(run)
    variables = {**run.variables, **(environment.variables if environment is not None else {})}
    return not run.shell and not variables and not run.framework and _submitted(run) is not None


def needs_file(request: SpecRequest, run: Run) -> bool:
    """Whether the job names an environment of the spec: Azure has plain Spark."""
    environment = request.environment_of(run)
    return environment is not None and not (is_spark(request, run) and _only_spark(environment))


def spark_of(request: SpecRequest, run: Run) -> tuple[dict[str, Any], list[str]]:
    """The keys of a Spark job, but for those of its data."""
    made = _submitted(run)
    assert made is not None
    environment = request.environment_of(run)
    losses: list[str] = []
    document: dict[str, Any] = {"code": request.place(run.source or "."), "entry": {"file": made.entry}}
    document |= made.options
    conf = {**_conf_of(environment), **made.conf}
    document["conf"] = {key: _value(value) for key, value in {**_needed(run, conf, losses), **conf}.items()}
    if made.arguments:
        document["args"] = shell_line(made.arguments, hole_of(None), without_expressions)
    if isinstance(run.environment, RegisteredEnvironment):
        document["environment"], lost = azure_reference(run.environment, run.name)
        losses += lost
    elif environment is not None and not _only_spark(environment):
        document["environment"] = environment_in(request, environment)
    version = str(values_of(run.tags).get(_RUNTIME, "")) or _version(environment)
    if is_cluster(run.resources):
        document |= cluster(run)
        if version:
            losses.append(f"`runtime_version` of `{run.id}` (`{version}`): its cluster says which Spark")
        return document, losses
    kind = kind_of(run.resources)
    document["resources"] = {"instance_type": kind or _SIZE, "runtime_version": version or _NEWEST}
    if not kind:
        losses.append(
            f"`instance_type` of `{run.id}`: the spec names no machine of Azure; choose one that is enough"
        )
    if not version:
        losses.append(
            f"`runtime_version` of `{run.id}`: the spec does not say which Spark; `{_NEWEST}` is taken"
        )
    return document, losses


def _needed(run: Run, conf: Mapping[str, str], losses: list[str]) -> dict[str, str]:
    """What Azure wants to know and the spec does not say."""
    executors = _DYNAMIC if conf.get("spark.dynamicAllocation.enabled") == "true" else _FIXED
    found = {key: value for key, value in {**_NEEDED, **executors}.items() if key not in conf}
    if found:
        taken = ", ".join(f"`{key}={value}`" for key, value in found.items())
        losses.append(f"`conf` of `{run.id}`: a Spark job of Azure has to say more, so {taken} is written")
    return found


def _submitted(run: Run) -> _Submitted | None:
    words = [word_of(value) for value in run.command]
    texts = ["".join(map(str, word)) if all(isinstance(one, str) for one in word) else None for word in words]
    if not texts or texts[0] != "spark-submit":
        return None
    options: dict[str, list[str]] = {}
    conf: dict[str, str] = {}
    at = 1
    while at + 1 < len(texts) and (texts[at] or "").startswith("-"):
        option, value = texts[at] or "", texts[at + 1]
        key, is_set, setting = (value or "").partition("=")
        if not value:
            return None
        if option in _FILES and _FILES[option] not in options:
            options[_FILES[option]] = value.split(",")
        elif option == "--conf" and key and is_set:
            conf[key] = setting
        else:
            return None
        at += 2
    entry = texts[at] if at < len(texts) else None
    if not entry or entry.startswith("-") or not all(all(one) for one in options.values()):
        return None
    return _Submitted(options, conf, entry, tuple(words[at + 1 :]))


def _only_spark(environment: Environment) -> bool:
    """Whether there is nothing in it but PySpark and what configures it."""
    plain = Environment(environment.id, environment.name, pip=environment.pip, spark=environment.spark)
    alone = len(environment.pip) == 1 and _PYSPARK.fullmatch(environment.pip[0].text) is not None
    return alone and replace(plain, channels=environment.channels, indexes=environment.indexes) == environment


def _version(environment: Environment | None) -> str:
    """The version of Spark that an environment asks for, in two numbers."""
    packages = environment.pip if environment is not None else ()
    found = (_PYSPARK.fullmatch(package.text) for package in packages)
    return next((match[1] for match in found if match is not None and match[1]), "")


def _conf_of(environment: Environment | None) -> dict[str, str]:
    spark = environment.spark if environment is not None else None
    if spark is None:
        return {}
    listed = {"spark.jars.packages": spark.packages, "spark.jars.repositories": spark.repositories}
    return {**{key: ",".join(values) for key, values in listed.items() if values}, **spark.conf}


def _value(text: str) -> str | int | bool:
    """Numbers and booleans as people write them in such a file."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _WHOLE.fullmatch(text) else text
