"""No password of a URL is shown, however short: in the lines that a report quotes, in messages, in fixes, in fingerprints.

The oracle knows nothing of how it is hidden: what is printed must be the same whatever the password is. Two are compared
that differ in every letter and digit, and in nothing that the language or a rule goes by.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.diagnostics import Source
from envspec.diagnostics.credentials import masked
from envspec.diagnostics.render import FORMATS, render
from tests.check.rules.test_silence import checked

URL = "https://scott:PASSWORD@host.example/x"
QUOTED = {
    "an index": 'index i { url = "URL" }',
    "a channel": 'channel c { url = "URL" }',
    "a package": 'environment e {\n    python = "3.12"\n    pip    = ["x @ URL", "pillow"]\n}',
    "a repository": 'environment e {\n    python = "3.12"\n    pip    = ["x @ git+URL", "pillow >=1"]\n}',
    "a file": 'environment e {\n    python       = "3.12"\n    requirements = ["URL"]\n}',
    "a constraint": 'environment e {\n    python = 3.12, constraints = "URL"\n}',
    "a variable": 'environment e {\n    variables = { PROXY = "URL", A = "URL", B = [] }\n}',
    "an image": 'environment e {\n    docker { image = "URL" }\n}',
    "a script": 'environment e {\n    python = "3.12"\n    docker { run = ["curl URL", 3] }\n}',
    "a key": 'environment e {\n    python = "3.12"\n    tags   = { "URL" = 3 }\n}',
    "a reference": 'run r {\n    environment = "URL"\n    command     = ["x", "URL"]\n}',
    "an import": 'import "URL" as lib',
    "a param": 'param p = "URL"\nenvironment e {\n    python = param.p\n}',
    "a wrong attribute": 'environment e {\n    pyhton = "URL"\n}',
    "two on a line": 'environment e {\n    python = "URL" pip = ["URL"]\n}',
}
BARE = {
    "a comment": "environment e {\n    pyhton = 3 # URL\n}",
    "no quotes": "environment e {\n    variables = { A = URL }\n}",
    "no block": "URL",
    "no end": 'environment e {\n    python = "URL\n}',
}
PLACES = {**QUOTED, **BARE}
SIGNS = "".join(chr(code) for code in range(33, 127) if chr(code) not in "/?#")
LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHERS = str.maketrans(
    LETTERS + LETTERS.upper() + "0123456789",
    LETTERS[13:] + LETTERS[:13] + (LETTERS[13:] + LETTERS[:13]).upper() + "5678901234",
)
"""Each letter is another, and each digit."""
PASSWORDS = (
    st.text(st.sampled_from(SIGNS) | st.characters(categories=["L"], max_codepoint=0xFFFF), min_size=1, max_size=12)
    # `${` begins another value; a hexadecimal or a number may mean something to a URL or to the language
    .filter(lambda text: "${" not in text and text.translate(OTHERS) != text and "%" not in text)
)  # fmt: skip


def reports(folder: Path, place: str, password: str) -> dict[str, str]:
    if place in QUOTED:
        password = password.replace("\\", "\\\\").replace('"', '\\"')
    text = "edition = 1\n" + PLACES[place].replace("URL", URL).replace("PASSWORD", password) + "\n"
    result = checked(folder, text)
    return {name: render(name, result.diagnostics, result.resolution.sources) for name in FORMATS}


@pytest.mark.parametrize(
    "password",
    ["x", "zq", "zyxwvu2", "k@v", "a:b", "p$d", "é", "pass…word", "B\\\\", "zq,wv", "0,", "x/y", "z?w#"],
)
@pytest.mark.parametrize("place", PLACES)
def test_it_is_in_no_report(tmp_path: Path, place: str, password: str) -> None:
    shown = reports(tmp_path, place, password)
    assert any("example/x" in text for text in shown.values()) or place == "a param", "it is quoted"
    for name, text in shown.items():
        assert f":{password}@" not in text and f"scott:{password}" not in text, name
    other = reports(tmp_path, place, password.translate(OTHERS))
    if password.isascii() and place in QUOTED:
        assert other == shown


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.sampled_from(sorted(QUOTED)), password=PASSWORDS)
def test_a_report_does_not_depend_on_it(tmp_path: Path, place: str, password: str) -> None:
    assert reports(tmp_path, place, password) == reports(tmp_path, place, password.translate(OTHERS))


@settings(max_examples=300)
@given(user=st.text(st.sampled_from(SIGNS), max_size=5), password=PASSWORDS, after=st.text(max_size=8))
def test_lines_and_places_stay(user: str, password: str, after: str) -> None:
    text = f'a = "é"\nb = postgresql://{user}:{password}@h/x\r\nc = 1{after}'
    shown = masked(text)
    before, now = Source.of("a", text), Source.of("a", shown)
    assert before.line_starts == now.line_starts and len(shown) == len(text)
    place = text.index("//") + 2
    assert set(shown[place : shown.index("@h/x")]) <= set('*·•"'), shown
    assert shown[:place] == text[:place]


@pytest.mark.parametrize(
    "text",
    [
        "https://${USER}:${PASSWORD}@h", "https://scott:${PASSWORD}@h", "ssh://git@h/x", "https://h:8080/a@1", "a://b c:d@e",
        "docker://python:3.12@sha256:0123456789abcdef", "https://h/a:b@c", "me@h.example: x", "https://h?a:b@c",
        "https://h:8080/a?b#c@1", "https://h:/a@b", "https://h:${PORT}/a@b", "docker://python:slim/x@sha256:0123456789abcdef",
    ],
)  # fmt: skip
def test_what_is_no_password_stays_readable(text: str) -> None:
    assert masked(text) == text
