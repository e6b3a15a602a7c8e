"""Fixtures that hand the tests their real engines, and the rule that CI skips none of them.

A test that takes one of these fixtures gets the engine's marker by itself, so `-m "not docker"` works
without anybody marking tests. Where an engine cannot be had the test is skipped and says why; under
`CI=true` such a skip is a failure.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeVar

import hypothesis
import pytest

from envspec.check.light_jsonschema import draft_2020_12
from tests.engines import EngineMissingError
from tests.engines import conda_channel as channels
from tests.engines import docker_engine as engines
from tests.engines.conda_channel import CondaChannel
from tests.engines.docker_engine import DockerEngine
from tests.engines.mlflow import Mlflow, serve_mlflow
from tests.engines.podman import PodmanEngine, serve_podman
from tests.engines.registry import OciRegistry, serve_registry
from tests.engines.static_server import serve
from tests.shares import long_first

# Every worker needs jsonschema: once, without two seconds for what hardly one test checks.
draft_2020_12()

# A shell without job control starts what it puts into the background with Ctrl-C ignored, and children inherit
# that: the tests that press Ctrl-C would wait for nothing.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

Engine = TypeVar("Engine")

HERE = Path(__file__).parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")
ENGINE_MARKERS = ("docker", "conda", "registry", "index", "shells", "podman", "mounts")
FIXTURE_MARKERS = {
    "docker_engine": "docker",
    "conda_channel": "conda",
    "oci_registry": "registry",
    "podman_engine": "podman",
    "sftp": "mounts",
    "gluster": "mounts",
    "mlflow": "index",
}

PROGRAMS = frozenset(
    {
        "ci", "cli", "docs", "editions", "editors", "engines_docker", "engines_local", "examples", "exporting", "failures",
        "fuzz", "importing", "language_server", "packaging", "pruning", "registry", "sharing", "starting", "supply_chain",
        "workspace",
    }
)  # fmt: skip
"""Folders whose tests start programs, ours or others', or read hundreds of files: `make check` leaves them out, and
does not even import them."""

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.register_profile("local", deadline=None)
# `make check` is for the minutes between two commits; `make test` looks harder.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=10)
QUICK = os.environ.get("ENVSPEC_QUICK_TESTS") == "1"
hypothesis.settings.load_profile("ci" if IN_CI else "quick" if QUICK else "local")


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test sees what another session, or the user, has kept."""
    before = os.environ.get("ENVSPEC_CACHE_DIR")
    os.environ["ENVSPEC_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["ENVSPEC_CACHE_DIR"]
    else:
        os.environ["ENVSPEC_CACHE_DIR"] = before


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Of a quick run, what all of it would be left out: collecting it costs each worker more than its tests do."""
    return True if QUICK and collection_path.parent == HERE and collection_path.name in PROGRAMS else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the engines that its fixtures need, and those in folders of `PROGRAMS` as slow; put the long
    ones where workers begin."""
    slow = tuple(f"tests/{folder}/" for folder in PROGRAMS)
    for item in items:
        if item.nodeid.startswith(slow):
            item.add_marker("slow")
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in FIXTURE_MARKERS:
                item.add_marker(FIXTURE_MARKERS[fixture])
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = long_first(items, workers, lambda item: item.nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under CI, turn the skip of a test that needs an engine into a failure."""
    report = yield
    needed = [marker for marker in ENGINE_MARKERS if item.get_closest_marker(marker)]
    if IN_CI and needed and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CI must run what needs {' and '.join(needed)}, but: {reason}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the shared Docker engine up when this whole run, with all its workers, is over."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        engines.release(os.getpid())


@pytest.fixture(scope="session")
def docker_engine() -> DockerEngine:
    """A real Docker engine with the base images; shared by all workers and by other test runs."""
    # A worker is a child of the process that was started, which outlives all workers.
    in_worker = "PYTEST_XDIST_WORKER" in os.environ
    return have(lambda: engines.acquire(os.getppid() if in_worker else os.getpid()))


@pytest.fixture
def docker_env(docker_engine: DockerEngine, monkeypatch: pytest.MonkeyPatch) -> DockerEngine:
    """The same engine, with the variables set that make the SDK, the CLI and envspec use it."""
    for name, value in docker_engine.environment.items():
        monkeypatch.setenv(name, value)
    return docker_engine


@pytest.fixture(scope="session")
def conda_channel() -> Iterator[CondaChannel]:
    """A real conda channel, as `file://` (`.url`) and over loopback HTTP (`.http_url`)."""
    channel = have(channels.make_channel)
    with serve(channel.path) as address:
        yield CondaChannel(channel.path, channel.subdir, http_url=address)


@pytest.fixture(scope="session")
def oci_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OciRegistry]:
    """A real, empty OCI registry on loopback, one for each worker."""
    registry = serve_registry(Path(tmp_path_factory.mktemp("registry")))
    started = have(registry.__enter__)
    try:
        yield started
    finally:
        registry.__exit__(None, None, None)


@pytest.fixture(scope="session")
def mlflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mlflow]:
    """A real MLflow tracking server that wants a login, one for each worker."""
    server = serve_mlflow(Path(tmp_path_factory.mktemp("mlflow")))
    started = have(server.__enter__)
    try:
        yield started
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def podman_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PodmanEngine]:
    """A real podman behind its Docker socket, one for each worker."""
    service = serve_podman(Path(tmp_path_factory.mktemp("podman")))
    started = have(service.__enter__)
    try:
        yield started
    finally:
        service.__exit__(None, None, None)


def have(make: Callable[[], Engine]) -> Engine:
    try:
        return make()
    except EngineMissingError as error:
        pytest.skip(str(error))
