"""What stops a build on this machine: the real uv and rattler, from a lock that was right when it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from envspec.ir.types import PackageSource
from tests.engines.small_disk import small_disk
from tests.engines.unreliable_server import (
    ABSENT,
    BROKEN,
    CUT_SHORT,
    OVERLOADED,
    REFUSED,
    SILENT,
    Fault,
    unreliable,
)
from tests.failures.cells import cell
from tests.failures.conftest import Workshop
from tests.failures.packages import list_files, write_project, write_wheel
from tests.failures.shown import Shown, only
from tests.failures.test_lock_conda import SPEC as CONDA_SPEC
from tests.failures.test_lock_uv import without_a_compiler

UV, RATTLER = "local: PyPI", "local: conda"


def refused(workshop: Workshop, **variables: str) -> Shown:
    """The finding of a build that fails, keeps its log and leaves nothing else."""
    found = only(workshop.run("build", **variables), 3)
    assert any(str(workshop.log()) in note for note in found.notes)
    kept = workshop.log().read_text()
    assert found.log
    assert all(line.strip() in kept for line in found.log.splitlines())
    workshop.nothing_half_made()
    return found


@cell("no such package", UV)
def test_a_package_that_the_index_lost(workshop: Workshop) -> None:
    workshop.write("beta")
    workshop.locked()
    shutil.rmtree(workshop.files / "beta")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0807", "a.envspec:8:9", '"beta"')
    assert found.message == "the index `corp` has no package `beta`" or found.message == (
        "the package index has no package `beta`"
    )
    assert found.help == "check the name and the index it comes from; then run `envspec lock`"


@cell("no such version", UV)
def test_a_version_that_the_index_lost(workshop: Workshop) -> None:
    workshop.write("beta")
    workshop.locked()
    (workshop.files / "alpha" / "alpha-1.0-py3-none-any.whl").unlink()
    list_files(workshop.files / "alpha")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0807", "a.envspec:7:9", '"alpha ==1.0"')
    assert found.message == "the package index has no version `1.0` of `alpha`"
    assert (
        found.help == "there is `alpha 1.4` and the newest, `2.0`; `envspec lock --upgrade alpha` takes one"
    )


@cell("file gone", UV)
def test_a_file_that_the_index_lost_is_told_at_the_entry_that_needs_it(workshop: Workshop) -> None:
    workshop.write("upper")
    workshop.locked()
    (workshop.files / "beta" / "beta-1.0-py3-none-any.whl").unlink()
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0807", "a.envspec:8:9", '"upper"')
    assert found.message == "`beta` is locked, and the index `corp` does not have its file any more"
    assert "`upper` needs `gamma`, which needs `beta`" in found.notes
    assert found.help == "the nearest version is `beta 2.0`; `envspec lock --upgrade beta` takes one"


@cell("no wheel", UV)
def test_a_wheel_that_does_not_fit_any_more(workshop: Workshop) -> None:
    workshop.write("narrow")
    workshop.locked()
    wheel = workshop.files / "narrow" / "narrow-1.0-py3-none-any.whl"
    wheel.rename(wheel.with_name("narrow-1.0-cp311-cp311-win_amd64.whl"))
    list_files(workshop.files / "narrow")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0807", "a.envspec:8:9", '"narrow"')
    assert found.message == "`narrow` has no wheel for this Python and platform"


@cell("hash mismatch", UV)
@pytest.mark.parametrize("listed", [True, False])
def test_a_file_that_changed_under_us(workshop: Workshop, listed: bool) -> None:
    """The index may know of its new hash, or not."""
    workshop.write("gamma")
    workshop.locked()
    write_wheel(workshop.files / "beta", "beta", "1.0", "py3-none-any", (), salt="changed")
    if listed:
        list_files(workshop.files / "beta")
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0806", "a.envspec:8:9", '"gamma"')
    assert found.message == "`beta` has another sha256 than `envspec.lock` says"
    assert "`gamma` needs `beta`" in found.notes
    assert "otherwise find out who changed the file" in found.help


@cell("hash mismatch", UV)
def test_a_local_wheel_that_changed(workshop: Workshop) -> None:
    write_wheel(workshop.folder / "dist", "own", "1.0", "py3-none-any", ())
    workshop.write("beta", "dist/own-1.0-py3-none-any.whl")
    workshop.locked()
    write_wheel(workshop.folder / "dist", "own", "1.0", "py3-none-any", (), salt="changed")
    found = only(workshop.run("build", "--frozen"), 1)
    assert (found.code, "own-1.0" in found.message) == ("E0623", True)


@cell("needs a compiler", UV)
@pytest.mark.parametrize(
    ("entry", "missing", "with_gcc"),
    [("compiled", "`gcc`", False), ("headed", "the header `flux/flux.h`", True)],
)
def test_needs_a_compiler(
    workshop: Workshop, tmp_path: Path, entry: str, missing: str, with_gcc: bool
) -> None:
    workshop.write("beta", entry)
    workshop.locked("--build-sdists")
    path = os.environ["PATH"] if with_gcc else without_a_compiler(tmp_path / "bin")
    found = refused(workshop, PATH=path)
    assert (found.code, found.place, found.text) == ("E0842", "a.envspec:9:9", f'"{entry}"')
    assert found.message == f"`{entry}` has to be compiled here, and {missing} is not there"
    assert found.help.startswith("choose a version that has a wheel")


@cell("needs a compiler", UV)
@cell("build fails", UV)
@pytest.mark.parametrize(
    ("does", "code", "message"),
    [
        ('subprocess.check_call(["gcc", "--version"])', "E0842", "`lib` has to be compiled here, and `gcc` is not there"),
        ('raise RuntimeError("the flux is missing")', "E0801", "`lib` cannot be built"),
    ],
)  # fmt: skip
def test_a_project_of_ours_that_cannot_be_built(
    workshop: Workshop, tmp_path: Path, does: str, code: str, message: str
) -> None:
    write_project(workshop.folder / "lib", "lib", does)
    workshop.write("beta", "./lib")
    workshop.locked()
    found = refused(workshop, PATH=without_a_compiler(tmp_path / "bin"))
    assert (found.code, found.place, found.text) == (code, "a.envspec:9:9", '"./lib"'), (
        found,
        workshop.server.asked,
    )
    assert found.message == message


@cell("network", UV)
@cell("index in trouble", UV)
@cell("broken off", UV)
@cell("credentials refused", UV)
@pytest.mark.parametrize("path", ["/beta/", "/beta/beta"], ids=["page", "file"])
@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (BROKEN, "E0841", "the index `corp` answered with an error: 500 Internal Server Error"),
        (OVERLOADED, "E0841", "the index `corp` answered with an error: 503 Service Unavailable"),
        (SILENT, "E0808", "the index `corp` cannot be reached"),
        (REFUSED, "E0840", "the index `corp` refused the credentials"),
        (Fault(status=403), "E0840", "the index `corp` refused the credentials"),
    ],
)
def test_an_index_that_fails(workshop: Workshop, path: str, fault: Fault, code: str, message: str) -> None:
    workshop.write("beta")
    workshop.locked()
    workshop.server.faults = {path: fault}
    found = refused(workshop)
    assert (found.code, found.message) == (code, message)
    assert (found.place, found.text) == ("a.envspec:5:16", "corp")
    workshop.server.faults = {}
    assert workshop.run("build").returncode == 0, "what failed once does not stand in the way"


@cell("broken off", UV)
def test_a_file_that_breaks_off(workshop: Workshop) -> None:
    workshop.write("beta")
    workshop.locked()
    workshop.server.faults = {"/beta/beta": CUT_SHORT}
    found = refused(workshop)
    assert (found.code, found.message) == ("E0808", "the package index broke off in the middle of an answer")


@cell("network", UV)
def test_an_index_that_is_gone(workshop: Workshop) -> None:
    with unreliable(workshop.files) as other:
        workshop.server = other
        workshop.write("beta")
        workshop.locked()
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0808", "a.envspec:5:16", "corp")
    assert found.message == "the index `corp` cannot be reached"


@cell("disk full", UV)
def test_a_full_disk(workshop: Workshop) -> None:
    workshop.write("wide")
    workshop.locked()
    shutil.rmtree(workshop.folder / ".envspec")
    with small_disk(workshop.folder / ".envspec", kibibytes=4096):
        found = refused(workshop)
    assert (found.code, found.place) == ("E0809", "a.envspec:3:1")
    assert found.message == "the disk of this machine is full"
    assert "envspec prune" in found.help


@pytest.fixture
def channel(small_channel: PackageSource, workshop: Workshop, tmp_path: Path) -> Iterator[Workshop]:
    """A conda environment of the small channel, locked; only the packages themselves are still to be fetched."""
    files = Path(shutil.copytree(urlsplit(small_channel.url).path, tmp_path / "channel"))
    with unreliable(files) as server:
        workshop.server, workshop.files = server, files
        workshop.write("numpy ==1.26.4", spec=CONDA_SPEC)
        workshop.locked()
        yield workshop


@cell("network", RATTLER)
@cell("index in trouble", RATTLER)
@cell("broken off", RATTLER)
@cell("credentials refused", RATTLER)
@pytest.mark.parametrize(
    ("fault", "code", "message", "place"),
    [
        (BROKEN, "E0841", "the channel `corp` answered with an error: 500 Internal Server Error", "a.envspec:4:17"),
        (REFUSED, "E0840", "the channel `corp` refused the credentials", "a.envspec:4:17"),
        (CUT_SHORT, "E0808", "a conda channel broke off in the middle of an answer", "a.envspec:5:16"),
    ],
)  # fmt: skip
def test_a_channel_that_fails(channel: Workshop, fault: Fault, code: str, message: str, place: str) -> None:
    channel.server.faults = {"/linux-64/numpy": fault}
    found = refused(channel)
    assert (found.code, found.message, found.place) == (code, message, place)


@cell("network", RATTLER)
def test_a_channel_that_is_gone(small_channel: PackageSource, workshop: Workshop) -> None:
    with unreliable(Path(urlsplit(small_channel.url).path)) as server:
        workshop.server = server
        workshop.write("numpy ==1.26.4", spec=CONDA_SPEC)
        workshop.locked()
    found = refused(workshop)
    assert (found.code, found.place, found.text) == ("E0808", "a.envspec:4:17", "corp")
    assert found.message == "the channel `corp` cannot be reached"


@cell("file gone", RATTLER)
def test_a_file_that_the_channel_lost(channel: Workshop) -> None:
    channel.server.faults = {"/linux-64/numpy-1.26.4": ABSENT}
    found = refused(channel)
    assert (found.code, found.place, found.text) == ("E0807", "a.envspec:7:9", '"numpy ==1.26.4"')
    assert found.message == "`numpy` is locked, and the channel `corp` does not have its file any more"
    assert found.help == "the nearest version is `numpy 2.0.1`; `envspec lock --upgrade numpy` takes one"


@cell("hash mismatch", RATTLER)
def test_a_conda_package_that_changed_under_us(channel: Workshop) -> None:
    """`python` is in no entry: `six` needs it, and is written first."""
    packages = channel.files / "linux-64"
    (old,) = packages.glob("python-3.12*")
    shutil.copy(packages / "python-3.10.14-0.tar.bz2", old)
    found = refused(channel)
    assert (found.code, found.place, found.text) == ("E0806", "a.envspec:6:9", '"six"')
    assert found.message == "`python` has another sha256 than `envspec.lock` says"
    assert "`six` needs `python`" in found.notes


@cell("disk full", RATTLER)
def test_a_full_disk_for_conda(channel: Workshop, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", kibibytes=32) as disk:
        found = refused(channel, RATTLER_CACHE_DIR=str(disk))
    assert (found.code, found.place) == ("E0809", "a.envspec:3:1")
    assert found.message == "the disk of this machine is full"


def test_a_password_in_an_address_is_shown_nowhere(workshop: Workshop) -> None:
    """The user's own default index may hold one; uv repeats the address when it fails."""
    workshop.write("beta")
    file = workshop.folder / "a.envspec"
    text = file.read_text().replace("    indexes = [corp]\n", "").replace('index corp { url = "', "# ")
    file.write_text(text.replace('" }\n', "\n"))
    host = workshop.server.address.removeprefix("http://")
    variables = {"UV_DEFAULT_INDEX": f"http://ci:hunter2@{host}"}
    done = workshop.lock(**variables)
    assert done.returncode == 0, done.stderr
    workshop.forget()
    workshop.server.faults = {"/beta/": BROKEN}
    done = workshop.run("build", **variables)
    assert done.returncode == 3
    assert "hunter2" not in done.stdout + done.stderr
    shown = subprocess.run(["grep", "-r", "hunter2", str(workshop.folder)], capture_output=True, check=False)
    assert shown.stdout == b""
