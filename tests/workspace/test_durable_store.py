"""In which order the disk is told of what is stored: the bytes of a file, its name, the folders, and only then whatever
names the file. A power cut between any two leaves nothing that names what is not there."""

from __future__ import annotations

import os
import signal
import stat
import threading
import time
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace.database import Workspace

FILES = 60
Event = tuple[str, int, str]
"""`sync` of an inode or `rename` of one, and where it was put."""


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """What the system was asked, in order, by whichever thread."""
    seen: list[Event] = []
    lock = threading.Lock()
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        with lock:
            seen.append(("sync", os.fstat(descriptor).st_ino, ""))

    def rename(source: str, target: str) -> None:
        inode = Path(source).stat().st_ino
        replace(source, target)
        with lock:
            seen.append(("rename", inode, os.fspath(target)))

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    return seen


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number}.py").write_text(f"print({number})\n")
    (folder / "same.py").write_text("print(0)\n")
    (folder / "large.bin").write_bytes(os.urandom(3 << 20))
    return folder


def test_bytes_then_names_then_folders_then_what_names_them(
    tmp_path: Path, source: Path, events: list[Event]
) -> None:
    with Workspace.open(tmp_path) as workspace:
        made = workspace.snapshot(source)
        store = workspace.store
    renames = [at for at, event in enumerate(events) if event[0] == "rename"]
    names = [events[at][2] for at in renames]
    assert names[-1] == str(store.tree_path(made.digest))
    assert len(names) - 1 >= FILES + 1  # two at once may both bring what is the same
    assert set(names[:-1]) == {str(path) for path in (store.folder / "sha256").rglob("*") if path.is_file()}
    for at in renames:
        assert ("sync", events[at][1], "") in events[:at], "the disk has the bytes before there is a name"
    tree, files = renames[-1], renames[:-1]
    for at in files:
        folder = Path(events[at][2]).parent
        for above in (folder, folder.parent, store.folder, store.folder.parent):
            synced = ("sync", above.stat().st_ino, "")
            assert synced in events[at:tree], "the disk has the names before the manifest has one"
    for above in (Path(events[tree][2]).parent, store.folder / "trees"):
        assert ("sync", above.stat().st_ino, "") in events[tree:], "before it is recorded"
    # Once for each folder, and not for each file.
    folders = {path.stat().st_ino for path in store.folder.rglob("*") if path.is_dir()}
    assert sum(event[0] == "sync" and event[1] in folders for event in events) <= 2 * len(folders)


def test_what_is_here_is_not_written_again(tmp_path: Path, source: Path, events: list[Event]) -> None:
    with Workspace.open(tmp_path) as workspace:
        first = workspace.snapshot(source)
        del events[:]
        assert workspace.snapshot(source) == first
        assert [event for event in events if event[0] == "rename"] == []


def test_everything_of_it_is_what_was_there(tmp_path: Path, source: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        made = workspace.snapshot(source)
        workspace.materialize(made.digest, tmp_path / "copy")
        for path in workspace.store.folder.glob("sha256/*/*"):
            workspace.store.verify(f"sha256:{path.parent.name}{path.name}")
            assert stat.S_IMODE(path.stat().st_mode) == 0o444
    for path in source.iterdir():
        assert (tmp_path / "copy" / path.name).read_bytes() == path.read_bytes()


def test_one_that_cannot_be_read_is_named_and_nothing_stays_on_its_way(tmp_path: Path, source: Path) -> None:
    (source / "broken.py").write_text("x")
    with Workspace.open(tmp_path) as workspace:
        found = workspace._source(source, (), None)
        (source / "broken.py").unlink()
        with pytest.raises(Failure, match=r"broken\.py"):
            workspace._store_tree(source, found)
        assert list((workspace.store.folder / "arriving").iterdir()) == []
        assert not (workspace.store.folder / "trees").exists()


def test_an_interruption_ends_it(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is raised in the thread that waits: no other goes on after it, and nothing is left half-written."""
    sync, asked, heard = os.fsync, [], threading.Event()

    def handler(_number: int, _frame: object) -> None:
        heard.set()
        raise KeyboardInterrupt

    def fsync(descriptor: int) -> None:
        sync(descriptor)
        asked.append(threading.current_thread())
        if len(asked) == FILES // 2:
            os.kill(os.getpid(), 2)
        if (
            len(asked) >= FILES // 2
        ):  # on a busy machine the others would be done before the main thread hears of it
            assert heard.wait(60)

    monkeypatch.setattr(os, "fsync", fsync)
    before = signal.signal(signal.SIGINT, handler)
    with Workspace.open(tmp_path) as workspace:
        try:
            with pytest.raises(KeyboardInterrupt):
                workspace.snapshot(source)
        finally:
            signal.signal(signal.SIGINT, before)
        # The pool does not wait for a thread that it was just starting; that one ends what it has begun.
        until = time.monotonic() + 60
        while list((workspace.store.folder / "arriving").iterdir()) and time.monotonic() < until:
            time.sleep(0.01)
        assert list((workspace.store.folder / "arriving").iterdir()) == []
        assert threading.main_thread() not in asked
        count = len(asked)
        assert count < FILES
        monkeypatch.undo()
        made = workspace.snapshot(source)
        workspace.materialize(made.digest, tmp_path / "copy")
    assert len(asked) == count


def test_a_disk_that_fails_is_told(tmp_path: Path, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with Workspace.open(tmp_path) as workspace:
        monkeypatch.setattr(os, "fsync", fails)
        with pytest.raises(Failure, match="E1101"):
            workspace.snapshot(source)
        monkeypatch.undo()
        assert list((workspace.store.folder / "arriving").iterdir()) == []
        assert not list(workspace.store.folder.glob("sha256/*/*"))


def test_names_that_the_disk_may_not_have_are_waited_for_by_whoever_finds_them(
    tmp_path: Path, source: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process may have brought the files and be killed, or not be there yet: it finds them in their places, writes
    none of them, and is about to record what names them."""
    with Workspace.open(tmp_path) as workspace:
        sync = os.fsync

        def fails(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(5, "Input/output error")
            sync(descriptor)

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", fails)
            with pytest.raises(Failure, match="E1101"):
                workspace.snapshot(source)
        del events[:]
        workspace.snapshot(source)
        synced = {inode for what, inode, _ in events if what == "sync"}
        store = workspace.store.folder
        for path in (*store.glob("sha256/*"), store / "sha256", store, store.parent):
            assert path.stat().st_ino in synced, path
        assert {Path(place).parent.parent.name for what, _, place in events if what == "rename"} == {"trees"}


def test_names_that_could_not_be_waited_for_are_waited_for_next_time(
    tmp_path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Workspace.open(tmp_path) as workspace:
        store = workspace.store
        sync = os.fsync

        def fails(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(5, "Input/output error")
            sync(descriptor)

        with monkeypatch.context() as broken:
            broken.setattr(os, "fsync", fails)
            with pytest.raises(Failure, match="E1101"):
                store.put_bytes(b"x")
        del events[:]
        store.durable()
        synced = {inode for what, inode, _ in events if what == "sync"}
        for folder in (*store.folder.glob("sha256/*"), store.folder / "sha256", store.folder):
            assert folder.stat().st_ino in synced, folder
        del events[:]
        store.durable()
        assert events == []
