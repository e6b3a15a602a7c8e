"""No string of a spec becomes an instruction, a directive, a comment or a shell word of its own.

The judge is Docker's own parser (the PyPI package `dockerfile` is moby's, in Go) and, for words, moby's rules
of expansion, which the real builds of `test_builds` confirm.
"""

from __future__ import annotations

import shlex
from dataclasses import replace

import dockerfile
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envspec.ir.types import Docker, Environment
from envspec.lower import quoting
from envspec.lower.context import text_file
from envspec.lower.deployment import lower_deployment
from envspec.lower.environment import BUILDKIT, PORTABLE, lower_environment
from envspec.packages.apt import parse_apt
from envspec.packages.image import parse_image, parse_user
from tests.lower.specimens import FILES, PIP_ONLY, SCORER, project

pytestmark = pytest.mark.slow

# Whatever one line can hold; `check` refuses the rest (E0310).
LINE = st.text(
    st.characters(exclude_characters="\0\n\r\x85\u2028\u2029", exclude_categories=["Cs"]), max_size=60
)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=60)
NASTY = st.sampled_from(
    ["\\", '"', "'", "`", "$HOME", "${X:-y}", "$(id)", "#", "# escape=`", "\\\\", 'a" USER root', " ", "  x ", "\t",
     "<<EOF", "&& id", "FROM scratch", "a=b c=d", '["x"]', "é", "\u202e", "\ufeff", "$$", "\\$X", "--mount=type=secret"]
)  # fmt: skip
VALUE = st.one_of(LINE, NASTY, st.lists(st.one_of(NASTY, LINE), max_size=4).map("".join))


def instructions(text: str) -> list[tuple[str, str]]:
    """Instruction names, and the values of those that carry none of the spec's strings."""
    carrying = {"ARG", "LABEL", "ENV"}
    return [
        (c.cmd.upper(), "" if c.cmd.upper() in carrying else " ".join(c.value))
        for c in dockerfile.parse_string(text)
    ]


def unquote(word: str) -> str:
    """What moby's shell lexer makes of one word in double quotes (`shell/lex.go`, processDoubleQuote)."""
    assert word.startswith('"')
    assert word.endswith('"')
    out, at = [], 1
    while at < len(word) - 1:
        character = word[at]
        if character == "\\" and word[at + 1] in '"$\\':
            at += 1
            character = word[at]
        else:
            assert character not in '"$'
        out.append(character)
        at += 1
    return "".join(out)


@pytest.mark.parametrize("builder", [PORTABLE, BUILDKIT])
@settings(max_examples=60)
@given(values=st.lists(VALUE, min_size=3, max_size=3), script=TEXT)
def test_instructions_never_depend_on_values(builder: str, values: list[str], script: str) -> None:
    def lowered(label: str, argument: str, other: str, run: str) -> str:
        docker = Docker(labels={"a": label, "b": other}, arguments={"A": argument, "B": other}, run=(run,))
        return lower_environment(replace(PIP_ONLY, docker=docker), None, FILES, builder=builder).text(
            "Dockerfile"
        )

    plain = lowered("x", "x", "x", "true")
    hostile = lowered(*values, script)
    assert instructions(hostile) == instructions(plain)
    assert len(hostile.split("\n")) == len(plain.split("\n"))
    words = [c for c in dockerfile.parse_string(hostile) if c.cmd.upper() in ("ARG", "LABEL")]
    read = []
    for command in words:
        if command.cmd.upper() == "LABEL":
            read.append((unquote(command.value[0]), unquote(command.value[1])))
        else:
            name, _, value = command.value[0].partition("=")
            read.append((name, unquote(value)))
    label, argument, other = values
    assert read == [("A", argument), ("B", other), ("a", label), ("b", other)]


@given(value=VALUE)
def test_words_come_back(value: str) -> None:
    assert unquote(quoting.word(value)) == value
    assert shlex.split(quoting.shell_word(value)) == [value]


@given(arguments=st.lists(TEXT, min_size=1, max_size=4))
def test_exec_form_comes_back(arguments: list[str]) -> None:
    (command,) = dockerfile.parse_string(f"CMD {quoting.exec_form(arguments)}\n")
    assert command.json
    assert list(command.value) == arguments


@pytest.mark.parametrize("quote", [quoting.word, quoting.shell_word])
@pytest.mark.parametrize("value", ["a\nb", "a\0b", "a\rb"])
def test_line_breaks_do_not_get_here(quote: object, value: str) -> None:
    with pytest.raises(AssertionError):
        quote(value)  # type: ignore[operator]


@given(script=TEXT)
def test_scripts_travel_as_files(script: str) -> None:
    environment = replace(PIP_ONLY, docker=Docker(run=(script,)))
    context = lower_environment(environment, None, FILES)
    assert context.text("build/run/run-1.sh").removesuffix("\n") == script.removesuffix("\n")
    assert context.text("Dockerfile") == lower_environment(
        replace(PIP_ONLY, docker=Docker(run=("x",))), None, FILES
    ).text("Dockerfile")


