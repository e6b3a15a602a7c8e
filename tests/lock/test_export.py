"""What installers get from a lock, tried on the installers themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rattler import Channel

from envspec.diagnostics import Failure
from envspec.ir.types import PackageSource
from envspec.lock.conda import CondaQuestion, solve_conda
from envspec.lock.export import channel_url, explicit_lines, repodata_records, requirements_lines
from envspec.lock.model import LockedConda, LockedFile, LockedPip, LockedPlatform
from envspec.lock.places import Places
from tests.engines.static_server import serve
from tests.lock.conftest import environment, no_secrets
from tests.lock.small_channel import SmallPackage, make_channel, write_package


def test_requirements_carry_every_hash() -> None:
    platform = LockedPlatform(
        "linux/amd64",
        "3.11",
        pip=(
            LockedPip("zulu", "1.0", (LockedFile("b.whl", "b" * 64), LockedFile("a.whl", "a" * 64))),
            LockedPip("alpha", "2.0", (LockedFile("c.whl", "c" * 64, "https://files.example/c.whl"),)),
        ),
    )
    assert requirements_lines(platform) == [
        f"alpha @ https://files.example/c.whl --hash=sha256:{'c' * 64}",
        f"zulu==1.0 --hash=sha256:{'a' * 64} --hash=sha256:{'b' * 64}",
    ]


@pytest.mark.parametrize(
    ("channel", "url"),
    [
        ("conda-forge", "https://alias.example/conda-forge"),
        ("conda-forge/label/dev", "https://alias.example/conda-forge/label/dev"),
        ("https://conda.example/team/", "https://conda.example/team"),
        ("file:///srv/channel", "file:///srv/channel"),
    ],
)
def test_a_channel_is_a_name_or_an_address(channel: str, url: str) -> None:
    assert channel_url(channel, "https://alias.example/") == url


def test_a_name_alone_lives_where_rattler_says() -> None:
    assert channel_url("conda-forge") == str(Channel("conda-forge").base_url).rstrip("/")


def test_an_explicit_list_is_read_by_conda_clients() -> None:
    package = LockedConda("six", "1.0", "0", "conda-forge", "noarch", "six-1.0-0.conda", "a" * 64)
    assert explicit_lines(LockedPlatform("linux/amd64", "", (package,))) == [
        "@EXPLICIT",
        f"{channel_url('conda-forge')}/noarch/six-1.0-0.conda#{'a' * 64}",
    ]
    assert explicit_lines(LockedPlatform("linux/amd64", "3.11")) == []


def install(platform: LockedPlatform, prefix: Path, cache: Path) -> None:
    from rattler import Subdir, install

    asyncio.run(
        install(
            repodata_records(platform),
            prefix,
            cache_dir=cache,
            show_progress=False,
            platform=Subdir("linux-64"),
        )
    )


def lock_of(channel: PackageSource) -> LockedPlatform:
    subject = environment(conda_packages=("six", "libold"), channels=(channel,), python="3.11")
    return LockedPlatform(
        "linux/amd64", "3.11.9", solve_conda(CondaQuestion(Places(subject), "linux/amd64"), no_secrets)
    )


def test_records_install_without_asking_the_channel(small_channel: PackageSource, tmp_path: Path) -> None:
    install(lock_of(small_channel), tmp_path / "prefix", tmp_path / "cache")
    assert (tmp_path / "prefix/share/libold.txt").read_text() == "libold 1.0\n"
    # a noarch Python package goes into the folder of the Python that is locked beside it
    assert (tmp_path / "prefix/lib/python3.11/site-packages/share/six.txt").is_file()
    assert len(list((tmp_path / "prefix/conda-meta").glob("*.json"))) == 3


def own_channel(folder: Path) -> Path:
    packages = (SmallPackage("python", "3.11.9"), SmallPackage("six", "1"), SmallPackage("libold", "1.0"))
    return make_channel(folder, packages)


def tamper(channel: Path) -> None:
    write_package(channel, SmallPackage("libold", "1.0", ("evil",)))


def test_a_tampered_package_is_refused_over_http(tmp_path: Path) -> None:
    channel = own_channel(tmp_path / "channel")
    with serve(channel) as address:
        locked = lock_of(PackageSource("own", address))
        tamper(channel)
        with pytest.raises(Exception, match="hash mismatch"):
            install(locked, tmp_path / "prefix", tmp_path / "cache")
    assert not (tmp_path / "prefix/share/libold.txt").exists()


def test_a_tampered_package_is_refused_from_a_folder(tmp_path: Path) -> None:
    channel = own_channel(tmp_path / "channel")
    locked = lock_of(PackageSource("own", channel.as_uri()))
    tamper(channel)
    with pytest.raises(Failure) as caught:
        install(locked, tmp_path / "prefix", tmp_path / "cache")
    assert [d.code for d in caught.value.diagnostics] == ["E0625"]
    (channel / "linux-64/libold-1.0-0.tar.bz2").unlink()
    with pytest.raises(Failure):
        repodata_records(locked)
