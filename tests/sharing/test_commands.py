"""Sharing as users call it: a real build, a real registry, and what a terminal is shown of hostile texts."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest

from envspec.actions.sharing import environments, models
from envspec.registry.client import Registry
from envspec.registry.login import Login
from envspec.supply_chain.referrers import documents
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.registry import OciRegistry
from tests.sharing.conftest import People, nobody, register, register_model
from tests.supply_chain.specimens import make_wheel

SPEC = """edition = 1
environment e {
    description = "The one"
    python = ">=3.11"
    variables = { SHADE = "SHADES" }
}
run train {
    environment = e
    source      = "src"
    command     = ["python", "-c", "import sys; open(sys.argv[1], 'w').write('weights')", outputs.model]
    outputs     = { model = "out/wine.txt" }
}
model wine { from = run.train.outputs.model, framework = "none" }
"""
USER = """edition = 1
run shade {
    environment = "e:1"
    source      = "src"
    command     = ["python", "-c", "import os; print(os.environ['SHADE'])"]
}
"""
IMAGE_SPEC = """edition = 1
environment e {
    python = "3.11"
    pip    = ["./dist/feature-1.0-py3-none-any.whl"]
    docker { image = "IMAGE", labels = { once = "ONCE" } }
}
"""
CODES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HOSTILE = "\x1b[31mred\x9b2J\x07\u202e"


def project(folder: Path, shade: str) -> Path:
    (folder / "src").mkdir(parents=True)
    (folder / "src/a.py").write_text("")
    (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    (folder / "a.envspec").write_text(SPEC.replace("SHADES", shade))
    return folder


def test_the_road_between_two_people(tmp_path: Path, oci_registry: OciRegistry) -> None:
    registry = f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"
    anna, bert = project(tmp_path / "anna", "dark"), project(tmp_path / "bert", "light")
    for folder in (anna, bert):
        assert envspec("run", "train", cwd=folder).returncode == 0
    done = envspec("env", "push", "e", f"{registry}/e:stable", cwd=anna)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"e:1  pushed  {registry}/e:1  {registry}/e@sha256:[0-9a-f]{{64}}\n", done.stdout)
    assert "the label stable is at it" in done.stderr and "a document about what was built" in done.stderr
    lost = envspec("env", "push", "e:1", f"{registry}/e", cwd=bert)
    assert lost.stdout.startswith(f"e:2  pushed  {registry}/e:2  ")
    assert f"e:1 is e:2 now: {registry}/e has another 1" in lost.stderr
    assert envspec("env", "pull", f"{registry}/e:stable", cwd=bert).stdout.startswith("e:1  pulled  sha256:")
    changes = ok(envspec("env", "diff", "e:1", "e:2", cwd=bert))
    assert changes == "~ variable `SHADE` changed\n"
    assert "train-1" in ok(envspec("env", "show", "e:2", cwd=bert)), "its run has moved with it"
    again = json.loads(ok(envspec("env", "push", "e", "--format", "json", cwd=anna)))
    assert again["pushed"]["there"] and again["pushed"]["number"] == 1

    ok(envspec("models", "push", "wine", f"{registry}/wine", cwd=anna))
    pulled = json.loads(ok(envspec("models", "pull", f"{registry}/wine", "--format", "json", cwd=bert)))
    assert (pulled["schema"], pulled["pulled"]["number"], pulled["pulled"]["new"]) == (1, 1, False)
    cleo = project(tmp_path / "cleo", "green")
    assert ok(envspec("models", "pull", f"{registry}/wine", "--name", "theirs", cwd=cleo)).startswith(
        "theirs:1  pulled"
    )
    shown = ok(envspec("models", "show", "theirs", cwd=cleo))
    assert f"pulled       {registry}/wine@sha256:" in shown
    assert "made there by run train-1, output model" in shown and "in environment e:1, sha256:" in shown

    # What was pulled is used like what was registered here: through its lock, with the packages that it was locked to.
    ok(envspec("env", "pull", f"{registry}/e:1", cwd=cleo))
    (cleo / "b.envspec").write_text(USER)
    assert ok(envspec("run", "b.envspec", cwd=cleo)) == "dark\n"

    # The bill of materials of what was built lies beside it.
    repository = registry.partition("/")[2] + "/e"
    client = Registry(oci_registry.address, Login(oci_registry.address, ""))
    found = list(documents(client, repository, again["pushed"]["manifest"], "application/vnd.cyclonedx+json"))
    kept = [path.read_bytes() for path in (anna / ".envspec/supply-chain").rglob("sbom.cdx.json")]
    assert [content for _, content in found] == kept and kept


@pytest.mark.index
def test_sbom_and_provenance_of_an_image_lie_beside_it(
    tmp_path: Path, docker_engine: DockerEngine, oci_registry: OciRegistry
) -> None:
    place = f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"
    make_wheel(tmp_path / "dist", "feature", "1.0", {"feature.py": "VALUE = 1\n"})
    text = IMAGE_SPEC.replace("IMAGE", docker_engine.base).replace("ONCE", uuid.uuid4().hex)
    (tmp_path / "a.envspec").write_text(text)
    arguments = ("--target", "docker", "--push", "--registry", place, "--format", "json")
    (built,) = json.loads(ok(envspec("build", *arguments, cwd=tmp_path, **docker_engine.environment)))[
        "environments"
    ]
    pushed = json.loads(ok(envspec("env", "push", "e", f"{place}/e", "--format", "json", cwd=tmp_path)))[
        "pushed"
    ]
    assert pushed["documents"] == 2
    client = Registry(oci_registry.address, Login(oci_registry.address, ""))
    repository = place.partition("/")[2] + "/e"
    for kind in ("application/vnd.cyclonedx+json", "application/vnd.in-toto+json"):
        ((_, of_version),) = documents(client, repository, pushed["manifest"], kind)
        ((_, of_image),) = documents(client, repository, built["pushed"]["digest"], kind)
        assert of_version == of_image
    for image in docker_engine.client.images.list():
        for tag in image.tags:
            if tag.startswith(f"{place}/") or tag == built["location"]:
                docker_engine.client.images.remove(tag, force=True)


def test_hostile_texts_reach_a_terminal_without_their_codes(
    people: People, oci_registry: OciRegistry, tmp_path: Path
) -> None:
    registry = f"{oci_registry.address}/team/{uuid.uuid4().hex[:12]}"
    anna, bert = people("anna"), people("bert")
    version = register(anna, "dark", description=f"a\n{HOSTILE}", tags={f"k{HOSTILE}": HOSTILE})
    environments.push(anna, version, f"{registry}/e", nobody)
    model = register_model(anna, tmp_path / "made", {"m.pkl": b"m"})
    with anna.transaction() as connection:
        connection.execute("UPDATE models SET description = ?, tags = ?, framework = ?",
                           (HOSTILE, json.dumps({HOSTILE: HOSTILE}), HOSTILE))  # fmt: skip
    marked = anna.model("wine", model.number)
    assert marked is not None
    models.push(anna, marked, f"{registry}/m", nobody)
    commands = [
        ("env", "pull", f"{registry}/e"), ("models", "pull", f"{registry}/m"), ("env", "list"), ("env", "show", "e"),
        ("env", "history", "e"), ("env", "show", "e", "--format", "json"), ("env", "list", "--format", "json"),
        ("models", "list"), ("models", "show", "wine"), ("models", "show", "wine", "--format", "json"),
        ("models", "pull", f"{registry}/e"), ("env", "pull", f"{registry}/m"), ("env", "pull", f"{registry}/\x1b[2J"),
    ]  # fmt: skip
    for command in commands:
        done = envspec(*command, cwd=bert.root)
        assert done.returncode in (0, 2), (command, done.stderr)
        assert CODES.search(done.stdout + done.stderr) is None, command
    shown = json.loads(envspec("env", "show", "e", "--format", "json", cwd=bert.root).stdout)
    assert shown["environment"]["description"] == f"a\n{HOSTILE}", "what it says is kept as it is"
    lines = envspec("models", "show", "wine", cwd=bert.root).stdout.splitlines()
    assert any("description" in line and "\\x1b[31mred\\x9b2J" in line for line in lines)


def test_what_is_said_of_a_wrong_call(tmp_path: Path) -> None:
    project(tmp_path / "p", "dark")
    for arguments, said in (
        (("env", "push", "nothing"), "E1105"),
        (("models", "push", "nothing"), "E1105"),
        (("env", "pull", "https://registry.example/x"), "E1110"),
        (("env", "pull", "127.0.0.1:1/team/e"), "E1402"),
        (("env", "pull", "127.0.0.1:1/team/e", "--name", "../x"), "--name"),
    ):
        done = envspec(*arguments, cwd=tmp_path / "p")
        assert done.returncode in (2, 3) and done.stdout == "" and said in done.stderr, (
            arguments,
            done.stderr,
        )
        assert "Traceback" not in done.stderr
