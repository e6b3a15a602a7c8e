"""The conformance cases against this implementation; another one could run the same files: see README.md."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from envspec.check.project import Checked, check
from envspec.diagnostics import Diagnostic, exit_code
from envspec.diagnostics.codes import codes
from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition_hash
from envspec.language.attributes import BLOCKS, RECORDS
from envspec.packages.params_file import parse_params_file
from envspec.resolve.files import ProjectFiles
from envspec.resolve.params import Given
from envspec.resolve.project import resolve

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/case.json"))


def given(case: dict[str, Any], folder: Path) -> dict[str, Given]:
    values = {
        name: Given(value, "`--set`", folder=str(folder)) for name, value in case.get("set", {}).items()
    }
    read = parse_params_file(json.dumps(case.get("params", {})), ".json")
    assert not isinstance(read, str)
    return values | {value.name: Given(value.value, "`--params`", is_text=False) for value in read}


def run(folder: Path) -> Checked:
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    files = ProjectFiles(folder)
    return check(resolve("main.envspec", files, given(case, folder)), files)


def as_json(diagnostic: Diagnostic, checked: Checked) -> dict[str, Any]:
    span = diagnostic.span
    place: dict[str, Any] | None = None
    if span is not None:
        source = checked.resolution.sources[span.file]
        assert 0 <= span.start <= span.end <= len(source.text)
        ends = {"start": source.position(span.start), "end": source.position(span.end)}
        place = {"file": span.file, **{end: at._asdict() for end, at in ends.items()}}
    return {"code": diagnostic.code, "severity": str(diagnostic.severity), "span": place}


def found(folder: Path) -> dict[str, Any]:
    checked = run(folder)
    result: dict[str, Any] = {
        "status": exit_code(checked.diagnostics),
        "diagnostics": [as_json(diagnostic, checked) for diagnostic in checked.diagnostics],
    }
    project = checked.usable
    if project is not None:
        result["document"] = checked.resolution.document
        result["definitions"] = {key: definition_hash(e) for key, e in project.environments.items()}
    return result


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    result = found(folder)
    path = folder / "expected.json"
    if os.environ.get("ENVSPEC_UPDATE_GOLDENS"):
        assert not os.environ.get("CI"), "goldens are not updated under CI"
        path.write_text(json.dumps(result, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")
    expected = json.loads(path.read_text(encoding="utf-8"))
    assert result["diagnostics"] == expected["diagnostics"]
    assert canonical_json(result) == canonical_json(expected)


def expectations() -> list[dict[str, Any]]:
    return [json.loads((folder / "expected.json").read_text(encoding="utf-8")) for folder in CASES]


def test_the_cases_use_every_attribute() -> None:
    """In a document, or in a file when `resolve` consumes it."""
    used: set[tuple[str, str]] = set()
    plurals = {f"{kind}s": kind for kind in BLOCKS} | {"indexes": "index"}
    texts = "".join((folder / "main.envspec").read_text(encoding="utf-8") for folder in CASES)
    for document in (e["document"] for e in expectations() if "document" in e):
        for plural, items in document.items():
            for item in items.values() if plural in plurals else ():
                used |= {(plurals[plural], name) for name in item}
                used |= {(r, name) for r in RECORDS if r in item for name in item[r]}
    consumed = {"matrix", "conda_file", "requirements", "pyproject", "constraints"}
    used |= {("environment", name) for name in consumed if f"    {name} " in texts}
    used.add(("run", "matrix"))
    wanted = {(k.name, row.name) for k in (*BLOCKS.values(), *RECORDS.values()) for row in k.attributes}
    assert wanted - used == set()


# What a case on disk cannot have, and what no parser can meet; other tests produce them.
ELSEWHERE = {"E0015", "E0016", "E0017", "E0026"}


def test_the_cases_produce_every_code_of_the_front_end() -> None:
    produced = {diagnostic["code"] for e in expectations() for diagnostic in e["diagnostics"]}
    front = {code for code in codes() if code[1:3] in ("00", "01", "02", "03", "04", "05")}
    front |= {"E1001", "E1002", "E1003", "E1004"}
    assert front - produced - ELSEWHERE == set()
