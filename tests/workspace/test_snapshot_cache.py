"""Whatever happens to files, a snapshot that knows some of them is the one that reads them all."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from envspec.ir.canonical import tagged_preimage, tagged_preimage_of_texts
from envspec.workspace import snapshot as snapshot_module
from envspec.workspace import store as store_module
from envspec.workspace.database import Workspace

PLACES = ("a.py", "b.py", "sub/a.py", "sub/c.py")
_OLD = 1_600_000_000_000_000_000
_SETTLED_NS = 12_000_000
"""More than a tick of the kernel's clock, which counts for the times of files; and short, so that the cache is used."""


def _write(root: Path, one: str, other: str, content: str) -> None:
    (root / one).unlink(missing_ok=True)
    (root / one).write_text(content)


def _overwrite(root: Path, one: str, other: str, content: str) -> None:
    """In place, of the same size, with the times that it had."""
    path = root / one
    if path.is_file() and not path.is_symlink():
        before = path.stat()
        path.write_text((content * 9)[: before.st_size].ljust(before.st_size))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _set_back(root: Path, one: str, other: str, content: str) -> None:
    if os.path.lexists(root / one):
        os.utime(root / one, ns=(_OLD, _OLD), follow_symlinks=False)


def _swap(root: Path, one: str, other: str, content: str) -> None:
    """Two files change places: content, size and times are all known, of the other one."""
    first, second, between = root / one, root / other, root / "between"
    if one != other and os.path.lexists(first) and os.path.lexists(second):
        first.rename(between)
        second.rename(first)
        between.rename(second)


def _move(root: Path, one: str, other: str, content: str) -> None:
    if os.path.lexists(root / one):
        (root / one).rename(root / other)


def _remove(root: Path, one: str, other: str, content: str) -> None:
    (root / one).unlink(missing_ok=True)


def _mode(root: Path, one: str, other: str, content: str) -> None:
    if (root / one).is_file():
        (root / one).chmod((root / one).stat().st_mode ^ 0o100)


def _link(root: Path, one: str, other: str, content: str) -> None:
    (root / one).unlink(missing_ok=True)
    (root / one).symlink_to(Path(other).name)


def _ignore(root: Path, one: str, other: str, content: str) -> None:
    (root / ".envspecignore").write_text(f"{Path(one).name}\n" if content == "x" else "")


Change = Callable[[Path, str, str, str], None]
CHANGES: Mapping[str, Change] = {
    "write": _write, "overwrite": _overwrite, "set back": _set_back, "swap": _swap, "move": _move,
    "remove": _remove, "mode": _mode, "link": _link, "ignore": _ignore,
}  # fmt: skip

steps = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), st.sampled_from(PLACES), st.sampled_from(PLACES), st.sampled_from("xyz")),
    min_size=1, max_size=4,
)  # fmt: skip


KNOWN = ("of the folder", "of all files", "of each file, asked for alone")


def _other_century(_found: object) -> str:
    raise OverflowError


@settings(max_examples=20)
@example(rounds=[[("set back", "a.py", "a.py", "x")], [("overwrite", "a.py", "a.py", "y")]], known=KNOWN[0])
@example(
    rounds=[
        [("set back", "a.py", "a.py", "x"), ("set back", "b.py", "b.py", "x")],
        [("swap", "a.py", "b.py", "x")],
    ],
    known=KNOWN[1],
)
@example(
    rounds=[
        [("mode", "a.py", "a.py", "x")],
        [("link", "a.py", "b.py", "x")],
        [("write", "a.py", "a.py", "z")],
    ],
    known=KNOWN[2],
)
@given(rounds=st.lists(steps, min_size=1, max_size=3), known=st.sampled_from(KNOWN))
def test_a_snapshot_with_what_is_known_is_one_without(
    rounds: list[list[tuple[str, str, str, str]]], known: str
) -> None:
    """Also where what is known, and what the store has, is much more than the source, and asked for one by one."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(snapshot_module, "_SETTLED_NS", _SETTLED_NS)
        if known != "of the folder":
            monkeypatch.setattr(snapshot_module, "fingerprint", _other_century)
        if known == "of each file, asked for alone":
            monkeypatch.setattr(snapshot_module, "_MORE", 0)
            monkeypatch.setattr(store_module, "_LISTED", 0)
        top = Path(folder)
        source = top / "src"
        (source / "sub").mkdir(parents=True)
        for number, place in enumerate(PLACES):
            (source / place).write_text(str(number))
        with Workspace.open(top / "knows") as knows:
            for number, changes in enumerate(rounds):
                time.sleep(_SETTLED_NS * 1.2e-9)
                knows.snapshot(source)
                for name, one, other, content in changes:
                    CHANGES[name](source, one, other, content)
                with Workspace.open(top / f"fresh{number}") as fresh:
                    assert knows.snapshot(source).digest == fresh.snapshot(source).digest
                    assert knows.source_digest(source) == fresh.source_digest(source)


def test_the_cache_is_used_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the property has it set, or it would hold for nothing."""
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", _SETTLED_NS)
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("x")
    time.sleep(_SETTLED_NS * 1.2e-9)
    with Workspace.open(tmp_path) as workspace:
        workspace.snapshot(source)
        assert len(workspace.rows("SELECT * FROM file_hashes")) == 1
        assert len(workspace.rows("SELECT * FROM folder_digests")) == 1


