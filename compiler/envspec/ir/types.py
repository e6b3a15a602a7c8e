"""The intermediate representation: frozen, typed values; what every later phase reads.

What comes in is the project document that `resolve` made and `check` found valid against
`grammar/ir.schema.json` (see `ir.codec`). What always holds: references are resolved to ids, `extends` is
merged, params are substituted, a matrix is expanded into cells, packages are in canonical text, paths are
relative to the project root with `/` (absolute only where `--allow-path` let one leave it). Nothing here
knows a file position; `Origins` in `resolve` maps JSON pointers into this document to spans.

Ids: `sklearn` for a block, `tune-alpha-0.1` for a cell of one, `run.train` or `deployment.scorer` for an
environment written inside (or found for) a run or deployment. Mappings are plain dicts and are never changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from envspec.frozen import Frozen, field, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.package import CondaPackage as CondaPackage
from envspec.packages.package import PipPackage as PipPackage

Scalar: TypeAlias = str | int | float | bool

_PLAIN_REFERENCE = lazy_pattern(r"[a-z][a-z0-9_]*(-[a-z0-9_]*)?:[1-9][0-9]{0,17}")
_NUMBERED = lazy_pattern(r"\.([1-9][0-9]{0,17})\Z")
_LONGEST_LETTERS = 60


@frozen
class InputRef(Frozen):
    """`inputs.NAME`: the engine puts the path of the input here. JSON: `{"input": name}`."""

    name: str


@frozen
class OutputRef(Frozen):
    """`outputs.NAME`: the engine puts the path of the output here. JSON: `{"output": name}`."""

    name: str


@frozen
class Template(Frozen):
    """Text with holes that only an engine can fill. JSON: `{"join": [part, …]}`."""

    parts: tuple[str | InputRef | OutputRef, ...]


Text: TypeAlias = str | Template


@frozen
class SecretRef(Frozen):
    """A secret by the id of its block; the value is never here. JSON: `{"secret": id}`."""

    name: str


@frozen
class PackageSource(Frozen):
    """A pip index or a conda channel. `name` is the id of its block, or the channel's own name (then `url`
    is empty: the ecosystem's default place for that name)."""

    name: str
    url: str = ""
    username: str = ""
    password: SecretRef | None = None
    packages: tuple[str, ...] = ()


@frozen
class Docker(Frozen):
    """How the image is made. `shm_size` in bytes; `run` holds shell scripts; `dockerfile` is a path."""

    image: str = ""
    dockerfile: str = ""
    registry: str = ""
    cuda: str = ""
    user: str = ""
    platforms: tuple[str, ...] = ()
    shm_size: int | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    run: tuple[str, ...] = ()


@frozen
class Spark(Frozen):
    packages: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    conf: Mapping[str, str] = field(default_factory=dict)
    precache: bool = False


@frozen
class Environment(Frozen):
    """`python` is a PEP 440 specifier or a version prefix (`3.11`), empty when not said."""

    id: str
    name: str
    cell: Mapping[str, Scalar] = field(default_factory=dict)
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    python: str = ""
    managed: bool = True
    interpreter: str = ""
    channels: tuple[PackageSource, ...] = ()
    conda: tuple[CondaPackage, ...] = ()
    pip: tuple[PipPackage, ...] = ()
    constraints: tuple[PipPackage, ...] = ()
    indexes: tuple[PackageSource, ...] = ()
    apt: tuple[str, ...] = ()
    variables: Mapping[str, str | SecretRef] = field(default_factory=dict)
    lock_platforms: tuple[str, ...] = ()
    docker: Docker = field(default_factory=Docker)
    spark: Spark | None = None

    @property
    def title(self) -> str:
        """What people call it: its id, and `sklearn:3` for a registered one (`RegisteredEnvironment.id`)."""
        return _NUMBERED.sub(r":\1", self.id)

    @property
    def uses_conda(self) -> bool:
        return bool(self.conda)

    @property
    def platforms(self) -> tuple[str, ...]:
        return self.docker.platforms or ("linux/amd64",)


@frozen
class RegisteredEnvironment(Frozen):
    """`environment = "sklearn:3"` (see `language.environment_reference`): known only through `envspec.lock`. JSON: the
    text."""

    reference: str

    @property
    def id(self) -> str:
        """The id it has among the environments of a project, which also names folders: `sklearn.3`, or the letters of the
        text, `.0` and twelve digits of its hash (`sklearn_latest.0d3f5a1c2b4e`).

        No two texts have the same, not even where case does not count. No block has one either: before the first `.`,
        the id of an imported block has its alias, followed by a letter, and that of a cell has two `-`.
        """
        if _PLAIN_REFERENCE.fullmatch(self.reference):
            return self.reference.replace(":", ".")
        import hashlib  # with OpenSSL it takes milliseconds, and hardly any project needs it for this

        letters = re.sub("[^a-z0-9]+", "_", self.reference.lower())[:_LONGEST_LETTERS].strip("_")
        return f"{letters}.0{hashlib.sha256(self.reference.encode()).hexdigest()[:12]}"


