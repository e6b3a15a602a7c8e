"""Takes environments of this machine away: what is complete, and what a killed build left.

What always holds: no folder goes in which a process works or a build goes on; a folder counts for nothing from the first
moment on (its marker goes first), and leaves its place by one rename.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from envspec.engines.in_use import is_used, unused
from envspec.engines.interface import Standing
from envspec.engines.local import marker
from envspec.engines.local.environment import build_lock, in_use_lock, prefix_of
from envspec.engines.put_away import put_away


def standing(location: str) -> Standing:
    """Of a prefix; an interpreter that the user manages is not ours, and stands for as long as it is there."""
    prefix = Path(location)
    found = marker.read(prefix)
    if found is not None:
        return Standing(True, True, found.size)
    return Standing(True, prefix.is_file(), 0)


def remove(location: str, hash: str, state: Path) -> str:
    """Why not, empty when it is gone. What lies outside of the workspace is not ours, and is left without a word."""
    return remove_folder(prefix_of(state, hash), state) if is_ours(location, hash) else ""


def is_ours(location: str, hash: str) -> bool:
    """Whether a location of `Built` is a folder that we made, and not an interpreter that the user manages."""
    return Path(location).name == prefix_of(Path(), hash).name


def why_not(prefix: Path) -> str:
    """What `remove_folder` would say now; nothing is written."""
    return next((why for lock, why in _locks(prefix) if is_used(lock)), "")


def _locks(prefix: Path) -> tuple[tuple[Path, str], ...]:
    return (
        (in_use_lock(prefix), "a process works in it"),
        (build_lock(prefix), "a build goes on in it"),
    )


def remove_folder(prefix: Path, state: Path) -> str:
    """The same of any folder of environments, with what a killed build left beside it."""
    beside = [prefix.with_name(prefix.name + end) for end in (".build", ".packages")]
    there = [folder for folder in (prefix, *beside) if folder.is_dir() and not folder.is_symlink()]
    if not there:
        return ""
    with ExitStack() as held:
        for lock, why in _locks(prefix):
            if not held.enter_context(unused(lock)):
                return why
        marker.remove(prefix)
        for folder in there:
            put_away(folder, state)
    return ""
