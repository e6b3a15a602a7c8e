"""PyPI locking by the real uv: against the real index where marked, else against one made on loopback."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure, Span
from envspec.ir.types import Environment, PackageSource, SecretRef
from envspec.lock.index_arguments import check_scopes, plan_indexes
from envspec.lock.model import LockedPip
from envspec.lock.places import Places
from envspec.lock.pypi import PypiAnswer, solve_pypi
from envspec.lock.uv_report import Asked, diagnose
from envspec.lock.uv_resolution import PypiQuestion
from tests.lock.conftest import environment, no_secrets, private_server, project_folder, secret

pytestmark = pytest.mark.slow

WHEELS = (
    ("alpha", "1.0", "py3-none-any", ()),
    ("alpha", "2.0", "py3-none-any", ("beta>=1",)),
    ("beta", "1.0", "py3-none-any", ()),
    ("beta", "2.0", "py3-none-any", ()),
    ("gamma", "1.0", "py3-none-any", ("beta<2",)),
    ("delta", "1.0", "cp311-cp311-manylinux_2_17_x86_64", ()),
    ("delta", "1.0", "cp311-cp311-manylinux_2_17_aarch64", ()),
    ("delta", "1.0", "cp311-cp311-macosx_11_0_arm64", ()),
    ("delta", "1.0", "cp312-cp312-manylinux_2_17_x86_64", ()),
    ("epsilon", "1.0", "cp311-cp311-win_amd64", ()),
)


def write_wheel(folder: Path, name: str, version: str, tag: str, requires: tuple[str, ...]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name.replace('-', '_')}-{version}-{tag}.whl"
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    with zipfile.ZipFile(file, "w") as wheel:
        for member, text in (
            ("METADATA", "\n".join(lines) + "\n"),
            ("WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n"),
            ("RECORD", ""),
        ):  # the same bytes whenever it is made
            wheel.writestr(zipfile.ZipInfo(f"{info}/{member}"), text)
    return file


def write_index(
    folder: Path, wheels: tuple[tuple[str, str, str, tuple[str, ...]], ...], hashes: bool = True
) -> Path:
    """A PEP 503 index of files and folders."""
    pages: dict[str, list[str]] = {}
    for name, version, tag, requires in wheels:
        file = write_wheel(folder / name, name, version, tag, requires)
        fragment = f"#sha256={hashlib.sha256(file.read_bytes()).hexdigest()}" if hashes else ""
        pages.setdefault(name, []).append(f'<a href="{file.name}{fragment}">{file.name}</a>')
    for name, links in pages.items():
        (folder / name / "index.html").write_text("\n".join(links))
    return folder


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index on disk, the user's default one for the test."""
    folder = write_index(tmp_path / "index", WHEELS)
    monkeypatch.setenv("UV_DEFAULT_INDEX", folder.as_uri())
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return folder


def solved(subject: Environment, root: Path, **more: object) -> PypiAnswer:
    question = PypiQuestion(Places(subject), "3.11", "linux/amd64", root)._replace(**more)  # type: ignore[arg-type]
    return solve_pypi(question, no_secrets)


def versions(answer: PypiAnswer) -> dict[str, str]:
    return {package.name: package.version for package in answer.pip}


def refused(subject: Environment, root: Path, **more: object) -> Diagnostic:
    places = Places(subject, lambda pointer: Span("train.envspec", len(pointer), len(pointer) + 1))
    question = PypiQuestion(places, "3.11", "linux/amd64", root)._replace(**more)  # type: ignore[arg-type]
    with pytest.raises(Failure) as caught:
        solve_pypi(question, no_secrets)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.span is not None
    return diagnostic


@pytest.mark.index
def test_a_real_environment_is_locked_from_the_real_index(tmp_path: Path) -> None:
    subject = environment(pip_packages=("scikit-learn ==1.5.2", "requests >=2.31"))
    answer = solved(subject, tmp_path)
    assert {"scikit-learn", "numpy", "scipy", "joblib", "requests", "idna"} <= set(versions(answer))
    assert versions(answer)["scikit-learn"] == "1.5.2"
    for package in answer.pip:
        for file in package.files:
            assert len(file.sha256) == 64
            assert file.filename.endswith(".whl")
            assert file.url == ""
    arm = solved(subject, tmp_path, platform="linux/arm64", python="3.12")
    numpy = next(package for package in arm.pip if package.name == "numpy")
    assert all("cp312" in file.filename and "aarch64" in file.filename for file in numpy.files)


