"""Artifacts attached to an image in registries: one without the referrers API, ones with it, and ones in trouble."""

from __future__ import annotations

import base64
import json
import os
import stat
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure
from envspec.supply_chain.references import image_name
from envspec.supply_chain.referrers import Artifact, attach, documents, fallback_tag, referrers_of
from envspec.supply_chain.registry import IMAGE_MANIFEST, Manifest, Registry, on_loopback, sha256_of
from envspec.supply_chain.registry_login import Login
from tests.engines import EngineMissingError
from tests.engines.referrers_registry import serve_registry_with_referrers
from tests.engines.registry import OciRegistry, serve_registry
from tests.supply_chain.small_registry import Answer, SmallRegistry, serve_small_registry

SBOM = Artifact("application/vnd.cyclonedx+json", b'{"a": 1}', "sbom.cdx.json")
STATEMENT = Artifact("application/vnd.in-toto+json", b'{"b": 2}', "provenance.json", {"x": "y"})


@pytest.fixture(autouse=True)
def _nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def small() -> Iterator[SmallRegistry]:
    with serve_small_registry() as registry:
        yield registry


def client(address: str, repository: str = "") -> Registry:
    return Registry(address, Login(address, f"repository:{repository}:pull,push" if repository else ""))


def image(registry: Registry, repository: str) -> Manifest:
    """An image without layers, pushed."""
    config = registry.put_blob(repository, json.dumps({"architecture": "amd64", "os": "linux"}).encode())
    value = {
        "schemaVersion": 2,
        "mediaType": IMAGE_MANIFEST,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 38},
        "layers": [],
    }
    content = json.dumps({**value, "annotations": {"once": uuid.uuid4().hex}}).encode()
    registry.put_manifest(repository, "1", content, IMAGE_MANIFEST, {})
    found = registry.manifest(repository, "1")
    assert found is not None and found.content == content
    return found


def content(registry: Registry, subject: Manifest) -> list[bytes]:
    """The documents of both types that are attached to an image of `team/e`."""
    types = (SBOM.media_type, STATEMENT.media_type)
    return [one for kind in types for _, one in documents(registry, "team/e", subject.digest, kind)]


