"""Numbers of a deployment that its server or an engine would refuse are found by `check`, at their place with the limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.check.project import Checked, check
from envspec.language.attributes import BLOCKS, RECORDS
from envspec.resolve.files import ProjectFiles
from envspec.resolve.project import resolve
from envspec.server.http_front.settings import read_settings

SPEC = """edition = 1

param much = {PARAM}

environment e {
    python = "3.11"
}

deployment d {
    environment = e
    source      = "."
    entry       = "score.py"
    {LINE}
}
"""

WRONG = [
    ("limits { timeout = 999999999h }", "999999999h", "a duration of at most 24d"),
    ("limits { timeout = 2073600001ms }", "2073600001ms", "a duration of at most 24d"),
    ("limits { timeout = 0s }", "0s", "a duration of at least 1ms"),
    ("limits { concurrency = 1025 }", "1025", "a whole number of at most 1024"),
    ("replicas = 1025", "1025", "a whole number of at most 1024"),
    ("port = 65536", "65536", "a whole number of at most 65535"),
    ("port = 0", "0", "a whole number of at least 1"),
    ("health { start_period = 999999999h }", "999999999h", "a duration of at most 24d"),
    ("health { interval = 25d }", "25d", "a duration of at most 24d"),
    ("health { interval = 0s }", "0s", "a duration of at least 1ms"),
    ("health { timeout = 25d }", "25d", "a duration of at most 24d"),
    ("health { timeout = 0s }", "0s", "a duration of at least 1ms"),
    ("health { retries = 1000001 }", "1000001", "a whole number of at most 1000000"),
    ("resources { memory = 0B }", "0B", "a size of at least 6MiB"),
    ("resources { memory = 6MB }", "6MB", "a size of at least 6MiB"),
    ("resources { cpu = 0.001 }", "0.001", "a number of at least 0.01"),
    ("resources { cpu = 9007199254740991 }", "9007199254740991", "a number of at most 1000000"),
]
RIGHT = [
    "limits { timeout = 24d, concurrency = 1024, body = 0B }",
    "limits { timeout = 1ms, concurrency = 1 }",
    "replicas = 1024",
    "port = 65535",
    "health { start_period = 24d, interval = 24d, timeout = 24d, retries = 1000000 }",
    "health { start_period = 0s, interval = 1ms, timeout = 1ms, retries = 1 }",
    "resources { memory = 6MiB, cpu = 0.01, shm_size = 1B }",
    "resources { memory = 8191TiB, cpu = 1000000 }",
]


def checked(folder: Path, line: str, param: str = "1s") -> tuple[str, Checked]:
    text = SPEC.replace("{LINE}", line).replace("{PARAM}", param)
    (folder / "score.py").write_text("def init():\n    pass\n\ndef run(data):\n    return data\n")
    files = ProjectFiles(folder)
    return text, check(resolve("a.envspec", files, overlay={"a.envspec": text.encode()}), files)


@pytest.mark.parametrize(("line", "value", "expected"), WRONG, ids=[line for line, _, _ in WRONG])
def test_it_is_found_at_its_place_with_the_limit(
    line: str, value: str, expected: str, tmp_path: Path
) -> None:
    text, result = checked(tmp_path, line)
    [found] = [one for one in result.diagnostics if one.code.startswith("E")]
    assert (found.code, found.message) == ("E0211", f"expected {expected}")
    assert found.marker == f"this is {value}"
    assert found.span is not None
    assert text[found.span.start : found.span.end] == value


@pytest.mark.parametrize("line", RIGHT)
def test_what_is_just_within_the_limits_is_right(line: str, tmp_path: Path) -> None:
    _, result = checked(tmp_path, line)
    assert [one.message for one in result.diagnostics if one.code.startswith("E")] == []


def test_by_a_param_too(tmp_path: Path) -> None:
    _, result = checked(tmp_path, "limits { timeout = param.much }", "600h")
    assert [one.message for one in result.diagnostics] == ["expected a duration of at most 24d"]
    assert checked(tmp_path, "limits { timeout = param.much }", "576h")[1].diagnostics == ()


def bounds(block: str, name: str) -> tuple[float, float]:
    row = (RECORDS.get(block) or BLOCKS[block]).attribute(name)
    assert row is not None
    assert row.type.minimum is not None
    assert row.type.maximum is not None
    return row.type.minimum, row.type.maximum


@pytest.mark.parametrize(
    ("variable", "block", "name"),
    [
        ("ENVSPEC_TIMEOUT", "limits", "timeout"), ("ENVSPEC_CONCURRENCY", "limits", "concurrency"),
        ("ENVSPEC_WORKERS", "deployment", "replicas"), ("ENVSPEC_PORT", "deployment", "port"),
    ],
)  # fmt: skip
def test_the_server_takes_all_that_the_language_allows(variable: str, block: str, name: str) -> None:
    for value in bounds(block, name):
        read_settings({"ENVSPEC_ENTRY": "score.py", variable: str(value)})
