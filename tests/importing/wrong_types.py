"""Documents with any value at any key, for importers of structured files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from envspec.diagnostics import Failure
from envspec.importing.report import Line

scalars = st.one_of(
    st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["", "*", "1.0", "^1", "x", ".", "..", "/etc", "${X}", "a b", "git+https://x/y", "true", "\0", "😀"]),
)  # fmt: skip


def documents(keys: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Nested tables, lists and scalars under keys that the format has."""
    names = st.sampled_from(sorted(keys))
    values = st.recursive(
        scalars,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=4)),
        max_leaves=12,
    )
    return st.dictionaries(names, values, max_size=5)


def mutations(document: Any, values: Any) -> st.SearchStrategy[Any]:
    """The document with one value, anywhere in it, replaced."""
    places = list(_places(document, ()))
    return st.builds(lambda place, value: _replaced(document, place, value), st.sampled_from(places), values)


def _places(value: Any, above: tuple[Any, ...]) -> Iterable[tuple[Any, ...]]:
    if above:
        yield above
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _places(one, (*above, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, one in enumerate(value):
            yield from _places(one, (*above, index))


def _replaced(document: Any, place: tuple[Any, ...], value: Any) -> Any:
    if not place:
        return value
    if isinstance(document, Mapping):
        return {
            key: _replaced(one, place[1:], value) if key == place[0] else one for key, one in document.items()
        }
    return [
        _replaced(one, place[1:], value) if index == place[0] else one for index, one in enumerate(document)
    ]


def as_toml(value: Any, *, top: bool = True) -> str:
    """TOML with inline tables; the top level is a line a key."""
    import json

    if isinstance(value, Mapping):
        pairs = [f"{json.dumps(key)} = {as_toml(one, top=False)}" for key, one in value.items()]
        return "\n".join(pairs) + "\n" if top else "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(one, top=False) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return (
            json.dumps(value, ensure_ascii=True)
            .replace("\\ud83d\\ude00", "\U0001f600")
            .replace("\x7f", "\\u007f")
        )
    return repr(value)


def well_formed(lines: Iterable[Line], count: int) -> None:
    """Lines of a report are about lines of the file, and say why."""
    for line in lines:
        assert 0 <= line.line <= count, line
        assert line.what and "\n" not in line.what
        assert line.outcome == "carried" or line.reason, line
        assert not line.reason.endswith("."), line


ALLOWED = {"E1301", "E1302", "E1303"}


def allowed(failure: Failure) -> bool:
    return {one.code for one in failure.diagnostics} <= ALLOWED
