"""`envspec export` of what the spec says, on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from envspec.exporting.table import KINDS
from tests.cli.test_check import envspec
from tests.exporting.exported import project

SPEC = """
param size : integer
secret token { variable = "TOKEN" }
environment e { python = "3.11", pip = ["six"], variables = { TOKEN = secret.token } }
environment f { pip = ["six"] }
environment g { python = "3.11", pip = ["six"], variables = { N = "${param.size}" } }
run r { environment = e, command = ["show"] }
run later { environment = e, command = ["show", param.size] }
run with-g { environment = g, command = ["show"] }
deployment d { environment = e, source = "src", entry = "score.py" }
deployment d2 { environment = f, source = "src", entry = "score.py" }
"""
FILES = {"src/score.py": "def init(): ...\ndef run(data): return data\n"}
UNLOCKED = [kind for kind, row in KINDS.items() if not row.locked]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where nothing can be asked: no index, no engine."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9")
    return project(tmp_path, SPEC, **FILES)


@pytest.mark.parametrize("kind", UNLOCKED)
def test_nothing_is_locked_and_no_secret_is_read(folder: Path, kind: str) -> None:
    name = {"environment": "e", "deployment": "d", "blocks": "r"}[KINDS[kind].takes]
    where = ("-o", "made") if KINDS[kind].folder else ()
    done = envspec("export", kind, name, *where, cwd=folder, TOKEN="s3cret")
    assert done.returncode == 0, done.stderr
    assert not (folder / "envspec.lock").exists()
    texts = [path.read_text() for path in (folder / "made").iterdir()] if where else [done.stdout]
    assert texts and all(text.endswith("\n") and "s3cret" not in text for text in texts)
    assert "s3cret" not in done.stderr
    again = envspec("export", kind, name, *where, cwd=folder, TOKEN="other")
    assert (again.returncode, again.stdout, again.stderr) == (0, done.stdout, done.stderr)


def test_a_folder_is_filled_and_what_is_in_it_else_stays(folder: Path) -> None:
    (folder / "made").mkdir()
    (folder / "made" / "other.txt").write_text("x")
    done = envspec("export", "azureml", "e", "-o", "made", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in (folder / "made").iterdir()) == [
        "conda-e.yml",
        "environment-e.yml",
        "other.txt",
    ]
    assert done.stdout == "" and "made: 2 files: conda-e.yml, environment-e.yml" in done.stderr


def test_a_file_is_written_where_it_is_asked_for(folder: Path) -> None:
    done = envspec("export", "conda", "e", "-o", "deep/environment.yml", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert (
        (folder / "deep" / "environment.yml").read_text().startswith("# Made by `envspec export conda e`.\n")
    )
    assert "not in it: `TOKEN`: the value of the secret `token` is written nowhere" in done.stderr


def test_what_waits_for_a_param_is_told_and_left_out(folder: Path) -> None:
    done = envspec("export", "github-actions", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "later: skipped, param `size` has no value" in done.stderr
    assert "with-g: skipped, param `size` has no value" in done.stderr
    assert "later" not in done.stdout and "  r:\n" in done.stdout
    done = envspec("export", "github-actions", "--set", "size=3", cwd=folder)
    assert "  later:\n" in done.stdout and "  with-g:\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("conda",), "E0635"),
        (("compose",), "`a.envspec` means 2 deployments, and one is exported at a time"),
        (("conda", "nosuch"), "E1204"),
        (("compose", "r"), "there is no deployment `r`"),
        (("kubernetes", "nosuch"), "there is no run, deployment or environment `nosuch`"),
        (("kubernetes", "later"), "E0511"),
        (("kubernetes", "with-g"), "E0511"),
        (("conda", "g"), "E0511"),
        (("azureml",), "writes several files: name a folder"),
        (("azureml", "-o", "-"), "writes several files: name a folder"),
        (("azureml", "-o", "a.envspec"), "is a file, and `azureml` writes several"),
        (("azureml", "e", "-o", "a.envspec/x"), "E0636"),
        (("conda", "e", "-o", "src"), "is a directory"),
        (("conda", "e", "--platform", "linux/arm64"), "`--platform` is for kinds of the lock"),
        (("kubernetes", "r", "d"), "one block is exported, and these are several: r, d"),
    ],
)  # fmt: skip
def test_a_wrong_use_is_said(folder: Path, arguments: tuple[str, ...], code: str) -> None:
    done = envspec("export", *arguments, cwd=folder)
    assert done.returncode == (1 if code == "E0511" else 2), done.stderr
    assert code in " ".join(done.stderr.split())
    assert done.stdout == ""


NONE = {
    **dict.fromkeys(
        (name for name, kind in KINDS.items() if kind.takes == "environment"),
        "no environment for it help: write one: `environment NAME {",
    ),
    "compose": "no deployment for it help: write one: `deployment NAME {",
    "kubernetes": "no run and no deployment for it help: write one: `run NAME {",
    "github-actions": "no run for it help: write one: `run NAME {",
    "azureml": "no environment, no run, no deployment and no model for it help: write one: `environment NAME {",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_blocks_has_nothing_to_export(tmp_path: Path, kind: str) -> None:
    """What there is none of is said, and nothing is written."""
    project(tmp_path, "")
    there = ["-o", "made"] if KINDS[kind].folder else []
    done = envspec("export", kind, *there, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert f"error[E0638]: there is nothing to export to `{kind}`: `a.envspec` has {NONE[kind]}" in " ".join(
        done.stderr.split()
    )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("kubernetes",), "`a.envspec` has no run and no deployment"),
        (("kubernetes", "e"), "`e` in `a.envspec` has no run and no deployment"),
        (("github-actions",), "`a.envspec` has no run for it"),
        (("github-actions",), "`r`: its environment is registered, so nothing says how to set it up"),
        (("compose",), "`a.envspec` has no deployment"),
    ],
)
def test_blocks_of_another_kind_are_nothing_to_it(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    run = 'run r {\n    environment = "known:1"\n    command = ["true"]\n}\n' if "`r`" in said else ""
    project(tmp_path, f'environment e {{\n    python = ">=3.11"\n}}\n{run}')
    done = envspec("export", *arguments, "-o", "made.yml", cwd=tmp_path)
    assert (done.returncode, "E0638" in done.stderr) == (2, True), done.stderr
    assert said in " ".join(done.stderr.split())
    assert not (tmp_path / "made.yml").exists()


def test_what_waits_for_a_param_is_no_nothing(tmp_path: Path) -> None:
    text = 'param size : integer\nenvironment e {\n    python = ">=3.11"\n}\n'
    project(tmp_path, text + 'run r {\n    environment = e\n    command = ["true", param.size]\n}\n')
    done = envspec("export", "github-actions", cwd=tmp_path)
    assert done.returncode == 2
    assert "what waits for a param is exported with `--set NAME=VALUE`" in " ".join(done.stderr.split())
    assert envspec("export", "github-actions", "--set", "size=3", cwd=tmp_path).returncode == 0
