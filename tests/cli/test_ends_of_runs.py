"""How runs end: by one signal or several, after several attempts, in another directory, with secrets, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli import canary
from tests.cli.test_check import ENVSPEC, envspec

pytestmark = pytest.mark.slow

SPEC = """edition = 1
secret by_variable { variable = "CANARY" }
secret by_file { file = "private/token" }
secret by_command { command = ["python3", "private/token.py"] }
environment e {
    managed     = false
    interpreter = "PYTHON"
}
run stubborn {
    environment = e
    source      = "src"
    command     = ["python", "stubborn.py"]
}
run again {
    environment = e
    source      = "src"
    command     = ["python", "again.py", "COUNT"]
    retries     = 3
}
run moves {
    environment = e
    source      = "src"
    command     = ["python", "moves.py"]
}
run tells {
    environment = e
    source      = "src"
    command     = ["python", "tells.py"]
    variables   = { ONE = secret.by_variable, TWO = secret.by_file, THREE = secret.by_command }
    outputs     = { out = "out.txt" }
    tags        = { team = "one" }
}
""".replace("PYTHON", sys.executable)
SCRIPTS = {
    "stubborn.py": "import signal, time\nfrom pathlib import Path\n"
    "for n in (2, 15, 1): signal.signal(n, lambda *_: Path('heard').touch())\n"
    "print('begun', flush=True)\nfor _ in range(600): time.sleep(0.1)\n",
    "again.py": "import sys\nfrom pathlib import Path\nfrom envspec_run import log_file, log_metric, log_param\n"
    "file = Path(sys.argv[1]); n = int(file.read_text()) + 1 if file.exists() else 1; file.write_text(str(n))\n"
    "log_param('attempt', n); log_metric('loss', n); log_metric('loss', n * 10)\n"
    "Path(f'{n}.txt').write_text(str(n)); log_file(f'{n}.txt')\nsys.exit(n < 3)\n",
    "moves.py": "import os\nfrom pathlib import Path\nfrom envspec_run import log_file\n"
    "os.makedirs('deep/er')\nos.chdir('deep/er')\n"
    "Path('here.txt').write_text('here')\nlog_file('here.txt')\nPath('../up.txt').write_text('up')\nlog_file('../up.txt')\n"
    "log_file(os.path.abspath('here.txt'))\nos.symlink('here.txt', 'link.txt')\nlog_file('link.txt')\n"
    "log_file('/etc/hostname')\n",
    "tells.py": "import json, os, sys, time\nfrom envspec_run import log_metric, log_param\n"
    "for name in ('ONE', 'TWO', 'THREE'):\n    value = os.environ[name]\n"
    "    print(value, json.dumps(value), file=sys.stderr)\n"
    "    log_param(name, value); log_param('in ' + value, 'x' + value + 'y')\n"
    "log_metric('loss', 1)\nprint('told', flush=True)\nif os.path.exists('wait'): time.sleep(600)\n"
    "open('out.txt', 'w').write('fine')\n",
}  # fmt: skip

PATIENT = [
    sys.executable,
    "-c",
    "from envspec.engines.local import leftovers, process; "
    "process._GRACE_SECONDS = leftovers._GRACE_SECONDS = 3600.0; "
    "from envspec.__main__ import main; main()",
]
"""`envspec`, which gives a program, and what it leaves, an hour to end."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "src").mkdir(parents=True)
    (folder / "pyproject.toml").write_text("[tool.envspec]\n")
    (folder / "a.envspec").write_text(SPEC.replace("COUNT", str(tmp_path / "count")))
    for name, text in SCRIPTS.items():
        (folder / "src" / name).write_text(text)
    return folder


