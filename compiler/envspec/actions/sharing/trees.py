"""Whether the manifest of a folder that comes from elsewhere stays in its folder.

In come entries as `workspace.trees` writes them; out comes what is wrong, as a clause, empty when nothing is. Names must
be what a snapshot here could have: relative, in order, each once, nothing below a file or a link. A link is followed over
the entries themselves, through other links too, and must never lead out: a text that looks harmless (`b/..`) leads
out when `b` is a link to the folder itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from envspec.check.acceptance import Acceptance
from envspec.workspace.ignoring import NEVER

_LONGEST_NAME = 255
_LONGEST_PATH = 4096
_MOST_LINKS = 40
_DIGEST = Acceptance({"type": "string", "pattern": "^sha256:[0-9a-f]{64}$(?!\n)"})


def problem_of(entries: Any) -> str:
    if not isinstance(entries, list):
        return "the list of its files is none"
    paths: list[str] = []
    links: dict[str, str] = {}
    for entry in entries:
        if not _is_entry(entry):
            return "an entry of its list of files is none"
        path = entry[0]
        if _name_problem(path):
            return f"the name {path[:200]!a} in it {_name_problem(path)}"
        paths.append(path)
        if entry[1] == "link":
            links[path] = entry[2]
    return _order_problem(paths) or _link_problem(links)


def _is_entry(entry: Any) -> bool:
    match entry:
        case [str(), "file", bool(), str() as digest]:
            return _DIGEST.accepts(digest)
        case [str(), "link", str()]:
            return True
    return False


def _name_problem(path: str) -> str:
    try:
        encoded = path.encode("utf-8")
    except UnicodeEncodeError:
        return "is not UTF-8"
    parts = path.split("/")
    if path.startswith("/"):
        return "is an absolute path"
    if ".." in parts or "." in parts or "" in parts or "\0" in path:
        return "leads out of its folder, or is no name"
    if len(encoded) > _LONGEST_PATH or any(len(part.encode()) > _LONGEST_NAME for part in parts):
        return "is too long"
    if any(part in NEVER and part != "__pycache__" for part in parts):
        return "is one that no snapshot has"
    return ""


def _order_problem(paths: Sequence[str]) -> str:
    """Sorted as a snapshot sorts them, so no path is there twice; and nothing lies below a file or a link."""
    if any(before >= after for before, after in pairwise(paths)):
        return "its files are not in order, or one is there twice"
    whole = set(paths)
    for path in paths:
        above = path.rpartition("/")[0]
        while above:
            if above in whole:
                return f"{path[:200]!a} lies below something that is no folder"
            above = above.rpartition("/")[0]
    return ""


def _link_problem(links: Mapping[str, str]) -> str:
    for path, target in links.items():
        if not target or "\0" in target or len(target.encode("utf-8", "replace")) > _LONGEST_PATH:
            return f"the link {path[:200]!a} leads nowhere"
        if not _stays(path.split("/")[:-1], target, links):
            return f"the link {path[:200]!a} leads out of its folder, or nowhere"
    return ""


def _stays(start: Sequence[str], target: str, links: Mapping[str, str]) -> bool:
    """Whether a target, read from the folder `start`, stays inside, whatever links it passes. No system follows
    more than forty, so one that goes round in a circle leads nowhere."""
    if target.startswith("/"):
        return False
    here = list(start)
    ahead = target.split("/")
    followed = 0
    while ahead:
        part = ahead.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            if not here:
                return False
            here.pop()
            continue
        here.append(part)
        through = links.get("/".join(here))
        if through is not None:
            followed += 1
            if through.startswith("/"):
                return False
            if followed > _MOST_LINKS:
                return False
            here.pop()
            ahead = [*through.split("/"), *ahead]
    return True
