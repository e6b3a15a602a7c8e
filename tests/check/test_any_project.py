"""Properties of the whole front end for any input: it never raises, says the same each time, and every finding
has a known code and a place within its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envspec.check.project import Checked, check
from envspec.cli.outcome import run
from envspec.diagnostics.codes import codes
from envspec.diagnostics.render import FORMATS, render
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition_hash
from envspec.resolve.files import ProjectFiles
from envspec.resolve.params import Given
from envspec.resolve.project import resolve
from tests.check.projects import projects
from tests.check.seeds import FILES, HEALTHY
from tests.syntax.test_any_text import PIECES

pytestmark = pytest.mark.slow

ON_DISK = {
    **FILES,
    "requirements.txt": "numpy>=1\n-r more.txt\n--index-url x\n",
    "more.txt": "-r requirements.txt\n",
    "environment.yml": "dependencies:\n  - numpy=2\n  - pip:\n      - rich\n",
    "pyproject.toml": "[project]\nname = 'p'\nversion = '1'\ndependencies = ['numpy==1']\n",
    "train.py": "# /// script\n# dependencies = ['rich']\n# ///\n",
    "src/requirements.txt": "numpy==3\n",
}


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("any")
    for name, text in ON_DISK.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "deep").mkdir()
    return folder


def checked(root: Path, overlay: dict[str, bytes], given: dict[str, Given] | None = None) -> Checked:
    """The result, which every one must satisfy."""
    files = ProjectFiles(root)
    result = check(resolve("main.envspec", files, given, overlay), files)
    sources = result.resolution.sources
    for diagnostic in result.diagnostics:
        assert diagnostic.code in codes()
        places = [diagnostic.span, diagnostic.context, *(label.span for label in diagnostic.labels)]
        places += [edit.span for fix in diagnostic.fixes for edit in fix.edits]
        for span in places:
            if span is not None:
                assert 0 <= span.start <= span.end <= len(sources[span.file].text), diagnostic
        if diagnostic.span is None:
            assert given, diagnostic
    for format_ in FORMATS:
        render(format_, result.diagnostics, sources, colour=False)
    canonical_json(result.resolution.document)
    for environment in result.project.environments.values():
        assert definition_hash(environment).startswith("sha256:")
    return result


def same(one: Checked, other: Checked) -> None:
    assert one.diagnostics == other.diagnostics
    assert canonical_json(one.resolution.document) == canonical_json(other.resolution.document)


@settings(max_examples=150)
@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes(root: Path, data: bytes) -> None:
    same(checked(root, {"main.envspec": data}), checked(root, {"main.envspec": data}))


@settings(max_examples=150)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_any_pieces_of_the_language(root: Path, text: str) -> None:
    checked(root, {"main.envspec": text.encode("utf-8", "surrogatepass")})


@settings(max_examples=150)
@given(st.integers(0, len(HEALTHY)), st.integers(0, 40), st.lists(PIECES, max_size=4).map("".join))
def test_any_change_of_a_healthy_project(root: Path, at: int, length: int, piece: str) -> None:
    text = HEALTHY[:at] + piece + HEALTHY[at + length :]
    checked(root, {"main.envspec": text.encode("utf-8", "surrogatepass")})


@settings(max_examples=100)
@given(projects)
def test_any_project_of_several_files(root: Path, project: dict[str, str]) -> None:
    overlay = {name: text.encode() for name, text in project.items()}
    same(checked(root, overlay), checked(root, dict(reversed(list(overlay.items())))))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=150)
@given(
    st.dictionaries(
        st.sampled_from(["epochs", "data", "common.rounds", "common.x", "x.y", ""]),
        st.tuples(st.booleans(), VALUES, st.text(max_size=8)),
    )
)
def test_any_given_params(root: Path, values: dict[str, tuple[bool, object, str]]) -> None:
    given_values = {
        name: Given(text if is_text else value, "here", is_text=is_text, folder=str(root))
        for name, (is_text, value, text) in values.items()
    }
    checked(root, {"main.envspec": HEALTHY.encode()}, given_values)


@settings(max_examples=60)
@given(
    st.binary(max_size=200) | projects.map(lambda p: p["main.envspec"].encode()),
    st.sampled_from(list(FORMATS)),
)
def test_the_command_ends_with_a_documented_status(root: Path, data: bytes, format_: str) -> None:
    """0, 1 or 4: never 70, our bug."""
    (root / "command.envspec").write_bytes(data)
    here = Path.cwd()
    os.chdir(root)
    try:
        assert run(["check", "--format", format_, "command.envspec"]) in (0, 1, 4)
    finally:
        os.chdir(here)
