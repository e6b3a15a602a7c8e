"""Digests of base images, from a real engine and a real registry."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from envspec.engines.docker.images import EngineImages
from envspec.engines.docker.registry_login import registry_login
from envspec.ir.types import Docker
from envspec.lock.images import NoEngine, base_image, image_digest
from envspec.lock.registry import Reference, registry_digest
from envspec.lower.base_image import base_image as lowered_base
from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines.registry import OciRegistry
from tests.lock.conftest import environment

NOBODY = "unix:///nonexistent/docker.sock"


def test_an_engine_and_a_registry_give_the_digest_that_was_pushed(
    docker_env: DockerEngine, oci_registry: OciRegistry, tmp_path: Path
) -> None:
    client = docker_env.client
    name = f"{oci_registry.address}/team/base"
    (tmp_path / "Dockerfile").write_text("FROM scratch\nLABEL made=for-a-test\n")
    built, _ = client.images.build(path=str(tmp_path), tag=f"{name}:1")
    engine = EngineImages()
    platform = f"{built.attrs['Os']}/{built.attrs['Architecture']}"
    try:
        assert image_digest(f"{name}:1", platform, engine).digest == ""
        assert (
            "did not get it from its registry"
            in image_digest(f"{name}:1", platform, engine, offline=True).note
        )
        pushed = [line for line in client.images.push(name, "1", stream=True, decode=True) if "aux" in line]
        digest = pushed[-1]["aux"]["Digest"]
        assert engine.has(f"{name}:1", platform).digest == digest
        assert image_digest(f"{name}:1", platform, engine, offline=True).digest == digest
        assert "another platform" in engine.has(f"{name}:1", "linux/s390x").note
        assert engine.distribution(f"{name}:1").digest == digest
        client.images.remove(f"{name}:1")
        assert engine.has(f"{name}:1", platform).digest == ""
        for where in (engine, EngineImages(NOBODY), NoEngine()):
            assert image_digest(f"{name}:1", platform, where).digest == digest
            assert image_digest(f"{name}:2", platform, where).digest == ""
        assert f"the registry `{oci_registry.address}` does not have it" in (
            image_digest(f"{name}:2", platform, engine).note
        )
        assert engine.distribution(f"{name}:2").digest == ""
        assert not image_digest(f"{name}:1", platform, engine, offline=True).digest
    finally:
        client.images.remove(built.id, force=True) if built.id in image_ids(client) else None


def test_an_engine_over_tcp_is_asked_too() -> None:
    """A `tcp://` address where nobody listens: silence is no failure."""
    engine = EngineImages("tcp://127.0.0.1:9")
    assert engine.has("debian:bookworm-slim", "linux/amd64").note == "no docker engine answers"
    assert engine.distribution("debian:bookworm-slim").digest == ""


def test_the_engine_is_that_of_the_docker_context(
    docker_engine: DockerEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A context as `docker context create` writes it, and no `DOCKER_HOST`."""
    host = docker_engine.environment["DOCKER_HOST"]
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"lab").hexdigest()
    folder.mkdir(parents=True)
    (folder / "meta.json").write_text(json.dumps({"Name": "lab", "Endpoints": {"docker": {"Host": host}}}))
    (tmp_path / "config.json").write_text(json.dumps({"currentContext": "lab"}))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert (
        "the docker engine does not have it" in EngineImages().has("nosuch.example/x:1", "linux/amd64").note
    )


def test_no_engine_and_no_network_is_no_failure() -> None:
    found = image_digest("127.0.0.1:9/base:1", "linux/amd64", EngineImages(NOBODY))
    assert found == ("", "no docker engine answers, and the registry `127.0.0.1:9` cannot be reached")
    offline = image_digest("127.0.0.1:9/base:1", "linux/amd64", EngineImages(NOBODY), offline=True)
    assert offline == ("", "no docker engine answers, and the network is not to be used")


def test_a_digest_in_the_reference_is_the_digest() -> None:
    digest = "sha256:" + "a" * 64
    assert image_digest(f"debian@{digest}", "linux/amd64", EngineImages(NOBODY)).digest == digest


