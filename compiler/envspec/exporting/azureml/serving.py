"""Online endpoints of Azure ML and their deployments.

They are managed ones, or on a cluster of Kubernetes where a tag of an import or the target says so.

A deployment without an `endpoint` has one of its own that is called as it. Azure has keys of its own for an endpoint, so a
secret is there by its name at most. What serves or is asked for in a spec by itself (how long a request may take, how
health is asked for) is written as it is, because Azure's own is another; of a deployment that came from there, only what
it said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from envspec.exporting.azureml.command import EXPRESSION
from envspec.exporting.azureml.environment import SCHEMAS, environment_in, notes
from envspec.exporting.azureml.machine import kind_of
from envspec.exporting.azureml.put_back import put_back
from envspec.exporting.azureml.registered import azure_reference
from envspec.exporting.fields import A_KIND, FORMS, ON_KUBERNETES, held
from envspec.exporting.interface import SpecRequest
from envspec.exporting.kubernetes.parts import dns_name, quantity
from envspec.exporting.losses import deployment_losses
from envspec.ir.canonical import number_text
from envspec.ir.types import (
    Deployment,
    Endpoint,
    Environment,
    Health,
    Limits,
    Model,
    OutputOf,
    PathInput,
    RegisteredEnvironment,
    SecretRef,
)
from envspec.packages.azureml_tags import MARK, REFERENCE, REGISTERED, values_of

FORM = "a deployment of Azure ML"
_LONGEST = 32
_CLUSTER, _SIZE = "kubernetes-cluster", "Standard_DS3_v2"
_SERVER = ("azureml-inference-server-http", "azureml-defaults")
_RENEWED = "-token"
"""How the secret is called whose value Azure renews."""
_MODEL_TYPES = {"mlflow": "mlflow_model", "triton": "triton_model"}
Made = tuple[str, dict[str, Any], list[str]]


def serving(request: SpecRequest, *, whole: bool) -> Iterator[Made]:
    """Files of endpoints and deployments; `whole`: endpoints that no deployment is of are there too."""
    endpoints: dict[str, list[Deployment]] = {}
    shared = [request.project.endpoints[key] for key in sorted(request.project.endpoints)] if whole else []
    for endpoint in shared:
        endpoints[_called(endpoint)] = []
    for deployment in request.deployments:
        name = _endpoint_of(request, deployment)
        if name:
            endpoints.setdefault(name, []).append(deployment)
    blocks = {_called(one): one for one in request.project.endpoints.values()}
    for name, deployments in endpoints.items():
        block = blocks.get(name) if all(one.endpoint for one in deployments) else None
        if block is None or block.tags.get(MARK) != REGISTERED:
            yield _endpoint(request, name, deployments, block)
    for deployment in request.deployments:
        document, losses = _deployment(request, deployment, _endpoint_of(request, deployment))
        yield f"deployment-{_name(deployment.id)}.yml", document, losses


def _called(endpoint: Endpoint) -> str:
    """The name of an endpoint block in Azure, which an import keeps where it is no name of ours."""
    kept = values_of(endpoint.tags).get("name")
    return kept if isinstance(kept, str) else _name(endpoint.id)


def _name(text: str) -> str:
    """3 to 32 letters, digits and `-`."""
    name = dns_name(text, _LONGEST)
    return name if len(name) > 2 else f"{name}-endpoint"


def _endpoint_of(request: SpecRequest, deployment: Deployment) -> str:
    """The endpoint of a deployment; empty for one that came from Azure ML without."""
    if deployment.endpoint:
        return _called(request.project.endpoints[deployment.endpoint])
    said = "endpoint_name" not in values_of(deployment.tags)  # an import says that it is not there
    return _name(deployment.id) if said else ""


def _endpoint(request: SpecRequest, name: str, deployments: list[Deployment], block: Endpoint | None) -> Made:
    auth = block.auth if block is not None else deployments[0].auth
    tags = block.tags if block is not None else {}
    kubernetes = any(_on_kubernetes(request, one) for one in deployments) or tags.get(MARK) == "kubernetes"
    document: dict[str, Any] = {
        "$schema": f"{SCHEMAS}/{'kubernetes' if kubernetes else 'managed'}OnlineEndpoint.schema.json",
        "name": name,
        "auth_mode": "aml_token" if auth is not None and auth.name.endswith(_RENEWED) else "key",
        **(notes(block) if block is not None else {}),
    }
    losses = []
    if kubernetes and "compute" not in values_of(tags):
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
        whose = f"`{deployments[0].id}`" if deployments else f"`{name}`"
        losses.append(f"`auth` of {whose}: it lets every request in, and an endpoint of Azure asks for a key")
    else:
        losses.append(f"the secret `{auth.name}`: Azure makes a key of its own for the endpoint `{name}`")
    return f"endpoint-{name}.yml", put_back(request, document, tags), losses


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
        **({"endpoint_name": endpoint} if endpoint else {}),
        **notes(deployment),
    }
    known = values_of(deployment.tags)
    as_written = MARK in deployment.tags
    document |= _model(request, deployment, losses)
    document["code_configuration"] = {
        "code": request.place(deployment.source or "."),
        "scoring_script": deployment.entry,
    }
    if environment is not None:
        document["environment"] = environment_in(request, environment)
        losses += _needs(environment) if "code_configuration" not in known else []
    else:
        assert isinstance(deployment.environment, RegisteredEnvironment)
        document["environment"], lost = azure_reference(deployment.environment, deployment.name)
        losses += lost
    variables = _variables(deployment, environment, losses)
    if variables:
        document["environment_variables"] = variables
    kind = kind_of(deployment.resources)
    if kind or not (kubernetes or as_written):
        document["instance_type"] = kind or _SIZE
    document["instance_count"] = deployment.replicas
    if kubernetes and (asked := _resources(deployment)):
        document["resources"] = {"requests": asked, "limits": dict(asked)}
    limits, health = deployment.limits, deployment.health
    if not as_written or (limits.timeout, limits.concurrency) != (Limits().timeout, Limits().concurrency):
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
    if not as_written or health != Health():
        document["liveness_probe"], document["readiness_probe"] = probe, dict(probe)
    if not kubernetes and not kind and not as_written:
        losses.append(
            f"`instance_type` of `{deployment.id}`: the spec names no machine of Azure; choose one that is enough"
        )
    when = [ON_KUBERNETES] * kubernetes + [A_KIND] * bool(kind)
    told = deployment_losses(deployment, FORM, held(FORMS["azureml"].deployment, *when))
    if limits.body != type(limits)().body:
        told.append(f"`limits.body` of `{deployment.id}` (`{limits.body}`): {FORM} has no place for it")
    return put_back(request, document, deployment.tags), [*losses, *told]


def _on_kubernetes(request: SpecRequest, deployment: Deployment) -> bool:
    target = request.project.targets.get(deployment.target)
    return deployment.tags.get(MARK) == "kubernetes" or (target is not None and target.kind == "kubernetes")


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
    written = request.project.models.get(first)
    kept = values_of(written.tags).get(REFERENCE) if written is not None else None
    if kept is not None:
        return {"model": kept}
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
    """The keys of a model."""
    document: dict[str, Any] = {"name": model.id, "path": request.place(place.path)}
    if model.framework in _MODEL_TYPES:
        document["type"] = _MODEL_TYPES[model.framework]
    return put_back(request, {**document, **notes(model)}, model.tags)


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
