"""A folder of Azure ML's YAML that belongs together: an endpoint, its deployments, their environments and models.

Files of a deployment keep them side by side and name each other by name, as a workspace does: a deployment asks for the
secret of its endpoint, has the traffic that this one gives it, and the environment and model of the files that are
called so.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.importing.asked import Asked, read_text
from envspec.importing.azureml.deployment import add_deployment
from envspec.importing.azureml.endpoint import Endpoint, add_endpoint, tell_traffic
from envspec.importing.azureml.environment import add_environment
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.model import add_model
from envspec.importing.spec import Spec
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of

_MOST = 200
"""Files of a folder that are looked at."""


def read_folder(asked: Asked, read: Callable[[Asked], tuple[Node, str]]) -> Spec:
    """All of a folder, not of those in it. `read` gives the root of a file and the name of what reads it, and raises
    `Failure` for what is not Azure ML's."""
    found: dict[str, list[Fields]] = {}
    for path in _files(asked.path):
        one = replace(asked, path=path, name=name_of(path.name.split(".")[0], asked.name))
        try:
            root, reader = read(one)
        except Failure as failure:  # mostly some other YAML, such as a conda file
            if _says_azureml(path):
                asked.report.dropped(path.name, one.shown(path), 0, failure.diagnostics[0].message)
            continue
        found.setdefault(reader, []).append(Fields.of(one, root, path))
    deployments, endpoints = found.pop("read_deployment", []), found.pop("read_endpoint", [])
    environments, models = found.pop("read_environment", []), found.pop("read_model", [])
    if not any((deployments, endpoints, environments, models)):
        message = f"there is no deployment, endpoint, environment or model of Azure ML in `{asked.path}`"
        raise Failure(Diagnostic("E1301", message, help="name the file: `envspec import azureml FILE`"))
    for fields in (fields for others in found.values() for fields in others):
        asked.report.dropped(fields.file.name, fields.shown, 0, "it is a job: import it by itself")
    return _together(environments, models, endpoints, deployments)


def _files(folder: Path) -> list[Path]:
    try:
        listed = sorted(
            path for path in folder.iterdir() if path.suffix in (".yml", ".yaml") and path.is_file()
        )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise Failure(Diagnostic("E1301", f"`{folder}` cannot be read: {reason}")) from error
    return listed[:_MOST]


def _says_azureml(path: Path) -> bool:
    """Whether a file that cannot be read has the address of a schema of Azure ML."""
    try:
        return "azuremlschemas" in read_text(path)
    except Failure:
        return False


def _together(
    environments: list[Fields], models: list[Fields], endpoints: list[Fields], deployments: list[Fields]
) -> Spec:
    spec = Spec()
    labels: dict[str, str] = {}
    modelled: dict[str, str] = {}
    for fields in environments:
        name = fields.node.get("name").text
        labels[name or fields.asked.name] = add_environment(fields, spec, fields.asked.name)
    for fields in models:
        name = fields.node.get("name").text
        modelled[name or fields.asked.name] = add_model(fields, spec, fields.asked.name)
    known: dict[str, Endpoint] = {}
    for fields in endpoints:
        try:
            one = add_endpoint(fields, spec, fields.asked.name)
        except Failure as failure:  # a batch endpoint
            fields.asked.report.dropped(fields.file.name, fields.shown, 0, failure.diagnostics[0].message)
            continue
        known[one.name] = one
    deployed = {
        add_deployment(fields, spec, fields.asked.name, known, labels, modelled) for fields in deployments
    }
    for fields in endpoints:
        endpoint = known.get(fields.node.get("name").text or fields.asked.name)
        if endpoint is None:
            continue
        for name in deployed & set(endpoint.traffic):
            node, share = endpoint.traffic[name]
            fields.asked.report.carried(f"traffic.{name}: {share}", fields.shown, node.line, "traffic")
        tell_traffic(fields, {name: one for name, one in endpoint.traffic.items() if name not in deployed})
    return spec
