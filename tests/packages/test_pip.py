"""Requirements: canonical text, agreement with packaging, paths, and where problems point."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import Version

from envspec.packages.package import PackageProblem, PipPackage
from envspec.packages.pip import parse_requirement


def package(text: str) -> PipPackage:
    found = parse_requirement(text)
    assert isinstance(found, PipPackage), found
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pillow ==10.4.0", "pillow==10.4.0"),
        ("ruamel_yaml.clib<1, >=0.2", "ruamel-yaml-clib>=0.2,<1"),
        ("x[B,a_c]>=1", "x[a-c,b]>=1"),
        ("x (>=1,<2)", "x>=1,<2"),
        ("x==01.0RC1", "x==1.0rc1"),
        ("x===weird", "x===weird"),
        ("x ; python_version<'3.11'  and os_name == 'nt'", 'x ; python_version < "3.11" and os_name == "nt"'),
        ("x @ https://packages.example/x.tar.gz", "x @ https://packages.example/x.tar.gz"),
        ("x @ https://packages.example/x.zip ; os_name=='nt'", 'x @ https://packages.example/x.zip ; os_name == "nt"'),
        ("https://packages.example/X_y-1.0-py3-none-any.whl",
         "x-y @ https://packages.example/X_y-1.0-py3-none-any.whl"),
        ("x @ git+https://code.example/x@v1", "x @ git+https://code.example/x@v1"),
    ],
)  # fmt: skip
def test_canonical_text(text: str, expected: str) -> None:
    found = package(text)
    assert (found.kind, found.text) == ("requirement", expected)
    assert package(expected) == found


@pytest.mark.parametrize(
    ("text", "kind", "name", "path"),
    [
        (
            "./dist/Features_x-1.2-py3-none-any.whl",
            "path",
            "features-x",
            "./dist/Features_x-1.2-py3-none-any.whl",
        ),
        ("../lib", "path", "", "../lib"),
        (".", "path", "", "."),
        ("vendor/lib", "path", "", "vendor/lib"),
        ("-e ./proj", "editable", "", "./proj"),
        ("--editable=./proj", "editable", "", "./proj"),
        ("-e.", "editable", "", "."),
    ],
)
def test_paths(text: str, kind: str, name: str, path: str) -> None:
    assert package(text) == PipPackage(kind, name, path)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("numpy=1.26", "E0302", "="),
        ("numpy 1.26", "E0302", "1.26"),
        ("numpy=>1.26", "E0302", "=>"),
        ("numpy>=1 <2", "E0302", " "),
        ("numpy>=1.*", "E0302", ">=1.*"),
        ("numpy~=1", "E0302", "~=1"),
        ("numpy>=1,<b", "E0302", "<b"),
        ("numpy ; python", "E0302", "; python"),
        ("conda-forge::numpy", "E0302", "conda-forge::numpy"),
        ("'numpy',", "E0302", "'numpy',"),
        ("git+https://code.example/x#egg=x", "E0302", "git+https://code.example/x#egg=x"),
        ("./x[extra]", "E0302", "[extra]"),
        ("x @ ./x", "E0302", "./x"),
        ("./dist/x.whl", "E0312", "x.whl"),
        ("-r requirements.txt", "E0307", "-r requirements.txt"),
        ("--index-url https://packages.example", "E0307", "--index-url https://packages.example"),
        ("x @ https://ci:hunter2@packages.example/x.zip", "E0306", "ci:hunter2"),
        ("x @ https://token@packages.example/x.zip", "E0306", "token"),
        ("x @ https://ci:hun/ter2@packages.example/x.zip", "E0306", "ci:hun/ter2"),
        ("x @ git+https://ci:hun/ter2@packages.example/x", "E0306", "ci:hun/ter2"),
        ("-e git+https://code.example/x", "E0302", "git+https://code.example/x"),
        ("x\n--index-url=https://evil.example", "E0310", "\n"),
    ],
)
def test_problems_point_into_the_string(text: str, code: str, marked: str) -> None:
    problem = parse_requirement(text)
    assert isinstance(problem, PackageProblem)
    assert (problem.code, text[problem.start : problem.end]) == (code, marked)


def test_the_message_never_repeats_a_credential() -> None:
    problem = parse_requirement("x @ https://ci:hunter2@packages.example/x.zip")
    assert isinstance(problem, PackageProblem)
    assert "hunter2" not in problem.message + problem.help


specifiers = st.lists(
    st.builds(
        lambda o, gap, v: o + gap + v,
        st.sampled_from([">=", "<", "<=", ">", "==", "!=", "~="]),
        st.sampled_from(["", " "]),
        st.from_regex(
            r"(?:[0-9]{1,2}!)?[0-9]{1,3}(?:\.[0-9]{1,2}){0,2}(?:a1|RC2|\.post1|\.dev0|\.\*)?", fullmatch=True
        ),
    ),
    max_size=3,
).map(",".join)
requirements = st.builds(
    lambda name, extras, gap, spec: name + extras + gap + spec,
    st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,6}[A-Za-z0-9])?", fullmatch=True),
    st.sampled_from(["", "[a]", "[b, A]", "[c_d]"]),
    st.sampled_from(["", " "]),
    specifiers,
)


def clauses(requirement: Requirement) -> set[tuple[str, str]]:
    """Operators and versions, `00.*` as `0.*`: `packaging` compares wildcards as they were written."""
    found = set()
    for clause in requirement.specifier:
        version = Version(clause.version.removesuffix(".*"))
        found.add((clause.operator, f"{version}.*" if clause.version.endswith(".*") else str(version)))
    return found


@given(requirements)
@example("0==00.*")
def test_agreement_with_packaging(text: str) -> None:
    found = parse_requirement(text)
    try:
        theirs = Requirement(text)
    except InvalidRequirement:
        assert isinstance(found, PackageProblem)
        return
    assert isinstance(found, PipPackage)
    if found.kind != "requirement":  # a name that ends like an archive is a file
        return
    ours = Requirement(found.text)
    assert clauses(ours) == clauses(theirs)
    assert {e.lower().replace("_", "-") for e in theirs.extras} == ours.extras
    assert package(found.text) == found


@given(st.text("numpy->=<!~*;@.123 []'\"():#/e", max_size=16))
def test_any_text_has_an_answer(text: str) -> None:
    found = parse_requirement(text)
    if isinstance(found, PackageProblem):
        assert 0 <= found.start <= found.end <= len(text)
    elif found.kind == "requirement":
        assert package(found.text) == found


def test_usual_requirements_need_no_packaging() -> None:
    script = (
        "import sys; from envspec.packages.pip import parse_requirement\n"
        "for t in ['numpy','pillow ==10.4.0','x[a,b] >=1,<2','./lib','-e ./lib','x==1.*','x>=1rc1']:\n"
        "    parse_requirement(t)\n"
        "sys.exit('packaging' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
