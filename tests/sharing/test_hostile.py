"""What a registry may give: damaged, foreign and forged artifacts. Nothing of them is registered, or leaves the store."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envspec.actions.sharing import environments, models, trees
from envspec.diagnostics import Diagnostic, Failure
from envspec.ir.canonical import canonical_json
from envspec.registry.client import IMAGE_INDEX, IMAGE_MANIFEST, sha256_of
from envspec.workspace.database import Workspace
from tests.registry.small_registry import SmallRegistry, serve_small_registry
from tests.registry.speaking import client, image
from tests.sharing.conftest import People, nobody, register, register_model

FILES = {"a/one.bin": b"one" * 100, "two.bin": b"two" * 100}
Change = Callable[[dict[str, Any]], None]


class Forgery:
    """An artifact of ours under the tag `1`, to be changed: its manifest, its config, its layers. All digests are made
    to fit afterwards, as somebody who forges would."""

    def __init__(self, small: SmallRegistry, pull: Callable[[str], object], root: Path) -> None:
        self.small, self._pull, self.root = small, pull, root
        for tag in [tag for tag in small.manifests if tag.startswith("1-")]:
            del small.manifests[tag]
        self.manifest: dict[str, Any] = json.loads(small.manifests["1"][1])

    def json_of(self, descriptor: dict[str, Any]) -> Any:
        return json.loads(self.small.blobs[descriptor["digest"]])

    def put(self, descriptor: dict[str, Any], value: Any) -> None:
        """Other content, as JSON unless it is bytes, in the place of a descriptor."""
        content = value if isinstance(value, bytes) else canonical_json(value)
        digest = sha256_of(content)
        self.small.blobs[digest] = content
        descriptor.update(digest=digest, size=len(content))

    @property
    def config(self) -> dict[str, Any]:
        found: dict[str, Any] = self.manifest["config"]
        return found

    @property
    def layers(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.manifest["layers"]
        return found

    def pull(self, media_type: str = IMAGE_MANIFEST) -> Diagnostic:
        """What is said of it; and nothing of it is there."""
        content = json.dumps(self.manifest).encode()
        self.small.manifests["1"] = self.small.manifests[sha256_of(content)] = (media_type, content)
        with pytest.raises(Failure) as failure:
            self._pull(f"{self.small.address}/team/x:1")
        with Workspace.open(self.root) as workspace:
            assert workspace.environments() == [] and workspace.models() == []
            assert workspace.shared_versions("model", "wine") == []
        assert not list(self.root.glob(".envspec/store/trees/*/*"))
        assert not list(self.root.glob(".envspec/store/arriving/*"))
        (diagnostic,) = failure.value.diagnostics
        assert diagnostic.help
        return diagnostic


@pytest.fixture(scope="module")
def pushed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, SmallRegistry]:
    """Registries that have what `push` of ours makes of an environment and of a model: pushed once, forged often."""
    root, found = tmp_path_factory.mktemp("anna"), {}
    (root / "pyproject.toml").write_text("[tool.envspec]\n")
    with pytest.MonkeyPatch.context() as patch, Workspace.open(root) as anna:
        patch.setenv("DOCKER_CONFIG", str(root))
        with serve_small_registry() as found["environment"]:
            version = register(anna, "dark", path="dist/f-1.0-py3-none-any.whl", tags={"a": "b"})
            environments.push(anna, version, f"{found['environment'].address}/team/x", nobody)
        with serve_small_registry() as found["model"]:
            model = register_model(anna, root / "made", FILES)
            models.push(anna, model, f"{found['model'].address}/team/x", nobody)
    return found


def copied(small: SmallRegistry, made: SmallRegistry) -> SmallRegistry:
    small.blobs.update(made.blobs)
    small.manifests.update(made.manifests)
    return small


@pytest.fixture
def environment(small: SmallRegistry, pushed: dict[str, SmallRegistry], people: People) -> Forgery:
    root = people("bert").root
    small = copied(small, pushed["environment"])
    return Forgery(small, lambda reference: environments.pull(root, reference), root)


@pytest.fixture
def model(small: SmallRegistry, pushed: dict[str, SmallRegistry], people: People) -> Forgery:
    root = people("bert").root
    return Forgery(copied(small, pushed["model"]), lambda reference: models.pull(root, reference), root)


def test_what_is_forged_is_taken_as_it_was_made(environment: Forgery, people: People) -> None:
    """Or every forgery would be refused for something else."""
    environments.pull(environment.root, f"{environment.small.address}/team/x:1")
    assert [one.number for one in people("bert").environments()] == [1]


def test_a_model_that_is_forged_is_taken_as_it_was_made(model: Forgery, people: People) -> None:
    models.pull(model.root, f"{model.small.address}/team/x:1")
    assert [one.number for one in people("bert").models()] == [1]


def entry(path: str, digest: str = "sha256:" + "0" * 64) -> list[object]:
    return [path, "file", False, digest]


ONE = entry("one")
TREES: dict[str, list[Any]] = {
    "above": [entry("../x")],
    "above inside": [entry("a/../../x")],
    "absolute": [entry("/etc/passwd")],
    "empty part": [entry("a//b")],
    "the folder itself": [entry(".")],
    "no name": [entry("")],
    "NUL": [entry("a\0b")],
    "long name": [entry("a" * 256)],
    "long path": [entry("a/" * 2048 + "b")],
    "git": [entry(".git/config")],
    "the workspace": [entry("a/.envspec/x")],
    "twice": [ONE, ONE],
    "out of order": [entry("two"), entry("one")],
    "below a file": [entry("a"), entry("a/b")],
    "below a link": [["a", "link", "."], entry("a/b")],
    "link to the root": [["a", "link", "/"]],
    "link above": [["a", "link", ".."]],
    "link far above": [["a/b", "link", "../../x"]],
    "link through a link": [["a", "link", "b/.."], ["b", "link", "."]],
    "links in a circle": [["a", "link", "b"], ["b", "link", "a"]],
    "link to nothing": [["a", "link", ""]],
    "link with NUL": [["a", "link", "b\0"]],
    "no kind": [["a", "device", 1]],
    "no digest": [["a", "file", False, "sha256:" + "0" * 63 + "\n"]],
    "a path as digest": [["a", "file", False, "sha256:../../../../../../etc/passwd"]],
    "no truth": [["a", "file", 1, "sha256:" + "0" * 64]],
    "not a list": [{}],
    "too few": [["a"]],
    "numbers": [[1, "file", False, "sha256:" + "0" * 64]],
}


@pytest.mark.parametrize("name", TREES)
def test_folders_that_lead_out(model: Forgery, name: str) -> None:
    first = model.layers[0]
    model.put(first, {"schema": "envspec.tree/1", "value": TREES[name]})
    config = model.json_of(model.config)
    config["value"]["digest"] = first["digest"]
    model.put(model.config, config)
    model.manifest["annotations"]["dev.envspec.version"] = first["digest"]
    found = model.pull()
    assert (found.code, found.notes) == ("E1112", (trees.problem_of(TREES[name]),))


@pytest.mark.parametrize(
    "links",
    [
        [["a", "link", "b"], entry("b")],
        [["a/b/c", "link", "../../d"], entry("d")],
        [["a", "link", "nowhere/at/all"]],
        [["a", "link", "b/../c"], ["b", "link", "d/e"], entry("d/e/f")],
    ],
)
def test_links_that_stay_are_taken(links: list[Any]) -> None:
    assert trees.problem_of(links) == ""


def in_config(**values: Any) -> Callable[[Forgery], None]:
    def change(forgery: Forgery) -> None:
        config = forgery.json_of(forgery.config)
        config["value"].update(values)
        forgery.put(forgery.config, config)

    return change


def in_manifest(change: Change) -> Callable[[Forgery], None]:
    return lambda forgery: change(forgery.manifest)


def in_layer(number: int, change: Change) -> Callable[[Forgery], None]:
    """The JSON of a layer changed, with the version that it then makes not said."""

    def changed(forgery: Forgery) -> None:
        value = forgery.json_of(forgery.layers[number])
        change(value)
        forgery.put(forgery.layers[number], value)

    return changed


BOTH: dict[str, tuple[Callable[[Forgery], None], str]] = {
    "no layers": (in_manifest(lambda m: m.update(layers=[])), "E1112"),
    "layers are none": (in_manifest(lambda m: m.update(layers={"a": 1})), "E1112"),
    "a layer more": (in_manifest(lambda m: m["layers"].append(dict(m["config"]))), "E1112"),
    "the first layer is gone": (in_manifest(lambda m: m["layers"].pop(0)), "E1112"),
    "no config": (in_manifest(lambda m: m.pop("config")), "E1112"),
    "config of another type": (in_manifest(lambda m: m["config"].update(mediaType="text/plain")), "E1112"),
    "digest is none": (in_manifest(lambda m: m["layers"][0].update(digest="../../x")), "E1112"),
    "size is none": (in_manifest(lambda m: m["layers"][0].update(size=-1)), "E1112"),
    "size is true": (in_manifest(lambda m: m["layers"][0].update(size=True)), "E1112"),
    "size is huge": (in_manifest(lambda m: m["layers"][0].update(size=1 << 60)), "E1112"),
    "size is large": (in_manifest(lambda m: m["layers"][0].update(size=1 << 50)), "E1112"),
    "size is small": (in_manifest(lambda m: m["layers"][0].update(size=1)), "E1112"),
    "config is large": (in_manifest(lambda m: m["config"].update(size=1 << 40)), "E1112"),
    "another identity": (
        in_manifest(lambda m: m["annotations"].update({"dev.envspec.version": "sha256:" + "0" * 64})), "E1112",
    ),
    "no identity": (in_manifest(lambda m: m.pop("annotations")), "E1112"),
    "annotations are none": (in_manifest(lambda m: m.update(annotations=[1])), "E1112"),
    "a layer that is nowhere": (in_manifest(lambda m: m["layers"][0].update(digest="sha256:" + "9" * 64)), "E1404"),
    "config is no JSON": (lambda f: f.put(f.config, b"\xff{"), "E1112"),
    "config is deep": (lambda f: f.put(f.config, b"[" * 100_000), "E1112"),
    "config is a list": (lambda f: f.put(f.config, []), "E1112"),
    "config of another schema": (lambda f: f.put(f.config, {"schema": "x", "value": {}}), "E1112"),
    "config says something twice": (lambda f: f.put(f.config, b'{"schema":"x","schema":"x","value":{}}'), "E1112"),
    "config has a long number": (lambda f: f.put(f.config, b'{"schema":' + b"9" * 10_000 + b"}"), "E1112"),
    "config has half a character": (lambda f: f.put(f.config, b'{"schema":"\\ud800"}'), "E1112"),
    "a name that is none": (in_config(name="../x"), "E1112"),
    "a name with codes": (in_config(name="e\x1b[31m"), "E1112"),
    "no text as description": (in_config(description=1), "E1112"),
    "tags are no texts": (in_config(tags={"a": {"b": 1}}), "E1112"),
    "something more": (in_config(more=1), "E1112"),
    "a newer format": (in_manifest(lambda m: m.update(artifactType=m["artifactType"][:-1] + "2")), "E1113"),
    "of somebody else": (in_manifest(lambda m: m.update(artifactType="application/vnd.other\x1b[31m")), "E1111"),
    "its type is a number": (in_manifest(lambda m: m.update(artifactType=7)), "E1111"),
    "no type": (in_manifest(lambda m: [m.pop("artifactType"), m["config"].pop("mediaType")][0]), "E1111"),
}  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("kind", ["environment", "model"])
def test_artifacts_that_are_none(request: pytest.FixtureRequest, kind: str, name: str) -> None:
    forgery: Forgery = request.getfixturevalue(kind)
    change, code = BOTH[name]
    change(forgery)
    if (kind, name) == ("model", "a layer that is nowhere"):
        code = "E1112"  # its first layer is what it is
    assert forgery.pull().code == code


def docker(**values: Any) -> Change:
    return lambda definition: definition["docker"].update(values)


DEFINITIONS: dict[str, Change] = {
    "an instruction in the user": docker(user="1000\nRUN evil"),
    "an instruction in the image": docker(image="debian\nRUN evil"),
    "an option as image": docker(image="--platform=x debian"),
    "an instruction in a label": docker(labels={"a": "b\nRUN evil"}),
    "the name of a label": docker(labels={"a b\n": "c"}),
    "an argument": docker(arguments={"A=1\nRUN evil": "x"}),
    "a Dockerfile elsewhere": docker(dockerfile="../../Dockerfile"),
    "a platform": docker(platforms=["linux/vax"]),
    "a size": docker(shm_size="2GiB"),
    "a shell in apt": lambda d: d.update(apt=["git; rm -rf /"]),
    "an option in apt": lambda d: d.update(apt=["-oDpkg::x"]),
    "an option of pip": lambda d: d["pip"].append({"kind": "requirement", "text": "--index-url=x"}),
    "a wheel above": lambda d: d["pip"].append({"kind": "path", "text": "../f.whl"}),
    "a wheel anywhere": lambda d: d["pip"].append({"kind": "editable", "text": "/etc"}),
    "a kind of package": lambda d: d["pip"].append({"kind": "svn", "text": "x"}),
    "not as it is written": lambda d: d["pip"].append({"kind": "requirement", "text": "Six  >= 1"}),
    "a conda package": lambda d: d.update(conda=["numpy; evil"]),
    "a Python": lambda d: d.update(python="3.11 && evil"),
    "a channel": lambda d: d.update(channels=[{"name": "-x y"}]),
    "an address with a password": lambda d: d.update(indexes=[{"name": "c", "url": "https://a:correct@b.example/"}]),
    "a secret that is one": lambda d: d.update(indexes=[{"name": "c", "password": "correct-horse"}]),
    "a variable": lambda d: d.update(variables={"A B": "x"}),
    "a variable with NUL": lambda d: d.update(variables={"A": "x\0"}),
    "an interpreter on two lines": lambda d: d.update(interpreter="a\nb"),
    "an attribute": lambda d: d.update(entrypoint="x"),
    "a list": lambda d: d.update(apt="git"),
    "Spark": lambda d: d.update(spark={"precache": 1}),
    "nothing said as something": lambda d: d.update(apt=[]),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFINITIONS)
def test_definitions_that_no_spec_makes(environment: Forgery, name: str) -> None:
    in_layer(0, DEFINITIONS[name])(environment)
    found = environment.pull()
    assert found.code == "E1112"
    assert "another version" not in found.notes[0], "it is refused for what it is, before any hash is counted"


LOCKS: dict[str, Change] = {
    "a path above": lambda lock: lock["platforms"][0]["paths"][0].update(path="../x.whl"),
    "a path anywhere": lambda lock: lock["platforms"][0]["paths"][0].update(path="/x.whl"),
    "a file elsewhere": lambda lock: lock["platforms"][0]["pip"][0]["files"][0].update(filename="../../x.whl"),
    "an option": lambda lock: lock["platforms"][0]["pip"][0].update(name="--index-url"),
    "a digest": lambda lock: lock["platforms"][0]["pip"][0]["files"][0].update(sha256="x"),
    "a size": lambda lock: lock["platforms"][0]["pip"][0]["files"][0].update(size="1"),
    "two lines": lambda lock: lock["platforms"][0].update(python="3.11\nx"),
    "no platforms": lambda lock: lock.pop("platforms"),
    "something more": lambda lock: lock.update(more=1),
    "an image": lambda lock: lock.update(image="a b"),
}  # fmt: skip


@pytest.mark.parametrize("name", LOCKS)
def test_locks_that_nobody_makes(environment: Forgery, name: str) -> None:
    in_layer(1, LOCKS[name])(environment)
    found = environment.pull()
    assert found.code == "E1112" and "another version" not in found.notes[0]


def test_a_package_exchanged(environment: Forgery) -> None:
    """All is in order but the hash of one wheel: then it is another version than it says."""
    in_layer(1, lambda lock: lock["platforms"][0]["pip"][0]["files"][0].update(sha256="d" * 64))(environment)
    found = environment.pull()
    assert (found.code, found.notes) == (
        "E1112",
        ("its definition and lock make another version than it says",),
    )


MODELS: dict[str, tuple[Callable[[Forgery], None], str]] = {
    "a file above": (in_config(file="../x"), "E1112"),
    "a file that is the folder above": (in_config(file=".."), "E1112"),
    "a file with codes": (in_config(file="a\x1b]0;x\x07"), "E1112"),
    "another size": (in_config(size=1), "E1112"),
    "a file, not a folder": (in_config(kind="file"), "E1112"),
    "another digest": (in_config(digest="sha256:" + "0" * 64), "E1112"),
    "lineage": (in_config(lineage={"run": 1}), "E1112"),
    "a layer is missing": (in_manifest(lambda m: m["layers"].pop()), "E1112"),
    "a file is small": (in_manifest(lambda m: m["layers"][1].update(size=m["layers"][1]["size"] - 1)), "E1112"),
    "a file of another type": (in_manifest(lambda m: m["layers"][1].update(mediaType="x")), "E1112"),
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_models_that_are_none(model: Forgery, name: str) -> None:
    change, code = MODELS[name]
    change(model)
    assert model.pull().code == code


def test_more_than_there_is_room_for(model: Forgery) -> None:
    """A folder whose files say that they have a petabyte: nothing is fetched."""
    layer = model.layers[1]
    more = (1 << 50) - layer["size"]
    layer["size"] += more
    in_config(size=model.json_of(model.config)["value"]["size"] + more)(model)
    model.small.asked.clear()
    assert model.pull().code == "E1101"
    assert not any(layer["digest"] in asked for asked in model.small.asked)


def test_a_blob_that_never_ends(model: Forgery) -> None:
    """More bytes than its size, of which no more than that are taken; and other bytes than its digest says."""
    digest = model.layers[1]["digest"]
    before = model.small.blobs[digest]
    model.small.blobs[digest] = before + b"x" * 10_000_000
    assert model.pull().code == "E1112"
    model.small.blobs[digest] = before[:-1] + b"?"
    assert model.pull().code == "E1404"
    model.small.blobs[digest] = before[:-1]
    assert model.pull().code in ("E1112", "E1404")


def test_a_number_that_names_something_else(small: SmallRegistry, people: People) -> None:
    """Who may write tags can put another version behind a number: it does not fit what the number's own tag says."""
    anna = people("anna")
    environments.push(anna, register(anna, "dark"), f"{small.address}/team/x", nobody)
    environments.push(anna, register(anna, "light"), f"{small.address}/team/x", nobody)
    (settled,) = [tag for tag in small.manifests if tag.startswith("1-")]
    small.manifests[settled] = small.manifests["2"]
    with pytest.raises(Failure) as failure:
        environments.pull(people("bert").root, f"{small.address}/team/x:1")
    assert failure.value.diagnostics[0].code == "E1112"


