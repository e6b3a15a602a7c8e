"""Sweep jobs of Azure ML: a run for each choice of a search space.

A choice becomes a `matrix`, of which every combination is run. What is drawn from a distribution becomes a param with
the middle of the distribution as its default: nothing here draws, or looks at results to choose the next trial.
"""

from __future__ import annotations

import math

from envspec.importing.asked import Asked, unreadable
from envspec.importing.azureml.component import add_component_head, component_of, registered
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.inputs import add_param
from envspec.importing.azureml.job import Known, add_program, job_of
from envspec.importing.azureml.kept import keep_text
from envspec.importing.azureml.machine import add_cluster
from envspec.importing.azureml.resources import add_limits, add_resources, add_timeout
from envspec.importing.azureml.run import (
    REASONS,
    Job,
    add_code,
    add_command,
    add_environment_of,
    add_inputs,
    add_names,
    add_outputs,
    add_variables,
    finish,
)
from envspec.importing.azureml.values import has_blanks, literal, number_of
from envspec.importing.fields.azureml import SWEEP_JOB
from envspec.importing.fields.row import Kept, reason_of, reasons
from envspec.importing.spec import Item, Items, Spec, Table, Value, Written
from envspec.importing.yaml_text import Node
from envspec.ir.canonical import number_text
from envspec.packages.azureml_tags import NOT_WRITTEN
from envspec.resolve.strings import CELL_SLUG
from envspec.starting.names import name_of, unique

_REASONS = {**REASONS, **reasons(SWEEP_JOB)}
_LIMITS = reasons(SWEEP_JOB, "limits.")


def read_sweep(asked: Asked, root: Node, known: Known | None = None) -> Spec:
    """A file of `sweepJob.schema.json`."""
    job = job_of(asked, root, known)
    if not add_sweep(job):
        raise unreadable(asked, asked.path, "a sweep job has a `trial` with a `command`", root.line)
    return job.spec


def add_sweep(job: Job, *, label: bool = True) -> bool:
    """Adds the run of a sweep; False, and no run, when it has no command."""
    fields = job.fields
    add_names(job, label=label)
    if (program := registered(fields, "trial")) is not None:
        return _add_unknown(job, program)
    trial = component_of(fields, "trial") if "trial" in fields.left else None
    if trial is None:
        return False
    inner = job.within(trial)
    add_component_head(job, trial)
    _search_space(job)
    add_inputs(job, trial)
    add_outputs(inner)
    add_outputs(job)
    _algorithm(fields)
    _limits(job)
    for one in (inner, job):
        add_resources(one)
    add_limits(inner)
    add_code(inner)
    if not add_command(inner):
        return False
    for one in (inner, job):
        add_variables(one)
    add_cluster(fields, job.block)
    add_environment_of(inner)
    trial.drop_rest(REASONS)
    fields.drop_rest(_REASONS)
    finish(job)
    return True


def _add_unknown(job: Job, program: str) -> bool:
    """The sweep over a component that only a workspace has."""
    _search_space(job)
    add_inputs(job)
    add_outputs(job)
    _algorithm(job.fields)
    _limits(job)
    add_resources(job)
    add_cluster(job.fields, job.block)
    add_program(job, program, "trial")
    add_variables(job)
    job.fields.drop_rest(_REASONS)
    finish(job)
    return True


def _limits(job: Job) -> None:
    limits = job.fields.inner("limits")
    if limits is not None:
        add_timeout(job, limits, "trial_timeout")
        limits.drop_rest(_LIMITS)
    if limits is None or "max_total_trials" not in limits.node.entries:
        keep_text(job.block, "limits.max_total_trials", NOT_WRITTEN)


def _algorithm(fields: Fields) -> None:
    """`sampling_algorithm`, a word or a mapping with a `type`."""
    node = fields.left.get("sampling_algorithm", Node())
    if not node.kind:
        return
    word = node if node.kind == "scalar" else node.get("type")
    fields.take("sampling_algorithm")
    what = f"sampling_algorithm: {word.text}"
    tag = fields.kept("sampling_algorithm", node) if word.text != "grid" or node.kind != "scalar" else ""
    reason = reason_of(SWEEP_JOB, "sampling_algorithm")
    if word.text.lower() == "grid":
        fields.asked.report.carried(what, fields.shown, node.line, "matrix")
    elif tag:
        fields.asked.report.changed(what, fields.shown, node.line, f"tags.{tag}", reason)
    else:
        fields.asked.report.dropped(what, fields.shown, node.line, reason)


