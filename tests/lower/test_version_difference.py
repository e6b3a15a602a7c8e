"""Two versions compared on all their platforms."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from envspec.ir.identity import definition
from envspec.ir.types import Environment
from envspec.lock.model import LockedEnvironment, LockedPip, LockedPlatform
from envspec.lower.identity import version_hash
from envspec.lower.version_difference import Version, version_differences
from tests.lower.specimens import requirement
from tests.lower.test_difference import environments, locks

ARM = "linux/arm64"
AMD = "linux/amd64"


def version(environment: Environment, locked: LockedEnvironment | None) -> Version:
    return environment, definition(environment), locked


def on(**numpy: str) -> LockedEnvironment:
    names = {"amd": AMD, "arm": ARM}
    platforms = tuple(
        LockedPlatform(names[key], "3.11", (), (LockedPip("numpy", number, ()),))
        for key, number in numpy.items()
    )
    return LockedEnvironment("e", "", platforms, "python:3.11-slim")


BASE = Environment("e", "e", pip=(requirement("numpy"),))


def told(before: LockedEnvironment, after: LockedEnvironment, environment: Environment = BASE) -> list[str]:
    return [c.words for c in version_differences(version(BASE, before), version(environment, after))]


def test_what_is_true_of_every_platform_is_said_once() -> None:
    assert told(on(amd="1", arm="1"), on(amd="2", arm="2")) == ["`numpy` went from 1 to 2"]
    assert told(on(amd="1", arm="1"), on(amd="2", arm="1")) == ["`numpy` went from 1 to 2 on linux/amd64"]
    assert told(on(amd="1", arm="1"), on(amd="1")) == ["it is no longer locked for linux/arm64"]


def test_what_is_asked_for_and_what_it_came_to() -> None:
    assert told(on(amd="1"), on(amd="2"), replace(BASE, pip=(requirement("numpy >=2"),))) == [
        "`numpy` went from 1 to 2",
        "`pip` asks for `numpy >=2` where it was `numpy`",
    ]
    moved = replace(on(amd="1"), digest="sha256:" + "a" * 64)
    assert told(on(amd="1"), moved) == [
        f"the base image went from python:3.11-slim to python:3.11-slim@sha256:{'a' * 64}"
    ]


@settings(max_examples=40)
@given(environments, locks, environments, locks)
def test_every_version_that_is_another_is_told(
    one: Environment, lock: LockedEnvironment | None, other: Environment, another: LockedEnvironment | None
) -> None:
    before, after = version(one, lock), version(other, another)
    assert version_differences(before, before) == ()
    if version_hash(one, lock) != version_hash(other, another):
        assert version_differences(before, after)
