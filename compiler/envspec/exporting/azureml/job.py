"""Jobs of Azure ML: a command or Spark job for a run, a sweep for a matrix, a pipeline for runs that need each other."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from envspec.exporting.azureml.command import azure_name, is_plain, keys_of, trial_of
from envspec.exporting.azureml.environment import SCHEMAS, notes
from envspec.exporting.azureml.machine import cluster, kind_of
from envspec.exporting.azureml.put_back import put_back
from envspec.exporting.azureml.spark import is_spark, spark_of
from envspec.exporting.fields import FORMS, KNOWN_FRAMEWORK, PROCESSES, held
from envspec.exporting.interface import ParamUse, SpecRequest
from envspec.exporting.losses import run_losses
from envspec.exporting.words import (
    Matrix,
    ParamRef,
    Word,
    Worded,
    groups,
    matrix_of,
    scalar_text,
    word_of,
    worded,
)
from envspec.frozen import replace
from envspec.ir.types import (
    OutputOf,
    PathInput,
    Run,
    Scalar,
    SecretRef,
)
from envspec.packages.azureml_tags import names_in, values_of

FORM = "a job of Azure ML"
_NOT_SPARK = {"timeout", "resources.shm_size", "resources.nodes"}
_FRAMEWORKS = ("pytorch", "mpi", "tensorflow")
Made = tuple[str, dict[str, Any], list[str]]


def jobs(request: SpecRequest) -> Iterator[Made]:
    """The name of each file, what is in it, and what is not."""
    chained = _chained(request.runs)
    for cells in groups([run for run in request.runs if run.id not in chained]):
        if cells[0].cell or _drawn(cells[0]):
            given = [_worded(request, run) for run in cells]
            matrix = matrix_of(cells, [one for one, _ in given])
            if matrix is not None and _in_quotes(matrix):
                document, losses = _sweep(request, matrix, given[0][1])
                yield f"job-{cells[0].name}.yml", put_back(request, document, cells[0].tags), losses
                continue
        for run in cells:
            document, losses = _job(request, run)
            kind = document["type"]
            head = {"$schema": f"{SCHEMAS}/{kind}Job.schema.json", "type": kind, **_names(run, run.id)}
            if kind == "command":  # as its schema says
                head.pop("type")
                document.pop("type")
            yield f"job-{run.id}.yml", put_back(request, {**head, **document}, run.tags), losses
    if chained:
        yield _pipeline(request, [run for run in request.runs if run.id in chained])


def _drawn(run: Run) -> set[str]:
    """The params in the place of what a sweep draws from a distribution, which tags of an import keep."""
    kept = values_of(run.tags)
    named = names_in(kept).items()
    own = {name: one.rpartition(".")[2] for one, name in named if one.startswith("search_space.")}
    keys = {path.split(".")[1] for path in kept if path.startswith("search_space.")}
    return {own.get(key, key) for key in keys}


def _worded(request: SpecRequest, run: Run) -> tuple[Worded, dict[str, Scalar]]:
    """What a cell of a sweep is given, with holes for what is drawn and for its literal inputs, which are the second."""
    use, drawn = request.params.get(run.id), _drawn(run)
    words = worded(run)
    if use is None:
        return words, {}
    literals = {
        name: value
        for name, value in use.values.items()
        if name not in drawn
        and is_plain(scalar_text(value))
        and azure_name(name) not in map(azure_name, run.inputs)
    }

    def filled(word: Word) -> Word:
        texts = {name: scalar_text(value) for name, value in use.values.items()}
        return tuple(
            texts[part.name]
            if isinstance(part, ParamRef) and part.name not in drawn and part.name not in literals
            else part
            for part in word
        )

    variables = {
        name: filled(use.variables[name]) if name in use.variables else value
        for name, value in words.variables.items()
    }
    command = tuple(map(filled, use.command))
    there = [*command, *(word for word in variables.values() if not isinstance(word, SecretRef))]
    used = {part.name for word in there for part in word if isinstance(part, ParamRef)}
    return Worded(command, variables), {name: value for name, value in literals.items() if name in used}


def _chained(runs: Sequence[Run]) -> set[str]:
    """The runs that need one of the others, or are needed by one."""
    ids = {run.id for run in runs}
    return {
        one
        for run in runs
        for value in run.inputs.values()
        if isinstance(value, OutputOf) and value.run in ids
        for one in (run.id, value.run)
    }


def _names(run: Run, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"display_name": name}
    return {**found, **notes(run)}


def _pipeline(request: SpecRequest, runs: Sequence[Run]) -> Made:
    """Steps have names of letters, digits and `_`."""
    steps: dict[str, str] = {}
    for run in runs:
        name = re.sub(r"[^a-z0-9_]", "_", run.id.lower())
        while name in steps.values():
            name += "_"
        steps[run.id] = name
    losses: list[str] = []
    document: dict[str, Any] = {"$schema": f"{SCHEMAS}/pipelineJob.schema.json", "type": "pipeline"}
    document["display_name"] = request.source.rpartition("/")[2].removesuffix(".envspec")
    document["settings"] = {"default_compute": "azureml:serverless"}
    document["jobs"] = {}
    for run in runs:
        made, told = _job(request, run, steps)
        document["jobs"][steps[run.id]] = put_back(request, made, run.tags)
        losses += told
    return "pipeline.yml", document, losses


def _job(
    request: SpecRequest, run: Run, steps: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], list[str]]:
    """The keys of a job, or of a step; `steps` are the names of those of its pipeline."""
    if is_spark(request, run):
        document, losses = spark_of(request, run)
        data = _data(request, run, steps or {}, losses)
        return {"type": "spark", **document, **_directly(data)}, losses + run_losses(
            run, FORM, held(FORMS["azureml"].run) - _NOT_SPARK
        )
    use = _literals(request, run)
    command = [word_of(value) for value in run.command] if use is None else use.command
    variables = run.variables if use is None else {**run.variables, **use.variables}
    literals = {name: scalar_text(value) for name, value in use.values.items()} if use is not None else None
    trial, losses = trial_of(request, run, command, variables, literals=literals)
    data = _data(request, run, steps or {}, losses)
    if use is not None:
        named = {azure_name(name): value for name, value in use.values.items()}
        data = {**data, "inputs": {**named, **data.get("inputs", {})}}
    document = {
        "type": "command",
        **trial,
        **data,
        **cluster(run),
        **_resources(request, run),
    }
    if run.timeout is not None:
        document["limits"] = {"timeout": max(1, round(run.timeout))}
    return document, losses + run_losses(run, FORM, _held(run))


def _literals(request: SpecRequest, run: Run) -> ParamUse | None:
    """The params of a command, where they can be literal inputs: Azure puts their values there as they are, and inputs have
    names of their own. Of variables only those that a script reads are written so."""
    use = request.params.get(run.id)
    if use is None:
        return None
    words = [*use.command, *(use.variables.values() if run.shell else ())]
    used = {part.name for word in words for part in word if isinstance(part, ParamRef)}
    values = {name: value for name, value in use.values.items() if name in used}
    names = [azure_name(name) for name in (*values, *run.inputs)]
    if not values or len(set(names)) < len(names):
        return None
    if not all(is_plain(scalar_text(value)) for value in values.values()):
        return None
    return replace(use, values=values, variables=use.variables if run.shell else {})


def _sweep(
    request: SpecRequest, matrix: Matrix, literals: Mapping[str, Scalar]
) -> tuple[dict[str, Any], list[str]]:
    run = matrix.run
    texts = {name: scalar_text(value) for name, value in literals.items()}
    trial, losses = trial_of(request, run, matrix.command, matrix.variables, matrix, texts)
    data = _data(request, run, {}, losses)
    if literals:
        named = {azure_name(name): value for name, value in literals.items()}
        data = {**data, "inputs": {**named, **data.get("inputs", {})}}
    resources = _resources(request, run)
    keys = keys_of(matrix)
    space = {
        keys[key]: {"type": "choice", "values": [_choice(value) for value in _values(matrix, key)]}
        for key in matrix.values
    }
    limits: dict[str, Any] = {"max_total_trials": len(matrix.cells)}
    if run.timeout is not None:
        limits["trial_timeout"] = max(1, round(run.timeout))
    document = {
        "$schema": f"{SCHEMAS}/sweepJob.schema.json",
        "type": "sweep",
        **_names(run, run.name),
        "sampling_algorithm": "grid",
        **cluster(run),
        "trial": {**trial, **resources},
        **data,
        "search_space": space,
        "objective": {"goal": "minimize", "primary_metric": "metric"},
        "limits": limits,
    }
    if "objective" in values_of(run.tags):
        return document, losses + run_losses(run, FORM, _held(run))
    losses.append(
        f"`matrix` of `{run.name}`: a sweep compares its trials by a metric that they log to MLflow, and the spec names "
        "none: change `objective`"
    )
    return document, losses + run_losses(run, FORM, _held(run))


def _values(matrix: Matrix, key: str) -> list[Scalar]:
    """Each value once, with its type."""
    found = {scalar_text(run.cell[key]): run.cell[key] for run in matrix.cells}
    return list(found.values())


def _choice(value: Scalar) -> Scalar:
    """A number where Azure writes it as we do, else its text."""
    text = scalar_text(value)
    return value if not isinstance(value, bool) and str(value) == text else text


def _in_quotes(matrix: Matrix) -> bool:
    """Whether every value can stand between single quotes: Azure puts it there as it is."""
    return not any("'" in value for values in matrix.values.values() for value in values)


def _data(request: SpecRequest, run: Run, steps: Mapping[str, str], losses: list[str]) -> dict[str, Any]:
    """`inputs` and `outputs`. Azure wants to know what is a file; of an output its ending says it."""
    inputs: dict[str, Any] = {}
    for name, value in run.inputs.items():
        if isinstance(value, PathInput):
            kind = "uri_folder" if value.path in request.folders else "uri_file"
            inputs[azure_name(name)] = {"type": kind, "path": request.place(value.path)}
            continue
        kind = _kind(request.path_of(value))
        if value.run in steps:
            path = f"${{{{parent.jobs.{steps[value.run]}.outputs.{azure_name(value.output)}}}}}"
            inputs[azure_name(name)] = path
            continue
        inputs[azure_name(name)] = {
            "type": kind,
            "path": f"azureml://jobs/{value.run}/outputs/{azure_name(value.output)}",
        }
        losses.append(
            f"`{name}` of `{run.id}`: it is `{value.output}` of `{value.run}`; write the name of that job into its path"
        )
    outputs = {azure_name(name): {"type": _kind(path)} for name, path in run.outputs.items()}
    found = {"inputs": inputs, "outputs": outputs}
    return {key: value for key, value in found.items() if value}


def _directly(data: Mapping[str, Any]) -> dict[str, Any]:
    """Spark reads and writes its data where it lies, and a job of it has to say so."""

    def direct(value: Any) -> Any:
        node = value if isinstance(value, dict) else {"path": value}
        return {**node, "mode": "direct"}

    return {key: {name: direct(value) for name, value in section.items()} for key, section in data.items()}


def _kind(path: str) -> str:
    return "uri_file" if posixpath.splitext(path)[1] else "uri_folder"


def _resources(request: SpecRequest, run: Run) -> dict[str, Any]:
    environment = request.environment_of(run)
    shared = run.resources.shm_size or (environment.docker.shm_size if environment else None)
    resources: dict[str, Any] = {}
    if run.resources.nodes is not None:
        resources["instance_count"] = run.resources.nodes
    if shared:
        resources["shm_size"] = _size(shared)
    if kind := kind_of(run.resources):
        resources["instance_type"] = kind
    document: dict[str, Any] = {"resources": resources} if resources else {}
    processes = run.resources.processes_per_node
    if run.framework in _FRAMEWORKS:
        document["distribution"] = {"type": run.framework}
        if run.framework != "tensorflow" and processes is not None:
            document["distribution"]["process_count_per_instance"] = processes
        if run.framework == "tensorflow":
            document["distribution"]["worker_count"] = run.resources.nodes or 1
    return document


def _held(run: Run) -> frozenset[str]:
    """Which processes there are is said only of a framework that Azure knows."""
    if run.framework not in _FRAMEWORKS:
        return held(FORMS["azureml"].run)
    return held(FORMS["azureml"].run, KNOWN_FRAMEWORK, "" if run.framework == "tensorflow" else PROCESSES)


def _size(amount: int) -> str:
    """As Docker reads sizes: a whole number and a unit."""
    units = ((1 << 30, "g"), (1 << 20, "m"), (1 << 10, "k"))
    return next((f"{amount // size}{unit}" for size, unit in units if amount % size == 0), f"{amount}b")
