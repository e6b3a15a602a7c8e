"""Properties: what is printed parses back; every span is the text of its node."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given

from envspec.diagnostics import Source
from envspec.syntax import nodes as n
from envspec.syntax.parser import parse
from tests.syntax.dump import all_nodes, meaning
from tests.syntax.printer import print_module
from tests.syntax.random_nodes import modules

FULL = Path(__file__).parent / "fixtures" / "full.envspec"
_VALUES = (
    n.StringValue,
    n.NumberValue,
    n.BooleanValue,
    n.NoneValue,
    n.SizeValue,
    n.DurationValue,
    n.ListValue,
    n.MapValue,
    n.Reference,
)


def healthy(text: str) -> n.Module:
    module, diagnostics = parse(Source.of("test.envspec", text))
    assert diagnostics == []
    assert not module.damaged
    return module


@given(modules)
def test_a_printed_module_parses_back(module: n.Module) -> None:
    assert meaning(healthy(print_module(module)).statements) == meaning(module.statements)


def reparse_every_span(text: str) -> None:
    for node in all_nodes(healthy(text)):
        written = text[node.span.start : node.span.end]
        match node:
            case n.Identifier() | n.Comment():
                assert node.text == written
            case n.Import() | n.Param() | n.Attribute() | n.Block():
                assert meaning(healthy(written).statements) == meaning((node,))
            case n.Entry():
                (attribute,) = healthy(f"x = {{ {written} }}").statements
                assert isinstance(attribute, n.Attribute)
                assert isinstance(attribute.value, n.MapValue)
                assert meaning(attribute.value.entries) == meaning((node,))
            case _ if isinstance(node, _VALUES):
                (attribute,) = healthy(f"x = {written}").statements
                assert isinstance(attribute, n.Attribute)
                assert meaning(attribute.value) == meaning(node)


@given(modules)
def test_the_text_of_a_span_is_its_node(module: n.Module) -> None:
    reparse_every_span(print_module(module))


def test_the_text_of_a_span_is_its_node_in_the_whole_language() -> None:
    reparse_every_span(FULL.read_text(encoding="utf-8"))


def test_line_ends_and_a_byte_order_mark_mean_nothing() -> None:
    from envspec.syntax.parser import decode

    text = FULL.read_text(encoding="utf-8")
    source, diagnostics = decode("x.envspec", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert diagnostics == []
    assert meaning(healthy(source.text).statements) == meaning(healthy(text).statements)
