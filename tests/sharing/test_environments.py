"""Environments pushed to a real registry, and pulled by others."""

from __future__ import annotations

import hashlib
import json
import urllib.request
import uuid
from pathlib import Path

import pytest

from envspec.actions.sharing.environments import pull, push
from envspec.actions.sharing.exchange import Pulled
from envspec.workspace.database import Workspace
from tests.engines.registry import OciRegistry, serve_registry
from tests.registry.speaking import HTPASSWD, PAIR, log_in, make_helper, problem
from tests.sharing.conftest import People, nobody, register

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def place(oci_registry: OciRegistry) -> str:
    """A repository of its own for each test."""
    return f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"


def raw(place: str, what: str) -> bytes:
    """What the registry's own HTTP API has, read without our client."""
    host, _, repository = place.partition("/")
    asked = urllib.request.Request(f"http://{host}/v2/{repository}/{what}", headers={"Accept": MANIFEST})
    with urllib.request.urlopen(asked) as answer:
        return bytes(answer.read())


def tags(place: str) -> set[str]:
    return set(json.loads(raw(place, "tags/list"))["tags"])


def test_what_was_pushed_is_what_somebody_else_pulls(people: People, place: str) -> None:
    anna, bert = people("anna"), people("bert")
    version = register(anna, "dark", description="The one\nof two lines", tags={"team": "wine"})
    pushed = push(anna, version, place, nobody)
    assert (pushed.number, pushed.here, pushed.there) == (1, 1, False)
    pulled = pull(bert.root, pushed.reference)
    assert pulled == Pulled("e", version.version_hash, 1, 1, True, place, pushed.manifest)
    found = bert.environment("e", 1)
    assert found is not None
    for name in ("version_hash", "definition", "lock", "description", "tags"):
        assert getattr(found, name) == getattr(version, name)
    assert not pull(bert.root, place).new, "the same hash is the same version"
    assert [v.number for v in bert.environments()] == [1]


def test_the_artifact_as_others_see_it(people: People, place: str) -> None:
    version = register(people("anna"), "dark", description="The one", tags={"team": "wine"})
    pushed = push(people("anna"), version, place, nobody)
    content = raw(place, "manifests/1")
    assert "sha256:" + hashlib.sha256(content).hexdigest() == pushed.manifest
    manifest = json.loads(content)
    assert manifest["artifactType"] == "application/vnd.envspec.environment.v1"
    assert manifest["config"]["mediaType"] == "application/vnd.envspec.environment.config.v1+json"
    layers = {layer["annotations"]["org.opencontainers.image.title"]: layer for layer in manifest["layers"]}
    assert {title: layer["mediaType"] for title, layer in layers.items()} == {
        "definition.json": "application/vnd.envspec.environment.definition.v1+json",
        "lock.json": "application/vnd.envspec.environment.lock.v1+json",
    }
    assert json.loads(raw(place, f"blobs/{layers['definition.json']['digest']}"))["pip"] == [
        {"kind": "requirement", "text": "six"}
    ]
    lock = json.loads(raw(place, f"blobs/{layers['lock.json']['digest']}"))
    assert lock["platforms"][0]["pip"][0]["files"][0]["sha256"] == "c" * 64
    config = json.loads(raw(place, f"blobs/{manifest['config']['digest']}"))["value"]
    assert config == {
        "name": "e", "version": version.version_hash, "description": "The one", "tags": {"team": "wine"},
    }  # fmt: skip
    assert manifest["annotations"]["dev.envspec.version"] == version.version_hash
    assert tags(place) == {"1", f"1-{version.version_hash.removeprefix('sha256:')}"}


def test_pushing_again_changes_nothing(people: People, place: str) -> None:
    version = register(people("anna"), "dark")
    first = push(people("anna"), version, place, nobody)
    before = {tag: raw(place, f"manifests/{tag}") for tag in tags(place)}
    again = push(people("anna"), version, place, nobody)
    assert again.there and again.manifest == first.manifest
    assert {tag: raw(place, f"manifests/{tag}") for tag in tags(place)} == before
    people("anna").mark_environment("e", 1, description="Other words")
    marked = people("anna").environment("e", 1)
    assert marked is not None
    assert push(people("anna"), marked, place, nobody).manifest == first.manifest
    assert {tag: raw(place, f"manifests/{tag}") for tag in tags(place)} == before


