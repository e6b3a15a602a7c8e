"""What docker's configuration and its helpers say, and what of it is a failure to whom."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from envspec.registry.credentials import NOBODY, Credentials, credentials_if_any, docker_credentials
from tests.registry.speaking import make_helper, problem

PAIR = base64.b64encode(b"ci:s3cret").decode()
CI = Credentials("ci", "s3cret")
HELPER = """read host
[ "$host" = r.example ] || [ "$host" = https://index.docker.io/v1/ ] || exit 1
echo '{"Username": "ci", "Secret": "s3cret"}'"""


def configure(folder: Path, **settings: object) -> None:
    (folder / "config.json").write_text(json.dumps(settings))


@pytest.mark.parametrize("named", ["credHelpers", "credsStore"])
def test_a_credential_helper_is_asked(
    named: str, docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, "test", HELPER, monkeypatch)
    value: object = "test"
    if named == "credHelpers":
        value = {"r.example": "test", "https://index.docker.io/v1/": "test"}
    configure(docker_folder, **{named: value})
    for registry in ("r.example", "docker.io"):
        assert docker_credentials(registry) == credentials_if_any(registry) == CI
    assert credentials_if_any("other.example") == NOBODY
    if named == "credHelpers":
        assert docker_credentials("other.example") == NOBODY, "its helper is for others"
    else:
        assert problem(lambda: docker_credentials("other.example")).code == "E1403"


def test_a_helper_that_has_none_leaves_it_to_the_file(
    docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper = make_helper(
        tmp_path, "test", "echo 'credentials not found in native keychain'; exit 1", monkeypatch
    )
    configure(docker_folder, credsStore="test", auths={"r.example": {"auth": PAIR}, "s.example": {}})
    assert docker_credentials("r.example") == CI
    assert docker_credentials("s.example") == docker_credentials("t.example") == NOBODY
    helper.write_text('#!/bin/sh\necho \'{"Username": "", "Secret": ""}\'\n')
    assert docker_credentials("r.example") == CI


@pytest.mark.parametrize(
    ("key", "registry"),
    [
        ("r.example", "r.example"),
        ("https://r.example", "r.example"),
        ("https://r.example/v1/", "r.example"),
        ("https://r.example/v2/", "r.example"),
        ("r.example:5000", "r.example:5000"),
        ("https://index.docker.io/v1/", "docker.io"),
        ("index.docker.io", "docker.io"),
        ("docker.io", "docker.io"),
    ],
)
def test_the_ways_in_which_a_registry_is_written(docker_folder: Path, key: str, registry: str) -> None:
    configure(docker_folder, auths={"x.example": {"auth": "bm86bm8="}, key: {"auth": PAIR}})
    assert docker_credentials(registry) == CI
    assert docker_credentials("example") == docker_credentials(f"{registry}.evil.example") == NOBODY


def test_the_name_that_docker_writes_now_comes_first(docker_folder: Path) -> None:
    old = base64.b64encode(b"old:old").decode()
    configure(docker_folder, auths={"https://r.example/v1/": {"auth": old}, "r.example": {"auth": PAIR}})
    assert docker_credentials("r.example") == CI


def test_an_identity_token_is_no_password(
    docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Credentials(identity_token="refresh")
    configure(docker_folder, auths={"r.example": {"auth": PAIR, "identitytoken": "refresh"}})
    assert docker_credentials("r.example") == token
    make_helper(tmp_path, "test", 'echo \'{"Username": "<token>", "Secret": "refresh"}\'', monkeypatch)
    configure(docker_folder, credsStore="test")
    assert docker_credentials("r.example") == token
    assert "refresh" not in repr(token) and "s3cret" not in repr(CI)


def test_without_docker_nobody_has_logged_in(
    docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert docker_credentials("r.example") == NOBODY
    (docker_folder / "config.json").write_text("")
    assert docker_credentials("r.example") == NOBODY
    monkeypatch.delenv("DOCKER_CONFIG")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert docker_credentials("r.example") == NOBODY
    (tmp_path / ".docker").mkdir()
    configure(tmp_path / ".docker", auths={"r.example": {"auth": PAIR}})
    assert docker_credentials("r.example") == CI


@pytest.mark.parametrize(
    "content",
    [
        "[]", "{", "\x00", '{"auths": 3}', '{"credHelpers": ["test"]}', '{"auths": {"r.example": "ci:s3cret"}}',
        '{"auths": {"r.example": {"auth": "?"}}}', '{"auths": {"r.example": {"auth": 3}}}',
        '{"auths": {"r.example": {"auth": "/w=="}}}', '{"credsStore": "../evil"}', '{"credsStore": "absent"}',
        '{"credsStore": 3}', '{"credHelpers": {"r.example": "a b"}}', "[" * 100_000,
    ],
)  # fmt: skip
def test_a_broken_configuration_is_a_failure_to_who_pushes_and_nobody_to_who_asks(
    content: str, docker_folder: Path
) -> None:
    (docker_folder / "config.json").write_text(content)
    assert credentials_if_any("r.example") == NOBODY
    found = problem(lambda: docker_credentials("r.example"))
    assert found.code == "E1403" and "r.example" in found.message
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo plainly-secret; echo plainly-secret >&2; exit 1", "ended with status 1"),
        ("echo plainly-secret", "does not write"),
        ("echo '[]'", "does not write"),
        ('echo \'{"Username": "plainly-secret"}\'', "does not write"),
        ("exec sleep 60", "was not done in 0.2 seconds"),
    ],
)
def test_a_helper_that_fails(
    script: str, said: str, docker_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_helper(tmp_path, "test", script, monkeypatch)
    configure(docker_folder, credHelpers={"r.example": "test"})
    found = problem(lambda: docker_credentials("r.example", 0.2 if "sleep" in script else 60))
    assert found.code == "E1403" and said in found.notes[0]
    assert "plainly-secret" not in str(found)
    if "sleep" not in script:
        assert credentials_if_any("r.example") == NOBODY