def test_the_fallback_tag_lists_what_is_attached(oci_registry: OciRegistry) -> None:
    registry = client(oci_registry.address)
    subject = image(registry, "team/e")
    assert registry.referrers("team/e", subject.digest) is None, "this registry has no such API"
    attached = attach(registry, "team/e", subject, [SBOM, STATEMENT])
    assert attached.listed_by == "sha256-" + subject.digest.removeprefix("sha256:")
    listed = referrers_of(registry, "team/e", subject.digest)
    assert [entry["digest"] for entry in listed] == list(attached.digests)
    assert [entry["artifactType"] for entry in listed] == [SBOM.media_type, STATEMENT.media_type]
    assert content(registry, subject) == [SBOM.content, STATEMENT.content]
    manifest = registry.manifest("team/e", attached.digests[1])
    assert manifest is not None
    assert manifest.value["subject"] == subject.descriptor
    assert manifest.value["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"

    index = registry.manifest("team/e", attached.listed_by)
    assert attach(registry, "team/e", subject, [STATEMENT]).digests == attached.digests[1:]
    assert registry.manifest("team/e", attached.listed_by) == index, "what is there is not written again"


def test_entries_of_others_are_kept(oci_registry: OciRegistry) -> None:
    registry = client(oci_registry.address)
    subject = image(registry, "team/e")
    first = attach(registry, "team/e", subject, [SBOM])
    second = attach(registry, "team/e", subject, [STATEMENT])
    listed = [entry["digest"] for entry in referrers_of(registry, "team/e", subject.digest)]
    assert listed == [*first.digests, *second.digests]


def test_many_at_once_lose_nothing_of_each_other(oci_registry: OciRegistry) -> None:
    """Twelve clients in turns, as processes of one machine take them, and each with a connection of its own."""
    subject = image(client(oci_registry.address), "team/many")
    turn = threading.Lock()

    def one(number: int) -> str:
        artifact = Artifact("application/x", str(number).encode(), f"{number}.txt")
        attached = attach(client(oci_registry.address), "team/many", subject, [artifact], turn)
        return attached.digests[0]

    with ThreadPoolExecutor(6) as pool:
        made = set(pool.map(one, range(12)))
    listed = referrers_of(client(oci_registry.address), "team/many", subject.digest)
    assert {entry["digest"] for entry in listed} == made and len(made) == 12


def test_a_client_that_writes_between_is_seen(small: SmallRegistry) -> None:
    """Another client puts its own index just before and just after ours is written, as one without any care does."""
    registry = client(small.address)
    subject = image(registry, "e")
    tag = fallback_tag(subject.digest)
    theirs = json.dumps({"schemaVersion": 2, "manifests": [{"digest": "sha256:" + "1" * 64}]}).encode()
    moments = iter(["before", "after", "never"])
    state = {"moment": next(moments)}

    def no_api(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if "/referrers/" in path:
            return 404, {}, b""
        if not path.endswith(tag):
            return None
        if state["moment"] == "before" and method == "PUT":
            small.manifests[tag] = ("application/vnd.oci.image.index.v1+json", theirs)
            state["moment"] = next(moments)
            return 412, {}, b""
        if (
            state["moment"] == "after"
            and method == "GET"
            and tag in small.manifests
            and (
                b"sha256:1111" in small.manifests[tag][1]
                and SBOM.media_type.encode() in small.manifests[tag][1]
            )
        ):
            small.manifests[tag] = ("application/vnd.oci.image.index.v1+json", theirs)
            state["moment"] = next(moments)
        return None

    small.trouble = no_api
    attached = attach(registry, "e", subject, [SBOM])
    assert state["moment"] == "never"
    listed = [entry["digest"] for entry in referrers_of(registry, "e", subject.digest)]
    assert set(listed) == {"sha256:" + "1" * 64, *attached.digests}


def test_a_tag_that_something_else_keeps_writing(small: SmallRegistry) -> None:
    registry = client(small.address)
    subject = image(registry, "e")
    tag = fallback_tag(subject.digest)
    small.trouble = lambda method, path, headers: (
        (404, {}, b"") if "/referrers/" in path
        else (201, {}, b"") if method == "PUT" and path.endswith(tag) else None
    )  # fmt: skip
    assert problem(lambda: attach(registry, "e", subject, [SBOM])).code == "E1405"


def test_a_registry_with_the_api_needs_no_tag(small: SmallRegistry) -> None:
    registry = client(small.address)
    subject = image(registry, "e")
    attached = attach(registry, "e", subject, [SBOM, STATEMENT])
    assert attached.listed_by == "referrers"
    assert fallback_tag(subject.digest) not in small.manifests
    listed = referrers_of(registry, "e", subject.digest)
    assert {entry["digest"] for entry in listed} == set(attached.digests)


@pytest.fixture(scope="module")
def with_referrers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OciRegistry]:
    started = serve_registry_with_referrers(tmp_path_factory.mktemp("referrers"))
    try:
        registry = started.__enter__()
    except EngineMissingError as error:
        pytest.skip(str(error))
    yield registry
    started.__exit__(None, None, None)


@pytest.mark.slow
def test_a_real_registry_with_the_api(with_referrers: OciRegistry) -> None:
    """It lists what has a subject, and answers no `OCI-Subject`: what it lists is what counts."""
    registry = client(with_referrers.address)
    subject = image(registry, "team/e")
    attached = attach(registry, "team/e", subject, [SBOM, STATEMENT])
    assert attached.listed_by == "referrers"
    assert registry.manifest("team/e", fallback_tag(subject.digest)) is None
    listed = referrers_of(registry, "team/e", subject.digest)
    assert {entry["digest"] for entry in listed} == set(attached.digests)
    assert content(registry, subject) == [SBOM.content, STATEMENT.content], (
        "though it lists their config's type"
    )


def problem(work: object) -> Diagnostic:
    assert callable(work)
    with pytest.raises(Failure) as failure:
        work()
    (diagnostic,) = failure.value.diagnostics
    return diagnostic


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


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ((500, {}, b"oops"), "E1404", "500"),
        ((403, {}, b'{"errors": [{"code": "DENIED", "message": "not you"}]}'), "E1403", "DENIED: not you"),
        ((401, {}, b""), "E1403", "401"),
        (
            (401, {"WWW-Authenticate": 'Bearer realm="http://tokens.example/",service="x"'}, b""),
            "E1403",
            "HTTPS",
        ),
        ((200, {}, b"[]"), "E1404", "no image index"),
    ],
)
def test_answers_that_are_no_help(small: SmallRegistry, answer: Answer, code: str, said: str) -> None:
    small.trouble = lambda method, path, headers: answer if "/referrers/" in path else None
    found = problem(lambda: client(small.address, "e").referrers("e", "sha256:" + "0" * 64))
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


