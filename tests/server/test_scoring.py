"""What a request gets: the conventions of `run`, and an answer for everything that can be wrong with one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.scoring import Server

pytestmark = pytest.mark.slow

Serve = Callable[..., Server]

ECHO = "def init(): pass\ndef run(data): return data\n"


@pytest.mark.parametrize(
    "value",
    [{"a": [1, 2.5, None, True]}, [], "Grüße ✓ 你好 \U0001f600", "\ud800", 0, None, {"": {"b": "\u0000"}}],
    ids=repr,
)
def test_json_goes_in_and_comes_out(serve: Serve, value: object) -> None:
    answer = serve(ECHO).wait_ready().score(value)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json == value


@pytest.mark.parametrize(
    ("signature", "seen"),
    [
        ("raw_data", "'{\"x\": 1}'"),
        ("text: str", "'{\"x\": 1}'"),
        ("blob: bytes", "b'{\"x\": 1}'"),
        ("blob: 'bytes'", "b'{\"x\": 1}'"),
        ("data", "{'x': 1}"),
        ("data, threshold=0.5", "{'x': 1}"),
        ("*data", "({'x': 1},)"),
    ],
)
def test_the_first_parameter_decides_what_run_gets(serve: Serve, signature: str, seen: str) -> None:
    name = signature.split(":")[0].split(",")[0].lstrip("*")
    server = serve(f"def init(): pass\ndef run({signature}): return repr({name})\n").wait_ready()
    assert server.score({"x": 1}).json == seen


@pytest.mark.parametrize("signature", ["data, request_headers", "data, headers=None", "data, anything"])
def test_headers_are_given_to_a_second_parameter(serve: Serve, signature: str) -> None:
    name = signature.split(", ")[1].split("=")[0]
    script = (
        f"def init(): pass\ndef run({signature}): return [{name}['x-a'], {name}.get('X-A'), 'X-a' in {name}]"
    )
    assert serve(script).wait_ready().score(1, X_A="v").json == ["v", "v", True]


def test_bytes_for_other_content_types(serve: Serve) -> None:
    server = serve("def init(): pass\ndef run(data): return data[::-1]\n").wait_ready()
    answer = server.request("POST", "/score", b"\x00\xff", content_type="application/x-npy")
    assert (answer.body, answer.headers["content-type"]) == (b"\xff\x00", "application/octet-stream")
    form = server.request("POST", "/score", b"{}", content_type="application/x-www-form-urlencoded")
    assert form.status == 415
    assert "content-type: application/json" in form.message


def test_text_in_another_encoding(serve: Serve) -> None:
    server = serve("def init(): pass\ndef run(raw_data): return raw_data\n").wait_ready()
    latin = server.request(
        "POST", "/score", "é".encode("latin-1"), content_type="text/plain; charset=latin-1"
    )
    assert latin.json == "é"
    assert server.request("POST", "/score", b"\xff", content_type="text/plain").status == 400


def test_what_has_tolist_becomes_json(serve: Serve) -> None:
    script = """
class Array:
    def tolist(self): return [1.0, 2.0]
def init(): pass
def run(data): return {"prediction": Array(), "pair": (1, 2)}
"""
    assert serve(script).wait_ready().score(1).json == {"prediction": [1.0, 2.0], "pair": [1, 2]}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b"{bad", "line 1, column 2"),
        (b'{\n "a": 1,}', "line 2, column"),
        (b"NaN", "`NaN` is not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b'"\xff"', "not usable JSON"),
    ],
)
def test_a_body_that_is_no_json_is_refused_with_its_place(serve: Serve, body: bytes, says: str) -> None:
    answer = serve(ECHO).wait_ready().request("POST", "/score", body, content_type="application/json")
    assert answer.status == 400
    assert says in answer.message


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        ("float('nan')", "Out of range float"),
        ("{1, 2}", "`run` returned a set, which JSON cannot hold"),
        ("{'a': object()}", "`run` returned a object, which JSON cannot hold"),
    ],
)
def test_a_result_that_is_no_json_is_explained_in_the_log(serve: Serve, returned: str, reason: str) -> None:
    server = serve(f"def init(): pass\ndef run(data): return {returned}\n").wait_ready()
    answer = server.score(1)
    assert answer.status == 500
    assert reason in server.log
    assert reason not in answer.message


def test_a_crash_of_run_keeps_its_traceback_in_the_log(serve: Serve) -> None:
    script = "def init(): pass\ndef run(data):\n    raise RuntimeError('the password is hunter2')\n"
    server = serve(script).wait_ready()
    answer = server.score(1, X_Request_ID="abc-1")
    assert (answer.status, answer.headers["x-request-id"]) == (500, "abc-1")
    assert answer.json["error"]["id"] == "abc-1"
    assert b"hunter2" not in answer.body
    assert "-----BEGIN run() traceback abc-1-----\nTraceback (most recent call last):\n  File " in server.log
    assert 'score.py", line 3, in run' in server.log
    assert "worker.py" not in server.log


def test_sys_exit_in_run_is_an_error_of_that_request_only(serve: Serve) -> None:
    server = serve(
        "import sys\ndef init(): pass\ndef run(data): sys.exit(data) if data else 0\n"
    ).wait_ready()
    assert server.score(3).status == 500
    assert server.score(0).status == 200


def test_a_request_id_unfit_for_a_log_is_replaced(serve: Serve) -> None:
    server = serve(ECHO).wait_ready()
    for given in ("a b", "x" * 200, "\x1b[31m", ""):
        identity = server.score(1, X_Request_ID=given).headers["x-request-id"]
        assert identity != given
        assert len(identity) == 32


def test_endpoints(serve: Serve) -> None:
    server = serve(ECHO).wait_ready()
    assert server.get("/healthz").json == {"status": "alive"}
    assert server.get("/readyz").json == {"status": "ready", "workers": {"ready": 1, "wanted": 1}}
    assert server.get("/").json["takes"] == "json"
    assert server.request("HEAD", "/healthz").body == b""
    wrong = server.get("/score")
    assert (wrong.status, wrong.headers["allow"]) == (405, "POST")
    nothing = server.get("/predict")
    assert nothing.status == 404
    assert "POST /score" in nothing.json["error"]["endpoints"]
    broken = server.request("POST", "/score", b"", transfer_encoding="nonsense")
    assert broken.status >= 400
    assert broken.json["error"]["id"]


def test_a_token_is_wanted_where_one_is_set(serve: Serve, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("s3cret-tök\n", encoding="utf-8")
    script = "def init(): pass\ndef run(data, headers): return [data, 'authorization' in headers]\n"
    server = serve(script, ENVSPEC_AUTH_FILE=str(token)).wait_ready()
    refused = server.score(1)
    assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert server.score(1, Authorization="Bearer wrong").status == 401
    assert server.score(1, Authorization="Basic s3cret-tök".encode().decode("latin-1")).status == 401
    answer = server.score(1, Authorization="Bearer s3cret-tök".encode().decode("latin-1"))
    assert answer.json == [1, False]
    assert server.get("/").status == 401
    assert server.get("/healthz").status == 200
    assert "s3cret" not in server.log


def test_models_are_named_by_variables(serve: Serve, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.joinpath("wine-red").mkdir(parents=True)
    models.joinpath("tune-alpha-0.1").write_text("x")
    script = """
