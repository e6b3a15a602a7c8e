"""A run configuration of Azure ML's SDK v1: what runs, with what, for how long, on how many machines.

The names are those of `azureml.core.RunConfiguration`. Data comes from a workspace's datastores, which are not here:
each is an input whose path is a param.
"""

from __future__ import annotations

from pathlib import Path

from envspec.importing.azureml_v1_data import Data
from envspec.importing.azureml_v1_environment import add_environment
from envspec.importing.azureml_v1_fields import V1Fields
from envspec.importing.spec import Block, Item, Items, Spec, Table, Text, Value, Written
from envspec.importing.variables import add_variables, variables_of
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique
from envspec.syntax.strings import quote

_FRAMEWORKS = {"pytorch": "pytorch", "tensorflow": "tensorflow", "python": "mpi", "cntk": "mpi"}
_MPI = ("openmpi", "intelmpi", "mpi")
_COMPUTE = "a cluster of Azure: write a `target` block, and `resources`"
_REASONS = {
    "history": "the workspace keeps every run",
    "amlcompute": _COMPUTE,
    "cmk8scompute": _COMPUTE,
    "cmakscompute": _COMPUTE,
    "cmaks": _COMPUTE,
    "hdi": "a cluster of Azure: write a `target` block",
    "sourcedirectorydatastore": "the source is copied from this machine",
    "exposedports": "a run listens nowhere",
    "credentialpassthrough": "an identity of Azure: give the run a `secret`",
    "identity": "an identity of Azure: give the run a `secret`",
    "priority": "runs start in the order in which they are asked for",
    "prerequisites": "install what it needs in `docker.run`",
    "datacaches": "data is read where it lies",
    "datasets": "name each in `inputs`",
    "services": "a run listens nowhere",
    "applicationendpoints": "a run listens nowhere",
    "commandreturncodeconfig": "a run that ends with 0 was good, any other failed",
    "instancetypes": "write `resources`",
    "experimentname": "runs are told apart by their names",
}


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
    found: dict[str, Value] = {}
    if variables is not None:
        found = variables_of(asked, variables, fields.shown, spec, f"{fields.path('environmentVariables')}.")
    add_variables(run, {**data.variables, **found})
    _machines(fields, run)
    _time(fields, run)
    _target(fields, run)
    _history(fields, run)
    fields.drop_unless("autoPrepareEnvironment", "true", "an environment is always made before a run starts")
    _default_sections(fields)
    fields.drop_rest(
        {fields.key(key): reason for key, reason in _REASONS.items()}, "envspec has no such setting"
    )
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
    reason = "what is registered elsewhere is not known here: register one under this name"
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
    spark.drop_rest({}, "envspec has no such setting")
    if section is None:
        return
    if "spark" not in environment.attributes:
        for key in list(section.left):
            node = section.take(key)
            if key in ("spark.app.name", "spark.yarn.maxAppAttempts"):
                section.carried(key, node, "the default")
            else:
                section.dropped(key, node, "the environment has no Spark packages")
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
            fields.changed("script", script, "command", "a script of PySpark is started by `spark-submit`")
        elif (folder / script.text).is_file():
            fields.carried("script", script, "command")
        else:
            fields.changed("script", script, "command", "there is no such file: put it there")
    if not words:
        if listed is not None:
            fields.dropped("arguments", listed, "there is no script")
        return None
    for one in listed.items if listed is not None else ():
        if one.kind == "scalar" and not (one.plain and one.value is None):
            words.append(data.filled(one.text))
            fields.asked.report.carried(f"arguments: {_shown(one.text)}", fields.shown, one.line, "command")
        else:
            fields.asked.report.dropped("arguments", fields.shown, one.line, "an argument is a single value")
    return Items(tuple(Item(word) for word in words))


def _shown(text: str) -> str:
    from envspec.diagnostics.credentials import masked

    return masked(text)


