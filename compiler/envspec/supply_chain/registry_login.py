"""Who we are to a registry: what `docker login` keeps, and the two ways in which registries ask for it.

In comes docker's configuration (`config.json`, its credential helpers and store); out come `Authorization`
headers. What always holds: no credential is written, shown or put into an address; it goes to the registry, or to
the token service that the registry's challenge names (RFC 6750, docker's token specification), over HTTPS or on
loopback; without credentials anonymous access is asked for.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from envspec.diagnostics import Diagnostic, Failure
from envspec.supply_chain.references import DEFAULT_HOST

if TYPE_CHECKING:
    import requests

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')
_SECONDS = (10, 60)
_TOKEN_USER = "<token>"  # noqa: S105 - how a credential helper says that its secret is an identity token


class Login:
    """One registry's access. `scope` is what a token is asked for: `repository:NAME:pull,push`."""

    def __init__(self, host: str, scope: str) -> None:
        self._host = host
        self._scope = scope
        self._header = ""
        self._origin: tuple[str, str] | None = None
        self._known: dict[str, str] | None = None

    def authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the header to a request for the registry itself. It being there keeps `netrc` out."""
        parts = urlsplit(request.url or "")
        if self._header and (str(parts.scheme), str(parts.netloc)) == self._origin:
            request.headers["Authorization"] = self._header
        return request

    def answer(self, session: requests.Session, refused: requests.Response) -> bool:
        """Answers the challenge of a 401; whether it is worth asking again."""
        challenge = refused.headers.get("WWW-Authenticate", "")
        scheme = challenge.partition(" ")[0].lower()
        parts = urlsplit(refused.url)
        self._origin = (str(parts.scheme), str(parts.netloc))
        before, self._header = self._header, ""
        if scheme == "basic":
            self._header = _basic(self._credentials())
        elif scheme == "bearer":
            token = self._token(session, dict(_CHALLENGE.findall(challenge)))
            self._header = f"Bearer {token}" if token else ""
        return bool(self._header) and self._header != before

    def _token(self, session: requests.Session, challenge: dict[str, str]) -> str:
        from envspec.supply_chain.registry import on_loopback

        realm = challenge.get("realm", "")
        parts = urlsplit(realm)
        if parts.scheme != "https" and not (parts.scheme == "http" and on_loopback(parts.netloc)):
            raise Failure(
                Diagnostic(
                    "E1403",
                    f"the registry `{self._host}` names a token service without encryption",
                    notes=("credentials are sent over HTTPS only, or to this machine",),
                    help="have the registry set up with a token service on `https://`",
                )
            )
        known = self._credentials()
        asked = {"service": challenge.get("service", ""), "scope": self._scope or challenge.get("scope", "")}
        if known.get("identitytoken"):
            form = {**asked, "grant_type": "refresh_token", "refresh_token": known["identitytoken"],
                    "client_id": "envspec"}  # fmt: skip
            answer = session.post(realm, data=form, timeout=_SECONDS, allow_redirects=False)
        else:
            header = _basic(known)

            def with_header(request: requests.PreparedRequest) -> requests.PreparedRequest:
                if header:
                    request.headers["Authorization"] = header
                return request

            answer = session.get(
                realm, params=asked, timeout=_SECONDS, auth=with_header, allow_redirects=False
            )
        try:
            value: Any = answer.json() if answer.status_code == 200 else {}
        except ValueError:
            value = {}
        token = value.get("token") or value.get("access_token") if isinstance(value, dict) else ""
        return token if isinstance(token, str) else ""

    def _credentials(self) -> dict[str, str]:
        """`username` and `password`, or `identitytoken`; nothing when nobody has logged in."""
        if self._known is None:
            self._known = docker_credentials(self._host)
        return self._known


def docker_credentials(host: str) -> dict[str, str]:
    """What docker's configuration knows for a registry. Raises `Failure` E1403 when a helper fails."""
    from docker import auth
    from docker.errors import DockerException

    try:
        config = auth.load_config()
        found = config.resolve_authconfig("" if host == DEFAULT_HOST else host) or {}
    except (DockerException, OSError, ValueError) as error:
        # A helper's own words may hold what it was asked for.
        raise Failure(
            Diagnostic(
                "E1403",
                f"docker's credentials for `{host}` cannot be read",
                notes=(type(error).__name__,),
                help="mend `config.json` or the credential helper that it names",
            )
        ) from None
    values = {key.lower(): str(value) for key, value in found.items() if value}
    if values.get("username") == _TOKEN_USER:
        return {"identitytoken": values.get("password", "")}
    return {key: value for key, value in values.items() if key in ("username", "password", "identitytoken")}


def _basic(known: dict[str, str]) -> str:
    if not known.get("username"):
        return ""
    pair = f"{known['username']}:{known.get('password', '')}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")
