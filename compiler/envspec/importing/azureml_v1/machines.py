"""Where a run of Azure ML's SDK v1 runs: machines and processes, for how long, in Docker or not, what is kept of it."""

from __future__ import annotations

from envspec.importing.azureml_v1.docker import docker_size
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.fields.azureml_v1 import RUNCONFIG
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.spec import Block, Text, Written

_FRAMEWORKS = {"pytorch": "pytorch", "tensorflow": "tensorflow", "python": "mpi", "cntk": "mpi"}
_MPI = ("openmpi", "intelmpi", "mpi")
_DOCKER, _HISTORY = reasons(RUNCONFIG, "docker."), reasons(RUNCONFIG, "history.")


def add_machines(fields: V1Fields, run: Block) -> None:
    """Adds `resources`, `framework`, `timeout`, `target`, `history` and `snapshot`."""
    _machines(fields, run)
    _time(fields, run)
    _target(fields, run)
    _history(fields, run)
    _default_sections(fields)


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
        mpi.drop_known(reasons(RUNCONFIG, "mpi."))
    if torch is not None:
        found = torch.count("processCount")
        if found is not None and found[1] % machines == 0 and way not in _MPI:
            processes = found[1] // machines
            torch.changed(
                "processCount",
                found[0],
                "resources.processes_per_node",
                reason_of(RUNCONFIG, "pytorch.processCount"),
            )
        elif found is not None:
            torch.dropped("processCount", found[0], "it is no multiple of the number of machines")
        inner_way = torch.scalar("communicator")
        if inner_way is not None:
            way = way if way != "none" else inner_way.text.lower()
            torch.carried("communicator", inner_way, "framework")
        torch.drop_known(reasons(RUNCONFIG, "pytorch."))
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
        docker.drop_unless("sharedVolumes", "true", _DOCKER["sharedVolumes"])
        for one in docker.take("arguments").items:
            docker.asked.report.dropped(
                docker.path("arguments"), docker.shown, one.line, _DOCKER["arguments"]
            )
        docker.drop_known(_DOCKER)
    if node is None:
        return
    if node.text.lower() != "local":
        fields.dropped("target", node, reason_of(RUNCONFIG, "target", "it is a compute of Azure"))
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
            history.asked.report.dropped(what, history.shown, one.line, _HISTORY["directoriesToWatch"])
    history.drop_known(_HISTORY)


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
        reason = reason_of(RUNCONFIG, f"{name}.{next(iter(defaults))}")
        for key, default in defaults.items():
            section.drop_unless(key, default, reason)
        section.drop_all(reason)
