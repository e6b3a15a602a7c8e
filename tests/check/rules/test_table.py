"""The table of rules: each says which words it is about, and is right."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import envspec.check.rules as rules
from envspec.check.rules import RULES, Rule, all_rules, rules_about
from envspec.diagnostics.codes import codes
from tests.conformance.test_conformance import CASES as CONFORMANCE
from tests.conformance.test_conformance import run

FOLDER = Path(rules.__file__).parent


def test_every_file_is_in_the_table_once() -> None:
    files = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in {"__init__", "rule"})
    assert sorted(listed.module for listed in RULES) == files


def test_names_and_codes_are_those_of_one_rule() -> None:
    found = list(all_rules())
    assert len({rule.name for rule in found}) == len(found)
    warnings = [code for rule in found for code in rule.codes if code.startswith("W")]
    assert len(set(warnings)) == len(warnings)
    comments = {"W0390", "W0391", "W0392"}
    assert set(warnings) == {code for code, row in codes().items() if code.startswith("W03")} - comments


def test_a_rule_reports_only_its_codes() -> None:
    for listed, rule in zip(RULES, all_rules(), strict=True):
        tree = ast.parse((FOLDER / f"{listed.module}.py").read_text(encoding="utf-8"))
        texts = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        named = texts & set(codes()) - {"E0306"}
        assert named <= set(rule.codes), listed.module


def _everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def every(*_: object, **__: object) -> list[Rule]:
        return list(all_rules())

    monkeypatch.setattr(rules, "rules_about", every)


@pytest.mark.parametrize("folder", CONFORMANCE, ids=lambda folder: folder.name)
def test_a_rule_that_is_not_asked_would_have_found_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = run(folder).diagnostics
    _everything(monkeypatch)
    assert run(folder).diagnostics == asked


def test_the_cases_leave_rules_out(tmp_path: Path) -> None:
    """Or the test above could not fail."""
    from tests.check.rules.project import checked

    few = checked(tmp_path, 'edition = 1\nenvironment e { python = "3.12" }\n').resolution
    asked = [rule.name for rule in rules_about(few, locked=False)]
    assert "missing-python" in asked
    assert len(asked) < len(RULES) / 3
