"""References of Azure ML to environments that a workspace or registry has."""

from __future__ import annotations

import re

from envspec.importing.asked import Asked
from envspec.importing.fields.azureml import COMMAND_JOB
from envspec.importing.fields.row import reason_of
from envspec.starting.names import name_of
from envspec.syntax.strings import quote

_REGISTRY = re.compile(
    r"(?:azureml:/{0,2})?/?registries/(?P<registry>[^/]+)/environments/(?P<name>[^/]+)"
    r"(?:/(?:versions|labels)/(?P<version>[^/]+))?/?\Z"
)
_RESOURCE = re.compile(
    r"(?:azureml:/{0,2})?/?subscriptions/.+/environments/(?P<name>[^/]+)(?:/(?:versions|labels)/(?P<version>[^/]+))?/?\Z"
)
_SHORT = re.compile(r"(?:azureml:)?(?P<name>[^:@/\s]+)(?:[:@](?P<version>[^:@/\s]+))?\Z")
_REGISTER = reason_of(COMMAND_JOB, "environment")


def reference_of(asked: Asked, text: str, place: tuple[str, str, int]) -> str | None:
    """`"name:version"` in quotes for `azureml:NAME:VERSION`, `azureml:NAME@latest`, an address in a registry or the id of
    a resource; None when it is none of them. What became of it is told of `place`: what the file has, file and line."""
    match = _REGISTRY.match(text) or _RESOURCE.match(text) or _SHORT.match(text)
    label = name_of(match["name"], "") if match is not None else ""
    if match is None or not label:
        reason = (
            "no name can be made of it"
            if match
            else "it is not the name of an environment: `azureml:NAME:VERSION`"
        )
        asked.report.dropped(*place, reason)
        return None
    version = match["version"] or "latest"
    number = version if re.fullmatch(r"[1-9][0-9]{0,8}", version) else "1"
    reason = _REGISTER
    if number != version:
        reason += f"; versions are numbers, so `{version}` is 1"
    asked.report.changed(*place, f"{label}:{number}", reason)
    return quote(f"{label}:{number}")
