"""One resolution for several platforms, by the real uv: what each platform gets is right for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.ir.identity import definition_hash
from envspec.ir.types import Docker, Environment, PackageSource, Project, SecretRef
from envspec.lock.model import Lock, LockedPip
from envspec.lock.places import Places
from envspec.lock.pypi import PypiAnswer, solve_pypi
from envspec.lock.solve import LockOptions, lock_project
from envspec.lock.universal import marker_facts, preferences, solve_universal
from envspec.lock.uv_resolution import PypiQuestion
from tests.lock.conftest import environment, no_secrets, private_server, project_folder, secret
from tests.lock.small_channel import SmallPackage, make_channel
from tests.lock.test_pypi import write_index

pytestmark = pytest.mark.slow

PLATFORMS = ("linux/amd64", "linux/arm64", "darwin/arm64")
AMD, ARM, MAC = (
    f"cp311-cp311-{tag}" for tag in ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "macosx_11_0_arm64")
)
ANY = "py3-none-any"
WHEELS = (
    *(("native", "1.0", tag, ()) for tag in (AMD, ARM, MAC)),
    ("native", "2.0", AMD, ("base",)),
    *(("newer", "1.0", tag, ()) for tag in (AMD, ARM, MAC)),
    *(("newer", "2.0", tag, ()) for tag in (AMD.replace("2_17", "2_39"), ARM.replace("2_17", "2_39"), MAC)),
    ("base", "1.0", ANY, ()),
    ("base", "2.0", ANY, ()),
    ("marked", "1.0", ANY, ("mac; sys_platform == 'darwin'", "arm; platform_machine == 'aarch64'",
                            "old; python_version < '3.11'", "early; python_full_version < '3.11.3'",
                            "base; platform_system == 'Linux'")),
    *((name, "1.0", ANY, ()) for name in ("mac", "arm", "old", "early")),
    ("split", "1.0", ANY, ("base; sys_platform == 'linux'", "base<2; sys_platform == 'darwin'")),
    ("linux-only", "1.0", AMD, ()),
)  # fmt: skip


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = write_index(tmp_path / "index", WHEELS)
    monkeypatch.setenv("UV_DEFAULT_INDEX", folder.as_uri())
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    return folder


def question(root: Path, *packages: str, **more: object) -> PypiQuestion:
    asked = PypiQuestion(Places(environment(pip_packages=packages)), "3.11", "", root)
    return asked._replace(**more)  # type: ignore[arg-type]


def alone(asked: PypiQuestion) -> dict[str, PypiAnswer]:
    return {platform: solve_pypi(asked._replace(platform=platform), no_secrets) for platform in PLATFORMS}


def versions(answer: PypiAnswer) -> dict[str, str]:
    return {package.name: package.version for package in answer.pip}


@pytest.mark.parametrize(
    "packages",
    [("marked",), ("native",), ("split", "marked"), ("base <2", "native"), ("mac ; os_name == 'nt'",)],
)
@pytest.mark.parametrize("python", ["3.11", "3.11.9"])
def test_each_platform_gets_what_it_would_get_alone(
    tmp_path: Path, packages: tuple[str, ...], python: str
) -> None:
    asked = question(tmp_path, *packages, python=python)
    assert solve_universal(asked, PLATFORMS, no_secrets) == alone(asked)


def test_markers_are_those_of_the_platform(tmp_path: Path) -> None:
    found = solve_universal(question(tmp_path, "marked"), PLATFORMS, no_secrets)
    assert found is not None
    assert {platform: sorted(versions(answer)) for platform, answer in found.items()} == {
        "linux/amd64": ["base", "early", "marked"],
        "linux/arm64": ["arm", "base", "early", "marked"],
        "darwin/arm64": ["early", "mac", "marked"],
    }
    exact = solve_universal(question(tmp_path, "marked", python="3.11.9"), PLATFORMS, no_secrets)
    assert exact is not None
    assert "early" not in versions(exact["linux/amd64"])


@pytest.mark.parametrize("package", ["newer", "linux-only"])
def test_a_version_without_a_wheel_that_fits_somewhere_is_left_to_each_platform(
    tmp_path: Path, package: str
) -> None:
    """`newer` 2.0 has wheels for every platform, but on Linux for a newer C library than is promised."""
    assert solve_universal(question(tmp_path, package), PLATFORMS, no_secrets) is None


def locked(subject: Environment, root: Path, previous: Lock | None = None, **more: object) -> Lock:
    return lock_project(
        Project({subject.id: subject}, {}, {}, {}, {}, {}),
        previous,
        replace(LockOptions(root), **more),  # type: ignore[arg-type]
        definition_hash=definition_hash,
        secrets=no_secrets,
    )


def by_platform(lock: Lock) -> dict[str, dict[str, str]]:
    return {
        platform.platform: {package.name: package.version for package in platform.pip}
        for platform in lock.environments["sklearn"].platforms
    }


def test_a_project_falls_back_to_each_platform_alone(tmp_path: Path) -> None:
    subject = environment(pip_packages=("newer",), python="3.11", docker=Docker(platforms=PLATFORMS))
    assert by_platform(locked(subject, tmp_path)) == {
        "linux/amd64": {"newer": "1.0"},
        "linux/arm64": {"newer": "1.0"},
        "darwin/arm64": {"newer": "2.0"},
    }


def test_what_is_wrong_on_every_platform_is_said_once(tmp_path: Path) -> None:
    both = Docker(platforms=PLATFORMS)
    for packages, code in ((("nosuch",), "E0604"), (("base ==9",), "E0605"), (("linux-only",), "E0607")):
        with pytest.raises(Failure) as caught:
            locked(environment(pip_packages=packages, python="3.11", docker=both), tmp_path)
        assert [d.code for d in caught.value.diagnostics] == [code]


def test_the_network_is_not_asked_again_for_each_platform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(Failure) as caught:
        solve_universal(question(tmp_path, "base"), PLATFORMS, no_secrets)
    assert [d.code for d in caught.value.diagnostics] == ["E0608"]


def test_pins_of_all_platforms_are_kept(tmp_path: Path) -> None:
    platforms = Docker(platforms=PLATFORMS)
    old = environment(pip_packages=("base <2",), python="3.11", docker=platforms)
    new = environment(pip_packages=("base", "arm"), python="3.11", docker=platforms)
    first = locked(old, tmp_path)
    second = locked(new, tmp_path, first)
    assert {v["base"] for v in by_platform(second).values()} == {"1.0"}
    third = locked(new, tmp_path, second, upgrade=frozenset({"base"}))
    assert {v["base"] for v in by_platform(third).values()} == {"2.0"}


def test_of_two_versions_the_first_platform_s_is_preferred() -> None:
    pins = {
        "linux/amd64": (LockedPip("x", "2.0", ()),),
        "darwin/arm64": (LockedPip("x", "1.0", ()), LockedPip("a", "1", ())),
    }
    assert [(p.name, p.version) for p in preferences(pins)] == [("a", "1"), ("x", "2.0")]


def test_conda_packages_that_differ_are_a_question_for_each_platform(tmp_path: Path) -> None:
    """`base` is conda's on one platform only, so the facts of a common resolution would be wrong on the other."""
    python = ("python 3.11.*",)
    folder = make_channel(
        tmp_path / "channel",
        (
            *(SmallPackage("python", "3.11.9", (), "0", subdir) for subdir in ("linux-64", "linux-aarch64")),
            SmallPackage("tool", "1.0", ("python", "base"), "0", "linux-64"),
            SmallPackage("base", "1.0", python, "0", "linux-64"),
            SmallPackage("tool", "1.0", ("python",), "0", "linux-aarch64"),
        ),
    )
    subject = environment(
        conda_packages=("tool",),
        pip_packages=("base",),
        channels=(PackageSource("own", folder.as_uri()),),
        docker=Docker(platforms=PLATFORMS[:2]),
    )
    assert by_platform(locked(subject, tmp_path)) == {"linux/amd64": {}, "linux/arm64": {"base": "2.0"}}


