"""HTTP as registries are spoken to, by requests. Importing this imports requests: do it when something is asked.

What always holds: credentials are those that a request is given, never `netrc`'s, and a redirect to another origin
carries none; no proxy is asked for this machine; nothing waits longer than its limit for the next piece of an answer.
"""

from __future__ import annotations

import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter

from envspec.registry.references import on_loopback

LARGEST = 4 * 1024 * 1024
"""The most bytes of a manifest or a token that are read: what the distribution-spec expects a registry to take."""


_NO_TLS = (
    "HTTP_REQUEST",
    "PACKET_LENGTH_TOO_LONG",
    "RECORD_LAYER_FAILURE",
    "UNEXPECTED_EOF_WHILE_READING",
    "WRONG_VERSION_NUMBER",
)
"""How OpenSSL calls an answer that is no TLS, or none at all."""


class Session(requests.Session):
    """`seconds` to connect, and between two pieces of an answer. `ca_bundle` is trusted besides what the machine
    trusts, empty for none."""

    def __init__(self, seconds: tuple[float, float], ca_bundle: str = "") -> None:
        super().__init__()
        self._seconds = seconds
        self.auth = _anonymous
        self.mount("https://", _Trusting(ca_bundle))

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", self._seconds)
        return super().request(*args, **kwargs)

    def speaks_tls(self, host: str) -> bool:
        """Whether anything does at `HOST[:PORT]`, whatever its certificate. No list of authorities is read for it, which
        would take longer than a registry on this machine takes to answer."""
        parts = urlsplit(f"//{host}")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        try:
            with (
                socket.create_connection(
                    (parts.hostname or "", parts.port or 443), self._seconds[0]
                ) as plain,
                context.wrap_socket(plain, server_hostname=parts.hostname),
            ):
                return True
        except ssl.SSLError as error:
            # Whoever wants a certificate of ours, or another version, refuses in TLS.
            return error.reason is not None and error.reason not in _NO_TLS
        except OSError:
            return False

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        if origin(prepared_request.url) != origin(response.request.url):
            prepared_request.headers.pop("Authorization", None)

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> Any:
        found: dict[str, Any] = dict(super().merge_environment_settings(url, proxies, stream, verify, cert))
        return {**found, "proxies": {}} if _is_here(url) else found

    def rebuild_proxies(self, prepared_request: requests.PreparedRequest, proxies: Any) -> Any:
        return {} if _is_here(prepared_request.url) else super().rebuild_proxies(prepared_request, proxies)  # type: ignore[no-untyped-call]


class _Trusting(HTTPAdapter):
    """Trusts what the machine trusts and a bundle; requests adds its own list, or `REQUESTS_CA_BUNDLE`."""

    def __init__(self, ca_bundle: str) -> None:
        super().__init__()
        self._ca_bundle = ca_bundle
        self._context: ssl.SSLContext | None = None

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: Any, cert: Any = None
    ) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if self._context is None:
            self._context = ssl.create_default_context()
            if self._ca_bundle:
                self._context.load_verify_locations(self._ca_bundle)
        return host, {**pool, "ssl_context": self._context}


def content_of(answer: requests.Response, largest: int = LARGEST) -> bytes:
    """What an answer holds, up to one byte more than `largest`. Closes it."""
    content = bytearray()
    try:
        for piece in answer.iter_content(1 << 16):
            content += piece
            if len(content) > largest:
                break
    finally:
        answer.close()
    return bytes(content[: largest + 1])


def origin(url: str | bytes | None) -> tuple[str, str]:
    """Scheme and host with port of an address."""
    parts = urlsplit(str(url or ""))
    return parts.scheme, parts.netloc


def _is_here(url: str | bytes | None) -> bool:
    return on_loopback(origin(url)[1])


def _anonymous(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A session with an `auth` does not look into `netrc`."""
    return request
