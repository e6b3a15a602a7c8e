"""One request to what is deployed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace.deployments import DeploymentRecord

_SECONDS = 120


class Answer(NamedTuple):
    status: int
    text: str


def invoke(record: DeploymentRecord, body: bytes, headers: Mapping[str, str]) -> Answer:
    """What `/score` answers; the body is JSON unless `headers` say something else. Raises `Failure` E0822 when it does
    not answer."""
    import http.client
    from urllib.parse import urlsplit

    address = urlsplit(record.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=_SECONDS)
    try:
        connection.request("POST", "/score", body, {"Content-Type": "application/json", **headers})
        answer = connection.getresponse()
        return Answer(answer.status, answer.read().decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as error:
        raise Failure(
            Diagnostic("E0822", f"`{record.name}` does not answer at {record.url}: {error}",
                       help=f"look at `envspec deployments logs {record.name}`, or deploy it again")
        ) from error  # fmt: skip
    finally:
        connection.close()
