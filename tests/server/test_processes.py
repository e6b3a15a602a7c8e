"""The life of the processes: starting, dying, hanging, leaving, on every Python that is here."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.engines.free_port import free_port
from tests.server.scoring import Server, running, wait_for

pytestmark = pytest.mark.slow  # whole commands and servers, one after the other

Serve = Callable[..., Server]

SCRIPT = """
import os, time
def init(): pass
def run(data):
    if "touch" in data: open(data["touch"], "w").close()
    while "until" in data and not os.path.exists(data["until"]): time.sleep(0.01)
    if "die" in data: os.kill(os.getpid(), data["die"])
    return [os.getpid(), data.get("n")]
"""


def interpreters() -> dict[str, str]:
    """One for each minor version that is installed, by uv, which knows where they are kept."""
    from uv import find_uv_bin

    listed = subprocess.run(
        [find_uv_bin(), "python", "list", "--only-installed", "--output-format", "json", "--offline"],
        capture_output=True, text=True, check=False, env={**os.environ, "UV_PYTHON_DOWNLOADS": "never"},
    )  # fmt: skip
    found = {"{}.{}".format(*sys.version_info): sys.executable}
    for one in json.loads(listed.stdout or "[]"):
        parts = one["version_parts"]
        if one["path"] and one["implementation"] == "cpython" and (parts["major"], parts["minor"]) >= (3, 9):
            found.setdefault(f"{parts['major']}.{parts['minor']}", one["path"])
    return found


PYTHONS = interpreters()


@pytest.mark.parametrize("version", sorted(PYTHONS))
def test_every_python_serves(serve: Serve, version: str) -> None:
    server = serve(
        "import sys\ndef init(): pass\ndef run(data, request_headers): return '%d.%d' % sys.version_info[:2]\n",
        python=PYTHONS[version],
    ).wait_ready()
    assert server.score({"a": 1}).json == version
    assert server.request("POST", "/score", b"{", content_type="application/json").status == 400
    assert server.terminate() == 0


def test_32_requests_at_once(serve: Serve) -> None:
    server = serve(SCRIPT, ENVSPEC_WORKERS="2", ENVSPEC_CONCURRENCY="2").wait_ready()
    with ThreadPoolExecutor(32) as clients:
        answers = [a.json for a in clients.map(lambda n: server.score({"n": n}), range(320))]
    assert [n for _, n in answers] == list(range(320))
    assert len({pid for pid, _ in answers}) == 2


def test_health_answers_while_every_worker_is_busy(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT).wait_ready()
    with ThreadPoolExecutor(2) as clients:
        begun, until = tmp_path / "begun", tmp_path / "until"
        first = clients.submit(server.score, {"touch": str(begun), "until": str(until)})
        wait_for(begun.exists)
        second = clients.submit(server.score, {"n": 2})
        assert server.get("/healthz").status == 200
        assert server.get("/readyz").status == 200
        until.touch()
        assert (first.result().status, second.result().json[1]) == (200, 2)


def test_too_many_waiting_requests_are_told_to_come_back(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT).wait_ready()
    until = tmp_path / "until"
    with ThreadPoolExecutor(80) as clients:
        waiting = [clients.submit(server.score, {"until": str(until), "n": n}) for n in range(80)]
        refused = wait_for(lambda: [w for w in waiting if w.done()])[0].result()
        until.touch()
        statuses = [w.result().status for w in waiting]
    assert (refused.status, refused.headers["retry-after"]) == (503, "1")
    assert statuses.count(200) >= 65
    assert set(statuses) == {200, 503}


def test_a_slow_client_holds_up_nobody(serve: Serve) -> None:
    server = serve(SCRIPT).wait_ready()
    with server.raw() as slow:
        slow.sendall(
            b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
        )
        slow.sendall(b'{"n":')
        assert server.score({"n": 1}).json[1] == 1
        slow.sendall(b"  2}")
        assert slow.recv(12) == b"HTTP/1.1 200"


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_large_is_refused_after_it_was_read(serve: Serve, chunked: bool) -> None:
    server = serve(SCRIPT, ENVSPEC_BODY_LIMIT="1000").wait_ready()
    body = b'{"a":"' + b"x" * 20_000_000 + b'"}'
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request(
        "POST", "/score", iter([body[:900], body[900:]]) if chunked else body, encode_chunked=chunked
    )
    answer = connection.getresponse()
    error = json.loads(answer.read())["error"]
    connection.close()
    assert (answer.status, error["message"]) == (413, "the body is larger than 1000 bytes")
    exactly = b'{"n":"' + b"x" * (1000 - 8) + b'"}'
    assert server.request("POST", "/score", exactly, content_type="application/json").status == 200


def test_a_large_body_and_a_large_answer_pass(serve: Serve) -> None:
    script = "def init(): pass\ndef run(data: bytes): return data + data\n"
    server = serve(script, ENVSPEC_BODY_LIMIT=str(50_000_000)).wait_ready()
    body = os.urandom(20_000_000)
    assert server.request("POST", "/score", body).body == body + body


def test_a_client_that_leaves_is_no_trouble(serve: Serve) -> None:
    server = serve("def init(): pass\ndef run(data): return 'x' * 30_000_000\n").wait_ready()
    for _ in range(3):
        with server.raw() as client:
            client.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n1")
            client.recv(10)
    assert server.score(1).status == 200


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_worker_that_dies_in_a_request_is_replaced(serve: Serve, number: int) -> None:
    server = serve(SCRIPT).wait_ready()
    first = server.score({}).json[0]
    answer = server.score({"die": int(number)})
    assert answer.status == 502
    assert "died" in answer.message
    second = server.score({}).json[0]
    assert second != first
    assert f"(pid {first}) died: killed by {signal.Signals(number).name}" in server.log


def test_the_other_requests_of_a_killed_worker_are_answered_too(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT, ENVSPEC_CONCURRENCY="3").wait_ready()
    pid = server.score({}).json[0]
    begun = [tmp_path / str(n) for n in range(3)]
    with ThreadPoolExecutor(3) as clients:
        waiting = [clients.submit(server.score, {"touch": str(b), "until": "/nowhere"}) for b in begun]
        wait_for(lambda: all(b.exists() for b in begun))
        os.kill(pid, signal.SIGKILL)
        assert [w.result().status for w in waiting] == [502, 502, 502]
    assert server.score({"n": 1}).status == 200


def test_a_request_that_hangs_is_a_504_and_the_worker_is_replaced(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT, ENVSPEC_TIMEOUT="2.5").wait_ready()
    pid = server.score({}).json[0]
    answer = server.score({"until": "/nowhere"})
    assert (answer.status, answer.message) == (504, "the scoring script gave no answer in 2.5 s")
    wait_for(lambda: not running(pid))
    wait_for(lambda: server.score({}).status == 200)
    assert server.score({}).json[0] != pid


def test_a_slow_worker_finishes_its_other_requests_first(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT, ENVSPEC_TIMEOUT="4", ENVSPEC_CONCURRENCY="2").wait_ready()
    pid = server.score({}).json[0]
    begun, until = tmp_path / "begun", tmp_path / "until"
    with ThreadPoolExecutor(2) as clients:
        hanging = clients.submit(server.score, {"touch": str(begun), "until": "/nowhere"})
        wait_for(begun.exists)
        threading.Event().wait(2.0)
        later = clients.submit(server.score, {"until": str(until)})
        assert hanging.result().status == 504
        assert running(pid)
        until.touch()
        assert later.result().json[0] == pid
    wait_for(lambda: not running(pid))


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (
            "import no_such_module\ndef init(): pass\ndef run(data): pass\n",
            "No module named 'no_such_module'",
        ),
        ("def init():\n    raise OSError('no model')\ndef run(data): pass\n", "line 2, in init"),
        ("def init():\n    raise SystemExit('bye')\ndef run(data): pass\n", "SystemExit: bye"),
        (
            "def init():\n    import os; os._exit(7)\ndef run(data): pass\n",
            "before init() returned: exit status 7",
        ),
        ("def init():\n    import os; os.kill(os.getpid(), 9)\ndef run(data): pass\n", "killed by SIGKILL"),
        ("def run(data): pass\n", "`score.py` has no function `init`"),
        ("def init(): pass\nrun = 3\n", "`score.py` has no function `run`"),
        ("def init(): pass\ndef run(a, b, c): pass\n", "`run` must take"),
        ("def init(): pass\nasync def run(a): pass\n", "must be plain functions"),
        ("def init(:\n", "SyntaxError"),
    ],
)
def test_a_script_that_cannot_start_ends_the_server_with_its_traceback(
    serve: Serve, script: str, expected: str
) -> None:
    from envspec.engines.serving import init_traceback

    server = serve(script, ENVSPEC_WORKERS="3")
    assert server.finish() == 3
    shown = init_traceback(server.log)
    assert shown is not None
    assert expected in shown
    assert "worker.py" not in shown
    assert server.log.count("-----BEGIN init() traceback-----") == 1


def test_it_is_not_ready_before_init_returned(serve: Serve, tmp_path: Path) -> None:
    go = tmp_path / "go"
    script = f"""
