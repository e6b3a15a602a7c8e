"""Names of images, and where their registries are."""

from __future__ import annotations

import pytest

from envspec.registry.references import api_host, image_name, on_loopback


@pytest.mark.parametrize(
    ("text", "host", "repository", "wanted"),
    [
        ("debian", "docker.io", "library/debian", "latest"),
        ("team/app:1", "docker.io", "team/app", "1"),
        ("docker.io/debian:12", "docker.io", "library/debian", "12"),
        ("index.docker.io/debian", "docker.io", "library/debian", "latest"),
        ("index.docker.io/team/base:1", "docker.io", "team/base", "1"),
        ("index.docker.io.example/a", "index.docker.io.example", "a", "latest"),
        ("my-index.docker.io/a", "my-index.docker.io", "a", "latest"),
        ("localhost/a", "localhost", "a", "latest"),
        ("localhost:5000/a", "localhost:5000", "a", "latest"),
        ("h.example/a/b/c:1.0", "h.example", "a/b/c", "1.0"),
        ("h.example:5000/a", "h.example:5000", "a", "latest"),
        ("registry.example:5000/a/b:1@sha256:aa", "registry.example:5000", "a/b", "sha256:aa"),
    ],
)
def test_names_of_images(text: str, host: str, repository: str, wanted: str) -> None:
    found = image_name(text)
    assert (found.host, found.repository, found.wanted) == (host, repository, wanted)
    assert found.explicit is (host != "docker.io")
    assert image_name(str(found)) == found


@pytest.mark.parametrize(
    ("image", "api", "encrypted"),
    [
        ("debian", "registry-1.docker.io", True),
        ("index.docker.io/team/base:1", "registry-1.docker.io", True),
        ("h.example:5000/a", "h.example:5000", True),
        ("127.evil.example/a:1", "127.evil.example", True),
        ("localhost:5000/a", "localhost:5000", False),
        ("127.0.0.1:5000/a:1", "127.0.0.1:5000", False),
    ],
)
def test_where_a_registry_is(image: str, api: str, encrypted: bool) -> None:
    found = api_host(image_name(image).host)
    assert (found, not on_loopback(found)) == (api, encrypted)


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost:5000", True), ("127.0.0.1", True), ("127.8.9.1:1", True), ("[::1]:5000", True),
        ("registry.example", False), ("127.0.0.1.example", False), ("10.0.0.1:80", False), ("localhost.example", False),
        ("127.0.0.1@registry.example", False), ("[::1", False), ("", False),
    ],
)  # fmt: skip
def test_plain_http_is_for_this_machine_only(host: str, here: bool) -> None:
    assert on_loopback(host) is here
