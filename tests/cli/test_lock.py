"""`envspec lock` as a process: its options, what it says, and what it leaves when something fails."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from envspec.lock.file import read_lock
from tests.cli.terminal import Terminal
from tests.cli.test_check import ENVSPEC, envspec
from tests.engines.docker_engine import DockerEngine
from tests.engines.in_thread import answering
from tests.engines.registry import OciRegistry
from tests.engines.static_server import serve
from tests.lock.small_channel import make_channel
from tests.lock.test_pypi import write_index

ANY = "py3-none-any"
OLD = (("alpha", "1.0", ANY, ("beta",)), ("beta", "1.0", ANY, ()), ("gamma", "1.0", ANY, ()))
NEW = (*OLD, ("alpha", "2.0", ANY, ("gamma",)), ("beta", "2.0", ANY, ()))

SPEC = """edition = 1
channel own { url = "CHANNEL" }

environment small {
    python = "3.11"
    pip    = ["alpha >=1", "beta >=1"]
}

environment science {
    channels = [own]
    python   = "3.11"
    conda    = ["numpy >=1.26"]
}
"""


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_channel(tmp_path_factory.mktemp("channel"))


@pytest.fixture
def project(tmp_path: Path, channel: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two environments; the index is a folder, `tmp_path / "index"`."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("RATTLER_CACHE_DIR", str(tmp_path / "rattler"))
    monkeypatch.setenv("UV_DEFAULT_INDEX", write_index(tmp_path / "index", OLD).as_uri())
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "a.envspec").write_text(SPEC.replace("CHANNEL", channel.as_uri()))
    return folder


def lock(
    project: Path, *arguments: str, status: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    done = envspec("lock", *arguments, cwd=project, **variables)
    assert done.returncode == status, done.stderr
    return done


def versions(project: Path) -> dict[str, str]:
    found = read_lock(project)
    assert found is not None
    (platform,) = found.environments["a.envspec#small"].platforms
    return {package.name: package.version for package in platform.pip}


def test_all_environments_are_locked_in_one_go_and_what_moved_is_said(project: Path, tmp_path: Path) -> None:
    first = lock(project)
    for part in (
        "locking small: it is not locked yet",
        "locking science",
        "science: Python 3.11.9, 2 packages",
        "small: Python 3.11, 2 packages",
    ):
        assert part in first.stderr
    assert first.stdout == ""
    write_index(tmp_path / "index", NEW)
    unchanged = (project / "envspec.lock").read_bytes()
    assert "    " not in lock(project).stderr
    assert (project / "envspec.lock").read_bytes() == unchanged
    second = lock(project, "--upgrade", "alpha")
    assert [line for line in second.stderr.splitlines() if line.startswith("    ")] == [
        "      alpha 1.0 -> 2.0", "    + gamma 1.0",
    ]  # fmt: skip
    assert versions(project) == {"alpha": "2.0", "beta": "1.0", "gamma": "1.0"}


@pytest.mark.parametrize(
    "arguments", [("--upgrade",), ("--upgrade", "a.envspec"), ("a.envspec", "--upgrade"), ("--upgrade", ".", "-q"),
                  ("--upgrade", "*"), ("--upgrade", "Alpha", "--upgrade", "beta")],
)  # fmt: skip
def test_upgrade_is_of_everything_or_of_what_is_named(
    project: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    lock(project)
    write_index(tmp_path / "index", NEW)
    done = lock(project, *arguments)
    assert versions(project) == {"alpha": "2.0", "beta": "2.0", "gamma": "1.0"}
    assert (done.stderr == "") == ("-q" in arguments), "quiet also where lines come from other threads"


@pytest.mark.parametrize("arguments", [("--upgrade",), ("--upgrade", "alpha")])
def test_an_upgrade_asks_the_index_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    """However fresh the pages in uv's cache are."""
    with serve(write_index(tmp_path / "index", OLD)) as address:
        monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("UV_DEFAULT_INDEX", address)
        (tmp_path / "a.envspec").write_text(
            'environment small {\n    python = "3.11"\n    pip = ["alpha"]\n'
            '    docker { image = "127.0.0.1:1/none:1" }\n}\nenvironment other extends small {}\n'
        )
        first = lock(tmp_path).stderr
        assert first.count("is locked by its tag") == 1, "one reason, once"
        write_index(tmp_path / "index", NEW)
        lock(tmp_path, *arguments)
        assert versions(tmp_path)["alpha"] == "2.0"


