"""A project that needs secrets of every kind, and a search for their values wherever something could be left.

What is looked for are the values as they are, encoded for an address, and in base64 wherever their bytes begin.
"""

from __future__ import annotations

import base64
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any
from urllib.parse import quote

import docker

VALUES = {
    "by_variable": "canary/variable+7f3a=%41",
    "by_file": "canary/file+5b1c=%42@:x",
    "by_keyring": "canary/keyring+99e0=%43",
    "by_command": "canary/command+c2d4=%44",
}
PIECE = 1 << 20


def spellings() -> Iterator[bytes]:
    for value in VALUES.values():
        data = value.encode()
        yield data
        yield quote(value, safe="").encode()
        yield quote(value).encode()
        yield json.dumps(value).encode()[1:-1]
        for before in range(3):
            # the middle, which is the same whatever stands before and after
            encoded = base64.b64encode(b"x" * before + data)
            yield encoded[4:-4]
            yield base64.urlsafe_b64encode(b"x" * before + data)[4:-4]


PATTERN = re.compile(b"|".join(sorted({re.escape(spelling) for spelling in spellings()})))
LONGEST = max(map(len, spellings()))


def beginnings() -> frozenset[bytes]:
    """What the values have in common, in each spelling: looked for first, because images are hundreds of megabytes and
    a search for four plain texts takes a fifth of the time of one for a pattern."""
    each = list(spellings())
    ways = len(each) // len(VALUES)
    common = {
        bytes(
            column[0]
            for column in takewhile(lambda column: len(set(column)) == 1, zip(*each[way::ways], strict=False))
        )
        for way in range(ways)
    }
    return frozenset(one for one in common if not any(other != one and other in one for other in common))


BEGINNINGS = beginnings()
assert all(len(one) >= 5 for one in BEGINNINGS)


def found_in(pieces: Iterable[bytes]) -> list[bytes]:
    """Every value in a stream, wherever it was cut."""
    found: list[bytes] = []
    rest = b""
    for piece in pieces:
        text = rest + piece
        if any(one in text for one in BEGINNINGS):
            found += PATTERN.findall(text)
        rest = text[-LONGEST:]
    return found


def file_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def found_below(folder: Path, *, but: tuple[str, ...] = (), since: float = 0.0) -> list[str]:
    """The files with a value in them, or in their names."""
    found = []
    # `os.walk` goes on where a folder has gone since it was listed: the engine works for other tests too.
    for path in (Path(parent, name) for parent, _, names in os.walk(folder) for name in names):
        where = path.relative_to(folder).as_posix()
        if where.startswith(but) or path.is_symlink() or not path.is_file():
            continue
        try:
            if path.stat().st_ctime >= since and (found_in(file_pieces(path)) or found_in([where.encode()])):
                found.append(where)
        except FileNotFoundError:
            continue  # the engine goes on working
    return found


def found_in_image(client: docker.DockerClient, image: str) -> list[str]:
    """Where in an image: its files and metadata as `docker save` gives them, history, configuration."""
    found = []
    if found_in(client.images.get(image).save(named=True)):
        found.append(f"{image}: docker save")
    for what, value in (("history", client.api.history(image)), ("inspect", client.api.inspect_image(image))):
        if found_in([json.dumps(value).encode()]):
            found.append(f"{image}: {what}")
    return found


def found_in_value(value: Any) -> list[bytes]:
    return found_in([value if isinstance(value, bytes) else str(value).encode()])


def prepare(folder: Path, outside: Path) -> dict[str, str]:
    """Give each secret its value, and the variables with which envspec finds them. `outside` is for what a user
    has besides the project: the keyring, caches, temporary files."""
    (folder / "private").mkdir()
    (folder / "private" / "token").write_text(VALUES["by_file"] + "\n")
    value = VALUES["by_command"].encode().hex()
    (folder / "private" / "token.py").write_text(f"print(bytes.fromhex('{value}').decode())\n")
    for name in ("tmp", "home", "keyring"):
        (outside / name).mkdir(parents=True)
    return {
        "CANARY": VALUES["by_variable"],
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": str(outside / "keyring"),
        "XDG_CONFIG_HOME": str(outside / "keyring" / "config"),
        "TMPDIR": str(outside / "tmp"),
        "UV_CACHE_DIR": str(outside / "uv"),
        "RATTLER_CACHE_DIR": str(outside / "rattler"),
        "ENVSPEC_CACHE_DIR": str(outside / "envspec"),
    }


def store_in_keyring() -> list[str]:
    """The command that stores the value; it is to be run with the variables of `prepare`."""
    value = VALUES["by_keyring"]
    return [sys.executable, "-c", f"import keyring; keyring.set_password('corp', 'ci', {value!r})"]
