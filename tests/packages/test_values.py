"""apt packages, image references, platforms, users, names of variables, labels, lines."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.packages.apt import apt_name, parse_apt
from envspec.packages.image import (
    parse_image,
    parse_label_key,
    parse_line,
    parse_platform,
    parse_user,
    parse_variable_name,
)
from envspec.packages.package import PackageProblem
from envspec.packages.sources import parse_channel, parse_registry, parse_url


@pytest.mark.parametrize(
    ("parse", "text", "canonical"),
    [
        (parse_apt, "libgomp1", "libgomp1"),
        (parse_apt, "g++", "g++"),
        (parse_apt, " git = 1:2.39.5-0+deb12u2 ", "git=1:2.39.5-0+deb12u2"),
        (parse_apt, "cmake/bookworm-backports", "cmake/bookworm-backports"),
        (parse_apt, "libc6:i386=2.36-9", "libc6:i386=2.36-9"),
        (parse_image, "debian:bookworm-slim", "debian:bookworm-slim"),
        (parse_image, "localhost:5000/team/base", "localhost:5000/team/base"),
        (parse_image, "Registry.example/a__b/c-d:V1", "Registry.example/a__b/c-d:V1"),
        (parse_image, "debian@sha256:" + "a" * 64, "debian@sha256:" + "a" * 64),
        (parse_platform, "linux/amd64", "linux/amd64"),
        (parse_platform, "linux/arm64/v8", "linux/arm64"),
        (parse_user, "1000", "1000"),
        (parse_user, "1000:0100", "1000:100"),
        (parse_user, "app:users", "app:users"),
        (parse_variable_name, "OMP_NUM_THREADS", "OMP_NUM_THREADS"),
        (parse_label_key, "org.example.team", "org.example.team"),
        *(
            (parse_url, text, text)
            for text in (
                "https://packages.example",
                "HTTPS://packages.example:8443/simple",
                "http://[::1]:8080/x",
                "file:///srv/x",
                "http://127.0.0.1:80?x=a:b@c",
                "https://packages.example:/simple",
                "https://${HOST}:${PORT}/simple",
                "file://srv",
            )
        ),
    ],
)
def test_canonical_text(parse: Callable[[str], str | PackageProblem], text: str, canonical: str) -> None:
    assert parse(text) == canonical
    assert parse(canonical) == canonical


@pytest.mark.parametrize(
    ("parse", "text", "code", "marked"),
    [
        (parse_apt, "libgomp1 >=12", "E0304", ">=12"),
        (parse_apt, "curl-", "E0304", "-"),
        (parse_apt, "curl git", "E0304", "git"),
        (parse_apt, "LibGomp1", "E0304", "LibGomp1"),
        (parse_apt, "--allow-downgrades", "E0307", "--allow-downgrades"),
        (parse_apt, "./x.deb", "E0304", "./x.deb"),
        (parse_apt, "git;reboot", "E0304", ";reboot"),
        (parse_apt, "git=$(id)", "E0304", "$(id)"),
        (parse_image, "https://registry.example/base", "E0305", "https://"),
        (parse_registry, "UPPER/team", "E0305", "UPPER/team"),
        (parse_image, "Debian:12", "E0305", "Debian"),
        (parse_image, "registry.example:99999/x", "E0305", "99999"),
        (parse_image, "registry.example:999999999999/x", "E0305", "999999999999"),
        (parse_registry, "registry.example:99999/x", "E0305", "registry.example:99999/x"),
        (parse_image, "debian:", "E0305", ""),
        (parse_image, "debian:a b", "E0305", " "),
        (parse_image, "debian@sha256:12", "E0305", "sha256:12"),
        (parse_image, "debian AS x", "E0305", " "),
        (parse_image, "ci:hunter2@registry.example/base", "E0306", "ci:hunter2"),
        (parse_url, "https://ci:hun/ter2@packages.example/simple", "E0306", "ci:hun/ter2"),
        (parse_url, "https://ci:hun ter2@packages.example/simple", "E0306", "ci:hun ter2"),
        (parse_url, "https:///ci:hunter2@packages.example/simple", "E0306", "ci:hunter2"),
        (parse_channel, "https://ci:h#n@packages.example/team", "E0306", "ci:h#n"),
        (
            parse_url,
            "https://packages.example:99999/simple",
            "E0316",
            "https://packages.example:99999/simple",
        ),
        (parse_url, "https://packages.example:port/simple", "E0316", "https://packages.example:port/simple"),
        (parse_url, "https:///simple", "E0316", "https:///simple"),
        (parse_url, "https://[::1/simple", "E0316", "https://[::1/simple"),
        (parse_image, "debian\nRUN id", "E0310", "\n"),
        (parse_platform, "x86_64", "E0308", "x86_64"),
        (parse_platform, "windows/amd64", "E0308", "windows/amd64"),
        (parse_user, "John Doe", "E0311", "John Doe"),
        (parse_user, "4294967295", "E0311", "4294967295"),
        (parse_variable_name, "MY-VAR", "E0309", "MY-VAR"),
        (parse_variable_name, "1X", "E0309", "1X"),
        (parse_label_key, "my label", "E0314", "my label"),
    ],
)
def test_problems(parse: Callable[[str], str | PackageProblem], text: str, code: str, marked: str) -> None:
    problem = parse(text)
    assert isinstance(problem, PackageProblem)
    assert (problem.code, text[problem.start : problem.end]) == (code, marked)


def test_the_name_of_an_apt_package() -> None:
    assert [apt_name(t) for t in ("git=1:2", "git/sid", "libc6:i386", "g++")] == [
        "git",
        "git",
        "libc6",
        "g++",
    ]


@given(st.text(max_size=30))
def test_a_line_is_what_it_was(text: str) -> None:
    found = parse_line(text, "a label")
    if isinstance(found, str):
        assert found == text
        assert "\n" not in found and "\0" not in found and "\r" not in found
        found.encode("utf-8")


@given(st.text(max_size=12))
def test_accepted_values_hold_nothing_that_splits_words(text: str) -> None:
    for parse in (parse_apt, parse_image, parse_user, parse_platform, parse_variable_name, parse_label_key):
        found = parse(text)
        if isinstance(found, str):
            assert not set(found) & set(" \t\n\r\0'\"\\$`;&|<>()#")
