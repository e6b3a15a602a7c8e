"""`envspec check --fix`, `--unsafe-fixes`, `--diff`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from envspec.diagnostics import Diagnostic, Edit, Fix, Source, Span
from envspec.diagnostics.fixes import applicable, apply
from tests.cli.test_check import envspec

WRONG = """edition = 1
environment e {
    chanels = ["conda-forge"]
    conda   = ['numpy >=2']
    python  = 3.10
}
"""


def test_safe_fixes_are_applied_and_the_rest_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text(WRONG + 'run r { enviroment = e, command = ["true"] }\nmodel m { from = nowhere }\n')
    shown = envspec("check", "--diff", cwd=tmp_path)
    assert shown.returncode == 1
    assert (
        '-    chanels = ["conda-forge"]' in shown.stdout and '+    channels = ["conda-forge"]' in shown.stdout
    )
    assert "chanels" in file.read_text()
    done = envspec("check", "--fix", cwd=tmp_path)
    text = file.read_text()
    for mended in ('channels = ["conda-forge"]', '["numpy >=2"]', 'python  = "3.10"', "environment = e"):
        assert mended in text
    assert done.returncode == 1
    assert "fixes applied to a.envspec" in done.stderr
    assert "nowhere" in done.stdout and "chanels" not in done.stdout
    again = envspec("check", "--fix", cwd=tmp_path)
    assert file.read_text() == text and "applied" not in again.stderr


def test_nothing_to_fix_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text('edition = 1\r\nenvironment e { python = "3.12" }\r\n', newline="")
    before = file.stat().st_mtime_ns
    assert envspec("check", "--fix", cwd=tmp_path).returncode == 0
    assert envspec("check", "--diff", cwd=tmp_path).returncode == 0
    assert file.stat().st_mtime_ns == before
    assert envspec("check", "--unsafe-fixes", cwd=tmp_path).returncode == 2


def finding(start: int, end: int, text: str, safe: bool = True) -> Diagnostic:
    span = Span("a", start, end)
    return Diagnostic("E0203", "x", span, fixes=(Fix("f", (Edit(span, text),), safe),))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5), st.text(max_size=3), st.booleans())))
def test_fixes_never_touch_each_other(raw: list[tuple[int, int, str, bool]]) -> None:
    source = Source.of("a", "x" * 40)
    found = [finding(start, start + length, text, safe) for start, length, text, safe in raw]
    for unsafe in (False, True):
        chosen = applicable(found, unsafe=unsafe)
        spans = sorted((edit.span.start, edit.span.end) for fix in chosen for edit in fix.edits)
        assert all(one[1] < two[0] for one, two in pairwise(spans))
        assert unsafe or all(fix.safe for fix in chosen)
        text = apply(chosen, {"a": source}).get("a", source.text)
        removed = sum(end - start for start, end in spans)
        assert len(text) == 40 - removed + sum(len(edit.text) for fix in chosen for edit in fix.edits)
