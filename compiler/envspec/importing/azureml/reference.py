"""References of Azure ML to environments that a workspace or registry has."""

from __future__ import annotations

import re

from envspec.importing.asked import Asked
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import reason_of
from envspec.language.environment_reference import parse_reference
from envspec.syntax.strings import quote

_REGISTRY = re.compile(
    r"(?:azureml:/{0,2})?/?registries/(?P<registry>[^/]+)/environments/(?P<name>[^/]+)"
    r"(?:/(?:versions/(?P<version>[^/]+)|labels/(?P<label>[^/]+)))?/?\Z"
)
_RESOURCE = re.compile(
    r"(?:azureml:/{0,2})?/?subscriptions/.+/environments/(?P<name>[^/]+)"
    r"(?:/(?:versions/(?P<version>[^/]+)|labels/(?P<label>[^/]+)))?/?\Z"
)
_SHORT = re.compile(r"(?:azureml:)?(?P<name>[^:@/\s]+)(?::(?P<version>[^:@/\s]+)|@(?P<label>[^:@/\s]+))?\Z")
_NO_REGISTRY, _NO_WORKSPACE = (
    reason_of(COMMAND_JOB, "environment", when)
    for when in ("it is in a registry", "it is the id of a resource")
)
_STRANGE = re.compile(r"[^A-Za-z0-9._-]+")


def is_exported_so(text: str) -> bool:
    """Whether a reference is there again when the spec is exported; that of a file is what the file says."""
    match = _SHORT.match(text)
    if match is None or not text.startswith("azureml:") or text.startswith("azureml:/"):
        return text.startswith("file:") or text.endswith((".yml", ".yaml"))
    reference = text.removeprefix("azureml:")
    named = match["version"] or match["label"]
    return bool(named) and _STRANGE.search(match["name"]) is None and parse_reference(reference) is not None


def reference_in(text: str) -> str:
    """What `reference_of` makes of a text, without the quotes; empty when it is no reference."""
    _, name, reference = _parts(text)
    return reference if not name or parse_reference(reference) is not None else f"{name}@latest"


def _parts(text: str) -> tuple[re.Match[str] | None, str, str]:
    """A text taken apart, its name as names are here, and both with the version or label that it has."""
    match = _REGISTRY.match(text) or _RESOURCE.match(text) or _SHORT.match(text)
    name = _STRANGE.sub("-", match["name"]).strip("-._")[:255] if match is not None else ""
    if match is None or not name:
        return match, name, ""
    version, label = match["version"], match["label"]
    return match, name, f"{name}:{version}" if version else f"{name}@{label or 'latest'}"


def reference_of(asked: Asked, text: str, place: tuple[str, str, int]) -> str | None:
    """`"NAME:VERSION"` or `"NAME@LABEL"` in quotes for `azureml:NAME:VERSION`, `azureml:NAME@LABEL`, an address in a
    registry or the id of a resource; None when it is none of them. What became of it is told of `place`: what the file
    has, file and line. One without a version is the newest, as it is in Azure ML."""
    registry, resource = _REGISTRY.match(text), _RESOURCE.match(text)
    match, name, reference = _parts(text)
    if match is None or not name:
        reason = (
            "no name can be made of it"
            if match
            else "it is not the name of an environment: `azureml:NAME:VERSION`"
        )
        asked.report.dropped(*place, reason)
        return None
    reasons = []
    if parse_reference(reference) is None:
        written = match["version"] or match["label"]
        reasons.append(f"`{written}` is neither a version nor a label, so it is the newest")
        reference = f"{name}@latest"
    if name != match["name"]:
        reasons.append("a name has letters, digits, `.`, `_` and `-`")
    if registry is not None:
        reasons.append(_NO_REGISTRY.replace("…", registry["registry"]))
    if resource is not None:
        reasons.append(_NO_WORKSPACE)
    if reasons:
        asked.report.changed(*place, reference, "; ".join(reasons))
    else:
        asked.report.carried(*place, reference)
    return quote(reference)
