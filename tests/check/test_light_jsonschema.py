"""jsonschema without its slowest import is the same jsonschema."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import sys
from importlib.util import find_spec
from envspec.check.light_jsonschema import draft_2020_12

assert find_spec("rfc3987_syntax") is not None
BEFORE
validator = draft_2020_12()
import jsonschema
assert validator is jsonschema.Draft202012Validator
assert ("rfc3987_syntax" in sys.modules) is (BEGINS != "")
checker = validator({"format": "iri"}, format_checker=validator.FORMAT_CHECKER)
assert checker.is_valid("https://example.com/ü?q=1#f") and not checker.is_valid("no scheme")
assert sys.modules["rfc3987_syntax"].__file__
"""


@pytest.mark.parametrize("before", ["", "import jsonschema", "import rfc3987_syntax"])
def test_whoever_checks_an_iri_has_the_grammar(before: str) -> None:
    program = PROGRAM.replace("BEFORE", before).replace("BEGINS", repr(before))
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_where_it_is_not_installed_nothing_takes_its_place() -> None:
    program = (
        "import sys; sys.modules['rfc3987_syntax'] = None\n"
        "from envspec.check.light_jsonschema import draft_2020_12\n"
        "validator = draft_2020_12()\n"
        "assert 'iri' not in validator.FORMAT_CHECKER.checkers, validator.FORMAT_CHECKER.checkers\n"
        "assert 'date' in validator.FORMAT_CHECKER.checkers\n"
        "assert sys.modules['rfc3987_syntax'] is None\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
