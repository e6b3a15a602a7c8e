"""Models pushed to a real registry, and pulled by others, with where they come from."""

from __future__ import annotations

import json
import re
import urllib.request
import uuid
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from envspec.actions.sharing.models import pull, push
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec
from tests.engines.registry import OciRegistry
from tests.registry.small_registry import SmallRegistry
from tests.registry.speaking import problem
from tests.sharing.conftest import People, contents, nobody, register, register_model

FOLDER = {
    "weights.bin": b"\0\1" * 300_000,
    "again.bin": b"\0\1" * 300_000,
    "deep/er/config.json": b"{}",
    "ä\n\x1b[31m.txt": b"hostile name",
    "empty": b"",
}


@pytest.fixture
def place(oci_registry: OciRegistry) -> str:
    return f"{oci_registry.address}/models/{uuid.uuid4().hex[:12]}"


def test_a_file(people: People, place: str, tmp_path: Path) -> None:
    anna, bert = people("anna"), people("bert")
    version = register_model(anna, tmp_path / "made", {"wine.pkl": b"weights" * 1000})
    pushed = push(anna, version, place, nobody)
    assert (pushed.number, pushed.here) == (1, 1)
    pulled = pull(bert.root, pushed.reference)
    assert (pulled.name, pulled.number, pulled.there, pulled.new) == ("wine", 1, 1, True)
    found = bert.model("wine", 1)
    assert found is not None
    for name in ("digest", "size", "framework", "description", "tags"):
        assert getattr(found, name) == getattr(version, name)
    assert (found.path, found.run) == ("wine.pkl", "")
    bert.materialize(found.digest, tmp_path / "copy.pkl")
    assert (tmp_path / "copy.pkl").read_bytes() == b"weights" * 1000
    assert not pull(bert.root, place).new
    # The blob of the registry is the model itself, under its own digest.
    host, _, repository = place.partition("/")
    with urllib.request.urlopen(f"http://{host}/v2/{repository}/blobs/{version.digest}") as answer:
        assert answer.read() == b"weights" * 1000


def test_a_folder(people: People, place: str, tmp_path: Path) -> None:
    anna, bert = people("anna"), people("bert")
    made = tmp_path / "made"
    made.mkdir()
    (made / "link").symlink_to("deep/er/config.json")
    version = register_model(anna, made, FOLDER)
    said: list[str] = []
    pushed = push(anna, version, place, said.append)
    sent = int(said[-1].split()[0].replace(",", ""))
    assert 600_000 < sent < 602_000, "each content once"
    pull(bert.root, pushed.reference)
    found = bert.model("wine", 1)
    assert found is not None and found.digest == version.digest
    bert.materialize(found.digest, tmp_path / "copy")
    assert contents(tmp_path / "copy") == contents(made)
    assert (tmp_path / "copy/link").readlink() == Path("deep/er/config.json")
    (made / "weights.bin").write_bytes(b"other")
    push(anna, register_model(anna, made, {"deep/x": b"x", "empty": b""}), place, said.append)
    assert int(said[-1].split()[0].replace(",", "")) < 2_000, "what is there is not sent again"


def test_lineage_goes_along(people: People, place: str, tmp_path: Path) -> None:
    anna, bert, cleo = people("anna"), people("bert"), people("cleo")
    environment = register(anna, "dark")
    run = anna.start_run(
        "train", key="k", definition="{}", environment="e", environment_number=1, snapshot="sha256:" + "a" * 64,
        inputs={"wine": {"path": "data.csv", "digest": "sha256:" + "b" * 64}}, git={"commit": "c" * 40},
    )  # fmt: skip
    version = register_model(anna, tmp_path / "made", {"m.pkl": b"m"}, run=run, output="model")
    anna.finish_run(run, "success", 0, {"model": {"path": "out/wine.pkl", "digest": version.digest}})
    push(anna, version, place, nobody)
    pull(bert.root, place)
    found = bert.model("wine", 1)
    assert found is not None and found.path == "wine.pkl"
    (shared,) = bert.shared_versions("model", "wine", found.digest)
    wanted = {
        "run": "train-1", "output": "model", "source": "sha256:" + "a" * 64, "commit": "c" * 40,
        "inputs": {"wine": "sha256:" + "b" * 64},
        "environment": {"name": "e", "number": 1, "version": environment.version_hash},
    }  # fmt: skip
    assert shared.lineage == wanted
    assert bert.runs() == [], "a run of somebody else is none of here"
    # Whoever passes it on passes on where it came from.
    push(bert, found, place + "/again", nobody)
    pull(cleo.root, place + "/again")
    (passed,) = cleo.shared_versions("model", "wine", found.digest)
    assert passed.lineage == wanted


def test_the_loser_gets_the_next_number(people: People, place: str, tmp_path: Path) -> None:
    anna, bert = people("anna"), people("bert")
    push(anna, register_model(anna, tmp_path / "a", {"m.pkl": b"one"}), place, nobody)
    other = register_model(bert, tmp_path / "b", {"m.pkl": b"two"})
    pushed = push(bert, other, place, nobody)
    assert (pushed.before, pushed.number, pushed.here) == (1, 2, 2)
    assert [(m.number, m.digest) for m in bert.models()] == [(2, other.digest)]
    assert pull(bert.root, f"{place}:1").number == 1
    assert register_model(bert, tmp_path / "b", {"m.pkl": b"two"}).number == 2


