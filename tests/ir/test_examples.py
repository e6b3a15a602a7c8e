"""Goldens: the canonical IR of every example. `ENVSPEC_UPDATE_GOLDENS=1` writes them; CI refuses it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from envspec.check.project import check
from envspec.ir.canonical import canonical_json
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve

EXAMPLES = Path(__file__).parents[2] / "examples"
GOLDEN = Path(__file__).with_name("golden")


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*/?*.envspec")), ids=lambda file: file.stem)
def test_canonical_ir(file: Path) -> None:
    files = ProjectFiles(file.parent)
    checked = check(resolve(file.name, files), files)
    assert checked.usable is not None, checked.diagnostics
    text = canonical_json(checked.resolution.document)
    golden = GOLDEN / f"{file.parent.name}-{file.stem}.json"
    if os.environ.get("ENVSPEC_UPDATE_GOLDENS"):
        assert not os.environ.get("CI"), "goldens are not updated under CI"
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(json.dumps(json.loads(text), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert canonical_json(json.loads(golden.read_text(encoding="utf-8"))) == text
