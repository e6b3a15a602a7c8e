"""What is said when there is no engine, and where one is looked for."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.engines.docker.connection import Connection, diagnose
from envspec.engines.docker.endpoint import DEFAULT_HOST, configured_host
from envspec.engines.docker.engine import DockerEngine
from envspec.engines.docker.fast_path import image_facts


def code_of(host: str) -> str:
    found = diagnose(host)
    return found.code if found is not None else ""


def listening(path: Path, answer: bytes) -> subprocess.Popen[str]:
    """A program at the other end of a socket that says `answer` to whoever comes."""
    program = (
        "import socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); s.listen(); print('ready', flush=True)\n"
        "while True:\n c, _ = s.accept(); c.recv(65536); c.sendall(sys.argv[2].encode()); c.close()\n"
    )
    command = [sys.executable, "-c", program, str(path), answer.decode()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_no_socket(tmp_path: Path) -> None:
    assert code_of(f"unix://{tmp_path}/none.sock") == "E0901"
    found = DockerEngine(host=f"unix://{tmp_path}/none.sock").available()
    assert found is not None
    assert "no socket" in found.message and found.help


def test_a_socket_nobody_listens_at(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(tmp_path / "s"))
    assert code_of(f"unix://{tmp_path}/s") == "E0902"


def test_something_else_listens_there(tmp_path: Path) -> None:
    for number, answer in enumerate((b"220 mail.example ready\r\n", b"HTTP/1.0 404 Not Found\r\n\r\n")):
        process = listening(tmp_path / str(number), answer)
        try:
            assert code_of(f"unix://{tmp_path}/{number}") == "E0902"
        finally:
            process.kill()
            process.communicate()


def test_a_port_nobody_listens_at() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert code_of(f"tcp://127.0.0.1:{port}") == "E0902"


@pytest.mark.parametrize("host", ["", "nonsense", "unix://", "tcp://", "ftp://x", "unix:///\0"])
def test_an_address_that_is_none_is_never_a_traceback(host: str) -> None:
    assert code_of(host or "x").startswith("E09")


def test_no_permission(tmp_path: Path) -> None:
    """Asked as another user where this one is root, whom no permission stops."""
    path = tmp_path / "s"
    with socket.socket(socket.AF_UNIX) as private:
        private.bind(str(path))
        private.listen()
        path.chmod(0)
        tmp_path.chmod(0o755)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            if os.getuid() == 0:
                os.chroot(tmp_path)  # the folders above may be closed to the other user
                os.setgroups([])
                os.setuid(65534)
            os.write(
                writing,
                code_of("unix:///s" if os.getppid() and Path("/s").exists() else f"unix://{path}").encode(),
            )
            os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)
        assert os.read(reading, 100) == b"E0903"
        os.close(reading)


def test_the_client_says_the_same(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        _ = Connection(f"unix://{tmp_path}/none.sock").client
    assert failed.value.diagnostics[0].code == "E0901"
    assert failed.value.diagnostics[0].category.exit_status == 3


def test_the_fast_question_has_no_answer_without_an_engine(tmp_path: Path) -> None:
    assert not image_facts(f"unix://{tmp_path}/none.sock", "envspec/x:1").known
    assert not image_facts("tcp://127.0.0.1:1", "envspec/x:1").known


def test_where_the_engine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert configured_host() == DEFAULT_HOST
    folder = tmp_path / "contexts" / "meta" / sha256(b"rootless").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "rootless", "Endpoints": {"docker": {"Host": "unix:///run/user/1000/docker.sock"}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    assert configured_host() == DEFAULT_HOST
    (tmp_path / "config.json").write_text('{"currentContext": "rootless"}')
    assert configured_host() == "unix:///run/user/1000/docker.sock"
    monkeypatch.setenv("DOCKER_CONTEXT", "default")
    assert configured_host() == DEFAULT_HOST
    monkeypatch.setenv("DOCKER_CONTEXT", "gone")
    assert configured_host() == DEFAULT_HOST
    monkeypatch.setenv("DOCKER_HOST", "unix:///x")
    assert configured_host() == "unix:///x"
