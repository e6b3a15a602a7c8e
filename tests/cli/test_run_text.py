"""`runs show` and `runs logs` of every kind of end, for people: words, no `None`, nothing as Python writes it down."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_ends_of_runs import begun

pytestmark = pytest.mark.slow

SPEC = f"""edition = 1
secret token {{ variable = "ENDS_TOKEN" }}
environment e {{
    managed     = false
    interpreter = "{sys.executable}"
}}
run rich {{
    matrix      = {{ depth = [3, 4] }}
    environment = e
    source      = "src"
    command     = ["python", "rich.py", inputs.data, outputs.out, "two words"]
    inputs      = {{ data = "data.txt" }}
    outputs     = {{ out = "out.txt" }}
    variables   = {{ LEVEL = "9", FILE = "x-${{inputs.data}}" }}
}}
run shell {{
    environment = e
    source      = "src"
    shell       = "echo one\\necho two"
}}
run fails {{
    environment = e
    source      = "src"
    command     = ["python", "-c", "raise SystemExit(3)"]
}}
run forgets {{
    environment = e
    source      = "src"
    command     = ["python", "-c", ""]
    outputs     = {{ out = "out.txt" }}
}}
run late {{
    environment = e
    source      = "src"
    command     = ["python", "waits.py"]
    timeout     = 500ms
}}
run waits {{
    environment = e
    source      = "src"
    snapshot    = false
    command     = ["python", "waits.py"]
}}
run secretive {{
    environment = e
    source      = "src"
    command     = ["python", "-c", "print(1)"]
    variables   = {{ TOKEN = secret.token }}
}}
run nothing {{
    environment = e
    source      = "src"
    command     = ["no-such-program"]
}}
"""
RICH = """import sys
from envspec_run import log_file, log_metric, log_params
log_params({"alpha": 0.5, "deep": True, "text": "words 'quoted'", "list": [1, 2]})
log_metric("loss", 0.25)
open("plot.txt", "w").write("plot")
log_file("plot.txt")
open(sys.argv[2], "w").write("out")
"""
PYTHON = re.compile(r"None|True|False|\{'|\['|\('|mappingproxy|<[a-z_.]+ object")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "data.txt").write_text("data")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "rich.py").write_text(RICH)
    (tmp_path / "src" / "waits.py").write_text("import time\nprint('begun', flush=True)\ntime.sleep(60)\n")
    return tmp_path


def shown(project: Path, run: str) -> dict[str, str]:
    done = envspec("runs", "show", run, cwd=project)
    assert done.returncode == 0, done.stderr
    assert not PYTHON.search(done.stdout), done.stdout
    rows = [(line[:20].rstrip(), line[20:].strip()) for line in done.stdout.splitlines()]
    assert all(key for key, _ in rows), done.stdout
    return dict(rows)


def test_what_a_rich_one_was(project: Path) -> None:
    for command in (["git", "init", "-q"], ["git", "add", "src"]):
        subprocess.run(command, cwd=project, check=True)
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-qm", "one"], cwd=project, check=True
    )  # fmt: skip
    assert envspec("run", "rich-depth-3", cwd=project).returncode == 0
    found = shown(project, "1")
    record = json.loads(envspec("runs", "show", "1", "--format", "json", cwd=project).stdout)["run"]
    assert found["run"] == f"{record['id']}, number 1"
    assert found["outcome"] == "success"
    assert re.fullmatch(r"\S+Z, after \d+\.\d s", found["finished"])
    assert found["environment"] == "e:1"
    assert found["matrix.depth"] == "3"
    assert found["command"] == "python rich.py inputs.data outputs.out 'two words'"
    assert found["variable LEVEL"] == "9" and found["variable FILE"] == "x-inputs.data"
    assert found["input data"] == f"data.txt  {record['inputs']['data']['digest']}"
    assert found["output out"] == f"out.txt  {record['outputs']['out']['digest']}"
    assert found["file plot.txt"].startswith("plot.txt  sha256:")
    assert found["commit"].startswith(f"{record['git']['commit']} on ")
    assert found["source"] == record["snapshot"]
    assert re.fullmatch(r"[\d,]+ bytes at most", found["memory"])
    assert (found["parameter alpha"], found["parameter deep"]) == ("0.5", "true")
    assert found["metric loss"] == "0.25"
    assert (project / found["log"]).is_file()
    again = envspec("runs", "rerun", "1", cwd=project)
    assert again.returncode == 0, again.stderr
    assert shown(project, "2")["repeats"] == record["id"]


def test_a_shell_script_is_shown_line_by_line(project: Path) -> None:
    assert envspec("run", "shell", cwd=project).returncode == 0
    text = envspec("runs", "show", "1", cwd=project).stdout
    assert [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith("shell")] == [
        "echo one",
        "echo two",
    ]


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("fails", 3, "failed with status 3"),
        ("forgets", 1, "failed: its program ended well (status 0), but an output is missing"),
        ("late", 124, "ended by its timeout (status 124)"),
    ],
)
def test_an_end_that_its_program_made(name: str, status: int, outcome: str, project: Path) -> None:
    assert envspec("run", name, cwd=project).returncode == status
    assert shown(project, "1")["outcome"] == outcome


@pytest.mark.parametrize(
    ("name", "status", "reason"),
    [
        ("secretive", 2, "envspec: E0815: secret `token` cannot be had: the variable `ENDS_TOKEN` is not set\n"
                         "envspec: help: set it in your shell: `export ENDS_TOKEN=…`\n"),
        ("nothing", 3, "envspec: E0813: no program `no-such-program` in the environment or on `PATH`\n"
                       "envspec: help: check the name, or add the package that brings it to the environment\n"),
    ],
)  # fmt: skip
def test_one_whose_program_never_began(name: str, status: int, reason: str, project: Path) -> None:
    done = envspec("run", name, cwd=project)
    assert done.returncode == status
    found = re.search(r"log in (\S+)\n", done.stderr)
    assert found and (project / found[1]).read_text() == reason, (
        "the log that is named is there, and says why"
    )
    assert shown(project, "1")["outcome"] == f"failed: `envspec runs logs {name}-1` says why"
    assert shown(project, "1")["log"] == found[1]
    for follow in ((), ("-f",)):
        log = envspec("runs", "logs", *follow, "1", cwd=project)
        assert (log.returncode, log.stdout) == (0, reason)


def test_one_that_was_recorded_without_a_log(project: Path) -> None:
    """As older ones were, and those whose log somebody deleted."""
    envspec("run", "secretive", cwd=project)
    (project / ".envspec" / "runs" / "secretive-1" / "log.txt").unlink()
    found = shown(project, "1")
    assert (found["outcome"], found["log"]) == ("failed before its program began", "none")
    for follow in ((), ("-f",)):
        log = envspec("runs", "logs", *follow, "1", cwd=project)
        assert (log.returncode, log.stdout) == (2, "")
        assert "error[E1105]: `secretive-1` has no log: it failed before its program began" in log.stderr
        assert "`envspec run secretive`" in log.stderr
    envspec("run", "fails", cwd=project)
    (project / ".envspec" / "runs" / "fails-2" / "log.txt").unlink()
    log = envspec("runs", "logs", "-f", "2", cwd=project)
    assert log.returncode == 2 and "the log of `fails-2` is gone" in log.stderr
    assert "`envspec runs show fails-2`" in log.stderr


@pytest.mark.parametrize(
    ("number", "outcome"),
    [(signal.SIGINT, "cancelled"), (signal.SIGTERM, "cancelled"), (signal.SIGKILL, "lost")],
)
def test_one_that_was_ended(number: int, outcome: str, project: Path) -> None:
    process = begun(project, "run", "waits", word="begun")
    going = shown(project, "1")
    assert going["outcome"] == f"running, by process {process.pid}"
    assert "finished" not in going and going["source"] == "not kept (`snapshot = false`)"
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert shown(project, "1")["outcome"].startswith(outcome)
    if number == signal.SIGKILL:
        assert f"process {process.pid}, which ran it, is gone" in shown(project, "1")["outcome"]
        assert envspec("runs", "cancel", "1", cwd=project).returncode == 0
    assert envspec("runs", "logs", "-f", "1", cwd=project).stdout.startswith("begun\n")


def test_one_that_was_cancelled_by_another_command(project: Path) -> None:
    process = begun(project, "run", "waits", word="begun")
    assert envspec("runs", "cancel", "1", cwd=project).returncode == 0
    process.communicate(timeout=60)
    assert shown(project, "1")["outcome"] == "cancelled with status 143"


def test_older_records_are_shown_too(project: Path) -> None:
    """Without a registered environment, and told in another way what to do."""
    program = (
        "from pathlib import Path\nfrom envspec.workspace.database import Workspace\n"
        "with Workspace.open(Path('.')) as w:\n"
        "    w.finish_run(w.start_run('a', key='k', definition='[]', environment='e'), 'cancelled')\n"
        "    w.start_run('b', key='k', definition='no JSON', inputs={'x': None}, log='runs/{id}/log.txt')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=project, check=True)
    assert shown(project, "1")["outcome"] == "cancelled"
    assert shown(project, "2")["outcome"].startswith("lost: process ")
    log = envspec("runs", "logs", "2", cwd=project)
    assert log.returncode == 2
    assert "it was lost before its program began, or the log was deleted" in log.stderr


def test_a_repeated_run_is_told_by_names_and_numbers(project: Path) -> None:
    """Not by what its environment is called within this program."""
    (project / "b.envspec").write_text(
        'edition = 1\nenvironment built {\n    python = ">=3.11"\n}\n'
        'run works {\n    environment = built\n    source = "src"\n    command = ["python", "-c", "print(1)"]\n}\n'
    )
    first = envspec("run", "works", "b.envspec", cwd=project)
    assert first.returncode == 0, first.stderr
    (prefix,) = (path for path in (project / ".envspec" / "environments").iterdir() if path.is_dir())
    subprocess.run(["rm", "-rf", str(prefix)], check=True)
    again = envspec("runs", "rerun", "works-1", cwd=project)
    assert again.returncode == 0, again.stderr
    assert "environment built:1: what was built is gone" in again.stderr
    assert "sha256" not in again.stderr and not re.search("built[._]", again.stderr)
    assert [path.name for path in (project / ".envspec" / "logs").iterdir() if "sha256" in path.name] == []


def test_what_is_gone_is_told_with_what_to_do(project: Path) -> None:
    assert envspec("run", "rich-depth-3", cwd=project).returncode == 0
    name = "rich-depth-3"
    (project / ".envspec" / "runs" / f"{name}-1" / "run.json").unlink()
    subprocess.run(["rm", "-rf", str(project / ".envspec" / "store")], check=True)
    (project / "data.txt").write_text("other")
    program = (
        "from pathlib import Path\nfrom envspec.workspace.database import Workspace\n"
        "with Workspace.open(Path('.')) as w, w.transaction() as c:\n    c.execute('DELETE FROM environments')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=project, check=True)
    said = envspec("runs", "rerun", "1", cwd=project)
    assert said.returncode == 2
    found = re.findall(rf"error\[E1108\]: run `{name}-1` cannot be repeated: (.*)\nhelp: (.*)", said.stderr)
    assert len(found) == said.stderr.count("error[") == 4, said.stderr
    told = dict(sorted(found))
    assert [what.partition(":")[0].partition(" sha256")[0] for what in told] == [
        "its environment is gone", "its input `data` is not what it was, and was not kept", "its source",
        "what it was told to do is not in its folder any more",
    ]  # fmt: skip
    assert "`e:1` is not registered any more" in next(iter(told))
    assert sum("`envspec run " in help for help in told.values()) == 2


def test_the_reason_in_a_log_holds_no_secret(project: Path) -> None:
    """Whatever an engine says: here that it cannot start a program whose name is the value."""
    other = '["./canary-5f1c"]\n    variables = { T = secret.token }\n'
    (project / "a.envspec").write_text(SPEC.replace('["no-such-program"]\n', other))
    done = envspec("run", "nothing", cwd=project, ENDS_TOKEN="canary-5f1c")
    assert done.returncode == 3
    log = (project / ".envspec" / "runs" / "nothing-1" / "log.txt").read_text()
    assert log.startswith("envspec: E0813: no program `./***`"), log
