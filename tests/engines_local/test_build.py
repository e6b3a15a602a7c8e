"""Environments of the local engine: made by uv or rattler from a lock, kept under their hash, made once."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.engines.interface import Built
from envspec.engines.local.conda_install import package_cache
from envspec.engines.local.environment import build
from envspec.ir.types import Environment, PipPackage
from envspec.lock.model import LockedPath, LockedPlatform
from tests.engines.conda_channel import CondaChannel
from tests.engines_local.requests import PLATFORM, Heard, build_request, only
from tests.engines_local.specimens import (
    PYTHON,
    bare_environment,
    conda_environment,
    locked_bare,
    locked_conda,
    locked_six,
    locked_wheel,
    make_project,
    make_wheel,
    python_says,
    six_environment,
)

pytestmark = pytest.mark.slow


def refused(root: Path, environment: Environment, locked: LockedPlatform | None) -> Failure:
    with pytest.raises(Failure) as caught:
        build(build_request(root, environment, locked))
    assert list((root / ".envspec" / "environments").glob("*/")) == [], "nothing half-made stays"
    return caught.value


@pytest.mark.index
def test_uv_makes_what_is_pip_only(root: Path, heard: Heard) -> None:
    built = build(build_request(root, six_environment(), locked_six(), heard))
    assert (built.engine, built.reused) == ("local", False)
    assert built.size > 0 and built.seconds > 0
    assert python_says(built.location, "import six; print(six.__version__)") == "1.17.0"
    assert not (Path(built.location) / "bin" / "pip").exists(), "no installer is left in it"
    assert heard.lines[0].startswith("installing 1 package into environment `small`")
    assert "six" in (root / ".envspec" / "logs" / "build.log").read_text()


def test_it_is_kept_under_its_hash(root: Path, heard: Heard) -> None:
    first = build(build_request(root, bare_environment(), locked_bare()))
    assert Path(first.location).name == first.hash.removeprefix("sha256:")[:20]
    inode = Path(first.location).stat().st_ino
    again = build(build_request(root, bare_environment(), locked_bare(), heard))
    assert (again.reused, again.location, again.size) == (True, first.location, first.size)
    assert Path(again.location).stat().st_ino == inode
    assert heard.lines == []
    other = build(build_request(root, bare_environment(), locked_bare(), salt="other"))
    assert not other.reused and other.location != first.location


@pytest.mark.parametrize("loss", ["marker", "python", "moved"])
def test_what_is_not_whole_is_made_again(root: Path, loss: str) -> None:
    request = build_request(root, bare_environment(), locked_bare())
    prefix = Path(build(request).location)
    if loss == "marker":
        (prefix / "envspec-environment.json").write_text('{"schema": 1, "hash"')
    elif loss == "python":
        (prefix / "bin" / "python").unlink()
    else:
        # A project folder that was moved takes its environments along, and their scripts hold the old path.
        root = root.rename(root.with_name("elsewhere"))
        request = build_request(root, bare_environment(), locked_bare())
    built = build(request)
    assert not built.reused
    assert python_says(built.location, "import sys; print(sys.prefix)") == built.location
    assert build(request).reused


def test_a_file_with_another_hash_is_refused_at_its_entry(root: Path) -> None:
    wheel = make_wheel(root / "dist", "features", "1", "VALUE = 1\n")
    environment = Environment(
        "e", "e", pip=(PipPackage("path", "features", "dist/features-1-py3-none-any.whl"),)
    )
    locked = LockedPlatform(PLATFORM, PYTHON, paths=(locked_wheel(root, wheel, "features"),))
    make_wheel(root / "dist", "features", "1", "VALUE = 2\n")
    assert only(refused(root, environment, locked)) == ("E0806", "/environments/e/pip/0")


@pytest.mark.index
def test_a_file_of_the_index_with_another_hash_is_refused_at_its_entry(root: Path) -> None:
    failure = refused(root, six_environment(), locked_six(digest="0" * 64))
    assert only(failure) == ("E0806", "/environments/small/pip/0")
    assert "six" in failure.diagnostics[0].message


@pytest.mark.index
def test_a_version_that_the_index_has_not_is_refused_at_its_entry(root: Path) -> None:
    failure = refused(root, six_environment(), locked_six(version="99.0.0"))
    assert only(failure) == ("E0807", "/environments/small/pip/0")


def test_wheels_projects_and_editables_of_the_project(root: Path) -> None:
    wheel = make_wheel(root / "dist", "features", "1.2", "VALUE = 'wheel'\n")
    project = make_project(root / "lib", "library", "VALUE = 'project'\n")
    live = make_project(root / "live", "live", "VALUE = 'first'\n")
    environment = Environment(
        "e", "e", python=PYTHON,
        pip=(PipPackage("path", "features", "dist/features-1.2-py3-none-any.whl"),
             PipPackage("path", "", "lib"), PipPackage("editable", "", "live")),
    )  # fmt: skip
    paths = (
        locked_wheel(root, wheel, "features"),
        LockedPath("lib", "project", "library", "0" * 64),
        LockedPath("live", "editable", "live", "1" * 64),
    )
    locked = LockedPlatform(PLATFORM, PYTHON, paths=paths)
    built = build(build_request(root, environment, locked))
    says = "import features, library, live; print(features.VALUE, library.VALUE, live.VALUE)"
    assert python_says(built.location, says) == "wheel project first"
    (project / "library.py").write_text("VALUE = 'changed'\n")
    (live / "live.py").write_text("VALUE = 'changed'\n")
    assert python_says(built.location, says) == "wheel project changed"
    anew = build(build_request(root, environment, locked, salt="the tree's hash moved"))
    assert python_says(anew.location, says) == "wheel changed changed"


def test_a_locked_path_that_is_gone_is_named(root: Path) -> None:
    environment = Environment("e", "e", pip=(PipPackage("path", "", "lib"),))
    locked = LockedPlatform(PLATFORM, PYTHON, paths=(LockedPath("lib", "project", "library", "0" * 64),))
    assert only(refused(root, environment, locked)) == ("E0816", "/environments/e/pip/0")


def test_a_project_that_cannot_be_built_shows_what_its_backend_said(root: Path) -> None:
    project = make_project(root / "lib", "library", "VALUE = 1\n")
    (project / "backend.py").write_text("def build_wheel(*a, **k): raise ValueError('the flux is missing')\n")
    environment = Environment("e", "e", pip=(PipPackage("path", "library", "lib"),))
    locked = LockedPlatform(PLATFORM, PYTHON, paths=(LockedPath("lib", "project", "library", "0" * 64),))
    failure = refused(root, environment, locked)
    assert failure.diagnostics[0].code == "E0801"
    assert "the flux is missing" in failure.diagnostics[0].log


@pytest.mark.conda
def test_rattler_makes_what_has_conda_packages(root: Path, conda_channel: CondaChannel) -> None:
    names = ("python", "six")
    channel_python = build(
        build_request(root, conda_environment(conda_channel, *names), locked_conda(conda_channel, *names))
    )
    prefix = channel_python.location
    assert python_says(prefix, "import six, sys; print(sys.prefix)") == prefix
    assert (Path(prefix) / "conda-meta").is_dir()
    again = build(
        build_request(root, conda_environment(conda_channel, *names), locked_conda(conda_channel, *names))
    )
    assert again.reused and again.location == prefix


@pytest.mark.conda
def test_pip_packages_go_into_the_conda_environment(root: Path, conda_channel: CondaChannel) -> None:
    wheel = make_wheel(root / "dist", "features", "1", "VALUE = 1\n")
    environment = conda_environment(
        conda_channel, "python", pip=(PipPackage("path", "features", "dist/features-1-py3-none-any.whl"),)
    )
    locked = locked_conda(conda_channel, "python")
    both = LockedPlatform(
        PLATFORM, locked.python, conda=locked.conda, paths=(locked_wheel(root, wheel, "features"),)
    )
    built = build(build_request(root, environment, both))
    file = python_says(built.location, "import features; print(features.__file__)")
    assert file.startswith(built.location)


@pytest.mark.conda
@pytest.mark.parametrize(("served", "code"), [(True, "E0806"), (False, "E0625")])
def test_a_conda_package_with_another_hash_is_refused(
    root: Path, conda_channel: CondaChannel, served: bool, code: str
) -> None:
    locked = locked_conda(conda_channel, "six", url=conda_channel.http_url if served else "")
    wrong = LockedPlatform(PLATFORM, locked.python, conda=(replace(locked.conda[0], sha256="0" * 64),))
    failure = refused(root, conda_environment(conda_channel, "six"), wrong)
    assert failure.diagnostics[0].code == code
    assert "six" in failure.diagnostics[0].message


@pytest.mark.conda
def test_a_package_cached_under_another_hash_is_never_taken(root: Path, conda_channel: CondaChannel) -> None:
    """Not even after a fetch has failed in between, which is when rattler's own cache would take it."""
    names = ("python", "six")
    environment = conda_environment(conda_channel, *names)
    right = locked_conda(conda_channel, *names, url=conda_channel.http_url)
    build(build_request(root / "first", environment, right))
    conda = tuple(replace(p, sha256="1" * 64) if p.name == "six" else p for p in right.conda)
    wrong = replace(right, conda=conda)
    for attempt in range(3):
        if attempt == 2:  # rattler writes no sha256 of packages whose it was never told
            for note in package_cache().glob("six-*.lock"):
                note.write_bytes(b"")
        assert only(refused(root, environment, wrong)) == ("E0806", "/environments/scientific/conda/1")
    assert not build(build_request(root, environment, right)).reused


