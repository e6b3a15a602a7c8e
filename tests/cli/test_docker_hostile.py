"""Two hundred hostile strings, written in a spec, through every command and both builders: they come out as they
were written, in `docker inspect` and in what a process finds in its arguments and variables. Strings that no
Dockerfile can hold are refused where they are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_check import envspec
from tests.cli.test_docker import ok
from tests.engines.docker_engine import DockerEngine
from tests.engines.free_port import free_port
from tests.engines_docker.hostile import HOSTILE, shared

pytestmark = pytest.mark.slow

ONE_LINE = [text for text in HOSTILE if not any(ord(c) < 32 or c in "\x7f\x85\u2028\u2029" for c in text)]
"""What a label or a build argument may be, and tabs."""

REPORT = """import json, os, sys
with open(sys.argv[1], "w") as file:
    json.dump({"argv": sys.argv[2:], "environ": dict(os.environb and {
        k.decode(): v.decode() for k, v in os.environb.items()})}, file)
"""
SCORE = """import os
def init(): pass
def run(data): return {k: v for k, v in os.environ.items() if k.startswith("V")}
"""


def literal(text: str) -> str:
    """A string of the language; everything but letters and digits of ASCII by its number."""
    plain = "".join(c if c.isascii() and c.isalnum() else f"\\u{{{ord(c):x}}}" for c in text)
    return f'"{plain}"'


def entries(prefix: str, values: list[str] | tuple[str, ...]) -> str:
    return "\n".join(f"        {prefix}{number} = {literal(text)}" for number, text in enumerate(values))


def spec(base: str, port: int, given: list[str]) -> str:
    return f"""edition = 1
