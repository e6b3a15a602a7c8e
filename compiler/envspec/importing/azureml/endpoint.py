"""Online endpoints of Azure ML's CLI v2 (`managedOnlineEndpoint.schema.json`, `kubernetesOnlineEndpoint.schema.json`): an
`endpoint` block each, with the secret that its deployments ask for."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.importing.asked import read_text
from envspec.importing.azureml.fields import Fields, add_description, add_tag, add_tags
from envspec.importing.azureml.values import whole_number
from envspec.importing.azureml.yaml_remarks import remarks_of
from envspec.importing.fields.azureml import ENDPOINT
from envspec.importing.fields.row import by_value, reason_of, reasons
from envspec.importing.spec import Block, Spec, Written
from envspec.importing.variables import secret_of, variable_name
from envspec.importing.yaml_text import Node
from envspec.lazy_pattern import lazy_pattern
from envspec.packages.azureml_tags import MARK
from envspec.starting.names import name_of, unique

EXPORTED_NAME = lazy_pattern(r"[a-z][a-z0-9-]{1,30}[a-z0-9]")
"""What an export writes as it is for the name of an endpoint or deployment."""
_KINDS = {"key": "key", "aml_token": "token", "aad_token": "token"}
_WRITTEN = {"key": "key", "token": "aml_token"}
"""What an export makes of the kind of a secret."""
_MODES = by_value(ENDPOINT, "auth_mode")
_REASONS = reasons(ENDPOINT)


@frozen
class Endpoint(Frozen):
    """`name` is that of the file, `label` that of its block. `traffic` has percentages by deployment."""

    name: str
    label: str
    traffic: Fields | None = None

    def share(self, deployment: str) -> int | None:
        """The percentage of a deployment, which is told; None when nothing is said of it."""
        node = self.traffic.left.get(deployment, Node()) if self.traffic is not None else Node()
        number = whole_number(node, 0) if node.kind == "scalar" else None
        if self.traffic is None or number is None or number > 100:
            return None
        self.traffic.carried(deployment, self.traffic.take(deployment), "traffic")
        return number


def add_endpoint(fields: Fields, spec: Spec, name: str) -> Endpoint:
    """Adds the block of an endpoint and its secret. `name` is that of an endpoint without one."""
    schema = fields.scalar("$schema")
    if schema is not None and "batchendpoint" in schema.text.lower():
        message = f"`{fields.shown}` is a batch endpoint, which a spec cannot express"
        raise Failure(
            Diagnostic("E1303", message, help="a `run` scores a file in one go: import the job, or write it")
        )
    block = Block("endpoint", name)
    fields.describes(block)
    if schema is not None:
        fields.carried("$schema", schema, "endpoint")
        if "kubernetes" in schema.text.lower():
            add_tag(block, MARK, "kubernetes")
    written = fields.scalar("name")
    block.label = unique(name_of(written.text if written else name, "endpoint"), spec.labels("endpoint"))
    if written is None:
        fields.not_written("name")
    elif block.label == written.text:
        fields.carried("name", written, f"endpoint {block.label}")
        if not EXPORTED_NAME.fullmatch(block.label):
            fields.kept("name", written)
    else:
        fields.changed(
            "name", written, f"endpoint {block.label}", reason_of(ENDPOINT, "name", "it is no name of ours")
        )
        fields.kept("name", written)
    add_description(fields, block)
    _auth(fields, block, spec, written.text if written is not None else name)
    add_tags(fields, block)
    traffic = fields.inner("traffic")
    keys = fields.take("keys")
    if keys.kind:
        fields.asked.report.dropped("keys", fields.shown, keys.line, _REASONS["keys"])
    fields.drop_rest(_REASONS)
    remarks = remarks_of(read_text(fields.file), fields.node)
    block.comments["end"] = remarks.pop("", [])
    for key, lines in remarks.items():
        block.comments[{"auth_mode": "auth"}.get(key, key)] = lines
    spec.blocks.append(block)
    return Endpoint(written.text if written is not None else name, block.label, traffic)


def _auth(fields: Fields, block: Block, spec: Spec, name: str) -> None:
    mode = fields.scalar("auth_mode")
    word = mode.text.strip().lower() if mode is not None else "key"
    if mode is not None and word not in _MODES:
        fields.dropped("auth_mode", mode, "it is none of `key`, `aml_token` and `aad_token`; a key is taken")
        mode, word = None, "key"
    kind, reason = _KINDS[word], _MODES[word]
    secret = secret_of(spec, variable_name(f"{name}-{kind}"), f"{name}-{kind}").label
    block.add("auth", Written(f"secret.{secret}"))
    if mode is not None:
        fields.changed("auth_mode", mode, f"auth = secret.{secret}", reason)
        if _WRITTEN[kind] != mode.text:
            fields.kept("auth_mode", mode)
    else:
        fields.not_written("auth_mode")


def tell_traffic(endpoint: Endpoint) -> None:
    """What goes to deployments that are not read along with the endpoint, or is no percentage."""
    traffic = endpoint.traffic
    for key in list(traffic.left) if traffic is not None else ():
        assert traffic is not None
        node = traffic.scalar(key)
        number = whole_number(node, 0) if node is not None else None
        if node is not None and (number is None or number > 100):
            traffic.dropped(key, node, "a percentage from 0 to 100 is expected here")
        elif node is not None:
            traffic.dropped(key, node, reason_of(ENDPOINT, "traffic.*", "its deployment is not read along"))
