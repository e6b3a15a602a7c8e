"""Runs in real containers: what the program sees, what is left, and how an end is told."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Failure
from envspec.engines.docker import container_settings
from envspec.engines.docker.connection import Connection
from envspec.engines.docker.run import RUN_LABEL, cancel, run_in_container
from envspec.engines.interface import RunRequest
from envspec.engines.tracking import remembered
from envspec.ir.types import Docker, Environment, InputRef, OutputRef, Resources, SecretRef, Template
from envspec.workspace.metrics import read_metrics
from tests.conftest import have
from tests.engines.mlflow import mlflow_python
from tests.engines_docker.requests import OURS, SECRET_VALUE, Heard, run_request


def containers(connection: Connection, request: RunRequest) -> list[str]:
    found = connection.client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={request.id}"})
    return [container["Id"] for container in found]


def failure(connection: Connection, request: RunRequest) -> Diagnostic:
    with pytest.raises(Failure) as failed:
        run_in_container(connection, request)
    (diagnostic,) = failed.value.diagnostics
    assert diagnostic.category.exit_status == 3
    assert not containers(connection, request)
    return diagnostic


def test_inputs_outputs_variables_and_status(connection: Connection, base: str, tmp_path: Path) -> None:
    data = tmp_path / "wine.csv"
    data.write_text("a,b\n")
    folder = tmp_path / "raw data"
    folder.mkdir()
    (folder / "x").write_text("in a folder")
    heard = Heard()
    script = (
        "import os, sys; e = os.environ\n"
        "assert sys.argv[1] == e['ENVSPEC_INPUT_WINE'] and sys.argv[1].endswith('/wine.csv'), sys.argv\n"
        "assert sys.argv[2] == '--out=' + e['ENVSPEC_OUTPUT_THE_MODEL'], sys.argv\n"
        "assert e['WHERE'] == 'at ' + sys.argv[1] and e['BOTH'] == 'run' and e['OURS'] == 'environment'\n"
        "open(e['ENVSPEC_OUTPUT_THE_MODEL'], 'w').write(open(sys.argv[1]).read() + open('source.txt').read())\n"
        "print(open(e['ENVSPEC_INPUT_RAW'] + '/x').read(), os.getcwd(), e['OMP_NUM_THREADS'])\n"
        "try: open(sys.argv[1], 'a')\n"
        "except OSError as error: print(error.strerror)\n"
        "sys.exit(5)\n"
    )
    request = run_request(
        tmp_path,
        base,
        heard=heard,
        inputs={"wine": data, "raw": folder},
        environment=Environment("e", "e", variables={"BOTH": "environment", "OURS": "environment"}),
        command=(
            "python3", "-c", script, Template((InputRef("wine"),)), Template(("--out=", OutputRef("the-model"))),
        ),
        outputs={"the-model": "deep/er/model.txt"},
        variables={"WHERE": Template(("at ", InputRef("wine"))), "BOTH": "run"},
        resources=Resources(cpu=1, memory=256 << 20),
    )  # fmt: skip
    (request.work / "source.txt").write_text("source")
    result = run_in_container(connection, request)
    assert (result.status, result.timed_out, result.note) == (5, False, "")
    assert heard.text == "in a folder /envspec/work 1\nRead-only file system\n"
    assert request.log.read_text() == heard.text
    assert (request.work / "deep/er/model.txt").read_text() == "a,b\nsource"
    assert not containers(connection, request)


def test_the_command_alone_counts(connection: Connection, base: str, tmp_path: Path) -> None:
    """Neither the image's ENTRYPOINT nor its CMD, and no shell."""
    made = connection.client.containers.create(base)
    image = made.commit(f"envspec/{OURS}", "entrypoint", conf={"Entrypoint": ["false"], "Cmd": ["x"]})
    made.remove()
    heard = Heard()
    assert image.id
    request = run_request(tmp_path, image.id, heard=heard, command=("echo", "$HOME", "*", "&&", "false"))
    assert run_in_container(connection, request).status == 0
    assert heard.text == "$HOME * && false\n"