def _search_space(job: Job) -> None:
    space = job.fields.inner("search_space")
    if space is None:
        return
    matrix: dict[str, Value] = {}
    for key in list(space.left):
        node = space.take(key)
        inner = space.within(key, node)
        kind = node.get("type").text.lower()
        values = _choices(inner) if kind == "choice" else None
        if kind == "choice" and values:
            name = unique(name_of(key, "value"), matrix)
            matrix[name] = Items(tuple(Item(Written(text)) for text in values))
            several = any(text.startswith('"') and has_blanks(text[1:-1]) for text in values)
            _bind(job, key, f"matrix.{name}", several=several)
            job.names[f"search_space.{name}"] = key
            what = f"search_space.{key}: choice"
            if name == key:
                space.asked.report.carried(what, space.shown, node.line, "matrix")
            else:
                reason = "a name is lower-case letters, digits, `_` and `-`"
                space.asked.report.changed(what, space.shown, node.line, f"matrix.{name}", reason)
        else:
            _distribution(job, space, key, node, kind)
    if matrix:
        job.block.add("matrix", Table(matrix))


def _bind(job: Job, key: str, reference: str, *, several: bool = False) -> None:
    """A trial names it `search_space.x`, a component `inputs.x`."""
    for placeholder in (f"search_space.{key}", f"inputs.{key}"):
        job.bind(placeholder, reference, "INPUT", several=several)


def _choices(fields: Fields) -> list[str]:
    """The values of a choice, each once. Two must also differ in the names of their runs, where any characters but
    letters, digits, `.` and `_` are `-`, in either case (sections 6 and 8 of the language's reference)."""
    found: dict[str, str] = {}
    called: dict[str, str] = {}
    values = fields.sequence("values")
    for item in values.items if values is not None else ():
        if item.kind != "scalar":
            fields.dropped("values", item, "a value of a matrix is a text, a number, or true or false")
            continue
        text, kind = literal(item)
        key = f"{kind == 'string'} {number_of(text) if kind in ('integer', 'number') else text}"
        if key in found:
            fields.dropped("values", item, "it is listed twice")
            continue
        slug = CELL_SLUG.sub("-", item.text.lower() if kind != "boolean" else text).strip("-") or "x"
        if slug in called:
            reason = f"its run would be called as that of `{called[slug]}`: write it as a text that differs"
            fields.dropped("values", item, reason)
            continue
        found[key], called[slug] = text, item.text
    fields.carried("type", fields.take("type"), "matrix")
    if values is not None and found:
        fields.carried("values", values, "matrix")
    fields.drop_rest({})
    return list(found.values())


def _distribution(job: Job, space: Fields, key: str, node: Node, kind: str) -> None:
    """A param in the place of what would be drawn."""
    fields = space.within(key, node)
    middle = _middle(kind, node)
    default = "" if middle is None else number_text(middle)
    type_ = "string" if middle is None else "integer" if kind == "randint" else "number"
    name = add_param(job.spec, key, default, type_, step=job.step)
    fields.whole = space.kept(key, node)
    job.names[f"search_space.{name}"] = key
    _bind(job, key, f"param.{name}")
    what = f"search_space.{key}: {kind or 'no type'}"
    reason = reason_of(SWEEP_JOB, "search_space.*.type", "it is a distribution")
    if middle is None:
        reason = (
            f"`{kind}` is no distribution that is known, or lacks a number: give it a value when it is used"
        )
    space.asked.report.changed(
        what, space.shown, node.line, f"param {name} = {default}" if default else f"param {name}", reason
    )
    fields.take("type")
    reason = Kept(reason_of(SWEEP_JOB, "search_space.*.max_value").replace("…", name))
    fields.drop_rest(dict.fromkeys(("min_value", "max_value", "upper", "mu", "sigma", "q", "values"), reason))


def _middle(kind: str, node: Node) -> int | float | None:
    """The median of a distribution, on its grid `q` if it has one; None when that is not known."""
    numbers = {name: number_of(one.text) for name, one in node.entries.items() if one.kind == "scalar"}
    low, high, mu, upper = (numbers.get(name) for name in ("min_value", "max_value", "mu", "upper"))
    value: float | None = None
    try:
        if kind == "randint" and upper is not None:
            return max(0, int(upper - 1) // 2)
        if kind.removeprefix("q") == "uniform" and low is not None and high is not None:
            value = low + (high - low) / 2
        elif kind.removeprefix("q") == "loguniform" and low is not None and high is not None:
            value = math.exp(low + (high - low) / 2)
        elif kind.removeprefix("q") == "normal" and mu is not None:
            value = float(mu)
        elif kind.removeprefix("q") == "lognormal" and mu is not None:
            value = math.exp(mu)
        step = numbers.get("q")
        if value is not None and kind.startswith("q") and step:
            value = round(value / step) * step
    except OverflowError:
        return None
    if value is None or not math.isfinite(value) or abs(value) > 1e15:
        return None
    rounded = float(f"{value:.6g}")
    return int(rounded) if rounded.is_integer() else rounded
