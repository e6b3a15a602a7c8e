"""Inline script metadata (PEP 723)."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envspec.actions.importing import import_spec
from envspec.diagnostics import Failure
from tests.importing.imported import compiled, imported, losses, project
from tests.importing.wrong_types import allowed, well_formed

SCRIPT = '''\
#!/usr/bin/env -S uv run --script
# /// script
# # for the weekly report
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",  # as everywhere
#   "rich",
#   "lib",
#   "torch>=2; sys_platform == 'linux'",
# ]
#
# [tool.uv]
# exclude-newer = "2024-01-01T00:00:00Z"
#
# [tool.uv.sources]
# lib = { path = "../lib", editable = true }
# torch = { index = "cpu" }
#
# [[tool.uv.index]]
# name = "cpu"
# url = "https://wheels.example/whl/cpu"
# explicit = true
#
# [tool.other]
# x = 1
# ///
"""Weekly."""
raise SystemExit("it was run")
'''

# The reference implementation of the specification.
REGEX = r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$"


def reference(script: str) -> dict[str, object]:
    (match,) = [one for one in re.finditer(REGEX, script) if one["type"] == "script"]
    lines = match["content"].splitlines(keepends=True)
    return tomllib.loads("".join(line[2:] if line.startswith("# ") else line[1:] for line in lines))


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_script(ending: str, tmp_path: Path) -> None:
    project(tmp_path, {"jobs/Weekly Report.py": SCRIPT.replace("\n", ending), "lib/pyproject.toml": ""})
    made = import_spec("script", tmp_path / "jobs" / "Weekly Report.py", output=tmp_path / "made.envspec")
    (tmp_path / "made.envspec").write_text(made.text)
    document, errors = compiled(tmp_path)
    assert errors == []
    environment = document["environments"]["weekly-report"]
    metadata = reference(SCRIPT)
    assert environment["python"] == metadata["requires-python"]
    assert [package["text"] for package in environment["pip"]] == [
        "requests<3", "rich", "lib", 'torch>=2 ; sys_platform == "linux"',
    ]  # fmt: skip
    assert document["indexes"]["cpu"]["packages"] == ["torch"]
    run = document["runs"]["weekly-report"]
    assert run["command"] == ["python", "Weekly Report.py"] and run["source"] == "jobs"
    assert '"requests<3",  # as everywhere' in made.text
    lines = {line.what.split(" =")[0]: line.line for line in made.report.lines}
    assert lines["requests<3"] == 6 and lines["tool.uv.exclude-newer"] == 13 and lines["tool.other"] == 24
    assert {what.split(" =")[0] for outcome, what, _ in losses(made) if outcome == "dropped"} == {
        "tool.uv.exclude-newer", "tool.other",
    }  # fmt: skip
    well_formed(made.report.lines, SCRIPT.count("\n"))


def test_the_spec_in_another_folder(tmp_path: Path) -> None:
    project(tmp_path, {"jobs/a.py": "# /// script\n# dependencies = []\n# ///\n"})
    made = import_spec("script", tmp_path / "jobs" / "a.py", output=tmp_path / "made.envspec")
    (tmp_path / "made.envspec").write_text(made.text)
    document, errors = compiled(tmp_path)
    assert errors == []
    assert document["runs"]["a"]["source"] == "jobs" and document["runs"]["a"]["command"] == [
        "python",
        "a.py",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("print()\n", "no `# /// script` block"), ("# /// script\n# x = 1\nprint()\n", "no `# /// script` block"),
        ("# /// other\n# x = 1\n# ///\n", "no `# /// script` block"), ("# /// script\n# ///\n", "no `# /// script` block"),
        ("# /// script\n# x = 1\n# ///\n# /// script\n# x = 1\n# ///\n", "two `script` blocks"),
        ("# /// script\n# x = \n# ///\n", "not TOML"), ("# /// script\n" * 200_000, "no `# /// script` block"),
    ],
)  # fmt: skip
def test_what_has_no_metadata(text: str, reason: str, tmp_path: Path) -> None:
    project(tmp_path, {"a.py": text})
    with pytest.raises(Failure, match="E1302") as failure:
        imported("script", tmp_path / "a.py")
    assert reason in failure.value.diagnostics[0].message


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([
    "# /// script", "# ///", "#", "# dependencies = ['a']", "# x = 1", "#y", "print()", "# /// other", "",
])))  # fmt: skip
def test_blocks_are_those_of_the_specification(tmp_path: Path, lines: list[str]) -> None:
    """Where the reference finds one block that is TOML, so does the importer, with the same dependencies."""
    text = "\n".join(lines) + "\n"
    project(tmp_path, {"a.py": text})
    try:
        wanted = reference(text)
    except (ValueError, tomllib.TOMLDecodeError):
        wanted = None
    try:
        imported("script", tmp_path / "a.py")
    except Failure as failure:
        assert allowed(failure)
        assert wanted is None
        return
    document, errors = compiled(tmp_path)
    assert errors == []
    if wanted is not None:
        assert bool(wanted.get("dependencies")) == bool(document["environments"]["a"].get("pip"))
