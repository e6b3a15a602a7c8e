"""`inputs.data` and `outputs.model` in the arguments of a run, as the language has them."""

from __future__ import annotations

from envspec.api.names import checked_name
from envspec.importing.spec import Written


class Reference:
    """A place that the engine fills in: `str` of it is what a spec says."""

    def __init__(self, root: str, name: str) -> None:
        self.root, self.name = root, checked_name(name)

    def written(self) -> Written:
        return Written(str(self))

    def __str__(self) -> str:
        return f"{self.root}.{self.name}"

    def __repr__(self) -> str:
        return f"envspec.{self}"


class References:
    """All of one root: each attribute is one."""

    def __init__(self, root: str) -> None:
        self._root = root

    def __getattr__(self, name: str) -> Reference:
        if name.startswith("_"):
            raise AttributeError(name)
        return Reference(self._root, name)

    def __getitem__(self, name: str) -> Reference:
        """For a name that no attribute can have (`inputs["wine-data"]`)."""
        return Reference(self._root, name)


inputs = References("inputs")
outputs = References("outputs")
