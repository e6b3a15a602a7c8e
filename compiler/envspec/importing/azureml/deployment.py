"""Online deployments and endpoints of Azure ML's CLI v2 (`managedOnlineDeployment.schema.json` and its like).

A deployment of the language is a scoring script with `init()` and `run()`, as Azure's is. One that has none because
Azure has a server of its own for the model (MLflow, Triton), because its image has one (`inference_config`), or because
the file leaves open what serves, becomes a deployment with params in these places: it can be given a script.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

from envspec.diagnostics import Failure
from envspec.importing.asked import Asked, is_file, is_folder, read_text, unread
from envspec.importing.azureml.endpoint import EXPORTED_NAME, Endpoint, add_endpoint, tell_traffic
from envspec.importing.azureml.environment import environment_of
from envspec.importing.azureml.fields import (
    Fields,
    add_description,
    add_tag,
    add_tags,
    is_nothing,
)
from envspec.importing.azureml.inputs import add_param
from envspec.importing.azureml.kept import keep
from envspec.importing.azureml.model import NAMED, model_of
from envspec.importing.azureml.reference import is_exported_so
from envspec.importing.azureml.serving import add_serving
from envspec.importing.azureml.variables import variables_of
from envspec.importing.azureml.yaml_remarks import remarks_of
from envspec.importing.fields.azureml import DEPLOYMENT
from envspec.importing.fields.row import reason_of, reasons
from envspec.importing.findings import absent
from envspec.importing.spec import Block, Spec, Text, Written, references
from envspec.importing.yaml_text import Node
from envspec.packages.azureml_tags import MARK, REGISTERED
from envspec.starting.names import name_of, unique

_REASONS = reasons(DEPLOYMENT)
_ATTRIBUTES = {
    "endpoint_name": "endpoint",
    "description": "description",
    "model": "models",
    "environment": "environment",
    "code_configuration": "source",
    "environment_variables": "variables",
    "instance_count": "replicas",
    "scale_settings": "replicas",
    "resources": "resources",
    "request_settings": "limits",
    "liveness_probe": "health",
    "readiness_probe": "health",
    "tags": "tags",
}
"""What becomes of a key, for the comments that stand at it."""
_SERVERS = {"mlflow_model": "the server of MLflow", "triton_model": "Triton"}


def read_deployment(asked: Asked, root: Node) -> Spec:
    """A file of one deployment."""
    spec = Spec()
    add_deployment(Fields.of(asked, root, asked.path), spec, asked.name, {})
    return spec


def read_endpoint(asked: Asked, root: Node) -> Spec:
    """A file of one endpoint."""
    spec = Spec()
    tell_traffic(add_endpoint(Fields.of(asked, root, asked.path), spec, asked.name))
    return spec


def add_deployment(
    fields: Fields,
    spec: Spec,
    name: str,
    endpoints: Mapping[str, Endpoint],
    environments: Mapping[str, str] | None = None,
    models: Mapping[str, str] | None = None,
) -> str:
    """Adds a deployment with its environment and model, and gives the name that it has in its file; empty for one that
    is left out. `endpoints` are those that were read along with it, by name; `environments` and `models` have the labels of
    such, by name."""
    head = fields.scalar("$schema")
    schema = head.text if head is not None else ""
    if head is not None:
        fields.carried("$schema", head, "deployment")
    block = Block("deployment", name)
    fields.describes(block)
    remarks = remarks_of(read_text(fields.file), fields.node, {"environment": "conda_file"})
    if "batchdeployment" in schema.lower():
        written = fields.node.get("name").text
        fields.block = None
        block.label = name_of(written, name)
        _environment(fields, block, spec, environments or {}, needed=False)
        model_of(fields, spec, block.label, models)
        reason = "files are not scored in batches: write a `run` that reads them"
        fields.asked.report.dropped(f"deployment {written or name}", fields.shown, fields.node.line, reason)
        fields.drop_rest({}, "its deployment is left out")
        spec.above += [line for lines in remarks.values() for line in lines]
        return ""
    written = _name(fields, block, spec)
    add_description(fields, block)
    _environment(fields, block, spec, environments or {}, needed=True)
    model = model_of(fields, spec, block.label, models)
    block.add("models", references([model]) if model else None)
    _code(fields, block, spec)
    variables = fields.mapping("environment_variables")
    if variables is not None:
        above = f"{fields.path('environment_variables')}."
        variables_of(fields.asked, variables, fields.shown, spec, above).fill(block, spec)
    add_serving(fields, block)
    _endpoint(fields, block, spec, written, endpoints)
    add_tags(fields, block)
    _kind(fields, block, schema)
    fields.drop_rest(_REASONS)
    _comment(block, remarks)
    spec.blocks.append(block)
    return written or block.label


def _kind(fields: Fields, block: Block, schema: str) -> None:
    """`type`, or else the schema: which of Azure's two it is stays as a tag."""
    kind = fields.scalar("type")
    text = kind.text.strip().lower() if kind is not None else ""
    on_cluster = text == "kubernetes" or (not text and "kubernetes" in schema.lower())
    add_tag(block, MARK, "kubernetes" if on_cluster else "managed")
    if kind is not None:
        fields.carried("type", kind, f"deployment {block.label}")
        if not on_cluster:
            fields.kept("type", kind)
    elif on_cluster:
        fields.not_written("type")


