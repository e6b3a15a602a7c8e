"""Files of other tools: every entry and every problem at its place in the text."""

from __future__ import annotations

import textwrap
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.packages.conda_file import parse_conda_file
from envspec.packages.file_entries import Entry, variables_in
from envspec.packages.inline_script import has_metadata, parse_inline_script
from envspec.packages.pyproject import parse_pyproject
from envspec.packages.requirements_file import option_help, parse_requirements


def texts(entries: list[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def assert_places(text: str, entries: list[Entry]) -> None:
    for entry in entries:
        assert text[entry.start : entry.end] == entry.text


REQUIREMENTS = """\
# a comment
numpy>=1.26   # why
  pillow ==10.4.0 ; python_version < "3.12"
-r base.txt
-c "limits.txt"
-e ./project
./dist/x-1.2-py3-none-any.whl
x @ https://packages.example/x.zip#sha256=12
--index-url https://packages.example/simple
--pre
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_requirements(line_end: str) -> None:
    text = REQUIREMENTS.replace("\n", line_end)
    entries, problems = parse_requirements(text)
    assert problems == []
    assert texts(entries.pip) == [
        "numpy>=1.26",
        'pillow ==10.4.0 ; python_version < "3.12"',
        "-e ./project",
        "./dist/x-1.2-py3-none-any.whl",
        "x @ https://packages.example/x.zip#sha256=12",
    ]
    assert [(e.text, e.kind) for e in entries.includes] == [
        ("base.txt", "requirement"),
        ("limits.txt", "constraint"),
    ]
    assert texts(entries.options) == ["--index-url https://packages.example/simple", "--pre"]
    assert_places(text, entries.pip + entries.includes + entries.options)
    assert "index" in option_help(entries.options[0].text)


def test_hashes_and_continuations() -> None:
    text = "a==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nb==2 --hash=sha256:cc\n"
    entries, problems = parse_requirements(text)
    assert problems == []
    assert texts(entries.pip) == ["a==1", "b==2"]
    assert texts(entries.hashes) == ["sha256:aa", "sha256:bb", "sha256:cc"]
    first, second = entries.pip
    assert text[first.start : first.end].startswith("a==1")
    assert text[second.start : second.end] == "b==2"


def test_variables_are_found_and_left() -> None:
    text = "x @ https://${TOKEN}@packages.example/x.zip"
    entries, problems = parse_requirements(text)
    assert problems == []
    [found] = variables_in(entries.pip[0])
    assert (found.text, text[found.start : found.end]) == ("TOKEN", "${TOKEN}")


def test_an_include_by_url_is_refused() -> None:
    text = "-r https://packages.example/all.txt\n"
    entries, [problem] = parse_requirements(text)
    assert entries.includes == []
    assert (problem.code, text[problem.start : problem.end]) == ("E0408", "https://packages.example/all.txt")


@given(st.text("ab-rce =\\\n\r#'\"./:${}", max_size=40))
def test_any_requirements_text_is_read(text: str) -> None:
    entries, problems = parse_requirements(text)
    for place in [*entries.pip, *entries.includes, *entries.options, *problems]:
        assert 0 <= place.start <= place.end <= len(text)


CONDA = """\
name: wine
channels:
  - conda-forge
  - "defaults"
dependencies:
  - python=3.11   # comment
  - 'numpy >=1.26,<3'
  - pip
  - pip:
    - pillow==10.4.0
    - -r requirements.txt
    - -e ./proj
  - pip:
      - "x[a] >=1"
variables:
  LEVEL: "3"
  DEPTH: 4
prefix: /home/somebody/wine
"""


def test_conda_file() -> None:
    entries, problems = parse_conda_file(CONDA)
    assert problems == []
    assert entries.name == "wine"
    assert texts(entries.channels) == ["conda-forge", "defaults"]
    assert texts(entries.conda) == ["python=3.11", "numpy >=1.26,<3", "pip"]
    assert texts(entries.pip) == ["pillow==10.4.0", "-e ./proj", "x[a] >=1"]
    assert texts(entries.includes) == ["requirements.txt"]
    assert [(v.name, v.text) for v in entries.variables] == [("LEVEL", "3"), ("DEPTH", "4")]
    assert_places(CONDA, entries.channels + entries.conda + entries.pip + entries.includes)


def test_places_count_characters() -> None:
    text = "# žluťoučký 🐎\ndependencies:\n  - numpy=1.26\n"
    entries, _ = parse_conda_file(text)
    assert_places(text, entries.conda)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("dependencies:\n  numpy: 1.26\n", "E0403", "numpy: 1.26"),
        ("dependencies: [a, {conda: [b]}]\n", "E0408", "conda"),
        ("dependencies: [a]\npython: 3\n", "W0408", "python"),
        ("dependencies: [*a]\n", "E0403", "*a"),
        ("a: !!python/object:os.system x\n", "E0403", "!!python/object:os.system x"),
        ("- a\n", "E0403", "- a\n"),
        ("channels: ['https://${T}@conda.example']\n", "E0404", "${T}"),
        ("name: a\nname: b\n", "E0403", "name"),
        ("a: [\n", "E0403", "["),
        ("", "E0403", ""),
    ],
)
def test_conda_file_problems(text: str, code: str, marked: str) -> None:
    _, [problem] = parse_conda_file(text)
    assert problem.code == code
    assert text[problem.start : problem.end].strip() == marked.strip()


def test_an_alias_bomb_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}, *a{i - 1}]" for i in range(1, 60)]
    _, [problem] = parse_conda_file("\n".join(lines))
    assert (problem.code, problem.message) == ("E0403", "an alias is not taken")


def test_deep_nesting_is_no_traceback() -> None:
    started = time.process_time()
    for opening in ("[", "{a: ", "- ", "? "):
        _, [problem] = parse_conda_file(opening * 20_000)
        assert (problem.code, problem.message) == ("E0403", "the file is nested too deeply")
    assert time.process_time() - started < 10, "what it costs must not grow with the square of the depth"
    _, [problem] = parse_pyproject("x = " + "[" * 20_000)
    assert problem.code == "E0403"


@given(st.text("ab:-[]{}\"'&*!#\n |>?%@,", max_size=40))
def test_any_conda_text_is_read(text: str) -> None:
    _, problems = parse_conda_file(text)
    for problem in problems:
        assert 0 <= problem.start <= problem.end <= len(text) + 1


PYPROJECT = '''\
[build-system]
requires = ["setuptools"]

[project]
name = "wine"           # numpy
requires-python = ">=3.11"
dependencies = [
    "numpy>=1.26",      # "pillow"
    'pillow',
    """x[a]""", "esc\\u0061ped",
]
optional-dependencies.dev = ["pytest"]

[project.optional-dependencies]
docs = ["sphinx"]

[dependency-groups]
test = ["pytest>=8", {include-group = "lint"}]
lint = ["ruff"]
'''.replace('optional-dependencies.dev = ["pytest"]\n\n', "")


def test_pyproject() -> None:
    entries, problems = parse_pyproject(PYPROJECT)
    assert problems == []
    assert entries.name == "wine"
    assert texts(entries.pip) == ["numpy>=1.26", "pillow", "x[a]", "escaped"]
    assert_places(PYPROJECT, entries.pip[:3])
    escaped = entries.pip[3]
    assert PYPROJECT[escaped.start : escaped.end] == '"esc\\u0061ped"'
    assert entries.python is not None
    assert_places(PYPROJECT, [entries.python])
    assert {name: texts(group) for name, group in entries.groups.items()} == {
        "docs": ["sphinx"],
        "test": ["pytest>=8", "ruff"],
        "lint": ["ruff"],
    }
    for group in entries.groups.values():
        assert_places(PYPROJECT, group)


@pytest.mark.parametrize(
    ("text", "code", "marked"),
    [
        ("[project]\ndependencies = 'numpy'\n", "E0403", "dependencies"),
        ("[project]\ndynamic = ['dependencies']\n", "E0408", "dynamic"),
        ("project = 3\n", "E0403", "project"),
        ("[dependency-groups]\na = [{include-group = 'b'}]\n", "E0408", "a"),
        ("[project]\nx = = 1\n", "E0403", "="),
    ],
)
def test_pyproject_problems(text: str, code: str, marked: str) -> None:
    _, [problem] = parse_pyproject(text)
    assert (problem.code, text[problem.start : problem.end]) == (code, marked)


def test_inline_script() -> None:
    script = textwrap.dedent("""\
        #!/usr/bin/env python
        # /// script
        # requires-python = ">=3.11"
        # dependencies = [
        #   "numpy>=1.26",
        #
        #   "pillow",
        # ]
        # ///
        import numpy
    """)
    for text in (script, script.replace("\n", "\r\n")):
        entries, problems = parse_inline_script(text)
        assert has_metadata(text)
        assert problems == []
        assert texts(entries.pip) == ["numpy>=1.26", "pillow"]
        assert entries.python is not None
        assert_places(text, [*entries.pip, entries.python])


def test_inline_script_problems() -> None:
    block = "# /// script\n# dependencies = [1]\n# ///\n"
    _, [problem] = parse_inline_script(block)
    assert block[problem.start : problem.end] == "dependencies"
    _, [problem] = parse_inline_script(block + "\n" + block)
    assert problem.message == "a second `script` block"
    assert not has_metadata("print(1)\n")
    assert parse_inline_script("print(1)\n")[0].pip == []


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ("--foo bar", "pip has no such option in a requirements file"),
        ("--foo=bar", "pip has no such option in a requirements file"),
        ("--no-cache-dir", "pip has no such option in a requirements file"),
        ("--use-feature fast-deps", "about how pip works"),
        ('--config-settings="a=b"', "build a wheel"),
        ("--index-url https://packages.example/simple", "`index` block"),
        ("-i https://packages.example/simple", "`index` block"),
    ],
)
def test_an_option_that_is_not_taken_has_its_reason(option: str, says: str) -> None:
    assert says in option_help(option)
    assert option_help(option) != "take it out"


def test_pip_itself_has_none_of_those_options_in_a_file() -> None:
    """Its own parser is asked, for the words that are said of one that it does not know."""
    pytest.importorskip("pip")
    from pip._internal.req.req_file import get_line_parser

    parse = get_line_parser(None)
    for line in ("--foo bar", "--no-cache-dir"):
        with pytest.raises(Exception, match="no such option"):
            parse(line)
    for line in ("--use-feature fast-deps", "--pre", "--no-binary a"):
        parse(line)
