"""Names, where they are defined and used, and giving them other names."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from envspec.diagnostics import Edit
from envspec.editor.analysis import Project
from envspec.editor.names import name_at, names_in
from envspec.editor.renaming import CannotRename, definitions, rename
from tests.editor.buffers import CURSOR, at_cursor, project_of

BASE = """\
edition = 1
param size = 3
environment base {
    python = "3.12"
    pip = ["idna >=3"]
}
"""
TEXT = """\
edition = 1
import "base.envspec" as common
param alpha = 1
secret token { variable = "T" }
index corp { url = "https://pkgs.example/simple", password = secret.token }
environment e extends common.base {
    indexes = [corp]
    variables = { A = "${param.alpha}" }
    docker { image = "debian:bookworm-slim" }
}
run train {
    environment = e
    source = "."
    inputs = { wine = "w.csv" }
    outputs = { model = "m" }
    matrix = { lr = [1, 2] }
    command = ["python", "t.py", inputs.wine, outputs.model, matrix.lr, param.alpha]
}
run next extends train {
    inputs += { before = run.train[lr=1].outputs.model }
    command += [inputs.before, inputs.wine]
}
model m { from = run.train[lr=2].outputs.model }
deployment d {
    environment = e
    source = "."
    entry = "s.py"
    models = [m]
}
"""


def apply(project: Project, edits: list[Edit]) -> dict[str, str]:
    texts = dict(project.buffers)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = texts[edit.span.file]
        texts[edit.span.file] = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return texts


@pytest.mark.parametrize(
    ("before", "kind", "count"),
    [
        ("param ▮alpha", "param", 3),
        ("${param.al▮pha}", "param", 3),
        ("as ▮common", "import", 2),
        ("extends ▮common.base", "import", 2),
        ("extends common.▮base", "environment", 2),
        ("environment = e▮\n    source", "environment", 3),
        ("secret.▮token", "secret", 2),
        ("[▮corp]", "index", 2),
        ("run.▮train[lr=1]", "run", 4),
        ("run.train[▮lr=2]", "matrix", 4),
        ("matrix.▮lr", "matrix", 4),
        ("inputs.▮wine]", "inputs", 3),
        ("outputs.▮model,", "outputs", 4),
        ("[lr=2].outputs.▮model", "outputs", 4),
        ("models = [▮m]", "model", 2),
        ("deployment ▮d", "deployment", 1),
        ("▮before = run", "inputs", 2),
    ],
)
def test_every_place_of_a_name(tmp_path: Path, before: str, kind: str, count: int) -> None:
    (tmp_path / "s.py").write_text("def init(): pass\ndef run(data): return data\n")
    text = TEXT.replace(before.replace(CURSOR, ""), before, 1)
    analysis, offset = at_cursor(tmp_path, text, base=BASE)
    assert not analysis.diagnostics
    name = name_at(analysis.module, offset)
    assert name is not None and name.target.kind == kind
    project = project_of(tmp_path, a=TEXT, base=BASE)
    edits = rename(project, "a.envspec", offset, "fresh")
    assert len(edits) == count
    renamed = apply(project, edits)
    for file, changed in renamed.items():
        project.change(file, changed)
    after = project.analyse("a.envspec")
    assert after is not None
    assert [d.code for d in after.diagnostics] == [d.code for d in analysis.diagnostics]
    spans = definitions(analysis, name.target)
    assert len(spans) == 1
    source = analysis.checked.resolution.sources[spans[0].file]
    assert source.text[spans[0].start : spans[0].end] == name.target.name


def test_a_name_is_changed_in_files_that_import_it(tmp_path: Path) -> None:
    (tmp_path / "on_disk.envspec").write_text(
        'edition = 1\nimport "base.envspec" as b\nenvironment x extends b.base {}\n'
    )
    project = project_of(tmp_path, a=TEXT, base=BASE)
    edits = rename(project, "base.envspec", BASE.index("base {"), "root")
    assert [edit.span.file for edit in edits] == ["a.envspec", "base.envspec", "on_disk.envspec"]


def test_a_name_of_a_broken_file_is_changed(tmp_path: Path) -> None:
    broken = TEXT.replace("models = [m]", "models = [m").replace("outputs = {", "ouputs = {{")
    project = project_of(tmp_path, a=broken, base=BASE)
    edits = rename(project, "a.envspec", broken.index("param alpha") + 6, "beta")
    assert len(edits) == 3


@pytest.mark.parametrize(
    ("place", "new", "why"),
    [
        ("param alpha", "Alpha", "is not a name"),
        ("param alpha", "", "is not a name"),
        ("param alpha", "none", "is not a name"),
        ("common\nparam", "run", "reserved for references"),
        ("train {", "next", "another run"),
        ("wine = ", "before", "another input"),
        ("edition", "x", "no name here"),
    ],
)
def test_what_cannot_be_a_name(tmp_path: Path, place: str, new: str, why: str) -> None:
    project = project_of(tmp_path, a=TEXT, base=BASE)
    offset = TEXT.index(place) + (6 if place.startswith("param") else 0)
    with pytest.raises(CannotRename, match=why):
        rename(project, "a.envspec", offset, new)


CASES = sorted(path.parent for path in Path("tests/conformance/cases").glob("*/main.envspec"))


@pytest.mark.slow
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_renaming_adds_no_finding(folder: Path) -> None:
    """Whatever a file holds, each of its names can be another one everywhere, and nothing is found that was not
    (a name that was wrong may be right now)."""
    project = Project(folder.absolute())
    before = project.analyse("main.envspec")
    assert before is not None
    for name in {name.target: name for name in names_in(before.module)}.values():
        project = Project(folder.absolute())
        edits = rename(project, "main.envspec", name.span.start, "quite-new")
        for file in {edit.span.file for edit in edits}:
            project.change(file, (folder / file).read_bytes().decode("utf-8-sig", "replace"))
        for file, text in apply(project, edits).items():
            project.change(file, text)
        after = project.analyse("main.envspec")
        assert after is not None
        errors = any(finding.code[0] == "E" for finding in before.diagnostics)
        codes = (
            Counter(
                f.code for f in one.diagnostics if f.code[0] == "E" or not errors
            )  # unused ones wait for none
            for one in (after, before)
        )
        assert not next(codes) - next(codes), name
