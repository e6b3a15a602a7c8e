"""What moves which layer, and what moves none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envspec.ir.canonical import digest, tagged_preimage
from envspec.ir.identity import DEFINITION_SCHEMA, definition, definition_hash
from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage, SecretRef, Spark
from envspec.lock.model import LockedEnvironment, LockedPlatform
from envspec.lower.identity import deployment_layer, image_layer, python_layer, version_hash
from tests.lower.specimens import FILES, LOCAL, LOCKS, PIP_ONLY, SCORER, DictFiles, requirement

BASE = Environment("e", "e", python="3.11", pip=(requirement("six ==1.16.0"), requirement("idna")))


def test_an_empty_environment_is_an_empty_object() -> None:
    """So an attribute that is added to the language later moves no hash."""
    assert definition(Environment("e", "e")) == {}
    assert definition_hash(Environment("e", "e")) == digest(DEFINITION_SCHEMA, {})


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, id="x", name="x", description="words", tags={"a": "b"}, cell={"alpha": 0.1}),
        replace(BASE, pip=BASE.pip[::-1]),
        replace(BASE, pip=BASE.pip + BASE.pip),
        replace(BASE, docker=Docker()),
    ],
)
def test_what_moves_no_definition(other: Environment) -> None:
    assert definition_hash(other) == definition_hash(BASE)


CHANGES = [
    replace(BASE, python="3.12"),
    replace(BASE, managed=False),
    replace(BASE, interpreter="python3"),
    replace(BASE, channels=(PackageSource("a"), PackageSource("b"))),
    replace(BASE, channels=(PackageSource("b"), PackageSource("a"))),
    replace(BASE, conda=(CondaPackage("numpy", "numpy"),)),
    replace(BASE, pip=BASE.pip[:1]),
    replace(BASE, pip=(*BASE.pip, PipPackage("path", "", "libs/tools"))),
    replace(BASE, pip=(*BASE.pip, PipPackage("editable", "", "libs/tools"))),
    replace(BASE, constraints=(requirement("idna <4"),)),
    replace(BASE, indexes=(PackageSource("a", "https://a.example"),)),
    replace(BASE, indexes=(PackageSource("a", "https://a.example", password=SecretRef("p")),)),
    replace(BASE, indexes=(PackageSource("a", "https://a.example", packages=("x-*",)),)),
    replace(BASE, apt=("git",)),
    replace(BASE, variables={"A": "1"}),
    replace(BASE, variables={"A": SecretRef("1")}),
    replace(BASE, docker=Docker(image="debian:12")),
    replace(BASE, docker=Docker(run=("a", "b"))),
    replace(BASE, docker=Docker(run=("b", "a"))),
    replace(BASE, docker=Docker(shm_size=1)),
    replace(BASE, docker=Docker(labels={"a": "b"})),
    replace(BASE, docker=Docker(arguments={"a": "b"})),
    replace(BASE, docker=Docker(platforms=("linux/arm64",))),
    replace(BASE, spark=Spark()),
    replace(BASE, spark=Spark(conf={"a": "b"})),
]


def test_every_other_attribute_moves_the_definition() -> None:
    hashes = [definition_hash(e) for e in [BASE, *CHANGES]]
    assert len(set(hashes)) == len(hashes)


def test_layers_are_over_their_preimages() -> None:
    locked = LOCKS["sklearn"].platform("linux/amd64")
    preimage, hashed = python_layer(PIP_ONLY, locked)
    assert preimage.startswith(b'{"schema":"envspec.python/1","value":{')
    assert hashed.startswith("sha256:")
    assert len(hashed) == 71
    assert tagged_preimage("a", 1) != tagged_preimage("b", 1)


def _image(environment: Environment, locked: LockedEnvironment | None = LOCKS["sklearn"]) -> str:
    return image_layer(environment, locked, "linux/amd64", FILES)[1]


def test_variables_move_neither_python_nor_image() -> None:
    other = replace(PIP_ONLY, variables={"OTHER": "x"})
    locked = LOCKS["sklearn"].platform("linux/amd64")
    assert python_layer(other, locked) == python_layer(PIP_ONLY, locked)
    assert _image(other) == _image(PIP_ONLY)
    assert version_hash(other, LOCKS["sklearn"]) != version_hash(PIP_ONLY, LOCKS["sklearn"])


def test_apt_moves_the_image_and_not_python() -> None:
    other = replace(PIP_ONLY, apt=("git",))
    locked = LOCKS["sklearn"].platform("linux/amd64")
    assert python_layer(other, locked) == python_layer(PIP_ONLY, locked)
    assert _image(other) != _image(PIP_ONLY)


def test_the_base_counts_by_digest() -> None:
    moved = replace(LOCKS["sklearn"], digest="sha256:" + "0" * 64)
    assert _image(PIP_ONLY, moved) != _image(PIP_ONLY)
    assert version_hash(PIP_ONLY, moved) != version_hash(PIP_ONLY, LOCKS["sklearn"])


def test_order_of_locked_packages_never_matters() -> None:
    platform = LOCKS["sklearn"].platforms[0]
    turned = LockedPlatform(platform.platform, platform.python, pip=platform.pip[::-1])
    assert python_layer(PIP_ONLY, turned) == python_layer(PIP_ONLY, platform)


def test_code_of_an_editable_moves_the_image_and_not_python() -> None:
    changed = DictFiles({**FILES.contents, "libs/tools/tools/__init__.py": b"VALUE = 2\n"})
    pyc = DictFiles({**FILES.contents, "libs/tools/tools/__pycache__/x.pyc": b"other"})
    images = [image_layer(LOCAL, LOCKS["local"], "linux/amd64", files)[1] for files in (FILES, changed, pyc)]
    assert images[0] != images[1]
    assert images[0] == images[2]


def test_deployment_is_image_source_entry_and_server() -> None:
    layer = deployment_layer(SCORER, "sha256:a", "sha256:b", 1)[1]
    assert (
        layer
        == deployment_layer(replace(SCORER, port=1, models=(), replicas=7), "sha256:a", "sha256:b", 1)[1]
    )
    others = [
        deployment_layer(replace(SCORER, entry="x.py"), "sha256:a", "sha256:b", 1)[1],
        deployment_layer(SCORER, "sha256:c", "sha256:b", 1)[1],
        deployment_layer(SCORER, "sha256:a", "sha256:c", 1)[1],
        deployment_layer(SCORER, "sha256:a", "sha256:b", 2)[1],
    ]
    assert len({layer, *others}) == 5
