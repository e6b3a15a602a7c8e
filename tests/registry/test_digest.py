"""The digest of an image: what a registry may say, and what is said of it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from envspec.lock.images import NoEngine, image_digest
from envspec.registry.credentials import Credentials
from envspec.registry.digest import registry_digest
from tests.registry.small_registry import Answer, SmallRegistry, serve_small_registry
from tests.registry.speaking import client, image, make_certificate, make_helper

BODY = b'{"schemaVersion": 2}'
DIGEST = f"sha256:{hashlib.sha256(BODY).hexdigest()}"
BASIC = "Basic " + base64.b64encode(b"ci:s3cret").decode()


def guard(registry: SmallRegistry, scheme: str, realm: str = "") -> None:
    """It wants `ci:s3cret`, by `basic` or by a token of its own (`bearer`, from `realm`), and says no digest in a
    header."""
    own = f'Bearer realm="{realm or f"http://{registry.address}/token"}",service="registry"'

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        given = headers.get("Authorization", "")
        if path.startswith("/token"):
            return (200 if given == BASIC else 401), {}, b'{"token": "t0ken"}'
        if path == "/v2/":
            return None
        if given == (BASIC if scheme == "basic" else "Bearer t0ken"):
            return 200, {}, BODY
        return 401, {"WWW-Authenticate": 'Basic realm="registry"' if scheme == "basic" else own}, b""

    registry.trouble = guarded


@pytest.mark.parametrize("scheme", ["basic", "bearer"])
def test_the_login_of_the_docker_command_opens_a_registry(
    scheme: str, small: SmallRegistry, docker_folder: Path
) -> None:
    guard(small, scheme)
    name = f"{small.address}/team/base:1"
    assert registry_digest(name) == ("", f"the registry `{small.address}` wants other credentials")
    auth = base64.b64encode(b"ci:s3cret").decode()
    (docker_folder / "config.json").write_text(json.dumps({"auths": {small.address: {"auth": auth}}}))
    assert registry_digest(name) == (DIGEST, "")
    auth = base64.b64encode(b"ci:wr0ng").decode()
    (docker_folder / "config.json").write_text(json.dumps({"auths": {small.address: {"auth": auth}}}))
    assert registry_digest(name) == ("", f"the registry `{small.address}` wants other credentials")


def test_an_identity_token_opens_a_registry_too(small: SmallRegistry) -> None:
    guard(small, "bearer")
    guarded = small.trouble
    small.trouble = lambda method, path, headers: (
        (200, {}, b'{"access_token": "t0ken"}') if (method, path) == ("POST", "/token")
        else guarded(method, path, headers)
    )  # fmt: skip
    known = Credentials(identity_token="refresh")
    assert registry_digest(f"{small.address}/a:1", lambda _: known).digest == DIGEST


def test_a_credential_goes_to_no_token_service_without_tls(small: SmallRegistry) -> None:
    guard(small, "bearer", "http://tokens.example/token")
    found = registry_digest(f"{small.address}/a:1", lambda _: Credentials("ci", "s3cret"))
    assert found == ("", f"the registry `{small.address}` cannot be reached")
    assert set(small.authorizations) == {""}
    assert [one for one in small.asked if "/manifests/" in one] == ["HEAD /v2/a/manifests/1"]


def test_a_helper_that_fails_is_nobody(
    small: SmallRegistry, docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, "test", "exit 1", monkeypatch)
    (docker_folder / "config.json").write_text('{"credsStore": "test"}')
    guard(small, "basic")
    assert registry_digest(f"{small.address}/a:1").note.endswith("wants other credentials")
    small.trouble = lambda method, path, headers: (200, {}, BODY) if "/manifests/" in path else None
    assert registry_digest(f"{small.address}/a:1").digest == DIGEST


def test_the_header_is_believed_and_bytes_are_hashed_without_it(small: SmallRegistry) -> None:
    subject = image(client(small.address), "e")
    before = len(small.asked)
    assert registry_digest(f"{small.address}/e:1") == (subject.digest, "")
    assert [one.partition(" ")[0] for one in small.asked[before:]] == ["HEAD", "GET"]
    said = "sha256:" + "a" * 64
    for header, digest in ((said, said), ("sha256:short", DIGEST), ("md5:" + "a" * 32, DIGEST)):
        small.trouble = lambda method, path, headers, given=header: (  # type: ignore[misc]
            (200, {"Docker-Content-Digest": given}, BODY) if "/manifests/" in path else None
        )
        assert registry_digest(f"{small.address}/e:1").digest == digest


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((404, {}, b""), "does not have it"),
        ((403, {}, b""), "wants other credentials"),
        ((401, {}, b""), "wants other credentials"),
        ((500, {}, b""), "answered with status 500"),
        ((405, {}, b""), "answered with status 405"),
        ((200, {}, b"<html>"), "sends no manifest"),
        ((200, {}, BODY + b" " * 5_000_000), "sends no manifest"),
        ((302, {"Location": "http://[::1/"}, b""), "cannot be reached"),
        ((302, {"Location": "/v2/e/manifests/1"}, b""), "cannot be reached"),
    ],
)
def test_what_is_said_of_a_registry(small: SmallRegistry, answer: Answer, said: str) -> None:
    small.trouble = lambda method, path, headers: answer if "/manifests/" in path else None
    assert registry_digest(f"{small.address}/e:1") == ("", f"the registry `{small.address}` {said}")


def test_a_bundle_of_certificates_is_trusted_while_locking_too(tmp_path: Path) -> None:
    certificate, context = make_certificate(tmp_path)
    with serve_small_registry(context) as encrypted:
        encrypted.trouble = lambda method, path, headers: (200, {}, BODY)
        name = f"{encrypted.address}/e:1"
        trusting = image_digest(name, "linux/amd64", NoEngine(), ca_bundle=str(certificate))
        assert trusting.digest == DIGEST
        assert "cannot be reached" in image_digest(name, "linux/amd64", NoEngine()).note


def test_the_status_of_a_token_service_is_told(small: SmallRegistry) -> None:
    guard(small, "bearer")
    guarded = small.trouble
    small.trouble = lambda method, path, headers: (
        (503, {}, b"") if path.startswith("/token") else guarded(method, path, headers)
    )
    assert registry_digest(f"{small.address}/e:1").note.endswith("answered with status 503")


def test_nobody_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that takes connections and never answers."""
    import socket

    from envspec.registry import digest

    assert max(digest._SECONDS) == 5
    monkeypatch.setattr(digest, "_SECONDS", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        assert registry_digest(f"{address}/e:1") == ("", f"the registry `{address}` cannot be reached")


def test_asking_is_imported_when_something_is_asked() -> None:
    code = (
        "import sys, envspec.registry.digest, envspec.lock.images\n"
        "found = {'requests', 'ssl', 'docker', 'envspec.registry.client', 'envspec.registry.session'}\n"
        "assert not found & sys.modules.keys(), found & sys.modules.keys()\n"
        "envspec.registry.digest.registry_digest('127.0.0.1:9/a')\n"
        "assert found - sys.modules.keys() == {'docker'}\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
