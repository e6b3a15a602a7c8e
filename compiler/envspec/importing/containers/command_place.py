"""A command that is read, not run: where it stands, and its options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from envspec.frozen import Mutable, field, mutable
from envspec.importing.comments import Remarks
from envspec.importing.findings import Mark, absent

NO_CACHES = "an image keeps no caches"
IS_THERE = "the environment is there, and on PATH, when something runs"
NOT_OF_THE_PROJECT = "nothing of the project is at that path of the image"
NOT_THERE = "no file of the project is there when the image is built"


@mutable
class Place(Mutable):
    """Where a command stands, and what of the project is at a path where it runs. `remarks` are the comments above it,
    which the first package takes. `sure`: nothing that ran before could have made a file there."""

    file: str
    line: int
    locate: Callable[[str], Path | None]
    remarks: Remarks = field(default_factory=Remarks)
    sure: bool = False

    def absent(self, path: str) -> Mark | None:
        """For a file of the project that a command reads and that is not there; None where the image may have one."""
        mine = self.sure and "://" not in path and not path.startswith(("/", "~", "$"))
        return absent(path) if mine and path.strip("./") else None

    def taken_remarks(self) -> Remarks:
        """The comments, once."""
        remarks, self.remarks = self.remarks, Remarks()
        return remarks


def after_options(words: list[str], with_value: frozenset[str]) -> list[str]:
    """What stands behind the options of a command that runs another one."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in with_value else 1
        if words[at - 1] == "--":
            break
    return words[at:]


def options_of(words: list[str], with_value: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Options with their values, and the other words with an empty option."""
    following = iter(words)
    for word in following:
        name, _, value = word.partition("=")
        if word == "--":
            yield from (("", rest) for rest in following)
        elif not word.startswith("-") or word == "-":
            yield "", word
        elif word in with_value:
            yield word, next(following, "")
        elif word.startswith("--"):
            yield name, value
        elif word[:2] in with_value and len(word) > 2:  # `-rFILE`
            yield word[:2], word[2:].lstrip("=")
        else:
            yield word, ""
