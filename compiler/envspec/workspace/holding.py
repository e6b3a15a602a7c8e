"""Who may put things into the store, and who may take them out.

Content is in the store before a record names it. Whoever puts some there holds the lock together with the others until
his record is written (`gathering`); whoever takes away what no record names holds it alone (`collecting`). So nothing is
ever taken away between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from envspec.engines.file_lock import exclusive, shared

WAITING = "waiting for `envspec prune` to end"


@contextmanager
def gathering(state: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """To be held from before the first content is stored, or looked for, until a record names it. May be held twice.
    Where there is no workspace yet there is nothing to prune."""
    with ExitStack() as held:
        if state.is_dir():
            with suppress(
                OSError
            ):  # where the lock cannot be written, nobody stores anything and nobody prunes
                held.enter_context(shared(_lock(state), waiting=waiting))
        yield


@contextmanager
def collecting(state: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """To be held while content without a record is looked for and taken away. Raises `OSError`."""
    with exclusive(_lock(state), waiting=waiting):
        yield


def _lock(state: Path) -> Path:
    return state / "locks" / "store.lock"