def test_a_python_that_is_not_installed_lists_those_that_are(root: Path) -> None:
    failure = refused(root, Environment("e", "e", python="3.3"), LockedPlatform(PLATFORM, "3.3"))
    assert only(failure) == ("E0803", "/environments/e/python")
    assert PYTHON in failure.diagnostics[0].notes[0]


def test_a_python_that_is_not_installed_where_another_one_would_do(root: Path) -> None:
    """The spec once said 3.3, and the lock has kept it since."""
    locked = LockedPlatform(PLATFORM, "3.3")
    (wide,) = refused(root, Environment("e", "e", python=">=3.3"), locked).diagnostics
    assert "`envspec lock --upgrade '*'`" in wide.help
    (exact,) = refused(root, Environment("e", "e", python="3.3"), locked).diagnostics
    assert "--upgrade" not in exact.help


def test_two_builds_of_one_hash_build_once(root: Path) -> None:
    heard = [Heard(), Heard(), Heard()]
    requests = [build_request(root, bare_environment(), locked_bare(), one) for one in heard]
    results: list[Built] = []
    threads = [threading.Thread(target=lambda r=request: results.append(build(r))) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.reused for result in results) == [False, True, True]
    assert len({result.location for result in results}) == 1
    lines = [line for one in heard for line in one.lines]
    assert sum(line.startswith("installing") for line in lines) == 1


