"""The base of frozen dataclasses that every command makes.

`@dataclass(frozen=True, slots=True)` writes and compiles six methods for each class each time a module is
imported; over all classes that was a fifth of the time that a short command takes. With `eq=False, repr=False`
and this base, the two longest are shared. They behave as the generated ones do.
"""

from __future__ import annotations

from dataclasses import Field
from typing import Any, ClassVar


class Frozen:
    """Compares, hashes and shows a dataclass by its fields, as the class says with `field(compare=…, repr=…)`.
    Two values of different classes are never equal."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Frozen) or other.__class__ is not self.__class__:
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def __repr__(self) -> str:
        shown = [name for name, field in self.__dataclass_fields__.items() if field.repr]
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def _compared(self) -> tuple[Any, ...]:
        return tuple(
            [getattr(self, name) for name, field in self.__dataclass_fields__.items() if field.compare]
        )
