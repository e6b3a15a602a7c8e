"""Online endpoints of Azure ML and their deployments.

They are managed ones, or on a cluster of Kubernetes where a tag of an import or the target says so.

A deployment with `traffic` shares an endpoint with those that ask for the same secret; any other has an endpoint of its
own, which is called as the secret that only it asks for (`NAME-key`), or as the deployment. Azure has keys of its own for
an endpoint, so a secret is there by its name at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from envspec.exporting.azureml.command import EXPRESSION
from envspec.exporting.azureml.environment import SCHEMAS, environment_file
from envspec.exporting.azureml.machine import kind_of
from envspec.exporting.azureml.registered import azure_reference
from envspec.exporting.fields import A_KIND, FORMS, ON_KUBERNETES, held
from envspec.exporting.interface import SpecRequest
from envspec.exporting.kubernetes.parts import dns_name, quantity
from envspec.exporting.losses import deployment_losses
from envspec.ir.canonical import number_text
from envspec.ir.types import (
    Deployment,
    Environment,
    Model,
    OutputOf,
    PathInput,
    RegisteredEnvironment,
    SecretRef,
)

FORM = "a deployment of Azure ML"
_LONGEST = 32
_CLUSTER, _SIZE = "kubernetes-cluster", "Standard_DS3_v2"
_SERVER = ("azureml-inference-server-http", "azureml-defaults")
_KEY, _TOKEN = "-key", "-token"
_MODEL_TYPES = {"mlflow": "mlflow_model", "triton": "triton_model"}
Made = tuple[str, dict[str, Any], list[str]]


def serving(request: SpecRequest) -> Iterator[Made]:
    endpoints: dict[str, list[Deployment]] = {}
    for deployment in request.deployments:
        endpoints.setdefault(_endpoint_of(request, deployment), []).append(deployment)
    for name, deployments in endpoints.items():
        yield _endpoint(request, name, deployments)
    for name, deployments in endpoints.items():
        for deployment in deployments:
            document, losses = _deployment(request, deployment, name)
            yield f"deployment-{document['name']}.yml", document, losses


def _name(text: str) -> str:
    """3 to 32 letters, digits and `-`."""
    name = dns_name(text, _LONGEST)
    return name if len(name) > 2 else f"{name}-endpoint"


def _endpoint_of(request: SpecRequest, deployment: Deployment) -> str:
    auth = deployment.auth
    asking = [one for one in request.project.deployments.values() if one.auth == auth]
    own = len(asking) == 1 and auth is not None and auth.name.endswith((_KEY, _TOKEN))
    if deployment.traffic is None and not own:
        return _name(deployment.id)
    if deployment.auth is not None:
        return _name(deployment.auth.name.removesuffix(_KEY).removesuffix(_TOKEN))
    return _name(request.source.rpartition("/")[2].removesuffix(".envspec"))


def _endpoint(request: SpecRequest, name: str, deployments: list[Deployment]) -> Made:
    auth = deployments[0].auth
    kubernetes = any(_on_kubernetes(request, one) for one in deployments)
    document: dict[str, Any] = {
        "$schema": f"{SCHEMAS}/{'kubernetes' if kubernetes else 'managed'}OnlineEndpoint.schema.json",
        "name": name,
        "auth_mode": "aml_token" if auth is not None and auth.name.endswith(_TOKEN) else "key",
    }
    losses = []
    if kubernetes:
        document["compute"] = f"azureml:{_CLUSTER}"
        losses.append(
            f"`compute` of `{name}`: write the name that the cluster has in the workspace for `{_CLUSTER}`"
        )
    traffic = {_name(one.id): one.traffic for one in deployments if one.traffic is not None}
    if traffic:
        document["traffic"] = traffic
        losses.append(
            f"`traffic` of `{name}`: make the endpoint without it, then its deployments; then update it with this file"
        )
    if auth is None:
        losses.append(
            f"`auth` of `{deployments[0].id}`: it lets every request in, and an endpoint of Azure asks for a key"
        )
    else:
        losses.append(f"the secret `{auth.name}`: Azure makes a key of its own for the endpoint `{name}`")
    return f"endpoint-{name}.yml", document, losses


def _deployment(
    request: SpecRequest, deployment: Deployment, endpoint: str
) -> tuple[dict[str, Any], list[str]]:
    environment = request.environment_of(deployment)
    losses: list[str] = []
    kubernetes = _on_kubernetes(request, deployment)
    document: dict[str, Any] = {
        "$schema": f"{SCHEMAS}/{'kubernetes' if kubernetes else 'managed'}OnlineDeployment.schema.json",
        "name": _name(deployment.id),
        **({"type": "kubernetes"} if kubernetes else {}),
        "endpoint_name": endpoint,
    }
    document |= {key: value for key, value in _notes(deployment).items() if value}
    document |= _model(request, deployment, losses)
    document["code_configuration"] = {
        "code": request.place(deployment.source or "."),
        "scoring_script": deployment.entry,
    }
    if environment is not None:
        document["environment"] = environment_file(environment)
        losses += _needs(environment)
    else:
        assert isinstance(deployment.environment, RegisteredEnvironment)
        document["environment"], lost = azure_reference(deployment.environment, deployment.name)
        losses += lost
    variables = _variables(deployment, environment, losses)
    if variables:
        document["environment_variables"] = variables
    kind = kind_of(deployment.resources)
    if kind or not kubernetes:
        document["instance_type"] = kind or _SIZE
    document["instance_count"] = deployment.replicas
    if kubernetes and (asked := _resources(deployment)):
        document["resources"] = {"requests": asked, "limits": dict(asked)}
    limits, health = deployment.limits, deployment.health
    document["request_settings"] = {
        "request_timeout_ms": max(1, round(limits.timeout * 1000)),
        "max_concurrent_requests_per_instance": limits.concurrency,
    }
    probe = {
        "initial_delay": max(1, round(health.start_period)),
        "period": max(1, round(health.interval)),
        "timeout": max(1, round(health.timeout)),
        "failure_threshold": health.retries,
    }
    document["liveness_probe"], document["readiness_probe"] = probe, dict(probe)
    if not kubernetes and not kind:
        losses.append(
            f"`instance_type` of `{deployment.id}`: the spec names no machine of Azure; choose one that is enough"
        )
    when = [ON_KUBERNETES] * kubernetes + [A_KIND] * bool(kind)
    told = deployment_losses(deployment, FORM, held(FORMS["azureml"].deployment, *when))
    if limits.body != type(limits)().body:
        told.append(f"`limits.body` of `{deployment.id}` (`{limits.body}`): {FORM} has no place for it")
    return document, [*losses, *told]


def _notes(deployment: Deployment) -> dict[str, Any]:
    """An import keeps in a tag what kind of deployment it is."""
    tags = {key: value for key, value in deployment.tags.items() if key != "azureml"}
    return {"description": deployment.description, "tags": tags}


def _on_kubernetes(request: SpecRequest, deployment: Deployment) -> bool:
    target = request.project.targets.get(deployment.target)
    return deployment.tags.get("azureml") == "kubernetes" or (
        target is not None and target.kind == "kubernetes"
    )


def _resources(deployment: Deployment) -> dict[str, str]:
    """Quantities of Kubernetes; what is given is the most, and is asked for whole."""
    given = deployment.resources
    found: dict[str, str] = {}
    if given.cpu is not None:
        found["cpu"] = number_text(given.cpu)
    if given.memory is not None:
        found["memory"] = quantity(given.memory)
    if given.gpu is not None:
        found["nvidia.com/gpu"] = str(given.gpu)
    return found


def _model(request: SpecRequest, deployment: Deployment, losses: list[str]) -> Mapping[str, Any]:
    """Azure has one model, which it puts where `$AZUREML_MODEL_DIR` says."""
    if not deployment.models:
        return {}
    first, *others = deployment.models
    losses += [f"model `{one}` of `{deployment.id}`: {FORM} has one model" for one in others]
    losses.append(f"`$ENVSPEC_MODELS` of `{deployment.id}`: Azure's server says `$AZUREML_MODEL_DIR`")
    model = request.project.models.get(first)  # there is none while its path waits for a param
    if model is not None and isinstance(model.origin, PathInput):
        return {"model": model_of(request, model, model.origin)}
    run = model.origin if model is not None and isinstance(model.origin, OutputOf) else None
    what = f"what the run `{run.run}` leaves" if run is not None else "it"
    losses.append(f"model `{first}` of `{deployment.id}`: register {what} under this name")
    return {"model": f"azureml:{first}@latest"}


def models(request: SpecRequest) -> Iterator[Made]:
    """Files of the models that no deployment has, where there is nothing else to write."""
    for model in request.project.models.values():
        if isinstance(model.origin, PathInput):
            head = {"$schema": f"{SCHEMAS}/model.schema.json"}
            yield f"model-{model.id}.yml", {**head, **model_of(request, model, model.origin)}, []


def model_of(request: SpecRequest, model: Model, place: PathInput) -> dict[str, Any]:
    """The keys of a model. Azure counts versions; one that an import made a tag of is a version again."""
    tags = dict(model.tags)
    document: dict[str, Any] = {"name": model.id}
    if (version := tags.pop("version", "")).isdigit():
        document["version"] = version
    elif version:
        tags["version"] = version
    document["path"] = request.place(place.path)
    if model.framework in _MODEL_TYPES:
        document["type"] = _MODEL_TYPES[model.framework]
    if model.description:
        document["description"] = model.description
    if tags:
        document["tags"] = tags
    return document


def _needs(environment: Environment) -> list[str]:
    names = {package.name for package in environment.pip}
    if not environment.managed or environment.docker.dockerfile or names & set(_SERVER):
        return []
    return [f"Azure's server: add `{_SERVER[0]}` to `pip` of `{environment.id}`"]


def _variables(deployment: Deployment, environment: Environment | None, losses: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in {**(environment.variables if environment else {}), **deployment.variables}.items():
        if isinstance(value, SecretRef):
            losses.append(
                f"`{name}` of `{deployment.id}`: the value of the secret `{value.name}` is written nowhere; set it there"
            )
        elif EXPRESSION.search(value):
            losses.append(
                f"`{name}` of `{deployment.id}`: Azure would put something else in the place of its `${{{{…}}}}`"
            )
        else:
            found[name] = value
    return found
