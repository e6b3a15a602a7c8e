"""Where a user's MLflow is, as a run may know it.

What comes in are the user's own variables and what the spec says for the run; what goes out is what the program gets
besides, which of it is secret, and the tracking URI as it may be remembered. What always holds: the spec goes before the
user's variables, and credentials of the user go only to the server that they are for; a place relative to where the user
is stays that place, though the program works in another folder; no password, and nothing that a secret of the spec said,
is in `shown` or `note`.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from envspec.frozen import Frozen, field, frozen
from envspec.lazy_pattern import lazy_pattern

URI = "MLFLOW_TRACKING_URI"
_FILE = "tracking"
"""In the folder of a run: the URI as it may be seen."""

_SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
_WITH_IT = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_INSECURE_TLS", "MLFLOW_ALLOW_FILE_STORE", *_SECRETS)
_OF_MACHINE = ("MLFLOW_TRACKING_SERVER_CERT_PATH", "MLFLOW_TRACKING_CLIENT_CERT_PATH")
_EXPERIMENT = ("MLFLOW_EXPERIMENT_NAME", "MLFLOW_EXPERIMENT_ID")


_SECRET_NAME = lazy_pattern(r"(?i)pass|pwd|token|secret|key|sig")
"""What a parameter of an address is called that holds a credential."""


@frozen
class Tracking(Frozen):
    """`variables` are for the program, `secret_values` to be masked. `shown` is the URI that it has, without credentials;
    empty where it has none that may be seen. `note` is a line for the user, empty for none."""

    variables: Mapping[str, str] = field(default_factory=dict)
    secret_values: tuple[str, ...] = ()
    shown: str = ""
    note: str = ""


def tracking_of(
    given: Mapping[str, str],
    secret_values: Collection[str] = (),
    *,
    container: bool = False,
    ambient: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Tracking:
    """`given` are the variables that the spec gives the program, `secret_values` those of them that nobody may see. In a
    `container` a place on this machine is another one. Relative places are below `folder`, the working directory."""
    own = os.environ if ambient is None else ambient
    variables = {name: own[name] for name in _EXPERIMENT if own.get(name) and not given.keys() & _EXPERIMENT}
    if given.get(URI):
        uri = given[URI]
        shown, secrets = _parted(uri)
        return Tracking(variables, secrets, "" if any(value in uri for value in secret_values) else shown)
    if not own.get(URI):
        return Tracking(variables)
    uri = absolute(own[URI], folder or Path.cwd())
    shown, secrets = _parted(uri)
    if container and (why := _elsewhere(uri)):
        note = (
            f"`{URI}` is {shown}, {why}: this run does not get it. Name a server that containers reach, or run with "
            "`--target local`"
        )
        return Tracking({}, secrets, "", note)
    variables[URI] = uri
    for name in (*_WITH_IT, *(() if container else _OF_MACHINE)):
        if own.get(name) and name not in given:
            variables[name] = own[name]
    return Tracking(
        variables, (*secrets, *(variables[name] for name in _SECRETS if name in variables)), shown
    )


def remember(folder: Path, tracking: Tracking) -> None:
    """Keeps the URI in the folder of a run."""
    from envspec.atomic_file import write_atomically

    if tracking.shown:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / _FILE, tracking.shown.encode("utf-8", "replace"), durable=False)


def remembered(folder: Path) -> str:
    """The URI of the run whose folder it is, empty when it had none."""
    try:
        return (folder / _FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def absolute(uri: str, folder: Path) -> str:
    """The same place from any folder: MLflow takes a path, and a file of SQLite after three slashes, from where it runs."""
    if uri.startswith("sqlite:///"):
        path, mark, query = uri.removeprefix("sqlite:///").partition("?")
        if not path or path.startswith(("/", ":")):
            return uri
        return f"sqlite:///{folder / path}{mark}{query}"
    return str(folder / uri) if _is_path(uri) else uri


def _is_path(uri: str) -> bool:
    """A URI without a scheme, but for those single words that mean a service to MLflow."""
    return ":" not in uri.partition("/")[0] and uri not in ("databricks", "databricks-uc", "uc", "azureml")


def _parted(uri: str) -> tuple[str, tuple[str, ...]]:
    """The URI without user, password, query and fragment, and the secrets that were in it. What is between `//` and the
    last `@` before a slash is no host."""
    from urllib.parse import unquote

    if _is_path(uri):
        return uri, ()
    scheme, sign, rest = uri.partition("://")
    if not sign:
        return uri, ()
    place, *query = rest.partition("?")[::2] if not scheme.startswith("file") else (rest,)
    host, slash, path = place.partition("/")
    login, _, host = host.rpartition("@")
    secrets = [text for text in (login.partition(":")[2] or login,) if text]
    pairs = [pair.partition("=") for part in query for pair in part.split("&")]
    secrets += [value for name, _, value in pairs if _SECRET_NAME.search(name)]
    every = dict.fromkeys(text for secret in secrets for text in (secret, unquote(secret)) if text)
    return f"{scheme}://{host}{slash}{path}", tuple(every)


def _elsewhere(uri: str) -> str:
    """Why a container does not find what is meant; empty when it may."""
    scheme = uri.partition(":")[0]
    if _is_path(uri) or scheme in ("file", "sqlite"):
        return "a place on this machine that a container does not see"
    host = uri.partition("://")[2].partition("/")[0].rpartition("@")[2]
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    if name in ("localhost", "::1", "0.0.0.0") or name.startswith("127."):  # noqa: S104 - nothing is bound
        return "on this machine's loopback, where a container finds only itself"
    return ""
