"""Spark jobs and Spark components of Azure ML: a run that hands its program to `spark-submit`.

Files that come with the program are options of `spark-submit`. Configuration is that of the environment where the
environment is written in the spec, else options too; Maven packages likewise.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.command import command_of
from envspec.importing.azureml.component import parts_of
from envspec.importing.azureml.fields import Fields, is_nothing
from envspec.importing.azureml.job import Known, job_of
from envspec.importing.azureml.machine import add_cluster, add_machine
from envspec.importing.azureml.resources import add_limits
from envspec.importing.azureml.run import (
    REASONS,
    Job,
    add_code,
    add_environment_of,
    add_inputs,
    add_names,
    add_outputs,
    add_variables,
    finish,
)
from envspec.importing.fields.azureml import SPARK_JOB
from envspec.importing.fields.row import Kept, reason_of
from envspec.importing.secret_values import is_secret
from envspec.importing.spec import Block, Item, Items, Spec, Table, Text, Written, texts
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_FILES = {row.name: row.became.removeprefix("command ") for row in SPARK_JOB if " --" in row.became}
_OLDER = {
    row.name: row.became.removeprefix("spark.conf ")
    for row in SPARK_JOB
    if row.became.startswith("spark.conf ")
}
"""Keys that Azure ML itself turns into configuration."""


def read_spark(asked: Asked, root: Node, known: Known | None = None) -> Spec:
    """A file of `sparkJob.schema.json` or `sparkComponent.schema.json`."""
    job = job_of(asked, root, known)
    if not add_spark(job):
        raise unreadable(asked, asked.path, "a Spark job has an `entry` with a `file`", root.line)
    return job.spec


def add_spark(job: Job, component: Fields | None = None, *, label: bool = True) -> bool:
    """Adds the run of a Spark job; False, and no run, when it has no program."""
    add_names(job, label=label)
    component, both = parts_of(job, component)
    add_inputs(job, component)
    conf: dict[str, str] = {}
    options: list[str] = []
    entry, runtime = "", ""
    arguments: list[Item] = []
    for one in both:
        add_outputs(one)
        add_code(one)
        add_limits(one)
        entry = _entry(one, options) or entry
        _files(one, options, entry)
        _conf(one, conf)
        arguments = _arguments(one) or arguments
        runtime = _resources(one, brings=not any(_has_environment(other) for other in both)) or runtime
        add_variables(one)
        add_cluster(one.fields, job.block)
    if not entry:
        return False
    _environment(job, both, conf, runtime, options)
    head = ["spark-submit", *options, entry]
    job.block.add("command", Items((*(Item(Text(word)) for word in head), *arguments)))
    for one in both:
        one.fields.drop_rest(REASONS)
    finish(job)
    return True


def _entry(job: Job, options: list[str]) -> str:
    fields = job.fields
    node = fields.left.get("entry", Node())
    if node.kind == "scalar" and not is_nothing(node):
        fields.take("entry")
        fields.carried("entry", node, "command")
        return node.text
    entry = fields.inner("entry")
    if entry is None:
        return ""
    file, class_ = entry.scalar("file"), entry.scalar("class_name")
    jars = fields.left.get("jars", Node()).items
    if class_ is not None and file is None and jars and jars[0].kind == "scalar":
        jar = jars[0].text.strip()
        options += ["--class", class_.text]
        entry.carried("class_name", class_, f"command: it is in `{jar}`")
        entry.drop_rest({})
        return jar
    if class_ is not None and file is None:
        entry.dropped("class_name", class_, "the jar of the class is not named: write `command`")
    elif class_ is not None:
        options += ["--class", class_.text]
        entry.carried("class_name", class_, "command")
    entry.drop_rest({})
    if file is None or not file.text.strip():
        return ""
    entry.carried("file", file, "command")
    return file.text.strip()


def _files(job: Job, options: list[str], entry: str) -> None:
    """Files that go with the program, relative to its code; the jar that is the program is no option."""
    fields = job.fields
    for key, option in _FILES.items():
        listed = fields.sequence(key)
        if listed is None:
            continue
        named = []
        for item in listed.items:
            if item.kind != "scalar" or not item.text.strip() or "," in item.text:
                fields.dropped(key, item, "a path is expected here")
            elif key == "jars" and item.text.strip() == entry:
                fields.carried(key, item, "command")
            else:
                named.append(item.text.strip())
                fields.carried(key, item, f"command {option}")
        if named:
            options += [option, ",".join(named)]


def _conf(job: Job, conf: dict[str, str]) -> None:
    fields = job.fields
    for key, name in _OLDER.items():
        node = fields.scalar(key)
        if node is not None:
            conf[name] = _text(node)
            fields.carried(key, node, f"spark.conf {name}")
    inner = fields.inner("conf")
    for key in list(inner.left) if inner is not None else ():
        assert inner is not None
        node = inner.scalar(key)
        if node is None:
            continue
        if not key or not key.isprintable() or "=" in key:
            inner.dropped(key, node, "it is no name of a setting of Spark")
            continue
        if _is_secret(key, node.text):
            inner.asked.report.dropped(
                inner.path(key), inner.shown, node.line, "a spec holds no credentials: the program reads it"
            )
            continue
        conf[key] = _text(node)
        inner.carried(key, node, "spark.conf")


def _is_secret(key: str, text: str) -> bool:
    """Keys of storage accounts are settings of Spark: `fs.azure.account.key.NAME…`."""
    return (".account.key." in key and bool(text)) or is_secret(key.rpartition(".")[2], text)


def _text(node: Node) -> str:
    return str(node.value).lower() if isinstance(node.value, bool) else node.text


def _arguments(job: Job) -> list[Item]:
    """`args`: a line of arguments."""
    node = job.fields.scalar("args")
    if node is None:
        return []
    made = command_of(node.text, job.bound)
    if made is None or made.command is None:
        reason = "it is empty" if made is None else "only a shell understands it: write it into `shell`"
        job.fields.dropped("args", node, reason)
        return []
    if made.remarks:
        job.fields.changed("args", node, "command", "; ".join(dict.fromkeys(made.remarks)))
    else:
        job.fields.carried("args", node, "command")
    return list(made.command.items)


def _has_environment(job: Job) -> bool:
    return not is_nothing(job.fields.node.get("environment"))


def _resources(job: Job, *, brings: bool) -> str:
    """The version of Spark that `resources` asks for. `brings`: the environment is made here, and brings it."""
    resources = job.fields.inner("resources")
    if resources is None:
        job.fields.not_written("resources")
        return ""
    node = resources.scalar("runtime_version")
    version = ""
    if node is not None and not brings:
        resources.dropped("runtime_version", node, Kept("which Spark runs it, its environment says"))
    elif node is not None and node.text.replace(".", "").isdigit() and node.text.isascii():
        version = ".".join(node.text.strip(".").split(".")[:2])
        resources.changed(
            "runtime_version",
            node,
            f"pyspark =={version}.*",
            reason_of(SPARK_JOB, "resources.runtime_version"),
        )
        if version != node.text:
            resources.kept("runtime_version", node)
    elif node is not None:
        resources.dropped("runtime_version", node, "it is no version")
    add_machine(resources, job.block)
    resources.drop_rest({})
    return version


def _environment(job: Job, both: list[Job], conf: dict[str, str], runtime: str, options: list[str]) -> None:
    """The environment with its part about Spark. Of one that stands elsewhere nothing is changed: what configures Spark
    is then an option."""
    named = next((one for one in reversed(both) if _has_environment(one)), None)
    if named is None:
        label = unique(
            name_of(f"{job.block.label}-environment", "environment"), job.spec.labels("environment")
        )
        block = Block("environment", label)
        block.add("pip", texts([f"pyspark =={runtime}.*" if runtime else "pyspark"]))
        job.spec.blocks.append(block)
        job.block.add("environment", Written(label))
        _configure(block, conf)
        return
    before = set(map(id, job.spec.blocks))
    add_environment_of(named)
    made = next((b for b in job.spec.blocks if b.kind == "environment" and id(b) not in before), None)
    if made is not None:
        _configure(made, conf)
        return
    for key, value in conf.items():
        options += ["--conf", f"{key}={value}"]


def _configure(block: Block, conf: Mapping[str, str]) -> None:
    from envspec.packages.package import PackageProblem
    from envspec.packages.sources import parse_url

    rest = dict(conf)
    spark = Block("spark")
    packages = [one.strip() for one in rest.get("spark.jars.packages", "").split(",") if one.strip()]
    if packages:
        spark.add("packages", texts(packages))
        del rest["spark.jars.packages"]
    places = [one.strip() for one in rest.get("spark.jars.repositories", "").split(",") if one.strip()]
    if places and not any(isinstance(parse_url(one, "a repository"), PackageProblem) for one in places):
        spark.add("repositories", texts(places))
        del rest["spark.jars.repositories"]
    if rest:
        spark.add("conf", Table({key: Text(value) for key, value in rest.items()}))
    if spark.attributes:
        block.attributes["spark"] = spark
