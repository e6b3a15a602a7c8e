"""The lock file's text: what is written is read back, and what is damaged is said at its place."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Failure
from envspec.lock.model import (
    Lock,
    LockedConda,
    LockedEnvironment,
    LockedFile,
    LockedPath,
    LockedPip,
    LockedPlatform,
    LockedRegistered,
)
from envspec.lock.text import read, write

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
digests = st.text("0123456789abcdef", min_size=64, max_size=64)
names = st.from_regex(r"[a-z][a-z0-9.-]{0,12}", fullmatch=True)

condas = st.builds(
    LockedConda,
    texts, texts, texts, texts, texts, texts, digests,
    st.integers(0, 2**40), st.lists(texts, max_size=3).map(tuple), st.integers(0, 99),
    st.sampled_from(["", "python", "generic"]), texts,
)  # fmt: skip
files = st.builds(LockedFile, texts, digests, texts)
pips = st.builds(LockedPip, texts, texts, st.lists(files, min_size=1, max_size=3).map(tuple), texts)
paths = st.builds(LockedPath, texts, texts, texts, digests)
platforms = st.builds(
    LockedPlatform,
    texts, texts,
    st.lists(condas, max_size=2).map(tuple), st.lists(pips, max_size=2).map(tuple), st.lists(paths, max_size=2).map(tuple),
)  # fmt: skip


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    environments = {}
    for name in draw(st.lists(names | texts, max_size=3, unique=True)):
        rows = draw(st.lists(platforms, max_size=2, unique_by=lambda row: row.platform))
        environments[name] = LockedEnvironment(name, draw(texts), tuple(rows), draw(texts), draw(texts))
    registered = {
        name: LockedRegistered(name, draw(texts), draw(texts)) for name in draw(st.lists(names, max_size=2))
    }
    return Lock(environments, registered)


@given(locks())
def test_what_is_written_is_read_back(lock: Lock) -> None:
    text = write(lock)
    assert read(text) == lock
    assert write(read(text)) == text


@given(locks())
def test_a_package_is_a_line(lock: Lock) -> None:
    packages = sum(
        len(platform.conda) + len(platform.pip) + len(platform.paths)
        for environment in lock.environments.values()
        for platform in environment.platforms
    )
    lines = write(lock).split("\n")
    assert sum(line.startswith("    { ") and line.endswith(" },") for line in lines) == packages
    tomllib.loads(write(lock))


SMALL = Lock(
    {
        "sklearn": LockedEnvironment(
            "sklearn",
            "sha256:" + "a" * 64,
            (
                LockedPlatform(
                    "linux/amd64",
                    "3.11",
                    pip=(LockedPip("six", "1.16.0", (LockedFile("six.whl", "b" * 64),)),),
                ),
            ),
        )
    }
)


def test_the_form_is_for_reviewers() -> None:
    assert write(SMALL) == (
        "# Made by `envspec lock`: do not edit, but commit it. `envspec lock` makes it again.\n"
        "version = 1\n"
        "\n"
        "[environments.sklearn]\n"
        f'definition = "sha256:{"a" * 64}"\n'
        'solved = "sha256:ec1bf8733f2abd1a0e4f61a77130ff38b7dfe4ba81050eedc01183e3f5e4da93"\n'
        "\n"
        '[environments.sklearn.platforms."linux/amd64"]\n'
        'python = "3.11"\n'
        "pip = [\n"
        f'    {{ name = "six", version = "1.16.0", files = [{{ file = "six.whl", sha256 = "{"b" * 64}" }}] }},\n'
        "]\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("version = 1\n", "version = 2\n", "E0602"),
        ("version = 1\n", "", "E0601"),
        ("version = 1\n", "<<<<<<< ours\nversion = 1\n=======\nversion = 1\n>>>>>>> theirs\n", "E0603"),
        ("b" * 64, "b" * 63, "E0601"),
        ("pip = [", "pip = [[", "E0601"),
        ('python = "3.11"', "python = 3", "E0601"),
        ('name = "six", ', "", "E0601"),
        ("[environments.sklearn]", "environments = 3\n[x]", "E0601"),
    ],
)
def test_a_bad_file_is_named_and_placed(old: str, new: str, code: str) -> None:
    text = write(SMALL).replace(old, new)
    with pytest.raises(Failure) as caught:
        read(text)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == code
    assert diagnostic.help
    if diagnostic.span is not None:
        assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)


@given(st.integers(0, 400), st.text(max_size=4))
def test_a_spoilt_file_never_breaks_the_reader(at: int, inserted: str) -> None:
    text = write(SMALL)
    at = min(at, len(text))
    for spoilt in (text[:at], text[:at] + inserted + text[at:]):
        try:
            read(spoilt)
        except Failure as failure:
            assert {d.code for d in failure.diagnostics} <= {"E0601", "E0602", "E0603"}
