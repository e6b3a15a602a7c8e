"""The page of the fields of real files: it is what the script makes, and the script counts right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.importing.corpus_fields import KINDS, corpus, counted
from tests.importing.corpus_page import GROWTH, MANY, much_lost, page

PAGE = Path(__file__).parents[2] / "docs" / "corpus-fields.md"


def test_the_page_is_what_the_script_makes_of_the_corpus() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m tests.importing.corpus_fields docs/corpus-fields.md"
    )


def test_the_corpus_is_whole() -> None:
    assert len(list(corpus())) == 91


@pytest.mark.parametrize("kind", KINDS)
def test_the_report_says_what_became_of_every_field(kind: str) -> None:
    assert [name for name, count in counted(kind).items() if "untold" in count.outcomes] == []


@pytest.mark.parametrize("kind", ["conda", "azureml"])
def test_keys_at_the_top_are_counted_as_a_search_for_them_counts(kind: str) -> None:
    """A key at the beginning of a line, in files that are no JSON."""
    found: dict[str, int] = {}
    for one, path in corpus():
        if one == kind:
            for key in set(re.findall(r"^([$\w-]+):", path.read_text(), re.MULTILINE)):
                found[key] = found.get(key, 0) + 1
    tables = counted(kind)
    for key, number in found.items():
        files = {
            file
            for name, count in tables.items()
            if re.split(r"[.\[ ]", name)[0] == key
            for file in count.files
        }
        assert len(files) == number, key


def test_what_many_files_lose_has_a_proposal_and_nothing_else_has_one() -> None:
    lost = much_lost()
    assert [name for name in lost if not any(re.fullmatch(pattern, name) for pattern in GROWTH)] == []
    assert [pattern for pattern in GROWTH if not any(re.fullmatch(pattern, name) for name in lost)] == []
    assert MANY == 3
