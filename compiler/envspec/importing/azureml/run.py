"""What the jobs of Azure ML have in common: names, code, environment, inputs and outputs, resources, variables.

A job is a run. What says where it runs in a cloud, as whom and under which experiment is told and left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from envspec.frozen import Mutable, field, mutable
from envspec.importing.asked import is_folder
from envspec.importing.azureml.command import Bound, command_of
from envspec.importing.azureml.environment import environment_of
from envspec.importing.azureml.fields import Fields, add_description, add_tags, is_nothing
from envspec.importing.azureml.inputs import Value, value_of
from envspec.importing.azureml.kept import keep_text
from envspec.importing.azureml.model import NAMED
from envspec.importing.azureml.outputs import Output, outputs_of, own_name
from envspec.importing.azureml.reference import is_exported_so
from envspec.importing.azureml.values import PLACEHOLDER, string_with
from envspec.importing.azureml.variables import variables_of
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import Kept, reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.secret_values import in_line
from envspec.importing.spec import Block, Spec, Table, Text, Written
from envspec.importing.spec import Value as SpecValue
from envspec.importing.yaml_text import Node
from envspec.packages.azureml_tags import NAMES, text_of
from envspec.starting.names import name_of, unique

REASONS: Mapping[str, str] = {
    **reasons(COMMAND_JOB),
    "environment": reason_of(COMMAND_JOB, "environment", "the step has one too"),
}


_PROGRAMS = frozenset({"command", "args", "trial"})
"""The keys of what a program is given."""


@mutable
class Job(Mutable):
    """A run in the making. `bound` is what its placeholders stand for; `step` is its name in a pipeline, `parent` what
    `${{parent.…}}` names there. `given` are the values of its inputs, by `inputs.NAME`; `environments` the labels of those
    that were read along with it, by the names that a workspace knows them by. `names` are those of the file for inputs,
    outputs and choices, by ours (`inputs.data`)."""

    fields: Fields
    spec: Spec
    block: Block
    step: str = ""
    parent: Mapping[str, Value] = field(default_factory=dict)
    bound: dict[str, Bound] = field(default_factory=dict)
    inputs: dict[str, SpecValue] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    variables: dict[str, SpecValue] = field(default_factory=dict)
    given: dict[str, Value] = field(default_factory=dict)
    environments: Mapping[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def within(self, fields: Fields) -> Job:
        """The same run, for keys that stand elsewhere: in a trial or a component."""
        return Job(
            fields,
            self.spec,
            self.block,
            self.step,
            self.parent,
            self.bound,
            self.inputs,
            self.outputs,
            self.variables,
            self.given,
            self.environments,
            self.names,
        )

    def bind(
        self, key: str, reference: str, prefix: str, *, is_param: bool = True, several: bool = False
    ) -> None:
        """`key` is the text of a placeholder, such as `inputs.epochs`."""
        variable = f"{prefix}_{re.sub(r'[^A-Z0-9_]', '_', reference.rpartition('.')[2].upper())}"
        self.bound[key] = Bound(reference, variable, is_param, several)


def add_names(job: Job, *, label: bool = True) -> None:
    """`name`, `display_name`, `experiment_name`, description and tags. The run is called as the first of the first two
    that makes a name."""
    fields, block = job.fields, job.block
    for key in ("name", "display_name"):
        node = fields.scalar(key)
        if node is None:
            continue
        name = name_of(node.text, "") if label else ""
        if name:
            block.label, label = name, False
            if name == node.text:
                fields.carried(key, node, f"run {name}")
            else:
                fields.changed(key, node, f"run {name}", "a name is lower-case letters, digits, `_` and `-`")
            if name != node.text or key == "name":
                fields.kept(key, node)
        elif node.text == block.label:
            fields.carried(key, node, f"run {block.label}")
        else:
            fields.dropped(key, node, Kept(f"the run is called `{block.label}`"))
    if not fields.above and is_nothing(fields.node.get("display_name")):
        fields.not_written("display_name")
    add_description(fields, block)
    add_tags(fields, block)


def add_code(job: Job, key: str = "code") -> None:
    """The folder with the code."""
    fields = job.fields
    node = fields.scalar(key)
    if node is None:
        fields.not_written(key)
        return
    written = re.sub(r"^file:(?://)?", "", node.text.strip())
    place = fields.asked.place(written, fields.folder)
    if re.match(r"azureml:|git@|git\+|[A-Za-z][A-Za-z0-9+.-]+://", written):
        reason = "nothing is fetched: put the code into the project and write `source`"
        fields.dropped(key, node, Kept(reason))
    elif place is None:
        fields.dropped(key, node, Kept("it is outside of the project"))
    elif not is_folder(fields.folder / written):
        fields.dropped(key, node, Kept(f"there is no folder `{written}`"), absent(written, node))
    else:
        job.block.add("source", Text(place))
        fields.carried(key, node, "source")


def add_environment_of(job: Job) -> None:
    """`environment`, which a run must have: one with nothing in it when it says none."""
    fields = job.fields
    node = fields.take("environment")
    named = NAMED.fullmatch(node.text.strip())
    if named is not None and named[1] in job.environments:
        label = job.environments[named[1]]
        job.block.add("environment", Written(label))
        fields.carried("environment", node, f"environment {label}")
        return
    if node.kind == "scalar" and not is_exported_so(node.text.strip()):
        fields.kept("environment", node)
    elif not node.kind:
        fields.not_written("environment")
    name = name_of(f"{job.block.label}-environment", "environment")
    reference = environment_of(fields.asked, node, fields.folder, job.spec, name, fields.file)
    if reference is None:
        reference = unique(name, job.spec.labels("environment"))
        above = ["Nothing is known of this environment: write what the program needs."]
        job.spec.blocks.append(Block("environment", reference, above=above))
    elif node.kind == "mapping":
        fields.carried("environment", node, f"environment {reference}")
    job.block.add("environment", Written(reference))


def add_inputs(job: Job, component: Fields | None = None) -> None:
    """`inputs`, and of a component those that it declares and nobody gives a value."""
    inputs = job.fields.inner("inputs")
    declared = component.inner("inputs") if component is not None else None
    for key in list(inputs.left) if inputs is not None else ():
        assert inputs is not None
        own = declared.take(key) if declared is not None else Node()
        if own.kind and component is not None:
            component.asked.report.carried(f"inputs.{key}", component.shown, own.line, "inputs")
        node = inputs.node.get(key)
        value = value_of(inputs, key, job.spec, job.parent, own, job.step)
        if value is not None:
            add_input(job, key, value)
        if value is None or not (value.is_data or _is_used(job, f"inputs.{key}")):
            inputs.kept(key, node)
    for key in list(declared.left) if declared is not None else ():
        assert declared is not None
        if f"inputs.{key}" in job.bound:  # a search space gives it
            declared.carried(key, declared.take(key), job.bound[f"inputs.{key}"].reference)
            continue
        value = value_of(declared, key, job.spec, {}, None, job.step)
        if value is not None:
            add_input(job, key, value)


def _is_used(job: Job, placeholder: str) -> bool:
    """Whether the program of a job that is no step is given an input, which is then one again in an export."""
    root = job.fields.node
    text = "".join(
        one.text for one in (root.get("command"), root.get("args"), root.get("trial").get("command"))
    )
    named = {match[1] for match in PLACEHOLDER.finditer(text)}
    return placeholder in named or bool(job.fields.above) or not job.fields.node.entries.keys() & _PROGRAMS


def add_input(job: Job, key: str, value: Value) -> None:
    job.given[f"inputs.{key}"] = value
    if not value.is_data:
        job.names[f"inputs.{value.text.rpartition('.')[2]}"] = key
        job.bind(f"inputs.{key}", value.text, "INPUT", several=value.several)
        return
    name = own_name(key, job.inputs, "input")
    job.names[f"inputs.{name}"] = key
    job.inputs[name] = Written(value.text)
    job.bind(f"inputs.{key}", f"inputs.{name}", "ENVSPEC_INPUT", is_param=False)


def add_outputs(job: Job) -> None:
    outputs = job.fields.inner("outputs")
    if outputs is None:
        return
    for key, output in outputs_of(outputs, job.outputs).items():
        job.outputs[key] = output
        job.names[f"outputs.{output.name}"] = key
        job.bind(f"outputs.{key}", f"outputs.{output.name}", "ENVSPEC_OUTPUT", is_param=False)


def add_command(job: Job, key: str = "command") -> bool:
    """The command as `command` or `shell`; False when there is none."""
    fields, block = job.fields, job.block
    node = fields.scalar(key)
    if node is None:
        return False
    if in_line(node.text):
        reason = "a credential is in it: pass it as a variable that is a secret"
        fields.asked.report.dropped(fields.path(key), fields.shown, node.line, reason)
        return False
    made = command_of(node.text, job.bound)
    if made is None:
        fields.dropped(key, node, "it is empty")
        return False
    remarks = list(made.remarks)
    if made.command is not None:
        block.add("command", made.command)
    else:
        block.add("shell", made.shell)
        for name, value in made.variables.items():
            job.variables[name] = value
        if made.variables:
            remarks.insert(0, reason_of(COMMAND_JOB, "command", "it needs a shell"))
    became = "command" if made.command is not None else "shell"
    if remarks:
        fields.changed(key, node, became, "; ".join(dict.fromkeys(remarks)))
    else:
        fields.carried(key, node, became)
    return True


def add_variables(job: Job, key: str = "environment_variables") -> None:
    """`environment_variables`, with inputs and outputs in their values."""
    inner = job.fields.inner(key)
    if inner is None:
        return
    outer = {name: Bound(value.text, "") for name, value in job.parent.items() if not value.is_data}
    known = {**outer, **job.bound}
    found = variables_of(
        inner.asked,
        inner.node,
        inner.shown,
        job.spec,
        inner.above,
        lambda text: _with_placeholders(text, known),
    )
    job.variables.update(found.settle(job.spec))


def _with_placeholders(text: str, bound: Mapping[str, Bound]) -> SpecValue:
    parts, references, at = [""], [], 0
    for match in PLACEHOLDER.finditer(text):
        if match[1] not in bound:
            continue
        parts[-1] += text[at : match.start()]
        references.append(bound[match[1]].reference)
        parts.append("")
        at = match.end()
    parts[-1] += text[at:]
    return Written(string_with(parts, references)) if references else Text(text)


def finish(job: Job) -> None:
    """Writes inputs, outputs and variables into the block, and the block and its models into the spec."""
    block, spec = job.block, job.spec
    renamed = {
        one: name for one, name in job.names.items() if one.partition(".")[2].replace("-", "_") != name
    }
    if renamed and all(map(str.isprintable, renamed.values())):
        keep_text(block, NAMES, text_of(renamed))
    if job.inputs:
        block.add("inputs", Table(dict(job.inputs)))
    if job.outputs:
        block.add("outputs", Table({one.name: Text(f"outputs/{one.name}") for one in job.outputs.values()}))
    if job.variables:
        block.add("variables", Table(dict(job.variables)))
    order = [
        "description", "tags", "environment", "source", "matrix", "command", "shell", "inputs", "outputs", "variables",
        "framework", "resources", "timeout",
    ]  # fmt: skip
    known = sorted(block.attributes.items(), key=lambda pair: order.index(pair[0]))
    block.attributes = dict(known)
    block.label = unique(block.label, spec.labels("run"))
    spec.blocks.append(block)
    for output in job.outputs.values():
        if not output.model or "matrix" in block.attributes:
            continue
        model = Block("model", unique(output.model, spec.labels("model")))
        model.add("from", Written(f"run.{block.label}.outputs.{output.name}"))
        if output.framework:
            model.add("framework", Text(output.framework))
        spec.blocks.append(model)
