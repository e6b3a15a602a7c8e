"""`lock`, `build` and `exec` on the local engine, with the real uv, index and conda channel."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import envspec

SPEC = """edition = 1

environment small {
    python    = ">=3.11"
    pip       = ["six ==1.17.0"]
    variables = { GREETING = "a 'b' $HOME ; c" }
}
"""


@pytest.mark.index
def test_pip_only_from_text_to_a_program(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC)
    first = envspec("build", "--format", "json", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["environments"][0]["reused"] is False
    lock = (tmp_path / "envspec.lock").read_text()
    assert "six" in lock and "sha256" in lock and "://" not in lock
    again = envspec("build", "--format", "json", "--frozen", cwd=tmp_path)
    assert json.loads(again.stdout)["environments"][0]["reused"] is True
    code = "import os, six; print(six.__version__, os.environ['GREETING'])"
    done = envspec("exec", "small", "--", "python", "-c", code, cwd=tmp_path)
    assert done.stdout == "1.17.0 a 'b' $HOME ; c\n"
    assert envspec("exec", "small", "--", "python", "-c", "raise SystemExit(7)", cwd=tmp_path).returncode == 7


@pytest.mark.index
def test_a_stale_lock_is_refused_when_frozen_and_made_again_otherwise(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text(SPEC)
    assert envspec("lock", cwd=tmp_path).returncode == 0
    assert envspec("lock", "--check", cwd=tmp_path).returncode == 0
    file.write_text(SPEC.replace("1.17.0", "1.16.0"))
    stale = envspec("lock", "--check", cwd=tmp_path)
    assert stale.returncode == 1
    assert "E0623" in stale.stderr and "a.envspec:3:1" in stale.stderr
    assert envspec("lock", cwd=tmp_path).returncode == 0
    assert "1.16.0" in (tmp_path / "envspec.lock").read_text()


@pytest.mark.index
def test_a_package_that_does_not_exist_is_a_finding_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC.replace("six ==1.17.0", "six ==99.0.0"))
    done = envspec("lock", cwd=tmp_path)
    assert done.returncode in {1, 3}
    assert "a.envspec:5:18" in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "envspec.lock").exists()


@pytest.mark.conda
def test_conda_from_text_to_a_program(tmp_path: Path, conda_channel: Any) -> None:
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment c {{\n    channels = ["{conda_channel.url}"]\n    python = "3.11"\n'
        '    conda = ["numpy", "six =1.16"]\n}\n'
    )
    done = envspec(
        "exec", "c", "--", "python", "-c", "import numpy, six; print(six.__version__)", cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1.16.0\n"