def test_an_unchanged_folder_is_known_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("x")
    with Workspace.open(tmp_path) as workspace:
        first = workspace.snapshot(source), workspace.source_digest(source), workspace.tree_digest(source)
        monkeypatch.setattr(Workspace, "_hashes", None)
        assert (
            workspace.snapshot(source), workspace.source_digest(source), workspace.tree_digest(source)
        ) == first  # fmt: skip


def test_times_of_other_centuries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("x")
    with Workspace.open(tmp_path) as workspace, Workspace.open(tmp_path / "fresh") as fresh:
        before = fresh.snapshot(source)
        for year in (1905, 2262, 2400):
            seconds = (year - 1970) * 31_556_952
            os.utime(source / "a.py", (seconds, seconds))
            assert workspace.snapshot(source) == workspace.snapshot(source) == before


def test_a_list_of_files_that_is_gone_or_damaged_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("x")
    with Workspace.open(tmp_path) as workspace:
        digest = workspace.snapshot(source).digest
        tree = workspace.store.tree_path(digest)
        for content in (None, b"{}", b""):
            tree.unlink()
            if content is not None:
                tree.write_bytes(content)
            assert workspace.snapshot(source).digest == digest
            workspace.store.verify(digest)


def test_changes_in_the_same_tick_of_the_clock(tmp_path: Path) -> None:
    """Written, stored and written again at once, always of the same size: the times need not differ, the digests do."""
    source = tmp_path / "src"
    source.mkdir()
    with Workspace.open(tmp_path) as workspace:
        for number in range(100):
            (source / "a.py").write_text(f"{number:05}")
            digest = workspace.snapshot(source).digest
            [[_, _, _, content]] = workspace.entries(digest)
            assert workspace.store.path(str(content)).read_text() == f"{number:05}"


def test_a_large_source_in_a_store_of_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some folders of the store are listed, some are not; what others have left there changes nothing."""
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    source = tmp_path / "src"
    source.mkdir()
    for number in range(1000):
        (source / f"{number}.py").write_text(str(number))
    with Workspace.open(tmp_path) as workspace:
        first = workspace.snapshot(source)
        for number in range(200):
            (tmp_path / f".envspec/store/sha256/{number % 3:02x}/other{number}").touch()
        gone = workspace.store.path(str(workspace.entries(first.digest)[500][3]))
        gone.unlink()
        assert workspace.snapshot(source) == first and gone.is_file()
        for number in range(1, 1000):
            (source / f"{number}.py").unlink()
        with Workspace.open(tmp_path / "fresh") as fresh:
            assert workspace.snapshot(source) == fresh.snapshot(source)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_file_that_was_known_and_is_gone_from_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: bool
) -> None:
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    monkeypatch.setattr(store_module, "_LISTED", 8 if at_once else 0)
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.py").write_text("x")
    with Workspace.open(tmp_path) as workspace:
        digest = workspace.snapshot(source).digest
        [[_, _, _, content]] = workspace.entries(digest)
        workspace.store.path(str(content)).unlink()
        assert workspace.snapshot(source).digest == digest
        workspace.store.verify(str(content))


@settings(max_examples=50)
@given(value=st.lists(st.lists(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.booleans()))))
def test_texts_are_canonical_as_python_writes_them(value: list[list[object]]) -> None:
    """The RFC's own implementation is the judge."""
    assert tagged_preimage_of_texts("envspec.tree/1", value) == tagged_preimage("envspec.tree/1", value)


def test_a_link_to_a_name_that_is_no_text(tmp_path: Path) -> None:
    from envspec.diagnostics import Failure

    source = tmp_path / "src"
    source.mkdir()
    (source / "link").symlink_to(os.fsdecode(b"\xff"))
    with Workspace.open(tmp_path) as workspace, pytest.raises(Failure) as failure:
        workspace.snapshot(source)
    [diagnostic] = failure.value.diagnostics
    assert diagnostic.code == "E1107"
    assert "\\udcff" in diagnostic.message
