"""`envspec env`: versions, labels, differences and history as users see them, on versions of real definitions."""

from __future__ import annotations

import json
import re
import resource
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from envspec.ir.canonical import canonical_json
from envspec.ir.identity import definition
from envspec.ir.types import Docker, Environment
from envspec.lock.model import LockedEnvironment, LockedPip, LockedPlatform
from envspec.lower.identity import version_hash
from envspec.workspace.database import Workspace
from tests.cli.test_check import envspec, started
from tests.lower.specimens import requirement

BASE = Environment(
    "e",
    "e",
    description="For wine",
    python="3.11",
    pip=(requirement("numpy >=1"),),
    variables={"MODE": "fast"},
)


def locked(**versions: str) -> LockedEnvironment:
    packages = tuple(LockedPip(name, version, ()) for name, version in sorted(versions.items()))
    return LockedEnvironment(
        "e", "", (LockedPlatform("linux/amd64", "3.11", (), packages),), "python:3.11-slim"
    )


def register(root: Path, name: str, environment: Environment, lock: LockedEnvironment) -> int:
    with Workspace.open(root) as workspace:
        return workspace.register_environment(
            name,
            version_hash(environment, lock),
            canonical_json(definition(environment)).decode(),
            json.dumps(asdict(lock)),
            environment.description,
            environment.tags,
        )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    register(tmp_path, "e", BASE, locked(numpy="1.25"))
    register(tmp_path, "e", BASE, locked(numpy="1.26", six="1.17"))
    moved = replace(
        BASE,
        pip=(requirement("numpy >=1.26"),),
        docker=Docker(image="debian:12"),
        variables={"MODE": "slow", "HOME": "/h"},
    )
    register(tmp_path, "e", moved, replace(locked(numpy="2.0", six="1.17"), image="debian:12"))
    with Workspace.open(tmp_path) as workspace:
        run = workspace.start_run("train", key="k", definition="{}", environment="e", environment_number=2)
        workspace.finish_run(run, "success", 0)
        workspace.record_deployment(
            "scorer",
            engine="docker",
            handle="h",
            url="u",
            definition="{}",
            environment="e",
            environment_number=2,
        )
        workspace.record_image("sha256:ab", "docker", "envspec/e:ab", "e")
        workspace.use_environment("e", 2, "sha256:ab", "docker")
    return tmp_path


def out(project: Path, *arguments: str, status: int = 0) -> str:
    done = envspec("env", *arguments, cwd=project)
    assert done.returncode == status, done.stderr
    return done.stdout if status == 0 else done.stderr


def test_versions_with_their_labels(project: Path) -> None:
    assert out(project, "tag", "e:2", "stable", "1.0.0", "team=wine") == "e:2  1.0.0, stable\n  team = wine\n"
    lines = out(project, "list").splitlines()
    assert re.fullmatch(r"ENVIRONMENT +DIGEST +LABELS +REGISTERED +DESCRIPTION", lines[0])
    assert [line.split()[0] for line in lines[1:]] == ["e:3", "e:2", "e:1"]
    assert "latest" in lines[1] and "1.0.0, stable" in lines[2] and "For wine" in lines[3]
    digest = lines[2].split()[1]
    for reference in ("e@stable", "e:1.0.0", f"e@{digest}", f"e@sha256:{digest}"):
        assert out(project, "show", reference).startswith("e:2\n")
    assert out(project, "show", "e").startswith("e:3\n")
    assert out(project, "tag", "e", "stable") == "e:3  stable\n  stable was at e:2\n"
    assert out(project, "tag", "e", "--remove", "stable", "--description", "New") == "e:3  no label\n"
    assert "about      New" in out(project, "show", "e:3")
    assert "has no label `stable`" in out(project, "tag", "e", "--remove", "stable", status=2)


