"""All fixes at once, on every right project there is here: the files stay right, and each safe fix keeps the
document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from envspec.check.project import Checked, check
from envspec.diagnostics.fixes import applicable, apply
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve
from tests.conformance.test_conformance import CASES, given

ROUNDS = 8


def _checked(folder: Path, changed: dict[str, str]) -> Checked:
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    files = ProjectFiles(folder)
    overlay = {name: text.encode() for name, text in changed.items()}
    return check(resolve("main.envspec", files, given(case, folder), overlay), files)


def _errors(result: Checked) -> list[str]:
    return [f"{d.code}: {d.message}" for d in result.diagnostics if d.code.startswith("E")]


@pytest.mark.parametrize("unsafe", [False, True], ids=["safe", "all"])
@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_right_project_stays_right(tmp_path: Path, folder: Path, unsafe: bool) -> None:
    root = tmp_path / folder.name
    shutil.copytree(folder, root)
    changed: dict[str, str] = {}
    first = result = _checked(root, changed)
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    # A value that is given for a param cannot be given any more when the param was taken away.
    if _errors(first) or (unsafe and {"set", "params"} & set(case)):
        return
    for _ in range(ROUNDS):
        fixes = applicable(result.diagnostics, unsafe=unsafe)
        if not fixes:
            break
        for file, text in apply(fixes, result.resolution.sources).items():
            assert file.endswith(".envspec")
            changed[file] = text
        result = _checked(root, changed)
        assert _errors(result) == []
        if not unsafe:
            assert result.resolution.document == first.resolution.document
    assert not applicable(result.diagnostics, unsafe=unsafe)


def test_the_cases_have_fixes_of_both_kinds() -> None:
    """Or the test above could not fail."""
    kinds = set()
    for folder in CASES:
        result = _checked(folder, {})
        if not _errors(result):
            kinds |= {fix.safe for finding in result.diagnostics for fix in finding.fixes}
    assert kinds == {True, False}
