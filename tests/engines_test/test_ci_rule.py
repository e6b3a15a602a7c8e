"""Under CI a test that needs an engine and is skipped fails; elsewhere it is a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SKIPS = """\
import pytest

@pytest.mark.docker
def test_needs_an_engine():
    pytest.skip("there is none")

def test_needs_nothing():
    pytest.skip("for another reason")
"""


@pytest.mark.parametrize(("ci", "summary"), [("true", "1 failed, 1 skipped"), ("", "2 skipped")])
def test_a_skipped_engine_test(ci: str, summary: str, tmp_path: Path) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    root = Path(__file__).parents[2]
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", str(root / "pyproject.toml")]
    command = [sys.executable, "-m", "pytest", *options, "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert summary in done.stdout, done.stdout + done.stderr
