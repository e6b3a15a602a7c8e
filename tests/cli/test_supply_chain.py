"""`build --push` and `verify` on a real engine and real registries: one image, and what can be done to it."""

from __future__ import annotations

import base64
import io
import json
import tarfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from envspec.engines.docker.fast_path import HASH_LABEL, PREIMAGE_LABEL
from envspec.engines.docker.push import _diagnose
from envspec.ir.types import Deployment, Environment
from envspec.lower.identity import deployment_layer
from envspec.registry.client import Registry
from envspec.registry.login import Login
from envspec.supply_chain.referrers import Artifact, attach, documents, referrers_of
from envspec.supply_chain.system_packages import installed_packages, system_differences
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.registry import OciRegistry, serve_registry
from tests.supply_chain.specimens import make_wheel

SPEC = """edition = 1

environment e {
    python = "3.11"
    pip    = ["./dist/feature-1.0-py3-none-any.whl"]
    docker {
        image    = "IMAGE"
        registry = "REGISTRY/team"
        labels   = { once = "ONCE" }
    }
}
"""
SITE = "/opt/envspec/env/lib/python3.11/site-packages"


@dataclass(frozen=True)
class Project:
    """A project whose one image is built and pushed. `pushed` is what `build --push` said."""

    folder: Path
    engine: DockerEngine
    registry: str
    pushed: dict[str, str]

    @property
    def client(self) -> Registry:
        return Registry(self.registry, Login(self.registry, ""))

    def call(self, *arguments: str) -> Any:
        return envspec(*arguments, cwd=self.folder, **self.engine.environment)

    def changed(self, *lines: str) -> str:
        """An image on top of the built one, with its labels and one more layer."""
        tag = f"{self.registry}/team/changed:{uuid.uuid4().hex[:12]}"
        text = "\n".join(["FROM " + self.pushed["location"], "USER root", *lines, "USER 1000:1000"])
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as tar:
            member = tarfile.TarInfo("Dockerfile")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
        stream.seek(0)
        self.engine.client.images.build(
            fileobj=stream, custom_context=True, tag=tag, rm=True, forcerm=True, network_mode="none"
        )
        return tag


@pytest.fixture(scope="module")
def project(
    docker_engine: DockerEngine, oci_registry: OciRegistry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    folder = tmp_path_factory.mktemp("supply")
    make_wheel(folder / "dist", "feature", "1.0", {"feature.py": "VALUE = 1\n"})
    text = SPEC.replace("IMAGE", docker_engine.base).replace("REGISTRY", oci_registry.address)
    (folder / "a.envspec").write_text(text.replace("ONCE", uuid.uuid4().hex))
    arguments = ("build", "--target", "docker", "--push", "--format", "json")
    built = json.loads(ok(envspec(*arguments, cwd=folder, **docker_engine.environment)))
    (one,) = built["environments"]
    made = Project(
        folder, docker_engine, oci_registry.address, {**one["pushed"], "location": one["location"]}
    )
    yield made
    name = one["location"].rpartition("/")[2]  # under which it was pushed elsewhere too
    for image in docker_engine.client.images.list():
        for tag in image.tags:
            if tag.startswith(f"{oci_registry.address}/") or tag.endswith(f"/{name}"):
                docker_engine.client.images.remove(tag, force=True)


pytestmark = [pytest.mark.index, pytest.mark.slow]


def test_sbom_and_provenance_are_attached_to_the_digest(project: Project) -> None:
    pushed = project.pushed
    assert pushed["reference"].startswith(f"{project.registry}/team/e:")
    entries = referrers_of(project.client, "team/e", pushed["digest"])
    assert {entry["digest"] for entry in entries} == {pushed["sbom"], pushed["provenance"]}
    found = {
        kind: content
        for kind in ("application/vnd.cyclonedx+json", "application/vnd.in-toto+json")
        for _, content in documents(project.client, "team/e", pushed["digest"], kind)
    }
    bill, statement = found["application/vnd.cyclonedx+json"], found["application/vnd.in-toto+json"]
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill.decode()) is None
    subject = json.loads(statement)["subject"]
    assert subject == [
        {"name": f"{project.registry}/team/e", "digest": {"sha256": pushed["digest"].removeprefix("sha256:")}}
    ]
    kept = {
        path.name: path.read_bytes() for path in (project.folder / ".envspec/supply-chain").rglob("*.json")
    }
    assert kept == {"sbom.cdx.json": bill, "provenance.json": statement}
    assert str(project.folder).encode() not in statement + bill


