"""Fields of the files of Azure ML's SDK v1."""

from __future__ import annotations

from collections.abc import Iterator

from tests.importing.field_samples.sample import As, Sample, as_json, as_yaml, in_tree

ENVIRONMENT = {"name": "sklearn", "docker": {"baseImage": "debian:bookworm-slim"}}
RUN = {"script": "train.py", "environment": {"name": "sklearn", "version": "1"}}
FILES = {"train.py": "", "conda.yml": "dependencies: [numpy=1.26]\n"}


def environment() -> Iterator[tuple[str, object]]:
    yield "name", As("scorer")
    yield "version", "3"
    yield "environmentVariables.*", As("4", place="environmentVariables.OMP_NUM_THREADS")
    yield (
        "environmentVariables.* #2",
        As("abc", place="environmentVariables.API_TOKEN", when="it is a secret"),
    )
    yield "python.userManagedDependencies", As(True, when="it is true")
    yield "python.userManagedDependencies #2", False
    yield (
        "python.interpreterPath",
        As("/usr/bin/python3", base={**ENVIRONMENT, "python": {"userManagedDependencies": True}}),
    )
    yield "python.interpreterPath #2", As("/usr/bin/python3", when="the environment is made")
    yield "python.condaDependencies", As({"dependencies": ["numpy=1.26"]}, also=("carried",))
    yield "python.condaDependenciesFile", As("conda.yml", also=("carried",))
    yield "python.baseCondaEnvironment", "base"
    yield "python.any other key", As(1, place="python.zzz")
    yield "docker.baseImage", As("debian:bookworm-slim", base={"name": "sklearn"})
    yield "docker.baseImageRegistry.address", As("registry.example.com", also=("changed",))
    yield "docker.baseImageRegistry.username", "me"
    yield "docker.baseImageRegistry.password", "word"
    yield "docker.baseDockerfile", As("FROM debian:12\nRUN true\n", base={"name": "sklearn"})
    yield "docker.platform.os", As("Linux")
    yield "docker.platform.architecture", As("amd64")
    yield "docker.platform.any other key", As(1, place="docker.platform.zzz")
    yield "docker.shmSize", "2g"
    yield "docker.arguments", ["--rm"]
    yield "docker.arguments #2", As(["--shm-size=2g"], when="it is `--shm-size`")
    yield "docker.enabled", True
    for key in ("registryIdentity", "buildContext", "gpuSupport", "sharedVolumes"):
        yield f"docker.{key}", "x"
    yield "docker.any other key", As(1, place="docker.zzz")
    yield "spark.packages", [{"group": "a", "artifact": "b", "version": "1"}]
    yield "spark.repositories", ["https://maven.example/maven2"]
    yield "spark.precachePackages", As(True, base={**ENVIRONMENT, "spark": {"packages": ["a:b:1"]}})
    yield "spark.any other key", As(1, place="spark.zzz")
    yield "r.*", "x"
    yield "databricks", {"x": "y"}
    for key in ("assetId", "inferencingStackVersion", "environmentAsset", "condaDependenciesFile"):
        yield key, "x"
    yield "any other key", As(1, place="zzz")


def run() -> Iterator[tuple[str, object]]:
    yield (
        "script",
        As("train.py", base={"environment": RUN["environment"], "framework": "Python"}, also=("changed",)),
    )
    yield (
        "script #2",
        As("train.py", base={**RUN, "framework": "PySpark"}, when="it is PySpark's", also=("carried",)),
    )
    yield (
        "command",
        As(
            ["python", "train.py"],
            base={"environment": RUN["environment"], "framework": "Python"},
            also=("changed",),
        ),
    )
    yield "arguments", ["--a", "1"]
    yield (
        "environment.name",
        As("sklearn", base={"script": "train.py", "environment": {"version": "1"}}, also=("carried",)),
    )
    yield "environment.version", As("1", base={"script": "train.py", "environment": {"name": "sklearn"}})
    yield "environmentVariables.*", As("4", place="environmentVariables.OMP_NUM_THREADS")
    yield "nodeCount", 2
    yield "communicator", As("IntelMpi")
    yield "framework", As("Python")
    yield "mpi.processCountPerNode", As(2, base={**RUN, "communicator": "IntelMpi"})
    yield "mpi.nodeCount", 2
    yield "mpi.any other key", As(1, place="mpi.zzz")
    yield "pytorch.processCount", 2
    yield "pytorch.communicator", As("Nccl")
    yield "pytorch.nodeCount", 2
    yield "pytorch.any other key", As(1, place="pytorch.zzz")
    yield "maxRunDurationSeconds", 60
    yield "target", As("local")
    yield "target #2", As("cpu-cluster", when="it is a compute of Azure")
    yield "docker.useDocker", True
    yield "docker.shmSize", "2g"
    yield "docker.sharedVolumes", False
    yield "docker.arguments", ["--rm"]
    yield "docker.any other key", As(1, place="docker.zzz")
    yield "history.outputCollection", False
    yield "history.snapshotProject", False
    yield "history.directoriesToWatch", ["other"]
    yield "history.any other key", As(1, place="history.zzz")
    yield "dataReferences.*", {"dataStoreName": "s", "pathOnDataStore": "a"}
    yield (
        "dataReferences.*.pathOnCompute",
        As("/a", base={**RUN, "dataReferences": {"x": {"dataStoreName": "s"}}}),
    )
    yield (
        "dataReferences.*.any other key",
        As(1, base={**RUN, "dataReferences": {"x": {"dataStoreName": "s"}}}, place="dataReferences.x.zzz"),
    )
    location = {"dataLocation": {"dataset": {"name": "d"}}}
    yield "data.*", location
    yield "data.*.pathOnCompute", As("/a", base={**RUN, "data": {"x": location}})
    yield "data.*.any other key", As(1, base={**RUN, "data": {"x": location}}, place="data.x.zzz")
    out = {"outputLocation": {"dataPath": {"datastoreName": "s", "relativePath": "a"}}}
    yield "outputData.*", out
    yield "outputData.*.additionalOptions", As({"x": "y"}, base={**RUN, "outputData": {"x": out}})
    yield (
        "outputData.*.any other key",
        As(1, base={**RUN, "outputData": {"x": out}}, place="outputData.x.zzz"),
    )
    yield "spark.configuration.*", As("4", place="spark.configuration.x")
    yield "spark.any other key", As(1, place="spark.zzz")
    yield "hdi.yarnDeployMode", As("client")
    yield "tensorflow.workerCount", 2
    yield "tensorflow.parameterServerCount", 2
    yield "amlcompute.retainCluster", True
    yield "amlcompute.clusterMaxNodeCount", 4
    yield "autoPrepareEnvironment", False
    for key in (
        "cmk8scompute", "cmakscompute", "cmAks", "exposedPorts", "credentialPassthrough", "identity", "prerequisites",
        "dataCaches", "datasets", "services", "applicationEndpoints", "commandReturnCodeConfig", "instanceTypes",
        "experimentName", "sourceDirectoryDataStore",
    ):  # fmt: skip
        yield key, "x"
    yield "priority", 5
    yield "any other key", As(1, place="zzz")


def samples() -> Iterator[Sample]:
    yield from in_tree(
        "azureml_environment.json",
        ENVIRONMENT,
        dict(environment()),
        as_json,
        FILES,
        section="azureml_environment.json",
    )
    yield from in_tree("a.runconfig", RUN, dict(run()), as_yaml, FILES, section="*.runconfig")
