"""Files of Azure ML's SDK v1: a saved environment (`azureml_environment.json`) and run configurations (`*.runconfig`).

`Environment.save_to_directory` writes the first, beside `conda_dependencies.yml` and perhaps `BaseDockerfile`;
`RunConfiguration.save` the second, as YAML, and Visual Studio Code as JSON. Of a folder all of them are read.
"""

from __future__ import annotations

from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import replace
from envspec.importing.asked import Asked, is_file, read_text, unreadable
from envspec.importing.azureml.fields import merged
from envspec.importing.azureml_v1.environment import add_environment
from envspec.importing.azureml_v1.fields import V1Fields
from envspec.importing.json_text import json_nodes
from envspec.importing.spec import Spec
from envspec.importing.yaml_text import Node, nodes_of
from envspec.starting.names import name_of

SAVED = "azureml_environment.json"
_PLACES = (".azureml", "aml_config")
"""Folders of a project in which the SDK looks for run configurations and conda dependencies."""


def read(asked: Asked) -> Spec:
    """An environment, or runs with theirs."""
    spec = Spec()
    if not asked.path.is_dir():
        _add(asked, spec)
        return spec
    found = [path for path in (asked.path, *(asked.path / place for place in _PLACES)) if path.is_dir()]
    files = sorted(file for folder in found for file in folder.glob("*.runconfig") if is_file(file))
    if not files:
        message = f"there is neither `{SAVED}` nor a `.runconfig` file in `{asked.shown(asked.path)}`"
        raise Failure(Diagnostic("E1301", message, help="name the file: `envspec import azureml-v1 FILE`"))
    for file in files:
        _add(replace(asked, path=file, name=name_of(file.stem, asked.name)), spec)
    return spec


def _add(asked: Asked, spec: Spec) -> None:
    path, text = asked.path, read_text(asked.path)
    as_json = path.suffix == ".json" or text.lstrip().startswith("{")
    root = json_nodes(asked, path, text) if as_json else merged(asked, path, nodes_of(asked, path, text))
    if not root.kind:
        raise Failure(Diagnostic("E1303", f"`{asked.shown(path)}` is empty", help="name another file"))
    if root.kind != "mapping":
        raise unreadable(asked, path, "a mapping is expected", root.line)
    wrapped = V1Fields.of(asked, root, path)
    if len(root.entries) == 1 and wrapped.has("configuration"):  # as the service's own interface has it
        root = wrapped.take("configuration")
    fields = V1Fields.of(asked, root, path)
    folder = path.parent.parent if path.parent.name in _PLACES else path.parent
    if _is_run(fields):
        from envspec.importing.azureml_v1.run import add_run

        add_run(fields, spec, asked.name, _project(fields, folder, path.parent))
    elif any(fields.has(key) for key in ("python", "docker", "spark", "environmentVariables", "name")):
        add_environment(fields, spec, asked.name, path.parent, saved=path.name == SAVED)
    else:
        raise unreadable(asked, path, "neither an environment nor a run configuration of Azure ML's SDK v1")


def _is_run(fields: V1Fields) -> bool:
    return any(fields.has(key) for key in ("script", "command", "target", "framework", "environment"))


def _project(fields: V1Fields, folder: Path, beside: Path) -> Path:
    """The folder of the source: where the script is, else the one that has the folder of configurations."""
    script: Node = fields.node.get(fields.key("script"))
    there = script.text and not is_file(folder / script.text) and is_file(beside / script.text)
    return beside if there else folder
