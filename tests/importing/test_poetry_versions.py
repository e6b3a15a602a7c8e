"""Poetry's constraints as PEP 440: the cases of Poetry's documentation, and what `packaging` makes of the answer."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from envspec.importing.projects.poetry_versions import NoConstraintError, pep440, python_marker

# "Dependency specification" of Poetry's documentation; the others were asked of poetry-core 2.
CASES = {
    "^1.2.3": ">=1.2.3,<2.0.0",
    "^1.2": ">=1.2,<2.0",
    "^1": ">=1,<2",
    "^0.2.3": ">=0.2.3,<0.3.0",
    "^0.2": ">=0.2,<0.3",
    "^0.0.3": ">=0.0.3,<0.0.4",
    "^0.0": ">=0.0,<0.1",
    "^0": ">=0,<1",
    "^0.0.0": ">=0.0.0,<0.0.1",
    "^2013": ">=2013,<2014",
    "^1.2.3.4": ">=1.2.3.4,<2.0.0.0",
    "^1.0.0b1": ">=1.0.0b1,<2.0.0",
    "^0.1.0-alpha.1": ">=0.1.0a1,<0.2.0",
    "^1!2.0": ">=1!2.0,<1!3.0",
    "^1.0.post1": ">=1.0.post1,<2.0",
    "~1.2.3": ">=1.2.3,<1.3.0",
    "~1.2": ">=1.2,<1.3",
    "~1": ">=1,<2",
    "~0": ">=0,<1",
    "~0.2": ">=0.2,<0.3",
    "~1.2.3.4": ">=1.2.3.4,<1.3.0.0",
    "~1.0.0rc1": ">=1.0.0rc1,<1.1.0",
    "*": "",
    "1.*": "==1.*",
    "1.2.*": "==1.2.*",
    "==1.2.*": "==1.2.*",
    "!=1.2.*": "!=1.2.*",
    ">=1.2.*": ">=1.2",
    ">= 1.2.0": ">=1.2.0",
    "> 1": ">1",
    "< 2": "<2",
    "!= 1.2.3": "!=1.2.3",
    "1.2.3": "==1.2.3",
    "==1.2.3": "==1.2.3",
    "=1.2": "==1.2",
    "v1.2": "==1.2",
    "1.2.3+local": "==1.2.3+local",
    "~=1.4": "~=1.4",
    "~=1.4.5": "~=1.4.5",
    ">=1,<2": ">=1,<2",
    ">= 1 <2": ">=1,<2",
    ">=1.0, <2.0, !=1.5": ">=1.0,<2.0,!=1.5",
    "^1.2,!=1.3": ">=1.2,<2.0,!=1.3",
    "^1 || ^2": ">=1,<3",
    "^1.0 | ^2.0": ">=1.0,<3.0",
    "^1 || ^3": ">=1,!=2.*,<4",
    "<2.0 || >=3": "!=2.*",
    "==1.*|==3.*": ">=1,!=2.*,<4",
    "^1.5 || ~2.3 || >=4": ">=1.5,!=2.0.*,!=2.1.*,!=2.2.*,!=2.4.*,",
    "* || ^1": "",
    ">=1 || ^0.5": ">=0.5,!=0.6.*,!=0.7.*,!=0.8.*,!=0.9.*",
}
EXPECTED_LOSS = {"^1.5 || ~2.3 || >=4", ">=1 || ^0.5"}


@pytest.mark.parametrize("text", [case for case in CASES if case not in EXPECTED_LOSS])
def test_what_the_documentation_says(text: str) -> None:
    bounds = pep440(text)
    assert bounds.lost == ""
    assert set(bounds.clauses.split(",")) == set(CASES[text].split(","))
    SpecifierSet(bounds.clauses)


@pytest.mark.parametrize(
    "text", ["^1.5 || ~2.3 || >=4", ">=1 || ^0.5", "^1 || 1.5 || ^40", "1.0 || 2.0", "!=1.3 || ^2"]
)
def test_a_gap_that_pep_440_cannot_say_is_told(text: str) -> None:
    bounds = pep440(text)
    assert bounds.lost
    SpecifierSet(bounds.clauses)


@pytest.mark.parametrize(
    "text", ["", "   ", "latest", "^", "^^1", "1.2.3.x.y", "||", "^1 ||", "!=*", ">=banana", "1 2 3 four", "^1 || " * 5000,
             "^" + "1" * 9000],
)  # fmt: skip
def test_what_is_no_constraint(text: str) -> None:
    with pytest.raises(NoConstraintError):
        pep440(text)


def allowed(text: str, version: Version) -> bool:
    """What Poetry's documentation says of a final version, written down another way: by comparing tuples."""
    for alternative in text.split("||"):
        holds = True
        for clause in alternative.split(","):
            clause = clause.strip()
            operator = clause[: len(clause) - len(clause.lstrip("^~<>=!"))]
            numbers = tuple(int(one) for one in clause[len(operator) :].split("."))
            low = (*numbers, 0, 0)[:3]
            release = (*version.release, 0, 0)[:3]
            if operator == "^":
                at = next((i for i, n in enumerate(numbers) if n), len(numbers) - 1)
                high = (*numbers[:at], numbers[at] + 1, 0, 0)[:3]
                holds &= low <= release < high
            elif operator == "~":
                at = min(len(numbers) - 1, 1)
                high = (*numbers[:at], numbers[at] + 1, 0, 0)[:3]
                holds &= low <= release < high
            elif operator == ">=":
                holds &= release >= low
            elif operator == "<":
                holds &= release < low
            else:
                holds &= release == low
        if holds:
            return True
    return False


number = st.integers(0, 3)
clause = st.builds(
    lambda operator, numbers: operator + ".".join(map(str, numbers)),
    st.sampled_from(["^", "~", ">=", "<", ""]),
    st.lists(number, min_size=1, max_size=3),
)
VERSIONS = [Version(".".join(map(str, numbers))) for numbers in itertools.product(range(5), repeat=3)]


@given(st.lists(clause, min_size=1, max_size=3).map(" || ".join))
def test_the_bounds_allow_what_poetry_allows(text: str) -> None:
    bounds = pep440(text)
    specifier = SpecifierSet(bounds.clauses)
    for version in VERSIONS:
        if bounds.lost:
            assert specifier.contains(version) or not allowed(text, version)
        else:
            assert specifier.contains(version) == allowed(text, version), (text, bounds, version)


@given(st.text(max_size=30))
def test_any_text_is_a_constraint_or_none(text: str) -> None:
    try:
        bounds = pep440(text)
    except NoConstraintError:
        return
    SpecifierSet(bounds.clauses)


MARKERS = {
    "^3.8": {"3.8", "3.10", "3.12", "3.13"},
    "<3.11": {"3.8", "3.10"},
    ">=3.8,<3.11": {"3.8", "3.10"},
    "~3.12": {"3.12"},
    "3.12": {"3.12"},
    "3.12.*": {"3.12"},
    "3.*": {"3.8", "3.10", "3.12", "3.13"},
    "<3.10 || >=3.13": {"3.8", "3.13"},
    "*": {"3.8", "3.10", "3.12", "3.13"},
    ">=3.8.1,<3.12": {"3.10"},
}


@pytest.mark.parametrize("text", MARKERS)
def test_python_of_a_dependency_is_a_marker(text: str) -> None:
    found = set()
    marker = python_marker(text)
    for version in ("3.8", "3.10", "3.12", "3.13"):
        environment = {"python_version": version, "python_full_version": f"{version}.0"}
        if not marker or Marker(marker).evaluate(environment):
            found.add(version)
    assert found == MARKERS[text]
