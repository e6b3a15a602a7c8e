"""Long files: what an excerpt finds where somebody types is what the whole file has there."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from lsprotocol import types

from envspec.language_server.features.diagnostics import of_document
from envspec.language_server.session import Session
from tests.language_server.raw import RawClient

BLOCKS = """
environment e{i} {{
    description = "Number {i}"
    python = "3.12"
    pip = ["idna >=3", "requests ==2.32.0"]
    variables = {{ SIZE = "${{param.size}}" }}
}}

# what is trained with {i}
run r{i} {{
    environment = e{i}
    source = "."
    command = ["python", "t.py", "--x", "{i}", outputs.model]
    outputs = {{ model = "m" }}
}}
model m{i} {{ from = run.r{i}.outputs.model }}
"""
TEXT = "edition = 1\nparam size = 3\n" + "".join(BLOCKS.format(i=i) for i in range(70))
URI = "untitled:long"


def shown(found: list[types.Diagnostic]) -> list[tuple[int, int, int, str, str]]:
    return sorted(
        (f.range.start.line, f.range.start.character, f.range.end.character, str(f.code), f.message)
        for f in found
    )


def opened(text: str) -> Session:
    session = Session()
    of_document(session, session.change(URI, text))
    return session


def typed(session: Session, text: str) -> tuple[list[types.Diagnostic], list[types.Diagnostic]]:
    """The early findings after a change, and all of a session that knows nothing."""
    early = of_document(session, session.change(URI, text))
    assert session.early.waiting, "this was checked as a whole"
    fresh = Session()
    return early, of_document(fresh, fresh.change(URI, text))


@pytest.mark.parametrize(
    ("where", "what"),
    [
        ('    description = "Number 33', " of all"),
        ('    python = "3.12"\n    pip = ["idna >=3", "requests ==2.32.0"]\n    variables', "xy"),
        ("    environment = e40\n", "    timeout = 30m\n"),
        ("    environment = e40\n", "    resources = { cpu = 2, memory = 1GiB }\n"),
        ("run r12 {\n", "    # a comment\n"),
        ("model m69 { from = run.r69.outputs.model }\n", 'model n { from = "x" }\n'),
    ],
)
def test_typing(where: str, what: str) -> None:
    """Key by key, whether what stands there is broken or not. What a mistake silences elsewhere may stay a moment."""
    session = opened(TEXT)
    at = TEXT.index(where) + len(where)
    line = TEXT.count("\n", 0, at)
    for count in range(1, len(what) + 1):
        text = TEXT[:at] + what[:count] + TEXT[at:]
        early, whole = typed(session, text)
        here = range(line - 8, line + 8)
        assert shown([f for f in early if f.range.start.line in here]) == shown(
            [f for f in whole if f.range.start.line in here]
        ), what[:count]


def test_lines_come_and_go() -> None:
    """What is found elsewhere moves along."""
    wrong = TEXT.replace("e60 {\n", "e60 {\n    chanels = []\n").replace("e3 {\n", "e3 {\n    chanels = []\n")
    session = opened(wrong)
    text = wrong.replace("run r20 {\n", "run r20 {\n    retries = 2\n    history = true\n")
    early, whole = typed(session, text)
    assert shown(early) == shown(whole) and len(whole) >= 2
    text = text.replace('    description = "Number 30"\n', "")
    early, whole = typed(session, text)
    assert shown(early) == shown(whole)
    document = session.open[URI]
    assert shown(of_document(session, document, whole=True)) == shown(whole)
    assert not session.early.waiting


def test_a_long_way_of_changes_ends_where_the_whole_is() -> None:
    """Whatever was typed, at rest the findings are those of the file; on the way there is no failure."""
    random = Random(7)
    session, text = opened(TEXT), TEXT
    for _ in range(150):
        at = random.randrange(len(text))
        if random.random() < 0.4:
            text = text[:at] + text[at + random.randrange(1, 30) :]
        else:
            text = (
                text[:at]
                + random.choice(['"', "{", "}", "\n", "x", " = ", "[", '"""', "run z {\n}\n"])
                + text[at:]
            )
        document = session.change(URI, text)
        lines = text.count("\n") + 1
        assert all(f.range.start.line < lines for f in of_document(session, document))
        if random.random() < 0.1:
            text = TEXT if random.random() < 0.5 else text
            document = session.change(URI, text)
            fresh = Session()
            whole = of_document(fresh, fresh.change(URI, text))
            assert shown(of_document(session, document, whole=True)) == shown(whole)


def test_a_short_file_is_checked_as_a_whole() -> None:
    session = opened("edition = 1\n")
    of_document(session, session.change(URI, "edition = 2\n"))
    assert not session.early.kept and not session.early.waiting


def test_a_change_of_an_imported_file_is_found_at_rest(tmp_path: Path) -> None:
    """In a long file that has not changed itself."""
    (tmp_path / ".git").mkdir()
    base = (tmp_path / "base.envspec").as_uri()
    uri = (tmp_path / "a.envspec").as_uri()
    text = TEXT.replace("param size", 'import "base.envspec" as common\nparam size')
    text += "environment own extends common.base {\n}\n"
    with RawClient() as raw:
        raw.initialize()

        def send(method: str, **params: object) -> None:
            raw.send({"jsonrpc": "2.0", "method": f"textDocument/{method}", "params": params})

        def opened(address: str, content: str) -> None:
            send(
                "didOpen",
                textDocument={"uri": address, "languageId": "envspec", "version": 1, "text": content},
            )

        def codes_of(address: str) -> list[str]:
            """Those that are published next."""
            while True:
                message = raw.receive()
                if message.get("params", {}).get("uri") == address:
                    return [finding["code"] for finding in message["params"]["diagnostics"]]

        opened(base, 'edition = 1\nenvironment base {\n    python = "3.12"\n}\n')
        opened(uri, text)
        while "E0401" in codes_of(uri):
            pass
        change = {"text": 'edition = 1\nenvironment other {\n    python = "3.12"\n}\n'}
        send("didChange", textDocument={"uri": base, "version": 2}, contentChanges=[change])
        while "E0104" not in codes_of(uri):
            pass
        send("didClose", textDocument={"uri": base})
        while "E0401" not in codes_of(uri):
            pass
