"""Pushes an image of the engine to a registry, and says under which digest it is there.

The engine does it, with its own connections and layers; the credentials are those of docker's configuration, which
the SDK sends along. What always holds: the answer is a digest that the registry gave, or a `Failure`.
"""

from __future__ import annotations

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker.connection import Connection, speaking

_LOGIN = ("unauthorized", "denied", "no basic auth", "authentication required", "forbidden")
_NO_ANSWER = ("connection refused", "no such host", "dial tcp", "i/o timeout", "server misbehaving", "eof")


def push_image(connection: Connection, image: str, repository: str, tag: str, pointer: str = "") -> str:
    """Tags `image` as `repository:tag` and pushes it; the manifest digest. Raises E1401 to E1403."""
    with speaking(connection, f"pushing `{repository}:{tag}`", pointer):
        client = connection.client
        client.api.tag(image, repository, tag, force=True)
        digest = error = ""
        for message in client.api.push(repository, tag, stream=True, decode=True):
            error = error or str(message.get("error") or "")
            digest = str((message.get("aux") or {}).get("Digest") or digest)
    if error or not digest:
        raise Failure(_diagnose(repository, tag, error, pointer))
    return digest


def _diagnose(repository: str, tag: str, error: str, pointer: str) -> Diagnostic:
    host = repository.partition("/")[0]
    said = " ".join(error.split())[:300]
    notes = (f"the engine says: {said}",) if said else ("the engine names no digest",)
    lowered = said.lower()
    if any(words in lowered for words in _LOGIN):
        return Diagnostic(
            "E1403",
            f"the registry `{host}` refuses this user",
            notes=notes,
            help=f"log in: `docker login {host}`; the user must be allowed to write there",
            pointer=pointer,
        )
    if any(words in lowered for words in _NO_ANSWER):
        return Diagnostic(
            "E1402",
            f"the registry `{host}` does not answer",
            notes=notes,
            help="mend the address, or start the registry; what has been pushed is found again",
            pointer=pointer,
        )
    return Diagnostic(
        "E1401",
        f"the image `{repository}:{tag}` was not pushed",
        notes=notes,
        help="mend what the engine complains about and push again",
        pointer=pointer,
    )
