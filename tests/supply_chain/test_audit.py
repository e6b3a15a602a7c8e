"""Databases in every form, and which versions their records are about."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from envspec.diagnostics import Failure
from envspec.supply_chain.osv import Database
from envspec.supply_chain.vulnerabilities import Vulnerability, vulnerabilities
from tests.supply_chain.osv_records import ALL, CRITICAL, LISTED, NUMPY, SIX, SIX_TOO, record


def as_zip(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", "no record")
        for one in ALL:
            archive.writestr(f"{one['id']}.json", json.dumps(one))
    return folder / "all.zip"


def as_folder(folder: Path) -> Path:
    for at, one in enumerate(ALL):
        (folder / "db" / str(at)).mkdir(parents=True)
        (folder / "db" / str(at) / f"{one['id']}.json").write_text(json.dumps(one, indent=2))
    return folder / "db"


def as_lines(folder: Path) -> Path:
    (folder / "all.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ALL) + "\n")
    return folder / "all.jsonl"


def as_list(folder: Path) -> Path:
    (folder / "all.json").write_text(json.dumps(list(ALL), indent=1))
    return folder / "all.json"


@pytest.mark.parametrize("form", [as_zip, as_folder, as_lines, as_list])
def test_every_form_of_a_database(tmp_path: Path, form: Callable[[Path], Path]) -> None:
    database = Database(form(tmp_path))
    found = {one["id"] for one in database.records({"six", "f"})}
    assert found == {SIX["id"], SIX_TOO["id"], LISTED["id"]}, (
        "neither what is withdrawn nor another ecosystem's"
    )
    assert database.read == len(ALL)
    assert list(Database(database.path).records({"nothing"})) == []


def test_one_record_alone(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(NUMPY, indent=2))
    assert [one["id"] for one in Database(tmp_path / "a.json").records({"numpy"})] == [NUMPY["id"]]


def test_a_name_that_is_spelt_otherwise(tmp_path: Path) -> None:
    text = json.dumps(record("X-1", "Scikit_Learn", {"introduced": "0"}))
    (tmp_path / "a.json").write_text(text)
    (tmp_path / "b.json").write_text(text.replace("X-1", "X-2").replace("Scikit", "\\u0053cikit"))
    assert [one["id"] for one in Database(tmp_path).records({"scikit-learn"})] == ["X-1", "X-2"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"hello", "holds no record"),
        (b'{"id": "X-1", "affected": [{"package": {"name": "six"', "is not JSON"),
        (b'[{"id": 3, "name": "six"}]', "it has no `id`"),
        (b"PK\x03\x04 and nothing", "holds no record"),
        (None, "no such file"),
    ],
)
def test_what_is_no_database(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "db"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Failure) as failure:
        list(Database(path).records({"six"}))
    (diagnostic,) = failure.value.diagnostics
    assert diagnostic.code == "E1431" and why in diagnostic.notes[0]


def test_an_empty_folder_and_a_damaged_zip_are_no_database(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    zipped = as_zip(tmp_path)
    content = bytearray(zipped.read_bytes())
    at = content.index(b"PK\x03\x04", 100) + 60
    content[at : at + 40] = bytes(40)
    zipped.write_bytes(content)
    for path, why in ((tmp_path / "empty", "no record"), (zipped, "damaged")):
        with pytest.raises(Failure) as failure:
            list(Database(path).records({"six"}))
        assert failure.value.diagnostics[0].code == "E1431" and why in failure.value.diagnostics[0].notes[0]


RANGE = ({"introduced": "1.0"}, {"fixed": "1.5"}, {"introduced": "2.0rc1"}, {"last_affected": "2.2"})


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("0.9", False), ("1.0", True), ("1.0.0", True), ("1.5.dev1", True), ("1.5", False), ("1.9", False),
        ("2.0rc1", True), ("2.0b1", False), ("2.2.0", True), ("2.2.post1", False), ("1!1.2", False), ("1.4+cpu", True),
    ],
)  # fmt: skip
def test_versions_compare_as_pep_440_says(version: str, affected: bool) -> None:
    for events in (RANGE, tuple(reversed(RANGE))):
        assert bool(vulnerabilities([record("X-1", "a", *events)], "a", version)) is affected


def only(records: list[dict[str, Any]], name: str, version: str) -> Vulnerability:
    (found,) = vulnerabilities(records, name, version)
    return found


def test_a_list_of_versions_counts_where_the_range_does_not() -> None:
    assert only([LISTED], "f", "1.0").id == LISTED["id"]
    assert vulnerabilities([LISTED], "f", "1.1") == []
    git = record("X-1", "f", affected={"versions": ["1.0"]})
    git["affected"][0]["ranges"] = [
        {"type": "GIT", "repo": "https://x.example", "events": [{"introduced": "0"}]}
    ]
    assert only([git], "f", "1.0") and vulnerabilities([git], "f", "1.1") == []
    odd = record("X-2", "f", {"introduced": "0"}, {"fixed": "1.0-custom~1"})
    assert vulnerabilities([odd], "f", "0.1") == [], "a range that cannot be compared says nothing"
    assert vulnerabilities([record("X-3", "f", {"introduced": "0"})], "f", "not a version") == []


def test_what_is_known_under_several_names_is_one() -> None:
    found = only([SIX, SIX_TOO], "six", "1.17.0")
    assert found.id == "PYSEC-2099-1"
    assert found.aliases == ("CVE-2099-0001", "GHSA-aaaa-bbbb-cccc")
    assert found.fixed == "1.18.0", "the version that mends both"
    assert found.severity == f"9.8 critical, {CRITICAL}"


def test_severities() -> None:
    assert only([NUMPY], "numpy", "2.1").severity == "moderate"
    assert only([NUMPY], "numpy", "2.1").fixed == ""
    four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
    for score, said in (
        (four, f"9.3 critical, {four}"),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "7.5 high, AV:N/AC:L/Au:N/C:P/I:P/A:P"),
        ("CVSS:3.1/nonsense", "CVSS:3.1/nonsense"),
        ("Important", "Important"),
    ):
        one = record("X-1", "a", {"introduced": "0"}, severity=[{"type": "CVSS_V3", "score": score}])
        assert only([one], "a", "1").severity == said


def test_records_that_are_odd_are_no_bug() -> None:
    odd: list[dict[str, Any]] = [
        {"id": "X-1", "affected": None},
        {
            "id": "X-2",
            "affected": [{"package": None}, {"package": {"ecosystem": "PyPI", "name": "a"}, "ranges": 3}],
        },
        {
            **record("X-3", "a", {"introduced": "0"}),
            "aliases": [1],
            "summary": None,
            "details": "two\nlines\x1b[31m",
        },
    ]
    found = only(odd, "a", "1")
    assert (found.id, found.summary) == ("X-3", "two")
