"""Projects and models of MLflow: an `MLproject` (MLflow's `mlflow/projects/_project_spec.py`), a `python_env.yaml`
alone, and the folder of a saved model with its `MLmodel`.

Each entry point becomes a run, each parameter a param; `conda_env`, `python_env` or `docker_env` the environment.
"""

from __future__ import annotations

from pathlib import Path

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Mutable, field, mutable, replace
from envspec.importing.asked import Asked, unreadable
from envspec.importing.entries import Packages
from envspec.importing.fields.mlproject import MLPROJECT
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.spec import Block, Spec, Table, Text, Written
from envspec.importing.tools.document import Document, Keys, read_document, scalars_of
from envspec.importing.tools.environment_file import read_environment
from envspec.importing.tools.image_parts import in_order
from envspec.importing.tools.mlproject_command import Hole, Unfillable, command_of, parts_of
from envspec.importing.tools.mlproject_environment import add_environment
from envspec.importing.tools.mlproject_params import Declared, Params, inputs_of
from envspec.importing.variables import Variables
from envspec.importing.yaml_text import Node
from envspec.starting.names import name_of, unique

_PROJECT = frozenset({"entry_points", "conda_env", "python_env", "docker_env"})
_MODEL = frozenset({"flavors", "artifact_path", "model_uuid"})
_ROOT = reasons(MLPROJECT)
_UNKNOWN = _ROOT[OTHER]
_PLAIN = "MLflow has no environment without such a file but its own; this one is empty"


def read(asked: Asked) -> Spec:
    """What the file is, its keys say: people rename it."""
    if asked.path.is_dir():
        asked = replace(asked, path=_project_in(asked.path))
    if asked.path.suffix.lower() == ".txt":
        raise unreadable(asked, asked.path, "it is a requirements file: `envspec import pip`")
    document = read_document(asked, asked.path)
    keys = document.root.entries.keys()
    if keys & _MODEL:
        from envspec.importing.tools.mlmodel import model_spec

        return model_spec(document)
    if keys & _PROJECT or asked.path.name.lower() == "mlproject":
        return _project(document)
    if keys & {"python", "build_dependencies", "dependencies"}:
        return _environment_alone(asked)
    raise unreadable(asked, asked.path, "it has none of the keys of MLflow")


def _project_in(folder: Path) -> Path:
    """MLflow finds the file whatever the case of its name."""
    for path in sorted(folder.iterdir()):
        if path.name.lower() == "mlproject" and path.is_file():
            return path
    raise Failure(
        Diagnostic(
            "E1301", f"there is none of `MLproject`, `MLmodel`, `python_env.yaml` in `{folder}`",
            help="name the file: `envspec import mlproject FILE`",
        )
    )  # fmt: skip


def _environment_alone(asked: Asked) -> Spec:
    spec = Spec()
    environment, packages = Block("environment", asked.name), Packages(asked)
    read_environment(asked, packages, environment, asked.path, spec)
    packages.fill(environment, spec)
    in_order(environment)
    spec.blocks.append(environment)
    return spec


def _project(document: Document) -> Spec:
    asked = document.asked
    root = document.keys()
    spec = Spec(above=list(document.head))
    node = root.scalar("name")
    environment = Block("environment", name_of(node.text, asked.name))
    packages, variables = Packages(asked), Variables(asked)
    added = add_environment(root, packages, environment, variables, spec)
    if node.text and environment.label == node.text:
        root.carried("name", f"environment {environment.label}")
    elif node.text:
        root.changed(
            "name", f"environment {environment.label}", reason_of(MLPROJECT, "name", "it is no name of ours")
        )
    if not added:
        asked.report.changed("no environment", document.shown, 0, f"environment {environment.label}", _PLAIN)
    packages.fill(environment, spec)
    variables.fill(environment, spec)
    in_order(environment)
    spec.blocks.append(environment)
    _Runs(root, spec, environment, Params(document)).read()
    root.dropped("databricks_spark_job", _ROOT["databricks_spark_job"], value=False)
    root.rest(_UNKNOWN)
    return spec