import os, time
def init():
    while not os.path.exists({str(go)!r}): time.sleep(0.01)
def run(data): return 1
"""
    server = serve(script)
    assert server.get("/healthz").status == 200
    assert server.get("/readyz").status == 503
    go.touch()
    server.wait_ready()


def test_workers_that_keep_dying_end_the_server(serve: Serve, tmp_path: Path) -> None:
    script = f"""
import os
def init():
    if os.path.exists({str(tmp_path / "broken")!r}): raise RuntimeError("broken now")
def run(data): os._exit(1)
"""
    server = serve(script).wait_ready()
    tmp_path.joinpath("broken").touch()
    server.score(1)
    assert server.finish() == 3
    assert "RuntimeError: broken now" in server.log


def test_sigterm_finishes_requests_that_have_begun_and_takes_no_more(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT).wait_ready()
    begun, until = tmp_path / "begun", tmp_path / "until"
    port = server.port
    with ThreadPoolExecutor(2) as clients, server.raw() as idle:
        answer = clients.submit(server.score, {"touch": str(begun), "until": str(until), "n": 5})
        wait_for(begun.exists)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "stopping" in server.log)
        assert idle.recv(1) == b""
        with pytest.raises(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=5).request("GET", "/")
        until.touch()
        assert answer.result().json[1] == 5
    assert server.finish() == 0


def test_a_second_sigterm_does_not_wait(serve: Serve, tmp_path: Path) -> None:
    server = serve(SCRIPT, ENVSPEC_GRACE="1000").wait_ready()
    pid = server.score({}).json[0]
    begun = tmp_path / "begun"
    with ThreadPoolExecutor(1) as clients:
        answer = clients.submit(server.score, {"touch": str(begun), "until": "/nowhere"})
        wait_for(begun.exists)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "stopping" in server.log)
        assert server.terminate() == 0
        with contextlib.suppress(http.client.HTTPException, OSError):
            assert answer.result().status == 502
    assert not running(pid)


def test_sigterm_runs_the_exit_handlers_of_the_script(serve: Serve, tmp_path: Path) -> None:
    done = tmp_path / "done"
    script = f"import atexit\ndef init(): atexit.register(open, {str(done)!r}, 'w')\ndef run(data): pass\n"
    assert serve(script).wait_ready().terminate() == 0
    assert done.exists()


def test_the_workers_and_their_children_end_with_the_front(serve: Serve) -> None:
    script = """
