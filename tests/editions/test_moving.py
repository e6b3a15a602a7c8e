"""Files move to a next edition by the real mechanism, along a step that only this test knows."""

from __future__ import annotations

import os
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.actions.moving import move
from envspec.cli.commands.fix_command import fix
from envspec.diagnostics import Source
from envspec.editions.changes import keep_default, rename_attribute
from envspec.editions.migrate import BrokenStepError, edition_of, migrate
from envspec.editions.step import Step
from envspec.editions.table import STEPS
from envspec.language.attributes import EDITIONS
from envspec.syntax.parser import parse
from tests.cli.test_check import envspec
from tests.conformance.test_conformance import CASES

# What a next edition could be: `apt` is called otherwise, and deployments would listen on another port.
SECOND = Step(
    1,
    (
        rename_attribute("environment", "apt", "system"),
        rename_attribute("docker", "image", "base"),
        keep_default("deployment", "port", "8080"),
    ),
)
THIRD = Step(2, (rename_attribute("environment", "system", "debian"),))

MAIN = """\
# the project
edition = 1   # of the language

import "parts/base.envspec" as base

environment e extends base.common { # why
    # apt stays in this comment
    apt += ["git"]

    docker { image = "debian:bookworm-slim" }
}

run r {
    environment { apt = ["make"], docker = { image = "debian:bookworm-slim" } }
    command = ["true", "apt"]
}

deployment d {   # serves
    environment = e
    entry       = "score.py"
}

deployment own { port = 1234, environment = e, entry = "score.py" }
deployment child extends d {}
deployment empty {}
"""
MOVED = """\
# the project
edition = 2   # of the language

import "parts/base.envspec" as base

environment e extends base.common { # why
    # apt stays in this comment
    system += ["git"]

    docker { base = "debian:bookworm-slim" }
}

run r {
    environment { system = ["make"], docker = { base = "debian:bookworm-slim" } }
    command = ["true", "apt"]
}

deployment d {   # serves
    port = 8080
    environment = e
    entry       = "score.py"
}

deployment own { port = 1234, environment = e, entry = "score.py" }
deployment child extends d {}
deployment empty { port = 8080 }
"""
BASE = '# shared\nenvironment common {\n    python = "3.12"\n    apt    = ["curl"]\n}\n'
BASE_MOVED = '# shared\nedition = 2\n\nenvironment common {\n    python = "3.12"\n    system = ["curl"]\n}\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "parts").mkdir()
    (tmp_path / "main.envspec").write_text(MAIN)
    (tmp_path / "parts" / "base.envspec").write_text(BASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_graph_moves_together_and_keeps_its_comments(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "main.envspec").chmod(0o640)
    assert fix([Path("main.envspec")], "newest", (SECOND,)) == 0
    assert (project / "main.envspec").read_text() == MOVED
    assert (project / "parts" / "base.envspec").read_text() == BASE_MOVED
    assert (project / "main.envspec").stat().st_mode & 0o777 == 0o640
    assert not list(project.glob("**/.*.part"))
    assert capsys.readouterr().err.splitlines() == [
        "moved main.envspec to edition 2",
        "moved parts/base.envspec to edition 2",
    ]
    assert fix([Path("main.envspec")], "newest", (SECOND,)) == 0
    assert (project / "main.envspec").read_text() == MOVED
    assert "every file is of edition 2 already, the newest" in capsys.readouterr().err


def test_two_steps_are_taken_one_after_the_other(project: Path) -> None:
    steps = (SECOND, THIRD)
    assert fix([], "2", steps) == 0
    assert fix([], "newest", steps) == 0
    stepwise = (project / "main.envspec").read_text()
    assert "debian += " in stepwise and "edition = 3 " in stepwise
    assert migrate(Source.of("a", MAIN), 3, steps) == (stepwise, [])


def test_diff_and_check_write_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fix([], "2", (SECOND,), check=True) == 1
    assert "would move parts/base.envspec to edition 2" in capsys.readouterr().err
    assert fix([], "2", (SECOND,), diff=True) == 1
    shown = capsys.readouterr().out
    assert '-    apt += ["git"]' in shown and '+    system += ["git"]' in shown
    assert (project / "main.envspec").read_text() == MAIN
    assert fix([], "1", (SECOND,), check=True) == 0


def test_a_formatted_file_stays_formatted() -> None:
    text = 'edition = 1\n\nenvironment e {\n    apt         = ["x"]\n    description = "y"\n}\n'
    longer = Step(1, (rename_attribute("environment", "apt", "packages_of_the_system"),))
    assert migrate(Source.of("a", text), 2, (longer,))[0] == (
        'edition = 2\n\nenvironment e {\n    packages_of_the_system = ["x"]\n    description            = "y"\n}\n'
    )


def test_one_wrong_file_and_nothing_is_written(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "parts" / "base.envspec").write_text("environment common {\n    python =\n}\n")
    assert fix([], "newest", (SECOND,)) == 4
    assert "base.envspec:2" in capsys.readouterr().err
    assert (project / "main.envspec").read_text() == MAIN


def test_a_file_of_an_edition_that_nobody_knows_is_a_finding(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text in ("edition = 9\n", 'edition = "1"\n', "edition = 0\n", "edition = 1.5\n"):
        (project / "parts" / "base.envspec").write_text(text)
        assert fix([], "newest", (SECOND,)) == 1
        assert "E0207" in capsys.readouterr().err
    assert (project / "main.envspec").read_text() == MAIN
    with pytest.raises(
        click.UsageError, match="there is no edition 9; the newest that this envspec knows is 2"
    ):
        fix([], "9", (SECOND,))


def test_crlf_and_files_without_anything(tmp_path: Path) -> None:
    text, wrong = migrate(Source.of("a", 'deployment d {\r\n    entry = "x"\r\n}\r\n'), 2, (SECOND,))
    assert wrong == [] and "{\r\n    port = 8080\r\n    entry" in text
    assert migrate(Source.of("a", "# only this\n"), 2, (SECOND,)) == ("# only this\nedition = 2\n", [])


def test_a_step_that_breaks_a_file_is_a_bug_and_writes_nothing(project: Path) -> None:
    broken = Step(1, (rename_attribute("environment", "apt", "= {"),))
    with pytest.raises(BrokenStepError):
        fix([], "newest", (broken,))
    assert (project / "main.envspec").read_text() == MAIN


def test_every_conformance_case_that_parses_moves() -> None:
    moved = 0
    for folder in CASES:
        path = folder / "main.envspec"
        source = Source.of("main.envspec", path.read_bytes().decode("utf-8-sig"))
        module, errors = parse(source)
        if errors or module.damaged or edition_of(module) not in EDITIONS:
            continue
        text, wrong = migrate(source, 2, (SECOND,))
        after, errors = parse(Source.of("main.envspec", text))
        assert (wrong, errors, edition_of(after)) == ([], [], 2), folder.name
        moved += 1
    assert moved > len(CASES) // 2


@given(
    st.lists(st.sampled_from(["apt", "python", "docker", "x"]), max_size=6), st.booleans(), st.integers(0, 3)
)
def test_only_what_changed_changes(names: list[str], one_line: bool, comments: int) -> None:
    entries = [f'{name} = ["{name}"]' for name in names]
    between = ", " if one_line else "\n  "
    text = (
        "# apt\n" * comments
        + "environment e {"
        + ("" if one_line else "\n  ")
        + between.join(entries)
        + "\n}\n"
    )
    source = Source.of("a", text)
    if parse(source)[1]:
        return
    result, _ = migrate(source, 2, (SECOND,))
    back = result.replace("system = ", "apt = ").replace("edition = 2\n\n", "")
    assert back == text or parse(Source.of("a", back))[0].statements == parse(source)[0].statements


def test_the_real_table_ends_at_the_newest_edition() -> None:
    assert tuple(step.edition for step in STEPS) == EDITIONS[:-1]


def test_the_command_today(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text("edition = 1\n")
    for arguments in (
        ["--edition"],
        ["--edition", "1"],
        ["--edition", "a.envspec"],
        ["a.envspec", "--edition"],
    ):
        done = envspec("fix", *arguments, cwd=tmp_path)
        assert (done.returncode, done.stdout) == (0, ""), done
        assert "every file is of edition 1 already, the newest" in done.stderr
    assert "envspec check --fix" in envspec("fix", cwd=tmp_path).stderr
    assert envspec("fix", "--edition", "2", cwd=tmp_path).returncode == 2
    file.write_text("edition = 2\n")
    for command in ("check", "fix --edition"):
        done = envspec(*command.split(), cwd=tmp_path)
        assert done.returncode == 1
        assert "E0207" in done.stdout + done.stderr and "or use a newer envspec" in done.stdout + done.stderr
    (tmp_path / "a.envspec").unlink()
    assert envspec("fix", "--edition", cwd=tmp_path).returncode == 2


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert envspec("fix", "--edition", "1", "nothing.envspec", cwd=tmp_path).returncode == 2
    if os.getuid() != 0:
        (tmp_path / "a.envspec").touch(0o000)
        assert envspec("fix", "--edition", cwd=tmp_path).returncode == 2


def test_what_was_looked_at_is_told(project: Path) -> None:
    moved = move(project, ["main.envspec"], 2, (SECOND,))
    assert set(moved.sources) == {"main.envspec", "parts/base.envspec"} == set(moved.texts)
