"""Python versions: prefixes, specifier sets, and the minors they mean."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from envspec.packages.package import PackageProblem
from envspec.packages.python_version import lowest_minor, matches, minor_versions, parse_python


@pytest.mark.parametrize(
    ("text", "canonical", "minors"),
    [
        ("3.11", "3.11", ("3.11",)),
        ("3.11.*", "3.11", ("3.11",)),
        ("==3.11.*", "3.11", ("3.11",)),
        ("3.10.4", "3.10.4", ("3.10",)),
        (" >=3.11, <3.13", ">=3.11,<3.13", ("3.11", "3.12")),
        ("<3.13,>=3.11", ">=3.11,<3.13", ("3.11", "3.12")),
        (">3.10,<3.12", ">3.10,<3.12", ("3.10", "3.11")),
        ("~=3.11.2", "~=3.11.2", ("3.11",)),
        (">=3.12,!=3.13.*,<3.15", ">=3.12,!=3.13.*,<3.15", ("3.12", "3.14")),
    ],
)
def test_canonical_text_and_minors(text: str, canonical: str, minors: tuple[str, ...]) -> None:
    assert parse_python(text) == canonical
    assert parse_python(canonical) == canonical
    assert minor_versions(canonical) == minors
    assert lowest_minor(canonical) == minors[0]


def test_a_prefix_is_not_a_number() -> None:
    assert matches("3.1", "3.1.4")
    assert not matches("3.1", "3.11.4")
    assert matches("3.11", "3.11.7")
    assert not matches("==3.11", "3.11.7")


@pytest.mark.parametrize(
    ("text", "marked", "replacement"),
    [
        ("^3.11", "^3.11", ">=3.11,<4"),
        ("=3.11", "=", ""),
        ("=>3.11", "=>", ">="),
        ("python3.11", "python", ""),
        (">=3.11 <3.13", " ", ","),
        (">=3.11,", "", None),
        (">=3.11.*", ">=3.11.*", None),
        ("4.0", "4.0", None),
        ("latest", "latest", None),
        ("", "", None),
    ],
)
def test_problems(text: str, marked: str, replacement: str | None) -> None:
    problem = parse_python(text)
    assert isinstance(problem, PackageProblem)
    assert problem.code == "E0303"
    assert text[problem.start : problem.end] == marked
    assert problem.replacement == replacement


releases = st.lists(st.integers(0, 14), min_size=1, max_size=2).map(lambda p: ".".join(["3", *map(str, p)]))
clauses = st.one_of(
    st.builds(lambda o, v: o + v, st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "~="]), releases),
    st.builds(lambda o, v: f"{o}{v}.*", st.sampled_from(["==", "!="]), releases),
)


@given(st.lists(clauses, min_size=1, max_size=3).map(",".join), releases)
def test_agreement_with_packaging(spec: str, version: str) -> None:
    assert matches(spec, version) == SpecifierSet(spec).contains(version)
