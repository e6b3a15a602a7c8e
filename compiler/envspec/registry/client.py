"""One OCI registry over HTTP: the few requests of the distribution-spec 1.1 that digests and artifacts need.

In come repositories, tags and digests; out come manifests and blobs, whose digests have been checked. What always
holds: plain HTTP is spoken with a registry on loopback only; credentials go to the registry itself, or to the
token service that it names over HTTPS, and never along with a redirect elsewhere; a challenge of somebody else is not
answered; whatever goes wrong is a `RegistryFailure` of E1402 to E1404. The engine pushes and pulls images itself; this
is for what no engine can do, and for asking without one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import quote, urljoin

from envspec.frozen import Frozen, frozen
from envspec.lazy_pattern import lazy_pattern
from envspec.registry.failures import RegistryFailure, odd, refused, silent
from envspec.registry.references import api_host, on_loopback

if TYPE_CHECKING:
    import requests

    from envspec.registry.login import Login

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
_DIGEST = lazy_pattern(r"sha256:[0-9a-f]{64}")
_MOST_PAGES = 1000
_NEXT = lazy_pattern(r'<(?P<url>[^>]*)>\s*;.*\brel="?next"?')


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


@frozen
class _Answer(Frozen):
    """`url` is where it came from at last; `content` is cut behind what is too large for a manifest."""

    status: int
    headers: Mapping[str, str]
    url: str
    content: bytes


def sha256_of(content: bytes) -> str:
    """`sha256:` and 64 digits."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


