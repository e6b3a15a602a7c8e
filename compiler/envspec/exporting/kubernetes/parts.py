"""What manifests of Kubernetes share: names, texts without variables, quantities, containers.

What always holds: a `$` of the spec is never a variable (Kubernetes reads `$(NAME)` in `env`, `command` and `args`, and
`$$` as `$`); names are labels of DNS (RFC 1123), and two ids never get the same one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from envspec.ir.canonical import number_text
from envspec.ir.types import Environment, Resources, SecretRef
from envspec.registry.component import repository_component

LONGEST = 63
"""Characters of a label of DNS."""

KEY = "value"
"""The key of a Secret under which its value is."""

_UNITS = ((1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki"))


def dns_name(identifier: str, longest: int = LONGEST) -> str:
    """The id itself where it is a label that begins with a letter, else its nearest legal text and eight digits."""
    if len(identifier) <= longest and re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", identifier):
        return identifier
    mark = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    legal = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-")
    legal = legal if legal[:1].isalpha() else f"x-{legal}".rstrip("-")
    return f"{legal[: longest - 9].rstrip('-')}-{mark}"


def literal(text: str) -> str:
    return text.replace("$", "$$")


def quantity(amount: int) -> str:
    """Bytes as the largest unit that leaves no rest."""
    return next(
        (f"{amount // size}{unit}" for size, unit in _UNITS if amount % size == 0 and amount), str(amount)
    )


def metadata(name: str, identifier: str) -> dict[str, Any]:
    return {"name": name, "labels": labels(name)}


def labels(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "envspec"}


def security() -> dict[str, Any]:
    return {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def user_of(environment: Environment | None) -> dict[str, Any]:
    """Who runs in the image, as numbers; a name is the image's own matter."""
    found = re.fullmatch(r"(\d+)(?::(\d+))?", (environment.docker.user if environment else "") or "1000:1000")
    if found is None:
        return {}
    user: dict[str, Any] = {"runAsUser": int(found[1])}
    return user | {"runAsGroup": int(found[2])} if found[2] else user


def group_of(environment: Environment | None) -> int:
    """The group that may write into the volumes."""
    return int(user_of(environment).get("runAsGroup", 1000))


def limits(resources: Resources) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if resources.cpu is not None:
        found["cpu"] = number_text(resources.cpu)
    if resources.memory is not None:
        found["memory"] = quantity(resources.memory)
    if resources.gpu:
        found["nvidia.com/gpu"] = str(resources.gpu)
    return {"resources": {"limits": found}} if found else {}


def shared_memory(resources: Resources, environment: Environment | None) -> int:
    return resources.shm_size or (environment.docker.shm_size if environment else None) or 0


def secret_env(variables: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": dns_name(value.name), "key": KEY}}}
        for name, value in variables.items()
        if isinstance(value, SecretRef)
    ]


def secret_losses(secrets: Iterable[SecretRef]) -> list[str]:
    return [
        f"the secret `{name}`: make it with `kubectl create secret generic {dns_name(name)} --from-file={KEY}=FILE`"
        for name in sorted({secret.name for secret in secrets})
    ]


def image_of(environment: Environment | None, identifier: str) -> str:
    """The image as `build --push` names it, but for its tag, which only a build knows. None is a registered environment,
    of whose registry nothing is known here."""
    registry = (environment.docker.registry.rstrip("/") if environment else "") or "registry.example"
    return f"{registry}/{repository_component(identifier)}:latest"
