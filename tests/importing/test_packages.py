"""Packages and files of odd forms, as several kinds meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envspec.diagnostics import Failure
from envspec.importing.report import Report, as_json
from tests.cli.test_check import envspec
from tests.importing.imported import compiled, imported, losses, project


def test_alternatives_are_not_joined_with_another_bound(tmp_path: Path) -> None:
    text = "dependencies:\n- numpy 1.18.*|2.*\n- numpy >=1.20\n"
    made = imported("conda", project(tmp_path, {"environment.yml": text}) / "environment.yml")
    assert losses(made) == [("dropped", "numpy >=1.20", 3)]
    assert '"numpy 1.18.*|2.*"' in made.text


def test_a_login_that_is_longer_than_a_line_of_the_report_is_not_in_it() -> None:
    report = Report()
    token = "A1b" * 500
    report.dropped(f"pkg @ https://user:{token}@host.example/x.whl", "r.txt", 1, "it is gone")
    report.dropped(f"pkg @ https://user:{token * 20}@host.example/x.whl", "r.txt", 2, "it is gone")
    assert "A1bA1b" not in json.dumps(as_json(report))


def test_half_of_a_character_anywhere_in_a_report_is_text() -> None:
    report = Report()
    report.changed("a\ud800", "f\udcff.txt", 1, "b\ud800", "c\ud800")
    json.dumps(as_json(report), ensure_ascii=False).encode()


@pytest.mark.parametrize("line", ["./" + "a" * 300, "-r " + "a" * 300, "-e ./" + "a" * 300])
def test_a_name_that_no_file_system_takes(line: str, tmp_path: Path) -> None:
    path = project(tmp_path, {"requirements.txt": f"six\n{line}\n"}) / "requirements.txt"
    with pytest.raises(Failure) as failed:
        imported("pip", path)
    assert failed.value.diagnostics[0].code == "E1301"
    done = envspec("import", "pip", "a" * 300, cwd=tmp_path)
    assert (done.returncode, "E1301" in done.stderr) == (2, True), done.stderr


def test_a_file_is_included_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"r{n}.txt": f"-r r{n + 1}.txt\n-r r{n + 1}.txt\n" for n in range(24)}
    project(tmp_path, {**files, "r24.txt": "six\n-r sub/../r24.txt\n", "sub/x": ""})
    made = imported("pip", tmp_path / "r0.txt")
    assert 'pip = ["six"]' in made.text
    assert compiled(tmp_path)[1] == []


def test_a_login_of_an_address_that_is_there_already(tmp_path: Path) -> None:
    text = (
        "--index-url https://h.example/simple\n--extra-index-url https://u:hunter2@h.example/simple\n"
        "--extra-index-url https://u:hunter2@h.example/simple\n--extra-index-url https://v:x@h.example/simple\nsix\n"
    )
    made = imported("pip", project(tmp_path, {"requirements.txt": text}) / "requirements.txt")
    assert 'username = "u"' in made.text and "password = secret." in made.text and "hunter2" not in made.text
    assert [line.outcome for line in made.report.lines[:4]] == ["changed", "changed", "carried", "dropped"]


def test_a_report_is_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text("six\n")
    for name in ("r.txt", "-"):
        done = envspec("import", "pip", "r.txt", "--report", name, cwd=tmp_path)
        assert done.returncode == 2 and "a file of its own" in done.stderr
    assert (tmp_path / "r.txt").read_text() == "six\n"