def begun(
    folder: Path,
    *arguments: str,
    word: str,
    before: Callable[[], None] | None = None,
    command: Sequence[str] = ENVSPEC,
    **variables: str,
) -> subprocess.Popen[str]:
    """A command that goes on, once its program has said the word."""
    process = subprocess.Popen(
        [*command, *arguments], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=before, env={**os.environ, **variables},
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == word:
            return process
    raise AssertionError(process.communicate())


def record(folder: Path, run: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        envspec("runs", "show", run, "--format", "json", cwd=folder).stdout
    )["run"]
    return found


@pytest.mark.parametrize("numbers", [(2, 2), (2, 2, 2, 2), (15, 15, 2), (1, 2, 15)])
@pytest.mark.parametrize("pause", [0.0, 0.3])
def test_more_signals_only_make_it_quicker(numbers: tuple[int, ...], pause: float, project: Path) -> None:
    """The program ends at none of them and has an hour: the second one ends it, and the end is recorded."""
    process = begun(project, "run", "stubborn", word="begun", command=PATIENT)
    for at, number in enumerate(numbers):
        process.send_signal(number)
        if (
            at == 0 and number == numbers[1]
        ):  # the system makes one of two equal ones that nobody has taken yet
            until = time.monotonic() + 60
            while not [*(project / ".envspec" / "runs").rglob("heard")] and time.monotonic() < until:
                time.sleep(0.005)
        time.sleep(pause or 0.005)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + numbers[0] and "Traceback" not in errors, errors
    found = record(project, "stubborn-1")
    assert (found["outcome"], found["status"]) == ("cancelled", None)
    assert found["finished"] is not None
    until = time.monotonic() + 60
    while [*Path("/proc").glob("[0-9]*/cmdline")] and _running(project) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _running(project)


@pytest.mark.parametrize("pauses", [(0.1,), (0.6,), (1.5,), (0.1, 0.1), (1.0, 0.5)])
def test_a_signal_while_what_the_program_left_is_ended(pauses: tuple[float, ...], project: Path) -> None:
    """The program has ended, and a process of it ends at no signal: it gets an hour here, or until Ctrl-C."""
    (project / "src" / "stubborn.py").write_text(
        "import subprocess, sys\n"
        "child = 'import signal, time\\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\\n' \\\n"
        "        'print(\"begun\", flush=True)\\ntime.sleep(60)'\n"
        "subprocess.Popen([sys.executable, '-c', child], stdout=subprocess.PIPE).stdout.readline()\n"
        "print('begun', flush=True)\n"
    )
    process = begun(project, "run", "stubborn", word="begun", command=PATIENT)
    for pause in pauses:
        time.sleep(pause)
        process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and errors.endswith("\ninterrupted\n") and "Traceback" not in errors, (
        errors
    )
    assert not _running(project), "nothing of it is left"
    assert record(project, "stubborn-1")["outcome"] == "cancelled"


def test_what_was_read_when_the_signal_came_is_kept(project: Path) -> None:
    """It comes when what the program printed has left the pipe and is not in the log yet."""
    (project / "src" / "stubborn.py").write_text(
        "import os, time\nos.write(1, b'begun\\n')\ntime.sleep(60)\n"
    )
    code = """if True:
        import os
        from envspec.engines.masking import Masker
        feed = Masker.feed
        def signalled(self, piece):
            if piece == b"begun\\n":
                os.kill(os.getpid(), 15)
            return feed(self, piece)
        Masker.feed = signalled
        from envspec.__main__ import main
        main()
    """
    done = subprocess.run(
        [sys.executable, "-c", code, "run", "stubborn"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 143 and "Traceback" not in done.stderr, done.stderr
    assert done.stdout.startswith("begun\n")
    log = (project / ".envspec" / "runs" / "stubborn-1" / "log.txt").read_text()
    assert log == done.stdout


def test_a_reader_that_reads_nothing_does_not_keep_a_program(project: Path) -> None:
    """`envspec run … | less`: it waits for a key, the program ends at no signal and prints, and has a second here."""
    (project / "src" / "stubborn.py").write_text(
        "import signal\nfor n in (1, 2, 15): signal.signal(n, signal.SIG_IGN)\n"
        "print('begun', flush=True)\nwhile True: print('x' * 1000)\n"
    )
    command = [*PATIENT[:2], PATIENT[2].replace("3600.0", "1.0")]
    process = begun(project, "run", "stubborn", word="begun", command=command)
    time.sleep(0.5)  # until the pipe is full
    process.send_signal(signal.SIGINT)
    until = time.monotonic() + 30
    while _running(project) and time.monotonic() < until:
        time.sleep(0.1)
    left = _running(project)
    _, errors = process.communicate(timeout=60)
    assert not left
    assert process.returncode == 130 and "Traceback" not in errors, errors
    assert record(project, "stubborn-1")["outcome"] == "cancelled"


def test_who_cannot_be_ended_and_prints_does_not_keep_a_run(project: Path, tmp_path: Path) -> None:
    """It has left the group and has not the mark of the run in its variables, and still has the pipe."""
    stop = tmp_path / "stop"
    child = (
        "import os, time\nfor _ in range(3000):\n"
        f"    if os.path.exists({str(stop)!r}): break\n    print('still', flush=True); time.sleep(0.1)\n"
    )
    (project / "src" / "stubborn.py").write_text(
        "import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], env={{}}, start_new_session=True)\n"
        "print('x' * 30_000 + 'end')\nsys.exit(5)\n"
    )
    try:
        process = subprocess.Popen(
            [*ENVSPEC, "run", "stubborn"],
            cwd=project,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        said, errors = process.communicate(timeout=120)
    finally:
        stop.touch()
    assert process.returncode == 5 and "Traceback" not in errors, errors
    assert "x" * 30_000 + "end\n" in said.replace("still\n", "")
    assert record(project, "stubborn-1")["outcome"] == "failed"


def _running(project: Path) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().is_relative_to(project / ".envspec"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def test_a_lost_run_that_is_deleted_leaves_no_program(project: Path) -> None:
    """Nobody would know of it any more: `runs cancel` has no run to name then."""
    process = begun(project, "run", "stubborn", word="begun")
    process.kill()
    process.communicate(timeout=60)
    assert record(project, "stubborn-1")["outcome"] == "lost" and _running(project)
    assert envspec("runs", "delete", "stubborn-1", cwd=project).returncode == 0
    until = time.monotonic() + 60
    while _running(project) and time.monotonic() < until:
        time.sleep(0.1)
    assert not _running(project)


def test_what_was_to_be_ignored_is(project: Path) -> None:
    """`nohup envspec run`: the terminal goes, the run goes on."""
    (project / "src" / "stubborn.py").write_text(
        "import time\nprint('begun', flush=True)\ntime.sleep(1)\nprint('end')\n"
    )
    process = begun(
        project,
        "run",
        "stubborn",
        word="begun",
        before=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN) and None,
    )
    process.send_signal(signal.SIGHUP)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, said) == (0, "end\n"), errors
    assert record(project, "stubborn-1")["outcome"] == "success"


@pytest.mark.parametrize("timeout", ["720h", "999999999h"])
def test_a_timeout_longer_than_a_system_waits(timeout: str, project: Path) -> None:
    spec = project / "a.envspec"
    spec.write_text(spec.read_text() + f"run moves-late extends moves {{\n    timeout = {timeout}\n}}\n")
    (project / "src" / "moves.py").write_text("import time\ntime.sleep(0.3)\nprint('end')\n")
    done = envspec("run", "moves-late", cwd=project)
    assert (done.returncode, done.stdout) == (0, "end\n"), done.stderr
    assert "Error" not in done.stderr


def test_a_run_is_what_its_last_attempt_was(project: Path) -> None:
    done = envspec("run", "again", cwd=project)
    assert done.returncode == 0, done.stderr
    shown = json.loads(envspec("runs", "show", "again-1", "--format", "json", cwd=project).stdout)
    assert shown["logged"] == {"parameters": {"attempt": 3}, "metrics": {"loss": [[0, 3.0], [1, 30.0]]}}
    assert sorted(shown["run"]["outputs"]) == ["files/3.txt"]
    folder = project / ".envspec" / "runs" / "again-1"
    for attempt in (1, 2):
        lines = [json.loads(line) for line in (folder / f"metrics-{attempt}.jsonl").read_text().splitlines()]
        assert [line["value"] for line in lines if "metric" in line] == [attempt, attempt * 10]
    assert sorted(path.name for path in folder.glob("metrics*")) == [
        "metrics-1.jsonl", "metrics-2.jsonl", "metrics.jsonl",
    ]  # fmt: skip


def test_files_that_are_logged_from_another_directory(project: Path) -> None:
    done = envspec("run", "moves", cwd=project)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("is not kept") == 1 and "etc/hostname` is not kept" in done.stderr
    outputs = record(project, "moves-1")["outputs"]
    assert isinstance(outputs, dict)
    assert sorted(outputs) == ["files/deep/er/here.txt", "files/deep/up.txt"]


def test_no_secret_is_in_a_workspace(project: Path, tmp_path: Path) -> None:
    """After runs that ended well, that failed, and that were killed (`kill -9`) when they had said and logged everything."""
    variables = canary.prepare(project, tmp_path / "outside")
    done = envspec("run", "tells", cwd=project, **variables)
    assert done.returncode == 0, done.stderr
    shown = envspec("runs", "show", "tells-1", cwd=project, **variables)
    assert "parameter ONE        ***\n" in shown.stdout
    assert "parameter in ***     x***y\n" in shown.stdout
    (project / "src" / "wait").write_text("")
    process = begun(project, "run", "tells", word="told", **variables)
    live = ""
    until = time.monotonic() + 60
    while "metric loss" not in live and time.monotonic() < until:
        live = envspec("runs", "show", "tells-2", cwd=project, **variables).stdout
    assert "metric loss          1\n" in live, "what it logs is seen while it runs"
    process.kill()
    process.communicate()
    assert record(project, "tells-2")["outcome"] == "lost"
    texts = [done.stdout, done.stderr, shown.stdout, live]
    texts += [
        envspec("runs", *a, cwd=project, **variables).stdout
        for a in (("logs", "1"), ("logs", "2"), ("list",))
    ]
    envspec("runs", "cancel", "tells-2", cwd=project, **variables)
    (project / "src" / "wait").unlink()
    again = envspec("runs", "rerun", "tells-1", cwd=project, **variables)
    assert again.returncode == 0, again.stderr
    compared = envspec("runs", "compare", "tells-1", "tells-3", "--all", cwd=project, **variables)
    assert compared.returncode == 0
    assert not [
        text for text in [*texts, again.stdout, again.stderr, compared.stdout] if canary.found_in_value(text)
    ]
    assert canary.found_below(project / "private"), "what is there is found"
    assert canary.found_below(project / ".envspec") == []
    assert canary.found_below(tmp_path / "outside", but=("keyring/",)) == [], (
        "the next run takes away what a killed one left"
    )


def test_a_run_does_not_begin_in_the_folder_of_another(project: Path) -> None:
    """Of a database that was moved away the logs are all that is left."""
    assert envspec("run", "moves", cwd=project).returncode == 0
    log = project / ".envspec" / "runs" / "moves-1" / "log.txt"
    log.write_text("of old")
    (project / ".envspec" / "workspace.sqlite").unlink()
    assert envspec("run", "moves", cwd=project).returncode == 0
    assert envspec("runs", "logs", "moves-1", cwd=project).stdout == ""
    assert (project / ".envspec" / "runs" / "moves-1.before-1" / "log.txt").read_text() == "of old"
