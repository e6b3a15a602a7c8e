"""A small conda channel, and environments written in the IR's own words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage, SecretRef
from tests.engines.in_thread import answering
from tests.engines.static_server import serve
from tests.lock.small_channel import make_channel


@pytest.fixture(scope="session")
def small_channel(tmp_path_factory: pytest.TempPathFactory) -> PackageSource:
    """The channel of `small_channel.PACKAGES`, as a `channel` block."""
    folder = make_channel(tmp_path_factory.mktemp("channel"))
    return PackageSource("small", folder.as_uri())


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Package lists are kept away from those of the user."""
    monkeypatch.setenv("RATTLER_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "rattler"))


def conda(spec: str) -> CondaPackage:
    return CondaPackage(spec.rpartition("::")[2].split(" ")[0], spec)


def pip(text: str) -> PipPackage:
    if text.startswith("-e "):
        return PipPackage("editable", "", text[3:])
    if "/" in text and " @ " not in text:
        return PipPackage("path", "", text)
    name = text.replace("[", " ").split(" ")[0]
    return PipPackage("requirement", name, text)


def environment(
    *,
    conda_packages: tuple[str, ...] = (),
    pip_packages: tuple[str, ...] = (),
    channels: tuple[PackageSource, ...] = (),
    indexes: tuple[PackageSource, ...] = (),
    constraints: tuple[str, ...] = (),
    python: str = "",
    docker: Docker | None = None,
    name: str = "sklearn",
) -> Environment:
    return Environment(
        id=name,
        name=name,
        python=python,
        channels=channels,
        indexes=indexes,
        conda=tuple(map(conda, conda_packages)),
        pip=tuple(map(pip, pip_packages)),
        constraints=tuple(map(pip, constraints)),
        docker=docker or Docker(),
    )


def secret(value: str) -> Callable[[SecretRef], str]:
    return lambda _reference: value


def no_secrets(reference: SecretRef) -> str:
    raise AssertionError(f"nobody asked for {reference}")


def project_folder(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.mkdir(parents=True)
    (path / "pyproject.toml").write_text(text)
    return path


@pytest.fixture
def private_channel(small_channel: PackageSource) -> Iterator[str]:
    """The small channel over HTTP, for `ci` with the password `s3cret` only."""
    with private_server(Path(urlsplit(small_channel.url).path)) as address:
        yield address


@pytest.fixture
def served_channel(small_channel: PackageSource) -> Iterator[str]:
    """The small channel over HTTP, for everyone."""
    with serve(Path(urlsplit(small_channel.url).path)) as address:
        yield address


@contextmanager
def private_server(folder: Path) -> Iterator[str]:
    """Serves a folder on loopback to `ci:s3cret`; everyone else gets 401."""
    wanted = "Basic " + base64.b64encode(b"ci:s3cret").decode()

    class Private(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Authorization") == wanted:
                super().do_GET()
            else:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="private"')
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Private, directory=str(folder)))
    with answering(server):
        yield f"http://127.0.0.1:{server.server_port}"