def test_json_has_a_shape_with_a_number(project: Path) -> None:
    tagged = json.loads(out(project, "tag", "e:2", "stable", "k=v", "--format", "json"))
    assert (tagged["schema"], tagged["environment"]["labels"], tagged["moved"]) == (1, ["stable"], {})
    assert json.loads(out(project, "tag", "e:3", "stable", "--format", "json"))["moved"] == {"stable": 2}
    listed = json.loads(out(project, "list", "--format", "json"))
    assert listed["schema"] == 2
    assert [(v["name"], v["number"], v["labels"], v["archived"]) for v in listed["environments"]] == [
        ("e", 3, ["stable"], None), ("e", 2, [], None), ("e", 1, [], None),
    ]  # fmt: skip
    assert all(re.fullmatch("sha256:[0-9a-f]{64}", v["digest"]) for v in listed["environments"])
    shown = json.loads(out(project, "show", "e:2", "--format", "json"))
    assert (shown["schema"], shown["environment"]["tags"]) == (1, {"k": "v"})
    assert shown["environment"]["lock"]["platforms"][0]["pip"][0]["name"] == "numpy"
    assert shown["built"] == [{"engine": "docker", "hash": "sha256:ab", "location": "envspec/e:ab"}]
    assert (shown["uses"]["runs"], shown["uses"]["run_count"]) == (["train-1"], 1)
    assert shown["uses"]["deployments"][0]["name"] == "scorer"
    history = json.loads(out(project, "history", "e", "-n", "2", "--format", "json"))
    assert (history["schema"], history["name"], history["older"]) == (1, "e", 1)
    assert [(v["number"], v["before"]) for v in history["versions"]] == [(3, "e:2"), (2, "e:1")]
    assert {c["words"] for c in history["versions"][1]["changes"]} == {
        "`numpy` went from 1.25 to 1.26", "`six` 1.17 was added",
    }  # fmt: skip
    assert all(c["locked"] for c in history["versions"][1]["changes"])
    archived = json.loads(out(project, "archive", "e:1", "e", "--format", "json"))
    assert archived == {
        "schema": 1,
        "archived": [
            {"name": "e", "number": 1, "changed": True},
            {"name": "e", "number": None, "changed": True},
        ],
    }
    assert json.loads(out(project, "list", "--format", "json"))["environments"] == []
    assert len(json.loads(out(project, "list", "--all", "--format", "json"))["environments"]) == 3
    restored = json.loads(out(project, "restore", "e", "--format", "json"))
    assert restored == {"schema": 1, "restored": [{"name": "e", "number": None, "changed": True}]}


def test_a_difference_has_what_is_asked_for_and_below_it_what_it_came_to(project: Path) -> None:
    assert out(project, "diff", "e:2", "e:3").splitlines() == [
        "~ `docker.image` is now debian:12",
        "+ variable `HOME` was added",
        "~ variable `MODE` changed",
        "~ `pip` asks for `numpy >=1.26` where it was `numpy >=1`",
        "locked:",
        "    ~ `numpy` went from 1.26 to 2.0",
        "    ~ the base image went from python:3.11-slim to debian:12",
    ]
    assert out(project, "diff", "e:1", "e:2").splitlines() == [
        "locked:", "    ~ `numpy` went from 1.25 to 1.26", "    + `six` 1.17 was added",
    ]  # fmt: skip
    changes = json.loads(out(project, "diff", "e:2", "e:3", "--format", "json"))["changes"]
    assert [c["name"] for c in changes if c["locked"]] == ["numpy", ""]
    assert "slow" not in json.dumps(changes)


def test_a_history_says_when_why_and_what_used_it(project: Path) -> None:
    lines = out(project, "history", "e").splitlines()
    head = re.compile(r"e:(\d)  \d{4}-\d\d-\d\dT[\d:.]+Z  [0-9a-f]{12}(  latest)?")
    heads = [at for at, line in enumerate(lines) if head.fullmatch(line)]
    assert [head.fullmatch(lines[at])[1] for at in heads] == ["3", "2", "1"]  # type: ignore[index]
    assert lines[heads[0]].endswith("latest")
    third, second, first = (lines[a + 1 : b] for a, b in zip(heads, [*heads[1:], len(lines)], strict=True))
    assert third[-1] == "    not used yet"
    assert "    ~ `pip` asks for `numpy >=1.26` where it was `numpy >=1`" in third
    assert third[-4:-1] == [
        "    locked:",
        "        ~ `numpy` went from 1.26 to 2.0",
        "        ~ the base image went from python:3.11-slim to debian:12",
    ]
    assert second[:4] == [
        "    For wine", "    locked:", "        ~ `numpy` went from 1.25 to 1.26", "        + `six` 1.17 was added",
    ]  # fmt: skip
    assert second[4] == "    used by run train-1"
    assert second[5].startswith("    used by deployment scorer on docker since ")
    assert second[6] == "    used by docker: envspec/e:ab"
    assert first == ["    For wine", "    the first version", "    not used yet"]
    assert out(project, "history", "e", "-n", "1").splitlines()[-1] == "2 older: `--all` shows every version"


