"""Manifests for `kubectl apply`: a Job for each run, a ConfigMap, Deployment and Service for each deployment.

Variables of a deployment are in the ConfigMap, secrets are those of the cluster, by name. Images, models, code and
data have to be where the manifests say; what that takes is told.
"""

from __future__ import annotations

from typing import Any

from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.kubernetes.job import job
from envspec.exporting.kubernetes.parts import (
    dns_name,
    group_of,
    image_of,
    labels,
    limits,
    metadata,
    secret_losses,
    security,
    shared_memory,
    user_of,
)
from envspec.exporting.losses import deployment_losses, environment_losses
from envspec.ir.canonical import number_text
from envspec.ir.types import Deployment, Environment, Health, SecretRef
from envspec.lower.yaml_text import yaml_text

FORM = "a manifest"
_AUTH, _SECRETS, _MODELS = "/run/envspec-auth", "/run/secrets", "/opt/envspec/models"


def export(request: SpecRequest) -> Export:
    documents: list[dict[str, Any]] = []
    losses: list[str] = []
    for run in request.runs:
        made, told = job(request, run)
        documents.append(made)
        losses += told
    for deployment in request.deployments:
        more, told = _deployment(request, deployment)
        documents += more
        losses += told
    for environment in request.environments:
        losses += environment_losses(environment, FORM, held(FORMS["kubernetes"].environment), named=True)
    head = "# Made by `envspec export kubernetes`.\n"
    text = head + "---\n".join(yaml_text(document) for document in documents)
    return Export(text, tuple(dict.fromkeys(losses)), nothing=not documents)


def _deployment(request: SpecRequest, deployment: Deployment) -> tuple[list[dict[str, Any]], list[str]]:
    environment = request.environment_of(deployment)
    name = dns_name(deployment.id)
    variables = {**(environment.variables if environment else {}), **deployment.variables}
    image = image_of(environment, deployment.id)
    mounts, volumes = _volumes(deployment, environment, variables)
    probe = {
        "periodSeconds": max(1, round(deployment.health.interval)),
        "timeoutSeconds": max(1, round(deployment.health.timeout)),
    }
    container: dict[str, Any] = {
        "name": "server",
        "image": image,
        "ports": [{"name": "http", "containerPort": deployment.port}],
        "envFrom": [{"configMapRef": {"name": name}}],
        **limits(deployment.resources),
        "startupProbe": {
            "httpGet": {"path": "/readyz", "port": "http"},
            **probe,
            "failureThreshold": _tries(deployment.health),
        },
        "readinessProbe": {
            "httpGet": {"path": "/readyz", "port": "http"},
            **probe,
            "failureThreshold": deployment.health.retries,
        },
        "livenessProbe": {
            "httpGet": {"path": "/healthz", "port": "http"},
            **probe,
            "failureThreshold": deployment.health.retries,
        },
        "securityContext": security(),
    }
    pod: dict[str, Any] = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, **user_of(environment), "fsGroup": group_of(environment)},
        "containers": [container],
    }
    if user_of(environment).get("runAsUser") == 0:
        pod["securityContext"].pop("runAsNonRoot")
    if mounts:
        container["volumeMounts"] = mounts
        pod["volumes"] = volumes
    documents = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(name, deployment.id),
            "data": _settings(deployment, variables),
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata(name, deployment.id),
            "spec": {
                "replicas": deployment.replicas,
                "selector": {"matchLabels": {"app.kubernetes.io/name": name}},
                "template": {"metadata": {"labels": labels(name)}, "spec": pod},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(name, deployment.id),
            "spec": {
                "selector": {"app.kubernetes.io/name": name},
                "ports": [{"name": "http", "port": deployment.port, "targetPort": "http"}],
            },
        },
    ]
    losses = [
        f"the image `{image}`: build it (`envspec build {deployment.id} --target docker`), push it, and name it here"
    ]
    losses += [
        f"model `{model}`: put it into a volume with the claim `{dns_name(f'model-{model}')}`"
        for model in sorted(set(deployment.models))
    ]
    secrets = [value for value in variables.values() if isinstance(value, SecretRef)]
    losses += secret_losses([*secrets, *([deployment.auth] if deployment.auth is not None else [])])
    return documents, [*losses, *deployment_losses(deployment, FORM, held(FORMS["kubernetes"].deployment))]


def _tries(health: Health) -> int:
    """How often the start may be asked for, so that `init()` has its time."""
    return max(1, round(health.start_period / max(1.0, health.interval))) + health.retries


def _settings(deployment: Deployment, variables: dict[str, Any]) -> dict[str, str]:
    """A ConfigMap is read as it is: `$` means nothing there. One server process is one replica."""
    settings = {name: value for name, value in sorted(variables.items()) if isinstance(value, str)}
    settings |= {
        "ENVSPEC_HOST": "0.0.0.0",  # noqa: S104 - in the pod
        "ENVSPEC_PORT": str(deployment.port),
        "ENVSPEC_WORKERS": "1",
        "ENVSPEC_CONCURRENCY": str(deployment.limits.concurrency),
        "ENVSPEC_TIMEOUT": number_text(deployment.limits.timeout),
        "ENVSPEC_BODY_LIMIT": str(deployment.limits.body),
    }
    if deployment.models:
        settings["ENVSPEC_MODELS"] = _MODELS
    if any(isinstance(value, SecretRef) for value in variables.values()):
        settings["ENVSPEC_SECRET_DIR"] = _SECRETS
    if deployment.auth is not None:
        settings["ENVSPEC_AUTH_FILE"] = f"{_AUTH}/token"
    return settings


def _volumes(
    deployment: Deployment, environment: Environment | None, variables: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    mounts: list[dict[str, Any]] = []
    volumes: list[dict[str, Any]] = []
    for model in sorted(set(deployment.models)):
        claim = dns_name(f"model-{model}")
        mounts.append({"name": claim, "mountPath": f"{_MODELS}/{model}", "readOnly": True})
        volumes.append({"name": claim, "persistentVolumeClaim": {"claimName": claim, "readOnly": True}})
    named = {name: value for name, value in variables.items() if isinstance(value, SecretRef)}
    if named:
        mounts.append({"name": "secrets", "mountPath": _SECRETS, "readOnly": True})
        sources = [
            {"secret": {"name": dns_name(value.name), "items": [{"key": "value", "path": name}]}}
            for name, value in sorted(named.items())
        ]
        volumes.append({"name": "secrets", "projected": {"sources": sources}})
    if deployment.auth is not None:
        mounts.append({"name": "auth", "mountPath": _AUTH, "readOnly": True})
        secret = {"secretName": dns_name(deployment.auth.name), "items": [{"key": "value", "path": "token"}]}
        volumes.append({"name": "auth", "secret": secret})
    if shared := shared_memory(deployment.resources, environment):
        mounts.append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108
        volumes.append({"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": str(shared)}})
    return mounts, volumes
