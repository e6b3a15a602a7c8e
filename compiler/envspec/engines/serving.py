"""What every engine does with a deployment that it started: wait, send the sample, say what went wrong.

Comes in: a URL where the scoring server (`envspec.server`) listens, and the text of its log. Goes out: states,
the sample's answer, or a `Failure` of the E10 group that points at the attribute to change. What always
holds: a deployment is healthy only after its sample was answered with a status below 400.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.canonical import number_text
from envspec.ir.types import Deployment
from envspec.lazy_pattern import lazy_pattern

TAIL_LINES = 40
SAMPLE_ID = "envspec-sample"
"""The `X-Request-ID` of the sample, so that its traceback is found in the log."""

State = Literal["ready", "dead", "late"]

_INIT = lazy_pattern(
    r"^-----BEGIN init\(\) traceback-----\n(.*?)^-----END init\(\) traceback-----$", re.DOTALL | re.MULTILINE
)
_TYPES = {
    "": "application/json",
    ".json": "application/json",
    ".csv": "text/csv",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
}


def server_variables(deployment: Deployment) -> dict[str, str]:
    """The settings of the server that the deployment itself decides. Places and ports are the engine's."""
    return {
        "ENVSPEC_ENTRY": deployment.entry,
        "ENVSPEC_TIMEOUT": number_text(deployment.limits.timeout),
        "ENVSPEC_BODY_LIMIT": str(deployment.limits.body),
        "ENVSPEC_CONCURRENCY": str(deployment.limits.concurrency),
    }


def missing_model(deployment: Deployment, name: str, path: object) -> Failure:
    """A model of the deployment that has no file."""
    listed = list(deployment.models)
    place = f"/{listed.index(name)}" if name in listed else ""
    return Failure(
        Diagnostic(
            "E1015",
            f"model `{name}` of deployment `{deployment.id}` is not there: `{path}`",
            pointer=f"/deployments/{deployment.id}/models{place}",
            help="make it first: `envspec run`, or `envspec up`",
        )
    )


def check_token(deployment: Deployment, token: str | None) -> None:
    """Raise `Failure` when the value of `auth` cannot be sent as a bearer token."""
    if token is not None and (not token.strip() or token != token.strip() or not token.isprintable()):
        raise Failure(
            Diagnostic(
                "E1016",
                f"the value of secret `{deployment.auth.name if deployment.auth else ''}` cannot be a token",
                pointer=f"/deployments/{deployment.id}/auth",
                help="it must not be empty, and must have no blanks at its ends and no control characters",
            )
        )


def files_hold(folder: Path, values: Mapping[str, str]) -> bool:
    """Whether the files of these names in `folder` hold just these values."""
    try:
        return all(
            (folder / name).read_bytes() == value.encode("utf-8", "surrogateescape")
            for name, value in values.items()
        )
    except OSError:
        return False


def is_ready(url: str) -> bool:
    """Whether the server at `url` says so now."""
    return request("GET", f"{url}/readyz", timeout=2.0)[0] == 200


def wait_until_ready(url: str, deadline: float, alive: Callable[[], bool]) -> State:
    """Ask `URL/readyz` until it says 200. `deadline` is a `time.monotonic()`; `alive` tells whether there is
    still somebody to wait for (its last word is asked for once more, so a quick death is never `late`)."""
    pause = 0.02
    while True:
        living = alive()
        if living and is_ready(url):
            return "ready"
        if not living:
            return "dead"
        if time.monotonic() >= deadline:
            return "late"
        time.sleep(min(pause, max(0.0, deadline - time.monotonic())))
        pause = min(pause * 1.5, 0.25)


def send_sample(
    url: str, sample: bytes, headers: Mapping[str, str], timeout: float = 60.0
) -> tuple[int, bytes]:
    """Status and body of the answer to the sample; status 0 and the reason when there was no answer."""
    return request("POST", f"{url}/score", sample, {"X-Request-ID": SAMPLE_ID, **headers}, timeout)


def sample_headers(deployment: Deployment, token: str | None) -> dict[str, str]:
    """The content type by the sample's file name, and the deployment's own token."""
    headers = {"Content-Type": content_type(deployment.sample)}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return headers


def content_type(file: str) -> str:
    """The media type by a file's name; JSON for one without an ending."""
    suffix = re.search(r"\.[^./]*$", file)
    return _TYPES.get(suffix.group().lower() if suffix else "", "application/octet-stream")


def request(
    method: str,
    url: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    timeout: float = 5.0,
) -> tuple[int, bytes]:
    """One HTTP request, by no proxy. Status 0 and the reason as text when there is no answer."""
    import http.client

    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=timeout)
    try:
        encoded = {name: value.encode("utf-8") for name, value in (headers or {}).items()}
        connection.request(method, parts.path or "/", body, encoded)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException, ValueError) as error:
        return 0, (str(error) or type(error).__name__).encode("utf-8", "replace")
    finally:
        connection.close()


