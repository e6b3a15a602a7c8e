"""Wrong files with the expected findings beside the lines that cause them.

`# E0007: text` on a line expects that code there, with the text in its message; `#^ E0002: text` expects it
on the line above, for lines whose end a mistake swallows. Nothing else may be found. Chunks of a file that
are parted by `---` are files of their own.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envspec.diagnostics import Diagnostic, Source
from envspec.syntax import nodes as n
from envspec.syntax.parser import parse

FIXTURES = Path(__file__).parent / "fixtures"
_EXPECTED = re.compile(r"#(?P<above>\^?) (?P<code>E\d{4}): (?P<text>.*?)\s*(?=# E\d{4}|$)")


def chunks() -> list[tuple[str, str]]:
    found = []
    for path in sorted(FIXTURES.glob("*.envspec")):
        for number, text in enumerate(path.read_text(encoding="utf-8").split("---\n")):
            found.append((f"{path.stem}-{number}", text))
    return found


def expected(text: str) -> list[tuple[int, str, str]]:
    return [
        (number - bool(match["above"]), match["code"], match["text"])
        for number, line in enumerate(text.splitlines(), 1)
        for match in _EXPECTED.finditer(line)
    ]


def found(text: str) -> tuple[n.Module, list[tuple[int, Diagnostic]]]:
    source = Source.of("test.envspec", text)
    module, diagnostics = parse(source)
    return module, [(source.position(d.span.start).line, d) for d in diagnostics if d.span]


@pytest.mark.parametrize(("name", "text"), chunks(), ids=[name for name, _ in chunks()])
def test_every_mistake_gets_one_finding_at_its_line(name: str, text: str) -> None:
    module, diagnostics = found(text)
    wanted = expected(text)
    assert [(line, d.code) for line, d in diagnostics] == [(line, code) for line, code, _ in wanted]
    for (_, diagnostic), (_, _, part) in zip(diagnostics, wanted, strict=True):
        assert part in diagnostic.message
    assert module.damaged == bool(wanted)


def test_ten_mistakes_spoil_nothing_else() -> None:
    module, diagnostics = found((FIXTURES / "ten_mistakes.envspec").read_text(encoding="utf-8"))
    assert len(diagnostics) == 10
    assert [type(s).__name__ for s in module.statements] == ["Attribute", "Import", "Block", "Block", "Block"]
    blocks = [s for s in module.statements if isinstance(s, n.Block)]
    assert [b.label.text for b in blocks if b.label] == ["sklearn", "train", "wine"]
    environment, run, _ = blocks
    assert [a.name.text for a in environment.body.attributes()] == [
        "python",
        "channels",
        "conda",
        "pip",
        "apt",
    ]
    assert environment.body.damaged
    assert [b.keyword.text for b in environment.body.blocks()] == ["docker"]
    assert [a.name.text for a in run.body.attributes()] == [
        "environment",
        "source",
        "timeout",
        "retries",
        "command",
        "outputs",
    ]
    assert not run.body.damaged


def applied(text: str, diagnostic: Diagnostic) -> str:
    for edit in sorted(diagnostic.fixes[0].edits, key=lambda e: e.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize(("name", "text"), chunks(), ids=[name for name, _ in chunks()])
def test_every_safe_fix_mends_its_finding_and_causes_none(name: str, text: str) -> None:
    _, diagnostics = found(text)
    for line, diagnostic in diagnostics:
        if not diagnostic.fixes or not diagnostic.fixes[0].safe:
            continue
        _, after = found(applied(text, diagnostic))
        before = sorted(d.code for _, d in diagnostics)
        left = sorted(d.code for _, d in after)
        assert len(left) < len(before), (line, diagnostic, after)


@pytest.mark.parametrize(("name", "text"), chunks(), ids=[name for name, _ in chunks()])
def test_messages_keep_to_the_house_style(name: str, text: str) -> None:
    for _, diagnostic in found(text)[1]:
        message = diagnostic.message
        assert not message.endswith("."), message
        assert not message[0].isupper(), message
        assert "\n" not in message
        assert diagnostic.help, message
        assert diagnostic.marker, message
