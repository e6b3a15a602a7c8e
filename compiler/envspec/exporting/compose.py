"""`compose.yaml` of a deployment, as `envspec compile` writes it beside the build context that it names."""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.exporting.fields import FORMS, held
from envspec.exporting.interface import Export, SpecRequest
from envspec.exporting.losses import deployment_losses, environment_losses
from envspec.ir.types import SecretRef
from envspec.lower.compose import compose_file

FORM = "compose.yaml"


def export(request: SpecRequest) -> Export:
    """Raises `Failure` E0631 for a registered environment, of which the spec knows only the name."""
    deployment = request.deployment
    environment = request.environment_of(deployment)
    if environment is None:
        raise Failure(
            Diagnostic(
                "E0631",
                f"`{deployment.id}` uses a registered environment, and the spec does not say what it is made of",
                pointer=f"/deployments/{deployment.id}/environment",
                help="`envspec compile` writes its compose.yaml from what is locked",
            )
        )
    folder = f"build/deployments/{deployment.id}"
    maker = f"`envspec export compose {deployment.id}`"
    text = compose_file(
        request.project, deployment, environment, "", context=request.place(folder), maker=maker
    )
    losses = [f"the build context: `envspec compile` writes it to `{folder}`"]
    losses += [f"model `{model}`: put it into `./models/{model}`" for model in sorted(set(deployment.models))]
    named = [
        value
        for value in (*environment.variables.values(), *deployment.variables.values())
        if isinstance(value, SecretRef)
    ]
    named += [deployment.auth] if deployment.auth is not None else []
    for name in sorted({secret.name for secret in named}):
        secret = request.project.secrets.get(name)
        if secret is None or secret.kind != "variable":
            losses.append(f"the secret `{name}`: put its value into `./secrets/{name}`")
    losses += environment_losses(environment, FORM, held(FORMS["compose"].environment))
    return Export(text, (*losses, *deployment_losses(deployment, FORM, held(FORMS["compose"].deployment))))
