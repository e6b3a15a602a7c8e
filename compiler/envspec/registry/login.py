"""Who we are to a registry, in the two ways in which registries ask for it: `Basic`, and tokens.

In comes the challenge of a 401 (RFC 6750, docker's token specification); out come `Authorization` headers. What
always holds: no credential is written, shown or put into an address; it goes to the registry, or to the token service
that the registry's challenge names, over HTTPS or on loopback; without credentials anonymous access is asked for.
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from envspec.lazy_pattern import lazy_pattern
from envspec.registry.credentials import Credentials, CredentialsOf, docker_credentials
from envspec.registry.failures import odd, open_token_service
from envspec.registry.references import on_loopback

if TYPE_CHECKING:
    import requests

    from envspec.registry.session import Session

_CHALLENGE = lazy_pattern(r'(\w+)="([^"]*)"')


class Login:
    """One registry's access. `scope` is what a token is asked for: `repository:NAME:pull,push`. `known` is asked for
    credentials once, when the registry wants some."""

    def __init__(self, host: str, scope: str, known: CredentialsOf = docker_credentials) -> None:
        self._host = host
        self._scope = scope
        self._ask = known
        self._header = ""
        self._origin: tuple[str, str] | None = None
        self._known: Credentials | None = None

    def authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the header to a request for the registry itself."""
        from envspec.registry.session import origin

        if self._header and origin(request.url) == self._origin:
            request.headers["Authorization"] = self._header
        return request

    def answer(self, session: Session, refused: requests.Response) -> bool:
        """Answers the challenge of a 401 that the registry itself gave; whether it is worth asking again."""
        from envspec.registry.session import origin

        challenge = refused.headers.get("WWW-Authenticate", "")
        scheme = challenge.partition(" ")[0].lower()
        self._origin = origin(refused.url)
        before, self._header = self._header, ""
        if scheme == "basic":
            self._header = _basic(self._credentials())
        elif scheme == "bearer":
            token = self._token(session, dict(_CHALLENGE.findall(challenge)))
            self._header = f"Bearer {token}" if token else ""
        return bool(self._header) and self._header != before

    def _token(self, session: Session, challenge: dict[str, str]) -> str:
        realm = challenge.get("realm", "")
        if not _is_safe(realm):
            raise open_token_service(self._host)
        known = self._credentials()
        asked = {"service": challenge.get("service", ""), "scope": self._scope or challenge.get("scope", "")}
        if known.identity_token:
            form = {**asked, "grant_type": "refresh_token", "refresh_token": known.identity_token,
                    "client_id": "envspec"}  # fmt: skip
            answer = session.post(realm, data=form, stream=True, allow_redirects=False)
        else:
            header = _basic(known)

            def with_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
                if header:
                    request.headers["Authorization"] = header
                return request

            answer = session.get(realm, params=asked, auth=with_header, stream=True, allow_redirects=False)
        return self._token_in(answer)

    def _token_in(self, answer: requests.Response) -> str:
        """Empty when the token service gives none to this user."""
        from envspec.registry.session import content_of

        if answer.status_code >= 500:
            answer.close()
            raise odd(self._host, f"its token service answers {answer.status_code}", answer.status_code)
        try:
            value: Any = json.loads(content_of(answer)) if answer.status_code == 200 else {}
        except (ValueError, RecursionError):
            value = {}
        finally:
            answer.close()
        token = value.get("token") or value.get("access_token") if isinstance(value, dict) else ""
        return token if isinstance(token, str) and token.isascii() and token.isprintable() else ""

    def _credentials(self) -> Credentials:
        if self._known is None:
            self._known = self._ask(self._host)
        return self._known


def _is_safe(realm: str) -> bool:
    """Whether credentials may go to this address."""
    try:
        parts = urlsplit(realm)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and on_loopback(parts.netloc))
    )


def _basic(known: Credentials) -> str:
    if not known.username:
        return ""
    pair = f"{known.username}:{known.password}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")
