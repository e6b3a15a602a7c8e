"""`compose.yaml` of a deployment: how its image is run by `docker compose up`, without this compiler.

What always holds: the port is published on loopback only; models are mounted read-only from `./models`;
secrets are files, never variables, and come from the caller's variables or from `./secrets`; no `$` of the spec
is a variable of compose.
"""

from __future__ import annotations

import re
from typing import Any

from envspec.ir.canonical import number_text
from envspec.ir.types import Deployment, Environment, Project, SecretRef
from envspec.lower.yaml_text import yaml_text

_AUTH = "/run/envspec-auth/token"


def compose_file(
    project: Project,
    deployment: Deployment,
    environment: Environment,
    image: str,
    *,
    context: str = ".",
    maker: str = "envspec from a spec; `envspec compile` writes it again",
) -> str:
    """`context` is the build context as the folder of the file sees it, `maker` what the first line says of it."""
    name = _name(deployment.id)
    document: dict[str, Any] = {
        "name": name,
        "services": {name: {"build": _literal(context)} | _service(deployment, environment, image)},
    }
    secrets = {ref.name: _secret(project, ref) for ref in _references(deployment, environment)}
    if secrets:
        document["secrets"] = dict(sorted(secrets.items()))
    return f"# Made by {maker}.\n" + yaml_text(document)


def _service(deployment: Deployment, environment: Environment, image: str) -> dict[str, Any]:
    service: dict[str, Any] = {"image": image} if image else {}
    service |= {
        "init": True,
        "restart": "on-failure:5",
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "ports": [f"127.0.0.1:{deployment.port}:{deployment.port}"],
        "environment": _variables(deployment, environment),
    }
    if deployment.models:
        service["volumes"] = [
            {
                "type": "bind",
                "source": f"./models/{_literal(model)}",
                "target": f"/opt/envspec/models/{_literal(model)}",
                "read_only": True,
                "bind": {"create_host_path": False},
            }
            for model in sorted(set(deployment.models))
        ]
    secrets = _mounted_secrets(deployment, environment)
    if secrets:
        service["secrets"] = secrets
    service |= _resources(deployment, environment)
    health = deployment.health
    service["healthcheck"] = {
        "interval": _seconds(health.interval),
        "timeout": _seconds(health.timeout),
        "start_period": _seconds(health.start_period),
        "retries": health.retries,
    }
    return service


def _variables(deployment: Deployment, environment: Environment) -> dict[str, str]:
    merged = {**environment.variables, **deployment.variables}
    variables = {
        name: _literal(value) for name, value in sorted(merged.items()) if not isinstance(value, SecretRef)
    }
    variables |= {
        "ENVSPEC_HOST": "0.0.0.0",  # noqa: S104 - in the container; published on loopback only
        "ENVSPEC_PORT": str(deployment.port),
        "ENVSPEC_WORKERS": str(deployment.replicas),
        "ENVSPEC_CONCURRENCY": str(deployment.limits.concurrency),
        "ENVSPEC_TIMEOUT": number_text(deployment.limits.timeout),
        "ENVSPEC_BODY_LIMIT": str(deployment.limits.body),
    }
    if deployment.models:
        variables["ENVSPEC_MODELS"] = "/opt/envspec/models"
    if any(isinstance(value, SecretRef) for value in merged.values()):
        variables["ENVSPEC_SECRET_DIR"] = "/run/secrets"  # noqa: S105 - a folder
    if deployment.auth is not None:
        variables["ENVSPEC_AUTH_FILE"] = _AUTH
    return variables


def _references(deployment: Deployment, environment: Environment) -> list[SecretRef]:
    merged = {**environment.variables, **deployment.variables}
    found = [value for _, value in sorted(merged.items()) if isinstance(value, SecretRef)]
    return [*found, *([deployment.auth] if deployment.auth is not None else [])]


def _mounted_secrets(deployment: Deployment, environment: Environment) -> list[dict[str, str]]:
    """Each secret variable as a file of the variable's name, and the token where the server looks for it."""
    merged = {**environment.variables, **deployment.variables}
    mounted = [
        {"source": value.name, "target": name}
        for name, value in sorted(merged.items())
        if isinstance(value, SecretRef)
    ]
    if deployment.auth is not None:
        mounted.append({"source": deployment.auth.name, "target": _AUTH})
    return mounted


def _secret(project: Project, reference: SecretRef) -> dict[str, str]:
    """A secret of a variable is read from it; what another kind gives has to be put into `./secrets`."""
    secret = project.secrets.get(reference.name)
    if secret is not None and secret.kind == "variable" and isinstance(secret.source, str):
        return {"environment": _literal(secret.source)}
    return {"file": f"./secrets/{_literal(reference.name)}"}


def _resources(deployment: Deployment, environment: Environment) -> dict[str, Any]:
    resources = deployment.resources
    settings: dict[str, Any] = {}
    shared = resources.shm_size or environment.docker.shm_size
    if shared:
        settings["shm_size"] = shared
    limits: dict[str, Any] = {}
    if resources.cpu is not None:
        limits["cpus"] = number_text(resources.cpu)
    if resources.memory is not None:
        limits["memory"] = str(resources.memory)
    deploy: dict[str, Any] = {"resources": {"limits": limits}} if limits else {}
    if resources.gpu:
        devices = [{"driver": "nvidia", "count": resources.gpu, "capabilities": ["gpu"]}]
        deploy.setdefault("resources", {})["reservations"] = {"devices": devices}
    if deploy:
        settings["deploy"] = deploy
    return settings


def _literal(text: str) -> str:
    """Compose reads `$` as a variable; `$$` is the character."""
    return text.replace("$", "$$")


def _seconds(value: float) -> str:
    return f"{number_text(value)}s"


def _name(identifier: str) -> str:
    """Compose wants lower-case letters, digits, `_` and `-`, a letter or digit first."""
    legal = re.sub(r"[^a-z0-9_-]", "-", identifier.lower()).lstrip("-_")
    return legal or "deployment"
