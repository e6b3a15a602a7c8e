"""Sharing on a registry as companies have them: HTTPS signed by the house, a login for everybody, and docker's helpers
knowing it; and what a registry holds, as another tool reads it and as somebody damages it."""

from __future__ import annotations

import hashlib
import json
import uuid
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.conftest import have
from tests.engines.oras_tool import oras_pull
from tests.engines.registry import OciRegistry, serve_registry
from tests.registry.speaking import HTPASSWD, PASSWORD, make_authority, make_helper
from tests.sharing.conftest import People, register, register_model

pytestmark = pytest.mark.slow

SETTINGS = '[tool.envspec]\n[tool.envspec.docker]\nca-bundle = "ca.pem"\n'


@pytest.mark.registry
def test_https_of_the_house_and_a_login_of_a_helper(
    people: People, tmp_path: Path, docker_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    authority, certificate, key = make_authority(tmp_path)
    anna, bert = people("anna"), people("bert")
    version, model = register(anna, "dark"), register_model(anna, tmp_path / "made", {"m.pkl": b"weights"})
    (tmp_path / "registry").mkdir()
    with serve_registry(tmp_path / "registry", htpasswd=HTPASSWD, tls=(certificate, key)) as registry:
        place = f"{registry.address}/team"
        push = ("env", "push", "e", f"{place}/e")
        stranger = envspec(*push, cwd=anna.root)
        assert (stranger.returncode, "E1402" in stranger.stderr) == (3, True), stranger.stderr
        assert "ca-bundle" in stranger.stderr, "it says how the house's authority is trusted"
        for one in (anna, bert):
            (one.root / "pyproject.toml").write_text(SETTINGS)
            (one.root / "ca.pem").write_bytes(authority.read_bytes())
        unknown = envspec(*push, cwd=anna.root)
        assert (unknown.returncode, "E1403" in unknown.stderr) == (3, True), unknown.stderr
        assert "docker login" in unknown.stderr

        asked = tmp_path / "asked"
        script = (
            f'read server\necho "$1 $server" >>{asked}\necho \'{{"Username": "ci", "Secret": "{PASSWORD}"}}\''
        )
        make_helper(docker_folder, "house", script, monkeypatch)
        (docker_folder / "config.json").write_text(json.dumps({"credHelpers": {registry.address: "house"}}))
        pushed = json.loads(ok(envspec(*push, "--format", "json", cwd=anna.root)))["pushed"]
        sent = json.loads(
            ok(envspec("models", "push", "wine", f"{place}/wine", "--format", "json", cwd=anna.root))
        )
        assert set(asked.read_text().splitlines()) == {f"get {registry.address}"}
        assert ok(envspec("env", "pull", pushed["reference"], cwd=bert.root)).startswith("e:1  pulled")
        assert ok(envspec("models", "pull", sent["pushed"]["reference"], cwd=bert.root)).startswith(
            "wine:1  pulled"
        )
        here, there = bert.environment("e", 1), bert.model("wine", 1)
        assert here is not None and here.version_hash == version.version_hash
        assert there is not None and there.digest == model.digest

        _, (file,) = have(
            lambda: oras_pull(
                f"{place}/wine:1",
                tmp_path / "oras",
                plain=False,
                login=("ci", PASSWORD),
                NO_PROXY="127.0.0.1",
                REQUESTS_CA_BUNDLE=str(authority),
            )
        )
        assert (file.name, file.read_bytes()) == ("m.pkl", b"weights")


@pytest.mark.index
def test_what_another_tool_reads(people: People, oci_registry: OciRegistry, tmp_path: Path) -> None:
    """By tag and by digest: the definition and the lock as they are here, a model under the name of its file, and every
    file of a folder by its digest."""
    place = f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"
    anna = people("anna")
    version = register(anna, "dark", description="The one")
    pushed = json.loads(
        ok(envspec("env", "push", "e", f"{place}/e:stable", "--format", "json", cwd=anna.root))
    )
    digest = pushed["pushed"]["reference"]
    for number, target in enumerate((f"{place}/e:1", f"{place}/e:stable", digest)):
        manifest, files = have(lambda t=target, n=number: oras_pull(t, tmp_path / f"oras{n}", plain=True))  # type: ignore[misc]
        assert manifest["artifactType"] == "application/vnd.envspec.environment.v1"
        assert manifest["annotations"]["dev.envspec.version"] == version.version_hash
        assert {file.name: file.read_text() for file in files} == {
            "definition.json": version.definition,
            "lock.json": version.lock,
        }
    register_model(anna, tmp_path / "made", {"m.pkl": b"weights", "sub/labels.txt": b"a\nb\n"})
    ok(envspec("models", "push", "wine", f"{place}/wine", cwd=anna.root))
    manifest, files = have(lambda: oras_pull(f"{place}/wine:1", tmp_path / "folder", plain=True))
    assert manifest["config"]["mediaType"] == "application/vnd.envspec.model.config.v1+json"
    assert {file.name for file in files} == {layer["digest"] for layer in manifest["layers"]}
    for file in files:
        assert file.name == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
    assert {b"weights", b"a\nb\n"} < {file.read_bytes() for file in files}


@pytest.mark.registry
@pytest.mark.parametrize("kind", ["env", "models"])
def test_what_was_changed_in_the_registry_is_not_taken(people: People, tmp_path: Path, kind: str) -> None:
    """Somebody who has the registry's disk changes one byte of what was pushed."""
    anna, bert = people("anna"), people("bert")
    name = "e" if kind == "env" else "wine"
    version = register(anna, "dark")
    register_model(anna, tmp_path / "made", {"m.pkl": b"weights"})
    digest = (
        "sha256:" + hashlib.sha256(version.definition.encode() if kind == "env" else b"weights").hexdigest()
    )
    (tmp_path / "registry").mkdir()
    with serve_registry(tmp_path / "registry") as registry:
        pushed = json.loads(
            ok(envspec(kind, "push", name, f"{registry.address}/x/{name}", "--format", "json", cwd=anna.root))
        )
        (blob,) = (tmp_path / "registry/data").rglob(f"{digest[7:]}/data")
        content = bytearray(blob.read_bytes())
        content[-2] ^= 1
        blob.write_bytes(content)
        done = envspec(kind, "pull", pushed["pushed"]["reference"], cwd=bert.root)
        assert (done.returncode, "E1404" in done.stderr) == (3, True), done.stderr
        assert bert.environment_names() == [] and bert.models() == []
        assert not [one for one in (bert.state / "store").rglob("*") if one.is_file()]
        content[-2] ^= 1
        blob.write_bytes(content)
        ok(envspec(kind, "pull", pushed["pushed"]["reference"], cwd=bert.root))


def test_nobody_is_told_a_password(
    people: People, docker_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A helper that fails with its secret in what it says."""
    anna = people("anna")
    register(anna, "dark")
    make_helper(docker_folder, "house", f"echo {PASSWORD} >&2\nexit 1", monkeypatch)
    (docker_folder / "config.json").write_text(json.dumps({"credsStore": "house"}))
    done = envspec("env", "push", "e", "127.0.0.1:9/e", cwd=anna.root)
    assert done.returncode == 3 and PASSWORD not in done.stdout + done.stderr
