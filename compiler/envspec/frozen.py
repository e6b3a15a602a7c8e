"""Frozen dataclasses that cost little to import.

`@dataclass(frozen=True, slots=True)` writes and compiles six methods for each class each time a module is imported:
over all classes that was a quarter of the time that a short command takes. Here five of them are shared, in `Frozen`,
and the sixth, `__init__`, is written when the first value of a class is made, which for most classes is never. They
behave as the generated ones do, `dataclasses.replace`, `fields` and `match` included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")


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

    def __getstate__(self) -> list[Any]:
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def __setstate__(self, state: list[Any]) -> None:
        for name, value in zip(self.__dataclass_fields__, state, strict=True):
            object.__setattr__(self, name, value)

    def _compared(self) -> tuple[Any, ...]:
        return tuple(
            [getattr(self, name) for name, field in self.__dataclass_fields__.items() if field.compare]
        )


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with slots, of a class that inherits from `Frozen`. There is no `__post_init__`."""
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)

    def first(self: Any, *values: Any, **named: Any) -> None:
        made.__init__ = _init(made)  # type: ignore[method-assign]
        self.__init__(*values, **named)

    made.__init__ = first  # type: ignore[method-assign]
    made.__setattr__ = _refuse_to_set  # type: ignore[method-assign]
    made.__delattr__ = _refuse_to_delete  # type: ignore[method-assign]
    return made


def _init(cls: type) -> Callable[..., None]:
    """Sets every field, as `dataclass` would have written it."""
    scope: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    parameters, lines = ["self"], []
    for name, one in cls.__dataclass_fields__.items():  # type: ignore[attr-defined]
        value = name
        if one.default_factory is not MISSING:
            scope[f"_make_{name}"] = one.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif one.default is not MISSING:
            scope[f"_default_{name}"] = one.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f"_set(self, {name!r}, {value})")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), scope)  # noqa: S102
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made