@given(value=TEXT, name=TEXT)
@example(value="a\x85b", name="\x85")
@example(value="a\u2028\u2029 b\ufeff", name="\ufeff")
@example(value="\x85 - x: [y]", name=" ")
def test_compose_and_conda_yaml_come_back(value: str, name: str) -> None:
    environment = Environment("e", "e", python="3.11", variables={"V": value})
    deployment = replace(SCORER, environment="e", models=(), variables={"W": value})
    context = lower_deployment(
        project(environment), deployment, environment, None, FILES, {}, {}, image="envspec/x:1"
    )
    service = next(iter(yaml.safe_load(context.text("compose.yaml"))["services"].values()))
    assert service["environment"]["V"].replace("$$", "$") == value
    assert service["environment"]["W"].replace("$$", "$") == value
    named = replace(environment, id=name)
    document = yaml.safe_load(lower_environment(named, None, FILES).text("environment.yml"))
    assert document["name"] == name


PIECES = st.sampled_from(
    [*"abz019+.-_:=~@/ $`\"'\\\n\t;&|*?()[]{}<>#", "debian", "libgomp1", ":1", "@sha256:", "--", "ab" * 32]
)
WRITTEN = st.tuples(st.sampled_from(["", "a", "debian", "1"]), st.lists(PIECES, max_size=6).map("".join)).map(
    "".join
)


@settings(max_examples=300)
@given(texts=st.lists(WRITTEN, min_size=1, max_size=3))
@example(texts=["libgomp1=12.2.0-14", "libstdc++6:amd64", "a+"])
def test_what_is_a_package_is_one_word(texts: list[str]) -> None:
    """Whatever `check` lets in as a Debian package is one word of one instruction."""
    packages = ["libgomp1", *(parsed for text in texts if isinstance(parsed := parse_apt(text), str))]
    made = dockerfile.parse_string(
        lower_environment(replace(PIP_ONLY, apt=tuple(packages)), None, FILES).text("Dockerfile")
    )
    (install,) = [c.value[0] for c in made if c.cmd == "RUN" and "apt-get" in c.value[0]]
    words = shlex.split(install)
    between = words[words.index("--no-install-recommends") + 1 : words.index("rm") - 1]
    assert between == sorted(set(packages))
    assert not any(word.startswith("-") for word in between)


@settings(max_examples=300)
@given(image=WRITTEN, user=WRITTEN)
@example(image="registry.example:5000/a/b:1@sha256:" + "ab" * 32, user="0012:7")
@example(image="debian", user="app:app")
def test_what_is_an_image_or_a_user_is_one_value(image: str, user: str) -> None:
    parsed, account = parse_image(image), parse_user(user)
    docker = Docker(
        image=parsed if isinstance(parsed, str) else "debian:12",
        user=account if isinstance(account, str) else "1000:1000",
    )
    text = lower_environment(replace(PIP_ONLY, docker=docker), None, FILES).text("Dockerfile")
    plain = lower_environment(replace(PIP_ONLY, docker=Docker(image="debian:12")), None, FILES).text(
        "Dockerfile"
    )
    made = dockerfile.parse_string(text)
    assert [c.cmd for c in made] == [c.cmd for c in dockerfile.parse_string(plain)]
    assert [c.value[0] for c in made if c.cmd == "FROM"] == [
        docker.image,
        "${ENVSPEC_BUILDER}",
        docker.image,
        "python",
        "system",
    ]
    assert [c.value for c in made if c.cmd == "USER"][-1] == (docker.user,)


@given(entry=VALUE.filter(lambda text: not set(text) & set("/\0") and text not in ("", ".", "..")))
@pytest.mark.parametrize("builder", [PORTABLE, BUILDKIT])
def test_names_of_files_are_never_instructions(builder: str, entry: str) -> None:
    """The entry is one value; other files of a source are in the context and in no text."""

    def lowered(name: str) -> str:
        source = {name: text_file("def init(): pass\n"), f"{name}.txt": text_file("x")}
        return lower_deployment(
            project(PIP_ONLY), replace(SCORER, entry=name), PIP_ONLY, None, FILES, source, {}, builder=builder
        ).text("Dockerfile")

    made = dockerfile.parse_string(lowered(entry))
    plain = dockerfile.parse_string(lowered("score.py"))
    assert [(c.cmd, c.value) for c in made if c.cmd != "ENV"] == [
        (c.cmd, c.value) for c in plain if c.cmd != "ENV"
    ]
    (value,) = [c.value[1] for c in made if c.cmd == "ENV" and c.value[0] == "ENVSPEC_ENTRY"]
    assert unquote(value) == f"/opt/envspec/source/{entry}"


@pytest.mark.parametrize("name", ["A B", "A=1", "A\nRUN id", "", "1A", "a-b", "é"])
def test_an_argument_without_a_name_does_not_get_here(name: str) -> None:
    with pytest.raises(AssertionError):
        lower_environment(replace(PIP_ONLY, docker=Docker(arguments={name: "x"})), None, FILES)
