"""`compile`: what is written, that it is the same everywhere, and that a real engine builds it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import envspec

pytestmark = pytest.mark.slow

SPEC = """edition = 1

environment e {
    python = "3.11"
    pip    = ["six ==1.17.0"]
    docker { labels = { "org.example.note" = "a $HOME \\"b\\" `c` ; d" } }
}
"""


def written(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_same_bytes_under_any_hash_seed_and_from_any_folder(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "a.envspec").write_text(SPEC)
    outputs = []
    for number, cwd in enumerate((project, tmp_path, Path("/"))):
        out = tmp_path / f"out{number}"
        done = envspec(
            "compile", "-o", str(out), str(project), cwd=cwd, PYTHONHASHSEED=str(number), TZ="Asia/Tokyo"
        )
        assert done.returncode == 0, done.stderr
        outputs.append(written(out))
    assert outputs[0] == outputs[1] == outputs[2]
    manifest = json.loads(outputs[0]["manifest.json"])
    assert manifest["locked"] is False
    named = {f"environments/e/{name}" for name in manifest["environments"]["e"]["files"]}
    assert named == set(outputs[0]) - {"manifest.json", ".envspecignore"}


def test_what_is_right_is_left_alone_and_what_is_not_is_made_right(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC)
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 0
    first = written(tmp_path / "out")
    folder = tmp_path / "out" / "environments" / "e"
    changed, wrong_mode, linked, kept = (
        folder / name for name in ("Dockerfile", "requirements.txt", "environment.yml", ".dockerignore")
    )
    before = kept.stat()
    changed.write_bytes(changed.read_bytes()[:-1] + b"!")
    wrong_mode.chmod(0o600)
    target = tmp_path / "elsewhere"
    linked.rename(target)
    linked.symlink_to(target)
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 0
    assert written(tmp_path / "out") == first
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert wrong_mode.stat().st_mode & 0o777 == 0o644
    assert not linked.is_symlink()


def test_check_tells_what_is_out_of_date_and_nothing_stays_behind(tmp_path: Path) -> None:
    file = tmp_path / "a.envspec"
    file.write_text(SPEC + 'environment gone {\n    python = "3.12"\n}\n')
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 0
    assert envspec("compile", "-o", "out", "--check", cwd=tmp_path).returncode == 0
    (tmp_path / "out" / "mine.txt").write_text("kept")
    file.write_text(SPEC)
    stale = envspec("compile", "-o", "out", "--check", cwd=tmp_path)
    assert stale.returncode == 1 and "environments/gone/Dockerfile" in stale.stderr
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 0
    assert not (tmp_path / "out" / "environments" / "gone" / "Dockerfile").exists()
    assert (tmp_path / "out" / "mine.txt").read_text() == "kept"


@pytest.mark.index
@pytest.mark.docker
@pytest.mark.parametrize("buildkit", ["0", "1"])
def test_plain_docker_build_works_there(tmp_path: Path, docker_engine: Any, buildkit: str) -> None:
    (tmp_path / "a.envspec").write_text(SPEC)
    assert envspec("lock", cwd=tmp_path).returncode == 0
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 0
    variables = {**os.environ, "DOCKER_HOST": docker_engine.host, "DOCKER_BUILDKIT": buildkit}
    tag = f"envspec-test/compiled:{buildkit}"
    build = subprocess.run(
        ["/usr/bin/docker", "build", "--network", "host", "-t", tag, "out/environments/e"],
        cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert build.returncode == 0, build.stdout + build.stderr
    code = (
        "import os, six, shutil; print(six.__version__, os.getuid(), shutil.which('pip'), shutil.which('uv'))"
    )
    ran = subprocess.run(
        ["/usr/bin/docker", "run", "--rm", "--network", "none", tag, "/opt/envspec/env/bin/python", "-c", code],
        env=variables, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    assert ran.stdout.split()[:2] == ["1.17.0", "1000"] and "/opt/envspec" not in ran.stdout
    shown = subprocess.run(
        ["/usr/bin/docker", "inspect", "--format", "{{json .Config.Labels}}", tag],
        env=variables, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(shown.stdout)["org.example.note"] == 'a $HOME "b" `c` ; d'


@pytest.mark.index
@pytest.mark.docker
def test_the_same_file_runs_on_docker(tmp_path: Path, docker_engine: Any) -> None:
    (tmp_path / "a.envspec").write_text(
        SPEC + 'run r {\n    environment = e\n    source = "src"\n'
        '    command = ["python", "r.py", "a \'b\' $HOME ; c", outputs.x]\n    outputs = { x = "o/x.txt" }\n}\n'
    )
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "r.py").write_text(
        "import sys, six, pathlib\np = pathlib.Path(sys.argv[2]); p.parent.mkdir(exist_ok=True); p.write_text(sys.argv[1])\n"
        "print(six.__version__, sys.argv[1])\n"
    )
    arguments = ("run", "r", "--target", "docker", "--network", "host")
    first = envspec(*arguments, cwd=tmp_path, DOCKER_HOST=docker_engine.host)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout == "1.17.0 a 'b' $HOME ; c\n"
    runs = json.loads(envspec("runs", "list", "--format", "json", cwd=tmp_path).stdout)["runs"]
    assert (runs[0]["outcome"], runs[0]["engine"]) == ("success", "docker")
    again = envspec(
        "build", "e", "--format", "json", "--target", "docker", cwd=tmp_path, DOCKER_HOST=docker_engine.host
    )
    assert json.loads(again.stdout)["environments"][0]["reused"] is True


def test_an_engine_that_is_absent_is_one_message_and_status_3(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(SPEC)
    done = envspec("build", "--target", "docker", cwd=tmp_path, DOCKER_HOST="unix:///nonexistent/docker.sock")
    assert done.returncode == 3
    assert done.stderr.count("error[") == 1 and "Traceback" not in done.stderr


def test_the_output_folder_is_part_of_no_source(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e { python = ">=3.11" }\ndeployment d { environment = e, entry = "s.py" }\n'
        'run r { environment = e, command = ["python", "-c", "import os; print(sorted(os.listdir()))"] }\n'
    )
    (tmp_path / "s.py").write_text("def init(): pass\ndef run(data): return data\n")
    (tmp_path / ".envspecignore").write_text("data\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "large.bin").write_text("x")
    assert envspec("compile", cwd=tmp_path).returncode == 0
    first = {p: p.read_bytes() for p in (tmp_path / "build").rglob("*") if p.is_file()}
    assert envspec("compile", cwd=tmp_path).returncode == 0
    assert first == {p: p.read_bytes() for p in (tmp_path / "build").rglob("*") if p.is_file()}
    assert envspec("compile", "--check", cwd=tmp_path).returncode == 0
    source = tmp_path / "build" / "deployments" / "d" / "source"
    assert sorted(p.name for p in source.iterdir()) == [".envspecignore", "a.envspec", "s.py"]
    ran = envspec("run", cwd=tmp_path)
    assert ran.stdout == "['.envspecignore', 'a.envspec', 'envspec.lock', 's.py']\n", ran.stderr
