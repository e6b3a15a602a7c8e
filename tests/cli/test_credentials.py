"""A credential that somebody wrote into a spec is told, and shown nowhere: no output, no cache."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envspec.diagnostics.render import FORMATS
from tests.cli.test_check import envspec

TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"
SPEC = f"""edition = 1

environment e {{
    python    = "3.12"
    pip       = ["pillow"]
    variables = {{ A = "{TOKEN}", DB_PASSWORD = "correct horse" }}
    docker {{ image = "{TOKEN}" }}
}}

target cluster {{ kind = {TOKEN.lower()} }}
"""


@pytest.mark.parametrize("format_", FORMATS)
def test_it_is_in_no_output_and_not_kept(tmp_path: Path, format_: str) -> None:
    project, cache = tmp_path / "project", tmp_path / "cache"
    project.mkdir()
    (project / "a.envspec").write_text(SPEC)
    for _ in range(2):
        done = envspec("check", "--format", format_, cwd=project, ENVSPEC_CACHE_DIR=str(cache))
        assert done.returncode == 1
        assert "W0312" in done.stdout
        assert "W0313" in done.stdout
        for secret in (TOKEN, "correct horse"):
            assert secret not in done.stdout + done.stderr
    kept = [path.read_bytes() for path in cache.rglob("*") if path.is_file()]
    assert kept
    assert all(secret.encode() not in data for data in kept for secret in (TOKEN, "correct horse"))


def test_the_places_are_the_right_ones(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC.replace("python ", "# é\n    python "))
    done = envspec("check", "--format", "json", "--select", "W0312,W0313", cwd=tmp_path)
    lines = (tmp_path / "a.envspec").read_bytes()
    for finding in json.loads(done.stdout)["diagnostics"]:
        place = finding["span"]
        found = lines[place["start"]["byte"] : place["end"]["byte"]].decode()
        assert found in {TOKEN, TOKEN.lower(), '"correct horse"'}


@pytest.mark.parametrize("password", ["correct", "corr/hct"])
def test_that_of_a_callers_address_is_not_shown(tmp_path: Path, password: str) -> None:
    (tmp_path / "a.envspec").write_text('edition = 1\n\nenvironment e {\n    python = "3.12"\n}\n')
    host = f"tcp://scott:{password}@127.0.0.1:1"
    done = envspec("build", "--target", "docker", cwd=tmp_path, DOCKER_HOST=host)
    assert done.returncode == 3 and "@127.0.0.1:1` " in done.stderr, done.stderr
    said = "cannot be reached" if password.isalpha() else "is no address of a docker engine"
    assert said in done.stderr
    for part in password.split("/"):
        assert part not in done.stderr
