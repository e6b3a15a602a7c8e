"""E0215: deployments of one endpoint that ask for another token than it, or that have more than all of its requests."""

from __future__ import annotations

from collections.abc import Iterator

from envspec.check.rules.rule import Rule, Subject
from envspec.diagnostics import Diagnostic, Label
from envspec.resolve.evaluated import escape


def _check(subject: Subject) -> Iterator[Diagnostic]:
    origins, project = subject.resolution.origins, subject.project
    shares: dict[str, list[tuple[str, int]]] = {}
    for key, deployment in project.deployments.items():
        endpoint = project.endpoints.get(deployment.endpoint)
        if endpoint is None:
            continue
        pointer = f"/deployments/{escape(key)}"
        if deployment.traffic is not None and not subject.unsure(pointer, "traffic"):
            shares.setdefault(endpoint.id, []).append((f"{pointer}/traffic", deployment.traffic))
        if deployment.auth != endpoint.auth:
            said = origins.keys.get(f"/endpoints/{escape(endpoint.id)}/auth")
            labels = (Label(said, "its endpoint says another"),) if said is not None else ()
            yield Diagnostic(
                "E0215",
                f"`{deployment.id}` asks for another token than its endpoint `{endpoint.id}`",
                origins.locate(f"{pointer}/auth"),
                "who asks brings one token for all of them",
                labels,
                help=f"take `auth` away here, and say it in `endpoint {endpoint.id}`",
            )
    for name, parts in shares.items():
        total = sum(share for _, share in parts)
        if total > 100:
            (first, _), *others = parts
            yield Diagnostic(
                "E0215",
                f"the deployments of the endpoint `{name}` have {total} percent of its requests",
                origins.locate(first),
                f"{parts[0][1]} percent",
                tuple(
                    Label(span, f"{share} percent")
                    for place, share in others
                    if (span := origins.locate(place)) is not None
                ),
                help="write shares that are 100 together",
            )


RULE = Rule("shared-endpoint", ("E0215",), _check)
