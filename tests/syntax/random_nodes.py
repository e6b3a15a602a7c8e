"""Random well-formed modules, as hypothesis strategies."""

from __future__ import annotations

import hypothesis.strategies as st

from envspec.diagnostics import Span
from envspec.syntax import nodes as n

_AT = Span("random.envspec", 0, 0)
_WORDS = ("true", "false", "none", "extends", "import", "param")

names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True).filter(lambda name: name not in _WORDS)
identifiers = names.map(lambda name: n.Identifier(_AT, name))
plain = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
segments = st.builds(n.Segment, st.just(_AT), names)
dotted = st.lists(segments, min_size=2, max_size=4).map(lambda found: n.Reference(_AT, tuple(found)))
holes = st.builds(n.Hole, st.just(_AT), dotted)


def _joined(parts: list[str | n.Hole]) -> n.StringValue:
    """Neighbouring plain parts are one, as the parser has them."""
    kept: list[str | n.Hole] = []
    for part in parts:
        if isinstance(part, str) and kept and isinstance(kept[-1], str):
            kept[-1] += part
        elif part != "":
            kept.append(part)
    return n.StringValue(_AT, tuple(kept))


# A `$` at the end of a plain part would join the `${` of the hole after it.
strings = st.lists(plain.map(lambda text: text.rstrip("$")) | holes, max_size=3).map(_joined)
plain_strings = plain.map(lambda text: n.StringValue(_AT, (text,) if text else ()))
whole = st.integers(-(2**53) + 1, 2**53 - 1).map(lambda value: n.NumberValue(_AT, value, str(value)))
real = st.floats(allow_nan=False, allow_infinity=False).map(
    lambda value: n.NumberValue(_AT, value, repr(value))
)
sizes = st.integers(0, 1000).map(lambda count: n.SizeValue(_AT, count * 2**30, f"{count}GiB"))
durations = st.integers(0, 1000).map(lambda count: n.DurationValue(_AT, count * 60, f"{count}m"))
booleans = st.booleans().map(lambda value: n.BooleanValue(_AT, value))
scalars = strings | whole | real | sizes | durations | booleans | st.just(n.NoneValue(_AT))
cells = st.lists(st.builds(n.CellKey, st.just(_AT), identifiers, scalars), min_size=1, max_size=2).map(tuple)
cell_segments = st.builds(n.Segment, st.just(_AT), names, st.none() | cells)
references = st.lists(cell_segments, min_size=1, max_size=3).map(lambda found: n.Reference(_AT, tuple(found)))
leaves = scalars | references


def _collections(values: st.SearchStrategy[n.Value]) -> st.SearchStrategy[n.Value]:
    entries = st.builds(n.Entry, st.just(_AT), identifiers | plain_strings, values)
    return st.lists(values, max_size=4).map(lambda items: n.ListValue(_AT, tuple(items))) | st.lists(
        entries, max_size=3
    ).map(lambda found: n.MapValue(_AT, tuple(found)))


values = st.recursive(leaves, _collections, max_leaves=8)
attributes = st.builds(n.Attribute, st.just(_AT), identifiers, st.sampled_from(["=", "+="]), values)


def _block(entries: st.SearchStrategy[n.Attribute | n.Block]) -> st.SearchStrategy[n.Block]:
    bodies = st.lists(entries, max_size=4).map(lambda found: n.Body(_AT, tuple(found)))
    return st.builds(
        n.Block,
        st.just(_AT),
        identifiers,
        st.none() | identifiers,
        st.none() | references,
        bodies,
        st.just(_AT),
    )


blocks = _block(attributes | _block(attributes))
imports = st.builds(n.Import, st.just(_AT), plain_strings, st.none() | identifiers)
params = st.builds(n.Param, st.just(_AT), identifiers, st.none() | identifiers, st.none() | values)
statements = imports | params | attributes | blocks
modules = st.lists(statements, max_size=6).map(lambda found: n.Module(_AT, tuple(found), ()))