def _comment(block: Block, remarks: Mapping[str, list[str]]) -> None:
    """Comments, at the attribute that stands for the key where they stood, else before the block."""
    for key, lines in remarks.items():
        attribute = _ATTRIBUTES.get(key, "")
        if not key:
            block.comments["end"] = lines
        elif attribute in block.attributes:
            block.comments.setdefault(attribute, []).extend(lines)
        else:
            block.above += lines


def _name(fields: Fields, block: Block, spec: Spec) -> str:
    node = fields.scalar("name")
    if node is None:
        block.label = unique(block.label, spec.labels("deployment"))
        fields.not_written("name")
        return ""
    label = unique(name_of(node.text, block.label), spec.labels("deployment"))
    if label == node.text:
        fields.carried("name", node, f"deployment {label}")
        if not EXPORTED_NAME.fullmatch(label):
            fields.kept("name", node)
    else:
        reason = "a name is lower-case letters, digits, `_` and `-`"
        fields.changed("name", node, f"deployment {label}", reason)
        fields.kept("name", node)
    block.label = label
    return node.text


def _server(fields: Fields) -> str:
    """What answers in the place of a scoring script; empty when the file leaves it open."""
    root = fields.node
    if not is_nothing(root.get("environment").get("inference_config")):
        return "the server of its image"
    if not is_nothing(root.get("model")):
        return _SERVERS.get(root.get("model").get("type").text, "a server that Azure brings for the model")
    return ""


def _environment(fields: Fields, block: Block, spec: Spec, known: Mapping[str, str], *, needed: bool) -> None:
    """`environment`: a block, a reference to a registered one, or a param."""
    node = fields.take("environment")
    named = NAMED.fullmatch(node.text.strip())
    if named is not None and named[1] in known:
        block.add("environment", Written(known[named[1]]))
        fields.carried("environment", node, f"environment {known[named[1]]}")
        return
    if node.kind == "scalar" and not is_exported_so(node.text.strip()):
        fields.kept("environment", node)
    name = unique(block.label, spec.labels("environment"))
    found = environment_of(fields.asked, node, fields.folder, spec, name, fields.file)
    if found is None and needed:
        fields.not_written("environment")
        param = add_param(spec, "environment", kind="string")
        fields.asked.report.changed(
            "environment", fields.shown, node.line or fields.node.line, f"param {param}",
            "give the name of a registered one with `--set`, or write a block",
        )  # fmt: skip
        found = f"param.{param}"
    block.add("environment", Written(found) if found is not None else None)


