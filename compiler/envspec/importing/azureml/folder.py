"""A folder of Azure ML's YAML that belongs together: endpoints, their deployments, jobs, and their environments and models.

Files of a deployment keep them side by side and name each other by name, as a workspace does: a deployment asks for the
secret of its endpoint, has the traffic that this one gives it, and the environment and model of the files that are
called so; so does a job. A component that another file of the folder names is a part of that.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.importing.asked import Asked, read_text
from envspec.importing.azureml.comments import keep_comments
from envspec.importing.azureml.deployment import add_deployment
from envspec.importing.azureml.endpoint import Endpoint, add_endpoint, tell_traffic
from envspec.importing.azureml.environment import add_environment
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.job import Known
from envspec.importing.azureml.model import add_model
from envspec.importing.spec import Spec
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of

_JOBS = {"read_command": "job", "read_sweep": "sweep", "read_spark": "spark", "read_pipeline": "pipeline"}
"""Which file a reader of jobs is in."""
_MOST = 200
"""Files of a folder that are looked at."""


def read_folder(
    asked: Asked, read: Callable[[Asked], tuple[Node, str]], without_kind: Callable[[str], str]
) -> Spec:
    """All of a folder, not of those in it; `without_kind` makes names of blocks of those of files. `read` gives the root of
    a file and the name of what reads it, and raises `Failure` for what is not Azure ML's."""
    found: dict[str, list[Fields]] = {}
    for path in _files(asked.path):
        one = replace(asked, path=path, name=without_kind(name_of(path.name.split(".")[0], asked.name)))
        try:
            root, reader = read(one)
        except Failure as failure:  # mostly some other YAML, such as a conda file
            if _says_azureml(path):
                asked.report.broken(path.name, one.shown(path), 0, failure)
            continue
        found.setdefault(reader, []).append(Fields.of(one, root, path))
    deployments, endpoints = found.pop("read_deployment", []), found.pop("read_endpoint", [])
    environments, models = found.pop("read_environment", []), found.pop("read_model", [])
    if not any((deployments, endpoints, environments, models, found)):
        message = f"there is no job, deployment, endpoint, environment or model of Azure ML in `{asked.path}`"
        raise Failure(Diagnostic("E1301", message, help="name the file: `envspec import azureml FILE`"))
    labels: dict[str, str] = {}
    spec = _together(environments, models, endpoints, deployments, labels)
    _add_jobs({name: found[name] for name in _JOBS if name in found}, Known(spec, labels))
    return spec


def _add_jobs(found: Mapping[str, list[Fields]], known: Known) -> None:
    """Adds the runs of the jobs; a component only when nothing here names it. One that cannot be read is told, and
    leaves nothing behind."""
    spec = known.spec
    jobs = [(fields, reader) for reader, several in found.items() for fields in several]
    named = {path for fields, _ in jobs for path in _components(fields.node, fields.folder)}
    for fields, reader in sorted(jobs, key=lambda job: job[0].file):
        if fields.file in named:
            continue
        asked, before = fields.asked, (list(spec.blocks), list(spec.params), list(spec.above))
        module = import_module(f"envspec.importing.azureml.{_JOBS[reader]}")
        try:
            getattr(module, reader)(asked, fields.node, known)
        except Failure as failure:
            spec.blocks[:], spec.params[:], spec.above[:] = before
            asked.report.broken(fields.file.name, fields.shown, 0, failure)
            continue
        own = Spec(blocks=spec.blocks[len(before[0]) :])
        keep_comments(asked, read_text(fields.file), fields.node, own)
        if own.blocks:
            own.blocks[0].above[:0] = own.above
        else:
            spec.above += own.above


def _components(node: Node, folder: Path) -> Iterator[Path]:
    """The files that steps and trials name."""
    for key, one in node.entries.items():
        if key in ("component", "trial") and one.kind == "scalar":
            yield Path(os.path.normpath(folder / one.text.strip().removeprefix("file:")))
        yield from _components(one, folder)


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
    environments: list[Fields],
    models: list[Fields],
    endpoints: list[Fields],
    deployments: list[Fields],
    labels: dict[str, str],
) -> Spec:
    """All but the jobs; `labels` is given those of the environments, by name."""
    spec = Spec()
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
            fields.asked.report.broken(fields.file.name, fields.shown, 0, failure)
            continue
        known[one.name] = one
    for fields in deployments:
        add_deployment(fields, spec, fields.asked.name, known, labels, modelled)
    for endpoint in known.values():
        tell_traffic(endpoint)
    return spec
