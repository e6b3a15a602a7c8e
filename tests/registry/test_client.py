"""One registry over HTTP: what it may answer, and where credentials go."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from envspec.registry.client import IMAGE_MANIFEST, Registry, sha256_of
from envspec.registry.login import Login
from tests.engines.registry import serve_registry
from tests.registry.small_registry import Answer, SmallRegistry, serve_small_registry
from tests.registry.speaking import (
    HTPASSWD,
    PAIR,
    client,
    image,
    log_in,
    make_certificate,
    make_helper,
    problem,
)

ABSENT = "sha256:" + "0" * 64


@pytest.fixture
def other() -> Iterator[SmallRegistry]:
    with serve_small_registry() as registry:
        yield registry


def bearer(realm: str) -> Answer:
    return 401, {"WWW-Authenticate": f'Bearer realm="{realm}",service="s"'}, b""


def test_bytes_that_are_not_what_their_digest_says(small: SmallRegistry) -> None:
    registry = client(small.address)
    subject = image(registry, "e")
    digest = registry.put_blob("e", b"right")
    small.blobs[digest] = b"wrong"
    assert problem(lambda: registry.blob("e", digest)).code == "E1404"
    small.blobs[digest] = b"x" * 5_000_000
    assert "larger" in problem(lambda: registry.blob("e", digest)).notes[0]
    small.manifests[subject.digest] = (IMAGE_MANIFEST, b'{"schemaVersion": 2}')
    assert problem(lambda: registry.manifest("e", subject.digest)).code == "E1404"
    small.manifests["2"] = (IMAGE_MANIFEST, b"<html>")
    assert problem(lambda: registry.manifest("e", "2")).code == "E1404"
    small.manifests["3"] = (IMAGE_MANIFEST, b'{"schemaVersion": 2}' + b" " * 5_000_000)
    assert problem(lambda: registry.manifest("e", "3")).code == "E1404"
    small.manifests["4"] = (IMAGE_MANIFEST, b"[" * 100_000)
    assert problem(lambda: registry.manifest("e", "4")).code == "E1404"


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((500, {}, b"oops"), "E1404", "500"),
        ((403, {}, b'{"errors": [{"code": "DENIED", "message": "not you"}]}'), "E1403", "DENIED: not you"),
        ((401, {}, b""), "E1403", "401"),
        ((401, {"WWW-Authenticate": "Negotiate"}, b""), "E1403", "401"),
        ((401, {"WWW-Authenticate": 'Basic realm="r"'}, b""), "E1403", "401"),
        (bearer("http://tokens.example/"), "E1403", "HTTPS"),
        (bearer("http://127.0.0.1@tokens.example/"), "E1403", "HTTPS"),
        (bearer("http://[::1/"), "E1403", "HTTPS"),
        (bearer("ftp://127.0.0.1/"), "E1403", "HTTPS"),
        (bearer(""), "E1403", "HTTPS"),
        ((200, {}, b"[]"), "E1404", "no image index"),
        ((200, {}, b"[" * 100_000), "E1404", "no image index"),
    ],
)
def test_answers_that_are_no_help(small: SmallRegistry, answer: Answer, code: str, said: str) -> None:
    small.trouble = lambda method, path, headers: answer if "/referrers/" in path else None
    found = problem(lambda: client(small.address, "e").referrers("e", ABSENT))
    assert found.code == code
    assert said in " ".join(found.notes)


def test_nobody_answers() -> None:
    with serve_small_registry() as gone:
        address = gone.address
    found = problem(lambda: client(address).manifest("e", "1"))
    assert (found.code, found.notes) == ("E1402", ("connection refused",))


def test_an_upload_goes_to_no_other_host(small: SmallRegistry) -> None:
    small.trouble = lambda method, path, headers: (
        (202, {"Location": "http://localhost:1/else"}, b"") if method == "POST" else None
    )
    assert "another host" in problem(lambda: client(small.address).put_blob("e", b"x")).notes[0]


def test_a_token_is_fetched_with_the_credentials_of_docker(small: SmallRegistry, docker_folder: Path) -> None:
    log_in(docker_folder, small.address, auth=PAIR)
    seen: list[tuple[str, str]] = []

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.startswith("/token"):
            seen.append((path, headers.get("Authorization", "")))
            return 200, {}, b'{"token": "t-1"}'
        if path == "/v2/" or headers.get("Authorization") == "Bearer t-1":
            return None
        return bearer(f"http://{small.address}/token")

    small.trouble = guarded
    image(client(small.address, "e"), "e")
    ((path, authorization),) = seen
    assert path == "/token?service=s&scope=repository%3Ae%3Apull%2Cpush"
    assert authorization == f"Basic {PAIR}"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((401, {}, b""), "E1403"), ((200, {}, b"[]"), "E1403"), ((200, {}, b"<html>"), "E1403"),
        ((200, {}, b'{"token": 3}'), "E1403"), ((200, {}, b'{"token": "a\\r\\nb: c"}'), "E1403"),
        ((200, {}, b'{"token": "' + b"t" * 5_000_000 + b'"}'), "E1403"), ((200, {}, b"[" * 100_000), "E1403"),
        ((503, {}, b""), "E1404"),
    ],
)  # fmt: skip
def test_a_token_service_that_gives_none(small: SmallRegistry, answer: Answer, code: str) -> None:
    small.trouble = lambda method, path, headers: (
        answer if path.startswith("/token") else bearer(f"http://{small.address}/token")
    )
    assert problem(lambda: client(small.address, "e").manifest("e", "1")).code == code


def test_a_token_service_that_redirects_gets_nobody_elsewhere(
    small: SmallRegistry, other: SmallRegistry, docker_folder: Path
) -> None:
    log_in(docker_folder, small.address, auth=PAIR)
    small.trouble = lambda method, path, headers: (
        (307, {"Location": f"http://{other.address}/token"}, b"") if path.startswith("/token")
        else bearer(f"http://{small.address}/token")
    )  # fmt: skip
    assert problem(lambda: client(small.address, "e").manifest("e", "1")).code == "E1403"
    assert other.asked == []


def test_an_identity_token_of_a_credential_helper(
    small: SmallRegistry, docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = make_helper(
        tmp_path, "ours", 'cat >/dev/null\necho \'{"Username": "<token>", "Secret": "refresh"}\'', monkeypatch
    )
    (docker_folder / "config.json").write_text(f'{{"credHelpers": {{"{small.address}": "ours"}}}}')
    methods: list[str] = []

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.startswith("/token"):
            methods.append(method)
            return 200, {}, b'{"access_token": "t-2"}'
        if path == "/v2/" or headers.get("Authorization") == "Bearer t-2":
            return None
        return bearer(f"http://{small.address}/token")

    small.trouble = guarded
    image(client(small.address, "e"), "e")
    assert methods == ["POST"]
    helper.write_text("#!/bin/sh\necho plainly-secret >&2\nexit 1\n")
    found = problem(lambda: client(small.address, "e").manifest("e", "1"))
    assert found.code == "E1403" and "plainly-secret" not in str(found)


def guard(registry: SmallRegistry, otherwise: Answer | None = None) -> None:
    """Lets in nobody but `ci`, and then answers as it does, or `otherwise`."""

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if headers.get("Authorization") == f"Basic {PAIR}":
            return otherwise
        return 401, {"WWW-Authenticate": 'Basic realm="r"'}, b""

    registry.trouble = guarded


def test_a_redirect_elsewhere_carries_no_credentials(
    small: SmallRegistry, other: SmallRegistry, docker_folder: Path
) -> None:
    log_in(docker_folder, small.address, auth=PAIR)
    digest = client(other.address).put_blob("e", b"far away")
    guard(small, (307, {"Location": f"http://{other.address}/v2/e/blobs/{digest}"}, b""))
    assert client(small.address).blob("e", digest) == b"far away"
    assert f"Basic {PAIR}" in small.authorizations
    assert set(other.authorizations) == {""}


def test_a_redirect_to_itself_is_still_the_registry(small: SmallRegistry, docker_folder: Path) -> None:
    log_in(docker_folder, small.address, auth=PAIR)
    digest = client(small.address).put_blob("e", b"moved")
    guard(small)
    guarded = small.trouble
    small.trouble = lambda method, path, headers: (
        (307, {"Location": f"/v2/e/blobs/{digest}"}, b"")
        if "/old/" in path
        else guarded(method, path, headers)
    )
    assert client(small.address).blob("old", digest) == b"moved"


def test_the_challenge_of_somebody_else_is_not_answered(
    small: SmallRegistry, other: SmallRegistry, docker_folder: Path
) -> None:
    """A registry sends us elsewhere, and there somebody asks for the registry's credentials."""
    log_in(docker_folder, small.address, auth=PAIR)
    for challenge in (bearer(f"http://{other.address}/token"), (401, {"WWW-Authenticate": "Basic"}, b"")):
        small.trouble = lambda method, path, headers: (
            (307, {"Location": f"http://{other.address}{path}"}, b"") if path != "/v2/" else None
        )
        other.trouble = lambda method, path, headers, given=challenge: given  # type: ignore[misc]
        assert problem(lambda: client(small.address, "e").manifest("e", "1")).code == "E1403"
    assert set(other.authorizations) == {""}
    assert other.asked == ["GET /v2/e/manifests/1"] * 2, "its token service is not asked"