def test_a_damaged_lock_is_mended_as_its_finding_says(project: Path) -> None:
    lock(project)
    file = project / "envspec.lock"
    before = file.read_bytes()
    file.write_bytes(b">>>" + before)
    for arguments in ((), ("--check",)):
        done = lock(project, *arguments, status=4)
        assert "E0601" in done.stderr and "or remove it and run `envspec lock`" in done.stderr
        assert file.read_bytes() == b">>>" + before, "it is nobody's to write over"
    file.unlink()
    lock(project)
    assert file.read_bytes() == before


def test_what_is_not_locked_cannot_be_upgraded(project: Path) -> None:
    lock(project)
    before = (project / "envspec.lock").read_bytes()
    done = lock(project, "--upgrade", "alhpa", status=2)
    assert "E0630" in done.stderr and "did you mean `alpha`?" in done.stderr
    assert (project / "envspec.lock").read_bytes() == before
    assert "--check" in lock(project, "--check", "--upgrade", "alpha", status=2).stderr


def test_json_says_what_changed(project: Path, tmp_path: Path) -> None:
    first = json.loads(lock(project, "--format", "json").stdout)
    assert (first["schema"], first["file"], first["changed"]) == (1, "a.envspec", True)
    assert [(e["id"], e["status"]) for e in first["environments"]] == [
        ("science", "added"),
        ("small", "added"),
    ]
    assert json.loads(lock(project, "--format", "json").stdout)["changed"] is False
    write_index(tmp_path / "index", NEW)
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().replace('"beta >=1"', '"beta >=2"').replace("science", "physics"))
    report = json.loads(lock(project, "--format", "json").stdout)
    assert [(e["id"], e["status"]) for e in report["environments"]] == [
        ("physics", "added"), ("science", "removed"), ("small", "changed"),
    ]  # fmt: skip
    (platform,) = report["environments"][2]["platforms"]
    assert platform["changed"] == [{"kind": "pip", "name": "beta", "before": "1.0", "after": "2.0"}]
    assert (platform["added"], platform["removed"], platform["packages"]) == ([], [], 2)


def test_check_changes_nothing(project: Path) -> None:
    assert "it is not locked yet" in lock(project, "--check", status=1).stderr
    assert not (project / "envspec.lock").exists()
    lock(project)
    before = (project / "envspec.lock").read_bytes()
    lock(project, "--check")
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().replace("beta >=1", "beta >=0"))
    assert "E0623" in lock(project, "--check", status=1).stderr
    assert (project / "envspec.lock").read_bytes() == before


def test_a_terminal_shows_what_is_solved_and_ends_clean(project: Path) -> None:
    terminal = Terminal("lock", cwd=project, term="xterm")
    terminal.until("solving")
    terminal.until("pip for linux/")
    terminal.until("small: Python 3.11, 2 packages")
    assert terminal.status() == 0


def test_offline_is_without_a_network(project: Path, tmp_path: Path, channel: Path) -> None:
    """Locked once from servers on loopback; then these are gone, and the caches are enough."""
    with serve(write_index(tmp_path / "served", OLD)) as index, serve(channel) as conda:
        spec = project / "a.envspec"
        spec.write_text(spec.read_text().replace(channel.as_uri(), conda))
        lock(project, UV_DEFAULT_INDEX=index)
    online = (project / "envspec.lock").read_bytes()
    (project / "envspec.lock").unlink()
    lock(project, "--offline", UV_DEFAULT_INDEX=index)
    assert (project / "envspec.lock").read_bytes() == online
    lock(project, "--offline", "--upgrade", UV_DEFAULT_INDEX=index)
    assert (project / "envspec.lock").read_bytes() == online
    for cache, code in (("cache", "E0608"), ("rattler", "E0612")):
        shutil.rmtree(tmp_path / cache)
        (project / "envspec.lock").unlink(missing_ok=True)
        assert code in lock(project, "--offline", status=3, UV_DEFAULT_INDEX=index).stderr
        assert not (project / "envspec.lock").exists()


