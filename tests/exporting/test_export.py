"""`envspec export`, read and installed by the tools it writes for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.pylock import Pylock
from packaging.utils import parse_wheel_filename

from envspec.exporting.table import KINDS
from envspec.lock.file import read_lock
from envspec.lock.model import LockedEnvironment
from envspec.lock.universal import marker_facts
from envspec.lock.uv_process import uv_program
from envspec.lock.uv_settings import uv_environment
from envspec.lock.wheel_tags import best, supported_tags
from tests.cli.test_check import envspec
from tests.engines import EngineMissingError
from tests.engines.conda_lock_tool import conda_lock_python
from tests.engines.static_server import serve
from tests.lock.conftest import private_server
from tests.lock.small_channel import make_channel
from tests.lock.test_pypi import write_index, write_wheel

AMD, ARM, MAC = (
    f"cp311-cp311-{tag}" for tag in ("manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "macosx_11_0_arm64")
)
ANY = "py3-none-any"
WHEELS = (
    *(("native", "1.0", tag, ()) for tag in (AMD, ARM, MAC)),
    ("native", "2.0", AMD, ()),
    ("plain", "1.0", ANY, ("arm; platform_machine == 'aarch64'",)),
    ("arm", "1.0", ANY, ()),
)
SPEC = """edition = 1
channel own { url = "CHANNEL" }

environment web {
    python = "3.11"
    pip    = ["native", "plain", "./dist/own-1.0-py3-none-any.whl", "./lib"]
    docker { platforms = ["linux/amd64", "linux/arm64"] }
}

