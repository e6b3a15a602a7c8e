"""`MLmodel`, what MLflow writes beside a saved model (its `mlflow/models/model.py`): an environment and the model."""

from __future__ import annotations

from pathlib import Path

from envspec.importing.asked import read_text, unread
from envspec.importing.entries import Packages
from envspec.importing.fields.mlproject import MLMODEL, MLPROJECT
from envspec.importing.fields.row import OTHER, reason_of, reasons
from envspec.importing.pip import add_requirements
from envspec.importing.secret_values import why_no_tag
from envspec.importing.spec import Block, Spec, Table, Text, Value
from envspec.importing.tools.document import Document, Keys, shortened
from envspec.importing.tools.environment_file import read_environment
from envspec.importing.tools.image_parts import add_python, in_order
from envspec.importing.variables import Variables
from envspec.packages.pip import normalized_name

_PYTHON = "python_function"
_LOADED = reason_of(MLMODEL, "flavors.python_function")
_TAGS = tuple(row.name for row in MLMODEL if row.became == "model.tags" and "." not in row.name)
_DROPPED = reasons(MLMODEL)
_CALLER = reason_of(MLMODEL, "env_vars")


def model_spec(document: Document) -> Spec:
    """One environment and one model."""
    asked, root = document.asked, document.keys()
    spec = Spec(above=list(document.head))
    environment, packages = Block("environment", asked.name), Packages(asked)
    variables = Variables(asked)
    flavors = root.keys("flavors")
    python = flavors.keys(_PYTHON)
    _environment(python, packages, environment)
    _env_vars(root, variables)
    packages.fill(environment, spec)
    variables.fill(environment, spec)
    in_order(environment)
    spec.blocks.append(environment)
    _model(document, root, flavors, spec)
    for name, reason in _DROPPED.items():
        root.dropped(name, reason, value=False)
    root.rest(_DROPPED[OTHER])
    return spec


def _env_vars(root: Keys, variables: Variables) -> None:
    for node in root.scalars("env_vars"):
        variables.read_from_caller(node.text, root.document.shown, node.line, reason=_CALLER)


def _environment(python: Keys, packages: Packages, environment: Block) -> None:
    """`python_env.yaml` first, as MLflow takes it; what else there is says the same in another tool's words, unless
    the conda file asks for packages that only conda has."""
    document = python.document
    taken: Path | None = None
    rows = _named(python) or _beside(document)
    for name, written, line in sorted(rows, key=lambda row: not _has_more(document, row[1])):
        report, shown = document.asked.report, document.shown
        place = None if "\0" in written else document.asked.place(written, document.folder)
        path = document.folder / written if place is not None else None
        gone = unread(path, written) if path is not None else None
        if path is None or gone is not None:
            report.dropped(
                f"{name}: {shortened(written)}", shown, line,
                gone.reason if gone is not None else "there is no such file in the project",
                gone.mark(written) if gone is not None else None,
            )  # fmt: skip
        elif taken is not None:
            if path != taken:
                report.dropped(
                    f"{name}: {written}", shown, line, f"`{taken.name}` says what the environment is"
                )
        else:
            taken = path
            report.carried(f"{name}: {written}", shown, line, "environment")
            if path.suffix == ".txt":
                add_requirements(document.asked, packages, path)
            else:
                read_environment(document.asked, packages, environment, path)
    if "python" in environment.attributes:
        python.dropped("python_version", f"`{taken.name if taken else ''}` says which")
    elif version := python.scalar("python_version").text:
        add_python(python, "python_version", environment, version)


def _has_more(document: Document, written: str) -> bool:
    """Whether a file is of conda and asks for packages that the requirements beside it do not have: MLflow leaves what
    only conda has out of `python_env.yaml`."""
    from envspec.packages.conda import parse_match_spec
    from envspec.packages.conda_file import parse_conda_file
    from envspec.packages.package import PackageProblem

    place = None if "\0" in written else document.asked.place(written, document.folder)
    path = document.folder / written
    if place is None or path.suffix not in (".yaml", ".yml") or unread(path, written) is not None:
        return False
    specs = [parse_match_spec(entry.text) for entry in parse_conda_file(read_text(path))[0].conda]
    names = {normalized_name(one.name) for one in specs if not isinstance(one, PackageProblem)}
    return bool(
        names - _required(document.folder / "requirements.txt") - {"python", "pip", "setuptools", "wheel"}
    )


def _required(path: Path) -> set[str]:
    """The names in a requirements file."""
    from envspec.packages.package import PackageProblem
    from envspec.packages.pip import parse_requirement
    from envspec.packages.requirements_file import parse_requirements

    if unread(path, path.name) is not None:
        return set()
    found = [parse_requirement(entry.text) for entry in parse_requirements(read_text(path))[0].pip]
    return {one.name for one in found if not isinstance(one, PackageProblem)}


def _named(python: Keys) -> list[tuple[str, str, int]]:
    """Key, file and line of what the file names."""
    node = python.node_of("env")
    if node.kind == "scalar":
        return [("env", node.text, node.line)]
    if node.kind != "mapping":
        python.dropped("env", "the name of a file was expected", value=False)
        return []
    env = python.keys("env")
    found = [(f"env.{name}", env.scalar(name)) for name in ("virtualenv", "conda")]
    env.rest(reason_of(MLPROJECT, "any other key"))
    return [(name, one.text, one.line) for name, one in found if one.text]


def _beside(document: Document) -> list[tuple[str, str, int]]:
    """The files that MLflow writes beside it, where it names none."""
    names = ("python_env.yaml", "conda.yaml", "requirements.txt")
    return [("beside it", name, 0) for name in names if (document.folder / name).is_file()]


def _model(document: Document, root: Keys, flavors: Keys, spec: Spec) -> None:
    asked, report = document.asked, document.asked.report
    place = asked.place(".", document.folder)
    if place is None:
        report.dropped(
            "the folder", document.shown, 0, "it is outside of the project: move the model into it"
        )
        return
    model = Block("model", asked.name, {"from": Text(place)})
    framework = ""
    for name in flavors.node.entries:
        flavor = flavors.keys(name)
        if name != _PYTHON and not framework and flavor.node.kind:
            framework = name
            model.add("framework", Text(name))
            report.carried(f"flavors.{name}", document.shown, flavor.node.line, "model.framework")
        elif flavor.node.kind:
            reason = (
                _LOADED if name == _PYTHON else f"a model has one framework, and `{framework}` came first"
            )
            said = ", ".join(one for one in flavor.node.entries if one not in flavor.taken)
            report.dropped(f"flavors.{name}: {said}", document.shown, flavor.node.line, reason)
    tags: dict[str, Value] = {}
    metadata = root.keys("metadata")
    for keys, names in ((root, _TAGS), (metadata, tuple(metadata.node.entries))):
        for name in names:
            value = keys.scalar(name)
            if value.text and (reason := why_no_tag(name, value.text)):
                keys.dropped(name, reason, value=False)
            elif value.text:
                tags.setdefault(name, Text(value.text))
                keys.carried(name, "model.tags")
    if tags:
        model.add("tags", Table(tags))
    report.carried("the folder", document.shown, 0, f"model.from = {place}")
    spec.blocks.append(model)