@pytest.mark.parametrize(
    ("image", "url"),
    [
        ("debian", "https://registry-1.docker.io/v2/library/debian/manifests/latest"),
        ("team/base:1", "https://registry-1.docker.io/v2/team/base/manifests/1"),
        ("index.docker.io/team/base:1", "https://registry-1.docker.io/v2/team/base/manifests/1"),
        ("docker.io/debian:12", "https://registry-1.docker.io/v2/library/debian/manifests/12"),
        ("h.example/a/b/c:1.0", "https://h.example/v2/a/b/c/manifests/1.0"),
        ("h.example:5000/a", "https://h.example:5000/v2/a/manifests/latest"),
        ("localhost:5000/a", "http://localhost:5000/v2/a/manifests/latest"),
        ("127.0.0.1:5000/a:1", "http://127.0.0.1:5000/v2/a/manifests/1"),
        ("127.evil.example/a:1", "https://127.evil.example/v2/a/manifests/1"),
    ],
)  # fmt: skip
def test_where_a_manifest_is(image: str, url: str) -> None:
    assert Reference.of(image).url == url


BODY = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"


@contextmanager
def guarded_registry(scheme: str, realm: str = "") -> Iterator[tuple[str, list[str]]]:
    """A registry that wants `ci:s3cret`, by `basic` or by a token of its own (`bearer`, from `realm`), and says no
    digest in a header; and what it was sent as `Authorization`."""
    seen: list[str] = []
    basic = "Basic " + base64.b64encode(b"ci:s3cret").decode()

    class Guarded(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            seen.append(f"{self.path.partition('?')[0]} {given}")
            if self.path.startswith("/token"):
                self.answer(200 if given == basic else 401, b'{"token": "t0ken"}')
            elif given == (basic if scheme == "basic" else "Bearer t0ken"):
                self.answer(200, BODY)
            else:
                own = f"http://127.0.0.1:{self.server.server_address[1]}/token"
                challenge = f'Bearer realm="{realm or own}",service="registry"'
                self.answer(401, b"", 'Basic realm="registry"' if scheme == "basic" else challenge)

        do_HEAD = do_GET  # noqa: N815

        def answer(self, status: int, body: bytes, challenge: str = "") -> None:
            self.send_response(status)
            if challenge:
                self.send_header("WWW-Authenticate", challenge)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Guarded)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_the_login_of_the_docker_command_opens_a_registry(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with guarded_registry(scheme) as (address, _):
        image = f"{address}/team/base:1"
        closed = registry_digest(image, registry_login)
        assert closed == ("", f"the registry `{address}` wants other credentials")
        auth = base64.b64encode(b"ci:s3cret").decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
        assert registry_digest(image, registry_login).digest == DIGEST
        auth = base64.b64encode(b"ci:wr0ng").decode()
        (tmp_path / "config.json").write_text(json.dumps({"auths": {address: {"auth": auth}}}))
        assert "wr0ng" not in repr(registry_digest(image, registry_login))
        assert registry_digest(image, registry_login).digest == ""


def test_a_credential_goes_to_no_token_service_without_tls() -> None:
    with guarded_registry("bearer", "http://tokens.example/token") as (address, seen):
        assert registry_digest(f"{address}/a:1", lambda _: ("ci", "s3cret")).digest == ""
    assert [line.split(" ", 1)[1] for line in seen] == [""]


@pytest.mark.parametrize("named", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked(named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\nread host\n[ "$host" = r.example ] || exit 1\n'
                      'echo \'{"Username": "ci", "Secret": "s3cret"}\'\n')  # fmt: skip
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    value: object = "test" if named == "credsStore" else {"r.example": "test"}
    (tmp_path / "config.json").write_text(json.dumps({named: value}))
    assert registry_login("r.example") == ("ci", "s3cret")
    assert registry_login("other.example") is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"auths": 3}', '{"auths": {"r.example": {"auth": "?"}}}',
                                     '{"credsStore": "../evil"}', '{"credsStore": "absent"}'])  # fmt: skip
def test_a_broken_docker_configuration_has_no_logins(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text(content)
    assert registry_login("r.example") is None


@pytest.mark.parametrize(
    "subject",
    [
        environment(pip_packages=("six",), python="3.12"),
        environment(conda_packages=("numpy",)),
        environment(docker=Docker(image="debian:trixie")),
    ],
    ids=["pip", "conda", "own"],
)
def test_the_base_that_is_locked_is_the_base_that_is_lowered(subject: object) -> None:
    assert base_image(subject, "3.12") == lowered_base(subject, None)  # type: ignore[arg-type]