def test_local_projects_and_wheels_are_part_of_it(tmp_path: Path) -> None:
    text = '[project]\nname = "own"\nversion = "1"\ndependencies = ["mac; sys_platform == \'darwin\'"]\n'
    project_folder(tmp_path, "lib/own", text)
    asked = question(tmp_path, "base", "lib/own")
    found = solve_universal(asked, PLATFORMS, no_secrets)
    assert found == alone(asked)
    assert found is not None
    assert [path.name for path in found["linux/arm64"].paths] == ["own"]


def test_an_index_of_its_own_serves_all_platforms(tmp_path: Path) -> None:
    own = write_index(tmp_path / "own", tuple(("corp-x", "1.0", tag, ("base",)) for tag in (AMD, ARM, MAC)))
    with private_server(own) as address:
        corp = PackageSource("corp", address, "ci", SecretRef("token"), ("corp-*",))
        subject = replace(environment(pip_packages=("corp-x",)), indexes=(corp,))
        asked = PypiQuestion(Places(subject), "3.11", "", tmp_path)
        found = solve_universal(asked, PLATFORMS, secret("s3cret"))
    assert found is not None
    for answer in found.values():
        assert {p.name: p.index for p in answer.pip} == {"base": "", "corp-x": "corp"}
    assert list(found) == list(PLATFORMS)


def test_no_configuration_of_the_machine_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, folder in (("XDG_CONFIG_HOME", "user"), ("XDG_CONFIG_DIRS", "system")):
        file = tmp_path / folder / "uv" / "uv.toml"
        file.parent.mkdir(parents=True)
        file.write_text('constraint-dependencies = ["base <2"]\nno-index = true\n')
        monkeypatch.setenv(variable, str(tmp_path / folder))
    found = solve_universal(question(tmp_path, "base"), PLATFORMS, no_secrets)
    assert found is not None
    assert versions(found["linux/amd64"]) == {"base": "2.0"}


def test_the_facts_are_those_of_the_platform_and_not_of_this_machine() -> None:
    facts = marker_facts("3.11", "darwin/arm64")
    assert (facts["sys_platform"], facts["platform_machine"], facts["python_full_version"]) == (
        "darwin", "arm64", "3.11.0",
    )  # fmt: skip
    assert facts["platform_system"] == "Darwin"


@pytest.mark.index
def test_a_real_environment_gets_the_same_versions_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX")
    monkeypatch.delenv("UV_CACHE_DIR")
    asked = question(tmp_path, "scikit-learn ==1.5.2", "requests >=2.31", "jupyterlab ==4.3.0")
    found = solve_universal(asked, PLATFORMS, no_secrets)
    assert found is not None
    assert found == alone(asked)
    assert all(
        file.filename.endswith(".whl") for answer in found.values() for p in answer.pip for file in p.files
    )
