"""`docs/python.md`: what its programs print is what it says, one after the other."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

from envspec import EnvspecError

PAGE = Path(__file__).parents[2] / "docs" / "python.md"
CONDA = """name: wine
channels: [conda-forge]
dependencies:
  - scikit-learn=1.5
  - pip: [pillow==10.4.0]
prefix: /home/me/wine
"""
_PAIR = re.compile(
    r"```python\n(?P<code>(?:(?!```).)*)```\n\n```\n(?P<printed>(?:(?!```).)*)```\n", re.DOTALL
)


def test_the_programs_print_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "environment.yml").write_text(CONDA)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    pairs = _PAIR.findall(PAGE.read_text())
    assert len(pairs) == 5
    names: dict[str, Any] = {}
    for code, expected in pairs:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            try:
                exec(code, names)
            except EnvspecError as error:
                print(error)
        assert _ends(printed.getvalue()) == _ends(expected), code


def _ends(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
