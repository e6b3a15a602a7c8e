"""The tables of fields say what importers do: for each row there is a file with that field, and the report says of it what
the row says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from envspec.importing.fields.row import READ, Field
from envspec.importing.reference import page
from envspec.importing.report import Line
from envspec.importing.table import KINDS
from tests.importing.field_samples.outcome import told_of
from tests.importing.field_samples.sample import Sample


def module(package: str, kind: str) -> Any:
    return import_module(f"{package}.{kind.replace('-', '_')}")


def rows(kind: str) -> Iterator[tuple[str, Field]]:
    for section, table in module("envspec.importing.fields", kind).TABLES.items():
        for row in table:
            yield section, row


def samples(kind: str) -> list[Sample]:
    return list(module("tests.importing.field_samples", kind).samples())


CASES = [(kind, sample) for kind in KINDS for sample in samples(kind)]


def fits(row: Field, line: Line, text: str) -> bool:
    """Whether a line of the report says what a row says. Where it names a text (a requirement, `name:1`) and no place, the
    text has to be in the spec."""
    reason = re.escape(row.reason).replace("…", ".*")
    if line.outcome != row.outcome or not re.fullmatch(reason, line.reason):
        return False
    place = line.became.partition(" = ")[0]
    leaf = row.became.rpartition(".")[2]
    if (
        line.outcome == "dropped"
        or re.match(rf"{re.escape(row.became)}(\W|\Z)", line.became)
        or place == leaf
    ):
        return True
    if row.became == "a comment":
        return line.became.startswith("#")
    return line.became.strip('"') in text and re.search(rf"^ *{leaf} *[+={{]", text, re.MULTILINE) is not None


@pytest.mark.parametrize("kind", KINDS)
def test_every_row_has_a_sample_and_every_sample_a_row(kind: str) -> None:
    of_rows = [(section, row.name, row.when) for section, row in rows(kind)]
    of_samples = [(one.section, one.name, one.when) for one in samples(kind)]
    assert sorted(set(of_rows)) == sorted(of_rows), "a row is there twice"
    assert sorted(of_samples) == sorted(of_rows)


@pytest.mark.parametrize(
    ("kind", "sample"), CASES, ids=[f"{kind}-{one.section}-{one.name}-{one.when}" for kind, one in CASES]
)
def test_a_row_says_what_the_import_does(kind: str, sample: Sample) -> None:
    row = next(
        row
        for section, row in rows(kind)
        if (section, row.name, row.when) == (sample.section, sample.name, sample.when)
    )
    lines, text = told_of(kind, sample)
    if row.outcome == READ:
        assert {line.outcome for line in lines} <= {"carried", *sample.also}, (row, lines)
        return
    assert any(fits(row, line, text) for line in lines), (row, lines)
    assert {line.outcome for line in lines} <= {row.outcome, *sample.also}, (row, lines)


def test_the_page_is_made_from_the_tables() -> None:
    assert (Path(__file__).parents[2] / "docs" / "import-fields.md").read_text(encoding="utf-8") == page(), (
        "python -m envspec.importing.reference docs/import-fields.md"
    )


def test_the_page_has_every_row_of_every_kind() -> None:
    text = page()
    for kind in KINDS:
        assert f"\n## {kind}\n" in text
        for _, row in rows(kind):
            leaf = row.name.rpartition(".")[2].partition(": ")[0].strip("`")
            assert leaf in text and row.reason in text and row.when in text
