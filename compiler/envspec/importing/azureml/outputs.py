"""Outputs of Azure ML's jobs and components: paths in the folder of their run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envspec.frozen import Frozen, frozen
from envspec.importing.azureml.fields import Fields, is_nothing
from envspec.importing.fields.azureml import COMMAND_JOB, PIPELINE_JOB
from envspec.importing.fields.row import reason_of, reasons
from envspec.starting.names import name_of

OUTPUT_REASONS = reasons(COMMAND_JOB, "outputs.*.")


@frozen
class Output(Frozen):
    """An output of a run: its `name` there, and that of the model that it is registered as, if any."""

    name: str
    model: str = ""
    framework: str = ""


def own_name(wanted: str, taken: Iterable[str], otherwise: str) -> str:
    """A name of an input or output; two of a run also differ when `-` is read as `_`."""
    name = name_of(wanted, otherwise)
    known = {one.replace("-", "_") for one in taken}
    number, result = 2, name
    while result.replace("-", "_") in known:
        result = f"{name}-{number}"
        number += 1
    return result


def outputs_of(fields: Fields, known: Mapping[str, Output]) -> dict[str, Output]:
    """The outputs of a job by the names that it has for them; `known` are those of the component that it runs."""
    found: dict[str, Output] = {}
    for key in list(fields.left):
        node = fields.take(key)
        before = known.get(key) or found.get(key)
        taken = [one.name for one in (*known.values(), *found.values())]
        name = before.name if before else own_name(key, taken, "output")
        model = framework = ""
        if node.kind == "mapping":
            inner = fields.within(key, node)
            type_ = inner.scalar("type")
            kind = type_.text.lower() if type_ is not None else ""
            if type_ is not None and kind == "uri_folder":
                inner.carried("type", type_, f"outputs.{name}")
            elif type_ is None:
                inner.not_written("type")
            else:
                inner.kept("type", type_)
                reason = reason_of(COMMAND_JOB, "outputs.*.type", "it is no folder")
                inner.changed("type", type_, f"outputs.{name}", reason)
            if kind.endswith("_model") and (registered := inner.scalar("name")) is not None:
                model = name_of(registered.text, name)
                framework = kind.removesuffix("_model") if kind != "custom_model" else ""
                inner.carried("name", registered, f"model {model}")
                inner.kept("name", registered)
            inner.drop_rest(OUTPUT_REASONS)
        elif node.kind == "sequence":
            fields.dropped(key, node, "a mapping is expected here")
            continue
        elif "${{" in node.text:
            fields.changed(key, node, f"outputs.{name}", reason_of(PIPELINE_JOB, "jobs.*.outputs.*"))
        elif not is_nothing(node):
            fields.dropped(key, node, "a mapping is expected here")
        elif before is not None:
            fields.carried(key, node, f"outputs.{name}")
        found[key] = Output(name, model, framework)
        if before is None:
            reason = reason_of(COMMAND_JOB, "outputs.*")
            fields.asked.report.changed(
                fields.path(key), fields.shown, node.line, f'outputs.{name} = "outputs/{name}"', reason
            )
    return found