environment e {{
    managed     = false
    interpreter = "python3"
    variables   = {{
{entries("V", HOSTILE)}
    }}
    docker {{
        image     = "{base}"
        labels    = {{
{entries("label-", given)}
        }}
        arguments = {{
{entries("A", given)}
        }}
        run       = ["env -0 > /arguments"]
    }}
}}
run report {{
    environment = e
    source      = "src"
    command     = ["python3", "report.py", outputs.report, {", ".join(literal(text) for text in HOSTILE)}]
    variables   = {{
{entries("W", HOSTILE)}
    }}
    outputs     = {{ report = "report.json" }}
}}
run arguments {{
    environment = e
    source      = "src"
    command     = ["cp", "/arguments", outputs.found]
    outputs     = {{ found = "found" }}
}}
deployment scorer {{
    environment = e
    source      = "src"
    entry       = "score.py"
    port        = {port}
    variables   = {{
{entries("VD", HOSTILE)}
    }}
    sample      = "sample.json"
}}
"""


@pytest.fixture
def project(docker_env: DockerEngine, tmp_path: Path) -> Path:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "report.py").write_text(REPORT)
    (tmp_path / "src" / "score.py").write_text(SCORE)
    (tmp_path / "sample.json").write_text("{}")
    return tmp_path


def output(project: Path, name: str) -> Path:
    (found,) = (project / ".envspec" / "runs").glob(f"*/work/{name}")
    return found


@pytest.mark.parametrize("builder", ["buildkit", "classic"])
def test_from_the_spec_to_the_process(docker_env: DockerEngine, project: Path, builder: str) -> None:
    """The classic builder makes a container for each label and argument: there several values share one."""
    given = ONE_LINE if builder == "buildkit" else shared(ONE_LINE)
    (project / "a.envspec").write_text(spec(docker_env.base, free_port(), given))
    chosen = ("--target", "docker", "--builder", builder)
    built = ok(envspec("build", "--no-cache", *chosen, cwd=project))
    config: dict[str, Any] = docker_env.client.images.get(built.split()[-1]).attrs["Config"]
    labels = config["Labels"]
    assert {f"label-{n}": text for n, text in enumerate(given)}.items() <= labels.items()
    assert {key for key in labels if not key.startswith("label-")} == own_labels(docker_env)
    assert config["User"] == "1000:1000"
    assert not config.get("OnBuild")

    ok(envspec("run", *chosen, "report", "arguments", cwd=project))
    report = json.loads(output(project, "report.json").read_text())
    assert report["argv"] == list(HOSTILE)
    expected = {f"{letter}{n}": text for letter in "VW" for n, text in enumerate(HOSTILE)}
    assert expected.items() <= report["environ"].items()
    arguments = dict(
        entry.split("=", 1) for entry in output(project, "found").read_text().split("\0") if entry
    )
    assert {f"A{n}": text for n, text in enumerate(given)}.items() <= arguments.items()
    assert docker_env.client.containers.run(
        built.split()[-1], ["sh", "-c", "ls -d /owned /work/owned /envspec 2>/dev/null || echo none"],
        entrypoint=[], remove=True, network_mode="none",
    ).strip() == b"none"  # fmt: skip


def own_labels(engine: DockerEngine) -> set[str]:
    base = engine.client.images.get(engine.base).labels or {}
    return {*base, "dev.envspec.hash", "dev.envspec.preimage"}


def test_from_the_spec_to_the_server(docker_env: DockerEngine, project: Path) -> None:
    (project / "a.envspec").write_text(spec(docker_env.base, free_port(), shared(ONE_LINE)))
    ok(envspec("deploy", "--target", "docker", cwd=project))
    try:
        answer = json.loads(ok(envspec("deployments", "invoke", "scorer", "sample.json", cwd=project)))
        expected = {f"{name}{n}": text for name in ("V", "VD") for n, text in enumerate(HOSTILE)}
        assert answer == expected
    finally:
        ok(envspec("deployments", "stop", "scorer", cwd=project))


@pytest.mark.parametrize(
    ("place", "text"),
    [
        *((place, text) for place in ("label", "argument") for text in ("a\nRUN id", "a\r", "a\0b", "\x85", "\u2028")),
        ("variable", "a\0b"),
        ("command", "a\0b"),
        ("key", "a\0b"),
        ("key", "a\nb"),
        ("key", "\u2028"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_refused_where_it_is(tmp_path: Path, place: str, text: str) -> None:
    value = literal(text)
    given = {
        name: (value if name == place else '"x"')
        for name in ("label", "argument", "variable", "command", "key")
    }
    (tmp_path / "a.envspec").write_text(
        "edition = 1\nenvironment e {\n"
        f"    variables = {{ V = {given['variable']} }}\n"
        f"    docker {{ labels = {{ {given['key']} = {given['label']} }}, arguments = {{ A = {given['argument']} }} }}\n"
        f'}}\nrun r {{\n    environment = e\n    command = ["x", {given["command"]}]\n}}\n'
    )
    done = envspec("check", "--format", "json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    found = [d for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error"]
    line = {"variable": 3, "command": 8}.get(place, 4)
    assert [d["span"]["start"]["line"] for d in found] == [line]
    assert envspec("compile", "-o", "out", cwd=tmp_path).returncode == 1
    assert not (tmp_path / "out").exists()


def test_a_script_with_a_line_in_its_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a\nRUN id").write_text("def init(): pass\ndef run(data): pass\n")
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nenvironment e {\n    python = "3.11"\n}\n'
        'deployment d {\n    environment = e\n    entry = "a\\nRUN id"\n}\n'
    )
    done = envspec("compile", "-o", "out", cwd=tmp_path)
    assert done.returncode == 1
    assert "E0310" in done.stderr and "a.envspec:7:13" in done.stderr


NAMES = {
    "pip": ["six; RUN id", "six\nflask", "--index-url=https://x.example", "-r /etc/passwd", "six && id", "$(id)",
            "six # x", "six ==1.0 --hash=x", "`id`", "six\\"],
    "conda": ["numpy; id", "numpy\n- six", "--channel x", "$(id)", "`id`", "numpy && id", "'", "numpy =1 # x\\"],
    "apt": ["libgomp1; id", "--force-yes", "-o=x", "$(id)", "`id`", "a b", "../x.deb", "/tmp/x.deb", "x\ny", "x && id",
            "x\\", "'x'", "*"],
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, names in NAMES.items() for name in names])
def test_names_that_are_none_are_refused(tmp_path: Path, kind: str, name: str) -> None:
    (tmp_path / "a.envspec").write_text(
        f'edition = 1\nenvironment e {{\n    python = "3.11"\n    {kind} = [{literal(name)}]\n}}\n'
    )
    done = envspec("check", "--format", "json", cwd=tmp_path)
    errors = [d for d in json.loads(done.stdout)["diagnostics"] if d["severity"] == "error"]
    assert done.returncode == 1 and errors, f"{name!r} was let in"
    assert {d["span"]["start"]["line"] for d in errors} == {4}
