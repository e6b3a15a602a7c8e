"""What each form holds of the attributes of a spec: as it is, or in another form.

Exporters take from here what they have no sentence to say about, so an attribute that is not in the table of its kind is
told as lost when it is exported. `python -m envspec.exporting.reference docs/export-fields.md` makes a page of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import Frozen, field, frozen


@frozen
class Held(Frozen):
    """As it is, or in another form, which `how` tells; with `when` only then, and lost otherwise."""

    how: str = ""
    when: str = ""


Attributes = Mapping[str, Held]


@frozen
class Form(Frozen):
    """The attributes of each block that a kind of export holds; a block without any is not written."""

    environment: Attributes = field(default_factory=dict)
    run: Attributes = field(default_factory=dict)
    deployment: Attributes = field(default_factory=dict)


PATHS, SECRETS, UPSTREAM = "paths", "secrets", "upstream"
"""Local packages of `pip`; variables that are secrets, by name; inputs that are another run's outputs."""

DOCKER = (
    "docker.image", "docker.dockerfile", "docker.registry", "docker.cuda", "docker.user", "docker.platforms",
    "docker.shm_size", "docker.arguments", "docker.labels", "docker.run",
)  # fmt: skip
IN_THE_IMAGE = (
    "interpreter", "python", "channels", "conda", "pip", PATHS, "constraints", "indexes", "apt", "lock_platforms", "spark",
    *DOCKER,
)  # fmt: skip
"""What an image has in it: nothing of it is lost where the image is used."""
RESOURCES = ("cpu", "memory", "gpu", "shm_size", "machine", "nodes", "processes_per_node")
"""Of `resources`; a deployment has the first five."""
BLOCKS: Mapping[str, tuple[str, ...]] = {
    "environment": (
        "interpreter", "python", "channels", "conda", "pip", PATHS, "constraints", "indexes", "apt", "variables",
        "lock_platforms", SECRETS,
        *DOCKER, "spark",
    ),
    "run": (
        "inputs", UPSTREAM, "outputs", "variables", SECRETS, *(f"resources.{name}" for name in RESOURCES), "timeout",
        "retries", "target", "history", "snapshot", "framework",
    ),
    "deployment": (
        "source", "entry", "models", "port", "replicas", "variables", SECRETS,
        *(f"resources.{name}" for name in RESOURCES[:5]),
        "health", "sample", "endpoint", "auth", "limits", "traffic", "target",
    ),
}  # fmt: skip
"""Every attribute that can be lost; what names the blocks and what they run is in every form."""


def _as_it_is(*names: str, when: str = "") -> dict[str, Held]:
    return {name: Held(when=when) for name in names}


_BY_WHOEVER = Held("whoever starts it says where it runs")
_IN_THE_IMAGE = {name: Held("it is in the image") for name in IN_THE_IMAGE}
_LOWEST = Held("a range is its lowest version")
_OF_A_POD = _as_it_is(*(f"resources.{name}" for name in RESOURCES[:4]))
NO_DOCKERFILE, NOT_MANAGED = "there is no Dockerfile", "it is not managed"
A_DOCKERFILE, NO_BASE = "there is a Dockerfile", "there is neither an image nor a Dockerfile"
USES_CONDA, WITH_RUNS, USED = "it has conda packages", "there are runs", "a job or deployment uses it"
CUDA_IMAGE, KNOWN_FRAMEWORK = "there is a base with it", "Azure knows the `framework`"
CONDA_PLATFORMS = "conda has packages for each"
A_KIND = "it is no cluster (`azureml:NAME`)"
ONLY_SPARK, ON_KUBERNETES = "only Spark jobs use it", "it is on Kubernetes"
PROCESSES = "Azure knows the `framework`, and it is not TensorFlow"

