"""The Pygments lexer, on everything that the language has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name, get_lexer_for_filename
from pygments.token import Comment, Error, Keyword, Name, Number, String

from envspec.diagnostics import Source
from envspec.highlighting.pygments_lexer import EnvspecLexer
from envspec.syntax.parser import parse

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("examples", "tests")
    for path in (ROOT / folder).rglob("*.envspec")
    if path.is_file()  # `.envspec` beside a spec is a folder
)


def tokens(text: str) -> list[tuple[object, str]]:
    return [(kind, piece) for _, kind, piece in EnvspecLexer().get_tokens_unprocessed(text)]


def test_what_parses_has_no_error() -> None:
    seen = set()
    for file in FILES:
        text = file.read_bytes().decode("utf-8", "replace")
        if not parse(Source.of(file.name, text))[1]:
            found = tokens(text)
            assert "".join(piece for _, piece in found) == text
            assert [piece for kind, piece in found if kind is Error] == [], file
            seen.add(file)
    assert {file.relative_to(ROOT).parts[0] for file in seen} == {"examples", "tests"}
    assert len(seen) > len(FILES) // 2


@given(st.text() | st.text(alphabet="ab_-\"\\${}[]=+:,.#\n\r\t '0“x"))
def test_any_text_is_cut_without_a_loss(text: str) -> None:
    at = 0
    for start, _, piece in EnvspecLexer().get_tokens_unprocessed(text):
        assert start == at and piece
        at += len(piece)
    assert at == len(text)


def test_words_are_what_the_language_says() -> None:
    text = (
        'import "lib.envspec" as common\nparam epochs : integer = 20\n'
        "run tune extends common.base {  # envspec: allow W0301 -- here\n"
        '    environment = sklearn\n    environment {\n        pip += ["a ${param.x} \\n $${y}"]\n    }\n'
        "    inputs = { wine = run.train.outputs.model }\n    retries = none  # why\n    timeout = 30m\n}\n"
        "target cluster { kind = kubernetes }\n"
    )
    found = tokens(text)
    for kind, piece in (
        (Keyword.Namespace, "import"), (Keyword, "as"), (Name.Class, "common"), (Keyword.Declaration, "param"),
        (Name.Class, "epochs"), (Keyword.Type, "integer"), (Keyword.Declaration, "run"), (Name.Class, "tune"),
        (Keyword, "extends"), (Comment.Special, "# envspec: allow W0301 -- here"), (Name.Attribute, "environment"),
        (Name.Variable, "sklearn"), (Keyword.Declaration, "environment"), (Name.Attribute, "pip"),
        (String.Interpol, "${param.x}"), (String.Escape, "\\n"), (String.Escape, "$${"), (Name.Attribute, "wine"),
        (Name.Builtin, "run"), (Name.Variable, "outputs"), (Keyword.Constant, "none"), (Comment.Single, "# why"),
        (Number, "30m"), (Name.Class, "cluster"), (Name.Constant, "kubernetes"),
    ):  # fmt: skip
        assert (kind, piece) in found
    assert not any(kind is Error for kind, _ in found)


def test_what_is_no_token_is_an_error() -> None:
    assert (Error, "'single'") in tokens("python = 'single'\n")
    assert (Error, '"open') in tokens('python = "open\n')


def test_pygments_finds_it_by_name_and_by_file() -> None:
    assert isinstance(get_lexer_by_name("envspec"), EnvspecLexer)
    assert isinstance(get_lexer_for_filename("wine.envspec"), EnvspecLexer)


def test_pygmentize() -> None:
    """The program, with the lexer that the installed distribution registers."""
    example = ROOT / "examples" / "wine" / "wine.envspec"
    pygmentize = str(Path(sys.executable).parent / "pygmentize")
    command = [pygmentize, "-l", "envspec", "-O", "stripnl=False", "-f", "raw", str(example)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "Token.Keyword.Declaration\t'environment'" in done.stdout and "Token.Error" not in done.stdout
    html = subprocess.run(
        [*command[:-2], "html", str(example)], capture_output=True, text=True, timeout=60, check=True
    )
    assert '<span class="kd">environment</span>' in html.stdout
