"""A run configuration of Azure ML's SDK v1: what runs, with what, for how long, on how many machines.

The names are those of `azureml.core.RunConfiguration`. Data comes from a workspace's datastores, which are not here:
each is an input whose path is a param.
"""

from __future__ import annotations

from pathlib import Path

from envspec.check.secret_names import secret_arguments
from envspec.importing.asked import is_file
from envspec.importing.azureml.variables import variables_of
from envspec.importing.azureml_v1.data import Data
from envspec.importing.azureml_v1.environment import add_environment
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.azureml_v1.machines import add_machines
from envspec.importing.fields.azureml_v1 import RUNCONFIG
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.secret_values import has_credential
from envspec.importing.spec import Block, Item, Items, Spec, Table, Text, Value, Written
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique
from envspec.syntax.strings import quote

_REASONS = reasons(RUNCONFIG)


def add_run(fields: V1Fields, spec: Spec, name: str, folder: Path) -> None:
    """Adds a run and its environment; the source is `folder`."""
    asked = fields.asked
    run = Block("run", unique(name, spec.labels("run")))
    reference = _environment(fields, spec, name, folder)
    run.add("environment", Written(reference))
    place = asked.place("." if folder == fields.folder else "..", fields.folder)
    if place is None:
        asked.report.dropped("source", fields.shown, 0, "the folder of the script is outside of the project")
    elif place != ".":
        run.add("source", Text(place))
    data = Data(asked, spec, fields.shown)
    data.read(fields)
    run.add("command", _command(fields, folder, data))
    run.add("inputs", Table(data.inputs) if data.inputs else None)
    run.add("outputs", Table(data.outputs) if data.outputs else None)
    variables = fields.mapping("environmentVariables")
    found = Variables(asked, spec)
    if variables is not None:
        found = variables_of(asked, variables, fields.shown, spec, f"{fields.path('environmentVariables')}.")
    found.values = {**data.variables, **found.values}
    found.fill(run, spec)
    add_machines(fields, run)
    fields.drop_unless("autoPrepareEnvironment", "true", _REASONS["autoPrepareEnvironment"])
    fields.drop_known(_REASONS)
    if "command" not in run.attributes:
        asked.report.dropped("run", fields.shown, 0, "it names neither `script` nor `command`")
        return
    spec.blocks.append(run)


def _environment(fields: V1Fields, spec: Spec, name: str, folder: Path) -> str:
    """A block for what the configuration says; a reference when it only names a registered one."""
    section, spark = fields.inner("environment"), fields.inner("spark")
    if section is None:
        section = V1Fields.of(fields.asked, Node(), fields.file, "environment.")
        fields.asked.report.changed(
            "environment",
            fields.shown,
            0,
            f"environment {name}",
            "none is named: give it what the script needs",
        )
    elif section.has("name") and not any(section.has(key) for key in ("python", "docker", "spark")):
        if spark is not None:
            _spark_conf(spark, Block("environment"))
        return _registered(section, name)
    label = add_environment(section, spec, name, folder)
    if spark is not None:
        _spark_conf(
            spark, next(one for one in spec.blocks if (one.kind, one.label) == ("environment", label))
        )
    return label


def _registered(section: V1Fields, name: str) -> str:
    label, version = section.scalar("name"), section.scalar("version")
    text = name_of(label.text, name) if label is not None else name
    number = (
        version.text if version is not None and version.text.isdigit() and version.text.strip("0") else "1"
    )
    reference = f"{text}:{int(number)}"
    reason = reason_of(RUNCONFIG, "environment.name")
    if label is not None:
        section.changed("name", label, reference, reason)
    if version is not None and version.text == number:
        section.carried("version", version, reference)
    elif version is not None:
        section.changed("version", version, reference, "versions are whole numbers")
    section.drop_all("only the name of a registered environment is written")
    return quote(reference)


def _spark_conf(spark: V1Fields, environment: Block) -> None:
    """`spark.configuration` holds for the environment, when that has Spark; the SDK writes two entries for all."""
    section = spark.inner("configuration")
    spark.drop_known(reasons(RUNCONFIG, "spark."))
    if section is None:
        return
    if "spark" not in environment.attributes:
        for key in list(section.left):
            node = section.take(key)
            if key in ("spark.app.name", "spark.yarn.maxAppAttempts"):
                section.carried(key, node, "the default")
            else:
                section.dropped(key, node, reason_of(RUNCONFIG, "spark.configuration.*"))
        return
    found: dict[str, Value] = {}
    for key in list(section.left):
        value = section.scalar(key)
        if value is not None:
            found[key] = Text(value.text)
            section.carried(key, value, "spark.conf")
    if found:
        environment.inner("spark").add("conf", Table(found))


def _command(fields: V1Fields, folder: Path, data: Data) -> Items | None:
    """`command`, or the script with its arguments."""

    script, given = fields.scalar("script"), fields.take("command")
    listed = fields.sequence("arguments")
    framework = fields.node.get(fields.key("framework")).text.lower()
    words: list[Value] = []
    if given.kind:
        import shlex

        texts = [one.text for one in given.items] if given.kind == "sequence" else []
        try:
            texts = texts or shlex.split(given.text)
        except ValueError:
            texts = ["sh", "-c", given.text]
        words = [data.filled(text) for text in texts if text]
        if words:
            fields.carried("command", given, "command")
        else:
            fields.dropped("command", given, "a list of words, or a line, is expected here")
    if script is not None and words:
        fields.dropped("script", script, "`command` is what runs")
    elif script is not None:
        words = [Text("spark-submit" if framework == "pyspark" else "python"), Text(script.text)]
        if framework == "pyspark":
            fields.changed("script", script, "command", reason_of(RUNCONFIG, "script", "it is PySpark's"))
        elif is_file(folder / script.text):
            fields.carried("script", script, "command")
        else:
            reason = "there is no such file: put it there"
            fields.changed("script", script, "command", reason, absent(script.text, script))
    if not words:
        if listed is not None:
            fields.dropped("arguments", listed, "there is no script")
        return None
    arguments = listed.items if listed is not None else ()
    secret = {at for at, _ in secret_arguments([one.text for one in arguments])}
    for at, one in enumerate(arguments):
        told = fields.path("arguments"), fields.shown, one.line
        if one.kind != "scalar" or (one.plain and one.value is None):
            fields.asked.report.dropped(*told, "an argument is a single value")
        elif at in secret or has_credential(one.text):
            fields.asked.report.dropped(
                *told, "a spec holds no credentials: read it from a variable of a `secret`"
            )
        else:
            words.append(data.filled(one.text))
            fields.asked.report.carried(f"{told[0]}: {one.text}", *told[1:], "command")
    return Items(tuple(Item(word) for word in words))


__all__ = ["add_run"]