def test_pushing_again_changes_nothing(project: Project) -> None:
    index = project.client.manifest("team/e", project.pushed["listed_by"])
    again = ok(project.call("build", "--target", "docker", "--push"))
    assert "reused" in again and f"{project.pushed['reference']}@{project.pushed['digest']}" in again
    assert project.client.manifest("team/e", project.pushed["listed_by"]) == index


@pytest.mark.parametrize("how", ["engine", "name", "registry", "digest"])
def test_what_was_built_is_as_it_is_locked(project: Project, how: str) -> None:
    asked = {
        "engine": [project.pushed["location"]],
        "name": ["e", "--target", "docker"],
        "registry": [project.pushed["reference"], "--remote"],
        "digest": [f"{project.registry}/team/e@{project.pushed['digest']}", "--remote"],
    }[how]
    done = project.call("verify", *asked)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    assert "is as it is locked" in done.stderr


def codes(done: Any) -> set[tuple[str, str]]:
    found = json.loads(done.stdout)["diagnostics"]
    return {(one["code"], one["message"].split("`")[1].rpartition("/")[2]) for one in found}


def test_an_image_with_the_same_labels_that_was_changed(project: Project) -> None:
    """In the engine, and in the registry layer by layer; nothing of it is run, so what would tell on us cannot."""
    tag = project.changed(
        f"RUN echo 'VALUE = 2' > {SITE}/feature.py && rm {SITE}/feature-1.0.dist-info/WHEEL"
        f" && mkdir {SITE}/evil-1.dist-info && printf 'Name: evil\\nVersion: 1\\n' > {SITE}/evil-1.dist-info/METADATA"
        f" && echo evil-1.dist-info/METADATA,, > {SITE}/evil-1.dist-info/RECORD"
        f" && touch {SITE}/sitecustomize.py",
    )
    expected = {
        ("E1415", "feature.py"),
        ("E1416", "WHEEL"),
        ("E1414", "evil 1"),
        ("E1417", "sitecustomize.py"),
    }
    done = project.call("verify", tag, "--format", "json")
    assert done.returncode == 1
    assert codes(done) == expected
    repository, _, name = tag.rpartition(":")
    project.engine.client.images.push(repository, name)
    done = project.call("verify", tag, "--remote", "--format", "json")
    assert done.returncode == 1
    assert codes(done) == expected


def test_a_package_that_was_removed(project: Project) -> None:
    done = project.call("verify", project.changed(f"RUN rm -r {SITE}/feature*"), "--format", "json")
    assert codes(done) == {("E1412", "feature"), ("E1417", "feature.cpython-311.pyc")}
    gone = project.call("verify", project.changed("RUN rm -r /opt/envspec/env"), "--format", "json")
    assert codes(gone) == {("E1412", "feature")}


def test_labels_that_were_changed(project: Project) -> None:
    tag = project.changed("LABEL dev.envspec.hash=sha256:0")
    assert {code for code, _ in codes(project.call("verify", tag, "--format", "json"))} == {"E1410"}
    bare = project.call("verify", project.engine.base, "--format", "json")
    assert {code for code, _ in codes(bare)} == {"E1410", "E1411"}


def test_the_image_of_a_deployment_is_of_the_environment_that_it_is_built_on(project: Project) -> None:
    """Its labels name the layer of that image, and its name says nothing."""
    labels = project.engine.client.images.get(project.pushed["location"]).labels
    preimage, layer = deployment_layer(
        Deployment("scorer", "scorer", "e", source="src", entry="score.py"), labels[HASH_LABEL], "sha256:0", 1
    )
    container = project.engine.client.api.create_container(project.pushed["location"], ["true"])
    try:
        project.engine.client.api.commit(
            container, f"{project.registry}/team/scorer", "1",
            conf={"Labels": {HASH_LABEL: layer, PREIMAGE_LABEL: preimage.decode()}},
        )  # fmt: skip
    finally:
        project.engine.client.api.remove_container(container)
    done = project.call("verify", f"{project.registry}/team/scorer:1")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_an_image_of_another_spec(project: Project) -> None:
    file = project.folder / "a.envspec"
    before, lock = file.read_text(), (project.folder / "envspec.lock").read_text()
    file.write_text(before.replace("once = ", "twice = "))
    try:
        stale = project.call("verify", project.pushed["location"])
        assert stale.returncode == 1 and "the lock of `e` is missing or stale" in stale.stdout
        ok(project.call("lock"))
        done = project.call("verify", project.pushed["location"], "--environment", "e")
        assert done.returncode == 1
        assert "E1411" in done.stdout and "its layer differs in `docker`" in done.stdout
    finally:
        file.write_text(before)
        (project.folder / "envspec.lock").write_text(lock)


