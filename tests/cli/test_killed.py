"""Commands that are killed (SIGKILL) at any moment leave the old state or the new one, and the next one works."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envspec.lock import text as lock_text
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_up import SCORE, SPEC
from tests.cli.two_runs import with_second

pytestmark = pytest.mark.slow

MOMENTS = [0.05 * 1.25**step for step in range(16)]  # 50 ms to 1.4 s: from imports to after the end


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "a.envspec").write_text(with_second(SPEC, "more"))
    for folder in ("src", "more"):
        (tmp_path / folder).mkdir()
    (tmp_path / "src" / "first.py").write_text("import sys; open(sys.argv[1], 'w').write(sys.argv[2])\n")
    (tmp_path / "more" / "second.py").write_text(
        "import os, sys\nopen(sys.argv[2], 'w').write(os.environ['SHADE'] + open(sys.argv[1]).read())\n"
    )
    (tmp_path / "more" / "score.py").write_text(SCORE)
    yield tmp_path
    envspec("deployments", "stop", "scorer", cwd=tmp_path)


def killed(*arguments: str, cwd: Path, after: float) -> bool:
    """Start a command and kill it, and what it started in its session, after so many seconds; whether it was
    still there."""
    process = subprocess.Popen(
        [*ENVSPEC, *arguments],
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    assert process.returncode == 0
    return False


def ok(*arguments: str, cwd: Path) -> str:
    done = envspec(*arguments, cwd=cwd)
    assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def edit(project: Path, old: str, new: str) -> None:
    spec = project / "a.envspec"
    text = spec.read_text()
    assert old in text
    spec.write_text(text.replace(old, new))


def runs(project: Path) -> dict[str, dict[str, object]]:
    listed = json.loads(ok("runs", "list", "--format", "json", cwd=project))["runs"]
    return {record["id"]: record for record in listed}


def leftovers(project: Path) -> list[Path]:
    """Temporary files of files that are written at once, where a user would see them."""
    return [p for p in project.iterdir() if p.name not in KNOWN]


KNOWN = {"a.envspec", "src", "more", ".envspec", "envspec.lock", "out", "fresh", "request.json"}


def test_lock_and_compile(project: Path) -> None:
    ok("lock", cwd=project)
    ok("compile", "-o", "out", cwd=project)
    before = folder(project / "out"), (project / "envspec.lock").read_text()
    edit(project, 'word = "blue"', 'word = "red"')
    edit(project, '"dark"', '"light"')
    hits = 0
    for after in MOMENTS:
        hits += killed("lock", cwd=project, after=after)
        text = (project / "envspec.lock").read_text()
        lock_text.read(text)
        if text == before[1]:
            hits += killed("compile", "-o", "out", cwd=project, after=after)
            manifest = json.loads((project / "out" / "manifest.json").read_text())
            assert set(manifest["environments"]) == {"e"}
    assert hits > 4, "most were killed before their end"
    ok("lock", cwd=project)
    ok("compile", "-o", "out", cwd=project)
    ok("compile", "-o", "out", "--check", cwd=project)
    ok("compile", "-o", "fresh", cwd=project)
    assert folder(project / "out") == folder(project / "fresh"), "nothing of a killed one stays behind"
    assert leftovers(project) == []


def folder(path: Path) -> dict[str, bytes]:
    return {p.relative_to(path).as_posix(): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def test_build(project: Path) -> None:
    ok("lock", cwd=project)
    hits = 0
    for after in MOMENTS:
        hits += killed("build", cwd=project, after=after)
        for prefix in (project / ".envspec" / "environments").glob("*/envspec-environment.json"):
            python = prefix.parent / "bin" / "python"
            subprocess.run([python, "-c", "import encodings"], check=True, env={})
        ok("env", "list", cwd=project)
    assert hits > 4
    assert "e:1" in ok("build", cwd=project)
    assert len(list((project / ".envspec" / "environments").glob("*/"))) == 1
    assert ok("exec", "e", "--", "python", "-c", "print(1)", cwd=project) == "1\n"


def test_run(project: Path) -> None:
    ok("build", cwd=project)
    finished: dict[str, dict[str, object]] = {}
    hits = 0
    for after in MOMENTS:
        hits += killed("run", "second", cwd=project, after=after)
        now = runs(project)
        assert {r["outcome"] for r in now.values()} <= {"success", "lost"}
        for key, record in finished.items():
            assert now[key] == record, "a finished run is never forgotten, and never changed"
        finished = {key: record for key, record in now.items() if record["outcome"] == "success"}
        models = json.loads(ok("models", "list", "--format", "json", cwd=project))["models"]
        made = any(record["name"] == "second" for record in finished.values())
        assert bool(models) == made, "a run and the model that is made of it appear together"
    assert hits > 4
    ok("run", "second", cwd=project)
    assert max(runs(project).values(), key=lambda r: int(str(r["number"])))["outcome"] == "success"


def test_a_run_whose_process_died_is_lost_and_is_done_again(project: Path) -> None:
    (project / "src" / "first.py").write_text("import time\nprint('here', flush=True)\ntime.sleep(60)\n")
    process = subprocess.Popen(
        [*ENVSPEC, "run", "first"], cwd=project, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"here\n"
    assert runs(project)["first-1"]["outcome"] == "running"
    process.kill()
    process.wait()
    process.stdout.close()
    assert runs(project)["first-1"]["outcome"] == "lost"
    assert ok("runs", "logs", "first-1", cwd=project) == "here\n"
    (project / "src" / "first.py").write_text("import sys; open(sys.argv[1], 'w').write(sys.argv[2])\n")
    ok("run", "first", cwd=project)
    assert {key: r["outcome"] for key, r in runs(project).items()} == {
        "first-1": "lost",
        "first-2": "success",
    }


def test_deploy(project: Path) -> None:
    ok("run", "second", cwd=project)
    hits = 0
    (project / "request.json").write_text("{}")
    for after in MOMENTS[::2]:
        hits += killed("deploy", cwd=project, after=after)
        listed = envspec("deployments", "invoke", "scorer", "request.json", cwd=project)
        assert listed.returncode in {0, 1, 2, 3} and "Traceback" not in listed.stderr
        if listed.returncode == 0:
            assert json.loads(listed.stdout) == {"text": "darkblue"}
    assert hits > 2
    ok("deploy", cwd=project)
    assert json.loads(ok("deployments", "invoke", "scorer", "request.json", cwd=project)) == {
        "text": "darkblue"
    }
    ok("deployments", "stop", "scorer", cwd=project)
    until = time.monotonic() + 60
    while serving(project) and time.monotonic() < until:
        time.sleep(0.05)
    assert serving(project) == [], "no killed deploy leaves a server behind"


def serving(project: Path) -> list[str]:
    """Command lines of processes that have anything of this project in them (Linux only)."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(project) in line:
                found.append(line)
    return found
