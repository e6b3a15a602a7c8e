"""Online endpoints of Azure ML's CLI v2 (`managedOnlineEndpoint.schema.json`, `kubernetesOnlineEndpoint.schema.json`).

The language has no endpoints: who may ask is said by a deployment's `auth`, and which share of the requests it gets
by its `traffic`. So an endpoint becomes the secret that its deployments ask for.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, field, frozen
from envspec.importing.asked import read_text
from envspec.importing.azureml.fields import Fields
from envspec.importing.azureml.values import whole_number
from envspec.importing.azureml.yaml_remarks import remarks_of
from envspec.importing.fields.azureml import ENDPOINT
from envspec.importing.fields.row import by_value, reason_of, reasons
from envspec.importing.spec import Spec
from envspec.importing.variables import secret_of, variable_name
from envspec.importing.yaml_text import Node

_KINDS = {"key": "key", "aml_token": "token", "aad_token": "token"}
_MODES = by_value(ENDPOINT, "auth_mode")
_REASONS = reasons(ENDPOINT)


@frozen
class Endpoint(Frozen):
    """`secret` is the label of the one that its deployments ask for, empty for none; `traffic` by deployment: the node
    and the percentage."""

    name: str
    secret: str = ""
    traffic: Mapping[str, tuple[Node, int]] = field(default_factory=dict)


def add_endpoint(fields: Fields, spec: Spec, name: str) -> Endpoint:
    """Adds the secret of an endpoint. `name` is that of an endpoint without one."""
    schema = fields.scalar("$schema")
    if schema is not None and "batchendpoint" in schema.text.lower():
        message = f"`{fields.shown}` is a batch endpoint, which a spec cannot express"
        raise Failure(
            Diagnostic("E1303", message, help="a `run` scores a file in one go: import the job, or write it")
        )
    if schema is not None:
        fields.carried("$schema", schema, "secret")
    written = fields.scalar("name")
    name = written.text if written is not None else name
    mode = fields.scalar("auth_mode")
    word = mode.text.strip().lower() if mode is not None else "key"
    if mode is not None and word not in _MODES:
        fields.dropped("auth_mode", mode, "it is none of `key`, `aml_token` and `aad_token`; a key is taken")
        mode, word = None, "key"
    kind, reason = _KINDS[word], _MODES[word]
    block = secret_of(spec, variable_name(f"{name}-{kind}"), f"{name}-{kind}")
    label = block.label
    if not block.above:
        block.above.append(f"The {kind} of the endpoint {name}.")
    remarks = remarks_of(read_text(fields.file), fields.node)
    block.above += [line for lines in remarks.values() for line in lines]
    if written is not None:
        fields.changed(
            "name",
            written,
            f"secret {label}",
            reason_of(ENDPOINT, "name"),
        )
    if mode is not None:
        fields.changed("auth_mode", mode, f"auth = secret.{label}", reason)
    traffic = _traffic(fields)
    tags = fields.inner("tags")
    if tags is not None:
        tags.drop_rest({}, reason_of(ENDPOINT, "tags.*"))
    keys = fields.take("keys")
    if keys.kind:
        fields.asked.report.dropped("keys", fields.shown, keys.line, _REASONS["keys"])
    fields.drop_rest(_REASONS)
    return Endpoint(name, label, traffic)


def _traffic(fields: Fields) -> dict[str, tuple[Node, int]]:
    """Percentages by deployment; what goes to one that is not there is told by whoever knows."""
    section = fields.inner("traffic")
    found: dict[str, tuple[Node, int]] = {}
    for key in list(section.left) if section is not None else ():
        assert section is not None
        node = section.scalar(key)
        share = whole_number(node, 0) if node is not None else None
        if node is None:
            continue
        if share is None or share > 100:
            section.dropped(key, node, "a percentage from 0 to 100 is expected here")
        else:
            found[key] = (node, share)
    return found


def tell_traffic(fields: Fields, traffic: Mapping[str, tuple[Node, int]]) -> None:
    """What goes to deployments that are not read along with the endpoint."""
    for name, (node, share) in traffic.items():
        fields.asked.report.dropped(
            f"traffic.{name}: {share}", fields.shown, node.line,
            reason_of(ENDPOINT, "traffic.*", "its deployment is not read along"),
        )  # fmt: skip
