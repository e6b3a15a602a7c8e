"""A file that uses all of the language, against a golden that a person has read.

`ENVSPEC_UPDATE_GOLDENS=1` writes it anew; under CI that is refused.
"""

from __future__ import annotations

import os
from pathlib import Path

from envspec.diagnostics import Source
from envspec.syntax.parser import parse
from tests.syntax.dump import dump

HERE = Path(__file__).parent


def test_all_of_edition_1() -> None:
    text = (HERE / "fixtures" / "full.envspec").read_text(encoding="utf-8")
    module, diagnostics = parse(Source.of("full.envspec", text))
    assert diagnostics == []
    golden = HERE / "goldens" / "full.txt"
    got = dump(module, text)
    if os.environ.get("ENVSPEC_UPDATE_GOLDENS"):
        assert not os.environ.get("CI"), "goldens are not updated under CI"
        golden.write_text(got, encoding="utf-8")
    assert got == golden.read_text(encoding="utf-8")


def test_comments_are_kept_in_order() -> None:
    text = "# one\nx = 1 # two\n\n  # three\n# four\nrun a { # five\n}\n# six"
    module, _ = parse(Source.of("x.envspec", text))
    assert [c.text for c in module.comments] == ["# one", "# two", "# three", "# four", "# five", "# six"]
    assert [text[c.span.start : c.span.end] for c in module.comments] == [c.text for c in module.comments]
