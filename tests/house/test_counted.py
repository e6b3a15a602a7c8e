"""Counts in messages: one of a thing is not many."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from envspec.counted import counted

PACKAGE = Path(__file__).parents[2] / "compiler" / "envspec"


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (1, ("file",), "1 file"),
        (0, ("file",), "0 files"),
        (2, ("file",), "2 files"),
        (1, ("copy", "copies"), "1 copy"),
        (12_000, ("copy", "copies"), "12,000 copies"),
    ],
)
def test_a_count(count: int, words: tuple[str, ...], said: str) -> None:
    assert counted(count, *words) == said


def test_no_message_counts_with_a_word_that_is_always_many() -> None:
    """`{len(files)} files` reads "1 files" for one: `counted` says it."""
    always = re.compile(
        r"[ ,]?(?:more )?(?:files|runs|copies|bytes|layers|packages|lines|versions|specs|things|findings)\b"
    )
    wrong = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if "server" in path.relative_to(PACKAGE).parts:
            continue  # its sizes are limits of thousands
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.JoinedStr):
                continue
            for value, after in zip(node.values, node.values[1:], strict=False):
                if (
                    isinstance(value, ast.FormattedValue)
                    and "len(" in ast.unparse(value)
                    and isinstance(after, ast.Constant)
                    and always.match(str(after.value).lstrip())
                ):
                    wrong.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert wrong == []
