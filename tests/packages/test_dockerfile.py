"""A Dockerfile of one's own: what is read of it, what is changed in it, and what is refused."""

from __future__ import annotations

import dockerfile as official
import pytest

from envspec.packages.dockerfile import OWN_STAGE, Dockerfile, Problem, read_dockerfile


def read(text: str) -> Dockerfile:
    made = read_dockerfile(text, "base")
    assert isinstance(made, Dockerfile), made
    return made


def test_sources_get_a_folder_and_the_last_stage_a_name() -> None:
    made = read(
        "# syntax=docker/dockerfile:1\n"
        "ARG TAG=12\n"
        "FROM --platform=$BUILDPLATFORM golang AS build\n"
        "# what it is\n"
        "COPY go.mod *.go /src/\n"
        "RUN go build \\\n"
        "    # in the middle\n"
        "    -o /app ./...\n"
        "from debian:${TAG}\n"
        "COPY --from=build /app /usr/bin/app\n"
        'COPY --chown=1:1 ["a b", "/x/", "/opt/"]\n'
        "ADD https://files.example/a.tar . /opt/\n"
        "ENV A=1 \\\n"
        "\n"
        "    B=2\n"
    )
    assert made == Dockerfile(
        "# syntax=docker/dockerfile:1\n",
        "ARG TAG=12\n"
        "FROM --platform=$BUILDPLATFORM golang AS build\n"
        "# what it is\n"
        "COPY base/go.mod base/*.go /src/\n"
        "RUN go build \\\n"
        "    # in the middle\n"
        "    -o /app ./...\n"
        f"FROM debian:${{TAG}} AS {OWN_STAGE}\n"
        "COPY --from=build /app /usr/bin/app\n"
        'COPY --chown=1:1 ["base/a b", "base/x", "/opt/"]\n'
        "ADD https://files.example/a.tar base /opt/\n"
        "ENV A=1 \\\n"
        "\n"
        "    B=2",
        OWN_STAGE,
        ("go.mod", "*.go", "a b", "x", "."),
    )
    words = [c.cmd.upper() for c in official.parse_string(made.text)]
    assert words == ["ARG", "FROM", "COPY", "RUN", "FROM", "COPY", "COPY", "ADD", "ENV"]


def test_a_name_that_is_there_stays_and_windows_lines_count() -> None:
    made = read("FROM debian AS final\r\nRUN true\r\n")
    assert (made.text, made.stage, made.sources) == ("FROM debian AS final\nRUN true", "final", ())


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "no `FROM`"),
        ("ARG A\n", 0, "no `FROM`"),
        ("# escape=`\nFROM a\n", 1, "escape"),
        ("FROM a\n\nRUN <<EOF\nFROM b\nEOF\n", 3, "here-document"),
        ("FROM a\nCOPY <<EOF /x\nEOF\n", 2, "here-document"),
        ("FROM a\nCOPY $A /x\n", 2, "`$A` holds a variable"),
        ("FROM a\nRUN true \\\n && true\nCOPY ../a /x\n", 4, "outside the folder"),
        ("FROM a\nCOPY a/../../b /x\n", 2, "outside the folder"),
        ("FROM a\nCOPY /x\n", 2, "no source"),
        ("COPY a /x\nFROM a\n", 1, "before `FROM`"),
        ("FROM a\nONBUILD COPY a b\n", 2, "`ONBUILD`"),
        ("FROM a\nRUN --mount=type=bind,target=/x true\n", 2, "mount"),
        ("FROM a b c\n", 1, "names no image"),
    ],
)
def test_what_cannot_be_known_is_refused_at_its_line(text: str, line: int, said: str) -> None:
    found = read_dockerfile(text, "base")
    assert isinstance(found, Problem)
    assert found.line == line
    assert said in found.reason


def test_a_mount_of_another_stage_or_a_cache_is_none_of_the_context() -> None:
    read("FROM a\nRUN --mount=type=bind,from=b,target=/x --mount=type=cache,target=/c true\n")