def _code(fields: Fields, block: Block, spec: Spec) -> None:
    """`source` and `entry`: params where the file leaves them open, or names what is not there."""
    section = fields.left.get("code_configuration", Node())
    if is_nothing(section):
        fields.take("code_configuration")
        fields.not_written("code_configuration")
    code = fields.inner("code_configuration")
    given = code if code is not None else Fields.of(fields.asked, Node(), fields.file)
    folder, script = (
        given.scalar("code" if "code" in given.left else "code_path"),
        given.scalar("scoring_script"),
    )
    given.drop_rest(reasons(DEPLOYMENT, "code_configuration."))
    for key, node in (("code", folder), ("scoring_script", script)):
        if node is None and code is not None:
            given.not_written(key)
    path = _source(given, folder, block, spec)
    if script is not None and not _inside(script.text):
        given.dropped("scoring_script", script, "it is not inside of `code`")
        given.kept("scoring_script", script)
        script = None
    if script is None or (path is not None and not is_file(path / posixpath.normpath(script.text))):
        param = add_param(spec, "entry", kind="string")
        block.add("entry", Written(f"param.{param}"))
        if script is not None:
            reason = "there is no such script: give its name with `--set`"
            given.changed("scoring_script", script, f"param {param}", reason, absent(script.text, script))
            given.kept("scoring_script", script)
        else:
            reason = "no scoring script is named: give one with `init()` and `run()` with `--set`"
            if server := _server(fields):
                reason = reason_of(DEPLOYMENT, "model.type", "no script is named").replace("…", server)
            fields.asked.report.changed(
                "code_configuration", fields.shown, section.line or fields.node.line, f"param {param}", reason
            )
        return
    entry = posixpath.normpath(script.text)
    wrong = _unlike(path / entry) if path is not None else ""
    if wrong:
        param = add_param(spec, "entry", kind="string", remark=entry)
        block.add("entry", Written(f"param.{param}"))
        broken = unread(path / entry, script.text) if path is not None else None
        given.changed(
            "scoring_script", script, f"param {param}", f"{wrong}, or name another with `--set`",
            None if broken is None else broken.mark(script.text, script),
        )  # fmt: skip
        given.kept("scoring_script", script)
        return
    block.add("entry", Text(entry))
    given.carried("scoring_script", script, "entry")


def _unlike(script: Path) -> str:
    """Why a script is none that a deployment can have, read and not run; empty when it is one."""
    from envspec.server.entry import check_entry

    try:
        problems = check_entry(read_text(script), script.name)
    except Failure as failure:
        return failure.diagnostics[0].message.replace(f"`{script}`", f"`{script.name}`")
    return f"{problems[0].message}: change the script" if problems else ""


def _inside(script: str) -> bool:
    plain = posixpath.normpath(script)
    return not plain.startswith(("/", "..")) and plain != "." and "\\" not in script and script.isprintable()


def _source(given: Fields, folder: Node | None, block: Block, spec: Spec) -> Path | None:
    """The folder of the script; None when a param says it."""
    written = folder.text if folder is not None else "."
    remote = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|git@", written)
    place = None if remote else given.asked.place(written, given.folder)
    if place is not None and is_folder(given.folder / written):
        if place != ".":
            block.add("source", Text(place))
        if folder is not None:
            given.carried("code", folder, "source")
        return given.folder / written
    gone = None
    if remote:
        reason = "nothing is fetched"
    elif place is None:
        reason = "it is outside of the project"
    else:
        reason, gone = f"there is no folder `{written}`", absent(written, folder)
    param = add_param(spec, "code", kind="path")
    block.add("source", Written(f"param.{param}"))
    line = folder.line if folder is not None else given.node.line
    what = given.what("code", folder) if folder is not None else "code"
    reason = f"{reason}: give it with `--set`"
    given.asked.report.changed(what, given.shown, line, f"param {param}", reason, gone)
    if folder is not None:
        given.kept("code", folder)
    return None


def _endpoint(
    fields: Fields, block: Block, spec: Spec, written: str, endpoints: Mapping[str, Endpoint]
) -> None:
    """`endpoint` and `traffic`: the endpoint that a deployment names, which is a block of its own also when its file is not
    read along; the only one when it names none."""
    node = fields.scalar("endpoint_name")
    found = endpoints.get(node.text) if node is not None else None
    if node is None and len(endpoints) == 1:
        (found,) = endpoints.values()
    if node is None:
        fields.not_written("endpoint_name")
    label = found.label if found is not None else _without_file(node, spec) if node is not None else ""
    block.add("endpoint", Written(label) if label else None)
    if found is not None and (share := found.share(written)) is not None:
        block.add("traffic", Written(str(share)))
    if node is not None:
        fields.carried("endpoint_name", node, f"endpoint {label}")


def _without_file(node: Node, spec: Spec) -> str:
    """The label of the endpoint of a name whose file is not read along."""
    label = name_of(node.text, "endpoint")
    made = Block("endpoint", label)
    if label != node.text or not EXPORTED_NAME.fullmatch(label):
        keep(made, "name", node)
    add_tag(made, MARK, REGISTERED)
    for one in spec.blocks:
        if (one.kind, one.attributes) == ("endpoint", made.attributes) and one.label.startswith(label):
            return one.label
    made.label = unique(label, spec.labels("endpoint"))
    spec.blocks.append(made)
    return made.label