FORMS: Mapping[str, Form] = {
    "conda": Form(
        {
            "python": Held("a package, and `pip` with it where there is a pip list"),
            **_as_it_is("channels", "conda", "pip", PATHS, "variables"),
            "indexes": Held("options of the pip list"),
            "constraints": Held("`-c` in the pip list, with their files"),
            "docker.platforms": Held("conda-lock's `platforms`", CONDA_PLATFORMS),
            "lock_platforms": Held("conda-lock's `platforms`"),
        }
    ),
    "pip": Form(
        {**_as_it_is("pip", PATHS), "indexes": Held("options"), "constraints": Held("`-c`, with their files")}
    ),
    "pyproject": Form({"python": Held("a sentence: it belongs into `requires-python`"), **_as_it_is("pip")}),
    "devcontainer": Form(
        {
            **_as_it_is("interpreter", "channels", "apt", "variables", "docker.image", "docker.dockerfile"),
            "python": _LOWEST,
            "conda": Held("commands that make an environment in `/opt/conda/envs`"),
            **dict.fromkeys(("pip", PATHS, "indexes"), Held("commands that install it")),
            SECRETS: Held("asked for by name"),
            "docker.run": Held("commands"),
            "docker.shm_size": Held("an option of `docker run`"),
            "docker.arguments": Held(when=A_DOCKERFILE),
            "docker.cuda": Held("a base with it", NO_BASE),
        }
    ),
    "binder": Form(
        {
            **_as_it_is("apt", "pip", PATHS),
            "python": _LOWEST,
            "variables": Held("`start`, which sets them"),
            "indexes": Held("options"),
            "docker.run": Held("`postBuild`, which is not run as root"),
            **_as_it_is("channels", "conda", when=USES_CONDA),
        }
    ),
    "mlproject": Form(
        {
            **_as_it_is("python", "channels", "conda", "pip", PATHS),
            "indexes": Held("options"),
            "variables": Held("they stand in the commands", WITH_RUNS),
        },
        {
            "inputs": Held("parameters"),
            "outputs": Held("paths in the commands"),
            "variables": Held("they stand in the commands"),
            "target": _BY_WHOEVER,
            UPSTREAM: Held("a parameter without a value"),
        },
    ),
    "compose": Form(
        {**_IN_THE_IMAGE, **_as_it_is("variables"), SECRETS: Held("by name")},
        deployment={
            **dict.fromkeys(("source", "entry"), Held("it is in the image")),
            "models": Held("folders beside it"),
            **_as_it_is("port", "replicas", "variables", "health", "limits", *_OF_A_POD),
            **dict.fromkeys((SECRETS, "auth"), Held("by name")),
        },
    ),
    "kubernetes": Form(
        {**_IN_THE_IMAGE, **_as_it_is("variables"), SECRETS: Held("by name")},
        {
            **dict.fromkeys(("inputs", "outputs", UPSTREAM), Held("volumes by claims")),
            **_as_it_is("variables", "retries", *_OF_A_POD),
            SECRETS: Held("by name"),
            "timeout": Held("that of all tries together"),
            "target": _BY_WHOEVER,
        },
        {
            **dict.fromkeys(("source", "entry"), Held("it is in the image")),
            "models": Held("volumes by claims"),
            **_as_it_is("port", "replicas", "variables", "health", "limits", *_OF_A_POD),
            **dict.fromkeys((SECRETS, "auth"), Held("by name")),
            "target": _BY_WHOEVER,
        },
    ),
    "github-actions": Form(
        {
            **_as_it_is("python", "channels", "conda", "pip", PATHS, "indexes", "variables"),
            "apt": Held("packages of Ubuntu"),
            SECRETS: Held("by name"),
        },
        {
            **_as_it_is("inputs", "variables"),
            **dict.fromkeys(("outputs", UPSTREAM), Held("artifacts")),
            SECRETS: Held("by name"),
            "timeout": Held("whole minutes"),
            "target": _BY_WHOEVER,
        },
    ),
    "azureml": Form(
        {
            **_as_it_is("docker.image", "docker.dockerfile"),
            "python": Held("a package", NO_DOCKERFILE),
            **_as_it_is("channels", "conda", "pip", when=NO_DOCKERFILE),
            "indexes": Held("options of the pip list", NO_DOCKERFILE),
            "interpreter": Held(when=NOT_MANAGED),
            "docker.cuda": Held("a base with it", CUDA_IMAGE),
            "variables": Held("those of its jobs and deployments", USED),
            SECRETS: Held("told, to be set where it runs", USED),
            "docker.shm_size": Held("that of its jobs", USED),
            "spark": Held("the `conf` of its jobs", ONLY_SPARK),
        },
        {
            **_as_it_is("inputs", "outputs", "variables", UPSTREAM, "timeout", "resources.shm_size"),
            SECRETS: Held("told, to be set where it runs"),
            "resources.nodes": Held("the number of instances"),
            "resources.machine": Held("`instance_type`, or `compute` when it is `azureml:NAME`"),
            "target": _BY_WHOEVER,
            "framework": Held("the kind of `distribution`", KNOWN_FRAMEWORK),
            "resources.processes_per_node": Held(when=PROCESSES),
        },
        {
            **_as_it_is("source", "entry", "replicas", "variables", "health", "endpoint"),
            **_as_it_is("resources.cpu", "resources.memory", "resources.gpu", when=ON_KUBERNETES),
            "models": Held("one model"),
            "resources.machine": Held("`instance_type`", A_KIND),
            SECRETS: Held("told, to be set where it runs"),
            "limits": Held("without `body`"),
            "auth": Held("a key of Azure's own"),
            "traffic": Held("that of the endpoint"),
            "target": _BY_WHOEVER,
        },
    ),
}


def held(attributes: Attributes, *when: str) -> frozenset[str]:
    """The attributes that are always held, and those that are held when one of these things is so."""
    return frozenset(name for name, one in attributes.items() if not one.when or one.when in when)
