"""Registered environments as Azure ML names them."""

from __future__ import annotations

from envspec.ir.types import RegisteredEnvironment
from envspec.language.environment_reference import LATEST, parse_reference


def azure_reference(environment: RegisteredEnvironment, user: str) -> tuple[str, list[str]]:
    """`azureml:NAME:VERSION` or `azureml:NAME@LABEL`, and what is lost of it; `user` is the block that uses it."""
    reference = parse_reference(environment.reference)
    assert reference is not None, "a document has no other references"
    newest = f"azureml:{reference.name}@{LATEST}"
    if reference.digest:
        loss = (
            f"the digest of `{environment.reference}`, which `{user}` uses: Azure ML knows versions and labels, "
            "so it is the newest"
        )
        return newest, [loss]
    if reference.number is None and not reference.label:
        return newest, []
    return f"azureml:{environment.reference}", []