def test_the_loser_gets_the_next_number_with_all_that_was_recorded_of_it(people: People, place: str) -> None:
    anna, bert = people("anna"), people("bert")
    one, other = register(anna, "dark"), register(bert, "light")
    bert.mark_environment("e", 1, labels=["stable"])
    run = bert.start_run("train", key="k", definition="{}", environment="e", environment_number=1)
    bert.record_image("sha256:aa", "local", "/prefix", "e")
    bert.use_environment("e", 1, "sha256:aa", "local")
    bert.record_deployment(
        "d", engine="docker", handle="h", url="u", definition="{}", environment="e", environment_number=1
    )
    push(anna, one, place, nobody)
    pushed = push(bert, other, place, nobody)
    assert (pushed.before, pushed.number, pushed.here) == (1, 2, 2)
    (moved,) = bert.environments()
    assert (moved.number, moved.version_hash, moved.labels) == (2, other.version_hash, ("stable",))
    uses = bert.environment_uses("e")
    assert set(uses) == {2}
    assert (uses[2].runs, [i.location for i in uses[2].images]) == ((run,), ["/prefix"])
    assert [d.name for d in uses[2].deployments] == ["d"]
    # Both now have both, under the same numbers.
    assert pull(bert.root, f"{place}:1").number == 1
    assert pull(anna.root, place).number == 2
    assert {v.number: v.version_hash for v in anna.environments()} == {
        v.number: v.version_hash for v in bert.environments()
    }
    assert [e.version_hash for e in (register(anna, "dark"), register(bert, "light"))] == [
        one.version_hash, other.version_hash,
    ]  # fmt: skip


def test_the_next_number_is_free_here_too(people: People, place: str) -> None:
    anna, bert = people("anna"), people("bert")
    push(anna, register(anna, "dark"), place, nobody)
    first = register(bert, "light")
    register(bert, "lighter")
    assert push(bert, first, place, nobody).here == 3
    assert {v.number for v in bert.environments()} == {2, 3}


def test_one_thing_has_one_number_there(people: People, place: str) -> None:
    """Whoever pushes the same under another number takes the one that it has, if it is free here."""
    anna, bert, cleo = people("anna"), people("bert"), people("cleo")
    register(anna, "dark")
    push(anna, register(anna, "light"), place, nobody)
    assert push(bert, register(bert, "light"), place, nobody).here == 2
    same = register(cleo, "light")
    register(cleo, "green")
    pushed = push(cleo, same, place, nobody)
    assert (pushed.there, pushed.number, pushed.here) == (True, 2, 1)
    assert {tag for tag in tags(place) if tag.isdecimal()} == {"2"}


def test_a_number_that_is_taken_here_stays(people: People, place: str) -> None:
    anna, bert = people("anna"), people("bert")
    push(anna, register(anna, "dark"), place, nobody)
    register(bert, "light")
    pulled = pull(bert.root, f"{place}:1")
    assert (pulled.there, pulled.number) == (1, 2)


def test_labels_move_and_numbers_stay(people: People, place: str) -> None:
    anna = people("anna")
    one = push(anna, register(anna, "dark"), f"{place}:stable", nobody)
    assert pull(people("bert").root, f"{place}:stable").identity == one.identity
    two = push(anna, register(anna, "light"), f"{place}:stable", nobody)
    assert pull(people("bert").root, f"{place}:stable").identity == two.identity
    assert pull(people("bert").root, f"{place}:1").identity == one.identity
    assert pull(people("bert").root, f"{place}@{one.manifest}").there == 1
    for reference in (
        f"{place}:7",
        f"{place}@{one.manifest}",
        f"{place}:latest",
        "https://x/y",
        f"{place}:1-" + "0" * 64,
    ):
        assert (
            problem(lambda reference=reference: push(anna, register(anna, "dark"), reference, nobody)).code
            == "E1110"
        )  # type: ignore[misc]


