"""YAML of Azure ML's CLI v2: environments, jobs, deployments and endpoints.

What a job or component is, its `type` says, as it does for Azure's own tool; else the `$schema` of a file says what it is
(`commandJob.schema.json`), else the keys that it has. The readers are in files of their own, a row of the table each.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.importing.asked import Asked, read_text, unreadable
from envspec.importing.azureml.comments import keep_comments
from envspec.importing.azureml.fields import merged
from envspec.importing.azureml.kinds import OTHERS
from envspec.importing.azureml.template_holes import hidden, shown
from envspec.importing.spec import Spec
from envspec.importing.yaml_text import Node, nodes_of
from envspec.starting.names import name_of

_ENVIRONMENT = ("environment", "read_environment")
_COMMAND = ("job", "read_command")
_SWEEP = ("sweep", "read_sweep")
_SPARK = ("spark", "read_spark")
_PIPELINE = ("pipeline", "read_pipeline")
_DEPLOYMENT = ("deployment", "read_deployment")
_ENDPOINT = ("deployment", "read_endpoint")
_MODEL = ("model", "read_model")

_SCHEMAS = {
    "environment": _ENVIRONMENT,
    "commandjob": _COMMAND,
    "commandcomponent": _COMMAND,
    "sweepjob": _SWEEP,
    "sparkjob": _SPARK,
    "sparkcomponent": _SPARK,
    "pipelinejob": _PIPELINE,
    "pipelinecomponent": _PIPELINE,
    "managedonlinedeployment": _DEPLOYMENT,
    "kubernetesonlinedeployment": _DEPLOYMENT,
    "batchdeployment": _DEPLOYMENT,
    "modelbatchdeployment": _DEPLOYMENT,
    "pipelinecomponentbatchdeployment": _DEPLOYMENT,
    "managedonlineendpoint": _ENDPOINT,
    "kubernetesonlineendpoint": _ENDPOINT,
    "onlinedeployment": _DEPLOYMENT,
    "onlineendpoint": _ENDPOINT,
    "batchendpoint": _ENDPOINT,
    "model": _MODEL,
}
"""By the name of the schema, in lower case, without `.schema.json`."""

_TYPES = {"command": _COMMAND, "sweep": _SWEEP, "spark": _SPARK, "pipeline": _PIPELINE}
"""By the `type` of a job or component."""

_MODEL_TYPES = {"custom_model": _MODEL, "mlflow_model": _MODEL, "triton_model": _MODEL}

_SHAPES = (
    ({"trial"}, _SWEEP),
    ({"search_space"}, _SWEEP),
    ({"jobs"}, _PIPELINE),
    ({"entry", "code"}, _SPARK),
    ({"command"}, _COMMAND),
    ({"endpoint_name"}, _DEPLOYMENT),
    ({"code_configuration"}, _DEPLOYMENT),
    ({"instance_type", "instance_count"}, _DEPLOYMENT),
    ({"auth_mode"}, _ENDPOINT),
    ({"image"}, _ENVIRONMENT),
    ({"build"}, _ENVIRONMENT),
    ({"conda_file"}, _ENVIRONMENT),
    ({"flavors"}, _MODEL),
)
"""Keys that only one kind of file has, in the order in which they are looked for."""

_PREFIXES = ("job-", "environment-", "deployment-", "endpoint-", "model-")
_LARGEST = 500_000
"""More than a spec holds."""
_TAKES = "environments, command, sweep, Spark and pipeline jobs, components, models, deployments and endpoints are imported"


def read(asked: Asked) -> Spec:
    """The blocks of one file, or of a folder with an endpoint, its deployments and their environments."""
    if asked.path.is_dir():
        from envspec.importing.azureml.folder import read_folder

        return read_folder(asked, _recognised, without_kind)
    root = _root(asked)
    if asked.name == name_of(asked.path.name.split(".")[0], asked.name):
        asked = replace(asked, name=without_kind(asked.name))
    module, function = _reader(asked, root)
    reader: Callable[[Asked, Node], Spec] = getattr(
        import_module(f"envspec.importing.azureml.{module}"), function
    )
    spec = reader(asked, root)
    if (module, function) not in (_DEPLOYMENT, _ENDPOINT):  # which keep them themselves
        keep_comments(asked, read_text(asked.path), root, spec)
    return spec


def without_kind(name: str) -> str:
    """What a block is called of which only the name of its file is known: without the kind that an export puts there."""
    prefix = next((one for one in _PREFIXES if name.startswith(one)), "")
    return name_of(name.removeprefix(prefix), name)


def _recognised(asked: Asked) -> tuple[Node, str]:
    """The mapping that a file is, and the name of what reads it."""
    root = _root(asked)
    return root, _reader(asked, root)[1]


def _root(asked: Asked) -> Node:
    """The mapping that a file is."""
    text = read_text(asked.path)
    if len(text) > _LARGEST:
        raise unreadable(asked, asked.path, f"it has more than {_LARGEST:,} characters")
    root = merged(asked, asked.path, shown(nodes_of(asked, asked.path, hidden(text))))
    if not root.kind:
        raise Failure(Diagnostic("E1303", f"`{asked.shown(asked.path)}` is empty", help="name another file"))
    if root.kind != "mapping":
        raise unreadable(asked, asked.path, "a mapping is expected", root.line)
    return root


def _reader(asked: Asked, root: Node) -> tuple[str, str]:
    written, type_ = root.get("$schema"), root.get("type")
    schema = written.text.rstrip("/").rpartition("/")[2].lower().removesuffix(".json").removesuffix(".schema")
    kind = type_.text.strip().lower()
    is_job = not schema or schema.endswith(("job", "component"))
    if is_job and kind in _TYPES:
        return _TYPES[kind]
    if is_job and kind in OTHERS:
        raise unreadable(asked, asked.path, f"it is of type `{kind}`: {OTHERS[kind]}", type_.line)
    if schema in _SCHEMAS:
        return _SCHEMAS[schema]
    if schema:
        raise unreadable(asked, asked.path, f"its schema is `{schema}`; {_TAKES}", written.line)
    if kind in _MODEL_TYPES:
        return _MODEL_TYPES[kind]
    for keys, row in _SHAPES:
        if keys <= set(root.entries):
            return row
    raise unreadable(asked, asked.path, f"neither `$schema` nor its keys say what it is; {_TAKES}")
