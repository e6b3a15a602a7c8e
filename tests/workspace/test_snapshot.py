"""The store, snapshots of sources, digests of folders, and making them again."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import time
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.workspace import snapshot as snapshot_module
from envspec.workspace import store as store_module
from envspec.workspace.database import Workspace
from tests.workspace.conftest import Start


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "pkg").mkdir(parents=True)
    (folder / "train.py").write_text("print(1)\n", encoding="utf-8")
    (folder / "pkg" / "žlutý kůň.py").write_text("x = 1\n", encoding="utf-8")
    (folder / "go.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "go.sh").chmod(0o755)
    (folder / "link.py").symlink_to("pkg/žlutý kůň.py")
    return folder


def paths(workspace: Workspace, digest: str) -> list[str]:
    return [str(entry[0]) for entry in workspace.entries(digest)]


def test_a_snapshot_comes_back_as_it_was(workspace: Workspace, source: Path, tmp_path: Path) -> None:
    snapshot = workspace.snapshot(source)
    assert (snapshot.files, snapshot.size) == (4, 9 + 6 + 10)
    workspace.materialize(snapshot.digest, tmp_path / "work")
    again = tmp_path / "work"
    assert (again / "link.py").readlink() == Path("pkg/žlutý kůň.py")
    assert (again / "link.py").read_text(encoding="utf-8") == "x = 1\n"
    assert (again / "go.sh").stat().st_mode & stat.S_IXUSR
    assert not (again / "train.py").stat().st_mode & stat.S_IXUSR
    (again / "train.py").write_text("changed", encoding="utf-8")  # what is made is writable, and no link
    workspace.store.verify(hashed(b"print(1)\n"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["project", "src", "work"]


def hashed(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def test_the_digest_depends_on_content_alone(workspace: Workspace, source: Path, tmp_path: Path) -> None:
    first = workspace.snapshot(source).digest
    os.utime(source / "train.py", (1, 1))
    (source / "empty").mkdir()
    assert workspace.snapshot(source).digest == first
    workspace.materialize(first, tmp_path / "elsewhere")
    assert workspace.snapshot(tmp_path / "elsewhere").digest == first
    assert workspace.tree_digest(source) == first
    (source / "go.sh").chmod(0o644)
    second = workspace.snapshot(source).digest
    assert second != first
    (source / "train.py").write_text("print(2)\n", encoding="utf-8")
    assert workspace.snapshot(source).digest not in (first, second)


def test_a_change_of_the_same_size_and_time_is_seen(workspace: Workspace, source: Path) -> None:
    """Even where the times were set back: then the time of the change of the inode tells."""
    old = time.time() - 3600
    os.utime(source / "train.py", (old, old))
    first = workspace.snapshot(source).digest
    (source / "train.py").write_text("print(2)\n", encoding="utf-8")
    os.utime(source / "train.py", (old, old))
    assert workspace.snapshot(source).digest != first


def test_known_hashes_are_used(workspace: Workspace, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = workspace.snapshot(source).digest
    assert workspace.rows("SELECT * FROM file_hashes") == []  # too fresh to be sure of
    monkeypatch.setattr(snapshot_module, "_SETTLED_NS", 0)
    workspace.snapshot(source)
    assert len(workspace.rows("SELECT * FROM file_hashes")) == 3

    def never(path: Path) -> str:
        raise AssertionError(f"{path} was read again")

    monkeypatch.setattr(store_module, "digest_of_file", never)
    assert workspace.snapshot(source).digest == first


def test_ignore_files(workspace: Workspace, source: Path) -> None:
    (source.parent / ".gitignore").write_text("*.py\n", encoding="utf-8")  # above: does not count
    (source / ".gitignore").write_text("*.log\n/data/\n!keep.log\nsecret.txt\n", encoding="utf-8")
    (source / ".envspecignore").write_text("go.sh\n!secret.txt\n", encoding="utf-8")
    (source / "pkg" / ".gitignore").write_text("!deep.log\n*.tmp\n", encoding="utf-8")
    for name in (
        "a.log",
        "keep.log",
        "secret.txt",
        "data/x",
        "pkg/data/x",
        "pkg/deep.log",
        "pkg/a.tmp",
        "b.tmp",
    ):
        (source / name).parent.mkdir(exist_ok=True)
        (source / name).write_text("x", encoding="utf-8")
    assert paths(workspace, workspace.snapshot(source).digest) == [
        ".envspecignore",
        ".gitignore",
        "b.tmp",
        "keep.log",
        "link.py",
        "pkg/.gitignore",
        "pkg/data/x",
        "pkg/deep.log",
        "pkg/žlutý kůň.py",
        "secret.txt",
        "train.py",
    ]


def test_what_is_never_part(workspace: Workspace, source: Path) -> None:
    before = workspace.snapshot(source).digest
    for name in (".git/config", ".envspec/x", "pkg/__pycache__/x.pyc", "outputs/model.pkl", "pkg/.git/x"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x", encoding="utf-8")
    assert workspace.snapshot(source, ["outputs/"]).digest == before


@pytest.mark.parametrize("target", ["/etc/hostname", "../outside.txt", "pkg/../../outside.txt"])
def test_a_link_out_of_the_source(workspace: Workspace, source: Path, target: str) -> None:
    (source.parent / "outside.txt").write_text("x", encoding="utf-8")
    (source / "bad").symlink_to(target)
    with pytest.raises(Failure) as failure:
        workspace.snapshot(source)
    [diagnostic] = failure.value.diagnostics
    assert diagnostic.code == "E1107"
    assert "`bad`" in diagnostic.message
    (source / ".envspecignore").write_text("bad\n", encoding="utf-8")
    workspace.snapshot(source)


def test_what_cannot_be_stored(workspace: Workspace, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(Failure):
            workspace.snapshot(source)
    (source / "socket").unlink()
    Path(os.fsdecode(bytes(source) + b"/\xff.py")).write_text("x", encoding="utf-8")
    with pytest.raises(Failure) as failure:
        workspace.snapshot(source)
    assert failure.value.diagnostics[0].code == "E1107"


def test_data_follows_links_out(workspace: Workspace, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "big").mkdir()
    (tmp_path / "big" / "rows.csv").write_text("1\n", encoding="utf-8")
    (data / "rows").symlink_to(tmp_path / "big")
    first = workspace.tree_digest(data)
    (tmp_path / "big" / "rows.csv").write_text("2\n", encoding="utf-8")
    assert workspace.tree_digest(data) != first
    (data / "loop").symlink_to(tmp_path)
    with pytest.raises(Failure):
        workspace.tree_digest(data)


def test_files_and_folders_by_digest(workspace: Workspace, tmp_path: Path) -> None:
    model = tmp_path / "model.pkl"
    model.write_bytes(b"weights")
    put = workspace.put(model)
    assert put.digest == hashed(b"weights") == workspace.tree_digest(model)
    assert put.digest in workspace.store
    kept = workspace.store.path(put.digest)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444
    assert kept.stat().st_ino != model.stat().st_ino
    workspace.materialize(put.digest, tmp_path / "again.pkl")
    assert (tmp_path / "again.pkl").read_bytes() == b"weights"
    folder = tmp_path / "saved"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__" / "x").write_text("counts in an output", encoding="utf-8")
    assert paths(workspace, workspace.put(folder).digest) == ["__pycache__/x"]


def test_a_changed_store_is_noticed(workspace: Workspace, source: Path, tmp_path: Path) -> None:
    digest = workspace.snapshot(source).digest
    inside = workspace.store.path(hashed(b"print(1)\n"))
    workspace.store.verify(hashed(b"print(1)\n"))
    inside.chmod(0o644)
    inside.write_bytes(b"evil")
    with pytest.raises(Failure) as failure:
        workspace.store.verify(hashed(b"print(1)\n"))
    assert failure.value.diagnostics[0].code == "E1106"
    inside.unlink()
    with pytest.raises(Failure):
        workspace.materialize(digest, tmp_path / "work")
    assert not (tmp_path / "work").exists()
    assert workspace.snapshot(source).digest == digest  # and is mended by the next snapshot
    workspace.materialize(digest, tmp_path / "work")


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a//x", "."])
def test_a_manifest_names_nothing_outside(workspace: Workspace, tmp_path: Path, path: str) -> None:
    content = workspace.store.put_bytes(b"x")
    from envspec.ir.canonical import tagged_preimage

    digest = workspace.store.put_tree(tagged_preimage("envspec.tree/1", [[path, "file", False, content]]))
    with pytest.raises(Failure):
        workspace.materialize(digest, tmp_path / "work" / "deep")
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "work" / "deep").exists()


def test_killed_while_storing(start: Start, source: Path, root: Path) -> None:
    """Whatever has a name in the store has the content of that name."""
    program = (
        "import itertools\n"
        "workspace = Workspace.open(root)\n"
        "source = Path(sys.argv[2])\n"
        "print('ready', flush=True)\n"
        "for n in itertools.count():\n"
        "    (source / 'train.py').write_text('x' * 100_000 + str(n), encoding='utf-8')\n"
        "    workspace.snapshot(source)\n"
    )
    for wait in (0.02, 0.05, 0.11, 1.0, 10.0):
        process = start(program, str(source))
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.kill()
        process.wait()
        if wait > 0.1 and any((root / ".envspec" / "store").glob("*/??/*")):
            break  # on a slow machine nothing is stored so soon
    with Workspace.open(root) as workspace:
        stored = [p for p in workspace.store.folder.glob("*/??/*") if p.is_file()]
        assert stored
        for path in stored:
            assert store_module.digest_of_file(path) == f"sha256:{path.parent.name}{path.name}"


def test_a_full_disk(workspace: Workspace, source: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands in for the end of the disk: the same write fails."""
    import resource
    import signal

    digest = workspace.snapshot(source).digest
    (source / "big.bin").write_bytes(b"x" * 200_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        with pytest.raises(Failure) as failure:
            workspace.snapshot(source)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert failure.value.diagnostics[0].code == "E1101"
    assert list((workspace.store.folder / "arriving").iterdir()) == []
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Failure) as failure:
        workspace.materialize(digest, tmp_path / "file" / "work")
    assert failure.value.diagnostics[0].code == "E1101"


def test_hashes_of_a_source_are_those_of_its_deployed_copy(workspace: Workspace, tmp_path: Path) -> None:
    """What a plan says of a deployment's code is what deploying it then finds in the snapshot."""
    from envspec.engines.docker.root_files import RootFiles
    from envspec.lower.files import hashed_digest
    from envspec.lower.source import project_source, source_digest

    source = tmp_path / "source"
    (source / "lib").mkdir(parents=True)
    (source / "score.py").write_text("one")
    (source / "run.sh").write_text("two")
    (source / "run.sh").chmod(0o755)
    (source / "lib" / "alias.py").symlink_to("../score.py")
    (source / "dangling").symlink_to("nowhere")
    (source / "folder").symlink_to("lib")
    hashes = {
        path: (d.removeprefix("sha256:"), x) for path, (d, x) in workspace.source_hashes(source).items()
    }
    assert set(hashes) == {"score.py", "run.sh", "lib/alias.py"}
    copy = tmp_path / "copy"
    digest = workspace.source_digest(source)
    assert digest == workspace.snapshot(source).digest
    workspace.materialize(digest, copy)
    files = RootFiles(copy)
    assert hashed_digest(hashes) == source_digest(project_source(files, "."), files)