import os, subprocess
def init():
    global child
    child = subprocess.Popen(["sleep", "1000"])
def run(data): return [os.getpid(), child.pid]
"""
    server = serve(script).wait_ready()
    pids = server.score(1).json
    assert all(running(pid) for pid in pids)
    server.process.kill()
    wait_for(lambda: not any(running(pid) for pid in pids))


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ENVSPEC_ENTRY": ""}, "ENVSPEC_ENTRY is not set"),
        ({"ENVSPEC_PORT": "http"}, "ENVSPEC_PORT is `http`"),
        ({"ENVSPEC_PORT": "70000"}, "from 0 to 65535"),
        ({"ENVSPEC_WORKERS": "0"}, "from 1 to 1024"),
        ({"ENVSPEC_AUTH_FILE": "/nowhere"}, "No such file or directory: /nowhere"),
        ({"ENVSPEC_AUTH_FILE": "/dev/null"}, "is empty"),
        ({"ENVSPEC_MODELS": "/nowhere"}, "ENVSPEC_MODELS cannot be read"),
    ],
)
def test_settings_that_make_no_sense_end_it_with_2(serve: Serve, settings: dict[str, str], says: str) -> None:
    server = serve(SCRIPT, **settings)
    assert server.finish() == 2
    assert says in server.log
    assert "Traceback" not in server.log


def test_a_port_that_is_taken_ends_it_with_4(serve: Serve) -> None:
    first = serve(SCRIPT).wait_ready()
    second = serve(SCRIPT, ENVSPEC_PORT=str(first.port))
    assert second.finish() == 4
    assert f"cannot listen on 127.0.0.1:{first.port}: Address already in use" in second.log


def test_the_staged_server_moves_when_it_is_told(serve: Serve, tmp_path: Path) -> None:
    wanted = free_port()
    state = tmp_path / "state.json"
    server = serve(SCRIPT, ENVSPEC_STAGED="1", ENVSPEC_PORT=str(wanted), ENVSPEC_STATE_FILE=str(state))
    server.wait_ready()
    at_first = json.loads(state.read_text())
    assert at_first["staged"] is True
    assert at_first["port"] not in (0, wanted)
    server.process.send_signal(signal.SIGUSR1)
    wait_for(lambda: json.loads(state.read_text())["port"] == wanted)
    assert server.port == wanted
    assert server.score({"n": 1}).json[1] == 1
    with pytest.raises(OSError):
        http.client.HTTPConnection("127.0.0.1", at_first["port"], timeout=5).request("GET", "/")