def test_what_is_archived_is_hidden_and_found_exactly(project: Path) -> None:
    out(project, "tag", "e:3", "stable")
    assert out(project, "archive", "e:3") == "e:3  archived\n"
    assert out(project, "archive", "e:3") == "e:3  archived already\n"
    assert "e:3" not in out(project, "list")
    assert re.search(r"e:3 .*stable, \(archived\)", out(project, "list", "--all"))
    assert out(project, "show", "e").startswith("e:2\n")
    assert re.search(r"archived   \d{4}", out(project, "show", "e@stable"))
    assert "(archived)" in out(project, "history", "e").splitlines()[0]
    assert out(project, "archive", "e") == "e  archived\n"
    done = envspec("env", "list", cwd=project)
    assert (done.returncode, done.stdout) == (0, "") and "`--all` shows it" in done.stderr
    assert "every version of `e` is archived" in out(project, "show", "e", status=2)
    done = envspec("env", "restore", "e:3", cwd=project)
    assert done.stdout == "e:3  restored\n" and "`envspec env restore e`" in done.stderr
    assert out(project, "restore", "e") == "e  restored\n"
    assert out(project, "restore", "e") == "e  not archived\n"
    assert out(project, "show", "e@latest").startswith("e:3\n")
    assert out(project, "archive", "e@latest") == "e:3  archived\n"  # not the name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "e:9"], "its newest version is `e:3`"),
        (["show", "f"], "known: `e`"),
        (["show", "e@stable"], "`envspec env tag e:3 stable`"),
        (["show", "azureml:e:2"], "did you mean `e:2`?"),
        (["show", "e@2"], "did you mean `e:2`?"),
        (["diff", "e", "a b c"], "is not NAME"),
        (
            ["show", "e@sha256:11cb"],
            "`e@sha256:11cb` is no version: it takes at least 8 digits of a digest, and here are 4",
        ),
        (["show", "e@sha256:1"], "and here is one"),
        (["show", "e@sha256:"], "and here are none"),
        (["show", "e@sha256:11cbzzzzzz"], "a digest has the digits 0 to 9 and a to f, and no 'z'"),
        (["show", f"e@sha256:{'1' * 65}"], "a digest has 64 digits, and here are 65"),
        (["show", "e@sha256:11cb11cb"], "no version of `e` has a digest that begins with `sha256:11cb11cb`"),
        (["show", "e@sha256:11cb11cb"], "help: `e:3` is sha256:"),
        (["history", "f"], "known: `e`"),
        (["tag", "e:1"], "give a LABEL"),
        (["tag", "e:1", "latest"], "it is always at the newest version"),
        (["tag", "e:1", "7"], "a number means the version of that number"),
        (["tag", "e:1", "deadbeef"], "it could be the beginning of a digest"),
        (["tag", "e:1", "a b"], "cannot be a label"),
        (["tag", "e:1", "=x"], "cannot be the key of a tag"),
        (["tag", "e:1", "a\x1b[31m=x"], "cannot be the key of a tag"),
        (["tag", "e:1", "link=https://me:hunter2hunter2@x.example/"], "looks like a password"),
        (["tag", "e:9", "a"], "`e` has no version 9"),
        (["archive", "e:1", "e:9"], "`e` has no version 9"),
        (["archive", "f"], "known: `e`"),
        (["restore"], "Missing argument"),
    ],
)
def test_refusals(arguments: Sequence[str], said: str, project: Path) -> None:
    done = envspec("env", *arguments, cwd=project)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr
    # All of a command holds, or nothing.
    assert "e:1" in out(project, "list")


