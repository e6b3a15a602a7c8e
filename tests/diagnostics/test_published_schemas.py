"""The formats for other programs, held to their schemas: real findings, and texts that mean harm."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import xmlschema
from hypothesis import given, settings

from envspec.diagnostics import Diagnostic, Source, Span
from envspec.diagnostics.render import render
from tests.cli.test_check import envspec
from tests.conformance.test_conformance import CASES, run
from tests.diagnostics.findings import SOURCES, findings
from tests.diagnostics.test_render import cases

pytestmark = pytest.mark.slow

SCHEMAS = Path(__file__).parent / "schemas"
OURS = Path(__file__).parents[2] / "grammar" / "diagnostics.schema.json"


@cache
def validator(path: Path, part: str = "") -> Any:
    schema = json.loads(path.read_text(encoding="utf-8"))
    cls = jsonschema.validators.validator_for(schema)
    cls.check_schema(schema)
    return cls({"$ref": f"#/$defs/{part}", "$defs": schema["$defs"]} if part else schema)


@cache
def junit_schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))


def valid_json(text: str) -> None:
    validator(OURS, "report").validate(json.loads(text))


def valid_jsonl(text: str) -> None:
    for line in text.splitlines():
        validator(OURS, "line").validate(json.loads(line))


def valid_sarif(text: str) -> None:
    log = json.loads(text)
    validator(SCHEMAS / "sarif-2.1.0.json").validate(log)
    (one,) = log["runs"]
    rules = one["tool"]["driver"]["rules"]
    marks = [result["partialFingerprints"]["envspecFinding/v1"] for result in one["results"]]
    assert len(set(marks)) == len(marks)
    for result in one["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["help"]["text"] and rule["shortDescription"]["text"] and rule["fullDescription"]["text"]


def valid_junit(text: str) -> None:
    junit_schema().validate(text)


def valid_gitlab(text: str) -> None:
    issues = json.loads(text)
    validator(SCHEMAS / "gitlab.schema.json").validate(issues)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)


def valid_rdjson(text: str) -> None:
    validator(SCHEMAS / "rdjson.schema.json").validate(json.loads(text))


_COMMAND = re.compile(r"::(error|warning|notice) ((?:[A-Za-z]+=[^:,]*)(?:,[A-Za-z]+=[^:,]*)*)::(.*)")


def valid_github(text: str) -> None:
    """Read as the runner of GitHub Actions reads it: a command a line, nothing else between."""
    for line in text.splitlines():
        match = _COMMAND.fullmatch(line)
        assert match, line
        values = dict(value.split("=", 1) for value in match[2].split(","))
        assert set(values) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert all(
            "%" not in re.sub(r"%(25|0A|0D|3A|2C)", "", value) for value in (*values.values(), match[3])
        )


VALID: dict[str, Callable[[str], None]] = {
    "json": valid_json,
    "jsonl": valid_jsonl,
    "sarif": valid_sarif,
    "junit": valid_junit,
    "gitlab": valid_gitlab,
    "rdjson": valid_rdjson,
    "github": valid_github,
}


@pytest.mark.parametrize("format_", VALID)
def test_what_every_conformance_case_gives_is_valid(format_: str) -> None:
    for folder in CASES:
        checked = run(folder)
        VALID[format_](render(format_, checked.diagnostics, checked.resolution.sources))


@pytest.mark.parametrize("format_", VALID)
def test_what_no_file_of_a_case_has_is_valid(format_: str) -> None:
    VALID[format_](render(format_, list(findings().values()), SOURCES))
    VALID[format_](render(format_, [], {}))


@settings(max_examples=60)
@given(cases())
def test_nothing_in_a_name_or_message_breaks_a_format(
    case: tuple[list[Diagnostic], dict[str, Source]],
) -> None:
    diagnostics, sources = case
    for format_, valid in VALID.items():
        valid(render(format_, diagnostics, sources))


HOSTILE = "a\nb::error file=x::]]><failure/>&\"'%0A,\x00\x1b[31m\x85\ufffe\U0001f40d\r"


@pytest.mark.parametrize("format_", VALID)
def test_a_hostile_name_and_message_break_nothing(format_: str) -> None:
    source = Source.of(HOSTILE, f"{HOSTILE}\n{HOSTILE}")
    found = Diagnostic(
        "E0203", HOSTILE, Span(HOSTILE, 2, 9), HOSTILE, help=HOSTILE, notes=(HOSTILE,), log=HOSTILE
    )
    text = render(format_, [found], {HOSTILE: source})
    VALID[format_](text)
    assert text.count("\n") == 1 if format_ in {"github", "jsonl"} else True


def sarif_result(found: Diagnostic, source: Source) -> dict[str, Any]:
    log = json.loads(render("sarif", [found], {source.file: source}))
    return cast("dict[str, Any]", log["runs"][0]["results"][0])


def test_sarif_counts_columns_in_utf16_code_units() -> None:
    text = '# \U0001f40d\U0001f40d é\n"\U0001f40d" x'
    source = Source.of("a", text)
    region = sarif_result(Diagnostic("E0203", "m", Span("a", 5, len(text))), source)["locations"][0][
        "physicalLocation"
    ]["region"]
    assert region == {"startLine": 1, "startColumn": 8, "endLine": 2, "endColumn": 7}


def test_fingerprints_stay_when_lines_move() -> None:
    before = Source.of("a", "edition = 1\n\nrun r { x = 1 }\n")
    after = Source.of("a", "# new\n\n\nedition = 1\nrun r { x = 1 }\n")
    for format_, mark in (("sarif", "partialFingerprints"), ("gitlab", "fingerprint")):
        marks = []
        for source in (before, after):
            at = source.text.index("x =")
            found = [Diagnostic("E0203", "m", Span("a", at, at + 1))] * 2
            report = json.loads(render(format_, found, {"a": source}))
            marks.append([r[mark] for r in (report if format_ == "gitlab" else report["runs"][0]["results"])])
        assert marks[0] == marks[1]
        assert marks[0][0] != marks[0][1]


def test_the_schemas_refuse_what_is_wrong() -> None:
    """So that the tests above can fail."""
    found = list(findings().values())
    text = render("junit", found, SOURCES)
    wrong = {
        "json": '{"schema": 2, "diagnostics": []}',
        "jsonl": '{"schema": 1}',
        "sarif": render("sarif", found, SOURCES).replace('"ruleId"', '"rule"'),
        "junit": text.replace("classname=", "class="),
        "gitlab": '[{"description": "x"}]',
        "rdjson": '{"diagnostics": [{"message": "x"}]}',
        "github": "::error file=a:b::x",
    }
    for format_, valid in VALID.items():
        with pytest.raises((AssertionError, ValueError, KeyError, jsonschema.ValidationError)):
            valid(wrong[format_])


def test_schema_prints_it(tmp_path: Path) -> None:
    done = envspec("schema", "diagnostics", cwd=tmp_path)
    assert done.stdout == OURS.read_text(encoding="utf-8")
    assert json.loads(envspec("schema", cwd=tmp_path).stdout)["title"].startswith("envspec IR")
    assert envspec("schema", "nothing", cwd=tmp_path).returncode == 2
