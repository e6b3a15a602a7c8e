"""A real OCI registry on loopback: Debian's docker-registry over a folder of its own.

Docker engines push to and pull from loopback registries over plain HTTP without being told to, so
`REGISTRY_ADDRESS/name:tag` works in every client. Each caller has its own registry process.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engines import EngineMissingError
from tests.engines.free_port import free_port

_START_SECONDS = 10.0
_ATTEMPTS = 3
_CONFIGURATION = """\
version: 0.1
log: {{ level: warn }}
storage:
  filesystem: {{ rootdirectory: "{data}" }}
  delete: {{ enabled: true }}
http: {{ addr: "{address}", secret: "{secret}"{tls} }}
"""
_TLS = ', tls: {{ certificate: "{certificate}", key: "{key}" }}'
_AUTHENTICATION = """\
auth:
  htpasswd: {{ realm: tests, path: "{path}" }}
"""


@dataclass(frozen=True, slots=True)
class OciRegistry:
    """A registry that answers at `address` (`HOST:PORT`, as in an image's name)."""

    address: str

    @property
    def url(self) -> str:
        """The address of the HTTP API (OCI distribution-spec), without a slash at its end."""
        return f"http://{self.address}"


@contextmanager
def serve_registry(
    folder: Path, *, htpasswd: str = "", tls: tuple[Path, Path] | None = None
) -> Iterator[OciRegistry]:
    """A registry that keeps its data in `folder` and lives as long as the context. With `htpasswd` (lines of
    `USER:BCRYPT`) it lets in nobody else; with `tls`, a certificate and its key, it speaks HTTPS.

    Raises EngineMissingError when there is no docker-registry or it does not start.
    """
    binary = shutil.which("docker-registry")
    if binary is None:
        raise EngineMissingError("there is no docker-registry: install docker-registry")

    def command(address: str) -> list[str]:
        configuration = folder / "config.yml"
        text = _CONFIGURATION.format(data=folder / "data", address=address, secret=f"tests {address}",
                                     tls=_TLS.format(certificate=tls[0], key=tls[1]) if tls else "")  # fmt: skip
        if htpasswd:
            (folder / "htpasswd").write_text(htpasswd)
            text += _AUTHENTICATION.format(path=folder / "htpasswd")
        configuration.write_text(text)
        return [binary, "serve", str(configuration)]

    with serve_program(command, folder / "registry.log", "https" if tls else "http") as registry:
        yield registry


@contextmanager
def serve_program(
    command: Callable[[str], list[str]], log: Path, scheme: str = "http"
) -> Iterator[OciRegistry]:
    """The registry that the `command` for an address starts, for as long as the context lives."""
    for _ in range(_ATTEMPTS):  # the port may be taken by another process before the registry has it
        address = f"127.0.0.1:{free_port()}"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command(address), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
        try:
            if _wait_until_ready(process, f"{scheme}://{address}"):
                yield OciRegistry(address)
                return
        finally:
            process.terminate()
            process.wait()
    raise EngineMissingError(f"the registry does not start: {log.read_text(errors='replace')[-500:]}")


def _wait_until_ready(process: subprocess.Popen[bytes], url: str) -> bool:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/v2/", timeout=1, context=unchecked):
                return True
        except urllib.error.HTTPError as error:
            return error.code == 401  # it wants to know who asks
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    return False
