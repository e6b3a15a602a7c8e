"""Several builds at once: within the limit, all failures reported, ended together, shown as they go on."""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.cli.slow_projects import write
from tests.cli.terminal import Terminal
from tests.cli.test_check import ENVSPEC, envspec
from tests.cli.test_docker import ok


def test_they_go_on_at_the_same_time(tmp_path: Path) -> None:
    """Each waits for the other to have begun: one after the other, neither would end."""
    wait = 'until((SHARED / "{}.began").exists)'
    write(tmp_path, {"one": wait.format("two"), "two": wait.format("one")})
    done = envspec("build", "--jobs", "2", cwd=tmp_path)
    assert [line.split()[0] for line in ok(done).splitlines()] == ["one:1", "two:1"]
    assert re.search(r"^one: installing 1 package", done.stderr, re.MULTILINE)
    assert re.search(r"^two: installing 1 package", done.stderr, re.MULTILINE)
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize("how", ["option", "setting"])
def test_no_more_than_the_limit(tmp_path: Path, how: str) -> None:
    count = "n = len(list(SHARED.glob('*.began'))) - len(list(SHARED.glob('*.ended'))); time.sleep(0.3); assert n < 2"
    write(tmp_path, dict.fromkeys(("one", "two", "three"), count))
    if how == "setting":
        (tmp_path / "pyproject.toml").write_text("[tool.envspec.build]\njobs = 1\n")
    ok(envspec("build", *(["-j", "1"] if how == "option" else []), cwd=tmp_path))


@pytest.mark.parametrize("jobs", ['"2"', "0", "true"])
def test_a_limit_that_is_none(tmp_path: Path, jobs: str) -> None:
    write(tmp_path, {"one": "pass", "two": "pass"})
    (tmp_path / "pyproject.toml").write_text(f"[tool.envspec.build]\njobs = {jobs}\n")
    done = envspec("build", cwd=tmp_path)
    assert done.returncode == 2
    assert "E1208" in done.stderr and "`jobs`" in done.stderr
    assert envspec("build", "--jobs", "0", cwd=tmp_path).returncode == 2


def test_all_failures_are_reported_and_none_cancels_another(tmp_path: Path) -> None:
    fails = 'raise SystemExit("no luck with " + NAME)'
    write(tmp_path, {"first": fails, "good": "time.sleep(0.5)", "second": fails})
    for _ in range(2):
        done = envspec("build", "--jobs", "2", cwd=tmp_path)
        assert done.returncode == 3
        assert len(re.findall(r"^error\[E08\d\d\]", done.stderr, re.MULTILINE)) == 2
        assert done.stderr.index("no luck with first") < done.stderr.index("no luck with second")
        assert re.search(r"--> a.envspec:[2-5]:", done.stderr), done.stderr
        assert re.search(r"--> a.envspec:1[0-3]:", done.stderr), done.stderr
        listed = json.loads(ok(envspec("env", "list", "--format", "json", cwd=tmp_path)))
        assert [e["name"] for e in listed["environments"]] == ["good"], "nothing half-built is registered"
    assert "reused" in ok(envspec("build", "good", cwd=tmp_path))
    assert len(prefixes(tmp_path)) == 1


def prefixes(project: Path) -> list[str]:
    folder = project / ".envspec" / "environments"
    return [path.name for path in folder.iterdir() if path.is_dir()] if folder.exists() else []


