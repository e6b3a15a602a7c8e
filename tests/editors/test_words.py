"""Highlighting knows the words of the language, and no others."""

from __future__ import annotations

import re

import pytest

from tests.editors.neovim import ROOT
from tests.editors.words import WORDS

VIM = (ROOT / "editors" / "neovim" / "syntax" / "envspec.vim").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", WORDS)
def test_vim_knows_the_words(kind: str) -> None:
    group = f"envspec{kind.capitalize()}"
    (line,) = re.findall(rf"^syntax match {group} (.+)$", VIM, re.MULTILINE)
    lists = [set(words.split("\\|")) for words in re.findall(r"\\%\(((?:\w+\\\|)+\w+)\\\)", line)]
    assert WORDS[kind] in lists
