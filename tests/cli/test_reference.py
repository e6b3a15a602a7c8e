"""The page of commands is made from the commands, and every example is a call that they understand."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import pytest

from envspec.cli.app import COMMANDS, app
from envspec.cli.examples import EXAMPLES
from envspec.cli.reference import page
from tests.cli.test_check import envspec

ROOT = Path(__file__).parents[2]


def test_the_page_is_made_from_the_commands() -> None:
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert text == page(), "run `python -m envspec.cli.reference docs/commands.md`"


def test_each_command_has_an_example() -> None:
    assert list(EXAMPLES) == list(COMMANDS)


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_an_example_is_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "request.json").write_text("{}")
    words = shlex.split(line)
    arguments = words[1 : next((at for at, word in enumerate(words) if word in "<>"), None)]
    command: click.Command | None = app
    context = click.Context(app)
    while isinstance(command, click.Group):
        name = arguments.pop(0)
        assert name in command.list_commands(context), name
        command = command.get_command(context, name)
    assert command is not None
    with command.make_context(command.name, list(arguments), parent=context):
        pass  # a wrong option or argument raises `UsageError`


def test_help_shows_them() -> None:
    said = envspec("lock", "--help", cwd=ROOT).stdout
    assert said.endswith(
        "  Examples:\n    envspec lock\n    envspec lock --check\n    envspec lock --upgrade numpy\n"
    )
