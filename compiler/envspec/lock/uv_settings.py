"""What uv is told of the machine: an allow-list of variables, and the mirror its user already has.

uv runs with an environment of its own making, so that a stray setting of the shell cannot change what is
locked. Let through are: where home, caches and temporary files are, certificates, proxies, timeouts, and
the address of the *default* index. Someone behind a mirror has said so once already, to uv or to pip; the
first of these that is set counts: `UV_DEFAULT_INDEX`, `UV_INDEX_URL`, `PIP_INDEX_URL`, `index-url` in the
configuration file of uv, then in that of pip. A mirror serves the same files, and their hashes are what the
lock keeps, so it does not change the result. Additional indexes never come from here: they belong into the
spec, where everyone sees them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

ALLOWED = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "SSL_CLIENT_CERT",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "NETRC",
    "UV_CACHE_DIR",
    "UV_SYSTEM_CERTS",
    "UV_NATIVE_TLS",
    "UV_INSECURE_HOST",
    "UV_KEYRING_PROVIDER",
    "UV_HTTP_TIMEOUT",
    "UV_REQUEST_TIMEOUT",
    "UV_HTTP_RETRIES",
    "UV_CONCURRENT_DOWNLOADS",
    "UV_PYTHON_INSTALL_DIR",
    "UV_LINK_MODE",
)

_CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def uv_environment(ambient: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a uv process. `ambient` is the shell's, `os.environ` when not given."""
    ambient = os.environ if ambient is None else ambient
    variables = {name: ambient[name] for name in ALLOWED if ambient.get(name)}
    if "SSL_CERT_FILE" not in variables:
        bundle = next((ambient[name] for name in _CERTIFICATES if ambient.get(name)), "")
        bundle = bundle or _from_pip(ambient, "cert")
        if bundle:
            variables["SSL_CERT_FILE"] = bundle
        elif (
            not {"UV_SYSTEM_CERTS", "UV_NATIVE_TLS", "SSL_CERT_DIR"} & variables.keys() and _has_trust_store()
        ):
            # As pip does. A company's own authority is known to the machine, not to the list inside uv.
            variables["UV_SYSTEM_CERTS"] = "true"
    index = default_index(ambient)
    if index:
        variables["UV_DEFAULT_INDEX"] = index
    variables["UV_PYTHON_DOWNLOADS"] = "never"
    variables["UV_NO_PROGRESS"] = "1"
    variables["NO_COLOR"] = "1"
    return variables


def _has_trust_store() -> bool:
    import ssl
    import sys

    paths = ssl.get_default_verify_paths()
    return (
        sys.platform == "darwin"
        or bool(paths.cafile)
        or bool(paths.capath and any(Path(paths.capath).iterdir()))
    )


def default_index(ambient: Mapping[str, str] | None = None) -> str:
    """The user's own address of the default index, which may hold credentials; empty when there is none."""
    ambient = os.environ if ambient is None else ambient
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if ambient.get(name):
            return ambient[name]
    return _from_uv(ambient) or _from_pip(ambient, "index-url")


def _config_home(ambient: Mapping[str, str]) -> Path:
    return Path(ambient.get("XDG_CONFIG_HOME") or Path(ambient.get("HOME") or "/") / ".config")


def _from_uv(ambient: Mapping[str, str]) -> str:
    files = [_config_home(ambient) / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    if ambient.get("UV_CONFIG_FILE"):
        files = [Path(ambient["UV_CONFIG_FILE"])]
    for file in files:
        text = _text(file)
        if not text:
            continue
        import tomllib

        try:
            settings = tomllib.loads(text)
        except ValueError:
            continue
        for index in settings.get("index", []):
            if isinstance(index, dict) and index.get("default") and isinstance(index.get("url"), str):
                return str(index["url"])
        url = settings.get("index-url") or settings.get("pip", {}).get("index-url")
        if isinstance(url, str):
            return url
    return ""


def _from_pip(ambient: Mapping[str, str], option: str) -> str:
    home = Path(ambient.get("HOME") or "/")
    named = ambient.get("PIP_CONFIG_FILE", "")
    files = [_config_home(ambient) / "pip" / "pip.conf", home / ".pip" / "pip.conf", Path("/etc/pip.conf")]
    if named == os.devnull:
        return ""
    for file in [Path(named), *files] if named else files:
        text = _text(file)
        if not text:
            continue
        import configparser

        settings = configparser.RawConfigParser()
        try:
            settings.read_string(text)
        except configparser.Error:
            continue
        value = settings.get("global", option, fallback="").strip()
        if value:
            return value
    return ""


def _text(file: Path) -> str:
    """Empty when it cannot be read, as most of the files are not there."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
