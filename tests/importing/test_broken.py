"""A file that cannot be read is an error in that file; a part that cannot is a warning there, and the rest comes over."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.actions.importing import import_spec
from envspec.diagnostics import Failure, Severity
from envspec.importing.table import KINDS
from tests.importing.imported import imported
from tests.importing.marked_files import cases, marked_project, places_of

BROKEN = cases("broken")
PARTLY = cases("partly_broken")


def test_every_kind_has_a_case() -> None:
    without_text = {"conda-env"}  # a folder: its parts are in the other cases
    assert {case.kind for case in BROKEN.values()} == set(KINDS) - without_text
    assert without_text <= {case.kind for case in PARTLY.values()}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_an_error_at_its_place(name: str, tmp_path: Path) -> None:
    case = BROKEN[name]
    wanted = marked_project(tmp_path, case.files)
    with pytest.raises(Failure) as caught:
        import_spec(case.kind, tmp_path / case.read, output=tmp_path / "made.envspec")
    found = [one for one in caught.value.diagnostics if one.code != "E1303"]
    assert caught.value.diagnostics[0].severity is Severity.ERROR
    if wanted:
        assert places_of(found, caught.value.sources, tmp_path) == wanted
    else:  # something is missing: the beginning of the file
        (one,) = found
        assert one.span is not None and one.span[1:] == (0, 0) and one.span.file in caught.value.sources


@pytest.mark.parametrize("name", PARTLY)
def test_a_broken_part_is_a_warning_at_its_place(name: str, tmp_path: Path) -> None:
    case = PARTLY[name]
    wanted = marked_project(tmp_path, case.files)
    made = imported(case.kind, tmp_path / case.read)
    found = [one for one in made.report.findings if one.code == "W1307"]
    assert places_of(found, made.report.sources, tmp_path) == wanted
    assert made.report.loses


def test_no_secret_is_in_what_a_finding_shows(tmp_path: Path) -> None:
    """Neither by the form of the value nor by the name that it has."""
    from envspec.diagnostics.render import render

    token = "ghp_" + "a1B2c3D4e5" * 4
    text = f"build: {{API_TOKEN: hunter2, x: '{token}', PASSWORD=opensesame: [\n"
    marked_project(tmp_path, {"cog.yaml": text})
    with pytest.raises(Failure) as caught:
        import_spec("cog", tmp_path / "cog.yaml")
    shown = render("full", caught.value.diagnostics, caught.value.sources)
    assert "API_TOKEN" in shown
    assert not any(secret in shown for secret in ("hunter2", token, "opensesame"))


def test_an_entry_with_a_login_is_marked_where_it_stands(tmp_path: Path) -> None:
    """What is shown has stars for the login, and the place is that of the entry all the same."""
    text = "six\n  pkg @ https://user:hunter2@h.example/p-1.0.tar.gz\n"
    marked_project(tmp_path, {"requirements.txt": text})
    made = imported("pip", tmp_path / "requirements.txt")
    (found,) = made.report.findings
    assert found.span is not None
    begin = text.index("pkg")
    assert (found.span.start, found.span.end) == (begin, len(text) - 1)