def test_offline_asks_no_registry(project: Path) -> None:
    with failing(200) as (address, asked):
        spec = project / "a.envspec"
        spec.write_text(
            f'edition = 1\nenvironment e {{\n    python = "3.11"\n    docker {{ image = "{address}/base:1" }}\n}}\n'
        )
        assert "the network is not to be used" in lock(project, "--offline").stderr
    assert asked == []


def test_the_digest_of_the_base_image_stays_until_it_is_upgraded(
    project: Path, docker_engine: DockerEngine, oci_registry: OciRegistry, tmp_path: Path
) -> None:
    """With the engine that `[tool.envspec.docker]` names, and with none but the registry."""
    client, name = docker_engine.client, f"{oci_registry.address}/moving"
    spec = project / "a.envspec"
    spec.write_text(
        f'edition = 1\nenvironment e {{\n    python = "3.11"\n    docker {{ image = "{name}:1" }}\n}}\n'
    )
    host = docker_engine.environment["DOCKER_HOST"]
    (project / "pyproject.toml").write_text(f'[tool.envspec.docker]\nhost = "{host}"\n')
    digests = []
    images = []
    for label in ("first", "second"):
        context = tmp_path / label
        context.mkdir()
        (context / "Dockerfile").write_text(f"FROM scratch\nLABEL made={label}\n")
        image, _ = client.images.build(path=str(context), tag=f"{name}:1")
        images.append(image.id)
        pushed = [line for line in client.images.push(name, "1", stream=True, decode=True) if "aux" in line]
        digests.append(pushed[-1]["aux"]["Digest"])
        if label == "first":
            lock(project, DOCKER_HOST="")
            assert _digest(project) == digests[0]
            for image_id in images:
                client.images.remove(image_id, force=True)
    spec.write_text(spec.read_text().replace('"3.11"', '">=3.11,<3.12"'))
    lock(project, DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert _digest(project) == digests[0], "it was not to be upgraded"
    done = lock(project, "--upgrade", f"{name}:1", DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert _digest(project) == digests[1]
    assert f"e: {name}:1 {digests[0][:19]} -> {digests[1][:19]}" in done.stderr
    client.images.remove(images[1], force=True)


def _digest(project: Path) -> str:
    found = read_lock(project)
    assert found is not None
    return found.environments["a.envspec#e"].digest


@contextmanager
def failing(status: int) -> Iterator[tuple[str, list[str]]]:
    """A server that answers everything with a status, and what it was asked."""
    asked: list[str] = []

    class Failing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Failing)
    with answering(server):
        yield f"127.0.0.1:{server.server_port}", asked


@pytest.mark.parametrize("status", [500, 503])
def test_an_index_and_a_channel_that_fail_are_engine_failures(
    project: Path, channel: Path, status: int
) -> None:
    """The lock of before stays, byte by byte; what did not need them is not lost either."""
    lock(project)
    before = (project / "envspec.lock").read_bytes()
    spec = project / "a.envspec"
    with failing(status) as (address, _):
        variables = {"UV_DEFAULT_INDEX": f"http://{address}/simple", "UV_HTTP_RETRIES": "0"}
        spec.write_text(SPEC.replace("CHANNEL", channel.as_uri()).replace("alpha >=1", "alpha >=1,<9"))
        assert "E0640" in lock(project, status=3, **variables).stderr
        spec.write_text(SPEC.replace("CHANNEL", f"http://{address}/channel"))
        assert "E0640" in lock(project, status=3, **variables).stderr
    assert (project / "envspec.lock").read_bytes() == before
    assert leftovers(project) == []


def test_a_registry_that_fails_is_told_and_no_failure(project: Path) -> None:
    with failing(500) as (address, _):
        spec = project / "a.envspec"
        spec.write_text(
            f'edition = 1\nenvironment e {{\n    python = "3.11"\n    docker {{ image = "{address}/base:1" }}\n}}\n'
        )
        assert f"the registry `{address}` answered with status 500" in lock(project).stderr
    assert _digest(project) == ""


def test_an_index_that_does_not_answer_in_time(project: Path) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        slow = {"UV_DEFAULT_INDEX": f"http://127.0.0.1:{port}/simple", "UV_HTTP_TIMEOUT": "1"}
        done = lock(project, status=3, UV_HTTP_RETRIES="0", **slow)
    assert "E0608" in done.stderr
    assert not (project / "envspec.lock").exists()


LIMITED = 'ulimit -f 0; trap "" XFSZ; exec "$@"'
"""No file of this process can have a byte: to a writer it is what a full disk is."""


def test_a_full_disk_is_said_and_spoils_nothing(project: Path) -> None:
    lock(project)
    before = (project / "envspec.lock").read_bytes()
    spec = project / "a.envspec"
    spec.write_text(spec.read_text().replace("beta >=1", "beta >=0"))
    command = ["bash", "-c", LIMITED, "-", *ENVSPEC, "lock"]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (done.returncode, "E0637" in done.stderr) == (3, True), done.stderr
    assert "Traceback" not in done.stderr
    assert (project / "envspec.lock").read_bytes() == before
    assert leftovers(project) == []


WRITE = """\
import resource, signal, sys
from pathlib import Path
from envspec.diagnostics import Failure
from envspec.lock.file import write_lock
from envspec.lock.model import Lock, LockedEnvironment
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_lock(Path(sys.argv[1]), Lock({"e": LockedEnvironment("e", "sha256:" + "a" * 64, ())}))
except Failure as failure:
    print(failure.diagnostics[0].code)
"""


def test_a_lock_is_written_whole_or_not_at_all(project: Path) -> None:
    """The disk fills in the middle of the lock file."""
    lock(project)
    before = (project / "envspec.lock").read_bytes()
    done = subprocess.run(
        [*ENVSPEC[:1], "-c", WRITE, str(project)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "E0622\n", done.stderr
    assert (project / "envspec.lock").read_bytes() == before
    assert leftovers(project) == []


def leftovers(project: Path) -> list[str]:
    known = {"a.envspec", ".git", ".envspec", "envspec.lock"}
    return sorted(path.name for path in project.iterdir() if path.name not in known)


def test_several_at_once_wait_for_each_other(project: Path) -> None:
    """One lock file, five processes: each ends well, and it is what one alone makes."""
    lock(project)
    alone = (project / "envspec.lock").read_bytes()
    (project / "envspec.lock").unlink()
    running = [
        subprocess.Popen([*ENVSPEC, "lock", "-q"], cwd=project, stderr=subprocess.PIPE, env=dict(os.environ))
        for _ in range(3)
    ]
    for process in running:
        assert process.communicate(timeout=120)[1] == b""
        assert process.returncode == 0
    assert (project / "envspec.lock").read_bytes() == alone


@pytest.mark.parametrize("served", [True, False], ids=["http", "file"])
def test_a_wheel_that_was_changed_after_locking_is_not_installed(
    project: Path, tmp_path: Path, served: bool
) -> None:
    """The index lists the new hash, as whoever changed the file would have it do."""
    spec = project / "a.envspec"
    spec.write_text(
        f'edition = 1\nenvironment e {{\n    python = "{sys.version_info.major}.{sys.version_info.minor}"\n'
        '    pip = ["gamma >=1"]\n}\n'
    )
    with serve(tmp_path / "index") as address:
        index = address if served else (tmp_path / "index").as_uri()
        lock(project, UV_DEFAULT_INDEX=index)
        write_index(tmp_path / "index", (("gamma", "1.0", ANY, ("evil",)),))
        shutil.rmtree(tmp_path / "cache")
        done = envspec("build", "--frozen", cwd=project, UV_DEFAULT_INDEX=index)
    assert done.returncode != 0
    assert "E0806" in done.stderr and "a.envspec:4:12" in done.stderr, done.stderr
    assert list((project / ".envspec" / "environments").glob("*/bin/python")) == []


def test_a_workspace_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text('edition = 1\nenvironment e { python = ">=3.11" }\n')
    (tmp_path / ".envspec").mkdir()
    (tmp_path / ".envspec" / "locks").write_text("no folder")
    done = envspec("lock", "a.envspec", cwd=tmp_path)
    assert done.returncode == 2
    assert f"error[E1101]: the workspace `{tmp_path / '.envspec'}` cannot be written" in done.stderr
    assert not (tmp_path / "envspec.lock").exists()
