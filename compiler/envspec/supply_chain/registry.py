"""One OCI registry over HTTP: the few requests of the distribution-spec 1.1 that artifacts need.

In come repositories, tags and digests; out come manifests and blobs, whose digests have been checked. What always
holds: plain HTTP is spoken with a registry on loopback only; credentials go to the registry itself, or to the
token service that it names over HTTPS, and never along with a redirect; whatever goes wrong is a `Failure` of
E1402 to E1404. The engine pushes and pulls images itself; this is for what no engine can do.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from envspec.diagnostics import Diagnostic, Failure
from envspec.frozen import Frozen, frozen
from envspec.supply_chain.references import DEFAULT_HOST

if TYPE_CHECKING:
    import requests

    from envspec.supply_chain.registry_login import Login

IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEXES = frozenset({IMAGE_INDEX, DOCKER_LIST})

_ACCEPTED = ", ".join((IMAGE_MANIFEST, IMAGE_INDEX, DOCKER_MANIFEST, DOCKER_LIST))
_SECONDS = (10, 120)
"""To connect, and between two pieces of an answer."""
_LARGEST_MANIFEST = 4 * 1024 * 1024
"""What the distribution-spec expects a registry to take."""
_PIECE = 1 << 20
_DEFAULT_API = "registry-1.docker.io"


@frozen
class Manifest(Frozen):
    """A manifest or an index. `etag` is what a conditional PUT is asked with, empty when there is none."""

    content: bytes
    media_type: str
    digest: str
    etag: str = ""

    @property
    def value(self) -> dict[str, Any]:
        return dict(json.loads(self.content))

    @property
    def descriptor(self) -> dict[str, Any]:
        return {"mediaType": self.media_type, "digest": self.digest, "size": len(self.content)}


def sha256_of(content: bytes) -> str:
    """`sha256:` and 64 digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Registry:
    """The registry `host` (`HOST[:PORT]`). Nothing is asked before it is used. `ca_bundle` is trusted besides what
    the machine trusts, empty for none."""

    def __init__(self, host: str, login: Login, ca_bundle: str = "") -> None:
        import requests

        self.host = host
        self._login = login
        self._session = requests.Session()
        self._session.trust_env = not on_loopback(host)  # a proxy does not know this machine's own registry
        if ca_bundle:
            self._session.verify = ca_bundle
        self._base = ""

    def manifest(self, repository: str, wanted: str) -> Manifest | None:
        """The manifest of a tag or digest, None when there is none. Raises when it is not what was asked for."""
        answer = self._ask(
            "GET", f"{repository}/manifests/{wanted}", headers={"Accept": _ACCEPTED}, also=(404,)
        )
        if answer.status_code == 404:
            return None
        content = answer.content
        digest = sha256_of(content)
        if len(content) > _LARGEST_MANIFEST or (wanted.startswith("sha256:") and wanted != digest):
            raise self._odd(f"the manifest of `{wanted}` is another one than was asked for")
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        found = Manifest(content, media_type, digest, answer.headers.get("ETag", ""))
        try:
            found.value["schemaVersion"]
        except (ValueError, TypeError, KeyError):
            raise self._odd(f"the manifest of `{wanted}` is no manifest") from None
        return found

    def put_manifest(
        self, repository: str, wanted: str, content: bytes, media_type: str, condition: Mapping[str, str]
    ) -> Mapping[str, str] | None:
        """The headers of the answer; None when the `condition` (`If-Match`, `If-None-Match`) did not hold."""
        headers = {"Content-Type": media_type, **condition}
        answer = self._ask(
            "PUT", f"{repository}/manifests/{wanted}", headers=headers, data=content, also=(201, 412)
        )
        return None if answer.status_code == 412 else answer.headers

    def put_blob(self, repository: str, content: bytes) -> str:
        """Uploads a blob unless it is there; its digest."""
        digest = sha256_of(content)
        if self._ask("HEAD", f"{repository}/blobs/{digest}", also=(404,)).status_code != 404:
            return digest
        started = self._ask("POST", f"{repository}/blobs/uploads/", also=(202,))
        place = urljoin(started.url, started.headers.get("Location", ""))
        if not self._is_own(place):
            raise self._odd("an upload would go to another host")
        place += ("&" if "?" in place else "?") + "digest=" + quote(digest, safe="")
        self._ask(
            "PUT", place, data=content, headers={"Content-Type": "application/octet-stream"}, also=(201,)
        )
        return digest

    def blob(self, repository: str, digest: str, largest: int = _LARGEST_MANIFEST) -> bytes:
        """A small blob, its digest checked."""
        content = bytearray()
        with self.open_blob(repository, digest) as pieces:
            for piece in pieces:
                content += piece
                if len(content) > largest:
                    raise self._odd(f"the blob `{digest}` is larger than what it should be")
        return bytes(content)

    @contextmanager
    def open_blob(self, repository: str, digest: str) -> Iterator[Iterator[bytes]]:
        """The pieces of a blob. Raises at its end when they are not what `digest` says."""
        answer = self._ask("GET", f"{repository}/blobs/{digest}", stream=True)

        def pieces() -> Iterator[bytes]:
            found = hashlib.sha256()
            with self._speaking():
                for piece in answer.iter_content(_PIECE):
                    found.update(piece)
                    yield piece
            if f"sha256:{found.hexdigest()}" != digest:
                raise self._odd(f"the blob `{digest}` has other bytes than its digest says")

        try:
            yield pieces()
        finally:
            answer.close()

    def referrers(self, repository: str, digest: str) -> list[dict[str, Any]] | None:
        """The descriptors of what refers to a manifest; None when the registry has no such API (404)."""
        answer = self._ask(
            "GET", f"{repository}/referrers/{digest}", headers={"Accept": IMAGE_INDEX}, also=(404,)
        )
        if answer.status_code == 404:
            return None
        try:
            return [dict(entry) for entry in answer.json()["manifests"] or ()]
        except (ValueError, KeyError, TypeError):
            raise self._odd("its list of referrers is no image index") from None

    def _ask(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | None = None,
        also: tuple[int, ...] = (),
        stream: bool = False,
    ) -> requests.Response:
        """The answer to a request with a status of 200 or in `also`. Logs in when the registry asks for it."""
        with self._speaking():
            url = target if "://" in target else f"{self._address()}/v2/{target}"
            for again in (True, False):
                answer = self._session.request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    data=data,
                    timeout=_SECONDS,
                    stream=stream,
                    auth=self._login.authorize,
                )
                if answer.status_code != 401 or not again:
                    break
                answer.close()
                if not self._login.answer(self._session, answer):
                    break
        if answer.status_code == 200 or answer.status_code in also:
            return answer
        raise self._refused(method, answer)

    def _address(self) -> str:
        """Scheme and host. A registry on loopback may speak plain HTTP, as docker takes it to; no other may."""
        if not self._base:
            host = _DEFAULT_API if self.host == DEFAULT_HOST else self.host
            self._base = f"https://{host}"
            if on_loopback(host):
                import requests

                try:
                    self._session.get(f"{self._base}/v2/", timeout=_SECONDS).close()
                except requests.RequestException:
                    self._base = f"http://{host}"
        return self._base

    def _is_own(self, url: str) -> bool:
        parts, own = urlsplit(url), urlsplit(self._address())
        return (parts.scheme, parts.netloc) == (own.scheme, own.netloc)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        import requests

        try:
            yield
        except requests.RequestException as error:
            raise Failure(
                Diagnostic(
                    "E1402",
                    f"the registry `{self.host}` does not answer",
                    notes=(_reason(error),),
                    help="mend the address, or start the registry; what has been pushed is found again",
                )
            ) from error

    def _refused(self, method: str, answer: requests.Response) -> Failure:
        said = _errors(answer)
        if answer.status_code in (401, 403):
            return Failure(
                Diagnostic(
                    "E1403",
                    f"the registry `{self.host}` refuses this user",
                    notes=(f"it answers {answer.status_code} to {method}{said}",),
                    help=f"log in: `docker login {self.host}`; the user must be allowed to write there",
                )
            )
        return self._odd(f"it answers {answer.status_code} to {method}{said}")

    def _odd(self, what: str) -> Failure:
        return Failure(
            Diagnostic(
                "E1404",
                f"the registry `{self.host}` does not do what was asked",
                notes=(what,),
                help="look at the registry's own log; it has to follow the OCI distribution-spec",
            )
        )


def on_loopback(host: str) -> bool:
    """Whether `HOST[:PORT]` is this machine: `localhost`, 127.0.0.0/8, `[::1]`."""
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _errors(answer: requests.Response) -> str:
    """The words of the registry, in the form of the distribution-spec."""
    try:
        entries = [f"{e.get('code')}: {e.get('message')}" for e in answer.json()["errors"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return f" ({'; '.join(entries)[:200]})" if entries else ""


def _reason(error: BaseException) -> str:
    """The innermost cause, without the address, whose query may hold a signature."""
    cause: BaseException = error
    seen = set()
    while id(cause) not in seen:
        seen.add(id(cause))
        inner = cause.__cause__ or cause.__context__ or getattr(cause, "reason", None)
        if not isinstance(inner, BaseException):
            inner = next((a for a in cause.args if isinstance(a, BaseException)), None)
        if inner is None:
            break
        cause = inner
    text = " ".join((getattr(cause, "strerror", None) or str(cause)).split())
    return (text or type(cause).__name__)[:200].lower()
