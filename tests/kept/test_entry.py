"""A changed entry script: the spec is not checked again while it can be served, and never passes when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_imports import COMPILER, imported

pytestmark = pytest.mark.slow

SPEC = """edition = 1

environment e {
    managed     = false
    interpreter = "python3"
}

deployment scorer {
    environment = e
    source      = "src"
    entry       = "score.py"
    port        = 8080
}
"""
ENTRY = "def init(): pass\ndef run(data): return data\n"
COPY = Path("out/deployments/scorer/source/score.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "score.py").write_text(ENTRY)
    done = envspec("compile", "-o", "out", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_a_changed_line_is_taken_without_checking_the_spec(project: Path) -> None:
    changed = ENTRY.replace("return data", "return [data]")
    (project / "src" / "score.py").write_text(changed)
    for _ in range(2):
        found = imported("compile -o out", project)
        assert found & COMPILER == set()
        assert (project / COPY).read_text() == changed


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("def init(): pass\n", "E1002"),
        ("def init(): pass\ndef run(a, b, c): return a\n", "E1003"),
        ("def init(: pass\n", "E1004"),
        (None, "E0401"),
    ],
)
def test_what_can_no_longer_be_served_is_found(project: Path, text: str | None, code: str) -> None:
    if text is None:
        (project / "src" / "score.py").unlink()
    else:
        (project / "src" / "score.py").write_text(text)
    for _ in range(2):
        done = envspec("compile", "-o", "out", cwd=project)
        assert done.returncode != 0
        assert f"error[{code}]" in done.stderr
    (project / "src" / "score.py").write_text(f"{ENTRY}# mended\n")
    done = envspec("compile", "-o", "out", cwd=project)
    assert done.returncode == 0, done.stderr
    assert (project / COPY).read_text() == f"{ENTRY}# mended\n"
