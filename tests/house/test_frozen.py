"""`Frozen` behaves as the methods that `dataclass` would have made."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict, dataclass, field, replace

import pytest

from envspec.frozen import Frozen


@dataclass(frozen=True, slots=True)
class Made:
    a: int
    b: tuple[str, ...] = ()
    c: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Shared(Frozen):
    a: int
    b: tuple[str, ...] = ()
    c: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Other(Frozen):
    a: int
    b: tuple[str, ...] = ()


def test_it_is_as_dataclass_makes_it() -> None:
    assert repr(Shared(1, ("x",), "c")).replace("Shared", "Made") == repr(Made(1, ("x",), "c"))
    assert Shared(1, c="x") == Shared(1, c="y")
    assert Shared(1) != Shared(2)
    assert Shared(1) != Other(1)
    assert Shared(1) != 1
    assert len({Shared(1), Shared(1, c="x"), Shared(2)}) == 2
    assert replace(Shared(1), a=2) == Shared(2)
    assert asdict(Shared(1)) == asdict(Made(1))
    assert not hasattr(Shared(1), "__dict__")
    with pytest.raises(FrozenInstanceError):
        Shared(1).a = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        hash(Shared(1, ["x"]))  # type: ignore[arg-type]