class Registry:
    """The registry `host` (`HOST[:PORT]`). Nothing is asked before it is used. `ca_bundle` is trusted besides what
    the machine trusts, empty for none. `seconds` are for connecting, and for the next piece of an answer."""

    def __init__(
        self, host: str, login: Login, ca_bundle: str = "", seconds: tuple[float, float] = _SECONDS
    ) -> None:
        from envspec.registry.session import Session

        self.host = host
        self._login = login
        self._session = Session(seconds, ca_bundle)
        self._base = ""

    def close(self) -> None:
        self._session.close()

    def digest(self, repository: str, wanted: str) -> str | None:
        """The digest of the manifest of a tag, None when there is none. Its bytes are fetched when the registry does
        not say it by itself."""
        answer = self._ask(
            "HEAD", f"{repository}/manifests/{wanted}", headers={"Accept": _ACCEPTED}, also=(404,)
        )
        if answer.status == 404:
            return None
        written = answer.headers.get("Docker-Content-Digest", "")
        if _DIGEST.fullmatch(written):
            return written
        found = self.manifest(repository, wanted)
        return None if found is None else found.digest

    def manifest(self, repository: str, wanted: str) -> Manifest | None:
        """The manifest of a tag or digest, None when there is none. Raises when it is not what was asked for."""
        answer = self._ask(
            "GET", f"{repository}/manifests/{wanted}", headers={"Accept": _ACCEPTED}, also=(404,)
        )
        if answer.status == 404:
            return None
        content = answer.content
        digest = sha256_of(content)
        if len(content) > _LARGEST_MANIFEST or (wanted.startswith("sha256:") and wanted != digest):
            raise self._odd(f"the manifest of `{wanted}` is another one than was asked for")
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip()
        found = Manifest(content, media_type, digest, answer.headers.get("ETag", ""))
        try:
            found.value["schemaVersion"]
        except (ValueError, TypeError, KeyError, RecursionError):
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
        return None if answer.status == 412 else answer.headers

    def put_blob(self, repository: str, content: bytes) -> str:
        """Uploads a blob unless it is there; its digest."""
        digest = sha256_of(content)
        self._upload(repository, digest, content)
        return digest

    def put_file(self, repository: str, digest: str, file: BinaryIO) -> bool:
        """Uploads a file of any size, from its beginning, unless it is there; whether it was not. The registry refuses
        bytes that are not those of `digest`."""
        return self._upload(repository, digest, file)

    def _upload(self, repository: str, digest: str, data: bytes | BinaryIO) -> bool:
        if self._ask("HEAD", f"{repository}/blobs/{digest}", also=(404,)).status != 404:
            return False
        started = self._ask("POST", f"{repository}/blobs/uploads/", also=(202,))
        place = urljoin(started.url, started.headers.get("Location", ""))
        if not self._is_own(place):
            raise self._odd("an upload would go to another host")
        place += ("&" if "?" in place else "?") + "digest=" + quote(digest, safe="")
        self._ask("PUT", place, data=data, headers={"Content-Type": "application/octet-stream"}, also=(201,))
        return True

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
        answer = self._send("GET", f"{repository}/blobs/{digest}")

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

    def tags(self, repository: str) -> list[str]:
        """All tags of a repository, in the registry's order; none when it has no such repository."""
        found: list[str] = []
        target = f"{repository}/tags/list"
        for _ in range(_MOST_PAGES):
            answer = self._ask("GET", target, also=(404,))
            if answer.status == 404:
                return found
            try:
                page = [tag for tag in json.loads(answer.content)["tags"] or () if isinstance(tag, str)]
            except (ValueError, KeyError, TypeError, RecursionError):
                raise self._odd("its list of tags is none") from None
            following: Any = _NEXT.search(answer.headers.get("Link", ""))
            found += page
            if following is None:
                return found
            if not page:
                break
            target = urljoin(answer.url, following["url"])
            if not self._is_own(target):
                raise self._odd("its list of tags goes on at another host")
        raise self._odd("its list of tags does not end")

    def referrers(self, repository: str, digest: str) -> list[dict[str, Any]] | None:
        """The descriptors of what refers to a manifest; None when the registry has no such API (404)."""
        answer = self._ask(
            "GET", f"{repository}/referrers/{digest}", headers={"Accept": IMAGE_INDEX}, also=(404,)
        )
        if answer.status == 404:
            return None
        try:
            return [dict(entry) for entry in json.loads(answer.content)["manifests"] or ()]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._odd("its list of referrers is no image index") from None

    def _ask(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | BinaryIO | None = None,
        also: tuple[int, ...] = (),
    ) -> _Answer:
        """The whole answer to a request."""
        from envspec.registry.session import content_of

        answer = self._send(method, target, headers=headers, data=data, also=also)
        with self._speaking():
            content = content_of(answer, _LARGEST_MANIFEST)
        return _Answer(answer.status_code, answer.headers, answer.url, content)

    def _send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: bytes | BinaryIO | None = None,
        also: tuple[int, ...] = (),
    ) -> requests.Response:
        """The answer with a status of 200 or in `also`, still open. Logs in when the registry asks for it."""
        with self._speaking():
            url = target if "://" in target else f"{self._address()}/v2/{target}"
            for again in (True, False):
                if data is not None and not isinstance(data, bytes):
                    data.seek(0)
                answer = self._session.request(
                    method,
                    url,
                    headers=dict(headers or {}),
                    data=data,
                    stream=True,
                    auth=self._login.authorize,
                )
                if answer.status_code != 401 or not again or not self._is_own(answer.url):
                    break
                if not self._login.answer(self._session, answer):
                    break
                answer.close()
            if answer.status_code == 200 or answer.status_code in also:
                return answer
            raise self._refused(method, answer)

    def _address(self) -> str:
        """Scheme and host. A registry on loopback may speak plain HTTP, as docker takes it to; no other may. One that
        speaks HTTPS is never spoken to in the clear."""
        if not self._base:
            host = api_host(self.host)
            plain = on_loopback(host) and not self._session.speaks_tls(host)
            self._base = f"{'http' if plain else 'https'}://{host}"
        return self._base

    def _is_own(self, url: str) -> bool:
        from envspec.registry.session import origin

        return origin(url) == origin(self._address())

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """What requests raises for the network, for certificates and for addresses that are none."""
        try:
            yield
        except (OSError, ValueError) as error:
            raise silent(self.host, error) from error

    def _refused(self, method: str, answer: requests.Response) -> RegistryFailure:
        from envspec.registry.session import content_of

        what = f"it answers {answer.status_code} to {method}{_errors(content_of(answer))}"
        if answer.status_code in (401, 403):
            return refused(self.host, what, answer.status_code)
        return self._odd(what, answer.status_code)

    def _odd(self, what: str, status: int = 0) -> RegistryFailure:
        return odd(self.host, what, status)


def _errors(content: bytes) -> str:
    """The words of the registry, in the form of the distribution-spec."""
    try:
        entries = [f"{e.get('code')}: {e.get('message')}" for e in json.loads(content)["errors"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ""
    return f" ({'; '.join(entries)[:200]})" if entries else ""
