"""A workflow of GitHub Actions: a job for each run, which sets up its environment with setup-uv or setup-micromamba.

GitHub fills in `${{ … }}` in every string of the file, before a shell sees it: a `${{` of the spec is written as an
expression that gives just that. Packages travel as the text of a requirements file or `environment.yml` in a variable,
which a step writes to a file; commands are words that are quoted for the shell. A cell of a matrix reaches its command
through variables. What a run leaves is an artifact, by which those after it get their inputs.
"""

from __future__ import annotations

import math
import shlex
from typing import Any

from envspec.exporting.conda import conda_document
from envspec.exporting.fields import FORMS, held
from envspec.exporting.github.job import Job, command_step, download_steps, upload_steps
from envspec.exporting.github.text import escaped, secret_name
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import environment_losses, run_losses
from envspec.exporting.pip import requirement_lines
from envspec.exporting.words import groups, matrix_of, scalar_text
from envspec.frozen import replace
from envspec.ir.types import Environment, OutputOf, Run, SecretRef
from envspec.lower.yaml_text import Lines, yaml_text

FORM = "a workflow"
CHECKOUT, SETUP_UV, SETUP_MICROMAMBA = (
    "actions/checkout@v5", "astral-sh/setup-uv@v7", "mamba-org/setup-micromamba@v2",
)  # fmt: skip


def export(request: SpecRequest) -> Export:
    losses: list[str] = []
    jobs: dict[str, Any] = {}
    names = _job_names(request.runs)
    for cells in groups(request.runs):
        environment = request.environment_of(cells[0])
        if environment is None or not environment.managed:
            why = "its environment is registered" if environment is None else "its environment is not managed"
            losses.append(f"`{cells[0].name}`: {why}, so nothing says how to set it up")
            continue
        matrix = matrix_of(cells)
        for job in [Job(cells[0].name, cells[0], matrix)] if matrix else [Job(run.id, run) for run in cells]:
            made, told = _job(request, job, environment, names)
            jobs[names[job.run.id]] = made
            losses += told + run_losses(job.run, FORM, held(FORMS["github-actions"].run))
    losses += [
        f"the deployment `{one.id}`: {FORM} runs to its end, and serves nothing"
        for one in request.deployments
    ]
    for environment in request.environments:
        losses += environment_losses(environment, FORM, held(FORMS["github-actions"].environment), named=True)
    secrets = sorted({
        value.name
        for run in request.runs
        for value in (*run.variables.values(), *_variables(request, run).values())
        if isinstance(value, SecretRef)
    })  # fmt: skip
    losses += [
        f"the secret `{name}`: set `{secret_name(name)}` among the secrets of the repository"
        for name in secrets
    ]
    document = {
        "name": request.source.rpartition("/")[2].removesuffix(".envspec") or "envspec",
        "on": {"workflow_dispatch": {}},
        "permissions": {"contents": "read"},
        "jobs": jobs,
    }
    text = "# Made by `envspec export github-actions`.\n" + yaml_text(escaped(document))
    return Export(text, tuple(dict.fromkeys(losses)), nothing=not jobs)


def _variables(request: SpecRequest, run: Run) -> dict[str, str | SecretRef]:
    environment = request.environment_of(run)
    return dict(environment.variables) if environment is not None else {}


def _job_names(runs: tuple[Run, ...]) -> dict[str, str]:
    """The id of the job of each run: letters, digits, `-` and `_`."""
    found: dict[str, str] = {}
    for cells in groups(runs):
        matrix = matrix_of(cells)
        for run in cells:
            text = cells[0].name if matrix else run.id
            name = "".join(
                character if character.isalnum() or character in "-_" else "_" for character in text
            )
            name = name if name[:1].isalpha() or name[:1] == "_" else f"_{name}"
            while not matrix and name in found.values():
                name += "_"
            found[run.id] = name
    return found


def _job(
    request: SpecRequest, job: Job, environment: Environment, names: dict[str, str]
) -> tuple[dict[str, Any], list[str]]:
    made: dict[str, Any] = {"runs-on": "ubuntu-latest"}
    upstream = [value.run for value in job.run.inputs.values() if isinstance(value, OutputOf)]
    missing = [run for run in upstream if run not in names]
    needs = sorted({names[run] for run in upstream if run in names})
    if needs:
        made["needs"] = needs
    if job.run.timeout is not None:
        made["timeout-minutes"] = max(1, math.ceil(job.run.timeout / 60))
    if job.matrix is not None:
        rows = [
            {"_id": run.id, **{key: scalar_text(value) for key, value in run.cell.items()}}
            for run in job.matrix.cells
        ]
        made["strategy"] = {"fail-fast": False, "matrix": {"include": rows}}
    setup, losses = _setup(request, environment)
    step = command_step(request, job, environment, "bash -el {0}" if environment.uses_conda else "bash")
    made["steps"] = [
        {"uses": CHECKOUT},
        *setup,
        *download_steps(request, job),
        step,
        *upload_steps(request, job),
    ]
    losses += [
        f"an input of `{job.run.id}`: `{run}` is not in this workflow; export it too" for run in missing
    ]
    return made, losses


def _setup(request: SpecRequest, environment: Environment) -> tuple[list[dict[str, Any]], list[str]]:
    steps: list[dict[str, Any]] = []
    losses: list[str] = []
    if environment.apt:
        steps.append({
            "name": "System packages",
            "run": "sudo apt-get update && sudo apt-get install --yes --no-install-recommends "
            + " ".join(map(shlex.quote, environment.apt)),
        })  # fmt: skip
        losses.append("`apt`: the packages are those of Ubuntu, and not of the image's Debian")
    here = replace(request, root=f"./{request.below}" if request.below else ".", folder="")
    if environment.uses_conda:
        document, told = conda_document(here, environment)
        document.pop("variables", None)
        text, file = yaml_text(document), ".envspec-environment.yml"
        setup = {"uses": SETUP_MICROMAMBA, "with": {"environment-file": file, "init-shell": "bash"}}
        steps += [_file(file, text), setup]
        return steps, losses + told
    lines, told = requirement_lines(here, environment, FORM)
    uv: dict[str, Any] = {"activate-environment": True}
    if environment.python:
        uv["python-version"] = environment.python
    steps.append({"uses": SETUP_UV, "with": uv})
    if lines:
        file = ".envspec-requirements.txt"
        steps.append(_file(file, "".join(f"{line}\n" for line in lines)))
        steps.append({"name": "Packages", "run": f"uv pip install -r {file}"})
    return steps, losses + told


def _file(name: str, text: str) -> dict[str, Any]:
    """A step that writes a text to a file at the root of the checkout."""
    return {"name": f"Write {name}", "env": {"TEXT": Lines(text)}, "run": f"printf '%s' \"$TEXT\" > {name}"}
