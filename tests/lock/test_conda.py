"""conda locking by the real solver, against a real channel of small packages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure, Span
from envspec.ir.types import Docker, Environment, PackageSource, SecretRef
from envspec.lock.conda import CondaQuestion, solve_conda
from envspec.lock.model import LockedConda
from envspec.lock.places import Places
from tests.lock.conftest import environment, no_secrets, secret
from tests.lock.small_channel import SmallPackage, make_channel


def solved(subject: Environment, platform: str = "linux/amd64", **more: object) -> dict[str, LockedConda]:
    question = CondaQuestion(Places(subject), platform)._replace(**more)  # type: ignore[arg-type]
    return {package.name: package for package in solve_conda(question, no_secrets)}


def refused(subject: Environment, platform: str = "linux/amd64") -> Diagnostic:
    places = Places(subject, lambda pointer: Span("train.envspec", len(pointer), len(pointer) + 1))
    with pytest.raises(Failure) as caught:
        solve_conda(CondaQuestion(places, platform), no_secrets)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    return diagnostic


def test_every_package_is_exact_and_hashed(small_channel: PackageSource) -> None:
    locked = solved(
        environment(conda_packages=("scikit-learn =1.5", "six"), channels=(small_channel,), python="3.11")
    )
    assert list(locked) == ["numpy", "python", "scikit-learn", "six"]
    assert (locked["python"].version, locked["numpy"].version) == ("3.11.9", "1.26.4")
    six = locked["six"]
    assert (six.subdir, six.noarch, six.depends) == ("noarch", "python", ("python",))
    for package in locked.values():
        assert len(package.sha256) == 64
        assert package.channel == small_channel.url
        assert package.size > 0


def test_the_platform_is_the_one_asked_for(small_channel: PackageSource) -> None:
    locked = solved(environment(conda_packages=("numpy",), channels=(small_channel,)), "linux/arm64")
    assert {package.subdir for package in locked.values()} == {"linux-aarch64"}


@pytest.mark.parametrize(
    ("python", "exact"), [("3.10", "3.10.14"), (">=3.10,<3.12", "3.11.9"), ("3", "3.12.4")]
)
def test_python_is_added(small_channel: PackageSource, python: str, exact: str) -> None:
    locked = solved(environment(conda_packages=("libold",), channels=(small_channel,), python=python))
    assert locked["python"].version == exact


def test_python_is_added_for_pip_alone(small_channel: PackageSource) -> None:
    without = environment(conda_packages=("libold",), channels=(small_channel,))
    assert "python" not in solved(without)
    asked = environment(conda_packages=("libold",), pip_packages=("six",), channels=(small_channel,))
    assert "python" in solved(asked)


def test_the_first_channel_that_has_a_package_is_the_only_one(
    tmp_path: Path, small_channel: PackageSource
) -> None:
    own = PackageSource("own", make_channel(tmp_path, (SmallPackage("six", "1.0"),)).as_uri())
    first = solved(environment(conda_packages=("six",), channels=(own, small_channel)))
    assert (first["six"].version, first["six"].channel) == ("1.0", own.url)
    last = solved(environment(conda_packages=("six",), channels=(small_channel, own)))
    assert (last["six"].version, last["six"].channel) == ("1.16.0", small_channel.url)
    named = solved(environment(conda_packages=("own::six",), channels=(small_channel, own)))
    assert named["six"].channel == own.url


def test_a_scoped_channel_gives_what_it_claims_and_nothing_else(
    tmp_path: Path, small_channel: PackageSource
) -> None:
    packages = (
        SmallPackage("six", "0.1"),
        SmallPackage("corp-lib", "1.0", ("six",)),
        SmallPackage("libold", "0.1"),
    )
    url = make_channel(tmp_path, packages).as_uri()
    claims = PackageSource("corp", url, packages=("corp-*", "numpy"))
    for channels in ((claims, small_channel), (small_channel, claims)):
        locked = solved(environment(conda_packages=("corp-lib", "libold"), channels=channels))
        assert {name: package.channel == url for name, package in locked.items()} == {
            "corp-lib": True,
            "libold": False,
            "python": False,
            "six": False,
        }
        previous = tuple(locked.values())
        kept = solved(environment(conda_packages=("corp-lib",), channels=channels), previous=previous)
        assert kept["corp-lib"] == locked["corp-lib"]
        # numpy is claimed and not there: it must not come from the other channel
        with pytest.raises(Failure):
            solved(environment(conda_packages=("numpy",), channels=channels))


def test_previous_pins_stay_until_they_are_upgraded(small_channel: PackageSource) -> None:
    narrow = environment(conda_packages=("numpy =1.26", "python =3.11"), channels=(small_channel,))
    wide = environment(conda_packages=("numpy", "python"), channels=(small_channel,))
    previous = tuple(solved(narrow).values())
    assert solved(wide)["numpy"].version == "2.0.1"
    kept = solved(wide, previous=previous)
    assert tuple(kept.values()) == previous
    upgraded = solved(wide, previous=previous, upgrade=frozenset({"numpy"}))
    assert (upgraded["numpy"].version, upgraded["python"].version) == ("2.0.1", "3.11.9")


def test_a_pin_goes_when_an_earlier_channel_brings_the_package(
    tmp_path: Path, small_channel: PackageSource
) -> None:
    own = PackageSource("own", make_channel(tmp_path, (SmallPackage("six", "1.0"),)).as_uri())
    previous = tuple(solved(environment(conda_packages=("six",), channels=(small_channel,))).values())
    locked = solved(environment(conda_packages=("six",), channels=(own, small_channel)), previous=previous)
    assert locked["six"].channel == own.url


def test_a_missing_package_gets_a_suggestion_at_its_line(small_channel: PackageSource) -> None:
    found = refused(environment(conda_packages=("numpy", "scikit-lern"), channels=(small_channel,)))
    assert (found.code, found.pointer) == ("E0609", "/environments/sklearn/conda/1")
    assert "`scikit-learn`" in found.help


def test_a_missing_version_names_those_there_are(small_channel: PackageSource) -> None:
    found = refused(environment(conda_packages=("numpy =9",), channels=(small_channel,)))
    assert (found.code, found.pointer) == ("E0610", "/environments/sklearn/conda/0")
    assert "1.26.4, 2.0.1" in found.notes[0]


def test_a_missing_python_points_at_python(small_channel: PackageSource) -> None:
    found = refused(environment(conda_packages=("numpy",), channels=(small_channel,), python="3.9"))
    assert (found.code, found.pointer) == ("E0610", "/environments/sklearn/python")


def test_a_conflict_marks_both_entries(small_channel: PackageSource) -> None:
    found = refused(
        environment(conda_packages=("six", "scikit-learn", "numpy >=2"), channels=(small_channel,))
    )
    assert (found.code, found.pointer) == ("E0611", "/environments/sklearn/conda/1")
    assert len(found.labels) == 1
    assert "numpy >=1.20,<2" in found.log


def test_virtual_packages_are_declared_and_not_sniffed(small_channel: PackageSource) -> None:
    solved(environment(conda_packages=("libold",), channels=(small_channel,)))
    found = refused(environment(conda_packages=("libnew",), channels=(small_channel,)))
    assert found.code == "E0611"
    assert "__glibc >=2.39" in found.message
    gpu = environment(conda_packages=("gpu-only",), channels=(small_channel,))
    assert "__cuda" in refused(gpu).message
    assert "gpu-only" in solved(replace(gpu, docker=Docker(cuda="12.4")))


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/channel", "file:///nonexistent/channel"])
def test_an_absent_channel_is_named(small_channel: PackageSource, url: str) -> None:
    channels = (small_channel, PackageSource("corp", url))
    found = refused(environment(conda_packages=("numpy",), channels=channels))
    assert (found.code, found.pointer) == ("E0612", "/environments/sklearn/channels/1")
    assert "`corp`" in found.message


def test_credentials_open_a_channel_and_are_nowhere_else(private_channel: str, own_cache: None) -> None:
    # Refused first: what somebody with the password has fetched stays in rattler's cache for a while.
    closed = environment(conda_packages=("numpy",), channels=(PackageSource("corp", private_channel),))
    assert refused(closed).code == "E0620"
    password = SecretRef("token")
    open_ = PackageSource("corp", private_channel, "ci", password)
    subject = environment(conda_packages=("numpy",), channels=(open_,))
    locked = solve_conda(CondaQuestion(Places(subject), "linux/amd64"), secret("s3cret"))
    assert "s3cret" not in repr(locked)


def test_offline_the_cache_is_enough(served_channel: str, own_cache: None) -> None:
    subject = environment(conda_packages=("numpy",), channels=(PackageSource("corp", served_channel),))
    found = refused_offline(subject)
    assert (found.code, found.pointer) == ("E0612", "/environments/sklearn/channels/0")
    online = solved(subject)
    assert solved(subject, offline=True) == online


def refused_offline(subject: Environment) -> Diagnostic:
    with pytest.raises(Failure) as caught:
        solved(subject, offline=True)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic
