"""Dataclasses that cost little to import: `frozen` values, and `mutable` ones.

`@dataclass(slots=True)` looks at every field and writes and compiles up to six methods for each class each time a
module is imported: over all classes that was a quarter of the time that a short command takes. Here the methods are
shared, in `Frozen` and `Mutable`; `__init__` is written when a few values of a class were made, and the table of
fields when `dataclasses` asks for it, which for most classes is never. They behave as the generated ones do,
`dataclasses.replace`, `fields`, `asdict` and `match` included. There is no `__post_init__`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, NoReturn, TypeVar, dataclass_transform

if TYPE_CHECKING:
    import dataclasses

T = TypeVar("T")

_MISSING: Any = object()
_set = object.__setattr__
_FEW = 12
"""Values that are made before an `__init__` is written: from about there on it pays."""


class _Field(NamedTuple):
    """A field as it is written in the class."""

    name: str
    annotation: Any
    default: Any = _MISSING
    make: Callable[[], Any] | None = None
    compare: bool = True
    show: bool = True


def field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    compare: bool = True,
    repr: bool = True,
) -> Any:
    """What a field is besides its type, as `dataclasses.field` says it."""
    return _Field("", None, default, default_factory, compare, repr)


class _Values:
    """Compares and shows a value by its fields, as the class says with `field(compare=…, repr=…)`. Two values of
    different classes are never equal."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]
    _own_fields: ClassVar[tuple[_Field, ...]]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Values) or other.__class__ is not self.__class__:
            return NotImplemented
        return self._compared() == other._compared()

    def __hash__(self) -> int:
        return hash(self._compared())

    def __repr__(self) -> str:
        shown = [one.name for one in self._own_fields if one.show]
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    def __getstate__(self) -> list[Any]:
        return [getattr(self, one.name) for one in self._own_fields]

    def __setstate__(self, state: list[Any]) -> None:
        for one, value in zip(self._own_fields, state, strict=True):
            object.__setattr__(self, one.name, value)

    def _compared(self) -> tuple[Any, ...]:
        return tuple([getattr(self, one.name) for one in self._own_fields if one.compare])


V = TypeVar("V", bound=_Values)


class Mutable(_Values):
    """The base of what is `mutable`: it has no hash."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]


class Frozen(_Values):
    """The base of what is `frozen`: its hash is that of its fields."""

    __slots__ = ()


def _refuse_to_set(self: object, name: str, value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """A frozen dataclass with slots, of a class that inherits from `Frozen`."""
    return _made(cls, __setattr__=_refuse_to_set, __delattr__=_refuse_to_delete)


@dataclass_transform(field_specifiers=(field,))
def mutable(cls: type[T]) -> type[T]:
    """A dataclass with slots, of a class that inherits from `Mutable`."""
    return _made(cls)


def replace(value: V, /, **changes: Any) -> V:
    """The value with some fields changed: `dataclasses.replace`, without importing it."""
    for one in value._own_fields:
        changes.setdefault(one.name, getattr(value, one.name))
    return type(value)(**changes)


def asdict(value: _Values) -> dict[str, Any]:
    """The fields by name, and so on inside, as `dataclasses.asdict` gives them."""
    return {one.name: _plain(getattr(value, one.name)) for one in value._own_fields}


def _plain(value: Any) -> Any:
    if isinstance(value, _Values):
        return asdict(value)
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(_plain, value))
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return value


def _made(cls: type[T], **methods: Any) -> type[T]:
    """The class again, with slots: they can be given to a class only when it is made."""
    content = dict(cls.__dict__)
    written = {one.name: one for one in getattr(cls, "_own_fields", ())}
    for name, annotation in cls.__annotations__.items():
        if not str(annotation).startswith("ClassVar"):
            given = content.pop(name, _MISSING)
            one = given if isinstance(given, _Field) else _Field("", None, given)
            written[name] = one._replace(name=name, annotation=annotation)
    inherited = {name for base in cls.__mro__[1:] for name in getattr(base, "__slots__", ())}
    content.pop("__dict__", None)
    content.pop("__weakref__", None)
    content.update(
        methods,
        __slots__=tuple(name for name in cls.__annotations__ if name in written and name not in inherited),
        __match_args__=tuple(written),
        __dataclass_fields__=_TABLE,
        _own_fields=tuple(written.values()),
    )
    kind: Any = type(cls)
    made: Any = kind(cls.__name__, cls.__bases__, content)
    made.__qualname__ = cls.__qualname__

    left = _FEW

    def few(self: Any, *values: Any, **named: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0 or not _set_fields(self, values, named):
            made.__init__ = _init(made)
            self.__init__(*values, **named)

    made.__init__ = few
    return made  # type: ignore[no-any-return]


def _set_fields(self: Any, values: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Sets every field, a field at a time. False when the arguments do not fit: the written `__init__` says how."""
    fields = self._own_fields
    used, expected = len(values), len(values) + len(named)
    if used > len(fields):
        return False
    for one, value in zip(fields, values, strict=False):
        _set(self, one.name, value)
    for one in fields[used:]:
        if one.name in named:
            used += 1
            value = named[one.name]
        elif one.make is not None:
            value = one.make()
        elif one.default is not _MISSING:
            value = one.default
        else:
            return False
        _set(self, one.name, value)
    return used == expected


def _init(cls: Any) -> Callable[..., None]:
    """Sets every field, as `dataclass` would have written it."""
    scope: dict[str, Any] = {"_set": _set, "_missing": _MISSING}
    parameters, lines = ["self"], []
    for one in cls._own_fields:
        name = value = one.name
        if one.make is not None:
            scope[f"_make_{name}"] = one.make
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif one.default is not _MISSING:
            scope[f"_default_{name}"] = one.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        lines.append(f"_set(self, {name!r}, {value})")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines or ["pass"]), scope)  # noqa: S102
    made: Callable[..., None] = scope["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


class _Table:
    """`__dataclass_fields__`, made by `dataclasses` itself when it is asked for."""

    def __get__(self, _value: object, owner: Any) -> dict[str, dataclasses.Field[Any]]:
        from dataclasses import MISSING, dataclass
        from dataclasses import field as real

        make: Any = real
        # Without a text of its own `dataclass` writes one, and imports half of `inspect` for it.
        content: dict[str, Any] = {
            "__doc__": "_",
            "__annotations__": {one.name: one.annotation for one in owner._own_fields},
        }
        for one in owner._own_fields:
            default = MISSING if one.default is _MISSING else one.default
            content[one.name] = make(
                default=default, default_factory=one.make or MISSING, compare=one.compare, repr=one.show
            )
        plain: Any = dataclass(init=False, repr=False, eq=False)(type(owner.__name__, (), content))
        made: dict[str, dataclasses.Field[Any]] = plain.__dataclass_fields__
        owner.__dataclass_fields__ = made
        return made


_TABLE = _Table()
