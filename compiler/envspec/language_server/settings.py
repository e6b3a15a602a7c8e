"""What a client sets: `select` and `ignore`, as on the command line of `envspec check`.

They come with `initialize` as `initializationOptions`, and later with `workspace/didChangeConfiguration`, there also
below a key `envspec`. What is no list of strings counts as not set: an editor shows its own settings' mistakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from envspec.actions.check_settings import selection
from envspec.diagnostics import Failure
from envspec.diagnostics.selection import Selection, problem


@dataclass(slots=True)
class Settings:
    """`selections` are those of projects by their roots, until `forget`."""

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    selections: dict[Path, Selection] = field(default_factory=dict)

    def set(self, given: Any) -> None:
        """Takes what a client gave."""
        table = _plain(given)
        inner = _plain(table.get("envspec")) or table
        self.select = _selectors(inner.get("select"))
        self.ignore = _selectors(inner.get("ignore"))
        self.forget()

    def forget(self) -> None:
        """A `pyproject.toml` may have changed."""
        self.selections.clear()

    def of(self, root: Path) -> Selection:
        """What is wanted in a project; a mistake in its `pyproject.toml` is told by `check`."""
        if root not in self.selections:
            try:
                chosen = selection(root, self.select, self.ignore)
            except Failure:
                chosen = Selection(self.select or Selection().select, self.ignore)
            self.selections[root] = chosen
        return self.selections[root]


def _plain(value: Any) -> Mapping[str, Any]:
    """A JSON object, which the protocol's library may have made an object of."""
    if isinstance(value, Mapping):
        return value
    return vars(value) if hasattr(value, "__dict__") else getattr(value, "_asdict", dict)()


def _selectors(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    return tuple(item for item in value if isinstance(item, str) and not problem(item, ignoring=False))
