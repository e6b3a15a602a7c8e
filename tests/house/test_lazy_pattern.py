"""A lazy pattern behaves as the compiled one."""

from __future__ import annotations

import re

import pytest

from envspec.lazy_pattern import lazy_pattern


def test_it_behaves_as_the_compiled_one() -> None:
    text = "a1 b22 C3"
    lazy, made = lazy_pattern(r"(?P<letter>[a-z])(\d+)", re.I), re.compile(r"(?P<letter>[a-z])(\d+)", re.I)
    assert lazy.findall(text) == made.findall(text) and lazy.sub("x", text) == made.sub("x", text)
    assert [m.span() for m in lazy.finditer(text)] == [m.span() for m in made.finditer(text)]
    assert lazy.pattern == made.pattern and lazy.groupindex == made.groupindex
    match = lazy.fullmatch("z9")
    assert match is not None and match["letter"] == "z" and match.re is made


def test_a_wrong_pattern_is_told_at_the_first_use() -> None:
    lazy = lazy_pattern("(")
    with pytest.raises(re.error):
        lazy.match("")