def test_damaged_content_is_not_pushed(people: People, small: SmallRegistry, tmp_path: Path) -> None:
    anna = people("anna")
    version = register_model(anna, tmp_path / "made", FOLDER)
    (entry,) = [e for e in anna.entries(version.digest) if e[0] == "empty"]
    file = anna.store.path(str(entry[3]))
    file.chmod(0o644)
    file.write_bytes(b"changed")
    assert problem(lambda: push(anna, version, f"{small.address}/wine", nobody)).code == "E1106"
    assert small.manifests == {}
    file.unlink()
    assert problem(lambda: push(anna, version, f"{small.address}/wine", nobody)).code == "E1106"


def test_more_files_than_a_manifest_names(
    people: People, small: SmallRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("envspec.actions.sharing.exchange.LARGEST_MANIFEST", 10_000)
    anna = people("anna")
    version = register_model(anna, tmp_path / "made", {f"{n}": f"{n}".encode() for n in range(100)})
    assert problem(lambda: push(anna, version, f"{small.address}/wine", nobody)).code == "E1114"
    assert small.asked == []


def test_environments_and_models_are_told_apart(people: People, place: str, tmp_path: Path) -> None:
    from envspec.actions.sharing.environments import pull as pull_environment

    anna = people("anna")
    push(anna, register_model(anna, tmp_path / "a", {"m.pkl": b"one"}), place, nobody)
    found = problem(lambda: pull_environment(people("bert").root, place))
    assert found.code == "E1111" and "`envspec models pull`" in found.help
    with Workspace.open(people("bert").root) as workspace:
        assert workspace.environments() == [] and workspace.models() == []


def test_the_manifest_is_the_same_whoever_pushes(people: People, place: str, tmp_path: Path) -> None:
    pushed = [
        push(
            people(name),
            register_model(people(name), tmp_path / name, {"m.pkl": b"one"}),
            f"{place}/{name}",
            nobody,
        )
        for name in ("anna", "bert")
    ]
    assert pushed[0].manifest == pushed[1].manifest


def test_a_store_that_cannot_be_written(people: People, place: str, tmp_path: Path) -> None:
    push(people("anna"), register_model(people("anna"), tmp_path / "made", FOLDER), place, nobody)
    (people("bert").state / "store").write_text("no folder")
    assert problem(lambda: pull(people("bert").root, place)).code == "E1101"
    assert people("bert").models() == []


def test_a_pulled_model_says_where_it_came_from(people: People, place: str, tmp_path: Path) -> None:
    """In `graph`, `models list` and `models show`; the name of its file is no data of the project."""
    anna, bert = people("anna"), people("bert")
    pushed = push(anna, register_model(anna, tmp_path / "made", {"wine.pkl": b"weights"}), place, nobody)
    pull(bert.root, place)
    anna.close()
    bert.close()
    manifest = pushed.reference.partition("@sha256:")[2]
    text = envspec("graph", cwd=bert.root).stdout
    assert text.startswith(f"registry {place}:1  {manifest[:12]}\n└─ model wine:1  ")
    assert "data" not in text and "wine.pkl" not in text
    chart = envspec("graph", "--format", "mermaid", cwd=bert.root).stdout
    assert chart.count("-->") == 1 and "wine.pkl" not in chart and manifest[:12] in chart
    graph = json.loads(envspec("graph", "--format", "json", cwd=bert.root).stdout)
    assert next((one["kind"], one["name"], one["note"]) for one in graph["nodes"]) == (
        "registry", f"{place}:1", manifest[:12],
    )  # fmt: skip
    assert [(one["from"], one["to"]) for one in graph["edges"]] == [(f"registry:{place}:1", "model:wine:1")]
    assert envspec("graph", "-o", "g.svg", cwd=bert.root).returncode == 0
    picture = ET.fromstring((bert.root / "g.svg").read_text())
    titles = [one.text for one in picture.findall(".//{*}g/{*}title")]
    assert f"registry {place}:1 {manifest[:12]}" in titles
    assert [one.text for one in picture.findall(".//{*}text[@class='head']")] == ["Registries", "Models"]
    (row,) = envspec("models", "list", cwd=bert.root).stdout.splitlines()[1:]
    assert row.split()[:2] == ["wine:1", f"{place}:1"]
    shown = envspec("models", "show", "wine", cwd=bert.root).stdout
    assert re.search(rf"^  pulled +{re.escape(pushed.reference)}$", shown, re.MULTILINE)
    assert re.search(r"^  file +wine.pkl$", shown, re.MULTILINE) and "  path" not in shown
    # Anna pulled nothing: hers is of a file.
    assert "registry" not in envspec("graph", cwd=anna.root).stdout


def test_a_file_of_the_project_stays_data_when_the_same_is_pulled(
    people: People, place: str, tmp_path: Path
) -> None:
    anna, bert = people("anna"), people("bert")
    push(anna, register_model(anna, tmp_path / "made", {"wine.pkl": b"weights"}), place, nobody)
    (bert.root / "wine.pkl").write_bytes(b"weights")
    stored = bert.put(bert.root / "wine.pkl")
    bert.register_model("wine", stored.digest, size=stored.size, path="wine.pkl")
    pull(bert.root, place)
    bert.close()
    assert envspec("graph", cwd=bert.root).stdout.startswith("data wine.pkl")