import os
def init():
    global seen
    seen = {k: v for k, v in os.environ.items() if "MODEL" in k or k in ("ENVSPEC_PORT", "ENVSPEC_AUTH_FILE")}
def run(data): return seen
"""
    seen = serve(script, ENVSPEC_MODELS=str(models)).wait_ready().score(1).json
    assert seen == {
        "AZUREML_MODEL_DIR": str(models),
        "ENVSPEC_MODELS": str(models),
        "ENVSPEC_MODEL_WINE_RED": str(models / "wine-red"),
        "ENVSPEC_MODEL_TUNE_ALPHA_0_1": str(models / "tune-alpha-0.1"),
    }


def test_secrets_reach_the_script_and_never_the_log(serve: Serve, tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    folder.joinpath("CORP_TOKEN").write_text("t0ps3cret")
    script = """
import os, sys
def init(): pass
def run(data):
    value = os.environ["CORP_TOKEN"]
    print("as one", value); sys.stdout.flush()
    for part in (value[:4], value[4:], "\\n"):
        sys.stdout.write(part); sys.stdout.flush()
    if data: raise ValueError(value)
    return open(os.environ["CORP_TOKEN_FILE"]).read() == value
"""
    server = serve(script, ENVSPEC_SECRET_DIR=str(folder)).wait_ready()
    assert server.score(0).json is True
    assert server.score(1).status == 500
    assert server.terminate() == 0
    assert "t0ps3cret" not in server.log
    assert "as one ***" in server.log
    assert "ValueError: ***" in server.log


def test_what_the_script_prints_is_log_and_not_protocol(serve: Serve) -> None:
    script = """
import os, sys
def init():
    os.write(1, b"raw bytes \\xff\\n")
def run(data):
    print("printed", "\\ud800"); print("to stderr", file=sys.stderr); os.system("echo from a child")
    return input if False else 1
"""
    server = serve(script).wait_ready()
    assert server.score(1).json == 1
    server.terminate()
    for text in ("printed \\ud800\n", "to stderr\n", "from a child\n", "raw bytes "):
        assert text in server.log


def test_modules_beside_the_entry_are_found_and_ours_are_not(serve: Serve, tmp_path: Path) -> None:
    script = """
import os, sys, json
import features
def init(): pass
def run(data):
    return [features.X, os.getcwd() == os.path.dirname(os.path.abspath(__file__)),
            any("waitress" in m or "http_front" in m for m in sys.modules),
            any(os.path.exists(os.path.join(p, "http_front")) for p in sys.path), __name__]
"""
    tmp_path.joinpath("source").mkdir()
    tmp_path.joinpath("source", "features.py").write_text("X = 7\n")
    assert serve(script).wait_ready().score(1).json == [7, True, False, False, "score"]


def test_the_access_log_has_one_line_a_request(serve: Serve) -> None:
    server = serve(ECHO).wait_ready()
    server.score(1, X_Request_ID="first")
    server.get("/healthz")
    server.terminate()
    lines = [line for line in server.log.splitlines() if "POST /score" in line]
    assert len(lines) == 1
    assert lines[0].endswith(" ms id=first")
    assert "GET /healthz" not in server.log


def test_json_of_our_own_is_always_json(serve: Serve) -> None:
    server = serve(ECHO).wait_ready()
    for path in ("/%ff", "/a%00b", "/x" * 50):
        assert json.loads(server.get(path).body)["error"]["message"] == "there is nothing here"