def test_where_to_without_a_reference(people: People, oci_registry: OciRegistry, place: str) -> None:
    anna = people("anna")
    version = register(anna, "dark", name=f"e{uuid.uuid4().hex[:8]}")
    nowhere = problem(lambda: push(anna, version, "", nobody))
    assert nowhere.code == "E1110" and "tool.envspec.sharing" in nowhere.help
    settings = anna.root / "pyproject.toml"
    settings.write_text(f'[tool.envspec.sharing]\nregistry = "{oci_registry.address}/house/"\n')
    assert push(anna, version, "", nobody).repository == f"{oci_registry.address}/house/{version.name}"
    settings.write_text("[tool.envspec]\n")
    assert push(anna, version, "", nobody).repository == f"{oci_registry.address}/house/{version.name}"
    settings.write_text('[tool.envspec.sharing]\nregistry = "https://x"\n')
    assert problem(lambda: push(anna, register(anna, "dark", name="other"), "", nobody)).code == "E1208"
    settings.write_text('[tool.envspec.sharing]\nregistri = "x"\n')
    assert problem(lambda: push(anna, register(anna, "dark", name="other"), "", nobody)).code == "E1208"


def test_what_is_of_the_project_is_told(people: People, place: str) -> None:
    said: list[str] = []
    push(
        people("anna"),
        register(people("anna"), "dark", path="dist/f-1.0-py3-none-any.whl"),
        place,
        said.append,
    )
    assert said == ["`e:1` needs `dist/f-1.0-py3-none-any.whl` of your project, which is not pushed"]


def test_another_name_here(people: People, place: str) -> None:
    version = register(people("anna"), "dark")
    push(people("anna"), version, place, nobody)
    assert pull(people("bert").root, place, "theirs").name == "theirs"
    assert people("bert").environment_names() == ["theirs"]


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("description", "ask with ghp_0123456789abcdefghijABCDEFGHIJ012345"),
        ("tags", "AKIAIOSFODNN7ABCDEFG"),
        ("shade", "https://ci:correct-horse@packages.corp/simple"),
    ],
)
def test_no_credential_is_pushed(people: People, place: str, where: str, text: str) -> None:
    anna = people("anna")
    version = register(
        anna,
        text if where == "shade" else "dark",
        description=text if where == "description" else "",
        tags={"a": text} if where == "tags" else None,
    )
    found = problem(lambda: push(anna, version, place, nobody))
    assert found.code == "E1114" and text not in str(found)


@pytest.mark.registry
@pytest.mark.parametrize("how", ["file", "helper"])
def test_with_the_logins_of_docker(
    people: People, tmp_path: Path, docker_folder: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    (tmp_path / "registry").mkdir()
    with serve_registry(tmp_path / "registry", htpasswd=HTPASSWD) as registry:
        version = register(people("anna"), "dark")
        place = f"{registry.address}/team/e"
        assert problem(lambda: push(people("anna"), version, place, nobody)).code == "E1403"
        assert people("anna").shared_versions("environment", "e") == []
        if how == "file":
            log_in(docker_folder, registry.address, auth=PAIR)
        else:
            answer = '{"Username": "ci", "Secret": "correct-horse"}'
            make_helper(docker_folder, "test", f"read server\necho '{answer}'", monkeypatch)
            (docker_folder / "config.json").write_text(json.dumps({"credsStore": "test"}))
        push(people("anna"), version, place, nobody)
        assert pull(people("bert").root, place).identity == version.version_hash


def test_one_without_a_lock(people: People, place: str) -> None:
    """An environment that its user manages is locked to nothing."""
    from envspec.ir.canonical import canonical_json
    from envspec.ir.identity import definition
    from envspec.ir.types import Environment
    from envspec.lower.identity import version_hash

    anna = people("anna")
    managed = Environment("m", "m", managed=False, interpreter="/opt/python/bin/python3")
    hash = version_hash(managed, None)
    anna.register_environment("m", hash, canonical_json(definition(managed)).decode(), "")
    found = anna.environment("m", 1)
    assert found is not None
    push(anna, found, place, nobody)
    assert pull(people("bert").root, place).identity == hash


def test_a_damaged_version_is_not_pushed(people: People, place: str) -> None:
    anna = people("anna")
    anna.register_environment("e", "sha256:" + "1" * 64, "{}", "")
    found = anna.environment("e", 1)
    assert found is not None
    assert problem(lambda: push(anna, found, place, nobody)).code == "E1114"
    with Workspace.open(anna.root) as workspace:
        assert workspace.shared_versions("environment", "e") == []
