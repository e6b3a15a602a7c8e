"""Layers of an image laid over each other, as the OCI image-spec says it."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable

import pytest

from envspec.supply_chain.file_tree import Entry, add_layer, tree_of_tar

FOLDER = "opt/env"


def tar(*entries: tuple[str, str] | tuple[str, str, bytes], packed: bool = True) -> list[bytes]:
    """Each is a name, `file`, `folder`, `link TARGET` or `hard TARGET`, and content; in pieces of odd lengths."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, kind, *content in entries:
            member = tarfile.TarInfo(name)
            word, _, target = kind.partition(" ")
            member.type = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE,
                           "hard": tarfile.LNKTYPE, "pipe": tarfile.FIFOTYPE}[word]  # fmt: skip
            member.linkname = target
            data = content[0] if content else b""
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    whole = gzip.compress(stream.getvalue()) if packed else stream.getvalue()
    return [whole[at : at + 777] for at in range(0, len(whole), 777)]


def laid(*layers: Iterable[bytes]) -> dict[str, str]:
    """Path → kind, or `target`, or the first eight digits of the content."""
    tree: dict[str, Entry] = {}
    for layer in layers:
        add_layer({FOLDER: tree}, layer)
    return {path: entry.sha256[:8] or entry.target or entry.kind for path, entry in sorted(tree.items())}


def digits(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


A, B = digits(b"a"), digits(b"b")
BASE = (("opt", "folder"), ("opt/env", "folder"), ("./opt/env/x", "file", b"a"), ("/opt/env/d/y", "file", b"b"),
        ("opt/env/d", "folder"), ("opt/other", "file", b"a"))  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ((), {"": "folder", "x": A, "d": "folder", "d/y": B}),
        ((("opt/env/x", "file", b"b"),), {"": "folder", "x": B, "d": "folder", "d/y": B}),
        ((("opt/env/.wh.x", "file"),), {"": "folder", "d": "folder", "d/y": B}),
        ((("opt/env/.wh.d", "file"),), {"": "folder", "x": A}),
        ((("opt/env/d/.wh..wh..opq", "file"), ("opt/env/d/z", "file", b"a")),
         {"": "folder", "x": A, "d": "folder", "d/z": A}),
        ((("opt/env/d", "link /tmp"),), {"": "folder", "x": A, "d": "/tmp"}),
        ((("opt/.wh.env", "file"),), {}),
        ((("opt/.wh..wh..opq", "file"),), {}),
        ((("opt", "link /tmp"),), {}),
        ((("opt/env", "link /tmp"),), {"": "/tmp"}),
        ((("opt/env/h", "hard opt/env/x"),), {"": "folder", "x": A, "d": "folder", "d/y": B, "h": A}),
        ((("opt/env/h", "hard etc/passwd"),), {"": "folder", "x": A, "d": "folder", "d/y": B, "h": "other"}),
        ((("opt/env/p", "pipe"),), {"": "folder", "x": A, "d": "folder", "d/y": B, "p": "other"}),
        ((("opt/env/../../etc/x", "file", b"a"), ("opt/envy", "file")), {"": "folder", "x": A, "d": "folder", "d/y": B}),
    ],
)  # fmt: skip
def test_layers(layer: tuple[tuple[str, str]], expected: dict[str, str]) -> None:
    assert laid(tar(*BASE), tar(*layer, packed=False)) == expected


def test_what_says_what_is_installed_is_kept() -> None:
    record = "lib/python3.11/site-packages/a-1.dist-info/RECORD"
    tree = tree_of_tar(tar((f"env/{record}", "file", b"rows"), ("env/a.py", "file", b"code")), "env")
    assert tree[record].content == b"rows" and tree["a.py"].content is None
    assert tree_of_tar(tar(("status", "file", b"dpkg")), "status")[""].content == b"dpkg"
