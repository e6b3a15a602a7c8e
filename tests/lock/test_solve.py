"""Locking whole projects: what stays, what moves, and every failure at once. Real solvers throughout."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envspec.diagnostics import Failure, Span
from envspec.ir.identity import definition_hash
from envspec.ir.types import (
    Docker,
    Environment,
    PackageSource,
    Project,
    RegisteredEnvironment,
    Run,
)
from envspec.lock.file import read_lock, write_lock
from envspec.lock.model import Lock, LockedEnvironment, LockedRegistered
from envspec.lock.solve import EVERYTHING, LockOptions, lock_project
from envspec.lock.stale import stale_entries
from tests.lock.conftest import environment, no_secrets, project_folder

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Base images are another test's subject."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")


def project(*environments: Environment, runs: tuple[Run, ...] = ()) -> Project:
    return Project({entry.id: entry for entry in environments}, {run.id: run for run in runs}, {}, {}, {}, {})


def locked(subject: Project, root: Path, previous: Lock | None = None, **more: object) -> Lock:
    options = replace(LockOptions(root), **more)  # type: ignore[arg-type]
    return lock_project(
        subject,
        previous,
        options,
        definition_hash=definition_hash,
        secrets=no_secrets,
        locate=lambda pointer: Span("train.envspec", 0, 1),
    )


def stale(subject: Project, lock: Lock | None, root: Path, *platforms: str) -> dict[str, str]:
    return dict(stale_entries(subject, lock, definition_hash, root=root, platforms_extra=platforms))


def versions(lock: Lock, name: str = "sklearn") -> dict[str, str]:
    platform = lock.environments[name].platforms[0]
    return {package.name: package.version for package in platform.conda}


def test_a_lock_is_written_read_and_then_left_alone(tmp_path: Path, small_channel: PackageSource) -> None:
    subject = project(
        environment(conda_packages=("scikit-learn",), channels=(small_channel,), python="3.11"),
        environment(python="3.12", name="plain"),
    )
    first = locked(subject, tmp_path)
    assert write_lock(tmp_path, first)
    assert read_lock(tmp_path) == first
    assert stale(subject, first, tmp_path) == {}
    again = locked(subject, tmp_path, read_lock(tmp_path))
    assert again == first
    assert not write_lock(tmp_path, again)
    plain = first.environments["plain"]
    assert (plain.platforms[0].python, plain.image, plain.digest) == ("3.12", "python:3.12-slim", "")
    assert first.environments["sklearn"].platforms[0].python == "3.11.9"


def test_no_lock_is_none_and_a_second_writer_leaves_no_litter(tmp_path: Path) -> None:
    assert read_lock(tmp_path) is None
    write_lock(tmp_path, Lock())
    assert [path.name for path in tmp_path.iterdir()] == ["envspec.lock"]


def test_a_changed_definition_moves_as_little_as_it_can(tmp_path: Path, small_channel: PackageSource) -> None:
    old = environment(conda_packages=("numpy =1.26", "python =3.11"), channels=(small_channel,))
    new = environment(conda_packages=("numpy", "python", "libold"), channels=(small_channel,))
    first = locked(project(old), tmp_path)
    assert stale(project(new), first, tmp_path) == {"sklearn": "its definition changed since it was locked"}
    second = locked(project(new), tmp_path, first)
    assert versions(second) == versions(first) | {"libold": "1.0"}
    assert versions(locked(project(new), tmp_path, second, upgrade=frozenset({"numpy"}))) == {
        "numpy": "2.0.1",
        "python": "3.11.9",
        "libold": "1.0",
    }
    assert (
        versions(locked(project(new), tmp_path, second, upgrade=frozenset({EVERYTHING})))["python"]
        == "3.12.4"
    )
    assert locked(project(new), tmp_path, second, upgrade=frozenset({"unrelated"})) == second


def test_a_platform_is_added_beside_the_others(tmp_path: Path, small_channel: PackageSource) -> None:
    subject = environment(conda_packages=("numpy =1.26", "python =3.11"), channels=(small_channel,))
    first = locked(project(subject), tmp_path)
    assert stale(project(subject), first, tmp_path, "linux/arm64") == {
        "sklearn": "it is not locked for linux/arm64"
    }
    both = locked(project(subject), tmp_path, first, platforms_extra=("linux/arm64",))
    assert [p.platform for p in both.environments["sklearn"].platforms] == ["linux/amd64", "linux/arm64"]
    assert both.environments["sklearn"].platforms[0] == first.environments["sklearn"].platforms[0]
    assert locked(project(subject), tmp_path, both) == both


def test_a_user_managed_environment_has_an_entry_without_packages(tmp_path: Path) -> None:
    subject = replace(environment(), managed=False, interpreter="/usr/bin/python3")
    lock = locked(project(subject), tmp_path)
    assert lock.environments["sklearn"].platforms == ()
    assert stale(project(subject), lock, tmp_path) == {}


def test_all_failures_come_at_once(tmp_path: Path, small_channel: PackageSource) -> None:
    subject = project(
        environment(conda_packages=("nosuch",), channels=(small_channel,), name="a"),
        environment(conda_packages=("numpy",), channels=(small_channel,), name="b"),
        environment(conda_packages=("numpy =9",), channels=(small_channel,), name="c"),
        environment(docker=Docker(platforms=("windows/amd64",)), python="3.11", name="d"),
    )
    with pytest.raises(Failure) as caught:
        locked(subject, tmp_path)
    assert [(d.code, d.pointer) for d in caught.value.diagnostics] == [
        ("E0609", "/environments/a/conda/0"),
        ("E0610", "/environments/c/conda/0"),
        ("E0614", "/environments/d/docker/platforms"),
    ]


def test_an_entry_that_left_the_spec_leaves_the_lock(tmp_path: Path) -> None:
    first = locked(project(environment(python="3.11"), environment(python="3.11", name="old")), tmp_path)
    now = project(environment(python="3.11"))
    assert stale(now, first, tmp_path) == {"old": "it is locked, and no longer in the spec"}
    assert list(locked(now, tmp_path, first).environments) == ["sklearn"]


def test_the_python_of_the_lock_before_is_kept(tmp_path: Path) -> None:
    first = locked(project(environment(python="3.9")), tmp_path)
    wider = locked(project(environment(python=">=3.9")), tmp_path, first)
    assert wider.environments["sklearn"].platforms[0].python == "3.9"


def test_the_python_of_the_base_image_counts(tmp_path: Path) -> None:
    subject = environment(docker=Docker(image="registry.example/team/python:3.13-slim"))
    assert locked(project(subject), tmp_path).environments["sklearn"].platforms[0].python == "3.13"


def test_a_python_that_no_machine_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure) as caught:
        locked(project(environment(python=">=3.8,<3.8.1")), tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.pointer) == ("E0613", "/environments/sklearn/python")


def test_a_local_project_that_changed_is_stale(tmp_path: Path) -> None:
    folder = project_folder(tmp_path, "lib", '[project]\nname = "lib"\nversion = "1"\n')
    (folder / "lib.py").write_text("a = 1\n")
    subject = project(environment(pip_packages=("./lib",), python="3.11"))
    subject = project(
        replace(
            subject.environments["sklearn"],
            pip=(replace(subject.environments["sklearn"].pip[0], text="lib"),),
        )
    )
    first = locked(subject, tmp_path)
    assert stale(subject, first, tmp_path) == {}
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "lib.pyc").write_text("x")
    assert stale(subject, first, tmp_path) == {}
    (folder / "lib.py").write_text("a = 2\n")
    assert stale(subject, first, tmp_path) == {"sklearn": "`lib` changed since it was locked"}
    second = locked(subject, tmp_path, first)
    assert second != first
    assert stale(subject, second, tmp_path) == {}


def test_a_registered_environment_is_known_through_the_lock_only(tmp_path: Path) -> None:
    subject = project(runs=(Run("train", "train", RegisteredEnvironment("sklearn:3"), shell="true"),))
    with pytest.raises(Failure) as caught:
        locked(subject, tmp_path)
    (diagnostic,) = caught.value.diagnostics
    assert (diagnostic.code, diagnostic.pointer) == ("E0621", "/runs/train/environment")
    was = LockedEnvironment("sklearn.3", "sha256:" + "b" * 64, ())
    entry = LockedRegistered("sklearn:3", "sha256:" + "a" * 64, "{}")
    lock = lock_project(
        subject, None, LockOptions(tmp_path), definition_hash=definition_hash, secrets=no_secrets,
        resolve_registered={"sklearn:3": (entry, was)}.get,
    )  # fmt: skip
    assert lock.registered == {"sklearn:3": entry}
    assert lock.environments["sklearn.3"] == was
    assert locked(subject, tmp_path, lock) == lock