def test_a_digest_in_a_spec_that_none_can_be(tmp_path: Path) -> None:
    (tmp_path / "a.envspec").write_text(
        'edition = 1\nrun r {\n    environment = "base@sha256:11cb"\n    command     = ["true"]\n}\n'
    )
    done = envspec("check", cwd=tmp_path)
    assert (
        done.returncode == 1
        and "error[E0212]: `base@sha256:11cb` is no version of a registered " in done.stdout
    )
    assert "at least 8 digits of a digest, and here are 4" in done.stdout


def test_hostile_names_tags_and_logs_keep_their_escape_codes(project: Path) -> None:
    evil = "\x1b[2J\x1b]0;owned\x07 \u202e bad\nENVIRONMENT forged:1\r"
    register(project, "evil", replace(BASE, description=evil, tags={"k" + evil: evil}), locked(numpy="1"))
    register(project, "evil", replace(BASE, variables={"V": evil}, apt=(evil,)), locked(numpy=evil))
    with Workspace.open(project) as workspace:
        workspace.register_environment(evil, "sha256:" + "9" * 64, "{}", "", evil)
        workspace.start_run(evil, key="k", definition="{}", environment="evil", environment_number=2)
        workspace.record_image("sha256:cd", "docker", evil, "evil")
        workspace.use_environment("evil", 2, "sha256:cd", "docker")
    for arguments in (
        ["list"], ["show", "evil:1"], ["show", "evil:2"], ["diff", "evil:1", "evil:2"], ["history", "evil"],
        ["tag", "evil:1", "safe"], ["list", "nothing"], ["show", "nothing"],
    ):  # fmt: skip
        done = envspec("env", *arguments, cwd=project)
        shown = done.stdout + done.stderr
        assert "\x1b" not in shown and "\x07" not in shown and "\u202e" not in shown and "\r" not in shown
        assert not [line for line in shown.splitlines() if line.startswith("ENVIRONMENT forged")], arguments


def test_digests_are_shortened_until_one_is_meant(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    with Workspace.open(tmp_path) as workspace:
        for end in ("0", "1"):
            workspace.register_environment("e", "sha256:" + "a" * 20 + end * 44, "{}", "")
        workspace.register_environment("f", "sha256:" + "a" * 64, "{}", "")
    digests = {line.split()[0]: line.split()[1] for line in out(tmp_path, "list").splitlines()[1:]}
    assert digests == {"e:2": "a" * 20 + "1", "e:1": "a" * 20 + "0", "f:1": "a" * 12}
    for reference, digest in digests.items():
        name = reference.partition(":")[0]
        assert out(tmp_path, "show", f"{name}@{digest}").startswith(f"{reference}\n")
    assert "begin so" in out(tmp_path, "show", "e@" + "a" * 12, status=2)


def test_a_thousand_versions_take_little_more_than_none(tmp_path: Path) -> None:
    """`benchmarks` holds whole commands to 100 ms; here it is the processor's time beside that of a command that reads
    nothing, which reading every definition and lock would multiply."""
    (tmp_path / "pyproject.toml").write_text("[tool.envspec]\n")
    packages = {f"package-{number}": "1.0" for number in range(150)}
    lock = json.dumps(asdict(locked(**packages)))
    text = canonical_json(definition(BASE)).decode()
    with Workspace.open(tmp_path) as workspace, workspace.transaction():
        for number in range(1000):
            workspace.register_environment("e", f"sha256:{number:064x}", text, lock)

    def seconds(*arguments: str) -> float:
        taken = []
        for _ in range(4):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert started(*arguments, cwd=tmp_path).returncode == 0
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(taken)

    least = seconds("env", "--help")
    assert seconds("env", "list") < 3 * least
    assert seconds("env", "diff", "e:1", "e:1000") < 3 * least


def test_a_command_closes_the_workspace(project: Path) -> None:
    """What ended without that left its journal, and a plan, which writes nothing, found it changed."""
    for arguments in (
        ["env", "list"],
        ["runs", "list"],
        ["deployments", "list"],
        ["deployments", "stop", "no"],
    ):
        envspec(*arguments, cwd=project)
        assert sorted(one.name for one in (project / ".envspec").iterdir() if "sqlite" in one.name) == [
            "workspace.sqlite"
        ]