def test_netrc_and_proxies_have_no_part_in_it(
    small: SmallRegistry,
    other: SmallRegistry,
    docker_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ci password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    digest = client(other.address).put_blob("e", b"far away")
    small.trouble = lambda method, path, headers: (
        (307, {"Location": f"http://{other.address}{path}"}, b"") if "/blobs/" in path
        else bearer(f"http://{small.address}/token") if "/manifests/" in path else None
    )  # fmt: skip
    assert client(small.address).blob("e", digest) == b"far away"
    problem(lambda: client(small.address).manifest("e", "1"))
    log_in(docker_folder, small.address, identitytoken="refresh")
    problem(lambda: client(small.address).manifest("e", "1"))
    assert [one.partition("?")[0] for one in small.asked if "/token" in one] == ["GET /token", "POST /token"]
    assert set(small.authorizations + other.authorizations) == {""}


def test_basic_authentication_of_a_real_registry(tmp_path: Path, docker_folder: Path) -> None:
    with serve_registry(tmp_path, htpasswd=HTPASSWD) as guarded:
        refused = problem(lambda: client(guarded.address, "e").put_blob("e", b"x"))
        assert refused.code == "E1403"
        log_in(docker_folder, guarded.address, auth="Y2k6d3Jvbmc=")
        assert problem(lambda: client(guarded.address, "e").put_blob("e", b"x")).code == "E1403"
        log_in(docker_folder, guarded.address, auth=PAIR)
        registry = client(guarded.address, "e")
        assert registry.blob("e", registry.put_blob("e", b"x")) == b"x"
        assert registry.manifest("e", image(registry, "e").digest) is not None


@pytest.mark.parametrize("trusted_by", ["bundle", "machine", "nobody"])
def test_certificates(trusted_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the machine (`SSL_CERT_FILE`, as OpenSSL has it) and of `--ca-bundle`, and no others."""
    certificate, context = make_certificate(tmp_path)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    if trusted_by == "machine":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serve_small_registry(context) as encrypted:
        bundle = str(certificate) if trusted_by == "bundle" else ""
        registry = Registry(encrypted.address, Login(encrypted.address, ""), bundle)
        if trusted_by == "nobody":
            found = problem(lambda: registry.manifest("e", "1"))
            assert (found.code, "is not trusted" in found.message) == ("E1402", True)
            assert "ca-bundle" in found.help
            assert encrypted.asked == [], "and it is not asked in the clear"
        else:
            assert registry.manifest("e", image(registry, "e").digest) is not None


def test_a_bundle_that_is_none_breaks_nothing_that_needs_none(small: SmallRegistry, tmp_path: Path) -> None:
    (tmp_path / "bundle.pem").write_text("no certificate")
    login = Login(small.address, "")
    assert Registry(small.address, login, str(tmp_path / "bundle.pem")).manifest("e", "1") is None
    far = Registry("registry.example", login, str(tmp_path / "bundle.pem"))
    assert problem(lambda: far.manifest("e", "1")).code == "E1402"


def test_sha256() -> None:
    assert sha256_of(b"{}") == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
