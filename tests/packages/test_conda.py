"""MatchSpecs: canonical text, agreement with the solver's own parser, and where problems point."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rattler import MatchSpec, Version, VersionSpec

from envspec.packages.conda import parse_match_spec
from envspec.packages.package import CondaPackage, PackageProblem


def canonical(text: str) -> str:
    found = parse_match_spec(text)
    assert isinstance(found, CondaPackage), found
    return found.spec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numpy", "numpy"),
        ("NumPy", "numpy"),
        (" numpy  >= 1.26 , < 3 ", "numpy >=1.26,<3"),
        ("numpy<3,>=1.26", "numpy >=1.26,<3"),
        ("numpy =1.5", "numpy 1.5.*"),
        ("numpy=1.5", "numpy 1.5.*"),
        ("numpy=1.5.*", "numpy 1.5.*"),
        ("numpy==1.5.*", "numpy 1.5.*"),
        ("numpy 1.5*", "numpy 1.5.*"),
        ("numpy==1.5", "numpy ==1.5"),
        ("numpy >=1.5.*", "numpy >=1.5"),
        ("numpy *", "numpy"),
        ("numpy=*", "numpy"),
        ("numpy=1.26.4=py311_0", "numpy ==1.26.4 py311_0"),
        ("_libgcc_mutex 0.1 main", "_libgcc_mutex ==0.1 main"),
        ("blas=*=openblas", "blas * openblas"),
        ("blas[build=mkl]", "blas * mkl"),
        ("numpy[version='>=1.2',build=foo]", "numpy >=1.2 foo"),
        ("numpy[version=1.26.4]", "numpy ==1.26.4"),
        ("conda-forge::numpy 1.26.*", "conda-forge::numpy 1.26.*"),
        ("conda-forge/linux-64::numpy", "conda-forge/linux-64::numpy"),
        ("numpy[channel=conda-forge,subdir=noarch]", "conda-forge/noarch::numpy"),
        ("numpy[subdir=noarch]", 'numpy[subdir="noarch"]'),
        ("https://conda.example/team::numpy", "https://conda.example/team::numpy"),
        ("numpy >1.26|1.24.*|>1.26", "numpy 1.24.*|>1.26"),
        ("numpy (>1|<2),!=3", "numpy !=3,(<2|>1)"),
        ("x[build_number='>=3', md5=0123456789abcdef0123456789abcdef]",
         'x[build_number=">=3",md5="0123456789abcdef0123456789abcdef"]'),
    ],
)  # fmt: skip
def test_canonical_text(text: str, expected: str) -> None:
    assert canonical(text) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    ("text", "marked", "replacement"),
    [
        ("python 3.11", "3.11", "3.11.*"),
        ("numpy >=1.26 <3", "<", ",<"),
        ("numpy =>1.26", "=>", ">="),
        ("numpy ^1.26", "^", None),
        ("numpy 1.*.3", "1.*.3", None),
        ("numpy >=", ">=", None),
        ("numpy (>=1", "(", None),
        ("numpy >=1..2", "1..2", None),
        ("numpy >1.5.*", ">1.5.*", ">1.5"),
        ("conda-forge:numpy", ":", "::"),
        ("numpy >=1 a b", "b", None),
        ("numpy[extra]", "[extra]", None),
        ("numpy >=1 # why", " # why", ""),
        ("é", "é", None),
    ],
)
def test_problems_point_into_the_string(text: str, marked: str, replacement: str | None) -> None:
    problem = parse_match_spec(text)
    assert isinstance(problem, PackageProblem)
    assert problem.code == "E0301"
    assert marked in text[problem.start : problem.end]
    assert problem.replacement == replacement
    assert problem.message[0].islower() or problem.message[0] == "`"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://ci:hunter2@conda.example/team::numpy", "E0306"),
        ("https://conda.example/t/tk-123/team::numpy", "E0306"),
        ("numpy\nRUN evil", "E0310"),
        ("-c conda-forge", "E0307"),
        ("./dist/x.conda", "E0301"),
        ("https://conda.example/x-1-0.conda", "E0301"),
        ("", "E0301"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    problem = parse_match_spec(text)
    assert isinstance(problem, PackageProblem)
    assert problem.code == code


numbers = st.lists(st.integers(0, 30), min_size=1, max_size=3).map(lambda p: ".".join(map(str, p)))
versions_ = st.builds(
    lambda n, s: n + s, numbers, st.sampled_from(["", "", "", "a1", "rc2", ".post1", ".dev0"])
)
clauses = st.one_of(
    st.builds(lambda o, v: o + v, st.sampled_from([">=", "<", "<=", ">", "==", "!=", "=", ">= ", "= "]), versions_),
    # not `==1.5.*`: the solver reads it as `1.5.*` where it stands first and as `==1.5` elsewhere; ours is `1.5.*`
    st.builds(lambda o, v: f"{o}{v}.*", st.sampled_from(["", "=", "!=", ">=", "<"]), numbers),
    st.builds(lambda v: f"~={v}.1", numbers),
)  # fmt: skip
ands = st.lists(clauses, min_size=1, max_size=3).map(",".join)
version_specs = st.lists(ands, min_size=1, max_size=2).map("|".join)
names = st.sampled_from(["numpy", "NumPy", "scikit-learn", "_libgcc_mutex", "a.b"])


@given(names, st.sampled_from(["", " "]), version_specs, st.lists(versions_, min_size=3, max_size=8))
def test_canonical_text_means_the_same_to_the_solver(
    name: str, gap: str, spec: str, tried: list[str]
) -> None:
    assume(gap or spec[0] in "=<>!~")  # `numpy1.5` is another name
    written = MatchSpec(name + gap + spec, strict=False)
    ours = canonical(name + gap + spec)
    assert canonical(ours) == ours
    theirs = MatchSpec(ours, strict=False)
    before, after = VersionSpec(written.version or "*"), VersionSpec(theirs.version or "*")
    # the versions of the spec itself are where two readings would differ
    tried += [v.strip("=<>!~ *").rstrip(".") for part in spec.split("|") for v in part.split(",")]
    for version in tried:
        assert before.matches(Version(version)) == after.matches(Version(version)), version


@given(st.text("numpy->=<!~*|,.123 []='\"():^$", max_size=16))
def test_nothing_is_accepted_that_the_solver_refuses(text: str) -> None:
    found = parse_match_spec(text)
    if isinstance(found, PackageProblem):
        assert 0 <= found.start <= found.end <= len(text)
        return
    MatchSpec(found.spec, strict=False)
    assert canonical(found.spec) == found.spec


@given(st.text(max_size=20))
def test_any_text_has_an_answer(text: str) -> None:
    found = parse_match_spec(text)
    if isinstance(found, PackageProblem):
        assert 0 <= found.start <= found.end <= len(text)


def test_usual_specs_need_no_solver() -> None:
    script = (
        "import sys; from envspec.packages.conda import parse_match_spec\n"
        "for t in ['numpy','numpy >=1.26,<3','scikit-learn =1.5','x 1.*','x==2.0rc1','blas * mkl','python 3.11']:\n"
        "    parse_match_spec(t)\n"
        "sys.exit('rattler' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