def log_in(folder: Path, address: str, **entry: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"auths": {address: entry}}))


PASSWORD = "correct-horse"
# `htpasswd -nbB ci correct-horse`
HTPASSWD = "ci:$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n"


def test_a_token_is_fetched_with_the_credentials_of_docker(small: SmallRegistry, tmp_path: Path) -> None:
    pair = base64.b64encode(f"ci:{PASSWORD}".encode()).decode()
    log_in(tmp_path / "docker", small.address, auth=pair)
    seen: list[tuple[str, str]] = []

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.startswith("/token"):
            seen.append((path, headers.get("Authorization", "")))
            return 200, {}, b'{"token": "t-1"}'
        if path == "/v2/" or headers.get("Authorization") == "Bearer t-1":
            return None
        return 401, {"WWW-Authenticate": f'Bearer realm="http://{small.address}/token",service="s"'}, b""

    small.trouble = guarded
    registry = client(small.address, "e")
    subject = image(registry, "e")
    assert attach(registry, "e", subject, [SBOM]).listed_by == "referrers"
    ((path, authorization),) = seen
    assert path == "/token?service=s&scope=repository%3Ae%3Apull%2Cpush"
    assert authorization == f"Basic {pair}"


def test_an_identity_token_of_a_credential_helper(
    small: SmallRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = tmp_path / "docker-credential-ours"
    helper.write_text('#!/bin/sh\ncat >/dev/null\necho \'{"Username": "<token>", "Secret": "refresh"}\'\n')
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credHelpers": {small.address: "ours"}}))
    methods: list[str] = []

    def guarded(method: str, path: str, headers: dict[str, str]) -> Answer | None:
        if path.startswith("/token"):
            methods.append(method)
            return 200, {}, b'{"access_token": "t-2"}'
        if path == "/v2/" or headers.get("Authorization") == "Bearer t-2":
            return None
        return 401, {"WWW-Authenticate": f'Bearer realm="http://{small.address}/token",service="s"'}, b""

    small.trouble = guarded
    image(client(small.address, "e"), "e")
    assert methods == ["POST"]
    helper.write_text("#!/bin/sh\necho plainly-secret >&2\nexit 1\n")
    found = problem(lambda: client(small.address, "e").manifest("e", "1"))
    assert found.code == "E1403" and "plainly-secret" not in str(found)


def test_basic_authentication_of_a_real_registry(tmp_path: Path) -> None:
    with serve_registry(tmp_path, htpasswd=HTPASSWD) as guarded:
        refused = problem(lambda: client(guarded.address, "e").put_blob("e", b"x"))
        assert refused.code == "E1403"
        log_in(tmp_path / "docker", guarded.address, auth=base64.b64encode(b"ci:wrong").decode())
        assert problem(lambda: client(guarded.address, "e").put_blob("e", b"x")).code == "E1403"
        pair = base64.b64encode(f"ci:{PASSWORD}".encode()).decode()
        log_in(tmp_path / "docker", guarded.address, auth=pair)
        registry = client(guarded.address, "e")
        assert attach(registry, "e", image(registry, "e"), [SBOM]).listed_by.startswith("sha256-")


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost:5000", True), ("127.0.0.1", True), ("127.8.9.1:1", True), ("[::1]:5000", True),
        ("registry.example", False), ("127.0.0.1.example", False), ("10.0.0.1:80", False), ("localhost.example", False),
    ],
)  # fmt: skip
def test_plain_http_is_for_this_machine_only(host: str, here: bool) -> None:
    assert on_loopback(host) is here


@pytest.mark.parametrize(
    ("text", "host", "repository", "wanted"),
    [
        ("debian", "docker.io", "library/debian", "latest"),
        ("team/app:1", "docker.io", "team/app", "1"),
        ("docker.io/debian:12", "docker.io", "library/debian", "12"),
        ("localhost/a", "localhost", "a", "latest"),
        ("registry.example:5000/a/b:1@sha256:aa", "registry.example:5000", "a/b", "sha256:aa"),
    ],
)
def test_names_of_images(text: str, host: str, repository: str, wanted: str) -> None:
    found = image_name(text)
    assert (found.host, found.repository, found.wanted) == (host, repository, wanted)
    assert found.explicit is (host != "docker.io")


def test_sha256() -> None:
    assert sha256_of(b"{}") == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