@mutable
class _Runs(Mutable):
    """The entry points of a project, a run each."""

    root: Keys
    spec: Spec
    environment: Block
    params: Params
    labels: list[str] = field(default_factory=list)

    def read(self) -> None:
        points = self.root.keys("entry_points")
        for name in points.node.entries:
            point = points.keys(name)
            if point.node.kind:
                self._run(name, point)
            elif not points.node_of(name).kind:
                points.document.asked.report.dropped(
                    f"entry_points.{name}",
                    points.document.shown,
                    points.node.get(name).line,
                    "it has no command",
                )
        for name, line in self.params.lines.items():
            self.spec.params.append(f"{name}{line}")
            if name in self.params.descriptions:
                self.spec.remarks[f"{name}{line}"] = [self.params.descriptions[name]]

    def _run(self, name: str, point: Keys) -> None:
        label = unique(name_of(name.replace(".", "-").replace(" ", "-"), "run"), self.labels)
        command = point.scalar("command")
        parameters = point.keys("parameters")
        point.rest(_UNKNOWN)
        try:
            parts = parts_of(command.text)
        except Unfillable as error:
            point.dropped("command", str(error))
            return
        if not command.text.strip() or "\0" in command.text:
            point.document.asked.report.dropped(
                f"entry_points.{name}", point.document.shown, point.node.line, "it has no command"
            )
            return
        used = list(dict.fromkeys(part.name for part in parts if isinstance(part, Hole)))
        declared = self._declared(label, name, parameters, used, command)
        references = {
            hole: f"inputs.{one.name}" if one.path else f"param.{one.name}" for hole, one in declared.items()
        }
        made = command_of(parts, references)
        run = Block("run", label, {"environment": Written(self.environment.label)})
        place = point.document.asked.place(".", point.document.folder)
        if place not in (None, "."):
            run.add("source", Text(str(place)))
        run.add("command", made.command)
        run.add("shell", made.shell)
        paths = {hole: one for hole, one in declared.items() if one.path}
        if paths:
            run.add("inputs", inputs_of(paths))
        if made.variables:
            run.add("variables", Table(made.variables))
        if "managed" in self.environment.attributes:
            run.add("target", Written("docker"))
        run.above += _comments(point, command)
        became = f"run {label}.{'shell' if made.shell else 'command'}"
        if made.reason:
            point.changed("command", became, made.reason)
        elif label != name:
            point.changed(
                "command", became, f"`{name}` is no name here: lower-case letters, digits, `_` and `-`"
            )
        else:
            point.carried("command", became)
        self.labels.append(label)
        self.spec.blocks.append(run)

    def _declared(
        self, label: str, name: str, parameters: Keys, used: list[str], command: Node
    ) -> dict[str, Declared]:
        """By hole; a parameter without one, and one without a parameter, are told."""
        found: dict[str, Declared] = {}
        for parameter in parameters.node.entries:
            if parameter in used:
                found[parameter] = self.params.declare(label, parameters, parameter)
            else:
                reason = reason_of(
                    MLPROJECT, "entry_points.*.parameters.*", "its command has no place for it"
                )
                parameters.dropped(parameter, reason, value=False)
        for hole in used:
            if hole not in found:
                found[hole] = self.params.undeclared(hole)
                parameters.document.asked.report.changed(
                    f"{{{hole}}}", parameters.document.shown, command.line, f"param {found[hole].name}",
                    f"`{name}` has no such parameter: give it with `--set {found[hole].name}=…`",
                )  # fmt: skip
        return found


def _comments(point: Keys, command: Node) -> tuple[str, ...]:
    """What stands above an entry point, and above its command."""
    remarks = point.document.remarks
    starts = {min((one.start for one in scalars_of(point.node)), default=command.start), command.start}
    return tuple(line for start in sorted(starts) if start in remarks for line in remarks[start].above)
