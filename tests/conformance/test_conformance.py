"""The conformance cases against this implementation; another one could run the same files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from envspec.check.project import check
from envspec.diagnostics import Severity
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve

FOLDER = Path(__file__).parent
CASES = sorted(path.stem for path in (FOLDER / "cases").glob("*.envspec"))


def at(document: Any, pointer: str) -> Any:
    for token in pointer.split("/")[1:]:
        document = document[int(token) if isinstance(document, list) else token]
    return document


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    files = ProjectFiles(FOLDER)
    file = f"cases/{case}.envspec"
    resolution = resolve(file, files)
    checked = check(resolution, files)
    found = set()
    for diagnostic in checked.diagnostics:
        if diagnostic.severity is Severity.ERROR:
            assert diagnostic.span is not None, diagnostic
            source = resolution.sources[diagnostic.span.file]
            found.add((source.position(diagnostic.span.start).line, diagnostic.code))
    text = (FOLDER / file).read_text(encoding="utf-8")
    wanted = {
        (number, code)
        for number, line in enumerate(text.splitlines(), start=1)
        for code in re.findall(r"# ((?:E\d{4} ?)+)$", line)
        for code in code.split()
    }
    assert found == wanted
    expected = FOLDER / "cases" / f"{case}.expected.json"
    if expected.exists():
        for pointer, value in json.loads(expected.read_text(encoding="utf-8")).items():
            assert at(resolution.document, pointer) == value, pointer