def test_a_provenance_of_something_else(project: Project) -> None:
    tag = project.changed("LABEL other=1")
    repository, _, name = tag.rpartition(":")
    project.engine.client.images.push(repository, name)
    subject = project.client.manifest("team/changed", name)
    assert subject is not None
    statement = next((project.folder / ".envspec/supply-chain").rglob("provenance.json")).read_bytes()
    artifact = Artifact("application/vnd.in-toto+json", statement, "provenance.json")
    attach(project.client, "team/changed", subject, [artifact])
    done = project.call("verify", tag, "--remote", "--environment", "e")
    assert done.returncode == 1
    assert "E1419" in done.stdout and subject.digest in done.stdout


def test_a_registry_that_refuses_or_is_gone(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "docker"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    variables = {**project.engine.environment, "DOCKER_CONFIG": str(folder)}
    line = "ci:$2y$05$abcdefghijklmnopqrstuuZ0Fx87Pb/Aqb0E90lfvCwzXnaFKUHpS\n"
    push = ("build", "--target", "docker", "--push", "--format", "json", "--registry")
    with serve_registry(tmp_path, htpasswd=line) as guarded:
        refused = envspec(*push, guarded.address, cwd=project.folder, **variables)
        assert refused.returncode == 3 and "E1403" in refused.stderr and "docker login" in refused.stderr
        pair = base64.b64encode(b"ci:correct-horse").decode()
        (folder / "config.json").write_text(json.dumps({"auths": {guarded.address: {"auth": pair}}}))
        done = envspec(*push, guarded.address, cwd=project.folder, **variables)
        assert json.loads(ok(done))["environments"][0]["pushed"]["digest"] == project.pushed["digest"]
        assert pair not in done.stdout + done.stderr and "correct-horse" not in done.stdout + done.stderr
    gone = envspec(*push, guarded.address, cwd=project.folder, **variables)
    assert gone.returncode == 3 and "E1402" in gone.stderr
    assert "a.envspec:3:1" in gone.stderr
    nowhere = envspec("verify", f"{guarded.address}/e:1", "--remote", cwd=project.folder, **variables)
    assert nowhere.returncode == 3 and "E1402" in nowhere.stderr
    missing = project.call("verify", f"{project.registry}/team/e:none", "--remote")
    assert missing.returncode == 2 and "E1418" in missing.stderr


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("unauthorized: authentication required", "E1403"),
        ("dial tcp 127.0.0.1:1: connect: connection refused", "E1402"),
        ("received unexpected HTTP status: 500 Internal Server Error", "E1401"),
        ("", "E1401"),
    ],
)
def test_what_engines_say_of_a_push_that_failed(said: str, code: str) -> None:
    assert _diagnose("registry.example/e", "1", said, "").code == code


STATUS = """Package: libgomp1
Status: install ok installed
Version: 12.2.0-14
Provides: libgomp-x (= 1), other:any

Package: gone
Status: deinstall ok config-files
Version: 1

Package: python3
Status: hold ok installed
Version: 3.11.2-1
Description: one
 Package: none
"""


def test_system_packages() -> None:
    assert installed_packages(STATUS) == {
        "libgomp1": "12.2.0-14", "python3": "3.11.2-1", "libgomp-x": "", "other": ""
    }  # fmt: skip
    there = ("libgomp1", "libgomp1=12.2.0-14", "libgomp-x", "python3:amd64", "python3/bookworm")
    assert list(system_differences(Environment("e", "e", apt=there), STATUS)) == []
    wrong = list(system_differences(Environment("e", "e", apt=("gone", "libgomp1=1")), STATUS))
    assert [(one.code, one.pointer) for one in wrong] == [
        ("E1420", "/environments/e/apt/0"),
        ("E1420", "/environments/e/apt/1"),
    ]
