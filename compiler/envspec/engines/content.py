"""What two builds of one thing hold, compared file by file.

In come the entries of both by path; out come the differences in words. Times of files are in no entry: an installer
writes them as it goes, and no program of an environment depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping

from envspec.frozen import Frozen, frozen


@frozen
class Entry(Frozen):
    """`kind` is `file`, `folder`, `link` or another word of the file system; `mode` the permission bits; `owner` is
    `UID:GID` where that is compared; `target` is that of a link; `digest` the SHA-256 of a file's bytes."""

    kind: str
    mode: int
    owner: str = ""
    target: str = ""
    digest: str = ""


_WORDS = (("kind", "kind"), ("mode", "mode"), ("owner", "owner"), ("target", "target"), ("digest", "content"))


@frozen
class Verified(Frozen):
    """The outcome of building a thing twice. `proved` is a clause on what is the same when nothing differs, and
    `not_compared` one on what was left out, empty when nothing was; `differences` are lines, one for each path."""

    proved: str
    not_compared: str
    differences: tuple[str, ...] = ()


def differences(first: Mapping[str, Entry], second: Mapping[str, Entry]) -> list[str]:
    """One line for each path that is not the same in both, in the order of paths."""
    lines = []
    for path in sorted({*first, *second}):
        one, other = first.get(path), second.get(path)
        if one is None or other is None:
            lines.append(f"{path}: only in the {'second' if one is None else 'first'} build")
        elif one != other:
            moved = [word for name, word in _WORDS if getattr(one, name) != getattr(other, name)]
            lines.append(f"{path}: another {' and '.join(moved)}")
    return lines
