"""What stops a build in an image, on both builders: the real uv, rattler and apt inside a real engine.

The image reaches the index, the channel and the mirror of these tests over the host's network. The lock was right when
it was made; then something changed.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker.errors
import pytest

from tests.engines.docker_engine import DockerEngine, image_ids
from tests.engines.unreliable_server import ABSENT, BROKEN, CUT_SHORT, REFUSED, Fault, unreliable
from tests.failures.cells import cell
from tests.failures.conftest import Workshop
from tests.failures.debian_mirror import write_mirror
from tests.failures.packages import list_files, write_project, write_wheel
from tests.failures.shown import Shown, findings, only
from tests.failures.test_lock_conda import SPEC as CONDA_SPEC
from tests.lock.small_channel import PACKAGES, make_channel

pytestmark = [pytest.mark.index, pytest.mark.slow]

BUILDERS = ("buildkit", "classic")
BUILDKIT, CLASSIC = "docker: BuildKit", "docker: classic"
BOTH = (BUILDKIT, CLASSIC)


@pytest.fixture(params=BUILDERS)
def builder(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def images(workshop: Workshop, docker_engine: DockerEngine) -> Workshop:
    workshop.variables["DOCKER_HOST"] = docker_engine.host
    workshop.environment = f"f{uuid.uuid4().hex[:12]}"  # nobody else's images
    return workshop


def build(workshop: Workshop, builder: str) -> list[Shown]:
    """The findings of a build that fails, keeps its log and leaves no image."""
    host = workshop.variables["DOCKER_HOST"]
    with contextlib.closing(docker.DockerClient(base_url=host, timeout=60)) as client:
        before = image_ids(client, f"envspec/{workshop.environment}")
        done = workshop.run("build", "--target", "docker", "--builder", builder, "--network", "host")
        assert done.returncode == 3, done.stdout + done.stderr
        assert image_ids(client, f"envspec/{workshop.environment}") == before
    found = findings(done)
    for one in found:
        assert f"the whole log is in `{workshop.log('.docker')}`" in one.notes
        assert one.log
    assert workshop.log(".docker").stat().st_size > 0
    return found


def refused(workshop: Workshop, builder: str) -> Shown:
    found = build(workshop, builder)
    assert len(found) == 1, found
    return found[0]


@cell("no such package", *BOTH)
@cell("no such version", *BOTH)
@cell("file gone", *BOTH)
@cell("no wheel", *BOTH)
@cell("hash mismatch", *BOTH)
@cell("index in trouble", *BOTH)
@cell("broken off", *BOTH)
@cell("credentials refused", *BOTH)
@cell("network", *BOTH)
def test_what_an_index_lost_or_changed(images: Workshop, builder: str) -> None:
    """One locked environment, whose index then fails in one way after the other."""
    images.write("gamma", "narrow")
    images.locked()
    pristine = images.files.with_name("pristine")
    shutil.copytree(images.files, pristine)

    def after(change: object) -> Shown:
        found = refused(images, builder)
        shutil.rmtree(images.files)
        shutil.copytree(pristine, images.files)
        images.server.faults = {}
        return found

    found = after(shutil.rmtree(images.files / "narrow"))
    assert (found.code, found.place, found.text) == ("E0907", "a.envspec:9:9", '"narrow"')
    assert re.fullmatch("the (package index|index `corp`) has no package `narrow`", found.message)

    (images.files / "alpha" / "alpha-1.0-py3-none-any.whl").unlink()
    found = after(list_files(images.files / "alpha"))
    assert (found.code, found.place, found.text) == ("E0907", "a.envspec:7:9", '"alpha ==1.0"')
    assert re.fullmatch("the (package index|index `corp`) has no version `1.0` of `alpha`", found.message)
    assert (
        found.help == "there is `alpha 1.4` and the newest, `2.0`; `envspec lock --upgrade alpha` takes one"
    )

    # Before any other failure that comes while files are fetched: what one of those left in uv's cache is not fetched.
    images.server.faults = {"/narrow/narrow": CUT_SHORT, "/beta/beta": CUT_SHORT}
    found = after(None)
    assert found.code == "E0908"
    assert re.fullmatch(
        "the (package index|index `corp`) broke off in the middle of an answer", found.message
    )

    found = after((images.files / "beta" / "beta-1.0-py3-none-any.whl").unlink())
    assert (found.code, found.place, found.text) == ("E0907", "a.envspec:8:9", '"gamma"')
    assert found.message == "`beta` is locked, and the index `corp` does not have its file any more"
    assert "`gamma` needs `beta`" in found.notes

    wheel = images.files / "narrow" / "narrow-1.0-py3-none-any.whl"
    wheel.rename(wheel.with_name("narrow-1.0-cp311-cp311-win_amd64.whl"))
    found = after(list_files(images.files / "narrow"))
    assert (found.code, found.place, found.text) == ("E0907", "a.envspec:9:9", '"narrow"')
    assert found.message == "`narrow` has no wheel for this Python and platform"

    found = after(write_wheel(images.files / "beta", "beta", "1.0", "py3-none-any", (), salt="changed"))
    assert (found.code, found.place, found.text) == ("E0940", "a.envspec:8:9", '"gamma"')
    assert found.message == "`beta` has another sha256 than `envspec.lock` says"
    assert "find out who changed the file" in found.help

    for fault, code, message in (
        (BROKEN, "E0942", "the index `corp` answered with an error: 500 Internal Server Error"),
        (REFUSED, "E0941", "the index `corp` refused the credentials"),
    ):
        images.server.faults = {"/narrow/": fault}
        found = after(None)
        assert (found.code, found.message) == (code, message)
        assert (found.place, found.text) == ("a.envspec:5:16", "corp")


@cell("network", *BOTH)
def test_an_index_that_is_gone(images: Workshop, builder: str) -> None:
    with unreliable(images.files) as other:
        images.server = other
        images.write("beta")
        images.locked()
    found = refused(images, builder)
    assert (found.code, found.place, found.text) == ("E0908", "a.envspec:5:16", "corp")
    assert found.message == "the index `corp` cannot be reached"
    assert "--ca-bundle" in found.help


@cell("needs a compiler", *BOTH)
@cell("build fails", *BOTH)
def test_what_has_to_be_built_in_the_image(images: Workshop, builder: str) -> None:
    images.write("beta", "compiled")
    images.locked("--build-sdists")
    found = refused(images, builder)
    assert (found.code, found.place, found.text) == ("E0943", "a.envspec:9:9", '"compiled"')
    assert found.message == "`compiled` has to be compiled here, and `gcc` is not there"
    assert "docker.image" in found.help

    write_project(images.folder / "lib", "lib", 'raise RuntimeError("the flux is missing")')
    images.write("beta", "./lib")
    images.locked()
    found = refused(images, builder)
    assert (found.code, found.place, found.text) == ("E0906", "a.envspec:9:9", '"./lib"')
    assert found.message == "`lib` cannot be built"
    assert "its build backend says: RuntimeError: the flux is missing" in found.notes


@cell("needs a compiler", BUILDKIT)
def test_setuptools_that_finds_no_compiler(images: Workshop) -> None:
    """As most projects with C in them are built."""
    folder = images.folder / "lib"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "lib"\nversion = "1.0"\n[build-system]\nrequires = ["setuptools"]\n'
        'build-backend = "setuptools.build_meta"\n'
    )
    (folder / "setup.py").write_text(
        'from setuptools import Extension, setup\nsetup(ext_modules=[Extension("m", ["m.c"])])\n'
    )
    (folder / "m.c").write_text("int main(void) { return 0; }\n")
    images.write("beta", "./lib")
    images.locked()
    found = refused(images, "buildkit")
    assert (found.code, found.place) == ("E0943", "a.envspec:9:9")
    assert re.fullmatch(r"`lib` has to be compiled here, and `\S*gcc` is not there", found.message)


@cell("file gone", *BOTH)
@cell("hash mismatch", *BOTH)
@cell("index in trouble", *BOTH)
def test_a_channel_that_lost_or_changed_a_file(images: Workshop, tmp_path: Path, builder: str) -> None:
    """Each time a channel of its own, with builds of its own: BuildKit keeps conda packages that were fetched."""

    def after(fault: Fault | None) -> Shown:
        once = uuid.uuid4().hex[:12]
        packages = tuple(replace(p, build=once) for p in PACKAGES if p.name in ("python", "numpy", "six"))
        files = make_channel(tmp_path / once, packages)
        with unreliable(files) as server:
            images.server = server
            images.write("numpy ==1.26.4", spec=CONDA_SPEC)
            images.locked()
            if fault is not None:
                server.faults = {"/linux-64/numpy-1.26.4": fault}
            else:
                (python,) = (files / "linux-64").glob("python-3.12*")
                shutil.copy(files / "linux-64" / f"python-3.10.14-{once}.tar.bz2", python)
            return refused(images, builder)

    found = after(ABSENT)
    assert (found.code, found.place, found.text) == ("E0907", "a.envspec:7:9", '"numpy ==1.26.4"')
    assert found.message == "`numpy` is locked, and the channel `corp` does not have its file any more"
    assert found.help.startswith("the nearest version is `numpy 2.0.1`")
    found = after(BROKEN)
    assert (found.code, found.place) == ("E0942", "a.envspec:4:17")
    found = after(None)
    assert (found.code, found.place, found.text) == ("E0940", "a.envspec:6:9", '"six"')
    assert found.message == "`python` has another sha256 than `envspec.lock` says"


APT_SPEC = """edition = 1
environment ENVIRONMENT {
    managed     = false
    interpreter = "python3"
    apt = [
        "wanted",
        ENTRIES
    ]
    docker {
        image = "BASE"
        run   = [SCRIPTS]
    }
}
"""


@pytest.fixture
def mirror(images: Workshop, docker_engine: DockerEngine, tmp_path: Path) -> Iterator[Workshop]:
    """A base image whose apt knows one mirror, on loopback."""
    tag = f"envspec-test/mirrored:{uuid.uuid4().hex[:12]}"
    files = write_mirror(tmp_path / "mirror")
    context = tmp_path / "base"
    context.mkdir()
    with unreliable(files) as server:
        (context / "Dockerfile").write_text(
            f"FROM {docker_engine.base}\n"
            "RUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d /var/lib/apt/lists/* \\\n"
            " && echo 'Acquire::Retries \"0\";' > /etc/apt/apt.conf.d/99tests \\\n"
            f" && echo 'deb [trusted=yes] {server.address} ./' > /etc/apt/sources.list\n"
        )
        docker_engine.client.images.build(path=str(context), tag=tag, rm=True, forcerm=True)
        images.server, images.files = server, files
        images.variables["BASE"] = tag
        yield images
        with contextlib.suppress(docker.errors.APIError):
            docker_engine.client.images.remove(tag, force=True)


def write(mirror: Workshop, *entries: str, scripts: str = "") -> None:
    spec = APT_SPEC.replace("BASE", mirror.variables["BASE"]).replace("SCRIPTS", scripts)
    if not entries:
        spec = spec.replace("        ENTRIES\n", "")
    mirror.write(*entries, spec=spec)


@cell("no apt package", *BOTH)
@cell("no apt version", *BOTH)
@cell("apt conflict", *BOTH)
@cell("apt mirror", *BOTH)
def test_what_apt_cannot_have(mirror: Workshop, builder: str) -> None:
    write(mirror, "libfluxx1", "flux-dve", "anything")
    found = {one.text: one for one in build(mirror, builder)}
    assert {(one.code, one.place) for one in found.values()} == {
        ("E0907", "a.envspec:7:9"), ("E0907", "a.envspec:8:9"), ("E0907", "a.envspec:9:9"),
    }  # fmt: skip
    assert found['"libfluxx1"'].message == "apt knows no package `libfluxx1` in the base image's release"
    assert found['"libfluxx1"'].help == "did you mean `libflux1`?"
    assert found['"flux-dve"'].help == "did you mean `flux-dev`?"
    assert found['"anything"'].help == (
        "it is a virtual package; write one that provides it: `flux-dev` or `wanted`"
    )

    write(mirror, "libflux1=9.9")
    one = refused(mirror, builder)
    assert (one.code, one.place, one.text) == ("E0907", "a.envspec:7:9", '"libflux1=9.9"')
    assert one.message == "apt knows no `9.9` of `libflux1` in the base image's release"
    assert one.help == "it knows `libflux1=1.0`"

    write(mirror, "hostile")
    one = refused(mirror, builder)
    assert (one.code, one.place) == ("E0944", "a.envspec:5:11")
    assert one.message == "the `apt` packages contradict each other"
    assert "hostile" in one.log

    write(mirror, "libflux1")
    for path, fault, code, message in (
        (
            "/./libflux1",
            BROKEN,
            "E0942",
            "the package mirror answered with an error: 500 Internal Server Error",
        ),
        ("/./libflux1", REFUSED, "E0941", "the package mirror refused the credentials"),
    ):
        mirror.server.faults = {path: fault}
        one = refused(mirror, builder)
        assert (one.code, one.message, one.place) == (code, message, "a.envspec:5:11")
    mirror.server.faults = {}
    deb = next(mirror.files.glob("libflux1_*.deb"))
    deb.write_bytes(deb.read_bytes()[:-1] + b"x")
    one = refused(mirror, builder)
    assert (one.code, one.place) == ("E0940", "a.envspec:5:11")
    assert one.message == "the package mirror does not fit its own index: a file has another hash or size"


@cell("network", *BOTH)
def test_a_mirror_that_is_gone(mirror: Workshop, builder: str) -> None:
    write(mirror, "libflux1")
    mirror.server.faults = {"/": Fault(cut=0)}
    one = refused(mirror, builder)
    assert (one.code, one.place) == ("E0908", "a.envspec:5:11")
    assert one.message == "the package mirror cannot be reached"


@cell("script fails", *BOTH)
def test_a_script_that_fails(mirror: Workshop, builder: str) -> None:
    write(mirror, scripts='"true",\n        """\n        echo first\n        no-such-command\n        """')
    one = refused(mirror, builder)
    assert (one.code, one.place) == ("E0911", "a.envspec:11:9")
    assert one.message == "script 2 of `docker.run` failed with status 127"
    assert any("line 2 of the script: no-such-command: not found" in note for note in one.notes)
    assert "first" in one.log
    write(mirror, scripts='"apt-get install -y nothing-of-this-name"')
    one = refused(mirror, builder)
    assert (one.code, one.place) == ("E0911", "a.envspec:10:18")
    assert "apt knows no package `nothing-of-this-name`" in one.help


@cell("base image", *BOTH)
@pytest.mark.parametrize(
    ("image", "says", "near"),
    [
        ("127.0.0.1:9/tests/none:1", "its registry cannot be reached", ""),
        ("REGISTRY/flux:1.1", "there is no such image or tag", "`REGISTRY/flux:1.0`"),
    ],
)
def test_a_base_image_that_cannot_be_had(
    images: Workshop,
    docker_engine: DockerEngine,
    oci_registry: object,
    builder: str,
    image: str,
    says: str,
    near: str,
) -> None:
    address = oci_registry.address  # type: ignore[attr-defined]
    image, near = image.replace("REGISTRY", address), near.replace("REGISTRY", address)
    docker_engine.client.images.get(docker_engine.base).tag(f"{address}/flux", "1.0")
    try:
        (images.folder / "a.envspec").write_text(
            'edition = 1\nenvironment e {\n    managed     = false\n    interpreter = "python3"\n'
            f'    docker {{ image = "{image}" }}\n}}\n'
        )
        done = images.run("build", "--target", "docker", "--builder", builder)
    finally:
        docker_engine.client.images.remove(f"{address}/flux:1.0", force=True)
    one = only(done, 3)
    assert (one.code, one.place, one.text) == ("E0905", "a.envspec:5:22", f'"{image}"')
    assert one.message == f"base image `{image}` cannot be had: {says}"
    assert near in one.help and "docker login" in one.help