def test_images_and_indexes_are_no_artifacts(small: SmallRegistry, people: People) -> None:
    image(client(small.address), "team/x")
    for content, media_type in (
        (small.manifests["1"][1], IMAGE_MANIFEST),
        (b'{"schemaVersion": 2, "manifests": []}', IMAGE_INDEX),
        (b'{"schemaVersion": 1}', "text/plain"),
    ):
        small.manifests["1"] = (media_type, content)
        for pull in (environments.pull, models.pull):
            with pytest.raises(Failure) as failure:
                pull(people("bert").root, f"{small.address}/team/x:1")
            assert failure.value.diagnostics[0].code == "E1111"


@pytest.mark.parametrize("kind", ["environment", "model"])
def test_changed_at_random(request: pytest.FixtureRequest, kind: str) -> None:
    """Whatever is changed anywhere: one finding, or the version that it was."""
    forgery: Forgery = request.getfixturevalue(kind)
    chance = random.Random(7)
    odd = [
        None,
        True,
        -1,
        1 << 70,
        0.5,
        "",
        "\0",
        "../..",
        [],
        {},
        [[]],
        {"a": {}},
        "sha256:" + "0" * 64,
        "\x1b[2J",
    ]
    original = json.dumps(forgery.manifest)
    codes = set()
    for turn in range(45):
        forgery.manifest = json.loads(original)
        documents = [None, forgery.config, *forgery.layers[:1]]
        descriptor = documents[turn % len(documents)]
        value = forgery.manifest if descriptor is None else forgery.json_of(descriptor)
        _change(value, chance, odd)
        if descriptor is not None:
            try:
                forgery.put(descriptor, value)
            except ValueError:  # what RFC 8785 cannot write
                forgery.put(descriptor, json.dumps(value).encode())
        if forgery.manifest == json.loads(original):
            continue
        content = json.dumps(forgery.manifest).encode()
        forgery.small.manifests["1"] = (IMAGE_MANIFEST, content)
        try:
            forgery._pull(f"{forgery.small.address}/team/x:1")
        except Failure as failure:
            (diagnostic,) = failure.diagnostics
            codes.add(diagnostic.code)
            assert "\x1b" not in diagnostic.message
    assert codes <= {"E1101", "E1111", "E1112", "E1113", "E1404"} and "E1112" in codes
    with Workspace.open(forgery.root) as workspace:
        assert (
            len({v.version_hash for v in workspace.environments()} | {m.digest for m in workspace.models()})
            <= 1
        )


def _change(value: Any, chance: random.Random, odd: list[Any]) -> None:
    """One part, however deep, replaced, taken away or given another name."""
    while True:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if not keys:
            return
        key = chance.choice(keys)
        if isinstance(value[key], dict | list) and value[key] and chance.random() < 0.8:
            value = value[key]
            continue
        if chance.random() < 0.2:
            del value[key]
        else:
            value[key] = chance.choice(odd)
        return
