"""What is put beside a user's environment: complete, the same everywhere, and versioned."""

from __future__ import annotations

import ast
import hashlib
import json
import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from envspec.engines.masking import Masker as CompilerMasker
from envspec.server.distribution import SERVER_VERSION, server_files
from envspec.server.http_front.masking import Masker, values_to_hide

DIGESTS = Path(__file__).with_name("server_versions.json")


def digest() -> str:
    joined = b"".join(name.encode() + b"\0" + data + b"\0" for name, data in server_files().items())
    return hashlib.sha256(joined).hexdigest()


def test_the_version_moves_with_the_bytes() -> None:
    """`ENVSPEC_UPDATE_GOLDENS=1` writes the digest of a new version; CI refuses the flag."""
    known = json.loads(DIGESTS.read_text(encoding="utf-8"))
    if os.environ.get("ENVSPEC_UPDATE_GOLDENS") and not os.environ.get("CI"):
        known[str(SERVER_VERSION)] = digest()
        DIGESTS.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert known[str(SERVER_VERSION)] == digest(), "the server changed: move SERVER_VERSION"


def test_it_is_complete_and_has_no_bytecode() -> None:
    names = list(server_files())
    assert names == sorted(names)
    assert {"front.py", "worker.py", "http_front/main.py", "lib/waitress/server.py"} < set(names)
    assert "lib/waitress/LICENSE.txt" in names
    assert not [name for name in names if not name.endswith((".py", ".txt"))]


def test_it_imports_nothing_of_the_compiler() -> None:
    for name, data in server_files().items():
        if name.endswith(".py"):
            assert b"import envspec" not in data, name
            assert b"from envspec" not in data, name
            ast.parse(data, feature_version=(3, 9))


pieces = st.lists(st.sampled_from([b"a", b"b", b"ab", b"\n", b"abc", b"\xff"]), max_size=12)
values = st.lists(st.text("abc\n", min_size=1, max_size=5), max_size=4)


@given(pieces, values)
def test_its_masking_is_that_of_the_compiler(parts: list[bytes], hidden: list[str]) -> None:
    ours, theirs = Masker(value.encode() for value in hidden), CompilerMasker(hidden)
    out = b"".join(ours.feed(part) for part in parts) + ours.finish()
    assert out == b"".join(theirs.feed(part) for part in parts) + theirs.finish()


def test_lines_of_a_key_are_hidden_one_by_one() -> None:
    key = b"-----BEGIN KEY-----\nabcdefghij\nxyz\n-----END KEY-----\n"
    masker = Masker(values_to_hide([key, b"", b" padded "]))
    text = masker.feed(b"first abcdefghij then padded, xyz stays\n") + masker.finish()
    assert text == b"first *** then ***, xyz stays\n"
