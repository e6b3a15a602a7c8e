"""The table of blocks and attributes of edition 1.

One row an attribute: its type, its default in words, how `extends` merges it, the hash layer it is part of,
and one sentence. `docs/spec.md`, `grammar/ir.schema.json`, suggestions, merging and evaluation all come from
here. Adding an attribute is one row here, one field in `ir.types` and one line in `ir.codec`.

Merge rules: `replace` (`=` takes the place of what is inherited), `append` (a list: `+=` appends),
`packages` (a list: `+=` replaces the entry of the same normalised name, else appends), `map` (`+=` merges by
key), `record` (`=` and the block form both merge attribute by attribute).
Hash layers: definition, python, image (each contains the one before), deployment, run (what makes a run
stale), none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envspec.language.types import (
    APT_PACKAGE,
    ARGUMENT,
    BOOLEAN,
    CHANNEL_NAME,
    CONDA_PACKAGE,
    DURATION,
    IMAGE,
    LABEL,
    LOCK_PLATFORM,
    NONEMPTY,
    NONEMPTY_SCRIPT,
    OUTPUT_PATH,
    PATH,
    PIP_PACKAGE,
    PLATFORM,
    PYTHON,
    REGISTRY,
    RUN_INPUT,
    SCALAR,
    SCRIPT,
    SIZE,
    STRING,
    TEXT,
    URL,
    USER,
    Type,
    duration,
    either,
    integer,
    list_of,
    map_of,
    number,
    one_of,
    record,
    reference,
    size,
)

LEAST_CORES, MOST_CORES = 0.01, 1_000_000
"""The kernel gives no container less, and the API of engines counts billionths of one in 64 bits."""
LEAST_MEMORY = 6 * 2**20
"""Bytes; the engine starts no container with less."""
SHORTEST, LONGEST = 0.001, 24 * 86_400
"""Seconds; `poll(2)` counts milliseconds in 31 bits, which is not quite 25 days."""
MOST_WORKERS = 1024
"""Processes of one scoring server, and requests at once in one of them."""
MOST_RETRIES = 1_000_000
"""With those of the start they are still a number of 32 bits, as Kubernetes counts."""


class Attribute(NamedTuple):
    """A row. `default` is what holds when nothing is written, in words of the reference."""

    name: str
    type: Type
    default: str
    merge: str
    hash: str
    doc: str


class BlockKind(NamedTuple):
    """A kind of block. `labelled`: top level with a name; the others are nested records. `exactly_one`
    and `required` name attributes; `extends`: whether the kind takes it."""

    name: str
    doc: str
    labelled: bool
    attributes: tuple[Attribute, ...]
    required: tuple[str, ...] = ()
    exactly_one: tuple[str, ...] = ()
    extends: bool = False
    open: bool = False

    def attribute(self, name: str) -> Attribute | None:
        return next((row for row in self.attributes if row.name == name), None)


_SECRET = reference("secret")
_TAGS = map_of(STRING)

_DESCRIPTION = Attribute("description", STRING, "empty", "replace", "none", "One sentence for people.")
_TAG_MAP = Attribute(
    "tags", _TAGS, "empty", "map", "none", "Words to find it again; no effect but in exports."
)

ENVIRONMENT = BlockKind(
    "environment",
    "What a program needs around it: Python, packages, system packages, base image.",
    True,
    (
        _DESCRIPTION,
        _TAG_MAP,
        Attribute("python", PYTHON, "chosen by the lock", "replace", "definition",
                  'A version prefix (`"3.11"`) or PEP 440 specifiers (`">=3.11,<3.13"`).'),
        Attribute("managed", BOOLEAN, "`true`", "replace", "definition",
                  "Whether envspec makes the environment, or uses `interpreter` as it is."),
        Attribute("interpreter", NONEMPTY, "none", "replace", "definition",
                  "The Python to use when `managed = false`: a path or a name on `PATH`."),
        Attribute("channels", list_of(either(CHANNEL_NAME, reference("channel"))), '`["conda-forge"]` with `conda`',
                  "append", "definition", "conda channels in order of priority: names, URLs or `channel` blocks."),
        Attribute("conda", list_of(CONDA_PACKAGE), "empty", "packages", "definition",
                  "conda packages as MatchSpecs."),
        Attribute("conda_file", PATH, "none", "replace", "definition",
                  "An `environment.yml` whose entries are further constraints."),
        Attribute("pip", list_of(PIP_PACKAGE), "empty", "packages", "definition",
                  "PEP 508 requirements, paths to wheels or projects, or `-e` paths."),
        Attribute("requirements", list_of(PATH), "empty", "append", "definition",
                  "Requirements files whose entries are further constraints."),
        Attribute("pyproject", PATH, "none", "replace", "definition",
                  "A `pyproject.toml` whose dependencies are further constraints."),
        Attribute("constraints", list_of(PATH), "empty", "append", "definition",
                  "Constraints files: versions allowed, nothing asked for."),
        Attribute("indexes", list_of(reference("index")), "the default index", "append", "definition",
                  "Package indexes in order of priority."),
        Attribute("apt", list_of(APT_PACKAGE), "empty", "packages", "image",
                  "Debian packages for the image (`name` or `name=version`)."),
        Attribute("variables", map_of(either(STRING, _SECRET), "variable"), "empty", "map", "definition",
                  "Environment variables, set when something runs; never in the image."),
        Attribute("lock_platforms", list_of(LOCK_PLATFORM), "empty", "append", "definition",
                  "Machines to lock for besides `docker.platforms`, where the environment is used without an image."),
        Attribute("matrix", map_of(list_of(SCALAR), "name"), "none", "map", "none",
                  "One variant of the environment for each combination of values."),
        Attribute("docker", record("docker"), "empty", "record", "image", "How the image is made."),
        Attribute("spark", record("spark"), "none", "record", "image", "Spark in the environment."),
    ),
    extends=True,
)  # fmt: skip

DOCKER = BlockKind(
    "docker",
    "How the image of an environment is made.",
    False,
    (
        Attribute("image", IMAGE, "`python:X-slim`, with conda `debian:bookworm-slim`", "replace", "image",
                  "The base image."),
        Attribute("dockerfile", PATH, "none", "replace", "image", "A Dockerfile of your own that makes the base."),
        Attribute("registry", REGISTRY, "none", "replace", "none", "Where `--push` puts the image."),
        Attribute("cuda", NONEMPTY, "none", "replace", "image", "The CUDA version the base must have."),
        Attribute("user", USER, '`"1000:1000"`', "replace", "image", "Who runs in the image: `uid[:gid]`."),
        Attribute("platforms", list_of(PLATFORM), '`["linux/amd64"]`', "append", "definition",
                  "Platforms to lock and build for."),
        Attribute("shm_size", SIZE, "the engine's", "replace", "definition", "Size of `/dev/shm` when something runs."),
        Attribute("arguments", map_of(LABEL, "variable"), "empty", "map", "image", "Build arguments with their values."),
        Attribute("labels", map_of(LABEL, "label"), "empty", "map", "image", "Labels of the image."),
        Attribute("run", list_of(SCRIPT), "empty", "append", "image",
                  "Shell scripts, run in order as root after the system packages are there."),
    ),
)  # fmt: skip

SPARK = BlockKind(
    "spark",
    "Spark in an environment.",
    False,
    (
        Attribute("packages", list_of(STRING), "empty", "append", "image", "Maven coordinates `group:artifact:version`."),
        Attribute("repositories", list_of(URL), "empty", "append", "image", "Maven repositories in order."),
        Attribute("conf", map_of(STRING), "empty", "map", "definition", "Spark configuration."),
        Attribute("precache", BOOLEAN, "`false`", "replace", "image", "Whether the jars are put in the image."),
    ),
)  # fmt: skip

RESOURCES = BlockKind(
    "resources",
    "What a run or one replica of a deployment may use.",
    False,
    (
        Attribute("cpu", number(LEAST_CORES, MOST_CORES), "not limited", "replace", "none", "Cores; at least 0.01."),
        Attribute("memory", size(LEAST_MEMORY), "not limited", "replace", "none", "Memory; at least `6MiB`."),
        Attribute("gpu", integer(0), "none", "replace", "none", "GPUs."),
        Attribute("shm_size", SIZE, "the engine's", "replace", "none", "Size of `/dev/shm`."),
        Attribute("machine", NONEMPTY, "none", "replace", "none",
                  "The kind of machine, as a cloud names it (`Standard_DS3_v2`); engines of one machine do not read it."),
        Attribute("nodes", integer(1), "1", "replace", "none", "Machines."),
        Attribute("processes_per_node", integer(1), "1", "replace", "none", "Processes on each machine."),
    ),
)  # fmt: skip

HEALTH = BlockKind(
    "health",
    "How long and how often an engine asks whether a deployment is healthy.",
    False,
    (
        Attribute("start_period", duration(0, LONGEST), "`60s`", "replace", "none", "How long `init()` may take; at most `24d`."),
        Attribute("interval", duration(SHORTEST, LONGEST), "`10s`", "replace", "none", "Time between two questions; at most `24d`."),
        Attribute("timeout", duration(SHORTEST, LONGEST), "`5s`", "replace", "none", "How long one answer may take; at most `24d`."),
        Attribute("retries", integer(1, MOST_RETRIES), "3", "replace", "none", "Failures in a row that mean unhealthy."),
    ),
)  # fmt: skip

LIMITS = BlockKind(
    "limits",
    "Limits of the scoring server.",
    False,
    (
        Attribute("timeout", duration(SHORTEST, LONGEST), "`60s`", "replace", "none", "How long `run()` may take; at most `24d`."),
        Attribute("body", SIZE, "`10MiB`", "replace", "none", "The largest request."),
        Attribute("concurrency", integer(1, MOST_WORKERS), "1", "replace", "none", "Requests at once in one replica; at most 1024."),
    ),
)  # fmt: skip

_RESOURCES = Attribute("resources", record("resources"), "not limited", "record", "none",
                       "What it may use.")  # fmt: skip
_TARGET = Attribute("target", reference("target"), "`local`", "replace", "none",
                    "Where: a `target` block, or `local` or `docker`.")  # fmt: skip

RUN = BlockKind(
    "run",
    "A program that runs once in an environment, such as a training script.",
    True,
    (
        _DESCRIPTION,
        Attribute("environment", reference("environment"), "found in `source`", "replace", "run",
                  'An environment, an `environment { … }` written here, or a registered one in quotes (`"name:version"`).'),
        Attribute("source", PATH, "the file's folder", "replace", "run", "The folder with the code; snapshotted."),
        Attribute("command", list_of(ARGUMENT, 1), "none", "append", "run", "The argument vector."),
        Attribute("shell", NONEMPTY_SCRIPT, "none", "replace", "run", "A shell script instead of `command`."),
        Attribute("inputs", map_of(RUN_INPUT, "name"), "empty", "map", "run", "Files, folders, or outputs of other runs."),
        Attribute("outputs", map_of(OUTPUT_PATH, "name"), "empty", "map", "run",
                  "Files or folders that it leaves in its working directory."),
        Attribute("variables", map_of(either(TEXT, _SECRET), "variable"), "empty", "map", "run",
                  "Environment variables on top of the environment's."),
        _RESOURCES,
        Attribute("timeout", DURATION, "none", "replace", "none", "After which it is ended."),
        Attribute("retries", integer(0), "0", "replace", "none", "How often it is tried again when it fails."),
        _TARGET,
        Attribute("matrix", map_of(list_of(SCALAR), "name"), "none", "map", "none", "One run for each combination."),
        Attribute("history", BOOLEAN, "`true`", "replace", "none", "Whether the workspace keeps the run: its record, its log, and the files that it logged."),
        Attribute("snapshot", BOOLEAN, "`true`", "replace", "none", "Whether `source` is copied before it runs."),
        Attribute("framework", STRING, "none", "replace", "none", "The distributed framework, such as `pytorch`."),
        _TAG_MAP,
    ),
    required=("environment",),
    exactly_one=("command", "shell"),
    extends=True,
)  # fmt: skip

DEPLOYMENT = BlockKind(
    "deployment",
    "A scoring script behind HTTP.",
    True,
    (
        _DESCRIPTION,
        Attribute("environment", reference("environment"), "found in `source`", "replace", "deployment",
                  'An environment, an `environment { … }` written here, or a registered one in quotes (`"name:version"`).'),
        Attribute("source", PATH, "the file's folder", "replace", "deployment", "The folder with the code."),
        Attribute("entry", NONEMPTY, "none", "replace", "deployment",
                  "The script in `source` with `init()` and `run(data[, request_headers])`."),
        Attribute("models", list_of(reference("model")), "empty", "append", "none", "Models, mounted read-only."),
        Attribute("port", integer(1, 65535), "8080", "replace", "none", "Where it listens, on loopback."),
        Attribute("replicas", integer(1, MOST_WORKERS), "1", "replace", "none", "How many serve; at most 1024."),
        Attribute("variables", map_of(either(STRING, _SECRET), "variable"), "empty", "map", "none",
                  "Environment variables; secrets are given as files."),
        _RESOURCES,
        Attribute("health", record("health"), "see `health`", "record", "none", "How its health is asked for."),
        Attribute("sample", PATH, "none", "replace", "none", "A request it must answer before it is called healthy."),
        Attribute("endpoint", reference("endpoint"), "none", "replace", "none",
                  "The endpoint that it belongs to, with others that share its requests."),
        Attribute("auth", _SECRET, "that of `endpoint`", "replace", "none",
                  "The bearer token that requests must bring."),
        Attribute("limits", record("limits"), "see `limits`", "record", "none", "Limits of the server."),
        Attribute("traffic", integer(0, 100), "all", "replace", "none", "Its share of the requests, in percent."),
        _TARGET,
        _TAG_MAP,
    ),
    required=("environment", "entry"),
    extends=True,
)  # fmt: skip

ENDPOINT = BlockKind(
    "endpoint",
    "What several deployments have in common that serve the same requests, such as an old and a new version.",
    True,
    (
        _DESCRIPTION,
        Attribute("auth", _SECRET, "none", "replace", "none", "The bearer token that requests must bring."),
        _TAG_MAP,
    ),
)  # fmt: skip

MODEL = BlockKind(
    "model",
    "A trained model: a run's output, or a path.",
    True,
    (
        Attribute("from", RUN_INPUT, "none", "replace", "none", "A run's output, or a path."),
        _DESCRIPTION,
        _TAG_MAP,
        Attribute("framework", STRING, "none", "replace", "none", "What made it, such as `scikit-learn`."),
    ),
    required=("from",),
)  # fmt: skip

_SOURCE_ATTRIBUTES = (
    Attribute("url", URL, "none", "replace", "definition", "Its address, without credentials."),
    Attribute("username", STRING, "none", "replace", "definition", "The user name for basic authentication."),
    Attribute("password", _SECRET, "none", "replace", "definition", "The secret that is the password or token; by name."),
    Attribute("packages", list_of(STRING), "all", "append", "definition",
              "Patterns of the packages that may come from here, and from here only."),
)  # fmt: skip

INDEX = BlockKind("index", "A Python package index.", True, _SOURCE_ATTRIBUTES, required=("url",))
CHANNEL = BlockKind("channel", "A conda channel.", True, _SOURCE_ATTRIBUTES, required=("url",))

SECRET = BlockKind(
    "secret",
    "Where a secret value is read when it is needed; the value is kept nowhere.",
    True,
    (
        Attribute("variable", NONEMPTY, "none", "replace", "none", "An environment variable of the caller."),
        Attribute("file", PATH, "none", "replace", "none", "A file; its last line end does not count."),
        Attribute("keyring", NONEMPTY, "none", "replace", "none", "`service/user` in the system's keyring."),
        Attribute("command", list_of(STRING, 1), "none", "replace", "none",
                  "A program whose output is the value; only in the root file."),
    ),
    exactly_one=("variable", "file", "keyring", "command"),
)  # fmt: skip

TARGET = BlockKind(
    "target",
    "A place to run and deploy.",
    True,
    (
        Attribute("kind", one_of("local", "docker", "slurm", "kubernetes", "spark"), "none", "replace", "none",
                  "Which engine. What else it takes is the engine's."),
    ),
    required=("kind",),
    open=True,
)  # fmt: skip

BLOCKS: Mapping[str, BlockKind] = {
    kind.name: kind
    for kind in (ENVIRONMENT, RUN, DEPLOYMENT, ENDPOINT, MODEL, INDEX, CHANNEL, SECRET, TARGET)
}
RECORDS: Mapping[str, BlockKind] = {kind.name: kind for kind in (DOCKER, SPARK, RESOURCES, HEALTH, LIMITS)}
BUILT_IN_TARGETS = ("local", "docker")
ROOTS = ("param", "matrix", "inputs", "outputs", "run", "secret", "target")
"""The first words of references that are not names; no import may be called so."""
PARAM_TYPES = ("string", "integer", "number", "boolean", "path", "size", "duration", "list")
EDITIONS = (1,)
