"""What stops a lock of PyPI packages: the real uv, against an index on loopback that fails in every way."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.small_disk import fill, small_disk
from tests.engines.unreliable_server import BROKEN, CUT_SHORT, OVERLOADED, REFUSED, SILENT, Fault
from tests.failures.cells import cell
from tests.failures.conftest import Workshop
from tests.failures.shown import Shown, only

WHERE = "lock: PyPI"


def refused(workshop: Workshop, *arguments: str, status: int = 1, **variables: str) -> Shown:
    """The finding of a lock that fails, and leaves no lock and no log of a secret."""
    found = only(workshop.lock(*arguments, **variables), status)
    assert not (workshop.folder / "envspec.lock").exists()
    return found


@cell("no such package", WHERE)
@pytest.mark.parametrize(
    ("entry", "help_"),
    [
        ("alpa", "did you mean `alpha`?"),
        ("nothing-like-it", "check the name; a private package needs its `index`"),
    ],
)
def test_no_such_package(workshop: Workshop, entry: str, help_: str) -> None:
    workshop.write("beta")
    assert workshop.lock().returncode == 0  # then uv's cache knows names
    (workshop.folder / "envspec.lock").unlink()
    workshop.write("beta", entry)
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0604", "a.envspec:9:9", f'"{entry}"')
    assert found.message == f"there is no package `{entry}` on the index"
    assert found.help == help_


@cell("no such package", WHERE)
def test_no_such_package_that_another_one_needs(workshop: Workshop) -> None:
    workshop.write("beta", "needs-ghost")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0604", "a.envspec:9:9", '"needs-ghost"')
    assert found.message == "there is no package `ghost` on the index"
    assert found.marker == "`needs-ghost` needs `ghost>=1`"


@cell("no such version", WHERE)
@pytest.mark.parametrize(
    ("bound", "help_"),
    [
        ("==9", "the nearest version is `alpha 2.0`"),
        ("==1.2", "there is `alpha 1.0`, `alpha 1.4` and the newest, `2.0`"),
        (">1.4,<1.9", "there is `alpha 1.0`, `alpha 1.4` and the newest, `2.0`"),
    ],
)
def test_no_such_version(workshop: Workshop, bound: str, help_: str) -> None:
    workshop.write("beta")
    file = workshop.folder / "a.envspec"
    file.write_text(file.read_text().replace("alpha ==1.0", f"alpha {bound}"))
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0605", "a.envspec:7:9", f'"alpha {bound}"')
    assert found.message == f"there is no version `{bound}` of `alpha` on the index"
    assert found.help == help_


@cell("no such version", WHERE)
def test_no_such_version_that_another_one_needs(workshop: Workshop) -> None:
    workshop.write("gamma", "needs-future")
    file = workshop.folder / "a.envspec"
    file.write_text(file.read_text().replace('        "gamma",\n', ""))
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0605", "a.envspec:8:9", '"needs-future"')
    assert found.message == "there is no version `>=9` of `beta` on the index"
    assert found.marker == "`needs-future` needs `beta>=9`"
    assert found.help == "the nearest version is `beta 2.0`"


@cell("no wheel", WHERE)
def test_no_wheel(workshop: Workshop) -> None:
    workshop.write("narrow ==1.1")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0607", "a.envspec:8:9", '"narrow ==1.1"')
    assert found.message == "`narrow 1.1` has no wheel for Python 3.11 on linux/amd64"
    assert found.help.startswith("the nearest version is `narrow 1.0`; choose another version or Python")


@cell("no wheel", WHERE)
def test_no_wheel_of_what_another_one_needs(workshop: Workshop) -> None:
    workshop.write("beta", "needs-foreign")
    found = refused(workshop)
    assert (found.code, found.place) == ("E0607", "a.envspec:9:9")
    assert found.message == "`foreign 1.0` has no wheel for Python 3.11 on linux/amd64"
    assert found.marker == "`needs-foreign` needs `foreign`"
    assert any("win_amd64" in note for note in found.notes)


@cell("conflict", WHERE)
def test_a_conflict_marks_both_lines(workshop: Workshop) -> None:
    workshop.write("gamma", "beta >=2")
    done = workshop.lock()
    found = only(done, 1)
    assert (found.code, found.place, found.text) == ("E0606", "a.envspec:8:9", '"gamma"')
    assert "`pip` packages contradict each other for Python 3.11 on linux/amd64" in found.message
    assert '9 |         "beta >=2"\n   |         ---------- and this entry takes part' in done.stderr
    assert any("gamma depend on beta<2" in note for note in found.notes)


def without_a_compiler(folder: Path) -> str:
    """A PATH with Python on it and nothing else."""
    folder.mkdir()
    (folder / "python3.11").symlink_to(sys.executable)
    return str(folder)


@cell("needs a compiler", WHERE)
@pytest.mark.parametrize(
    ("entry", "missing", "with_gcc"),
    [("compiled-early", "`gcc`", False), ("headed-early", "the header `flux/flux.h`", True)],
)
def test_needs_a_compiler(
    workshop: Workshop, tmp_path: Path, entry: str, missing: str, with_gcc: bool
) -> None:
    workshop.write("beta", entry)
    path = os.environ["PATH"] if with_gcc else without_a_compiler(tmp_path / "bin")
    found = refused(workshop, "--build-sdists", status=3, PATH=path)
    assert (found.code, found.place, found.text) == ("E0641", "a.envspec:9:9", f'"{entry}"')
    assert found.message == f"`{entry}` has to be compiled here, and {missing} is not there"
    assert found.help.startswith("choose a version that has a wheel")
    assert "build_wheel" in found.log


@cell("build fails", WHERE)
def test_a_build_that_fails(workshop: Workshop) -> None:
    workshop.write("beta", "broken-early")
    found = refused(workshop, "--build-sdists", status=3)
    assert (found.code, found.place) == ("E0642", "a.envspec:9:9")
    assert found.message == "`broken-early` cannot be built"
    assert "its build backend says: RuntimeError: the flux is missing" in found.notes
    assert "the flux is missing" in found.log
    log = workshop.folder / ".envspec" / "logs" / "lock-e.log"
    assert f"the whole output is in {log}" in found.notes
    assert "the flux is missing" in log.read_text()


@cell("network", WHERE)
@cell("index in trouble", WHERE)
@cell("broken off", WHERE)
@cell("credentials refused", WHERE)
@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (BROKEN, "E0640", "the package index answered with an error: 500 Internal Server Error"),
        (OVERLOADED, "E0640", "the package index answered with an error: 503 Service Unavailable"),
        (CUT_SHORT, "E0608", "the package index broke off in the middle of an answer"),
        (SILENT, "E0608", "the package index cannot be reached"),
        (REFUSED, "E0620", "the package index refused the credentials"),
        (Fault(status=403), "E0620", "the package index refused the credentials"),
    ],
)
def test_an_index_that_fails(workshop: Workshop, fault: Fault, code: str, message: str) -> None:
    workshop.write("beta")
    workshop.server.faults = {"/beta": fault}
    found = refused(workshop, status=3)
    assert (found.code, found.message) == (code, message)
    assert (found.place, found.text) == ("a.envspec:5:16", "corp")
    assert found.help


@cell("network", WHERE)
@pytest.mark.parametrize("address", ["http://127.0.0.1:9/simple", "http://no-such-host.invalid/simple"])
def test_an_index_that_is_gone(workshop: Workshop, address: str) -> None:
    file = workshop.write("beta")
    file.write_text(file.read_text().replace(workshop.server.address, address))
    found = refused(workshop, status=3)
    assert (found.code, found.place) == ("E0608", "a.envspec:5:16")
    assert found.message == "the package index cannot be reached"


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "small", kibibytes=96) as folder:
        yield folder


@cell("disk full", WHERE)
def test_a_full_disk(workshop: Workshop, full_disk: Path) -> None:
    workshop.write("beta")
    fill(full_disk)
    found = refused(workshop, status=3, UV_CACHE_DIR=str(full_disk / "uv"))
    assert (found.code, found.message) == ("E0643", "the disk of this machine is full")
    assert "uv cache prune" in found.help