def _machines(fields: V1Fields, run: Block) -> None:
    """`nodeCount`, `communicator`, `framework` and the number of processes of each."""
    resources = Block("resources")
    nodes = fields.count("nodeCount")
    if nodes is not None and nodes[1] > 1:
        resources.add("nodes", Written(str(nodes[1])))
    if nodes is not None:
        fields.carried("nodeCount", nodes[0], "resources.nodes")
    machines = nodes[1] if nodes is not None else 1
    communicator, framework = fields.scalar("communicator"), fields.scalar("framework")
    way = communicator.text.lower() if communicator is not None else "none"
    kind = framework.text.lower() if framework is not None else "python"
    mpi, torch = fields.inner("mpi"), fields.inner("pytorch")
    processes = 1
    if mpi is not None:
        found = mpi.count("processCountPerNode")
        if found is not None and (way in _MPI or found[1] == 1):
            processes = found[1]
            mpi.carried("processCountPerNode", found[0], "resources.processes_per_node")
        elif found is not None:
            mpi.dropped("processCountPerNode", found[0], "`communicator` is not MPI")
        mpi.drop_rest(
            {mpi.key("nodeCount"): "`nodeCount` beside it is what counts"}, "envspec has no such setting"
        )
    if torch is not None:
        found = torch.count("processCount")
        if found is not None and found[1] % machines == 0 and way not in _MPI:
            processes = found[1] // machines
            torch.changed(
                "processCount", found[0], "resources.processes_per_node", "it is told for each machine"
            )
        elif found is not None:
            torch.dropped("processCount", found[0], "it is no multiple of the number of machines")
        inner_way = torch.scalar("communicator")
        if inner_way is not None:
            way = way if way != "none" else inner_way.text.lower()
            torch.carried("communicator", inner_way, "framework")
        torch.drop_rest(
            {torch.key("nodeCount"): "`nodeCount` beside it is what counts"}, "envspec has no such setting"
        )
    if processes > 1:
        resources.add("processes_per_node", Written(str(processes)))
    name = (
        ""
        if way == "none"
        else "mpi"
        if way in _MPI and kind not in ("pytorch", "tensorflow")
        else _FRAMEWORKS.get(kind, "")
    )
    for key, node in (("communicator", communicator), ("framework", framework)):
        if node is None:
            continue
        if name:
            fields.carried(key, node, "framework")
        elif node.text.lower() in ("none", "python", "pyspark", "pytorch", "tensorflow"):
            fields.carried(key, node, "command")
        else:
            fields.dropped(key, node, "it is no framework that a run knows: name it in `framework`")
    run.add("framework", Text(name) if name else None)
    if resources.attributes:
        run.attributes["resources"] = resources


def _time(fields: V1Fields, run: Block) -> None:
    longest = fields.count("maxRunDurationSeconds")
    if longest is not None:
        run.add("timeout", Written(f"{longest[1]}s"))
        fields.carried("maxRunDurationSeconds", longest[0], "timeout")


def _target(fields: V1Fields, run: Block) -> None:
    """A run on this machine stays here, in Docker when that is asked for; the section `docker` is that of the run."""
    node = fields.scalar("target")
    environment = V1Fields.of(fields.asked, fields.node.get(fields.key("environment")), fields.file)
    enabled = environment.node.get(environment.key("docker")).get("enabled")
    in_docker = enabled.text.lower() == "true"
    docker = fields.inner("docker")
    if docker is not None:
        from envspec.importing.azureml_v1_docker import docker_size

        used = docker.flag("useDocker")
        if used is not None:
            in_docker = used[1]
            docker.carried("useDocker", used[0], "target")
        size = docker.scalar("shmSize")
        if size is not None and docker_size(size.text):
            run.inner("resources").add("shm_size", Written(docker_size(size.text)))
            docker.carried("shmSize", size, "resources.shm_size")
        elif size is not None:
            docker.dropped("shmSize", size, "a size such as `2g` is expected here")
        docker.drop_unless("sharedVolumes", "true", "folders are mounted as the engine does")
        for one in docker.take("arguments").items:
            docker.asked.report.dropped(
                docker.path("arguments"), docker.shown, one.line, "options of `docker run` are the engine's"
            )
        docker.drop_rest({}, "envspec has no such setting")
    if node is None:
        return
    if node.text.lower() != "local":
        fields.dropped(
            "target", node, "a compute of Azure: write a `target` block, else it runs on this machine"
        )
        return
    run.add("target", Written("docker") if in_docker else None)
    fields.carried("target", node, "target")


def _history(fields: V1Fields, run: Block) -> None:
    history = fields.inner("history")
    if history is None:
        return
    for key, attribute in (("outputCollection", "history"), ("snapshotProject", "snapshot")):
        found = history.flag(key)
        if found is not None:
            run.add(attribute, None if found[1] else Written("false"))
            history.carried(key, found[0], attribute)
    for one in history.take("directoriesToWatch").items:
        what = f"{history.path('directoriesToWatch')}: {one.text}"
        if one.text == "logs":
            history.asked.report.carried(what, history.shown, one.line, "the default")
        else:
            history.asked.report.dropped(what, history.shown, one.line, "name what a run leaves in `outputs`")
    history.drop_rest({}, "envspec has no such setting")


def _default_sections(fields: V1Fields) -> None:
    """What the SDK writes into every file, whether it is used or not."""
    sections = (
        ("hdi", {"yarnDeployMode": "cluster"}),
        ("tensorflow", {"workerCount": "1", "parameterServerCount": "1"}),
        ("amlcompute", {"retainCluster": "false", "clusterMaxNodeCount": "1"}),
    )
    for name, defaults in sections:
        section = fields.inner(name)
        if section is None:
            continue
        reason = (
            _COMPUTE if name != "tensorflow" else "every process is started alike: write `resources.nodes`"
        )
        for key, default in defaults.items():
            section.drop_unless(key, default, reason)
        section.drop_all(reason)


__all__ = ["add_run"]