def test_a_shell_script_travels_as_a_file(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    shell = 'echo "$WORD" | tr a-z A-Z\nx=\'quoted $WORD\'; echo "$x"\ncat /proc/$$/cmdline | tr "\\0" " "; exit 9'
    request = run_request(tmp_path, base, heard=heard, shell=shell, variables={"WORD": "it's $(id)"})
    assert run_in_container(connection, request).status == 9
    assert heard.text == "IT'S $(ID)\nquoted $WORD\n/bin/sh /envspec/script.sh "
    assert list(request.work.iterdir()) == []


def test_outputs_belong_to_the_user(
    connection: Connection, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = run_request(tmp_path, base, command=("sh", "-c", "id -u; id -g; mkdir d; echo x > d/f"))
    os.chown(request.work, 12345, 23456)
    monkeypatch.setattr(container_settings.os, "getuid", lambda: 12345)
    monkeypatch.setattr(container_settings.os, "getgid", lambda: 23456)
    assert run_in_container(connection, request).status == 0
    assert request.log.read_text() == "12345\n23456\n"
    made = (request.work / "d" / "f").stat()
    assert (made.st_uid, made.st_gid) == (12345, 23456)


def test_output_comes_while_the_program_runs(connection: Connection, base: str, tmp_path: Path) -> None:
    """The program waits for a file that is made when its first line has come."""
    work = tmp_path / "work"

    def output(text: str) -> None:
        if "waiting" in text:
            (work / "go").touch()

    script = (
        "import os, time\nprint('waiting')\nwhile not os.path.exists('go'): time.sleep(0.01)\nprint('done')"
    )
    request = run_request(tmp_path, base, output=output, command=("python3", "-c", script), timeout=60.0)
    result = run_in_container(connection, request)
    assert (result.status, result.timed_out) == (0, False)
    assert request.log.read_text() == "waiting\ndone\n"


def test_secrets_are_masked_and_in_no_label_or_argument(
    connection: Connection, base: str, tmp_path: Path
) -> None:
    seen: list[str] = []

    def output(text: str) -> None:
        if not seen:
            (identifier,) = containers(connection, request)
            seen.append(str(connection.client.api.inspect_container(identifier)))
            (request.work / "go").touch()

    script = (
        "import os, sys, time\nprint('up')\nwhile not os.path.exists('go'): time.sleep(0.01)\n"
        "value = os.environ['TOKEN']\nprint(len(value), value[:4], end='', flush=True)\n"
        "time.sleep(0.2); print(value[4:], value, file=sys.stderr)\n"
    )
    request = run_request(
        tmp_path,
        base,
        output=output,
        command=("python3", "-c", script),
        variables={"TOKEN": SecretRef("corp")},
    )
    assert run_in_container(connection, request).status == 0
    value = f"{SECRET_VALUE}-corp"
    log = request.log.read_text()
    assert value not in log
    assert log.startswith(f"up\n{len(value)} ")
    assert "***" in log
    inspected = eval(seen[0])
    assert f"TOKEN={value}" in inspected["Config"].pop("Env")
    assert value not in str(inspected)
    assert inspected["HostConfig"]["LogConfig"]["Type"] == "none"


def test_a_run_over_its_time_is_stopped(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    script = "trap 'echo ending; exit 3' TERM; echo started; while :; do sleep 0.1; done"
    request = run_request(tmp_path, base, heard=heard, command=("sh", "-c", script), timeout=5.0)
    result = run_in_container(connection, request)
    assert (result.status, result.timed_out) == (3, True)
    assert heard.text == "started\nending\n"
    assert any("over its time" in line for line in heard.said)
    assert not containers(connection, request)


def test_a_time_longer_than_a_thread_waits(
    connection: Connection, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A million years: the thread that would end it fails at nothing."""
    failed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failed.append)
    request = run_request(tmp_path, base, command=("sleep", "0.5"), timeout=3.6e13)
    result = run_in_container(connection, request)
    assert (result.status, result.timed_out, failed) == (0, False, [])


def test_a_program_that_knows_no_signals_is_ended_too(
    connection: Connection, base: str, tmp_path: Path
) -> None:
    """As the first process of a container it would ignore SIGTERM, were it not for the init process."""
    request = run_request(tmp_path, base, command=("sleep", "1000"), timeout=0.5)
    result = run_in_container(connection, request)
    assert (result.status, result.timed_out) == (143, True)


def test_no_memory_left_is_said_in_words(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    command = ("python3", "-c", "x = bytearray(300 << 20)")
    request = run_request(tmp_path, base, heard=heard, command=command, resources=Resources(memory=64 << 20))
    result = run_in_container(connection, request)
    assert result.status == 137
    assert "more than the 64 MiB of `resources.memory`" in result.note
    assert result.note in heard.said


def test_limits_reach_the_engine(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    request = run_request(
        tmp_path,
        base,
        heard=heard,
        command=("sh", "-c", "df -B1 --output=size /dev/shm | tail -1"),
        environment=Environment("e", "e", docker=Docker(shm_size=32 << 20)),
    )
    assert run_in_container(connection, request).status == 0
    assert int(heard.text) == 32 << 20


def test_usage_of_a_longer_run(connection: Connection, base: str, tmp_path: Path) -> None:
    script = (
        "import time\nx = bytearray(b'x' * (100 << 20))\nend = time.time() + 3\n"
        "while time.time() < end or time.process_time() < 2: pass"
    )
    result = run_in_container(connection, run_request(tmp_path, base, command=("python3", "-c", script)))
    assert result.usage["cpu_seconds"] > 0.5
    assert result.usage["memory_bytes"] > 90 << 20


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("no-such-program",), "E0813"),
        (("./none",), "E0813"),
        (("/etc/passwd",), "E0814"),
        (("/etc",), "E0814"),
    ],
)
def test_a_program_that_is_not_there(
    connection: Connection, base: str, tmp_path: Path, command: tuple[str, ...], code: str
) -> None:
    found = failure(connection, run_request(tmp_path, base, command=command))
    assert (found.code, found.pointer) == (code, "/runs/train/command/0")
    assert f"`{command[0]}`" in found.message


def test_the_same_words_from_the_program_itself_are_only_output(
    connection: Connection, base: str, tmp_path: Path
) -> None:
    request = run_request(tmp_path, base, command=("sh", "-c", "no-such-program; exit 127"))
    assert run_in_container(connection, request).status == 127


@pytest.mark.parametrize("resources", [Resources(cpu=4096), Resources(gpu=1), Resources(memory=1 << 20)])
def test_resources_the_engine_does_not_have(
    connection: Connection, base: str, tmp_path: Path, resources: Resources
) -> None:
    found = failure(connection, run_request(tmp_path, base, command=("true",), resources=resources))
    assert (found.code, found.pointer) == ("E0913", "/runs/train/resources")


def test_an_image_that_is_gone(connection: Connection, tmp_path: Path) -> None:
    assert failure(connection, run_request(tmp_path, "envspec/none:0", command=("true",))).code == "E0912"


def test_an_input_the_engine_does_not_see(connection: Connection, base: str, tmp_path: Path) -> None:
    request = run_request(tmp_path, base, command=("true",), inputs={"wine": tmp_path / "none"})
    assert failure(connection, request).code == "E0915"


def test_an_engine_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Failure) as failed:
        run_in_container(
            Connection("tcp://engine.example:2375"), run_request(tmp_path, "x", command=("true",))
        )
    assert failed.value.diagnostics[0].code == "E0915"


def test_lines_of_both_streams_stay_whole(connection: Connection, base: str, tmp_path: Path) -> None:
    """The engine reads stdout and stderr side by side; a secret value is hidden whatever comes between."""
    heard = Heard()
    script = (
        "import os, sys, time\n"
        "for stream, text in ((1, 'to '), (2, 'a warning\\n'), (1, os.environ['WORD'][:3]), (2, 'another\\n'),\n"
        "                     (1, os.environ['WORD'][3:] + '\\n'), (2, 'the end\\n')):\n"
        "    os.write(stream, text.encode()); time.sleep(0.2)\n"
    )
    request = run_request(
        tmp_path,
        base,
        heard=heard,
        command=("python3", "-c", script),
        variables={"WORD": SecretRef("word")},
    )
    assert run_in_container(connection, request).status == 0
    assert sorted(heard.text.splitlines()) == ["a warning", "another", "the end", "to ***"]
    assert request.log.read_text() == heard.text


def test_a_script_and_its_commands_speak_in_order(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    shell = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo error $i >&2; no-such-command; done"
    request = run_request(tmp_path, base, heard=heard, shell=shell)
    assert run_in_container(connection, request).status == 127
    lines = heard.text.splitlines()
    assert [line for line in lines if "not found" not in line] == [
        f"{word} {i}" for i in range(1, 10) for word in ("out", "error")
    ]
    assert ["not found" in line for line in lines] == [False, False, True] * 9


def test_bytes_that_are_no_text(connection: Connection, base: str, tmp_path: Path) -> None:
    heard = Heard()
    script = "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\xe6\\x97'); sys.stdout.flush()"
    request = run_request(tmp_path, base, heard=heard, command=("python3", "-c", script))
    assert run_in_container(connection, request).status == 0
    assert request.log.read_bytes() == b"\xff\x00\xe6\x97"
    assert heard.text.encode("utf-8", "surrogateescape") == b"\xff\x00\xe6\x97"


def test_much_output(connection: Connection, base: str, tmp_path: Path) -> None:
    request = run_request(tmp_path, base, command=("python3", "-c", "print('0123456789' * 1000000)"))
    assert run_in_container(connection, request).status == 0
    assert request.log.stat().st_size == 10_000_001


def test_an_interrupt_stops_the_container(connection: Connection, base: str, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from envspec.engines.docker.connection import Connection\n"
        "from envspec.engines.docker.run import run_in_container\n"
        "from tests.engines_docker.requests import run_request\n"
        "shell = \"trap 'echo ending; exit 3' TERM; echo started; while :; do sleep 0.1; done\"\n"
        "show = lambda text: print(text, end='', flush=True)\n"
        "request = run_request(Path(sys.argv[2]), sys.argv[3], output=show, command=('sh', '-c', shell))\n"
        "print(request.id, flush=True)\n"
        "try: run_in_container(Connection(sys.argv[1]), request)\n"
        "except KeyboardInterrupt: print('interrupted')\n"
    )
    command = [sys.executable, "-c", program, connection.host, str(tmp_path), base]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    identifier = process.stdout.readline().strip()
    assert process.stdout.readline() == "started\n"
    process.send_signal(2)
    rest, _ = process.communicate(timeout=60)
    assert rest.endswith("interrupted\n")
    left = connection.client.api.containers(all=True, filters={"label": f"{RUN_LABEL}={identifier}"})
    assert left == []


def test_runs_side_by_side(connection: Connection, base: str, tmp_path: Path) -> None:
    """Two runs through one connection, from two threads, keep their output apart."""
    texts: dict[int, str] = {}

    def one(number: int) -> None:
        heard = Heard()
        script = f"for i in 1 2 3 4 5; do echo {number}; sleep 0.05; done"
        request = run_request(tmp_path / str(number), base, heard=heard, command=("sh", "-c", script))
        run_in_container(connection, request)
        texts[number] = heard.text

    threads = [threading.Thread(target=one, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert texts == {1: "1\n" * 5, 2: "2\n" * 5}


def test_what_a_run_logs_is_beside_its_log(connection: Connection, base: str, tmp_path: Path) -> None:
    code = (
        "import os, envspec_run as run; run.log_metric('loss', 0.5, step=3); run.log_param('alpha', 2); "
        "print(os.environ['MLFLOW_TRACKING_URI'], os.environ['PYTHONPATH'])"
    )
    heard = Heard()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "http://mlflow.example")
        request = run_request(
            tmp_path, base, heard=heard, command=("python3", "-c", code), variables={"PYTHONPATH": "/own"}
        )
        result = run_in_container(connection, request)
    assert result.status == 0, heard.printed
    assert sorted(heard.text.splitlines()) == [
        "envspec_run: what was logged is not in MLflow: this environment has no `mlflow`",
        "http://mlflow.example /envspec/api:/own",
    ]
    found = read_metrics(tmp_path)
    assert found.last() == {"loss": 0.5}
    assert found.parameters == {"alpha": 2}
    assert (tmp_path / "metrics.jsonl").stat().st_uid == os.getuid()


def test_another_process_ends_a_run(connection: Connection, base: str, tmp_path: Path) -> None:
    assert cancel(connection, tmp_path) is False
    heard = Heard()
    request = run_request(
        tmp_path,
        base,
        heard=heard,
        command=("python3", "-c", "import time; print('begun', flush=True); time.sleep(600)"),
    )
    ended: list[int] = []
    thread = threading.Thread(target=lambda: ended.append(run_in_container(connection, request).status))
    thread.start()
    for _ in range(600):
        if "begun" in "".join(heard.printed):
            break
        time.sleep(0.1)
    assert cancel(connection, tmp_path) is True
    thread.join(60)
    assert ended and ended[0] != 0
    assert cancel(connection, tmp_path) is False


def test_mlflow_in_a_container(connection: Connection, base: str, tmp_path: Path) -> None:
    """The real one, with its runs in a file that the spec names: the run's tag is in it, and its id beside the log."""
    packages = have(mlflow_python).parents[1] / "lib/python3.11/site-packages"
    code = (
        "import mlflow\nfrom envspec_run import log_metric\nlog_metric('ours', 2)\n"
        "with mlflow.start_run(): mlflow.log_metric('theirs', 1)\n"
    )
    heard = Heard()
    request = run_request(
        tmp_path,
        base,
        heard=heard,
        command=("python3", "-c", code),
        inputs={"packages": packages},
        variables={
            "PYTHONPATH": Template((InputRef("packages"),)),
            "MLFLOW_TRACKING_URI": "sqlite:////envspec/work/runs.db",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        },
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
        assert run_in_container(connection, request).status == 0, heard.printed
    assert heard.said == []
    with closing(sqlite3.connect(request.work / "runs.db")) as database:
        ((found,),) = database.execute("SELECT run_uuid FROM runs")
        assert database.execute("SELECT value FROM tags WHERE key = 'envspec.run'").fetchall() == [
            (request.id,)
        ]
        assert set(database.execute("SELECT key, value FROM metrics")) == {("theirs", 1.0), ("ours", 2.0)}
    assert read_metrics(tmp_path).mlflow_runs == [found]
    assert remembered(tmp_path) == "sqlite:////envspec/work/runs.db"


def test_a_server_of_this_machine_is_none_in_a_container(
    connection: Connection, base: str, tmp_path: Path
) -> None:
    heard = Heard()
    code = "import os; print([name for name in os.environ if name.startswith('MLFLOW')])"
    request = run_request(tmp_path, base, heard=heard, command=("python3", "-c", code))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "http://me:word@127.0.0.1:5000")
        patch.setenv("MLFLOW_TRACKING_TOKEN", "token")
        assert run_in_container(connection, request).status == 0
    assert heard.text == "[]\n"
    (said,) = heard.said
    assert "`MLFLOW_TRACKING_URI` is http://127.0.0.1:5000, on this machine's loopback" in said
    assert remembered(tmp_path) == ""
