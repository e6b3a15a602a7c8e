"""A file with ten mistakes: what is healthy in it is still understood, completed and renamed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from envspec.editor.analysis import Project
from envspec.editor.completion.complete import complete
from envspec.editor.hover import hover
from envspec.editor.names import names_in
from envspec.editor.renaming import rename
from tests.check.seeds import FILES, HEALTHY, STRUCTURE, VALUES, Seed
from tests.check.test_one_mistake import apart, seeded

pytestmark = pytest.mark.slow

FILE = "main.envspec"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("broken")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(VALUES), structure=st.lists(st.sampled_from(STRUCTURE), max_size=1))
def test_names_of_healthy_lines_are_renamed(folder: Path, order: list[Seed], structure: list[Seed]) -> None:
    text = seeded(apart([*structure, *order], 10))
    project = Project(folder)
    project.change(FILE, text)
    analysis = project.analyse(FILE)
    assert analysis is not None and len(analysis.diagnostics) >= (5 if structure else 10)
    there = {name.target for name in names_in(analysis.module)}
    assert len(there) >= 8  # of some twenty
    for target in there:
        place = next(name for name in names_in(analysis.module) if name.target == target)
        for edit in rename(project, FILE, place.span.start, "quite-new"):
            source = text if edit.span.file == FILE else FILES[edit.span.file]
            assert source[edit.span.start : edit.span.end] == target.name
        found = hover(analysis, place.span.start)
        assert found is None or found.span.start <= place.span.start <= found.span.end


@settings(max_examples=60, deadline=None)
@given(order=st.permutations(VALUES), at=st.integers(0, HEALTHY.count("\n")))
def test_attributes_are_completed_wherever_one_could_stand(folder: Path, order: list[Seed], at: int) -> None:
    """On a line of its own, in whatever block that is."""
    lines = seeded(apart(order, 10)).splitlines(keepends=True)
    at = min(at, len(lines))
    assume('"""' not in lines[at - 1])  # the line after one that opens a long string is in that string
    depth = "".join(lines[:at]).count("{") - "".join(lines[:at]).count("}")
    project = Project(folder)
    project.change(FILE, "".join([*lines[:at], "    \n", *lines[at:]]))
    analysis = project.analyse(FILE)
    assert analysis is not None
    labels = {one.label for one in complete(analysis, len("".join(lines[:at])) + 4)}
    if depth == 0:
        assert {"environment", "run"} <= labels
    else:
        assert labels, lines[at - 1]
