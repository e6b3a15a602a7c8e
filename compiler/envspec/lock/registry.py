"""The digest of an image, asked of its registry over HTTP (OCI distribution-spec, and the token scheme that Docker's
registry introduced).

A reference goes in, a manifest digest comes out, or one clause why there is none. What always holds: credentials go
to the registry they are for, or to the token service it names over TLS, and nowhere else, also not after a redirect;
plain HTTP is spoken on loopback only, as every Docker client does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

if TYPE_CHECKING:
    from http.client import HTTPResponse

SECONDS = 5
"""How long a registry may take for one answer."""

Login = Callable[[str], "tuple[str, str] | None"]
"""Name and password for a registry (`HOST[:PORT]`, or `docker.io`), None for an anonymous caller."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_LOOPBACK = re.compile(r"(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d+)?")
_LARGEST = 4 * 1024 * 1024
"""The most bytes of a manifest or a token that are read (the specification lets registries refuse more)."""


class ImageDigest(NamedTuple):
    """`digest` is the manifest digest (`sha256:…`) or empty; then `note` says why."""

    digest: str
    note: str = ""


class Reference(NamedTuple):
    """`registry` is `docker.io` where none is written, `repository` then has its `library/`."""

    registry: str
    repository: str
    tag: str

    @classmethod
    def of(cls, image: str) -> Reference:
        name = image.partition("@")[0]
        head, slash, tail = name.rpartition("/")
        tail, _, tag = tail.partition(":")
        first, _, rest = f"{head}{slash}{tail}".partition("/")
        if rest and ("." in first or ":" in first or first == "localhost"):
            registry, repository = first.replace("index.docker.io", "docker.io"), rest
        else:
            registry, repository = "docker.io", f"{head}{slash}{tail}"
        if registry == "docker.io" and "/" not in repository:
            repository = f"library/{repository}"
        return cls(registry, repository, tag or "latest")

    @property
    def url(self) -> str:
        """The address of its manifest."""
        host = "registry-1.docker.io" if self.registry == "docker.io" else self.registry
        scheme = "http" if is_loopback(host) else "https"
        return f"{scheme}://{host}/v2/{self.repository}/manifests/{self.tag}"


def is_loopback(host: str) -> bool:
    return _LOOPBACK.fullmatch(host) is not None


def registry_digest(image: str, login: Login = lambda _registry: None) -> ImageDigest:
    """Never raises for what the network or the registry lacks."""
    from http.client import HTTPException
    from urllib.error import HTTPError

    reference = Reference.of(image)
    try:
        return ImageDigest(_ask(reference, login))
    except HTTPError as error:
        error.close()
        if error.code in (401, 403):
            return ImageDigest("", f"the registry `{reference.registry}` wants other credentials")
        if error.code == 404:
            return ImageDigest("", f"the registry `{reference.registry}` does not have it")
        return ImageDigest("", f"the registry `{reference.registry}` answered with status {error.code}")
    except (OSError, HTTPException, ValueError):
        return ImageDigest("", f"the registry `{reference.registry}` cannot be reached")


def _ask(reference: Reference, login: Login) -> str:
    """The digest; raises what urllib raises."""
    from urllib.error import HTTPError

    accept = {"Accept": ", ".join(_MANIFESTS)}
    try:
        return _manifest(reference.url, accept, "")
    except HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "") if error.code == 401 else ""
        error.close()
        if not challenge:
            raise
    return _manifest(reference.url, accept, _authorization(reference, challenge, login))


def _manifest(url: str, headers: dict[str, str], authorization: str) -> str:
    with _open(url, headers, authorization, "HEAD") as answer:
        written = str(answer.headers.get("Docker-Content-Digest", ""))
    if _DIGEST.fullmatch(written):
        return written
    with _open(url, headers, authorization, "GET") as answer:
        body = answer.read(_LARGEST)
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _authorization(reference: Reference, challenge: str, login: Login) -> str:
    """The header that a `WWW-Authenticate` asks for."""
    known = login(reference.registry)
    basic = "Basic " + base64.b64encode(":".join(known).encode()).decode("ascii") if known else ""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() != "bearer":
        return basic
    fields = dict(_CHALLENGE.findall(rest))
    realm = urlsplit(fields.get("realm", ""))
    if realm.scheme != "https" and not (realm.scheme == "http" and is_loopback(realm.netloc)):
        raise ValueError("the token service is not to be trusted")
    query = {"service": fields.get("service", ""), "scope": f"repository:{reference.repository}:pull"}
    with _open(f"{realm.geturl()}?{urlencode(query)}", {}, basic, "GET") as answer:
        given = json.loads(answer.read(_LARGEST))
    token = given.get("token") or given.get("access_token") if isinstance(given, dict) else ""
    return f"Bearer {token}"


def _open(url: str, headers: dict[str, str], authorization: str, method: str) -> HTTPResponse:
    from urllib.request import ProxyHandler, Request, build_opener

    request = Request(url, headers=headers, method=method)  # noqa: S310 - made here, http or https
    if authorization:
        request.add_unredirected_header("Authorization", authorization)
    # No proxy reaches this machine's own loopback.
    handlers = [ProxyHandler({})] if is_loopback(urlsplit(url).netloc) else []
    answer: HTTPResponse = build_opener(*handlers).open(request, timeout=SECONDS)
    return answer
