"""Secrets that are written out in scripts: which words of a shell script they are, and what is none."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envspec.check.secret_scripts import secret_words
from envspec.diagnostics.render import render
from tests.check.rules.project import checked

KEY = "z3bra" + "stripes"
FOUND = [
    (f"export DB_PASSWORD={KEY}\n", [("DB_PASSWORD", KEY)]),
    (f"DB_PASSWORD='{KEY}' x; y", [("DB_PASSWORD", f"'{KEY}'")]),
    (f"x --password {KEY} && y --api-key={KEY}", [("password", KEY), ("api-key", KEY)]),
    (f'x \\\n  --token \\\n  "{KEY}"\n', [("token", f'"{KEY}"')]),
    (f"a=$(x --password {KEY})", [("password", KEY)]),
    (f"if true; then x --password {KEY}; fi", [("password", KEY)]),
    ("x --password 'correct horse'", [("password", "'correct horse'")]),
    (f"cat > f <<EOF\ndon't\nEOF\nx --password {KEY}", [("password", KEY)]),
    (f"cat <<-'A B' <<C\nx\n\tA B\ny\nC\nx --password {KEY}", [("password", KEY)]),
    (f"x # it isn't\nx --password {KEY}", [("password", KEY)]),
]
NONE = [
    "x --password $TOKEN",
    'x --password "${TOKEN:-}"',
    'x --api-key="$(cat /run/secrets/x)"',
    "TOKEN=`cat /run/secrets/x`",
    "export DB_PASSWORD=$1",
    'DB_PASSWORD="${DB_PASSWORD:?is not set}" x',
    "DB_PASSWORD=$(openssl rand -hex 16)",
    f"# DB_PASSWORD={KEY}",
    f"x # --password {KEY}",
    f"cat > f <<EOF\npassword={KEY}\nEOF",
    "python - <<'PY'\npassword=get()\nPY\n",
    "python - <<PY\npassword=getpass()\n",
    "x --password-file pw.txt",
    "docker login --password-stdin",
    "x --password /run/secrets/db",
    "docker build --secret id=npmrc123,src=/home/me/.npmrc .",
    f"grep -q DB_PASSWORD={KEY} .env",
    f"[ $x = password={KEY} ]",
    "x --password",
    "x --ask-password",
    "read -r DB_PASSWORD",
    "unset HF_TOKEN",
    'test -n "$HF_TOKEN"',
    "cat_passwd='getent passwd'",
    "x --trigger-token sks --pad_token pad01234 --page-token ala9glealanal908",
    "HF_TOKEN=none x",
    "API_KEY= x",
    "API_KEY='' x",
    "MAX_TOKENS=512 x",
    "x --secret projects/p-1/secrets/s/versions/1",
    "x --password your-password",
    "x 'unfinished --password a1b2c3d4",
    "password=$(cat <<EOF\nhunter2x\nEOF\n)",
    "sed -i s/password=.*/password=x/ f",
    'echo "$PASSWORD" | x',
    "x --password <(pass show x)",
    "",
    "\\",
    "'",
    '"',
    "<<",
    "<<A",
    "$(",
    "`",
]


@pytest.mark.parametrize(("script", "found"), FOUND)
def test_what_is_one(script: str, found: list[tuple[str, str]]) -> None:
    assert [(one.name, script[one.start : one.end]) for one in secret_words(script)] == found


@pytest.mark.parametrize("script", NONE)
def test_what_is_none(script: str) -> None:
    assert list(secret_words(script)) == []


@given(st.text(st.sampled_from("ab1-= \n\t\\'\"$(){}`;&|<>#") | st.characters(), max_size=60))
def test_any_text_is_a_script(text: str) -> None:
    for one in secret_words(text + "\nx --password hunter2x"):
        assert 0 <= one.start < one.end


SPEC = f"""edition = 1

environment e {{
    python = "3.12"
    docker {{
        run = ["x --password \\"{KEY}\\"", \"\"\"
            export A_PASSWORD='{KEY}'
            x --api-key "$TOKEN" && curl --api-key {KEY} \\
                https://h.example
            \"\"\"]
    }}
}}

run r {{
    environment = e
    shell       = "echo {KEY}; HF_TOKEN={KEY} x"
}}
"""


def test_it_is_found_at_its_place_and_not_shown(tmp_path: Path) -> None:
    result = checked(tmp_path, SPEC)
    found = [finding for finding in result.diagnostics if finding.code == "W0313"]
    places = [finding.span for finding in found if finding.span is not None]
    assert [SPEC[place.start : place.end].strip("'") for place in places] == [KEY] * 4
    assert [SPEC.count("\n", 0, place.start) + 1 for place in places] == [6, 7, 8, 16]
    assert SPEC[: places[-1].start].endswith("HF_TOKEN="), "not the word before it that is the same"
    assert ["secret.hf_token" in finding.help for finding in found] == [False, False, False, True]
    quoted = render("full", found, result.resolution.sources)
    assert KEY not in quoted.replace(f"echo {KEY}", "") and '"$TOKEN" && curl --api-key ****' in quoted


def test_the_same_word_many_times(tmp_path: Path) -> None:
    """Each at its own place, in a time that does not grow with the square of their number."""
    script = "; ".join(["x --password hunter2x"] * 8000)
    text = f'edition = 1\n\nenvironment e {{\n    python = "3.12"\n    docker {{ run = ["{script}"] }}\n}}\n'
    started = time.process_time()
    spans = [finding.span for finding in checked(tmp_path, text).diagnostics if finding.code == "W0313"]
    assert time.process_time() - started < 8
    starts = [span.start for span in spans if span is not None]
    assert starts == list(range(text.index("hunter2x"), len(text) - 10, len("x --password hunter2x; ")))
