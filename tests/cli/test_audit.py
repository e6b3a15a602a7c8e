"""`envspec audit` and `envspec sbom` as users and CI call them; no engine and no network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from envspec.frozen import replace
from envspec.lock.file import read_lock, write_lock
from envspec.lock.model import Lock, LockedFile, LockedPip
from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.lock.small_channel import make_channel
from tests.supply_chain.osv_records import ALL, record
from tests.supply_chain.specimens import make_wheel

SPEC = """edition = 1

environment e {
    python = "3.11"
    pip    = ["./dist/f-1.0-py3-none-any.whl"]
}
"""
CONDA = """edition = 1

channel small { url = "CHANNEL" }

environment c {
    python   = "3.11"
    channels = [small]
    conda    = ["scikit-learn"]
}
"""
SIX = LockedPip("six", "1.17.0", (LockedFile("six-1.17.0-py2.py3-none-any.whl", "c" * 64),))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A locked wheel of the spec, and one package that came along."""
    make_wheel(tmp_path / "dist", "f", "1.0", {"f.py": ""})
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "db.jsonl").write_text("".join(json.dumps(one) + "\n" for one in ALL))
    ok(envspec("lock", cwd=tmp_path))
    lock = read_lock(tmp_path)
    assert lock is not None
    ((key, entry),) = lock.environments.items()
    platforms = tuple(replace(platform, pip=(SIX,)) for platform in entry.platforms)
    write_lock(tmp_path, Lock({key: replace(entry, platforms=platforms)}))
    return tmp_path


def test_findings_at_the_lines_that_bring_the_packages(project: Path) -> None:
    done = envspec("audit", "--database", "db.jsonl", cwd=project)
    assert done.returncode == 1
    assert (
        "a.envspec:5:15" in done.stdout and "`f 1.0` has the known vulnerability PYSEC-2099-2" in done.stdout
    )
    rows = (project / "envspec.lock").read_text().splitlines()
    row = next(at for at, line in enumerate(rows) if 'name = "six"' in line)
    assert f"envspec.lock:{row + 1}:15" in done.stdout, "it came along, and nobody knows with what"
    assert "1.18.0 mends it" in done.stdout
    assert "also known as CVE-2099-0001, GHSA-aaaa-bbbb-cccc" in done.stdout
    assert "2 packages compared with 6 records" in done.stderr


def test_as_json_and_sarif(project: Path) -> None:
    done = envspec("audit", "--database", "db.jsonl", "--format", "json", cwd=project)
    assert done.returncode == 1
    found = json.loads(done.stdout)["diagnostics"]
    assert [one["code"] for one in found] == ["E1430", "E1430"]
    sarif = json.loads(envspec("audit", "--database", "db.jsonl", "--format", "sarif", cwd=project).stdout)
    places = [r["locations"][0]["physicalLocation"] for r in sarif["runs"][0]["results"]]
    assert [place["artifactLocation"]["uri"] for place in places] == ["a.envspec", "envspec.lock"]
    assert places[1]["region"]["startLine"] > 1