def alive(project: Path) -> list[str]:
    """Command lines of what still works for this project."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            here = str((entry / "cwd").readlink()).startswith(str(project))
        except OSError:
            continue
        if (str(project) in line or here) and int(entry.name) != os.getpid():
            found.append(line)
    return found


@pytest.mark.parametrize(
    ("number", "word"), [(signal.SIGINT, "interrupted"), (signal.SIGTERM, "ended by SIGTERM")]
)
def test_a_signal_ends_all(number: int, word: str, tmp_path: Path) -> None:
    write(tmp_path, {"one": "time.sleep(600)", "two": "time.sleep(600)"})
    process = subprocess.Popen(
        [*ENVSPEC, "build", "--jobs", "2"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while len(list((tmp_path / "shared").glob("*.began"))) < 2:
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert stderr.endswith(f"{word}\n") and "Traceback" not in stderr and "error" not in stderr
    assert prefixes(tmp_path) == []
    deadline = time.monotonic() + 60
    while alive(tmp_path):
        assert time.monotonic() < deadline, alive(tmp_path)
        time.sleep(0.05)


def test_two_names_for_one_thing_are_one_build(tmp_path: Path) -> None:
    write(tmp_path, {"one": "time.sleep(0.3)"})
    text = (tmp_path / "a.envspec").read_text()
    (tmp_path / "a.envspec").write_text(
        text + text.partition("\n")[2].replace("environment one", "environment two")
    )
    rows = json.loads(ok(envspec("build", "--format", "json", cwd=tmp_path)))["environments"]
    assert [row["reused"] for row in rows] == [False, True]
    assert rows[0]["location"] == rows[1]["location"]


def test_what_needs_a_failed_build_is_not_tried(tmp_path: Path) -> None:
    write(tmp_path, {"one": '(SHARED / str(time.time_ns())).touch(); raise SystemExit("no")'})
    text = (tmp_path / "a.envspec").read_text()
    (tmp_path / "a.envspec").write_text(
        text + text.partition("\n")[2].replace("environment one", "environment two")
    )
    done = envspec("build", cwd=tmp_path)
    assert done.returncode == 3
    assert "two: not tried: what it needs has failed" in done.stderr
    assert len([p for p in (tmp_path / "shared").iterdir() if p.name.isdigit()]) == 1


def test_runs_and_up_build_what_they_need_at_the_same_time(tmp_path: Path) -> None:
    wait = 'until((SHARED / "{}.began").exists)'
    write(tmp_path, {"one": wait.format("two"), "two": wait.format("one")})
    spec = tmp_path / "a.envspec"
    runs = "".join(
        f'run r{name} {{\n    environment = {name}\n    source = "src"\n    command = ["python", "-c", "print(1)"]\n}}\n'
        for name in ("one", "two")
    )
    (tmp_path / "src").mkdir()
    spec.write_text(spec.read_text() + runs)
    done = envspec("run", "--jobs", "2", cwd=tmp_path)
    assert ok(done) == "1\n1\n"
    up = envspec("up", "--jobs", "2", cwd=tmp_path)
    assert up.returncode == 0, up.stderr
    assert up.stderr.count("unchanged since") == 2


def screen(text: str, columns: int) -> tuple[list[str], int]:
    """What a terminal shows after `text` (the few control sequences that we send), and the widest line it had."""
    rows, row, widest = [""], 0, 0
    for part in re.findall(r"\x1b\[\d*[A-Za-z]|[^\x1b]+", text.replace("\r\n", "\n")):
        if part.startswith("\x1b["):
            if part.endswith("F"):
                row -= int(part[2:-1])
                assert row >= 0, "above what was drawn"
            elif part == "\x1b[J":
                rows[row:] = [""]
            else:
                assert part in ("\x1b[2m", "\x1b[0m") or part.endswith("m"), part
            continue
        for number, piece in enumerate(part.split("\n")):
            if number:
                row += 1
                rows += [""] * (row + 1 - len(rows))
            rows[row] += piece
            widest = max(widest, len(rows[row]))
    return [line for line in rows if line], widest


@pytest.mark.parametrize("variables", [{}, {"NO_COLOR": "1"}])
def test_a_terminal_shows_each_build_on_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    names = ("a_name_that_is_much_too_long_for_half_a_line", "one")
    write(tmp_path, dict.fromkeys(names, "until((SHARED / 'go').exists)"))
    ok(envspec("lock", cwd=tmp_path))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = Terminal("build", "--jobs", "2", cwd=tmp_path, term="xterm")
    fcntl.ioctl(terminal.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 50, 0, 0))
    seen = ""
    deadline = time.monotonic() + 60
    while not re.search(r"t… .*installing[^\n]*\n[^\n]*one .*installing.* \d+ s", seen):
        assert time.monotonic() < deadline, seen
        seen += terminal.read(deadline)
    shown, widest = screen(seen.rpartition("yet\r\n")[2], 50)
    assert widest < 50
    assert [line.split()[0] for line in shown] == ["a_name_that_is_much_t…", "one"]
    assert all(re.search(r"  installing 1 pac.*…  \d+ s$", line) for line in shown), shown
    assert ("\x1b[2m" in seen) == (not variables)
    (tmp_path / "shared" / "go").touch()
    assert terminal.status() == 0
    shown, _ = screen((seen + terminal.seen).rpartition("yet\r\n")[2], 50)
    assert [line.split()[0] for line in shown] == [f"{name}:1" for name in names], (
        "nothing of the drawing stays"
    )


@pytest.mark.parametrize("arguments", [["-q"], []])
def test_a_terminal_that_cannot_gets_lines_and_quiet_gets_nothing(
    tmp_path: Path, arguments: list[str]
) -> None:
    write(tmp_path, {"one": "pass"})
    terminal = Terminal("build", *arguments, cwd=tmp_path, term="dumb")
    assert terminal.status() == 0
    assert "\x1b" not in terminal.seen
    lines = terminal.seen.replace("\r\n", "\n").splitlines()
    assert lines[-1].startswith("one:1  built in")
    assert any(line.startswith("one: installing") for line in lines) == (not arguments)
    if arguments:
        assert len(lines) == 1, lines


def test_ctrl_c_on_a_terminal_leaves_no_drawing(tmp_path: Path) -> None:
    write(tmp_path, {"one": "time.sleep(600)", "two": "time.sleep(600)"})
    ok(envspec("lock", cwd=tmp_path))
    terminal = Terminal("build", "--jobs", "2", cwd=tmp_path, term="xterm")
    deadline, seen = time.monotonic() + 60, ""
    while not re.search(r"two .* [12] s", seen):
        assert time.monotonic() < deadline, seen
        seen += terminal.read(deadline)
    assert terminal.interrupt() == 130
    shown, _ = screen((seen + terminal.seen).replace("^C", "").rpartition("yet\r\n")[2], 80)
    assert shown == ["interrupted"], (seen, terminal.seen)
    assert prefixes(tmp_path) == []