def init_traceback(log_text: str) -> str | None:
    """What the server wrote between its marks when `init()` failed: the last such piece of the log."""
    found = _INIT.findall(log_text.replace("\r\n", "\n"))
    return str(found[-1]).rstrip("\n") if found else None


def run_traceback(log_text: str, identity: str = SAMPLE_ID) -> str | None:
    """The traceback of the request with this id."""
    mark = re.escape(identity)
    found = re.findall(
        rf"^-----BEGIN run\(\) traceback {mark}-----\n(.*?)^-----END run\(\) traceback {mark}-----$",
        log_text.replace("\r\n", "\n"),
        re.DOTALL | re.MULTILINE,
    )
    return str(found[-1]).rstrip("\n") if found else None


def tail(log_text: str, lines: int = TAIL_LINES) -> str:
    return "\n".join(log_text.rstrip().splitlines()[-lines:])


def not_started(
    deployment: Deployment, log_text: str, code_folder: str, state: State, how: str = ""
) -> Failure:
    """Why the server did not become ready. `code_folder` is where the log sees the source; paths in it are
    shown as those of the project. `how` says how the process or container ended."""
    pointer = f"/deployments/{deployment.id}/entry"
    traceback = init_traceback(log_text)
    if traceback is not None:
        shown = own_paths(deployment, traceback, code_folder)
        last = shown.splitlines()[-1] if shown else "it ended"
        return Failure(
            Diagnostic(
                "E1010",
                f"`init()` of deployment `{deployment.id}` failed: {_clause(last)}",
                marker="`init()` of this script failed",
                pointer=pointer,
                notes=_frame_notes(deployment, shown),
                help="mend the script, or add what it needs to the environment or to `models`",
                log=shown,
            )
        )
    if state == "late":
        seconds = number_text(deployment.health.start_period)
        return Failure(
            Diagnostic(
                "E1011",
                f"deployment `{deployment.id}` was not ready after {seconds} s",
                marker="`init()` of this script has not returned",
                pointer=pointer,
                help="let `init()` do less, or give it longer: `health = { start_period = 5m }`",
                log=own_paths(deployment, tail(log_text), code_folder),
            )
        )
    return Failure(
        Diagnostic(
            "E1014",
            f"the server of deployment `{deployment.id}` ended before it was ready{': ' + how if how else ''}",
            pointer=pointer,
            help="the end of its log says why",
            log=own_paths(deployment, tail(log_text), code_folder),
        )
    )


def sample_refused(
    deployment: Deployment, status: int, body: bytes, log_text: str, code_folder: str
) -> Failure:
    """Why the sample decided against the deployment."""
    pointer = f"/deployments/{deployment.id}/sample"
    traceback = run_traceback(log_text)
    answer = body[:2000].decode("utf-8", "replace").strip()
    if status == 0:
        message = f"deployment `{deployment.id}` gave no answer to its sample: {_clause(answer)}"
        help_ = "the end of its log says what it did"
    elif traceback is not None:
        shown = own_paths(deployment, traceback, code_folder)
        message = (
            f"`run()` of deployment `{deployment.id}` failed on its sample: {_clause(shown.splitlines()[-1])}"
        )
        help_ = "mend the script or the sample"
        return Failure(
            Diagnostic(
                "E1012", message, marker="this request was sent", pointer=pointer, help=help_,
                notes=_frame_notes(deployment, shown), log=shown,
            )
        )  # fmt: skip
    elif status == 504:
        message = f"deployment `{deployment.id}` was too slow for its sample"
        help_ = "make `run()` faster, or give requests longer: `limits = { timeout = 5m }`"
    else:
        message = f"deployment `{deployment.id}` answered its sample with status {status}"
        help_ = "mend the script or the sample"
    return Failure(
        Diagnostic(
            "E1012", message, marker="this request was sent", pointer=pointer, help=help_,
            log=answer if status else own_paths(deployment, tail(log_text), code_folder),
        )
    )  # fmt: skip


def own_paths(deployment: Deployment, text: str, code_folder: str) -> str:
    """Paths of the snapshot as people know them: `/…/source/score.py` becomes `src/score.py`."""
    folder = code_folder.rstrip("/")
    if not folder:
        return text
    source = "" if deployment.source in ("", ".") else deployment.source.rstrip("/") + "/"
    return text.replace(folder + "/", source)


def _frame_notes(deployment: Deployment, traceback: str) -> tuple[str, ...]:
    """The last line of the user's own code in a traceback whose paths are those of the project."""
    frames = re.findall(r'^  File "([^"]+)", line (\d+)(?:, in (\S+))?', traceback, re.MULTILINE)
    for file, line, function in reversed(frames):
        if not file.startswith(("/", "<")):
            return (f"in `{file}`, line {line}" + (f", in `{function}`" if function else ""),)
    return ()


def _clause(text: str) -> str:
    """One line fit for the inside of a message."""
    line = " ".join(text.split())
    return (line if len(line) <= 200 else line[:199] + "…").rstrip(".")
