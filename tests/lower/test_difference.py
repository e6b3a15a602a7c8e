"""What is said of two environments: all that moved, nothing that did not."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.ir.identity import definition
from envspec.ir.types import CondaPackage, Docker, Environment, PackageSource, PipPackage, SecretRef, Spark
from envspec.lock.model import (
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
)
from envspec.lower.difference import IMAGE, PYTHON, REQUEST, START, Change, Made, differences, preimage_value
from envspec.lower.difference_words import KINDS
from envspec.lower.identity import image_layer, python_layer, version_hash
from tests.lower.specimens import DictFiles, requirement

pytestmark = pytest.mark.slow

PLATFORM = "linux/amd64"
NAMES = st.sampled_from(["six", "numpy", "idna", "zlib"])
TEXTS = st.sampled_from(["a", "b", "c"])
DIGITS = st.sampled_from(["0" * 64, "1" * 64])
VERSIONS = st.sampled_from(["1.0", "2.1.0"])
MAPS = st.dictionaries(TEXTS, TEXTS, max_size=2)

sources = st.lists(
    st.builds(PackageSource, TEXTS, st.sampled_from(["", "https://x.example"])),
    max_size=3,
    unique_by=lambda source: source.name,
).map(tuple)
pip = st.lists(
    st.one_of(
        st.builds(lambda name, version: requirement(f"{name} =={version}"), NAMES, VERSIONS),
        st.just(PipPackage("editable", "", "libs/tools")),
        st.just(PipPackage("path", "", "libs/tools")),
    ),
    max_size=3,
).map(tuple)
environments = st.builds(
    Environment,
    st.just("e"),
    st.just("e"),
    python=st.sampled_from(["", "3.11", "3.12"]),
    managed=st.booleans(),
    interpreter=st.sampled_from(["", "python3"]),
    channels=sources,
    conda=st.lists(st.builds(lambda n, v: CondaPackage(n, f"{n} =={v}"), NAMES, VERSIONS), max_size=2).map(tuple),
    pip=pip,
    constraints=st.lists(NAMES.map(requirement), max_size=1).map(tuple),
    indexes=sources,
    apt=st.lists(TEXTS, max_size=2).map(tuple),
    variables=st.dictionaries(TEXTS, st.one_of(TEXTS, st.builds(SecretRef, TEXTS)), max_size=2),
    docker=st.builds(
        Docker,
        image=st.sampled_from(["", "debian:bookworm-slim", "debian:trixie-slim"]),
        dockerfile=st.sampled_from(["", "Dockerfile"]),
        cuda=st.sampled_from(["", "12.4"]),
        user=st.sampled_from(["", "1000", "2000"]),
        platforms=st.sampled_from([(), (PLATFORM,), (PLATFORM, "linux/arm64")]),
        shm_size=st.sampled_from([None, 1, 2]),
        arguments=MAPS,
        labels=MAPS,
        run=st.lists(TEXTS, max_size=3).map(tuple),
    ).map(lambda docker: replace(docker, dockerfile="") if docker.image else docker),
    spark=st.one_of(st.none(), st.builds(Spark, packages=st.lists(TEXTS, max_size=1).map(tuple))),
)  # fmt: skip
platforms = st.builds(
    LockedPlatform,
    st.just(PLATFORM),
    st.sampled_from(["3.11", "3.12"]),
    st.lists(
        st.builds(
            LockedConda, NAMES, VERSIONS, st.sampled_from(["py_0", "py_1"]), TEXTS, TEXTS, TEXTS, DIGITS
        ),
        max_size=3,
        unique_by=lambda package: package.name,
    ).map(tuple),
    st.lists(
        st.builds(
            LockedPip, NAMES, VERSIONS, st.lists(st.builds(LockedFile, TEXTS, DIGITS), max_size=2).map(tuple)
        ),
        max_size=3,
        unique_by=lambda package: package.name,
    ).map(tuple),
    st.lists(st.builds(LockedPath, TEXTS, TEXTS, NAMES, DIGITS), max_size=2, unique_by=lambda p: p.path).map(
        tuple
    ),
)
locks = st.one_of(
    st.none(),
    st.builds(
        LockedEnvironment,
        st.just("e"),
        st.just(""),
        platforms.map(lambda one: (one,)),
        st.sampled_from(["", "debian:bookworm-slim"]),
        st.sampled_from(["", "sha256:" + "a" * 64, "sha256:" + "b" * 64]),
    ),
)
trees = st.sampled_from([b"one", b"two"]).map(
    lambda code: DictFiles({"libs/tools/a.py": code, "Dockerfile": b"FROM debian:bookworm-slim\n"})
)
FEW = settings(max_examples=40)
"""Each example is large; what the generators can make is small."""

States = st.tuples(environments, locks, trees)
State = tuple[Environment, LockedEnvironment | None, DictFiles]


def layers(state: State) -> tuple[bytes, bytes]:
    environment, locked, files = state
    platform = locked.platform(PLATFORM) if locked is not None else None
    return python_layer(environment, platform)[0], image_layer(environment, locked, PLATFORM, files)[0]


def made(state: State) -> Made:
    python, image = layers(state)
    return Made(definition(state[0]), preimage_value(python), preimage_value(image))


def of(changes: tuple[Change, ...], *wanted: str) -> list[Change]:
    return [change for change in changes if change.layer in wanted]


@FEW
@given(States)
def test_nothing_is_different_from_itself(state: State) -> None:
    assert differences(made(state), made(state)) == ()


@FEW
@given(States, st.randoms(use_true_random=False))
def test_the_order_of_what_has_none_is_no_change(state: State, chance: random.Random) -> None:
    environment, locked, files = state

    def shuffled(items: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(chance.sample(items, len(items)))

    other = replace(
        environment,
        conda=shuffled(environment.conda),
        pip=shuffled(environment.pip),
        apt=shuffled(environment.apt),
        variables=dict(reversed(environment.variables.items())),
    )
    if locked is not None:
        (one,) = locked.platforms
        one = replace(one, conda=shuffled(one.conda), pip=shuffled(one.pip), paths=shuffled(one.paths))
        locked = replace(locked, platforms=(one,))
    assert differences(made(state), made((other, locked, files))) == ()


@FEW
@given(States, States)
def test_every_layer_that_moved_is_told_and_no_other(before: State, after: State) -> None:
    changes = differences(made(before), made(after))
    (old_python, old_image), (new_python, new_image) = layers(before), layers(after)
    assert bool(of(changes, PYTHON)) == (old_python != new_python)
    if old_image != new_image:
        assert of(changes, PYTHON, IMAGE)
    else:
        assert of(changes, PYTHON, IMAGE) == []
    if version_hash(*before[:2]) != version_hash(*after[:2]):
        assert changes
    for change in changes:
        assert change.words and change.layer in (KINDS[change.kind], REQUEST)
        assert (
            (change.action, change.before) != ("changed", change.after)
            or not change.before
            or "`" in change.words
        )


@FEW
@given(States, States)
def test_one_way_is_the_other_way_back(before: State, after: State) -> None:
    there, back = differences(made(before), made(after)), differences(made(after), made(before))
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert [(c.kind, c.name, turned[c.action], c.after, c.before) for c in back] == [
        (c.kind, c.name, c.action, c.before, c.after) for c in there
    ]


@FEW
@given(States, States)
def test_a_layer_whose_preimage_is_gone_is_not_told(before: State, after: State) -> None:
    known = made(before)
    changes = differences(Made(known.definition, None, None), made(after))
    assert {change.kind for change in changes}.isdisjoint(
        {"package", "python", "base", "python layer", "editable"}
    )


BASE = Environment(
    "e", "e", python="3.11", pip=(requirement("numpy"),), docker=Docker(run=("a", "b"), labels={"l": "1"})
)
LOCKED = LockedEnvironment(
    "e",
    "",
    (
        LockedPlatform(
            PLATFORM,
            "3.11",
            (LockedConda("six", "1.17.0", "py_0", "c", "noarch", "f", "0" * 64),),
            (LockedPip("numpy", "1.26.4", (LockedFile("f", "0" * 64),)),),
            (LockedPath("dist/a.whl", "wheel", "a", "0" * 64),),
        ),
    ),
    "python:3.11-slim",
    "sha256:" + "a" * 64,
)


def locked(**changes: object) -> LockedEnvironment:
    return replace(LOCKED, platforms=(replace(LOCKED.platforms[0], **changes),))


@pytest.mark.parametrize(
    ("environment", "lock", "layer", "words"),
    [
        (BASE, locked(pip=(LockedPip("numpy", "2.1.0", ()),)), PYTHON, "`numpy` went from 1.26.4 to 2.1.0"),
        (BASE, locked(pip=()), PYTHON, "`numpy` 1.26.4 was taken away"),
        (
            BASE,
            locked(pip=(*LOCKED.platforms[0].pip, LockedPip("idna", "3", ()))),
            PYTHON,
            "`idna` 3 was added",
        ),
        (BASE, locked(pip=(LockedPip("numpy", "1.26.4", ()),)), PYTHON, "`numpy` 1.26.4 has other files"),
        (
            BASE,
            locked(conda=(LockedConda("six", "1.17.0", "py_1", "c", "noarch", "f", "1" * 64),)),
            PYTHON,
            "`six` 1.17.0 went from build `py_0` to `py_1`",
        ),
        (
            BASE,
            locked(conda=(), pip=(*LOCKED.platforms[0].pip, LockedPip("six", "1.17.0", ()))),
            PYTHON,
            "`six` 1.17.0 comes by pip instead of conda",
        ),
        (
            BASE,
            locked(paths=(LockedPath("dist/a.whl", "wheel", "a", "1" * 64),)),
            PYTHON,
            "the content of `dist/a.whl` changed",
        ),
        (replace(BASE, indexes=(PackageSource("corp"),)), LOCKED, PYTHON, "index `corp` was added"),
        (
            BASE,
            replace(LOCKED, digest="sha256:" + "b" * 64),
            IMAGE,
            f"the base image went from python:3.11-slim@sha256:{'a' * 64} to python:3.11-slim@sha256:{'b' * 64}",
        ),
        (replace(BASE, apt=("git",)), LOCKED, IMAGE, "system package `git` was added"),
        (
            replace(BASE, docker=replace(BASE.docker, run=("a", "c"))),
            LOCKED,
            IMAGE,
            "script 2 of `docker.run` changed",
        ),
        (replace(BASE, docker=replace(BASE.docker, labels={})), LOCKED, IMAGE, "label `l` was taken away"),
        (
            replace(BASE, docker=replace(BASE.docker, user="7")),
            LOCKED,
            IMAGE,
            "`docker.user` is now 7",
        ),
        (
            replace(BASE, docker=replace(BASE.docker, arguments={"token": "hidden"})),
            LOCKED,
            IMAGE,
            "build argument `token` was added",
        ),
        (replace(BASE, variables={"TOKEN": "hidden"}), LOCKED, START, "variable `TOKEN` was added"),
        (
            replace(BASE, pip=(requirement("numpy >=2"),)),
            LOCKED,
            REQUEST,
            "`pip` asks for `numpy >=2` where it was `numpy`",
        ),
        (replace(BASE, python="3.12"), LOCKED, REQUEST, "`python` went from 3.11 to 3.12"),
        (replace(BASE, channels=(PackageSource("lab"),)), LOCKED, REQUEST, "channel `lab` was added"),
    ],
)
def test_one_change_is_one_clause(
    environment: Environment, lock: LockedEnvironment, layer: str, words: str
) -> None:
    files = DictFiles()
    changes = differences(made((BASE, LOCKED, files)), made((environment, lock, files)))
    assert [(change.layer, change.words) for change in changes] == [(layer, words)]
    assert not any("hidden" in str(change) for change in changes)


def test_the_code_of_an_editable_and_another_recipe() -> None:
    environment = replace(BASE, pip=(*BASE.pip, PipPackage("editable", "", "libs/tools")))
    old, new = (
        made(
            (
                environment,
                LOCKED,
                DictFiles({"libs/tools/a.py": code, "Dockerfile": b"FROM debian:bookworm-slim\n"}),
            )
        )
        for code in (b"one", b"two")
    )
    (change,) = differences(old, new)
    assert (change.layer, change.words) == (IMAGE, "the code of the editable `libs/tools` changed")
    assert new.image is not None and new.python is not None
    (recipe,) = differences(new, Made(new.definition, new.python, {**new.image, "recipe": 99}))
    assert recipe.words == "this envspec makes images in another way"
    (unheard_of,) = differences(new, Made(new.definition, new.python, {**new.image, "seal": 1}))
    assert (unheard_of.layer, unheard_of.words) == (IMAGE, "`seal` changed")
    moved = {**new.image, "python": "sha256:0"}
    (digest,) = differences(Made(None, None, new.image), Made(None, new.python, moved))
    assert digest.words == "the packages in it changed"
