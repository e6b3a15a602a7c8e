"""Every code of the table is produced, and named, by a test."""

from __future__ import annotations

import json
import re
from pathlib import Path

from envspec.diagnostics.codes import codes

TESTS = Path(__file__).parents[1]
_CODE = re.compile(r"\b[EWI]\d{4}\b")

# Still without a test. The list only ever gets shorter.
MISSING = frozenset({"E0618", "E0810", "E0812", "E0822", "E0917", "E1018"})


def named() -> set[str]:
    """The codes that a conformance case expects, or that a test or one of its fixtures names."""
    found: set[str] = set()
    for path in TESTS.rglob("*"):
        if path.name == "expected.json":
            report = json.loads(path.read_text(encoding="utf-8"))
            found |= {diagnostic["code"] for diagnostic in report["diagnostics"]}
        elif path.suffix in {".py", ".envspec"} and path != Path(__file__):
            found |= set(_CODE.findall(path.read_text(encoding="utf-8", errors="replace")))
    return found


def test_every_code_is_named_by_a_test() -> None:
    assert set(codes()) - named() <= MISSING


def test_tests_name_no_code_that_is_not_in_the_table() -> None:
    unknown = named() - set(codes())
    assert unknown <= {"E9999"}, unknown
