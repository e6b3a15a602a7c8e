"""What the server is told, all of it by `ENVSPEC_*` variables, read once at the start."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import NamedTuple

EXIT_SETTINGS = 2
EXIT_INIT = 3
EXIT_LISTEN = 4

_OWN = (
    "ENVSPEC_AUTH_FILE",
    "ENVSPEC_BODY_LIMIT",
    "ENVSPEC_CONCURRENCY",
    "ENVSPEC_GRACE",
    "ENVSPEC_HOST",
    "ENVSPEC_PORT",
    "ENVSPEC_SERVER_LIB",
    "ENVSPEC_STAGED",
    "ENVSPEC_STATE_FILE",
    "ENVSPEC_TIMEOUT",
    "ENVSPEC_WORKER_PYTHON",
    "ENVSPEC_WORKERS",
)


class BadSettings(Exception):  # noqa: N818 - the name says it
    """A variable that cannot be used, in one sentence."""


class Settings(NamedTuple):
    """`timeout` and `grace` in seconds, `body_limit` in bytes, `concurrency` requests at once in a worker.
    `token` is the bearer token (None: nobody has to bring one). `staged` means: listen on a free loopback
    port until SIGUSR1, then on `host:port`. `secrets` are the values that must not be seen in the log."""

    entry: str
    host: str
    port: int
    workers: int
    concurrency: int
    timeout: float
    body_limit: int
    grace: float
    python: str
    models: str
    state_file: str
    staged: bool
    token: bytes | None
    secrets: tuple[bytes, ...]
    worker_variables: Mapping[str, str]


def read_settings(variables: Mapping[str, str]) -> Settings:
    entry = variables.get("ENVSPEC_ENTRY", "")
    if not entry:
        raise BadSettings("ENVSPEC_ENTRY is not set: it names the scoring script")
    models = variables.get("ENVSPEC_MODELS", "")
    token = _token(variables.get("ENVSPEC_AUTH_FILE", ""))
    worker_variables = {name: value for name, value in variables.items() if name not in _OWN}
    worker_variables.update(_model_variables(models))
    return Settings(
        entry=entry,
        host=variables.get("ENVSPEC_HOST") or "127.0.0.1",
        port=int(_number(variables, "ENVSPEC_PORT", 8080, 0, 65535)),
        workers=int(_number(variables, "ENVSPEC_WORKERS", 1, 1, 1024)),
        concurrency=int(_number(variables, "ENVSPEC_CONCURRENCY", 1, 1, 1024)),
        timeout=_number(variables, "ENVSPEC_TIMEOUT", 60.0, 0.001, 1e9),
        body_limit=int(_number(variables, "ENVSPEC_BODY_LIMIT", 10 * 1024 * 1024, 0, 2**62)),
        grace=_number(variables, "ENVSPEC_GRACE", 30.0, 0.0, 1e9),
        python=variables.get("ENVSPEC_WORKER_PYTHON") or sys.executable,
        models=models,
        state_file=variables.get("ENVSPEC_STATE_FILE", ""),
        staged=variables.get("ENVSPEC_STAGED", "") == "1",
        token=token,
        secrets=_secret_values(variables.get("ENVSPEC_SECRET_DIR", ""), token),
        worker_variables=worker_variables,
    )


def _number(variables: Mapping[str, str], name: str, default: float, low: float, high: float) -> float:
    text = variables.get(name, "").strip()
    if not text:
        return default
    value: float | None = None
    try:
        value = float(text) if isinstance(default, float) else int(text)
    except ValueError:
        pass
    if value is None or not low <= value <= high:
        raise BadSettings(f"{name} is `{text}`, it must be a number from {low:g} to {high:g}")
    return value


def _token(path: str) -> bytes | None:
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            token = file.read().strip()
    except OSError as error:
        raise BadSettings(f"ENVSPEC_AUTH_FILE cannot be read: {error.strerror}: {path}") from None
    if not token:
        raise BadSettings(f"the token in ENVSPEC_AUTH_FILE is empty: {path}")
    return token


def _secret_values(folder: str, token: bytes | None) -> tuple[bytes, ...]:
    values = [token] if token else []
    if folder:
        try:
            for name in sorted(os.listdir(folder)):
                path = os.path.join(folder, name)
                if not name.startswith(".") and os.path.isfile(path):
                    with open(path, "rb") as file:
                        values.append(file.read())
        except OSError as error:
            raise BadSettings(f"ENVSPEC_SECRET_DIR cannot be read: {error.strerror}: {folder}") from None
    return tuple(values)


def _model_variables(folder: str) -> dict[str, str]:
    """`ENVSPEC_MODEL_WINE` for each model, and the folder under the name that older scripts look for."""
    if not folder:
        return {}
    folder = os.path.abspath(folder)
    try:
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    except OSError as error:
        raise BadSettings(f"ENVSPEC_MODELS cannot be read: {error.strerror}: {folder}") from None
    variables = {"ENVSPEC_MODELS": folder, "AZUREML_MODEL_DIR": folder}
    for name in names:
        variable = "ENVSPEC_MODEL_" + re.sub("[^A-Za-z0-9]", "_", name).upper()
        if variable in variables:
            raise BadSettings(f"two models would both be `{variable}`")
        variables[variable] = os.path.join(folder, name)
    return variables