environment science {
    channels = [own]
    python   = "3.11"
    conda    = ["numpy =1.26"]
    pip      = ["plain"]
    docker { platforms = ["linux/amd64", "linux/arm64"] }
}
"""


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serve(make_channel(tmp_path_factory.mktemp("channel"))) as address:
        yield address


@pytest.fixture
def project(tmp_path: Path, channel: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Served over HTTP, because the address of a file is what is exported."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("RATTLER_CACHE_DIR", str(tmp_path / "rattler"))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "a.envspec").write_text(SPEC.replace("CHANNEL", channel))
    (folder / ".git").mkdir()
    write_wheel(folder / "dist", "own", "1.0", ANY, ())
    (folder / "lib").mkdir()
    (folder / "lib" / "pyproject.toml").write_text('[project]\nname = "lib"\nversion = "1"\n')
    with serve(write_index(tmp_path / "index", WHEELS)) as address:
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        yield folder


def ok(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = envspec(*arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr
    return done


def locked(project: Path, name: str) -> LockedEnvironment:
    lock = read_lock(project)
    assert lock is not None
    return lock.environments[f"a.envspec#{name}"]


def test_pylock_is_valid_and_gives_each_platform_what_is_locked(project: Path) -> None:
    done = ok("export", "pylock", "web", cwd=project)
    pylock = Pylock.from_dict(tomllib.loads(done.stdout))
    pylock.validate()
    assert str(pylock.requires_python) == "==3.11.*"
    for platform in locked(project, "web").platforms:
        chosen = pylock.select(
            environment=marker_facts(platform.python, platform.platform),  # type: ignore[arg-type]
            tags=sorted(supported_tags(platform.python, platform.platform), key=str),
        )
        found = {package.name: package for package, _ in chosen}
        wanted = {p.name: p.version for p in platform.pip}
        assert {name: str(p.version) for name, p in found.items() if p.version is not None} == wanted
        assert {name for name, p in found.items() if p.version is None} == {"own", "lib"}
    assert "native" in wanted
    own = next(package for package in pylock.packages if package.name == "own")
    assert own.archive is not None
    assert (own.archive.path, len(own.archive.hashes["sha256"])) == ("./dist/own-1.0-py3-none-any.whl", 64)


def test_paths_are_those_of_the_file(project: Path) -> None:
    ok("export", "pylock", "web", "-o", "out/deep/pylock.toml", cwd=project)
    pylock = Pylock.from_dict(tomllib.loads((project / "out/deep/pylock.toml").read_text()))
    (lib,) = [package for package in pylock.packages if package.name == "lib"]
    assert lib.directory is not None
    assert lib.directory.path == "../../lib"


def test_one_platform_needs_no_markers(project: Path) -> None:
    done = ok("export", "pylock", "web", "--platform", "linux/arm64", cwd=project)
    pylock = Pylock.from_dict(tomllib.loads(done.stdout))
    assert [package.marker for package in pylock.packages] == [None] * len(pylock.packages)
    wheels = [wheel for package in pylock.packages for wheel in package.wheels or ()]
    assert {wheel.url.rpartition("/")[2] for wheel in wheels if wheel.url} == {
        "arm-1.0-py3-none-any.whl", "native-1.0-cp311-cp311-manylinux_2_17_aarch64.whl", "plain-1.0-py3-none-any.whl",
    }  # fmt: skip


def test_the_same_export_is_the_same_text(project: Path) -> None:
    for kind in (name for name, row in KINDS.items() if row.locked):
        first = ok("export", kind, "science", cwd=project).stdout
        assert first.endswith("\n") and ok("export", kind, "science", "--frozen", cwd=project).stdout == first
        assert ok("export", kind, "science", "-o", "-", cwd=project).stdout == first
    assert not (project / "-").exists()


@pytest.mark.index
@pytest.mark.slow
def test_uv_and_pip_install_what_is_exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the real index, into real environments; and a wrong hash is refused by both."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment e {{\n    python = "{version}"\n    pip = ["six ==1.16.0", "idna ==3.7"]\n}}\n'
    )
    ok("export", "pylock", "-o", "pylock.toml", cwd=tmp_path)
    ok("export", "requirements", "-o", "requirements.txt", cwd=tmp_path)
    pip = ("-m", "pip", "install", "--quiet", "--require-hashes", "-r", "requirements.txt")
    for number, install in enumerate(
        (("pip", "sync", "-q", "pylock.toml"), ("pip", "install", "-q", "-r", "pylock.toml"), pip)
    ):
        prefix = tmp_path / f"venv{number}"
        # pip takes seconds to get into one; uv does not need it there
        options = () if install is pip else ("--without-pip",)
        subprocess.run([sys.executable, "-m", "venv", *options, str(prefix)], check=True)
        python = prefix / "bin" / "python"
        command = (
            [str(python), *install] if install is pip else [uv_program(), *install, "--python", str(python)]
        )
        subprocess.run(command, cwd=tmp_path, check=True, env={**uv_environment(), **_pip_settings()})
        code = "import six, idna; print(six.__version__, idna.__version__)"
        shown = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
        assert shown.stdout == "1.16.0 3.7\n"
    broken = (tmp_path / "requirements.txt").read_text()
    (tmp_path / "requirements.txt").write_text(broken.replace(_a_hash(broken), "0" * 64))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "fresh")], check=True)
    of_another = [str(python), "-m", "pip", "--python", str(tmp_path / "fresh/bin/python"), *pip[2:]]
    refused = subprocess.run(of_another, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "HASH" in refused.stderr.upper()


def _a_hash(text: str) -> str:
    found = re.search(r"[0-9a-f]{64}", text)
    assert found is not None
    return found.group()


def _pip_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PIP_")}


def test_requirements_are_those_of_one_platform(project: Path) -> None:
    done = ok("export", "requirements", "web", cwd=project)
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert [line.split(" ")[0] for line in lines] == [
        "native==2.0",
        "plain==1.0",
        "./dist/own-1.0-py3-none-any.whl",
    ]
    assert all("--hash=sha256:" in line for line in lines)
    assert "not in it: `lib`: a folder has no hash" in done.stderr
    arm = ok("export", "requirements", "web", "--platform", "linux/arm64", cwd=project).stdout
    assert "native==1.0" in arm
    science = ok("export", "requirements", "science", cwd=project)
    assert "conda packages: requirements.txt knows only PyPI" in science.stderr


def test_an_index_of_its_own_is_named_without_its_credentials(project: Path, tmp_path: Path) -> None:
    own = write_index(tmp_path / "private", (("corp-x", "1.0", ANY, ("plain",)),))
    with private_server(own) as address:
        (project / "a.envspec").write_text(
            'edition = 1\nsecret token { variable = "CORP_TOKEN" }\n'
            f'index corp {{ url = "{address}", username = "ci", password = secret.token, packages = ["corp-*"] }}\n'
            'environment e {\n    python = "3.11"\n    indexes = [corp]\n    pip = ["corp-x"]\n}\n'
        )
        outputs = []
        for kind in ("requirements", "pylock", "conda-lock"):
            done = envspec("export", kind, cwd=project, CORP_TOKEN="s3cret")
            assert done.returncode == 0, done.stderr
            outputs.append(done.stdout)
    assert not any("s3cret" in text or "ci@" in text or "ci:" in text for text in outputs)
    assert f"--extra-index-url {address}\n" in outputs[0]
    assert f'index = "{address}"' in outputs[1]
    assert f'url: "{address}/corp-x/corp_x-1.0-py3-none-any.whl"' in outputs[2]


def test_an_explicit_list_is_of_conda_packages(project: Path, channel: str) -> None:
    done = ok("export", "explicit", "science", "--platform", "linux/arm64", cwd=project)
    lines = done.stdout.splitlines()
    assert lines[1:3] == ["# platform: linux-aarch64", "@EXPLICIT"]
    platform = locked(project, "science").platform("linux/arm64")
    assert platform is not None
    assert lines[3:] == [f"{channel}/linux-aarch64/{p.filename}#{p.sha256}" for p in platform.conda]
    assert "not in it: 2 pip packages" in done.stderr
    web = envspec("export", "explicit", "web", cwd=project)
    assert (web.returncode, "E0632" in web.stderr) == (2, True)


@pytest.mark.slow
@pytest.mark.index
def test_conda_lock_reads_and_renders_it(project: Path, channel: str) -> None:
    """By the real conda-lock: its own model of version 1, and its own explicit list of it."""
    try:
        python = conda_lock_python()
    except EngineMissingError as error:
        pytest.skip(str(error))
    for name in ("science", "web"):
        ok("export", "conda-lock", name, "-o", f"{name}.yml", cwd=project)
        code = (
            "import sys, pathlib, json; from conda_lock.lockfile import parse_conda_lock_file as p\n"
            "lock = p(pathlib.Path(sys.argv[1]))\n"
            "print(json.dumps([[d.name, d.version, d.manager, d.platform, d.url, d.hash.sha256] for d in lock.package]))"
        )
        read = subprocess.run(
            [python, "-c", code, f"{name}.yml"], cwd=project, capture_output=True, text=True, check=False
        )
        assert read.returncode == 0, read.stderr
        rows = {
            (n, v, manager, platform): (url, sha256)
            for n, v, manager, platform, url, sha256 in json.loads(read.stdout)
        }
        subdirs = {"linux/amd64": "linux-64", "linux/arm64": "linux-aarch64"}
        wanted = {}
        for p in locked(project, name).platforms:
            subdir = subdirs[p.platform]
            for package in p.conda:
                wanted[package.name, package.version, "conda", subdir] = package.sha256
            for pip in p.pip:
                file = next(
                    f
                    for f in pip.files
                    if f.filename == best([f.filename for f in pip.files], p.python, p.platform)
                )
                wanted[pip.name, pip.version, "pip", subdir] = file.sha256
        assert {key: sha256 for key, (_, sha256) in rows.items()} == wanted
    render = [python, "-m", "conda_lock", "render", "-k", "explicit", "-p", "linux-64", "science.yml"]
    # It refuses to render what has pip packages; those of `science` are one.
    (project / "a.envspec").write_text(
        (project / "a.envspec").read_text().replace('    pip      = ["plain"]\n', "")
    )
    ok("export", "conda-lock", "science", "-o", "science.yml", cwd=project)
    rendered = subprocess.run(render, cwd=project, capture_output=True, text=True, check=False)
    assert rendered.returncode == 0, rendered.stderr
    text = (project / "conda-linux-64.lock").read_text()
    for package in locked(project, "science").platforms[0].conda:
        assert f"{channel}/linux-64/{package.filename}#" in text


@pytest.mark.parametrize(
    ("kind", "name", "file"),
    [
        ("pylock", "web", "pylock.toml"),
        ("requirements", "web", "requirements.txt"),
        ("conda-lock", "science", "conda-lock.yml"),
        ("conda-lock", "web", "conda-lock.yml"),
    ],
)
def test_a_lock_that_is_imported_stands_still(project: Path, kind: str, name: str, file: str) -> None:
    """Import, export, import of one platform: exact versions are the same ones again, of the same channels and indexes."""
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().replace(', "./dist/own-1.0-py3-none-any.whl", "./lib"', ""))
    importer = {"requirements": "pip"}.get(kind, kind)
    ok("export", kind, name, "--platform", "linux/amd64", "-o", file, cwd=project)
    specs = []
    for _ in range(2):
        again = project / "again" / "a.envspec"
        again.unlink(missing_ok=True)
        ok("import", importer, file, "-o", str(again), cwd=project)
        specs.append([line for line in again.read_text().splitlines() if not line.lstrip().startswith("#")])
        names = re.findall(r"^environment (\S+)", again.read_text(), re.MULTILINE)
        ok("export", kind, names[0], "-o", f"../{file}", cwd=again.parent)
    assert specs[0] == specs[1]
    assert any("==" in line for line in specs[0])


def test_what_the_index_no_longer_serves_is_said(project: Path, tmp_path: Path) -> None:
    ok("lock", cwd=project)
    shutil.rmtree(tmp_path / "cache")
    write_index(tmp_path / "index", (("plain", "1.0", ANY, ("arm",)),))  # the same version, other bytes
    done = envspec("export", "pylock", "science", cwd=project)
    assert done.returncode == 1, done.stderr
    assert "E0633" in done.stderr and "a.envspec:10:1" in done.stderr


def test_an_index_that_is_gone_is_an_engine_failure(project: Path, tmp_path: Path) -> None:
    ok("lock", cwd=project)
    shutil.rmtree(tmp_path / "cache")
    done = envspec(
        "export",
        "pylock",
        "web",
        "-o",
        "x.toml",
        cwd=project,
        UV_DEFAULT_INDEX="http://127.0.0.1:9",
        UV_HTTP_RETRIES="0",
    )
    assert (done.returncode, "E0634" in done.stderr) == (3, True), done.stderr
    assert not (project / "x.toml").exists()
    assert ok("export", "requirements", "web", cwd=project).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("pylock",), "E0635"),
        (("pylock", "nosuch"), "E1204"),
        (("pylock", "web", "--platform", "windows/amd64"), "E0631"),
        (("requirements", "web", "-o", "lib"), "is a directory"),
        (("nosuch", "web"), "there is no kind `nosuch`"),
        (("pylock", "web", "science"), "one environment is exported, and these are several: web, science"),
        (("requirements", "web", "-o", "a.envspec/x"), "E0636"),
    ],
)  # fmt: skip
def test_a_wrong_use_is_said(project: Path, arguments: tuple[str, ...], code: str) -> None:
    done = envspec("export", *arguments, cwd=project)
    assert done.returncode == 2, done.stderr
    assert code in done.stderr
    assert done.stdout == ""


def test_the_best_wheel_is_what_an_installer_takes() -> None:
    names = [
        "x-1-py3-none-any.whl",
        "x-1-cp311-cp311-manylinux_2_17_x86_64.whl",
        "x-1-cp311-abi3-manylinux_2_28_x86_64.whl",
    ]
    assert best(names, "3.11", "linux/amd64") == names[1]
    assert best(names, "3.12", "linux/amd64") == names[2]
    assert best(names, "3.11", "darwin/arm64") == names[0]
    assert best(names[1:], "3.11", "darwin/arm64") == ""
    assert parse_wheel_filename(names[0])[0] == "x"


def test_every_kind_is_in_the_help_and_has_its_file() -> None:
    done = envspec("export", "--help", cwd=Path.cwd())
    for kind, row in KINDS.items():
        assert kind in done.stdout and row.summary in done.stdout