@pytest.mark.index
def test_what_conda_brings_is_final_and_left_out(tmp_path: Path) -> None:
    subject = environment(pip_packages=("scikit-learn ==1.5.2",))
    answer = solved(subject, tmp_path, provided={"numpy": "1.26.4"})
    assert "numpy" not in versions(answer)
    assert "scipy" in versions(answer)


@pytest.mark.index
def test_a_source_distribution_is_built_only_when_asked(tmp_path: Path) -> None:
    subject = environment(pip_packages=("docopt ==0.6.2",))
    assert refused(subject, tmp_path).code == "E0607"
    answer = solved(subject, tmp_path, allow_builds=True)
    assert [file.filename for file in answer.pip[0].files] == ["docopt-0.6.2.tar.gz"]


def test_offline_what_is_not_cached_is_an_engine_failure(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    assert refused(environment(pip_packages=("alpha",)), tmp_path, offline=True).code == "E0608"


def test_versions_files_and_hashes_are_those_of_the_platform(index: Path, tmp_path: Path) -> None:
    subject = environment(pip_packages=("alpha", "delta"))
    answer = solved(subject, tmp_path)
    assert versions(answer) == {"alpha": "2.0", "beta": "2.0", "delta": "1.0"}
    files = {package.name: [file.filename for file in package.files] for package in answer.pip}
    assert files["delta"] == ["delta-1.0-cp311-cp311-manylinux_2_17_x86_64.whl"]
    wheel = index / "delta" / files["delta"][0]
    assert answer.pip[2].files[0].sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()
    for platform, ending in (
        ("linux/arm64", "manylinux_2_17_aarch64.whl"),
        ("darwin/arm64", "macosx_11_0_arm64.whl"),
    ):
        other = solved(subject, tmp_path, platform=platform)
        assert other.pip[2].files[0].filename.endswith(ending)


def test_constraints_count(index: Path, tmp_path: Path) -> None:
    subject = environment(pip_packages=("alpha",), constraints=("beta <2",))
    assert versions(solved(subject, tmp_path))["beta"] == "1.0"


def test_previous_pins_stay_until_upgraded(index: Path, tmp_path: Path) -> None:
    subject = environment(pip_packages=("alpha",))
    previous = (LockedPip("alpha", "1.0", ()), LockedPip("beta", "1.0", ()))
    assert versions(solved(subject, tmp_path, previous=previous)) == {"alpha": "1.0"}
    upgraded = solved(subject, tmp_path, previous=previous, upgrade=frozenset({"alpha"}))
    assert versions(upgraded) == {"alpha": "2.0", "beta": "1.0"}


def test_local_wheels_and_projects_take_part(index: Path, tmp_path: Path) -> None:
    write_wheel(tmp_path / "dist", "own-wheel", "1.0", "py3-none-any", ("alpha<2",))
    text = '[project]\nname = "own-project"\nversion = "0.1"\ndependencies = ["gamma"]\n'
    project_folder(tmp_path, "lib", text)
    project_folder(tmp_path, "live", text.replace("own-project", "own-live"))
    subject = environment(pip_packages=("dist/own_wheel-1.0-py3-none-any.whl", "lib/.", "-e live"))
    answer = solved(subject, tmp_path)
    assert versions(answer) == {"alpha": "1.0", "beta": "1.0", "gamma": "1.0"}
    assert [(path.path, path.kind, path.name) for path in answer.paths] == [
        ("dist/own_wheel-1.0-py3-none-any.whl", "wheel", "own-wheel"),
        ("lib/.", "project", "own-project"),
        ("live", "editable", "own-live"),
    ]
    assert all(len(path.sha256) == 64 for path in answer.paths)


def test_a_project_that_must_be_built_is_refused(index: Path, tmp_path: Path) -> None:
    text = '[project]\nname = "dynamic"\ndynamic = ["version", "dependencies"]\n'
    project_folder(tmp_path, "lib/dynamic", text)
    found = refused(environment(pip_packages=("alpha", "lib/dynamic")), tmp_path)
    assert (found.code, found.pointer) == ("E0607", "/environments/sklearn/pip/1")
    assert "--build-sdists" in found.help


def test_an_absent_path_is_placed(tmp_path: Path) -> None:
    found = refused(environment(pip_packages=("alpha", "dist/absent.whl")), tmp_path)
    assert (found.code, found.pointer) == ("E0615", "/environments/sklearn/pip/1")


@pytest.mark.parametrize(
    ("packages", "code", "pointer"),
    [
        (("alpha", "nosuch"), "E0604", "pip/1"),
        (("alpha", "beta ==9"), "E0605", "pip/1"),
        (("alpha", "gamma", "beta >=2"), "E0606", "pip/1"),
        (("alpha", "epsilon"), "E0607", "pip/1"),
    ],
)
def test_what_cannot_be_resolved_is_told_apart_and_placed(
    index: Path, tmp_path: Path, packages: tuple[str, ...], code: str, pointer: str
) -> None:
    found = refused(environment(pip_packages=packages), tmp_path)
    assert (found.code, found.pointer) == (code, f"/environments/sklearn/{pointer}")
    assert found.help


@pytest.mark.parametrize(
    ("name", "help_"),
    [("epsilom", "did you mean `epsilon`?"), ("Gamna", "did you mean `gamma`?"), ("numpy", "check the name")],
)
def test_a_misspelt_name_gets_one_of_an_index_that_is_a_folder(
    index: Path, tmp_path: Path, name: str, help_: str
) -> None:
    found = refused(environment(pip_packages=(name,)), tmp_path)
    assert found.code == "E0604"
    assert help_ in found.help


@pytest.mark.parametrize(
    ("packages", "code", "message"),
    [
        (("alpha", "corp-x ==9"), "E0605", "there is no version `==9` of `corp-x` on the index"),
        (("alpha", "corp-y"), "E0604", "there is no package `corp-y` on the index"),
    ],
)
def test_what_an_index_of_its_own_lacks_is_told_as_of_any_other(
    index: Path, tmp_path: Path, packages: tuple[str, ...], code: str, message: str
) -> None:
    own = write_index(tmp_path / "own", (("corp-x", "1.0", "py3-none-any", ()),))
    corp = PackageSource("corp", own.as_uri(), packages=("corp-*",))
    found = refused(environment(pip_packages=packages, indexes=(corp,)), tmp_path)
    assert (found.code, found.pointer, found.message) == (code, "/environments/sklearn/pip/1", message)
    assert "envspec-indexes" not in " ".join(found.notes)


def test_a_misspelt_name_gets_one_of_the_lock(index: Path, tmp_path: Path) -> None:
    previous = (LockedPip("tabulate", "0.9.0", ()),)
    found = refused(environment(pip_packages=("alpha", "tabulte")), tmp_path, previous=previous)
    assert (found.code, found.help) == ("E0604", "did you mean `tabulate`?")


def test_a_misspelt_name_gets_one_that_was_installed_before(index: Path, tmp_path: Path) -> None:
    private = write_index(tmp_path / "private", (("zetapack", "1.0", "py3-none-any", ()),))
    with private_server(private) as address:
        corp = PackageSource("corp", address, "ci", SecretRef("token"))
        locked_from(environment(pip_packages=("zetapack",)), (corp,), tmp_path, "s3cret")
    found = refused(environment(pip_packages=("zetapak",)), tmp_path)
    assert (found.code, found.help) == ("E0604", "did you mean `zetapack`?")


def test_what_uv_says_that_nobody_knows_is_shown(tmp_path: Path) -> None:
    asked = Asked(Places(environment(pip_packages=("alpha",))), "3.11", "linux/amd64")
    found = diagnose("error: the moon is in the wrong house", asked)
    assert found.code == "E0616"
    assert "the moon is in the wrong house" in found.message


def test_a_package_from_elsewhere_than_the_index_it_belongs_to(tmp_path: Path) -> None:
    corp = PackageSource("corp", "https://h.example/simple", packages=("corp-*",))
    plan = plan_indexes((corp,), no_secrets)
    places = Places(environment(pip_packages=("corp-x", "rich")))
    check_scopes(plan, {"corp-x": "corp", "rich": ""}, places)
    with pytest.raises(Failure) as caught:
        check_scopes(plan, {"corp-x": ""}, places)
    (found,) = caught.value.diagnostics
    assert (found.code, found.pointer) == ("E0619", "/environments/sklearn/pip/0")


def test_a_conflict_with_conda_says_so(index: Path, tmp_path: Path) -> None:
    found = refused(environment(pip_packages=("beta >=2",)), tmp_path, provided={"beta": "1.0"})
    assert found.code == "E0606"
    assert any("`beta` is 1.0 here, from conda" in note for note in found.notes)
    assert "file://" not in " ".join(found.notes)


def test_an_index_without_hashes_is_locked_by_the_content(index: Path, tmp_path: Path) -> None:
    bare = write_index(tmp_path / "bare", (("alpha", "3.0", "py3-none-any", ()),), hashes=False)
    with private_server(bare) as address:
        corp = PackageSource("corp", address, "ci", SecretRef("token"))
        answer = locked_from(environment(pip_packages=("alpha",)), (corp,), tmp_path, "s3cret")
    (wheel,) = (bare / "alpha").glob("*.whl")
    assert answer.pip[0].files[0].sha256 == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_an_index_that_does_not_answer_is_an_engine_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    assert refused(environment(pip_packages=("alpha",)), tmp_path).code == "E0608"


def test_an_index_of_its_own_with_credentials(index: Path, tmp_path: Path) -> None:
    own = write_index(
        tmp_path / "own", (("corp-x", "1.0", "py3-none-any", ("beta",)), ("beta", "0.1", "py3-none-any", ()))
    )
    subject = environment(pip_packages=("alpha", "corp-x"))
    with private_server(own) as address:
        corp = PackageSource("corp", address, "ci", SecretRef("token"))
        answer = locked_from(subject, (corp,), tmp_path, "s3cret")
        assert {package.name: (package.version, package.index) for package in answer.pip} == {
            "alpha": ("1.0", ""),
            "beta": ("0.1", "corp"),
            "corp-x": ("1.0", "corp"),
        }
        assert "s3cret" not in repr(answer)
        scoped = PackageSource("corp", address, "ci", SecretRef("token"), ("corp-*",))
        answer = locked_from(subject, (scoped,), tmp_path, "s3cret")
        assert {package.name: package.index for package in answer.pip} == {
            "alpha": "",
            "beta": "",
            "corp-x": "corp",
        }
        with pytest.raises(Failure) as caught:
            locked_from(subject, (corp,), tmp_path, "wr0ng")
        (diagnostic,) = caught.value.diagnostics
        assert diagnostic.code == "E0620"
        assert "wr0ng" not in repr(diagnostic)


def test_a_claimed_name_is_never_taken_from_elsewhere(index: Path, tmp_path: Path) -> None:
    own = write_index(tmp_path / "own", (("corp-x", "1.0", "py3-none-any", ()),))
    with private_server(own) as address:
        claims = PackageSource("corp", address, "ci", SecretRef("token"), ("corp-*", "beta"))
        with pytest.raises(Failure) as caught:
            locked_from(environment(pip_packages=("alpha",)), (claims,), tmp_path, "s3cret")
        assert caught.value.diagnostics[0].code == "E0604"


def locked_from(
    subject: Environment, indexes: tuple[PackageSource, ...], root: Path, password: str
) -> PypiAnswer:
    from dataclasses import replace

    places = Places(replace(subject, indexes=indexes))
    return solve_pypi(PypiQuestion(places, "3.11", "linux/amd64", root), secret(password))
