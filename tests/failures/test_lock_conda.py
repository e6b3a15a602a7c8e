"""What stops a lock of conda packages: the real rattler, against a channel on loopback that fails in every way."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from envspec.ir.types import PackageSource
from tests.engines.small_disk import fill, small_disk
from tests.engines.unreliable_server import BROKEN, CUT_SHORT, REFUSED, Fault, UnreliableServer, unreliable
from tests.failures.cells import cell
from tests.failures.conftest import Workshop
from tests.failures.shown import Shown, only

WHERE = "lock: conda"
SPEC = """edition = 1
channel corp { url = "ADDRESS" }
environment ENVIRONMENT {
    channels = [corp]
    conda    = [
        "six",
        ENTRIES
    ]
}
"""


@pytest.fixture
def channel(small_channel: PackageSource, tmp_path: Path) -> Iterator[UnreliableServer]:
    files = shutil.copytree(urlsplit(small_channel.url).path, tmp_path / "channel")
    with unreliable(Path(files)) as server:
        yield server


def refused(
    workshop: Workshop, channel: UnreliableServer, *entries: str, status: int = 1, **variables: str
) -> Shown:
    workshop.server = channel
    workshop.write(*entries, spec=SPEC)
    found = only(workshop.lock(**variables), status)
    assert not (workshop.folder / "envspec.lock").exists()
    return found


@cell("no such package", WHERE)
@pytest.mark.parametrize(
    ("entry", "help_"),
    [("scikitlearn", "did you mean `scikit-learn`?"), ("zzz", "check the name and the channels")],
)
def test_no_such_package(workshop: Workshop, channel: UnreliableServer, entry: str, help_: str) -> None:
    found = refused(workshop, channel, entry)
    assert (found.code, found.place, found.text) == ("E0609", "a.envspec:7:9", f'"{entry}"')
    assert found.message == f"there is no package `{entry}` for linux/amd64 in the channels"
    assert found.help.startswith(help_)


@cell("no such version", WHERE)
def test_no_such_version(workshop: Workshop, channel: UnreliableServer) -> None:
    found = refused(workshop, channel, "numpy =1.27")
    assert (found.code, found.place, found.text) == ("E0610", "a.envspec:7:9", '"numpy =1.27"')
    assert found.message == "no version of `numpy` in the channels is `1.27.*` on linux/amd64"
    assert found.help == "there is `numpy 1.26.4` and the newest, `2.0.1`"


@cell("conflict", WHERE)
def test_a_conflict_marks_both_lines(workshop: Workshop, channel: UnreliableServer) -> None:
    found = refused(workshop, channel, "scikit-learn", "numpy >=2")
    assert (found.code, found.place) == ("E0611", "a.envspec:7:9")
    assert found.message == "the `conda` packages contradict each other for linux/amd64"
    assert "numpy >=1.20,<2" in found.log


@cell("network", WHERE)
@cell("index in trouble", WHERE)
@cell("broken off", WHERE)
@cell("credentials refused", WHERE)
@pytest.mark.parametrize(
    ("fault", "code", "message"),
    [
        (BROKEN, "E0640", "the channel `corp` answered with an error: 500 Internal Server Error"),
        (CUT_SHORT, "E0612", "a channel broke off in the middle of an answer"),
        (REFUSED, "E0620", "the channel `corp` refused the credentials"),
        (Fault(status=403), "E0620", "the channel `corp` refused the credentials"),
    ],
)
def test_a_channel_that_fails(
    workshop: Workshop, channel: UnreliableServer, fault: Fault, code: str, message: str
) -> None:
    channel.faults = {"/noarch": fault}
    found = refused(workshop, channel, "numpy", status=3)
    assert (found.code, found.message) == (code, message)
    if "corp" in message:  # rattler does not say whose answer it was that broke off
        assert (found.place, found.text) == ("a.envspec:4:17", "corp")
    assert found.help


@cell("network", WHERE)
def test_a_channel_that_is_gone(workshop: Workshop, channel: UnreliableServer) -> None:
    channel.address = "http://127.0.0.1:9"
    found = refused(workshop, channel, "numpy", status=3)
    assert (found.code, found.place, found.text) == ("E0612", "a.envspec:4:17", "corp")
    assert found.message == "the channel `corp` cannot be reached"


@cell("disk full", WHERE)
def test_a_full_disk(workshop: Workshop, channel: UnreliableServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", kibibytes=64) as disk:
        fill(disk)
        found = refused(workshop, channel, "numpy", status=3, RATTLER_CACHE_DIR=str(disk))
    assert (found.code, found.message) == ("E0643", "the disk of this machine is full")
