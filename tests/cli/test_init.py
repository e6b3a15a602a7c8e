"""`envspec init` as a process: on a terminal and elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.terminal import Terminal
from tests.cli.test_check import envspec
from tests.starting.folders import make

pytestmark = pytest.mark.slow


def test_elsewhere_it_says_what_it_assumed_and_what_to_do_next(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    done = envspec("init", cwd=root)
    assert (done.returncode, done.stdout) == (0, "")
    assert "wrote iris.envspec" in done.stderr
    assert "assumed: Python `>=" in done.stderr
    assert "  envspec run train --set data=PATH" in done.stderr and "  envspec deploy score" in done.stderr
    checked = envspec("check", cwd=root)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert envspec("fmt", "--check", cwd=root).returncode == 0


def test_a_second_spec_is_refused(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    (root / "mine.envspec").write_text("edition = 1\n")
    done = envspec("init", str(root), cwd=tmp_path)
    assert done.returncode == 2
    assert "E1210" in done.stderr and "`mine.envspec`" in done.stderr
    assert [path.name for path in root.glob("*.envspec")] == ["mine.envspec"]


def test_print_writes_nothing_and_o_writes_elsewhere(tmp_path: Path) -> None:
    root = make("iris", tmp_path)
    shown = envspec("init", "--print", cwd=root)
    assert shown.returncode == 0 and shown.stdout.startswith("# iris: ")
    assert envspec("init", "-o", "-", cwd=root).stdout == shown.stdout
    assert not list(root.glob("*.envspec"))
    assert envspec("init", "-o", "other.envspec", cwd=root).returncode == 0
    assert (root / "other.envspec").read_text() == shown.stdout
    assert envspec("init", "--print", cwd=root).stdout == shown.stdout
    assert envspec("init", "-o", "other.envspec", cwd=root).returncode == 2


def test_what_is_not_a_folder_is_refused(tmp_path: Path) -> None:
    done = envspec("init", "nowhere", cwd=tmp_path)
    assert done.returncode == 2 and "E1201" in done.stderr
    if os.getuid() != 0:
        (tmp_path / "locked").mkdir(mode=0o500)
        assert "E1207" in envspec("init", "locked", cwd=tmp_path).stderr


def test_findings_in_the_files_it_names_are_told(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n")
    done = envspec("init", cwd=tmp_path)
    assert "1 finding in requirements.txt" in done.stderr


def test_on_a_terminal_it_asks_until_the_answer_is_right(tmp_path: Path) -> None:
    root = make("empty", tmp_path)
    terminal = Terminal("init", cwd=root)
    terminal.until("Which packages")
    terminal.send("six == 1.17.0, !!\r")
    terminal.until("Error")
    terminal.until("Which packages")
    terminal.send("six >=1.16,<2\r")
    terminal.until("Which Python [>=")
    terminal.send("4.7\r")
    terminal.until("Error: no known Python is `4.7`")
    terminal.send("3.12\r")
    terminal.until("wrote empty.envspec")
    terminal.until("envspec run hello")
    assert terminal.status() == 0
    text = (root / "empty.envspec").read_text()
    assert 'python = "3.12"\n    pip    = ["six >=1.16,<2"]' in text


def test_a_choice_is_asked_and_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    root = make("two_lists", tmp_path)
    terminal = Terminal("init", cwd=root)
    terminal.until("Which file lists the packages (requirements.txt, environment.yml) [requirements.txt]:")
    assert terminal.interrupt() == 130
    assert not list(root.glob("*.envspec"))
    terminal = Terminal("init", cwd=root)
    terminal.until("requirements.txt]:")
    terminal.send("environment.yml\r")
    terminal.until("wrote weather.envspec")
    assert terminal.status() == 0
    assert 'conda_file = "environment.yml"' in (root / "weather.envspec").read_text()


def test_yes_asks_nothing_on_a_terminal(tmp_path: Path) -> None:
    terminal = Terminal("init", "--yes", cwd=make("two_lists", tmp_path))
    terminal.until("assumed: `requirements.txt` lists the packages, not `environment.yml`")
    assert terminal.status() == 0


@pytest.mark.index
@pytest.mark.slow
def test_a_folder_is_built_run_and_served(tmp_path: Path) -> None:
    root = tmp_path / "double"
    (root / "src").mkdir(parents=True)
    (root / "requirements.txt").write_text("six ==1.17.0\n")
    (root / "src" / "train.py").write_text(
        "import argparse, json, pathlib, six\n"
        'p = argparse.ArgumentParser()\np.add_argument("--out", type=pathlib.Path, required=True)\n'
        'if __name__ == "__main__":\n    out = p.parse_args().out\n'
        "    out.parent.mkdir(parents=True, exist_ok=True)\n    out.write_text(json.dumps({'factor': 2}))\n"
    )
    (root / "src" / "score.py").write_text(
        "import json, os\n\nfactor = 0\n\ndef init():\n    global factor\n"
        '    factor = json.load(open(os.environ["ENVSPEC_MODEL_DOUBLE"]))["factor"]\n\n'
        "def run(data):\n    return data * factor\n"
    )
    (root / "request.json").write_text("21")
    assert envspec("init", cwd=root).returncode == 0
    ran = envspec("run", "train", cwd=root)
    assert ran.returncode == 0, ran.stderr
    (root / "double.envspec").write_text(
        (root / "double.envspec").read_text().replace('"score.py"', '"score.py"\n    port = 8947')
    )
    served = envspec("deploy", "score", cwd=root)
    try:
        assert served.returncode == 0, served.stderr
        asked = envspec("deployments", "invoke", "score", "request.json", cwd=root)
        assert asked.stdout.strip() == "42", asked
    finally:
        envspec("deployments", "stop", "score", cwd=root)


@pytest.mark.index
@pytest.mark.slow
def test_the_spec_of_an_empty_folder_runs(tmp_path: Path) -> None:
    root = make("empty", tmp_path)
    assert envspec("init", cwd=root).returncode == 0
    ran = envspec("run", "hello", cwd=root)
    assert ran.returncode == 0, ran.stderr
    assert "hello from Python" in ran.stdout + ran.stderr
