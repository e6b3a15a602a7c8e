"""Sources that are too large: what is said of them, and that doing what is said helps."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envspec.diagnostics import Diagnostic, Failure
from envspec.workspace import store as store_module
from envspec.workspace.database import Workspace
from envspec.workspace.source_size import Limits, ignore_line, size_text


def write(root: Path, files: dict[str, int]) -> None:
    """Files with holes, which take no room on the disk."""
    for name, size in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)


def refused(workspace: Workspace, source: Path, limits: Limits) -> Diagnostic:
    with pytest.raises(Failure) as failure:
        workspace.snapshot(source, limits=limits)
    with pytest.raises(Failure) as planned:
        workspace.source_digest(source, limits=limits)
    with pytest.raises(Failure):
        workspace.source_hashes(source, limits=limits)
    assert planned.value.diagnostics == failure.value.diagnostics
    [diagnostic] = failure.value.diagnostics
    assert diagnostic.code == "E1116"
    return diagnostic


def lines_of(diagnostic: Diagnostic) -> list[str]:
    return re.findall(r"`(/[^`]*)`", diagnostic.help)


def test_a_file_that_is_too_large(workspace: Workspace, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = root / "src"
    write(
        source,
        {"train.py": 10, "model.ckpt": 300_000_000, "old/model.ckpt": 150_000_000, "fits": 100_000_000},
    )

    def never(path: Path) -> str:
        raise AssertionError(f"{path} was read")

    with monkeypatch.context() as patched:
        patched.setattr(store_module, "digest_of_file", never)
        found = refused(workspace, source, Limits())
    assert found.message == "2 files of the source `src` are too large for a snapshot: more than 100 MB"
    assert found.notes == ("300 MB  model.ckpt", "150 MB  old/model.ckpt")
    assert "`src/.envspecignore`" in found.help
    assert "`largest-file`" in found.help
    (source / ".envspecignore").write_text("\n".join(lines_of(found)))
    assert workspace.source_hashes(source, limits=Limits(source=10**9)).keys() == {
        "train.py",
        "fits",
        ".envspecignore",
    }


def test_a_source_that_is_too_large_as_a_whole(workspace: Workspace, root: Path) -> None:
    files = {f"data/raw/images/{number}.png": 1_000 for number in range(900)}
    files |= {f"data/{number}.csv": 100 for number in range(10)}
    files |= {"notes/a.pdf": 60_000, "notes/b.pdf": 50_000, "train.py": 2_000, "link": 0}
    write(root, files)
    (root / "link").unlink()
    (root / "link").symlink_to("notes/a.pdf")
    found = refused(workspace, root, Limits(source=100_000))
    assert found.message == (
        "the source `.` is too large for a snapshot: 1.01 MB in 913 files, and at most 100 KB is stored"
    )
    assert found.notes == (
        "900 KB  data/raw/images/  (900 files)",
        "110 KB  notes/  (2 files)",
        "2 KB  train.py",
    )
    assert lines_of(found) == ["/data/raw/images/", "/notes/"]  # the first of them that are enough
    assert "`.envspecignore`" in found.help
    (root / ".envspecignore").write_text("\n".join(lines_of(found)))
    assert workspace.snapshot(root, limits=Limits(source=100_000)).files == 10 + 1 + 1 + 1


def test_no_more_than_five_are_named(workspace: Workspace, root: Path) -> None:
    write(root / "src", {f"{number}.bin": 1000 + number for number in range(20)})
    found = refused(workspace, root / "src", Limits(file=500))
    assert found.notes[0] == "1.02 KB  19.bin"
    assert found.notes[-1] == "and 15 more"
    assert len(found.notes) == 6
    assert len(lines_of(found)) == 5


def test_what_is_at_the_limit_is_stored(workspace: Workspace, root: Path) -> None:
    write(root / "src", {"a": 500, "b": 500})
    assert workspace.snapshot(root / "src", limits=Limits(file=500, source=1000)).size == 1000
    refused(workspace, root / "src", Limits(file=499))
    refused(workspace, root / "src", Limits(source=999))


NO_NAMES = (".", "..", ".git", ".envspec", "__pycache__", ".gitignore", ".envspecignore")
names = st.text(
    st.one_of(
        st.sampled_from("*?[]\\!# \n\r\ta\u202e"), st.characters(exclude_characters="/\0", exclude_categories=["Cs"])
    ),
    min_size=1, max_size=8,
).filter(lambda name: name not in NO_NAMES)  # fmt: skip


@settings(max_examples=60)
@example(folder="a ", name=" ")
@example(folder="!a", name="#a")
@example(folder="\\", name="[a]*?\n")
@given(folder=names, name=names)
def test_the_lines_leave_out_what_they_name(folder: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        source = root / "src"
        write(source, {f"{folder}/{name}": 100, f"{folder}/x{name}": 1, f"x{folder}": 1})
        with Workspace.open(root) as workspace:
            found = refused(workspace, source, Limits(file=10))
            assert all(note.isprintable() for note in found.notes)
            line = ignore_line(f"{folder}/{name}")
            assert "\n" not in line
            (source / ".envspecignore").write_text(line + "\n", encoding="utf-8")
            left = {str(entry[0]) for entry in workspace.entries(workspace.snapshot(source).digest)}
            assert left == {f"{folder}/x{name}", f"x{folder}", ".envspecignore"}
            (source / ".envspecignore").write_text(ignore_line(f"{folder}/") + "\n", encoding="utf-8")
            assert workspace.snapshot(source).files == 2


def test_a_name_that_is_no_text() -> None:
    assert ignore_line(os.fsdecode(b"a\xff/b")) == "/a?/b"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (1_234_567, "1.23 MB"), (10**9, "1 GB"), (999_600_000, "999 MB"),
     (4_200_000_000_000, "4.2 TB"), (10**16, "10000 TB")],
)  # fmt: skip
def test_sizes_for_people(size: int, text: str) -> None:
    assert size_text(size) == text