EnvironmentRef: TypeAlias = str | RegisteredEnvironment
"""The id of an environment of this project, or a registered one."""


@frozen
class Resources(Frozen):
    """`cpu` in cores, `memory` and `shm_size` in bytes, `gpu` in devices. None: not limited. `machine` is a cloud's word."""

    cpu: float | None = None
    memory: int | None = None
    gpu: int | None = None
    shm_size: int | None = None
    machine: str = ""
    nodes: int | None = None
    processes_per_node: int | None = None


@frozen
class PathInput(Frozen):
    """An input that is a file or folder. JSON: `{"path": "data/wine.csv"}`."""

    path: str


@frozen
class OutputOf(Frozen):
    """An input (or a model) that is another run's output. JSON: `{"run": id, "output": name}`."""

    run: str
    output: str


RunInput: TypeAlias = PathInput | OutputOf


@frozen
class Run(Frozen):
    """`timeout` in seconds. Exactly one of `command` and `shell` is given. `source` is a folder, empty
    when not said. `outputs` maps names to paths inside the run's working directory."""

    id: str
    name: str
    environment: EnvironmentRef
    cell: Mapping[str, Scalar] = field(default_factory=dict)
    source: str = ""
    command: tuple[Text, ...] = ()
    shell: str = ""
    inputs: Mapping[str, RunInput] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, Text | SecretRef] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    timeout: float | None = None
    retries: int = 0
    target: str = ""
    history: bool = True
    snapshot: bool = True
    framework: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@frozen
class Model(Frozen):
    id: str
    origin: RunInput
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    framework: str = ""


@frozen
class Health(Frozen):
    """How long and how often the engine asks. Durations in seconds."""

    start_period: float = 60.0
    interval: float = 10.0
    timeout: float = 5.0
    retries: int = 3


@frozen
class Limits(Frozen):
    """`timeout` of one request in seconds, `body` in bytes, `concurrency` requests at once in one replica."""

    timeout: float = 60.0
    body: int = 10 * 1024 * 1024
    concurrency: int = 1


@frozen
class Endpoint(Frozen):
    """What deployments have in common that serve the same requests. `auth` is that of its deployments."""

    id: str
    auth: SecretRef | None = None
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@frozen
class Deployment(Frozen):
    """`entry` is relative to `source`. `models` are ids. `auth`: the secret whose value a request must
    bring as `Authorization: Bearer`, also where its endpoint says so; None lets every request in. `endpoint` is an id,
    empty for none."""

    id: str
    name: str
    environment: EnvironmentRef
    source: str = ""
    entry: str = ""
    models: tuple[str, ...] = ()
    port: int = 8080
    replicas: int = 1
    variables: Mapping[str, str | SecretRef] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    health: Health = field(default_factory=Health)
    sample: str = ""
    endpoint: str = ""
    auth: SecretRef | None = None
    limits: Limits = field(default_factory=Limits)
    traffic: int | None = None
    target: str = ""
    description: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


@frozen
class Secret(Frozen):
    """Where the value is read when it is needed: `kind` is `variable`, `file`, `keyring` or `command`.
    `source` is the variable's name, the path, the keyring's `service/user`, or the argument vector."""

    id: str
    kind: str
    source: str | tuple[str, ...]


@frozen
class Target(Frozen):
    """`options` is what the kind takes beyond its name, checked by its engine."""

    id: str
    kind: str
    options: Mapping[str, object] = field(default_factory=dict)


@frozen
class MissingParam(Frozen):
    """An item that cannot be had until a param is given. `item` is a JSON pointer such as `/runs/train`."""

    item: str
    param: str
    type: str
    pointer: str


@frozen
class Project(Frozen):
    """Everything that one root file means. Keys are ids; iteration order is by id."""

    environments: Mapping[str, Environment]
    runs: Mapping[str, Run]
    models: Mapping[str, Model]
    deployments: Mapping[str, Deployment]
    secrets: Mapping[str, Secret]
    targets: Mapping[str, Target]
    missing: tuple[MissingParam, ...] = ()
    edition: int = 1
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
