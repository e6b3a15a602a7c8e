"""Artifacts attached to an image in registries: one without the referrers API, ones with it, and ones in trouble."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from envspec.registry.client import Manifest, Registry
from envspec.supply_chain.referrers import Artifact, attach, documents, fallback_tag, referrers_of
from tests.engines import EngineMissingError
from tests.engines.referrers_registry import serve_registry_with_referrers
from tests.engines.registry import OciRegistry, serve_registry
from tests.registry.small_registry import Answer, SmallRegistry, serve_small_registry
from tests.registry.speaking import HTPASSWD, PAIR, client, image, log_in, problem

SBOM = Artifact("application/vnd.cyclonedx+json", b'{"a": 1}', "sbom.cdx.json")
STATEMENT = Artifact("application/vnd.in-toto+json", b'{"b": 2}', "provenance.json", {"x": "y"})


@pytest.fixture(autouse=True)
def _nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))


@pytest.fixture
def small() -> Iterator[SmallRegistry]:
    with serve_small_registry() as registry:
        yield registry


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


def test_documents_are_attached_with_the_credentials_of_docker(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    with serve_registry(tmp_path, htpasswd=HTPASSWD) as guarded:
        log_in(tmp_path / "docker", guarded.address, auth=PAIR)
        registry = client(guarded.address, "e")
        assert attach(registry, "e", image(registry, "e"), [SBOM]).listed_by.startswith("sha256-")
