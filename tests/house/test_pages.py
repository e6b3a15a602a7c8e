"""The pages that are made from tables are up to date, and their links and examples are right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from envspec.check.pages import codes_page, rules_page
from envspec.check.rules import all_rules
from envspec.diagnostics.codes import codes, groups

DOCS = Path(__file__).parents[2] / "docs"
_AGAIN = "run `python -m envspec.check.pages docs`"


@pytest.mark.parametrize(("name", "text"), [("codes.md", codes_page()), ("rules.md", rules_page())])
def test_a_page_is_made_from_the_table_as_it_is(name: str, text: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == text, _AGAIN


def test_every_code_has_a_section() -> None:
    headings = set(re.findall(r"^### ([EWI]\d{4})$", codes_page() + rules_page(), re.MULTILINE))
    assert headings == set(codes())


def test_the_links_between_the_pages_lead_somewhere() -> None:
    pages = {"codes.md": codes_page(), "rules.md": rules_page()}
    count = 0
    for name, text in pages.items():
        for file, anchor in re.findall(r"\]\(([a-z.]*)#([a-z0-9-]+)\)", text):
            titles = re.findall(r"^#{2,3} (.+)$", pages[file or name], re.MULTILINE)
            assert anchor in {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
            count += 1
    assert count > len(groups()["Lint rules"])


def test_a_rule_says_what_it_means_at_some_length() -> None:
    for rule in all_rules():
        for code in rule.codes:
            assert len(codes()[code].explanation) > 100, code
