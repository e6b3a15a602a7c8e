"""The digest of an image, asked of its registry.

A reference goes in, a manifest digest comes out, or one clause why there is none. Nothing is imported that asks
before something is asked.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from envspec.registry.credentials import CredentialsOf
    from envspec.registry.failures import RegistryFailure

_SECONDS = (5, 5)
"""How long a registry may take to be connected, and for the next piece of an answer."""


class ImageDigest(NamedTuple):
    """`digest` is the manifest digest (`sha256:…`) or empty; then `note` says why."""

    digest: str
    note: str = ""


def registry_digest(image: str, known: CredentialsOf | None = None, ca_bundle: str = "") -> ImageDigest:
    """Never raises for what the network or the registry lacks. `known` gives credentials when the registry wants
    some; without it they are docker's, and none where those cannot be read."""
    from envspec.registry.client import Registry
    from envspec.registry.credentials import credentials_if_any
    from envspec.registry.failures import RegistryFailure
    from envspec.registry.login import Login
    from envspec.registry.references import image_name

    reference = image_name(image)
    login = Login(reference.host, f"repository:{reference.repository}:pull", known or credentials_if_any)
    try:
        with closing(Registry(reference.host, login, ca_bundle, _SECONDS)) as registry:
            digest = registry.digest(reference.repository, reference.wanted)
    except RegistryFailure as failure:
        return ImageDigest("", f"the registry `{reference.host}` {_why(failure)}")
    return ImageDigest(digest or "", "" if digest else f"the registry `{reference.host}` does not have it")


def _why(failure: RegistryFailure) -> str:
    if failure.status in (401, 403):
        return "wants other credentials"
    if failure.status:
        return f"answered with status {failure.status}"
    return "sends no manifest" if failure.diagnostics[0].code == "E1404" else "cannot be reached"
