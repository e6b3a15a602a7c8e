"""Highlighting knows the words of the language, and no others."""

from __future__ import annotations

import json
import re
import shutil
import sys
import tomllib
from pathlib import Path

import pytest

from envspec import __version__
from envspec.cli.app import COMMANDS
from tests.editors.neovim import ROOT
from tests.editors.words import WORDS

TEXTMATE = json.loads((ROOT / "grammar" / "envspec.tmLanguage.json").read_text(encoding="utf-8"))[
    "repository"
]
VIM = (ROOT / "editors" / "neovim" / "syntax" / "envspec.vim").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", WORDS)
def test_vim_knows_the_words(kind: str) -> None:
    group = f"envspec{kind.capitalize()}"
    (line,) = re.findall(rf"^syntax match {group} (.+)$", VIM, re.MULTILINE)
    lists = [set(words.split("\\|")) for words in re.findall(r"\\%\(((?:\w+\\\|)+\w+)\\\)", line)]
    assert WORDS[kind] in lists


RULES = {"block": "header", "record": "header", "type": "param", "root": "reference", "size": "number",
         "duration": "number", "constant": "constant"}  # fmt: skip


@pytest.mark.parametrize("kind", WORDS)
def test_the_textmate_grammar_knows_the_words(kind: str) -> None:
    rule = TEXTMATE[RULES[kind]]
    lists = [
        set(words.split("|"))
        for row in rule.get("patterns", [rule])
        for words in re.findall(r"\(?(?:\?:)?((?:\w+\|)+\w+)\)", row["match"])
    ]
    assert WORDS[kind] in lists


def test_the_extension_offers_what_the_server_asks_of_an_editor() -> None:
    package = json.loads((ROOT / "editors" / "vscode" / "package.json").read_text(encoding="utf-8"))
    offered = {row["command"] for row in package["contributes"]["commands"]}
    assert {"envspec.build", "envspec.run", "envspec.deploy"} <= offered
    assert package["version"] == __version__


def test_helix_names_a_server_that_is_there() -> None:
    told = tomllib.loads((ROOT / "editors" / "helix" / "languages.toml").read_text(encoding="utf-8"))
    (language,) = told["language"]
    (name,) = language["language-servers"]
    server = told["language-server"][name]
    assert shutil.which(server["command"], path=str(Path(sys.executable).parent))
    assert server["args"] == ["lsp"] and COMMANDS["lsp"]
    assert language["file-types"] == ["envspec"]
