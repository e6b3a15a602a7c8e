"""A reference to a file that is not there is a warning at the reference, in the file that has it; of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.diagnostics import Severity
from envspec.importing.table import KINDS
from tests.importing.imported import compiled, imported
from tests.importing.marked_files import cases, marked_project, places_of

CASES = cases("absent")


def test_every_kind_has_a_case() -> None:
    assert {case.kind for case in CASES.values()} == set(KINDS)


@pytest.mark.parametrize("name", CASES)
def test_a_reference_to_nothing_is_a_finding_at_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    wanted = marked_project(tmp_path, case.files)
    path = tmp_path / case.read
    made = imported(case.kind, path)
    found = [one for one in made.report.findings if one.code == "W1306"]
    assert places_of(found, made.report.sources, tmp_path) == wanted
    assert {one.severity for one in made.report.findings} <= {Severity.WARNING}
    _, errors = compiled(path if path.is_dir() else path.parent)
    assert [code for code, _ in errors if code not in ("E0602", "E0503")] == []
    told = [line for line in made.report.lines if line.finding == "W1306"]
    assert len(told) == len(found)