def test_an_environment_that_the_user_manages_is_used_as_it_is(root: Path) -> None:
    theirs = root / "venv"
    theirs.symlink_to(build(build_request(root, bare_environment(), locked_bare())).location)
    before = sorted(p.name for p in (root / ".envspec" / "environments").iterdir())
    for written in ("venv/bin/python", str(theirs / "bin" / "python")):
        environment = Environment("mine", "mine", managed=False, interpreter=written)
        built = build(build_request(root, environment, None))
        assert (built.location, built.reused) == (str(theirs / "bin" / "python"), True)
    assert sorted(p.name for p in (root / ".envspec" / "environments").iterdir()) == before


@pytest.mark.parametrize(
    ("written", "content", "reason"),
    [
        ("venv/bin/python", None, "there is no such file"),
        ("no-python-has-this-name", None, "it is not on `PATH`"),
        ("bin/fake", "#!/bin/sh\necho perl\n", "it is not a Python 3 interpreter"),
        ("bin/fake", "not a program", "exec format error"),
    ],
)
def test_an_interpreter_that_is_none_says_why(
    root: Path, written: str, content: str | None, reason: str
) -> None:
    if content is not None:
        (root / "bin").mkdir()
        (root / written).write_text(content)
        (root / written).chmod(0o755)
    with pytest.raises(Failure) as caught:
        build(build_request(root, Environment("mine", "mine", managed=False, interpreter=written), None))
    assert only(caught.value) == ("E0805", "/environments/mine/interpreter")
    assert reason in caught.value.diagnostics[0].message


def test_a_folder_that_cannot_be_made_is_one_message(root: Path) -> None:
    (root / ".envspec").mkdir()
    place = root / ".envspec" / "environments"
    place.write_text("a file where the folder should be")
    with pytest.raises(Failure) as caught:
        build(build_request(root, bare_environment(), locked_bare()))
    assert only(caught.value) == ("E0817", "/environments/bare")
    assert caught.value.diagnostics[0].message == f"`{place}` cannot be written: file exists"