def test_ignoring_by_any_name(project: Path) -> None:
    done = envspec(
        "audit", "--database", "db.jsonl", "--ignore", "CVE-2099-0001", "--ignore", "PYSEC-2099-2",
        "--ignore", "X-7", cwd=project,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert "`--ignore X-7`" in done.stderr and "PYSEC" not in done.stderr


def test_what_conda_brings(tmp_path: Path) -> None:
    channel = make_channel(tmp_path / "channel")
    (tmp_path / "a.envspec").write_text(CONDA.replace("CHANNEL", channel.as_uri()))
    ok(envspec("lock", cwd=tmp_path))
    (tmp_path / "db.json").write_text(json.dumps(record("X-1", "numpy", {"introduced": "0"}, {"fixed": "2"})))
    done = envspec("audit", "c", "--database", "db.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.envspec:8:17" in done.stdout, "the line of what needs it"
    assert "it came with `scikit-learn`" in done.stdout and "`numpy 1.26.4`" in done.stdout
    (tmp_path / "db.json").write_text(
        json.dumps(record("X-1", "numpy", {"introduced": "0"}, {"fixed": "1.26.4"}))
    )
    assert envspec("audit", "c", "--database", "db.json", cwd=tmp_path).returncode == 0


def test_nothing_is_locked_by_it(tmp_path: Path) -> None:
    make_wheel(tmp_path / "dist", "f", "1.0", {"f.py": ""})
    (tmp_path / "a.envspec").write_text(SPEC)
    (tmp_path / "db.jsonl").write_text(json.dumps(ALL[0]))
    done = envspec("audit", "--database", "db.jsonl", cwd=tmp_path)
    assert done.returncode == 1 and "E0623" in done.stderr
    assert not (tmp_path / "envspec.lock").exists()


def test_no_database(project: Path) -> None:
    done = envspec("audit", "--database", "nowhere.zip", cwd=project)
    assert done.returncode == 2 and "E1431" in done.stderr
    assert envspec("audit", cwd=project).returncode == 2


def test_it_asks_nobody(project: Path) -> None:
    """No module that could reach a network, or an engine, is even imported."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "envspec", "audit", "--database", "db.jsonl"],
        cwd=project, env=dict(os.environ), capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "envspec.supply_chain.osv" in imported
    assert imported & {"docker", "requests", "ssl", "http.client", "rattler", "asyncio", "jinja2"} == set()


def test_the_bill_is_printed_written_and_kept_the_same(project: Path) -> None:
    printed = ok(envspec("sbom", cwd=project))
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(printed) is None
    ok(envspec("sbom", "e", "-o", "out/e.cdx.json", cwd=project))
    assert (project / "out" / "e.cdx.json").read_text() == printed
    elsewhere = envspec("sbom", str(project / "a.envspec"), cwd=Path("/"), PYTHONHASHSEED="7", LC_ALL="C")
    assert ok(elsewhere) == printed
    image = json.loads(ok(envspec("sbom", "--target", "docker", cwd=project)))
    assert image["metadata"]["component"]["type"] == "container"
    assert "python:3.11-slim" in [component["name"] for component in image["components"]]


def test_a_build_keeps_its_bill(tmp_path: Path) -> None:
    make_wheel(tmp_path / "dist", "f", "1.0", {"f.py": ""})
    (tmp_path / "a.envspec").write_text(SPEC)
    ok(envspec("build", cwd=tmp_path))
    (kept,) = (tmp_path / ".envspec" / "supply-chain").rglob("sbom.cdx.json")
    assert (
        kept.read_text() == ok(envspec("sbom", cwd=tmp_path)) == ok(envspec("sbom", "-o", "-", cwd=tmp_path))
    )
    assert ok(envspec("verify", "e", cwd=tmp_path)) == ""
    site = next((tmp_path / ".envspec" / "environments").glob("*/lib/python3.11/site-packages"))
    (site / "sitecustomize.py").write_text("")
    done = envspec("verify", "e", "--format", "concise", cwd=tmp_path)
    assert done.returncode == 1 and "E1417" in done.stdout and "a.envspec:3:1" in done.stdout
    marker = next((tmp_path / ".envspec" / "environments").glob("*/envspec-environment.json"))
    marker.write_text(marker.read_text().replace("sha256:", "sha256:0"))
    assert "E1410" in envspec("verify", "e", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("sbom", "x"), "E1204"),
        (("sbom", "--platform", "linux/s390x"), "E1406"),
        (("verify", "e"), "E1418"),
        (("verify", "No Image"), "E1418"),
        (("build", "--push", "--target", "docker"), "E1407"),
        (("build", "--push", "--registry", "registry.example"), "E1407"),
        (("build", "--registry", "registry.example"), "--push"),
        (("build", "--push", "--registry", "https://x"), "HOST/PATH"),
    ],
)
def test_what_cannot_be_done(project: Path, arguments: tuple[str, ...], code: str) -> None:
    (project / "envspec.lock").unlink()
    ok(envspec("lock", cwd=project))
    done = envspec(*arguments, cwd=project)
    assert done.returncode == 2, done.stderr
    assert code in done.stderr
