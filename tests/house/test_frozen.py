"""Frozen dataclasses of ours behave as those of `dataclasses`."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, replace

import pytest

from envspec.frozen import Frozen, Mutable, field, frozen, mutable
from envspec.frozen import replace as our_replace


@frozen
class Ours(Frozen):
    a: int
    b: str = "b"
    c: list[int] = field(default_factory=list)
    d: int = field(default=0, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Theirs:
    a: int
    b: str = "b"
    c: list[int] = dataclasses.field(default_factory=list)
    d: int = dataclasses.field(default=0, compare=False, repr=False)


@frozen
class Empty(Frozen):
    pass


@pytest.mark.parametrize("kind", [Ours, Theirs])
def test_a_frozen_value(kind: type[Ours]) -> None:
    one = kind(1, c=[2], d=3)
    assert (one.a, one.b, one.c, one.d) == (1, "b", [2], 3)
    assert kind(1).c is not kind(1).c
    assert one == kind(1, "b", [2], 4) and one != kind(2, "b", [2])
    assert repr(one) == f"{kind.__name__}(a=1, b='b', c=[2])"
    assert replace(one, b="x").b == "x" and [f.name for f in fields(one)] == ["a", "b", "c", "d"]
    assert hash(kind(1, "b", ())) == hash(kind(1, "b", (), d=9))  # type: ignore[arg-type]
    assert pickle.loads(pickle.dumps(one)) == one and copy.deepcopy(one) == one and copy.copy(one).c is one.c
    match one:
        case Ours(a, b) | Theirs(a, b):
            assert (a, b) == (1, "b")
    for wrong in (lambda: setattr(one, "a", 2), lambda: setattr(one, "z", 2), lambda: delattr(one, "a")):
        with pytest.raises((FrozenInstanceError, TypeError)):
            wrong()
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        kind()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        kind(1, z=2)  # type: ignore[call-arg]
    assert not hasattr(one, "__dict__")


def test_the_first_values_are_made_as_the_later_ones() -> None:
    @frozen
    class Fresh(Frozen):
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list)

    made = [(Fresh(1), Fresh(1, c=[2]), Fresh(a=1, b="x"), Fresh(1, "x", [])) for _ in range(20)]
    assert len({repr(row) for row in made}) == 1
    assert len({id(value.c) for row in made for value in row}) == 4 * len(made)


@pytest.mark.parametrize("values", [(), (1, "b", [], 4, 5), (1,)])
def test_wrong_arguments_of_a_first_value(values: tuple[object, ...]) -> None:
    @frozen
    class Fresh(Frozen):
        a: int
        b: str

    with pytest.raises(TypeError, match=r"Fresh\.__init__\(\)"):
        Fresh(*values)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="multiple values for argument 'a'"):
        Fresh(1, a=2, b="")  # type: ignore[misc]
    assert Fresh(1, b="b") == Fresh(1, "b")


def test_no_fields() -> None:
    assert Empty() == Empty() and Empty() != Ours(1) and repr(Empty()) == "Empty()"


@mutable
class Point(Mutable):
    x: int
    y: list[int] = field(default_factory=list)

    def total(self) -> int:
        return self.x + sum(self.y)


@mutable
class Named(Point):
    name: str = ""
    x: int = 7


def test_a_mutable_value() -> None:
    one = Point(1)
    one.x, one.y = 2, [3]
    assert (
        one.total() == 5
        and one == Point(2, [3])
        and one != Named(2, [3])
        and repr(one) == "Point(x=2, y=[3])"
    )
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)
    with pytest.raises(AttributeError):
        one.z = 1  # type: ignore[attr-defined]
    assert dataclasses.asdict(one) == {"x": 2, "y": [3]} and dataclasses.is_dataclass(Point)


def test_inherited_fields() -> None:
    one = Named()
    assert (one.x, one.y, one.name) == (7, [], "") and [f.name for f in fields(Named)] == ["x", "y", "name"]
    assert [f.name for f in fields(Point)] == ["x", "y"], "asking one class says nothing of another"
    assert Named.__match_args__ == ("x", "y", "name") and "x" not in Named.__slots__  # type: ignore[attr-defined]
    assert pickle.loads(pickle.dumps(one)) == one and replace(one, x=1) == Named(1)


def test_a_table_of_fields_is_made_by_dataclasses() -> None:
    ours = {f.name: (f.default, f.default_factory, f.compare, f.repr, f.type) for f in fields(Ours)}
    assert ours == {f.name: (f.default, f.default_factory, f.compare, f.repr, f.type) for f in fields(Theirs)}


def test_replace() -> None:
    one = Ours(1, c=[2], d=3)
    changed = our_replace(one, b="x")
    assert changed == replace(one, b="x") and changed.d == 3 and changed.c is one.c
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        our_replace(one, z=1)
